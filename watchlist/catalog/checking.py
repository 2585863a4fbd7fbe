"""What in the chronology a careful reader would question."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import urlsplit

from watchlist.calendar import NEW_YORK, day_zero, sessions_around, timing_class
from watchlist.catalog.loading import assemble, parse_catalog
from watchlist.catalog.models import (
    Catalog,
    ChainStage,
    Event,
    EventSource,
    minerals,
    publishers,
)
from watchlist.errors import nearest

if TYPE_CHECKING:
    import polars as pl

    from watchlist.project import Project

HOME = "XNYS"
"""The calendar by whose hours `timing` is meant."""

USUAL_CLOSE = time(16, 0)
AMOUNT_TOLERANCE = 0.05
"""Amounts that differ by less are the same sum, rounded."""
SIMILAR = 0.6
"""Share of common words from which two titles may tell the same story."""

STAGES = get_args(ChainStage)


@dataclass(frozen=True)
class Finding:
    """One thing to look at; only an error makes the check fail."""

    severity: Literal["error", "warning", "note"]
    check: str
    event_id: str
    message: str


def check_project(project: Project, today: date) -> list[Finding]:
    """Every finding about the packaged events and the project's; an unreadable table is one."""
    parsed = parse_catalog(project.root)
    found = [Finding("error", "file", p.table or "-", str(p)) for p in parsed.problems]
    catalog = assemble(parsed, ())
    home = sessions_around(HOME, [*(event.announced_on for event in catalog.events), today])
    return found + check_events(catalog, {HOME: home}, today)


def check_events(
    catalog: Catalog, sessions: Mapping[str, pl.DataFrame], today: date
) -> list[Finding]:
    """Every finding, errors first, then by event.

    Parameters
    ----------
    sessions : mapping of calendar code to frame
        As `watchlist.calendar.sessions` gives them; XNYS must be there.
    today : date
        Scheduled dates before it need an outcome; no event entered after it.
    """
    home = sessions[HOME]
    found: list[Finding] = []
    for event in catalog.events:
        found += _sources(event)
        found += _dates(event)
        found += _amounts(event)
        found += _timing(event, home)
        found += _minerals(event)
        found += _schedule(event, today)
        found += _entered(event, today)
    found += _duplicates(catalog.events)
    found += _chains(catalog.events)
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda f: (order[f.severity], f.event_id, f.check))


def is_official(source: EventSource) -> bool:
    """Whether a source is a government's own page."""
    host = (urlsplit(source.url).hostname or "") if source.url else ""
    return any(
        host == known or host.endswith("." + known) for known in publishers()["official"]["hosts"]
    )


def _sources(event: Event) -> Iterator[Finding]:
    if not any(source.url for source in event.sources):
        yield Finding("warning", "sources", event.event_id, "no source has an address")
    enough = len(event.sources) >= 2 or any(is_official(source) for source in event.sources)
    if event.certainty == "confirmed" and not enough:
        text = "confirmed needs two sources or an official one; this has one from the press"
        yield Finding("error", "sources", event.event_id, text)


def _dates(event: Event) -> Iterator[Finding]:
    for source in event.sources:
        if source.says_on is not None and source.says_on != event.announced_on:
            text = f"{source.publisher} gives {source.says_on}, the table {event.announced_on}"
            yield Finding(_explained(event), "date", event.event_id, text)
        if (
            event.status == "happened"
            and source.published_on is not None
            and source.published_on < event.announced_on
        ):
            text = f"{source.publisher} published on {source.published_on}, before the event"
            yield Finding("warning", "date", event.event_id, text)


def _amounts(event: Event) -> Iterator[Finding]:
    for source in event.sources:
        said = source.says_amount_usd
        if said is None or event.amount_usd is None:
            continue
        if abs(said - event.amount_usd) > AMOUNT_TOLERANCE * event.amount_usd:
            text = f"{source.publisher} gives USD {said:,.0f}, the table {event.amount_usd:,.0f}"
            yield Finding(_explained(event), "amount", event.event_id, text)


def _explained(event: Event) -> Literal["warning", "note"]:
    """A disagreement that the event's own note speaks of is only to be known."""
    return "note" if event.note else "warning"


