"""From a context to HTML: Jinja2, strict and escaped, under a policy that needs no server.

Script runs only if its hash stands in the page's Content-Security-Policy; what that script loads
(the archive's `plotly.min.js`) is trusted by `strict-dynamic`. This holds from disk as it does
from a server, because nothing depends on an origin.
"""

from __future__ import annotations

import base64
import hashlib
import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
)
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup, escape

from watchlist import __version__
from watchlist.charts import style
from watchlist.disk import naming
from watchlist.errors import ConfigError
from watchlist.report import format as fmt
from watchlist.report import slips
from watchlist.report.figures import Chart
from watchlist.report.files import safe_name
from watchlist.report.spark import bar, sparkline

PLOTLY_NAME = "plotly.min.js"

MAP_STYLE_ID = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"
"""Plotly's bundle adds the style sheet of its map library unless an element with this id is
there already. We draw no maps, and the policy would refuse the sheet."""


_has_markup = re.compile("[&<>\"']").search


class _CodeGenerator(CodeGenerator):
    """Output is joined text: a Markup around each of half a million pieces would be thrown away."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(" + (finalize.src or ""))
        else:
            super()._output_child_pre(node, frame, finalize)


class _Environment(Environment):
    """Looks into rows first: jinja2 asks for an attribute, and a row is asked half a million times.

    A row that has a column named like a method of dict gives the column.
    """

    code_generator_class = _CodeGenerator

    @staticmethod
    def escaped(value: Any) -> str:
        """What `markupsafe.escape` makes of a value, as plain text."""
        kind = type(value)
        if kind is float or kind is int or (kind is str and not _has_markup(value)):
            return str(value)
        return str(escape(value))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


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
        self.environment = _Environment(
            loader=ChoiceLoader([_Loader(folder) for folder in folders]),
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
            model_words=lambda text: str(text).replace("-", " ").replace("+", " and "),
            words=lambda text: str(text).replace("-", " ").replace("_", " "),
        )
        self.environment.globals.update(sparkline=sparkline, bar=bar)
        self.stylesheet = self.text("report.css")
        self.script = self.text("report.js")

    def text(self, name: str) -> str:
        """The source of a template or asset; the user's own version wins."""
        loader = self.environment.loader
        assert loader is not None
        return loader.get_source(self.environment, name)[0]

    def page(
        self,
        template: str,
        context: Mapping[str, Any],
        charts: Mapping[str, Chart],
        *,
        root: str,
        twin: str | None = None,
        plotly: str | None = None,
        **more: Any,
    ) -> str:
        """A whole HTML page.

        Parameters
        ----------
        template
            File name below a templates folder.
        context
            The JSON twin; the template sees it as `report`.
        charts
            Figures by id.
        root
            Relative way from the page to the reports folder: `""`, `"../"`.
        twin
            Relative way from the page to its JSON twin; None where it has none.
        plotly
            The source of plotly.js, to be put inside the page; None to load the shared file.
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
        with slips.told(self.folders):
            return self.environment.get_template(template).render(report=context, **more)


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
    """Compiled templates; those that another version of us compiled are left alone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder), f"{__version__}-%s.bin")

    def load_bytecode(self, bucket: Bucket) -> None:
        """A file that a failing disk spoilt is as good as none."""
        try:
            super().load_bytecode(bucket)
        except (EOFError, ValueError, pickle.UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with naming(Path(self.directory)):
            super().dump_bytecode(bucket)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
