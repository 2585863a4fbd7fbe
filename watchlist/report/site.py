"""The reports folder of a project: reads the store once and writes pages beside their twins.

The folder is an archive: `daily/DATE.html` stays as it is; the pages of events and symbols,
`latest.html`, `index.html` and `feed.json` follow the newest report and never go back in time.
One `plotly.min.js` serves them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist import __version__
from watchlist.errors import WatchlistError, nearest
from watchlist.project import Project, packaged
from watchlist.report.daily import daily_page
from watchlist.report.events import EventCard, event_card, event_page
from watchlist.report.facts import Facts, read_facts
from watchlist.report.files import write, write_page
from watchlist.report.index import Digest, digest, feed, index_page
from watchlist.report.signals import signals_page
from watchlist.report.symbols import symbol_page

if TYPE_CHECKING:
    import duckdb

    from watchlist.catalog import Event
    from watchlist.config import Config
    from watchlist.report.render import Renderer
    from watchlist.report.rows import Security

Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Site:
    """All that writing one session's pages needs."""

    project: Project
    facts: Facts
    cards: list[EventCard]
    renderer: Renderer
    plotly: str
    single_file: bool

    def write(self, page: Mapping[str, Any]) -> Path:
        """Write a page and its twin; gives the page's path."""
        html = self.renderer.page(
            page,
            plotly=self.plotly if self.single_file else None,
            linked=self.facts.linked,
            known_events=frozenset(card["event_id"] for card in self.cards),
            signals_page=self.facts.ranked,
        )
        return write_page(self.project.reports_dir, page, html)


def open_site(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    config: Config,
    *,
    as_of: date,
    single_file: bool = False,
) -> Site:
    """Read what the pages of one session need, and put the one script beside them.

    Parameters
    ----------
    con
        A connection on the store; only the public views are read.
    as_of
        A session; later bars and events are left out.
    single_file
        Put plotly.js inside each page (4.8 MB), for sending it to somebody.
    """
    from watchlist.charts.style import plotly_js
    from watchlist.report.render import PLOTLY_NAME

    facts = read_facts(con, as_of, chart_days=config.report.chart_days)
    cards = [event_card(row) for row in facts.events]
    site = Site(project, facts, cards, open_renderer(project), plotly_js(), single_file)
    write(project.reports_dir / PLOTLY_NAME, site.plotly)
    return site


def open_renderer(project: Project) -> Renderer:
    """The user's templates before the packaged ones."""
    from platformdirs import user_cache_path

    from watchlist.report.render import Renderer

    own = project.own("reports")
    folders = [*([own] if own.is_dir() else []), packaged("reports")]
    return Renderer(folders, cache=user_cache_path("mining-watchlist") / "templates")


def write_daily(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    config: Config,
    *,
    as_of: date,
    step: Step | None = None,
    single_file: bool = False,
) -> Path:
    """Write the report of one session and the pages it links to; gives its path.

    The parameters are those of `open_site`.
    """
    site = open_site(con, project, config, as_of=as_of, single_file=single_file)
    path = site.write(daily_page(site.facts, site.cards, version=__version__))
    if site.facts.ranked:
        write_signals(con, site)
    newest = date.fromisoformat(max(_archived(project.reports_dir)))
    if newest == as_of:
        _write_linked(site, step)
    else:
        site = open_site(con, project, config, as_of=newest)
    _write_front(site, config.report.base_url)
    return path


def write_event(site: Site, event_id: str) -> Path:
    """Write the page of one event.

    Raises
    ------
    WatchlistError
        No such event is known as of the session.
    """
    card = next((card for card in site.cards if card["event_id"] == event_id), None)
    if card is None:
        raise WatchlistError(
            f"event {event_id!r}: not known as of {site.facts.as_of}",
            _suggestion(event_id, [card["event_id"] for card in site.cards]),
        )
    return site.write(event_page(site.facts, card, site.cards, version=__version__))


