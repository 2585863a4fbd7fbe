"""Rows of the answers of `sql/*.sql`: what of the public views stands on a page.

A field without a description says what the column of that name in the view says; None is NULL
there, for what is not known. Most rows stand in a twin as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from inspect import get_annotations
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import Field
from typing_extensions import TypedDict

Fraction = Annotated[float, Field(description="a fraction: 0.506 is 50.6 %")]
StandardErrors = Annotated[float, Field(description="in forecast standard errors")]
PValue = Annotated[float, Field(description="two-sided p-value", ge=0, le=1)]
Day = Annotated[int, Field(description="sessions from day 0")]

Role = Literal["watchlist", "peer", "benchmark", "factor"]
Relation = Literal["named", "exposed"]
Direction = Literal["supportive", "adverse", "mixed"]
Certainty = Literal["confirmed", "single-source", "unconfirmed"]
Status = Literal["happened", "scheduled"]
Timing = Literal["pre-market", "intraday", "after-close", "non-trading-day", "unknown"]
Phase = Literal["fresh", "running", "past", "ahead"]
SignalState = Literal["quiet", "up", "down", "on"]


Kind = TypeVar("Kind")


def pick(kind: type[Kind], /, *rows: Mapping[str, Any], **more: Any) -> Kind:
    """The fields of a type of row, from rows that have more; a later one and `more` win."""
    known = {name: row[name] for row in rows for name in row} | more
    return cast("Kind", {name: known[name] for name in get_annotations(kind)})


class PageHead(TypedDict):
    """What the twin of every page says first."""

    version: str
    """Version of watchlist that wrote it."""
    simulated: bool
    """Prices are made up."""
    title: str


class Security(TypedDict):
    """A security that is pulled: its last bar, and how its last pull ended."""

    symbol: str
    name: str
    role: Role
    exchange: str
    currency: str
    minerals: list[str]
    stage: str | None
    market: str | None
    sector_factor: str | None
    valid_from: date | None
    ended: date | None
    """Its last session, where it was delisted or renamed."""
    successor: str | None
    note: str | None
    first_session: date | None
    last_session: date | None
    bars: int
    sessions_behind: int | None
    """Sessions of its calendar since its last bar; None without bars."""
    source: str | None
    failed: bool
    """Whether the last pull failed."""
    kind: str | None
    reason: str | None


class SessionHours(TypedDict):
    """The as-of session of the report's calendar."""

    close_at: datetime
    early_close: bool
    next: date | None
    """The session after it."""


class Finding(TypedDict):
    """What a check found wrong with the data."""

    check: str
    severity: Literal["error", "warning", "note"]
    symbol: str | None
    session: date | None
    message: str


class Target(TypedDict):
    """Whom an event reaches."""

    symbol: str
    relation: Relation
    direction: Direction
    """What the event means for it."""


class Source(TypedDict):
    """Why an event is believed."""

    title: str
    publisher: str
    url: Annotated[str, Field(pattern="^[hH][tT][tT][pP][sS]?://")] | None
    """http or https; None where a browser may not follow it."""
    published_on: date | None


class EventFacts(TypedDict):
    """What every telling of an event has, as of the session."""

    event_id: str
    title: str
    summary: str | None
    category: str
    direction: Direction
    certainty: Certainty
    status: Status
    on: date
    """New York date of the announcement."""
    timing: Timing
    day0: date | None
    """First session that could react."""
    day0_why: str | None
    age: int | None
    """Sessions from day 0 to the as-of session; negative while day 0 is to come."""
    phase: Phase
    actors: list[str]
    minerals: list[str]
    amount_usd: float | None
    chain: str | None
    chain_stage: str | None
    outcome: str | None
    note: str | None
    targets: list[Target]
    sources: list[Source]


class EventRow(EventFacts):
    """An event as the views tell it."""

    announced_time: time | None
    timing_basis: Literal["reported", "inferred", "calendar", "unknown"]


