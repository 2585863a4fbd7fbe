"""Events as cards: when each became public, whom it reaches; and the page of one event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict

from watchlist.report import format as fmt
from watchlist.report.rows import Certainty, Direction, EventFacts, EventRow, PageHead, Status, pick
from watchlist.report.study_rows import (
    Compared,
    Confounder,
    Control,
    Drop,
    Effect,
    OrdinaryDays,
    Path,
    Sympathy,
    TestRow,
)

if TYPE_CHECKING:
    from watchlist.report.facts import Facts

TIMELINE = timedelta(days=365)
"""A daily page charts the events of a year and those ahead; the index has all."""

TIMINGS = {
    "pre-market": "before the open",
    "intraday": "during the session",
    "after-close": "after the close",
    "non-trading-day": "with the exchange closed",
    "unknown": "at an unknown time",
}
BASES = {
    "reported": "time as reported",
    "inferred": "time inferred",
    "calendar": "the hour does not matter: the exchange was closed",
    "unknown": "time not known",
}
NEW_YORK = ZoneInfo("America/New_York")


class EventCard(EventFacts):
    """An event as every page tells it."""

    when: str
    """When it became public, in words."""
    basis: str
    """How the hour is known, in words."""


class TimelineEvent(TypedDict):
    """An event as the timeline draws it."""

    event_id: str
    title: str
    on: date
    category: str
    direction: Direction
    certainty: Certainty
    status: Status


class StudyName(TypedDict):
    """A study that a page shows."""

    name: str
    model: str


class ChainLink(TypedDict):
    """An event of the same story."""

    event_id: str
    title: str
    on: date
    stage: str | None
    this: bool
    """Whether it is the page's own."""


class EventPage(PageHead):
    """The JSON twin of events/EVENT.html. Returns and everything made of them are fractions.

    A field may be added within version 1; none is removed or changes its meaning.
    """

    schema: Literal["watchlist.event/1"]
    kind: Literal["event"]
    as_of: date
    event: EventCard
    study: StudyName | None
    """The study that the page leads with."""
    paths: list[Path]
    """Cumulative abnormal returns of each target; the first eight are charted."""
    models: list[StudyName]
    """One study a model, the headline first: the order of `by_model`."""
    compared: list[Compared]
    effects: list[Effect]
    placebo: list[OrdinaryDays]
    """The largest four reactions among ordinary days."""
    tests: list[TestRow]
    """The targets as one."""
    drops: list[Drop]
    controls: list[Control]
    sympathy: list[Sympathy]
    """Returns on day 0 of symbols that the event does not list."""
    chain: list[ChainLink]
    """The events that are one story with this one, oldest first."""
    confounders: list[Confounder]


def event_card(row: EventRow) -> EventCard:
    """The event with its moment in words."""
    return pick(EventCard, row, when=when(row), basis=BASES[row["timing_basis"]])


def when(row: EventRow) -> str:
    """When an event became public, in words, in New York and UTC where the time is known."""
    text = fmt.day(row["on"], weekday=True)
    if row["timing"] != "unknown" or row["status"] == "happened":
        text += f", {TIMINGS[row['timing']]}"
    if row["announced_time"] is None:
        return text
    moment = datetime.combine(row["on"], row["announced_time"], NEW_YORK)
    utc = moment.astimezone(UTC)
    shift = "" if utc.date() == row["on"] else f" on {fmt.day(utc.date(), year=False)}"
    return f"{text} ({moment:%H:%M} New York, {utc:%H:%M} UTC{shift})"


def timeline(cards: list[EventCard], as_of: date) -> list[TimelineEvent]:
    """The events of the last year and those ahead, newest first, as the timeline draws them."""
    return [pick(TimelineEvent, card) for card in cards if card["on"] >= as_of - TIMELINE]


def event_page(facts: Facts, card: EventCard, cards: list[EventCard], *, version: str) -> EventPage:
    """Everything about one event; `cards` are all that are known."""
    event_id, study = card["event_id"], facts.headline
    paths = facts.paths.get(event_id, [])
    order = {path["symbol"]: n for n, path in enumerate(paths)}
    return {
        "schema": "watchlist.event/1",
        "version": version,
        "kind": "event",
        "simulated": facts.simulated,
        "as_of": facts.as_of,
        "title": card["title"],
        "event": card,
        "study": None if study is None else pick(StudyName, study),
        "paths": paths,
        "models": [pick(StudyName, model) for model in facts.models],
        "compared": sorted(
            facts.compared.get(event_id, []), key=lambda row: order.get(row["symbol"], len(order))
        ),
        "effects": facts.effects.get(event_id, []),
        "placebo": facts.placebo.get(event_id, []),
        "tests": [row for row in facts.tests.get("event", []) if row["value"] == event_id],
        "drops": facts.drops.get(event_id, []),
        "controls": facts.controls.get(event_id, []),
        "sympathy": facts.sympathy.get(event_id, []),
        "chain": _chain(card, cards),
        "confounders": facts.confounders.get(event_id, []),
    }


def _chain(card: EventCard, cards: list[EventCard]) -> list[ChainLink]:
    if card["chain"] is None:
        return []
    return [
        pick(
            ChainLink,
            other,
            stage=other["chain_stage"],
            this=other["event_id"] == card["event_id"],
        )
        for other in sorted(cards, key=lambda c: (c["on"], c["event_id"]))
        if other["chain"] == card["chain"]
    ]
