"""From a page's twin to HTML: Jinja2, strict and escaped, under a policy that needs no server.

Script runs only if its hash stands in the page's Content-Security-Policy; what that script loads
(the archive's `plotly.min.js`) is trusted by `strict-dynamic`. This holds from disk as it does
from a server, because nothing depends on an origin.
"""

from __future__ import annotations

import base64
import hashlib
import pickle
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket
from markupsafe import Markup

from watchlist.charts import style
from watchlist.errors import ConfigError
from watchlist.project import packaged
from watchlist.report import figures
from watchlist.report import format as fmt
from watchlist.report.files import page_file, safe_name

if TYPE_CHECKING:
    from watchlist.report.studies import Heatmap, HeatmapEvent
    from watchlist.report.study_rows import OrdinaryDays
    from watchlist.report.study_rows import Path as CarPath

PLOTLY_NAME = "plotly.min.js"

MAP_STYLE_ID = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"
"""Plotly's bundle adds the style sheet of its map library unless an element with this id is
there already. We draw no maps, and the policy would refuse the sheet."""

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
"""Those of the view `ordinary_day_quantiles`."""

TEMPLATE_ERRORS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError,
)  # fmt: skip
"""What a template can make of a wrong name, type or number."""


class Renderer:
    """Templates of the user's `reports/` before the packaged ones, by file name.

    Parameters
    ----------
    cache
        Folder for compiled templates, made if it is not there; None compiles them anew. A
        template is compiled again whenever its text has changed.
    """

    def __init__(self, folders: list[Path], cache: Path | None = None) -> None:
        self.folders = folders
        self.loader = ChoiceLoader([_Loader(folder) for folder in folders])
        self.environment = _Environment(
            loader=self.loader,
            autoescape=lambda name: name is None or not name.endswith((".md.j2", ".txt.j2")),
            undefined=StrictUndefined,
            # null is nothing to show; what a reader should see instead, the filters say
            finalize=lambda value: "" if value is None else value,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=None if cache is None else _Bytecode(cache),
        )
        self.environment.filters.update(
            percent=fmt.percent,
            number=fmt.number,
            price=fmt.price,
            volume=fmt.volume,
            pvalue=fmt.pvalue,
            day=fmt.day,
            usd=fmt.usd,
            count=fmt.count,
            plural=fmt.plural,
            listing=fmt.listing,
            md=fmt.markdown,
            file_name=safe_name,
            model_words=model_words,
            words=lambda text: str(text).replace("-", " ").replace("_", " "),
        )
        self.environment.globals.update(
            sparkline=sparkline,
            bar=share_bar,
            path_rows=path_rows,
            placebo_rows=placebo_rows,
            heatmap_rows=heatmap_rows,
            shown_paths=figures.EVENT_PATHS,
            heatmap_shown=figures.HEATMAP_SHOWN,
            shown_horizon=figures.SIGNAL_HORIZON,
        )
        self.stylesheet = self.text("report.css")
        self.script = self.text("report.js")

    def text(self, name: str) -> str:
        """The source of a template or asset; the user's own version wins."""
        return self.loader.get_source(self.environment, name)[0]

    def page(self, page: Mapping[str, Any], *, plotly: str | None = None, **links: Any) -> str:
        """The whole HTML page of a twin: its template, its charts and its place are its kind's.

        Parameters
        ----------
        plotly
            The source of plotly.js, to be put inside the page; None to load the shared file.
        links
            `linked` symbols and `known_events`, which have pages of their own; `signals_page`,
            whether the session's signals have one.
        """
        file = PurePosixPath(page_file(page))
        return self.html(
            f"{page['kind']}.html.j2",
            page,
            _charts(page),
            root="../" * (len(file.parts) - 1),
            twin=f"{file.stem}.json",
            plotly=plotly,
            **links,
        )

    def html(
        self,
        template: str,
        context: Mapping[str, Any],
        charts: figures.Charts,
        *,
        root: str,
        twin: str | None = None,
        plotly: str | None = None,
        **more: Any,
    ) -> str:
        """An HTML page with its policy, style sheet and script.

        Parameters
        ----------
        template
            File name below a templates folder.
        context
            What the template sees as `report`.
        root
            Relative way from the page to the reports folder: `""`, `"../"`.
        twin
            Relative way from the page to its JSON twin; None where it has none.
        """
        scripts = [self.script, *([plotly] if plotly is not None else [])]
        policy = "; ".join(
            (
                "default-src 'none'",
                f"script-src {' '.join(map(_hash, scripts))} 'strict-dynamic'",
                f"style-src-elem {_hash(self.stylesheet)} {_hash('')}",
                # plotly.js positions its drawing with style attributes
                "style-src-attr 'unsafe-inline'",
                "img-src data: blob:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        )
        return self.plain(
            template,
            context,
            charts=charts,
            root=root,
            twin=twin,
            policy=policy,
            stylesheet=Markup(self.stylesheet),
            script=Markup(self.script),
            plotly_name=PLOTLY_NAME,
            plotly_source=None if plotly is None else Markup(plotly),
            map_style_id=MAP_STYLE_ID,
            dark=style.DARK,
            **more,
        )

    def plain(self, template: str, context: Mapping[str, Any], **more: Any) -> str:
        """A text without page furniture: Markdown, the body of an e-mail.

        Raises
        ------
        ConfigError
            A template of the user's is wrong.
        """
        with naming_template(self.folders):
            return self.environment.get_template(template).render(report=context, **more)


def _charts(page: Mapping[str, Any]) -> figures.Charts:
    """The figures of a page, by its kind."""
    twin: Any = page
    if page["kind"] == "daily":
        return figures.daily_charts(twin)
    if page["kind"] == "event":
        return figures.event_charts(twin)
    if page["kind"] == "signals":
        return figures.signals_charts(twin)
    chart = (
        figures.price_chart("price", twin["price"], tall=True)
        if page["kind"] == "symbol"
        else figures.timeline_chart(twin["events"])
    )
    return {} if chart is None else {chart.chart_id: chart}


class _Environment(Environment):
    """Looks into rows first: a row with a column named like a method of dict gives the column."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Loader(FileSystemLoader):
    """Says which file cannot be read as text."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError:
            raise ConfigError(
                f"{self.searchpath[0]}/{template}: not UTF-8 text", "save it as UTF-8"
            ) from None


class _Bytecode(FileSystemBytecodeCache):
    """Compiled templates, which may be missing, spoilt or impossible to keep."""

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@contextmanager
def naming_template(folders: list[Path]) -> Iterator[None]:
    """Tell an error of a user's template with file and line; one in ours stays the bug it is.

    Raises
    ------
    ConfigError
        A template of `folders` that is not packaged is wrong.
    """
    try:
        yield
    except TEMPLATE_ERRORS as error:
        place = _place(error, [folder for folder in folders if folder != packaged("reports")])
        if place is None:
            raise
        kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
        raise ConfigError(
            f"{place}: {kind}{error}", "reports/README.md says what templates can use"
        ) from None


def _place(error: BaseException, own: list[Path]) -> str | None:
    """File and line of the innermost template of the user's."""
    if isinstance(error, TemplateSyntaxError):
        places = [(str(error.filename), error.lineno)]
    else:
        # jinja2 puts the lines of templates into the trace
        frames = traceback.extract_tb(error.__traceback__)
        places = [(frame.filename, frame.lineno or 0) for frame in reversed(frames)]
    for file, line in places:
        if any(Path(file).is_relative_to(folder) for folder in own):
            return f"{file}, line {line}"
    return None


def model_words(model: str) -> str:
    """What a study measures against: `market+sector` as `market and sector`."""
    return "the market" if model == "market" else model.replace("-", " ").replace("+", " and ")


def path_rows(lines: list[CarPath]) -> list[tuple[int, list[tuple[str, str, str]]]]:
    """Day by day, the formatted CAR and band of each line."""
    columns = [
        (
            dict(zip(line["day"], line["car"], strict=True)),
            dict(zip(line["band_day"], line["lo"], strict=True)),
            dict(zip(line["band_day"], line["hi"], strict=True)),
        )
        for line in lines
    ]
    days = sorted({day for line in lines for day in line["day"]})
    return [
        (
            day,
            [
                (fmt.percent(car.get(day)), fmt.percent(lo.get(day)), fmt.percent(hi.get(day)))
                for car, lo, hi in columns
            ],
        )
        for day in days
    ]


def placebo_rows(rows: list[OrdinaryDays]) -> list[tuple[str, list[str]]]:
    """Shares of ordinary days, and the return that so many stay below."""
    return [
        (fmt.percent(share, 0, sign=False), [fmt.percent(row["quantiles"][n]) for row in rows])
        for n, share in enumerate(QUANTILES)
    ]


def heatmap_rows(heatmap: Heatmap) -> list[tuple[HeatmapEvent, list[str]]]:
    """Each event with its formatted cells, one a symbol; percent without the sign."""
    cells = {
        (c["event_id"], c["symbol"]): fmt.number(c["car"] * 100, 1, sign=True)
        for c in heatmap["cells"]
    }
    return [
        (event, [cells.get((event["event_id"], symbol), "") for symbol in heatmap["symbols"]])
        for event in heatmap["events"]
    ]


def sparkline(closes: list[float], label: str) -> Markup:
    """A line of closes with its last point marked, as SVG; nothing for fewer than two."""
    if len(closes) < 2:
        return Markup("")
    width, height = 110, 30
    low, high = min(closes), max(closes)
    span = (high - low) or 1.0
    step = (width - 8) / (len(closes) - 1)
    at = [
        (4 + n * step, height - 4 - (close - low) / span * (height - 8))
        for n, close in enumerate(closes)
    ]
    x, y = at[-1]
    return Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="{label}"><polyline points="{line}"/>'
        '<circle cx="{x}" cy="{y}" r="2.5"/></svg>'
    ).format(
        w=width,
        h=height,
        label=label,
        line=" ".join(f"{x:.1f},{y:.1f}" for x, y in at),
        x=f"{x:.1f}",
        y=f"{y:.1f}",
    )


def share_bar(share: float, label: str) -> Markup:
    """How much was kept, as SVG: the full day-0 move is the marked line."""
    width, zero, scale = 140, 40, 60
    end = max(2.0, min(width - 2.0, zero + share * scale))
    return Markup(
        '<svg class="bar {side}" viewBox="0 0 {w} 16" width="{w}" height="16" role="img" '
        'aria-label="{label}"><rect x="{left}" y="4" width="{size}" height="8"/>'
        '<line x1="{zero}" x2="{zero}" y1="0" y2="16"/>'
        '<line class="full" x1="{full}" x2="{full}" y1="0" y2="16"/></svg>'
    ).format(
        side="above" if share >= 0 else "below",
        w=width,
        label=label,
        left=f"{min(zero, end):.1f}",
        size=f"{abs(end - zero):.1f}",
        zero=zero,
        full=zero + scale,
    )
