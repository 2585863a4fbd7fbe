"""Reads the store, makes the contexts, writes the pages: the thin edge of reporting.

The reports folder is an archive: `daily/DATE.html` stays as it is; the pages of events and symbols,
`latest.html`, `index.html` and `feed.json` follow the newest report and never go back in time. Each
page has its JSON twin beside it. One `plotly.min.js` serves them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist import __version__
from watchlist.errors import WatchlistError, nearest
from watchlist.project import Project, packaged
from watchlist.report.daily import daily_context
from watchlist.report.event import event_context
from watchlist.report.facts import Facts, Row
from watchlist.report.files import write, write_pair
from watchlist.report.happenings import cards
from watchlist.report.index import digest, event_file, feed, index_context, symbol_file
from watchlist.report.symbol import symbol_context
from watchlist.steps.report_signals import write_signals

if TYPE_CHECKING:
    import duckdb

    from watchlist.config import Config
    from watchlist.report.render import Renderer

Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Press:
    """All that writing one session's pages needs."""

    project: Project
    config: Config
    facts: Facts
    cards: list[Row]
    renderer: Renderer
    plotly: str
    single_file: bool

    @property
    def linked(self) -> frozenset[str]:
        """Symbols that have a page."""
        return frozenset(s["symbol"] for s in self.facts.symbols)

    @property
    def inlined(self) -> str | None:
        """The script to put inside a page, if it is to travel alone."""
        return self.plotly if self.single_file else None


def write_daily(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    config: Config,
    *,
    as_of: date,
    step: Step | None = None,
    single_file: bool = False,
) -> Path:
    """Write the report of one session, its twin and the pages it links to; gives its path.

    Parameters
    ----------
    con
        A connection on the store; only the public views are read.
    as_of
        A session; later bars and events are left out.
    single_file
        Put plotly.js inside the page (4.8 MB), for sending it to somebody.
    """
    press = open_press(con, project, config, as_of=as_of, single_file=single_file)
    newest = date.fromisoformat(max([*_archived(project.reports_dir), as_of.isoformat()]))
    share_plotly(press)
    page = _write_daily_page(press)
    if press.facts.rankings:
        write_signals(con, project, press.renderer, as_of=as_of, plotly=press.inlined)
    if newest == as_of:
        _write_linked(press, step)
        _write_front(press)
    else:
        _write_front(open_press(con, project, config, as_of=newest))
    return page


def write_event(press: Press, event_id: str) -> Path:
    """Write the page of one event and its twin.

    Raises
    ------
    WatchlistError
        No such event is known as of the session.
    """
    card = next((c for c in press.cards if c["event_id"] == event_id), None)
    if card is None:
        raise WatchlistError(
            f"event {event_id!r}: not known as of {press.facts.as_of}",
            _suggestion(event_id, [c["event_id"] for c in press.cards]),
        )
    return _write_event(press, card)


def write_symbol(press: Press, symbol: str) -> Path:
    """Write the page of one symbol and its twin.

    Raises
    ------
    WatchlistError
        No such symbol is in the store.
    """
    security = next((s for s in press.facts.symbols if s["symbol"] == symbol), None)
    if security is None:
        raise WatchlistError(
            f"symbol {symbol!r}: not in the store",
            nearest(symbol, [s["symbol"] for s in press.facts.symbols]),
        )
    return _write_symbol(press, security)


def open_press(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    config: Config,
    *,
    as_of: date,
    single_file: bool = False,
) -> Press:
    """Read what the pages of one session need."""
    from watchlist.charts.style import plotly_js
    from watchlist.steps.report_read import read_facts

    facts = read_facts(con, as_of, chart_days=config.report.chart_days)
    return Press(
        project=project,
        config=config,
        facts=facts,
        cards=cards(facts),
        renderer=open_renderer(project),
        plotly=plotly_js(),
        single_file=single_file,
    )


def open_renderer(project: Project) -> Renderer:
    """The user's templates before the packaged ones."""
    from watchlist.report.render import Renderer

    own = project.own("reports")
    folders = [*([own] if own.is_dir() else []), packaged("reports")]
    return Renderer(folders, cache=project.work_dir / "templates")


def share_plotly(press: Press) -> Path:
    """The one script beside all reports."""
    from watchlist.report.render import PLOTLY_NAME

    return write(press.project.reports_dir / PLOTLY_NAME, press.plotly)


def _write_daily_page(press: Press) -> Path:
    from watchlist.report.pages import daily_page

    context = daily_context(press.facts, version=__version__)
    html = daily_page(
        press.renderer,
        context,
        linked=press.linked,
        with_signals=bool(press.facts.rankings),
        plotly=press.inlined,
    )
    page = press.project.reports_dir / "daily" / f"{context['as_of']}.html"
    return write_pair(page, html, context)


def _write_linked(press: Press, step: Step | None) -> None:
    """The pages of all events and symbols."""
    total = len(press.cards) + len(press.facts.symbols)
    tell = step or (lambda done, total, what: None)
    for done, card in enumerate(press.cards):
        tell(done, total, card["event_id"])
        _write_event(press, card)
    for done, security in enumerate(press.facts.symbols, start=len(press.cards)):
        tell(done, total, security["symbol"])
        _write_symbol(press, security)


def _write_event(press: Press, card: Row) -> Path:
    from watchlist.report.pages import event_page

    context = event_context(press.facts, card, press.cards, version=__version__)
    html = event_page(press.renderer, context, linked=press.linked, plotly=press.inlined)
    return write_pair(press.project.reports_dir / event_file(card["event_id"]), html, context)


def _write_symbol(press: Press, security: Row) -> Path:
    from watchlist.report.pages import symbol_page

    context = symbol_context(press.facts, security, press.cards, version=__version__)
    html = symbol_page(
        press.renderer,
        context,
        linked=press.linked,
        known_events=frozenset(c["event_id"] for c in press.cards),
        plotly=press.inlined,
    )
    return write_pair(press.project.reports_dir / symbol_file(security["symbol"]), html, context)


def _write_front(press: Press) -> None:
    """Index, feed and latest, from the twins that lie in the archive; the newest is the press's."""
    from watchlist.report.pages import index_page

    folder, newest = press.project.reports_dir, press.facts.as_of
    twins = _archived(folder)
    digests = [_digest(twins[day]) for day in sorted(twins)]
    context = index_context(digests, press.cards, press.facts.symbols, version=__version__)
    write_pair(folder / "index.html", index_page(press.renderer, context), context)
    write(folder / "feed.json", feed(digests, base_url=press.config.report.base_url))
    write(folder / "latest.html", press.renderer.plain("latest.html.j2", {}, as_of=str(newest)))


def _digest(twin: Path) -> dict[str, Any]:
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
