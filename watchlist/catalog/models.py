"""Securities and events as they stand in the TOML files; field names are the store's columns.

The words that a field may hold, and what they mean, stand first.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from watchlist.calendar import NEW_YORK
from watchlist.errors import CatalogError, nearest

# ---- the closed sets of words that the tables may use, and what each means

Role = Literal["watchlist", "peer", "benchmark", "factor", "reference"]
"""`reference`: a company that events or texts name but whose bars are not pulled."""

Timing = Literal["pre-market", "intraday", "after-close", "non-trading-day", "unknown"]
"""When on `announced_on` the news came, by the hours of the New York Stock Exchange."""

TimingBasis = Literal["reported", "inferred", "calendar", "unknown"]
"""`reported`: a source says so; `inferred`: it follows from other facts, which `note` names;
`calendar`: the exchange was closed that day, so the hour does not matter."""

Category = Literal[
    "equity-stake",
    "price-floor",
    "executive-order",
    "export-control",
    "export-relief",
    "stockpile",
    "loan",
    "permitting",
    "trade",
    "agreement",
    "speech",
    "legislation",
    "company",
]
"""`loan` covers grants and awards too; `export-relief` is a control lifted or suspended,
kept apart because its sign is the opposite; `company` is what a company does by itself."""

Direction = Literal["supportive", "adverse", "mixed"]
"""For the share price of a target, as a reader of that day would have judged it from the news
itself or from older sources; never set or changed because of how the price moved."""

Certainty = Literal["confirmed", "single-source", "unconfirmed"]
"""`confirmed`: two independent sources or more, or one official document."""

Status = Literal["happened", "scheduled"]

ChainStage = Literal[
    "report", "announcement", "confirmation", "amendment", "closing", "failure", "deadline"
]

Relation = Literal["named", "exposed"]

HoldingKind = Literal["equity", "warrants", "loan", "grant", "offtake", "price-floor"]

HoldingState = Literal[
    "closed", "signed", "letter-of-intent", "applied", "talks", "lapsed", "unknown"
]


@cache
def minerals() -> dict[str, list[str]]:
    """Each mineral of `minerals.toml` by its name in the catalogue, with the words of texts."""
    words: dict[str, list[str]] = _data("minerals.toml")["minerals"]
    return words


@cache
def publishers() -> dict[str, Any]:
    """`publishers.toml`: whose word is official, and how feeds are called as sources."""
    return _data("publishers.toml")


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


# ---- text and numbers as the fields take them

INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
    "|[\U000e0000-\U000e007f]"
)
"""Soft hyphens, zero widths, marks of direction, tags."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """The text without invisible marks, control characters as blanks."""
    return INVISIBLE.sub("", CONTROL.sub(" ", text))


def refuse_invisible(text: str) -> str:
    """The text itself, if all of it can be seen.

    Raises
    ------
    ValueError
        Names the first character that cannot.
    """
    found = INVISIBLE.search(text) or CONTROL.search(text)
    if found is not None:
        raise ValueError(f"holds the invisible character U+{ord(found.group()):04X}: take it out")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(refuse_invisible),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9^][A-Z0-9.\-=^]{0,14}$")]
WebUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"'`\\]+$", max_length=2000)]
"""Only http and https: a `javascript:` or `data:` address must never reach a page."""

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""Beyond lie slips of the pen, and days that no calendar has."""
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Table(BaseModel):
    """One TOML table; a key that is not known is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Holding(Table):
    """What the US government holds in, has lent to or has promised a company."""

    dated_on: Day | None = None
    holder: Text
    kind: HoldingKind
    amount_usd: Usd | None = None
    share: float | None = Field(default=None, ge=0, le=1)
    """Fraction of the company."""
    terms: Text | None = None
    state: HoldingState
    state_on: Day | None = None
    """The state was last checked for this date."""
    event_id: Slug | None = None
    source_url: WebUrl | None = None


class Security(Table):
    """A company, fund or index that bars are pulled for or that events name."""

    symbol: Symbol
    name: Text
    role: Role
    exchange: Text
    calendar: Text
    """exchange_calendars code. NYSE, NYSE American, NYSE Arca and Nasdaq share XNYS."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    minerals: tuple[Text, ...] = ()
    stage: Text | None = None
    market: Symbol | None = None
    sector_factor: Symbol | None = None
    valid_from: Day | None = None
    """Bars before belong to another company or to a shell."""
    valid_to: Day | None = None
    successor: Symbol | None = None
    cik: Annotated[str, StringConstraints(pattern=r"^\d{10}$")] | None = None
    note: Text | None = None
    aliases: tuple[Text, ...] = ()
    """Names as the press writes them; each is enough by itself to recognise the company."""
    weak_aliases: tuple[Text, ...] = ()
    """Names that also mean something else; they count only beside other evidence."""
    source_symbols: dict[str, str] = Field(default_factory=dict)
    """Where a source of bars uses another symbol, by the source's name."""
    holdings: tuple[Holding, ...] = ()

    @property
    def pulled(self) -> bool:
        """Whether `watchlist pull` asks a source for its bars."""
        return self.role != "reference"

    def source_symbol(self, source: str) -> str:
        """The symbol under which the source `source` knows the security."""
        return self.source_symbols.get(source, self.symbol)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_from {self.valid_from} is after valid_to {self.valid_to}")
        return self


class EventSource(Table):
    """Why an event is believed."""

    title: Text
    publisher: Text
    url: WebUrl | None = None
    published_on: Day | None = None
    says_on: Day | None = None
    """The day that this source gives for the event, where it gives one that differs."""
    says_amount_usd: Usd | None = None
    """The amount that this source gives, where it gives one that differs."""


