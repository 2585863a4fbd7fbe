"""`watchlist events candidates|accept|reject`: feeds propose, a person decides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchlist.cli import console, output
from watchlist.cli.options import (
    FrameFormat,
    ProjectDir,
    Simulated,
    one_of,
    open_project,
    parse_date,
)
from watchlist.errors import CatalogError, ConfigError

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Event
    from watchlist.catalog.candidate import Candidate
    from watchlist.clock import Clock
    from watchlist.config import Feeds
    from watchlist.project import Project

HOME = "XNYS"
SOURCES = ("federal-register", "edgar", "rss")
STATES = ("open", "accepted", "rejected", "all")
DAYS = 14
"""How far back a feed is asked without `--since`."""

CandidateId = Annotated[str, typer.Argument(metavar="ID", help="Such as fr:2025-05212.")]


def add_to(events: typer.Typer) -> None:
    """Add the three commands to the group `events`."""
    events.command(
        epilog="Example: watchlist events candidates --source federal-register --since 2025-03-01"
    )(candidates)
    events.command(
        epilog="Example: watchlist events accept fr:2025-05212 --set direction=supportive"
    )(accept)
    events.command(epilog="Example: watchlist events reject fr:2026-07755")(reject)


def candidates(
    source: Annotated[
        str | None,
        typer.Option(
            metavar="S",
            callback=one_of("--source", SOURCES),
            help="Ask federal-register, edgar or rss; else only list.",
        ),
    ] = None,
    since: Annotated[
        date | None,
        typer.Option(metavar="DATE", parser=parse_date, help=f"[default: {DAYS} days ago]"),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="With edgar: filings of any company with these words."),
    ] = None,
    state: Annotated[
        str,
        typer.Option(
            metavar="S",
            callback=one_of("--state", STATES),
            help="open, accepted, rejected or all.",
        ),
    ] = "open",
    style: FrameFormat = "table",
    simulated: Simulated = False,
    project: ProjectDir = None,
) -> None:
    """Ask an official feed for proposals, and list them, the likeliest first."""
    from watchlist.clock import SystemClock

    place, config = open_project(project, simulated=simulated)
    if search is not None and source != "edgar":
        raise ConfigError("--search: only EDGAR is searched", "search with --source edgar")
    if source is not None:
        _ask(place, config.feeds, source, since, SystemClock(), search)
    _list(place, state, style)


def accept(
    candidate_id: CandidateId,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="A field of the event; may be repeated."),
    ] = None,
    into: Annotated[
        str | None, typer.Option("--as", metavar="ID", help="It is that known event.")
    ] = None,
    simulated: Simulated = False,
    project: ProjectDir = None,
) -> None:
    """Write a candidate as an event, with its source, into the project's events.toml."""
    from watchlist.calendar import day_zero, sessions_around
    from watchlist.catalog import load_catalog
    from watchlist.catalog.writing import put_events
    from watchlist.clock import SystemClock
    from watchlist.feeds import tables
    from watchlist.store import open_build

    place, _ = open_project(project, simulated=simulated)
    catalog, clock = load_catalog(place), SystemClock()
    # the event is written first: a failure between leaves the candidate open
    with open_build(place, clock) as build:
        candidate = tables.find_candidate(build.con, candidate_id)
        if candidate["state"] == "accepted":
            raise CatalogError(f"{candidate_id} was accepted already, as {candidate['event_id']}")
        event, is_news = _event_of(candidate, catalog, changes or [], into, clock.now())
        if is_news:
            output.write(str(put_events(place, [event]).path))
        else:
            console.say(f"{event.event_id} has this source already; nothing to write")
        tables.decide_candidate(build.con, candidate_id, "accepted", clock.now(), event.event_id)
        build.publish()
    console.say(f"accepted: {candidate_id} as {event.event_id}")
    tell_findings(place, {event.event_id})
    found = day_zero(event, sessions_around(HOME, [event.announced_on]))
    console.say(f"day 0 {found.session}: {found.why}")


def reject(
    candidate_id: CandidateId,
    simulated: Simulated = False,
    project: ProjectDir = None,
) -> None:
    """Turn a candidate down for good: it does not come back."""
    from watchlist.clock import SystemClock
    from watchlist.feeds import tables
    from watchlist.store import open_build

    place, _ = open_project(project, simulated=simulated)
    clock = SystemClock()
    with open_build(place, clock) as build:
        tables.find_candidate(build.con, candidate_id)
        tables.decide_candidate(build.con, candidate_id, "rejected", clock.now())
        build.publish()
    console.say(f"rejected: {candidate_id}")


def tell_findings(project: Project, event_ids: Collection[str]) -> None:
    """Warn of what the check of the catalogue finds about some events."""
    from watchlist.catalog.checking import check_project
    from watchlist.clock import SystemClock

    for finding in check_project(project, SystemClock().now().date()):
        if finding.event_id in event_ids:
            console.warn(f"{finding.event_id}: {finding.message}")


