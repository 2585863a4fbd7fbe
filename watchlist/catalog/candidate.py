"""A proposed event: what a feed or a text said, scored, and how it becomes one of the catalogue."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Any

from watchlist.calendar import timing_class
from watchlist.catalog.loading import valid_event
from watchlist.catalog.models import Catalog, Event, EventSource, publishers

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Candidate:
    """One row of `base.candidates`; field names are its columns."""

    candidate_id: str
    """Source and its own id: fr:2025-05212, edgar:0001279569-25-001094."""
    source: str
    title: str
    announced_on: date | None
    score: float
    """How likely it matters, 0 to 1."""
    announced_time: time | None = None
    timing: str = "unknown"
    timing_basis: str = "unknown"
    signed_on: date | None = None
    published_on: date | None = None
    url: str | None = None
    matched: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    category: str | None = None
    note: str | None = None
    """What the guess of date and timing rests on."""
    raw: dict[str, Any] = field(default_factory=dict)


def usual_timing(at: time | None) -> str:
    """The timing class of a New York wall time by the usual hours; accepting looks the day up."""
    if at is None:
        return "unknown"
    return "pre-market" if at < time(9, 30) else "intraday" if at < time(16) else "after-close"


def short_hash(text: str) -> str:
    """Twelve hexadecimal digits that stand for a text without an id of its own."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def known_event(catalog: Catalog, candidate: Mapping[str, Any]) -> Event | None:
    """The event that the candidate is about, if the catalogue has it already.

    Recognised by the document's or filing's number in a source, by the address, or by the number
    of the executive order or proclamation in the title.
    """
    number = str(candidate["candidate_id"]).partition(":")[2]
    order = re.match(r"(?:Executive Order|Proclamation) (\d+)", str(candidate["title"]))
    for event in catalog.events:
        for source in event.sources:
            if source.url is not None and source.url == candidate["url"]:
                return event
            plain = number.replace("-", "")
            told = f"{source.title} {source.url or ''}"
            if len(plain) >= 9 and (number in told or plain in told.replace("-", "")):
                return event
        if order and re.search(rf"\b{order.group(0)}\b", event.title):
            return event
    return None


def with_source(event: Event, candidate: Mapping[str, Any]) -> Event:
    """The event with the candidate's document among its sources; the same event if it is there."""
    new = _source(candidate)
    if any(source.url is not None and source.url == new.url for source in event.sources):
        return event
    return event.model_copy(update={"sources": (*event.sources, new)})


def event_from(
    candidate: Mapping[str, Any], changes: Mapping[str, Any], home: pl.DataFrame
) -> Event:
    """A new event with the candidate's facts, over them the changes that the user gave.

    Parameters
    ----------
    changes : mapping
        Fields of the event: event_id, announced_on, category, direction, timing, …
    home : DataFrame
        Sessions of XNYS, to name the timing class of a known hour.

    Raises
    ------
    CatalogError
        Something is missing or wrong; names the option that gives it.
    """
    official = candidate["source"] in ("federal-register", "edgar")
    fields: dict[str, Any] = {
        "event_id": _slug(str(candidate["title"]), candidate["announced_on"]),
        "announced_on": candidate["announced_on"],
        "announced_time": candidate["announced_time"],
        "timing": candidate["timing"],
        "timing_basis": candidate["timing_basis"],
        "title": candidate["title"],
        "category": candidate["category"],
        "direction": "mixed",
        "certainty": "confirmed" if official else "single-source",
        "named": tuple(candidate["symbols"] or ()),
        "note": candidate.get("note"),
        "sources": (_source(candidate),),
    }
    fields |= {name: value for name, value in changes.items() if value is not None}
    if isinstance(fields["announced_time"], str):
        fields["announced_time"] = time.fromisoformat(fields["announced_time"])
    on = fields["announced_on"]
    if on is not None and "timing" not in changes:
        fields["timing"] = timing_class(on, fields["announced_time"], home) or fields["timing"]
        if fields["timing"] == "non-trading-day" and fields["announced_time"] is None:
            fields["timing_basis"] = "calendar"
    return valid_event(
        {name: value for name, value in fields.items() if value is not None},
        str(candidate["candidate_id"]),
        "give it with an option, such as --set category=loan --set announced_on=2026-01-31",
    )


def _source(candidate: Mapping[str, Any]) -> EventSource:
    return EventSource(
        title=str(candidate["title"]),
        publisher=publishers()["feeds"].get(str(candidate["source"]), str(candidate["source"])),
        url=candidate["url"],
        published_on=candidate["published_on"],
    )


def _slug(title: str, on: Any) -> str:
    """Small letters, digits and hyphens, with the year, short enough for a table."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    short = words[:60].rpartition("-")[0] if len(words) > 60 else words
    return f"{short or 'event'}-{on.year}" if on else short or "event"