class Target(NamedTuple):
    """A symbol that an event reaches: a pair of the study."""

    symbol: str
    relation: Relation
    direction: Direction
    """For this share; the event's own where the pair has none of its own."""


class Event(Table):
    """Something that became public at a time, with sources."""

    event_id: Slug
    announced_on: Day
    """Calendar date in New York."""
    announced_time: time | None = None
    """New York wall time, where known."""
    timing: Timing
    timing_basis: TimingBasis
    title: Text
    summary: Text | None = None
    category: Category
    direction: Direction
    """For the targets that `directions` does not name."""
    directions: dict[Symbol, Direction] = Field(default_factory=dict)
    """Targets that it means something else for: help for a rival is adverse."""
    actors: tuple[Text, ...] = ()
    minerals: tuple[Text, ...] = ()
    amount_usd: Usd | None = None
    certainty: Certainty
    status: Status = "happened"
    known_on: Day | None = None
    outcome: Text | None = None
    chain: Slug | None = None
    chain_stage: ChainStage | None = None
    note: Text | None = None
    entered_at: datetime | None = None
    """When it entered the catalogue; None where nobody wrote it down: entered with hindsight."""
    named: tuple[Symbol, ...] = ()
    exposed: tuple[Symbol, ...] = ()
    phrases: tuple[Text, ...] = ()
    """Words by which texts refer to the event; `watchlist coverage read` looks for them."""
    sources: tuple[EventSource, ...] = Field(min_length=1)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Named symbols first, then exposed ones, each in the order written."""
        reached: tuple[tuple[Relation, tuple[str, ...]], ...] = (
            ("named", self.named),
            ("exposed", self.exposed),
        )
        return tuple(
            Target(symbol, relation, self.directions.get(symbol, self.direction))
            for relation, symbols in reached
            for symbol in symbols
        )

    @property
    def announced_at(self) -> datetime | None:
        """The moment of the announcement with New York's offset, where the time is known."""
        if self.announced_time is None:
            return None
        return datetime.combine(self.announced_on, self.announced_time, tzinfo=NEW_YORK)

    @model_validator(mode="before")
    @classmethod
    def _from_moment(cls, raw: Any) -> Any:
        """`announced_at`, a date-time with its offset, may stand for date and time."""
        if not isinstance(raw, dict) or "announced_at" not in raw:
            return raw
        given = dict(raw)
        moment = given.pop("announced_at")
        if "announced_on" in given or "announced_time" in given:
            raise ValueError("announced_at stands for announced_on and announced_time: drop them")
        if not isinstance(moment, datetime):
            raise ValueError(f"announced_at = {moment!r} is not a date-time")
        if moment.tzinfo is None:
            raise ValueError(
                f"announced_at = {moment.isoformat()} has no time zone; "
                f"write the offset: {moment.isoformat()}-04:00, or Z for UTC"
            )
        there = moment.astimezone(NEW_YORK)
        return given | {"announced_on": there.date(), "announced_time": there.time()}

    @field_validator("entered_at", mode="before")
    @classmethod
    def _has_zone(cls, raw: Any) -> Any:
        if isinstance(raw, datetime) and raw.tzinfo is None:
            raise ValueError(f"{raw.isoformat()} has no time zone; write it with Z for UTC")
        if isinstance(raw, date) and not isinstance(raw, datetime):
            raise ValueError(f"{raw} is a day without a time; write it as {raw}T00:00:00Z")
        return raw

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        twice = sorted({s for s in self.named if s in self.exposed})
        if twice:
            raise ValueError(f"{', '.join(twice)} both named and exposed: keep it in named")
        for field in ("named", "exposed"):
            symbols = getattr(self, field)
            if len(set(symbols)) != len(symbols):
                raise ValueError(f"{field} lists a symbol twice")
        reached = [*self.named, *self.exposed]
        for symbol in self.directions:
            if symbol not in reached:
                raise ValueError(
                    f"directions.{symbol}: the event neither names nor exposes it; "
                    f"{nearest(symbol, reached)}"
                )
        if (self.chain is None) != (self.chain_stage is None):
            raise ValueError("chain and chain_stage go together: give both or neither")
        if self.status == "scheduled" and self.known_on is None:
            raise ValueError("a scheduled event needs known_on, the day its date became public")
        if self.known_on and self.known_on > self.announced_on:
            raise ValueError(f"known_on {self.known_on} is after {self.announced_on}")
        if self.announced_time is not None and self.timing_basis == "unknown":
            raise ValueError("announced_time is given, so timing_basis cannot be 'unknown'")
        return self


class Catalog(BaseModel):
    """Everything known about who and what happened; immutable."""

    model_config = ConfigDict(frozen=True)

    securities: tuple[Security, ...]
    events: tuple[Event, ...]
    """By `announced_on`, then the part of the day, then time, then id."""

    @property
    def watchlist(self) -> tuple[str, ...]:
        """The symbols that the report is about."""
        return tuple(s.symbol for s in self.securities if s.role == "watchlist")

    def security(self, symbol: str) -> Security:
        """The security with that symbol.

        Raises
        ------
        KeyError
            No such symbol; callers that take symbols from a user check `symbols` first.
        """
        for security in self.securities:
            if security.symbol == symbol:
                return security
        raise KeyError(symbol)

    def event(self, event_id: str) -> Event:
        """The event with that id.

        Raises
        ------
        CatalogError
            There is none; names the nearest.
        """
        for event in self.events:
            if event.event_id == event_id:
                return event
        hint = nearest(event_id, [event.event_id for event in self.events])
        told = hint if hint.startswith("did you mean") else "see: watchlist events list"
        raise CatalogError(f"no event {event_id!r}; {told}")

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol of the catalogue, in its order."""
        return tuple(s.symbol for s in self.securities)