def _timing(event: Event, home: pl.DataFrame) -> Iterator[Finding]:
    import polars as pl

    own = timing_class(event.announced_on, event.announced_time, home)
    row = home.filter(pl.col("session") == event.announced_on)
    if own == "non-trading-day" and event.timing not in ("non-trading-day", "unknown"):
        text = f"timing = {event.timing!r}, but New York was closed on {event.announced_on}"
        yield Finding("error", "timing", event.event_id, text)
    elif row.height and event.timing == "non-trading-day":
        text = f"timing = 'non-trading-day', but New York was open on {event.announced_on}"
        yield Finding("error", "timing", event.event_id, text)
    elif row.height and own is not None and event.timing != own:
        text = f"timing = {event.timing!r}, but {event.announced_time:%H:%M} is {own}"
        yield Finding("error", "timing", event.event_id, text)
    if row.height and row["early_close"][0]:
        close = row["close_at"][0].astimezone(NEW_YORK).time()
        yield from _early_close(event, home, close)


def _early_close(event: Event, home: pl.DataFrame, close: time) -> Iterator[Finding]:
    """The early close matters where the news may lie between it and the usual close."""
    at = event.announced_time
    if at is not None and close <= at < USUAL_CLOSE:
        day = day_zero(event, home).session
        text = f"the early close at {close:%H:%M} moves day 0 to {day}"
        yield Finding("note", "early-close", event.event_id, text)
    elif at is None and event.timing in ("intraday", "unknown"):
        moved = event.model_copy(update={"announced_time": close})
        text = (
            f"New York closed early, at {close:%H:%M}; news after that "
            f"would have day 0 {day_zero(moved, home).session}"
        )
        yield Finding("warning", "early-close", event.event_id, text)


def _minerals(event: Event) -> Iterator[Finding]:
    known = minerals()
    for mineral in event.minerals:
        if mineral not in known:
            text = f"mineral {mineral!r} is not known; {nearest(mineral, list(known))}"
            yield Finding("warning", "mineral", event.event_id, text)


def _schedule(event: Event, today: date) -> Iterator[Finding]:
    if event.status != "scheduled":
        if event.announced_on > today:
            text = f"announced on {event.announced_on}, which is to come: status = 'scheduled'?"
            yield Finding("error", "schedule", event.event_id, text)
    elif event.announced_on < today and event.outcome is None:
        text = f"the date of {event.announced_on} has passed without an outcome"
        yield Finding("warning", "schedule", event.event_id, text)


def _entered(event: Event, today: date) -> Iterator[Finding]:
    if event.entered_at is not None and event.entered_at.astimezone(UTC).date() > today:
        text = f"entered_at = {event.entered_at.isoformat()} lies ahead"
        yield Finding("error", "entered", event.event_id, text)


def _duplicates(events: tuple[Event, ...]) -> Iterator[Finding]:
    by_day: dict[date, list[Event]] = defaultdict(list)
    for event in events:
        by_day[event.announced_on].append(event)
    for event in events:
        near = by_day[event.announced_on] + by_day[event.announced_on + timedelta(days=1)]
        for other in near:
            if other.event_id == event.event_id or not set(event.actors) & set(other.actors):
                continue
            if other.announced_on == event.announced_on and other.event_id < event.event_id:
                continue
            if event.chain is not None and event.chain == other.chain:
                continue
            if similarity(event.title, other.title) >= SIMILAR:
                text = f"may be the same as {other.event_id}: {other.title}"
                yield Finding("warning", "duplicate", event.event_id, text)


def similarity(one: str, other: str) -> float:
    """Common words over all words of two titles, without the small ones; 0 to 1."""
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def _words(title: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9]+", title.lower()) if len(word) > 2}


def _chains(events: tuple[Event, ...]) -> Iterator[Finding]:
    chains: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.chain is not None:
            chains[event.chain].append(event)
    for name, members in chains.items():
        if len(members) == 1:
            text = f"the only event of the chain {name!r}"
            yield Finding("note", "chain", members[0].event_id, text)
        for before, after in pairwise(members):
            late = after.chain_stage in ("report", "announcement")
            if late and _rank(before) > _rank(after) and before.announced_on < after.announced_on:
                text = (
                    f"{after.chain_stage} of the chain {name!r} after the "
                    f"{before.chain_stage} {before.event_id}"
                )
                yield Finding("warning", "chain", after.event_id, text)


def _rank(event: Event) -> int:
    return STAGES.index(event.chain_stage) if event.chain_stage else 0
