"""`watchlist events candidates|accept|reject`: feeds propose, a person decides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import console
from watchlist.cli.frames import FrameFormat
from watchlist.cli.options import ProjectDir, Simulated, open_project, parse_date
from watchlist.errors import ConfigError, nearest

if TYPE_CHECKING:
    from watchlist.catalog import Catalog
    from watchlist.catalog.candidate import Candidate
    from watchlist.clock import Clock
    from watchlist.config import Feeds
    from watchlist.project import Project

SOURCES = ("federal-register", "edgar", "rss")
DAYS = 14
"""How far back a feed is asked without `--since`."""

CandidateId = Annotated[str, typer.Argument(metavar="ID", help="Such as fr:2025-05212.")]


def register(group: typer.Typer) -> None:
    """Add `candidates`, `accept` and `reject` to `events`."""

    @group.command(
        "candidates",
        epilog="Example: watchlist events candidates --source federal-register --since 2025-03-01",
    )
    def candidates(
        source: Annotated[
            str | None,
            typer.Option(metavar="S", help="Ask federal-register, edgar or rss; else only list."),
        ] = None,
        since: Annotated[
            date | None,
            typer.Option(metavar="DATE", parser=parse_date, help=f"[default: {DAYS} days ago]"),
        ] = None,
        search: Annotated[
            str | None,
            typer.Option(
                metavar="WORDS", help="With edgar: filings of any company with these words."
            ),
        ] = None,
        state: Annotated[
            str, typer.Option(metavar="S", help="open, accepted, rejected or all.")
        ] = "open",
        style: FrameFormat = "table",
        simulated: Simulated = False,
        project: ProjectDir = None,
    ) -> None:
        """Ask an official feed for proposals, and list them, the likeliest first."""
        from watchlist.clock import SystemClock

        found, config = open_project(project, "simulated" if simulated else None)
        if state not in ("open", "accepted", "rejected", "all"):
            known = ["open", "accepted", "rejected", "all"]
            raise ConfigError(f"--state {state}: no such state; {nearest(state, known)}")
        if source is not None:
            ask_feed(found, config.feeds, source, since, SystemClock(), search)
        elif search is not None:
            raise ConfigError("--search needs a feed", "add --source edgar")
        _list(found, state, style)

    @group.command(
        "accept", epilog="Example: watchlist events accept fr:2025-05212 --set direction=supportive"
    )
    def accept(
        candidate_id: CandidateId,
        changes: Annotated[
            list[str] | None,
            typer.Option(
                "--set", metavar="FIELD=VALUE", help="A field of the event; may be repeated."
            ),
        ] = None,
        into: Annotated[
            str | None, typer.Option("--as", metavar="ID", help="It is that known event.")
        ] = None,
        simulated: Simulated = False,
        project: ProjectDir = None,
    ) -> None:
        """Write a candidate as an event, with its source, into the project's events.toml."""
        from watchlist.cli.accepting import accept_candidate
        from watchlist.clock import SystemClock

        found, _ = open_project(project, "simulated" if simulated else None)
        accept_candidate(found, candidate_id, changes or [], into, SystemClock())

    @group.command("reject", epilog="Example: watchlist events reject fr:2026-07755")
    def reject(
        candidate_id: CandidateId,
        simulated: Simulated = False,
        project: ProjectDir = None,
    ) -> None:
        """Turn a candidate down for good: it does not come back."""
        from watchlist.clock import SystemClock
        from watchlist.feeds import tables
        from watchlist.store import open_build

        found, _ = open_project(project, "simulated" if simulated else None)
        clock = SystemClock()
        with open_build(found, clock) as build:
            tables.find_candidate(build.con, candidate_id)
            tables.decide_candidate(build.con, candidate_id, "rejected", clock.now())
            build.publish()
        console.say(f"rejected: {candidate_id}")


def ask_feed(
    project: Project,
    settings: Feeds,
    source: str,
    since: date | None,
    clock: Clock,
    search: str | None = None,
) -> None:
    """Ask one feed and keep what it proposes; the store is untouched if the feed fails.

    Raises
    ------
    ConfigError
        No such source, or a setting that it needs is missing.
    SourceError
        The feed could not be had.
    """
    from watchlist.catalog import load_catalog
    from watchlist.feeds import tables
    from watchlist.store import open_build

    today = clock.now().date()
    start = since or today - timedelta(days=DAYS)
    catalog = load_catalog(project)
    if source not in SOURCES:
        raise ConfigError(f"--source {source}: no such feed; {nearest(source, list(SOURCES))}")
    if search is not None and source != "edgar":
        raise ConfigError(f"--search: {source} has its own words", "search with --source edgar")
    if source == "edgar":
        found = _ask_edgar(settings, start, today, catalog, clock, search)
    else:
        found = _ask(settings, source, start, today, catalog, clock)
    with open_build(project, clock) as build:
        saved = tables.save_candidates(build.con, found, clock.now())
        build.publish()
    console.say(
        f"{source} since {start}: {saved.new} new, {saved.seen_again} seen before, "
        f"{saved.decided} decided before"
    )


def _ask(
    settings: Feeds, source: str, since: date, until: date, catalog: Catalog, clock: Clock
) -> list[Candidate]:
    from watchlist.feeds import federal_register, rss
    from watchlist.feeds.web import Web

    with Web(clock) as web:
        if source == "federal-register":
            url = settings.federal_register
            return federal_register.candidates(web, catalog, since, until, url)
        if not settings.rss:
            raise ConfigError(
                "no feed is listed", 'set in watchlist.toml: [feeds] rss = ["https…"]'
            )
        return rss.candidates(web, catalog, since, settings.rss)


def _ask_edgar(
    settings: Feeds, since: date, until: date, catalog: Catalog, clock: Clock, search: str | None
) -> list[Candidate]:
    from watchlist.feeds import edgar
    from watchlist.feeds.web import Web

    if "@" not in settings.contact:
        raise ConfigError(
            "SEC EDGAR wants to know who asks",
            'set in watchlist.toml: [feeds] contact = "Name name@domain"',
        )
    archives = settings.edgar_archives
    with (
        Web(clock, user_agent=settings.contact, per_second=edgar.PER_SECOND) as web,
        console.progress("edgar") as step,
    ):
        if search is not None:
            url = settings.edgar_search
            return edgar.search_candidates(
                web, catalog, search, since, until, search_url=url, archives_url=archives
            )
        data = settings.edgar_data
        return edgar.candidates(
            web, catalog, since, data_url=data, archives_url=archives, step=step
        )


def _list(project: Project, state: str, style: str) -> None:
    import polars as pl

    from watchlist.cli import frames
    from watchlist.feeds import tables
    from watchlist.store import connect

    with connect(project) as con:
        rows = tables.list_candidates(con, state)
    schema = {
        "candidate_id": pl.String(),
        "score": pl.Float64(),
        "announced_on": pl.Date(),
        "timing": pl.String(),
        "signed_on": pl.Date(),
        "published_on": pl.Date(),
        "category": pl.String(),
        "symbols": pl.String(),
        "matched": pl.String(),
        "title": pl.String(),
        "note": pl.String(),
        "url": pl.String(),
        "state": pl.String(),
        "event_id": pl.String(),
    }
    told = [
        {name: row[name] for name in schema}
        | {name: ", ".join(row[name] or ()) for name in ("symbols", "matched")}
        for row in rows
    ]
    frames.show(pl.DataFrame(told, schema=schema), style)
    if not rows:
        console.say(f"no {'' if state == 'all' else state + ' '}candidate")