def write_symbol(site: Site, symbol: str) -> Path:
    """Write the page of one symbol.

    Raises
    ------
    WatchlistError
        No such symbol is in the store.
    """
    found: dict[str, Security] = {row["symbol"]: row for row in site.facts.securities}
    if symbol not in found:
        raise WatchlistError(f"symbol {symbol!r}: not in the store", nearest(symbol, list(found)))
    return site.write(symbol_page(site.facts, found[symbol], version=__version__))


def write_signals(con: duckdb.DuckDBPyConnection, site: Site) -> Path:
    """Write the page of the session's signals.

    Raises
    ------
    StoreError
        The store's signals are of another session.
    """
    facts = site.facts
    return site.write(
        signals_page(con, facts.as_of, simulated=facts.simulated, version=__version__)
    )


def _write_linked(site: Site, step: Step | None) -> None:
    """The pages of all events and symbols."""
    pages: list[tuple[str, Callable[[Site, str], Path]]] = [
        *((card["event_id"], write_event) for card in site.cards),
        *((row["symbol"], write_symbol) for row in site.facts.securities),
    ]
    for done, (name, write_one) in enumerate(pages):
        if step is not None:
            step(done, len(pages), name)
        write_one(site, name)


def _write_front(site: Site, base_url: str) -> None:
    """Index, feed and latest, from the twins that lie in the archive."""
    folder = site.project.reports_dir
    digests = [_digest(twin) for _, twin in sorted(_archived(folder).items())]
    site.write(index_page(digests, site.facts, site.cards, version=__version__))
    write(folder / "feed.json", feed(digests, base_url=base_url))
    latest = site.renderer.plain("latest.html.j2", {}, as_of=str(site.facts.as_of))
    write(folder / "latest.html", latest)


def _digest(twin: Path) -> Digest:
    """What the index keeps of a report.

    Raises
    ------
    WatchlistError
        The file is not the twin that was written.
    """
    try:
        return digest(json.loads(twin.read_text(encoding="utf-8")))
    except (ValueError, LookupError, TypeError):
        raise WatchlistError(
            f"{twin}: not the twin of a daily report",
            f"write it again: watchlist report daily --on {twin.stem}, or move it away",
        ) from None


def _archived(folder: Path) -> dict[str, Path]:
    """Twins of daily reports by their session."""
    pattern = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].json"
    return {file.stem: file for file in (folder / "daily").glob(pattern)}


def _suggestion(event_id: str, known: list[str]) -> str:
    """The nearest id, or those that begin so; a hundred ids are no hint."""
    begin = [name for name in known if name.startswith(event_id)]
    if begin and event_id:
        return "did you mean one of " + ", ".join(sorted(begin)[:8]) + "?"
    hint = nearest(event_id, known)
    return hint if hint.startswith("did you mean") else "list them with: watchlist events list"


def write_timeline(project: Project, events: Sequence[Event], out: Path | None = None) -> Path:
    """Write the page of `watchlist events timeline`: the chart, and the same as a list with links.

    Parameters
    ----------
    events : sequence of Event
        Oldest first.
    out : Path, optional
        Left out: `timeline.html` in the reports' folder.
    """
    from watchlist.charts.style import plotly_js
    from watchlist.report.figures import TIMELINE_FIELDS, timeline_chart

    context = {
        "version": __version__,
        "title": "Policy events",
        "simulated": False,
        "as_of": None,
        "events": [event.model_dump() for event in reversed(events)],
    }
    rows: list[Any] = [
        {
            **event.model_dump(include=set(TIMELINE_FIELDS)),
            "on": event.announced_on,
            "publishers": [source.publisher for source in event.sources],
        }
        for event in events
    ]
    chart = timeline_chart(rows)
    charts = {} if chart is None else {chart.chart_id: chart}
    renderer = open_renderer(project)
    html = renderer.html("timeline.html.j2", context, charts, root="", plotly=plotly_js())
    return write(out or project.reports_dir / "timeline.html", html)