class Abnormal(TypedDict):
    """An abnormal return of the as-of session (view `session_abnormal`)."""

    ar: Fraction
    sar: float
    """ar over its forecast standard error."""
    factors: list[str]
    """Symbols of what it was measured against: the market, or market and sector fund."""
    observations: int
    """Sessions of the estimation window that were used."""


class MovedFactor(TypedDict):
    """A sector fund that an event of this session moved itself, so that it is no control."""

    event_id: str
    factor: str
    why: str


class Rarity(TypedDict):
    """Where the return of the session stands among all sessions before (`session_moves`)."""

    larger: int
    """Other sessions with an absolute return at least as large."""
    others: int
    """Other sessions with a return."""
    next_largest: Fraction | None
    """Largest absolute return among them."""


class Reading(TypedDict):
    """A signal that is not quiet."""

    signal: str
    title: str
    state: SignalState
    value: float | None


class NextEvent(TypedDict):
    """The next scheduled event that reaches a symbol."""

    event_id: str
    title: str
    on: date


class MoveRow(TypedDict):
    """The as-of session of one security."""

    symbol: str
    name: str
    exchange: str
    currency: str
    minerals: list[str]
    stage: str | None
    session: date | None
    """Session of the close."""
    current: bool
    """Whether that is the as-of session."""
    close: float | None
    ret: Fraction | None
    abnormal: Abnormal | None
    """The one that the page leads with: against market and sector fund, or against the market
    alone where there is no sector fund or an event moved it."""
    abnormal_market: Abnormal | None
    """Against the market alone."""
    abnormal_sector: Abnormal | None
    """Against market and sector fund."""
    moved_factor: MovedFactor | None
    """Why the market leads: an event of this session moved the sector fund."""
    rarity: Rarity | None
    volume: float | None
    """Shares traded."""
    volume_ratio: float | None
    """Over the median of the sixty sessions before."""
    spark: list[float]
    """Closes of about three months."""
    signals: list[Reading]
    reasons: list[str]
    """Why it is unusual, in words, most unusual first."""
    next_event: NextEvent | None


class Benchmark(TypedDict):
    """The return of a fund on the as-of session."""

    symbol: str
    name: str
    role: Literal["benchmark", "factor"]
    ret: Fraction


class PriceMark(TypedDict):
    """An event on its day 0, marked on a price."""

    event_id: str
    title: str
    session: date
    close: float
    direction: Direction
    relation: Relation


class Prices(TypedDict):
    """Closes of the charted window of one security."""

    symbol: str
    name: str
    currency: str
    session: list[date]
    close: list[float]
    events: list[PriceMark]


class Alert(TypedDict):
    """A change of a signal's state."""

    symbol: str
    session: date
    fresh: bool
    """Whether it is of the as-of session."""
    signal: str
    state: SignalState
    previous_state: SignalState | None
    title: str
    rule: str
    expected_per_year: float | None
    """By chance alone; None where chance has no part."""
    sentence: str


class Verdict(TypedDict):
    """What judging a signal said last."""

    signal: str
    horizon: int
    """Sessions ahead."""
    verdict: str
    n: int
    as_of: date


class SignalRow(TypedDict):
    """A signal of the as-of session, with what it means."""

    signal: str
    title: str
    definition: str | None
    lies: str | None
    """When it misleads."""
    unit: str | None
    value: float | None
    z: float | None
    percentile: Fraction | None
    state: SignalState


class Restated(TypedDict):
    """Bars of a symbol that the vendor changed for one cause."""

    symbol: str
    cause: str
    bars: int
    values: int
    """Values of these bars that changed."""
    first: date
    last: date
    fields: list[str]


class ChangedVerdict(TypedDict):
    """A verdict that is another than the time before."""

    signal: str
    horizon: int
    before: str
    now: str


class Holding(TypedDict):
    """What the US government holds in or has promised a company."""

    on: date | None
    holder: str
    kind: str
    amount_usd: float | None
    share: Fraction | None
    terms: str | None
    state: str
    state_on: date | None
    event_id: str | None