def _event_of(
    candidate: dict[str, Any], catalog: Catalog, changes: list[str], into: str | None, now: datetime
) -> tuple[Event, bool]:
    """The event that a candidate becomes, and whether there is anything new to write of it."""
    from watchlist.calendar import sessions, sessions_around
    from watchlist.catalog.candidate import event_from, known_event, with_source
    from watchlist.catalog.writing import changed_fields

    known = catalog.event(into) if into else known_event(catalog, candidate)
    if known is not None:
        if changes:
            raise CatalogError(
                f"{candidate['candidate_id']} is the known event {known.event_id}, so --set says "
                "nothing",
                f"change it with: watchlist events edit-free {known.event_id} --set …",
            )
        event = with_source(known, candidate)
        return event, event is not known
    fields = {"entered_at": now.replace(microsecond=0), **changed_fields(changes)}
    on = fields.get("announced_on") or candidate["announced_on"]
    home = sessions_around(HOME, [on]) if on else sessions([], date.min, date.min)
    event = event_from(candidate, fields, home)
    if event.event_id in {other.event_id for other in catalog.events}:
        raise CatalogError(
            f"event_id {event.event_id!r} is taken", "give another: --set event_id=…"
        )
    return event, True


def _ask(
    project: Project,
    settings: Feeds,
    source: str,
    since: date | None,
    clock: Clock,
    search: str | None,
) -> None:
    """Ask one feed and keep what it proposes; the store is untouched if the feed fails.

    Raises
    ------
    ConfigError
        A setting that the feed needs is missing.
    SourceError
        The feed could not be fetched.
    """
    from watchlist.catalog import load_catalog
    from watchlist.feeds import tables
    from watchlist.store import open_build

    start = since or clock.now().date() - timedelta(days=DAYS)
    catalog = load_catalog(project)
    if source == "edgar":
        found = _from_edgar(settings, start, catalog, clock, search)
    else:
        found = _from_agency(settings, source, start, catalog, clock)
    with open_build(project, clock) as build:
        saved = tables.save_candidates(build.con, found, clock.now())
        build.publish()
    console.say(
        f"{source} since {start}: {saved.new} new, {saved.seen_again} seen before, "
        f"{saved.decided} decided before"
    )


def _from_agency(
    settings: Feeds, source: str, since: date, catalog: Catalog, clock: Clock
) -> list[Candidate]:
    from watchlist.feeds import federal_register, rss
    from watchlist.feeds.web import Web

    with Web(clock) as web:
        if source == "federal-register":
            url, today = settings.federal_register, clock.now().date()
            return federal_register.candidates(web, catalog, since, today, url)
        if not settings.rss:
            raise ConfigError(
                "no feed is listed", 'set in watchlist.toml: [feeds] rss = ["https…"]'
            )
        return rss.candidates(web, catalog, since, settings.rss)


def _from_edgar(
    settings: Feeds, since: date, catalog: Catalog, clock: Clock, search: str | None
) -> list[Candidate]:
    from watchlist.feeds import edgar
    from watchlist.feeds.web import Web

    if "@" not in settings.contact:
        raise ConfigError(
            "SEC EDGAR wants to know who asks",
            'set in watchlist.toml: [feeds] contact = "Name name@domain"',
        )
    archives, today = settings.edgar_archives, clock.now().date()
    with (
        Web(clock, user_agent=settings.contact, per_second=edgar.PER_SECOND) as web,
        console.progress("edgar") as step,
    ):
        if search is None:
            data = settings.edgar_data
            return edgar.candidates(
                web, catalog, since, data_url=data, archives_url=archives, step=step
            )
        url = settings.edgar_search
        return edgar.search_candidates(
            web, catalog, search, since, today, search_url=url, archives_url=archives
        )


def _list(project: Project, state: str, style: str) -> None:
    import polars as pl

    from watchlist.feeds import tables
    from watchlist.store import connect

    with connect(project) as con:
        rows = tables.list_candidates(con, state)
    schema: dict[str, Any] = dict.fromkeys(
        ("candidate_id", "score", "announced_on", "timing", "signed_on", "published_on", "category",
         "symbols", "matched", "title", "note", "url", "state", "event_id"),
        pl.String(),
    )  # fmt: skip
    schema |= {"score": pl.Float64()}
    schema |= dict.fromkeys(("announced_on", "signed_on", "published_on"), pl.Date())
    told = [
        {name: row[name] for name in schema}
        | {name: ", ".join(row[name] or ()) for name in ("symbols", "matched")}
        for row in rows
    ]
    output.write_frame(pl.DataFrame(told, schema=schema), style)
    if not rows:
        console.say(f"no {'' if state == 'all' else state + ' '}candidate")
