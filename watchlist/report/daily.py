"""The daily page: the state of the data, what moved, what changed, and all sections below."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict

from watchlist.report import format as fmt
from watchlist.report.events import EventCard, TimelineEvent, timeline
from watchlist.report.headlines import Headline, headlines
from watchlist.report.rows import (
    Alert,
    Benchmark,
    ChangedVerdict,
    Finding,
    PageHead,
    Prices,
    Restated,
    Role,
    Security,
    Verdict,
    pick,
)
from watchlist.report.studies import Method, StudySections, method, study_sections
from watchlist.report.study_rows import ChangedEffect, Drift
from watchlist.report.symbols import Move, move, verdict_words

if TYPE_CHECKING:
    from watchlist.report.facts import Facts

NEW_YORK = ZoneInfo("America/New_York")

Level = Literal["ok", "attention", "bad"]


class Session(TypedDict):
    """The as-of session."""

    date: date
    close_new_york: str | None
    close_utc: str | None
    early_close: bool
    next: date | None
    closed: list[date]
    """Weekdays without a session before the next one."""


class SymbolState(TypedDict):
    """Whether a symbol has its bar."""

    symbol: str
    name: str
    role: Role
    exchange: str
    last_session: date | None
    sessions_behind: int | None
    bars: int
    source: str | None
    failed: bool
    ended: date | None
    successor: str | None


class Failure(TypedDict):
    """A pull that failed."""

    symbol: str
    kind: str | None
    reason: str | None


class DataState(TypedDict):
    """What a reader must know before believing anything below it."""

    level: Level
    label: str
    sentence: str
    symbols: list[SymbolState]
    failures: list[Failure]
    findings: list[Finding]
    restated: int
    """Values that the vendor changed since the report before."""


class DailyAlert(Alert):
    """An alert with what its signal is worth as a forecast."""

    verdict: str | None


class RunningEvent(EventCard):
    """An event that is followed to its twentieth session."""

    drift: list[Drift]


class DailyEvents(TypedDict):
    """Event cards by how old they are."""

    fresh: list[EventCard]
    running: list[RunningEvent]
    ahead: list[EventCard]


class NewEvent(TypedDict):
    """An event that became public since the report before."""

    event_id: str
    title: str
    on: date


class Changes(TypedDict):
    """What changed since the report before; `since` is null in the first one."""

    since: date | None
    events: list[NewEvent]
    restated: list[Restated]
    verdicts: list[ChangedVerdict]
    effects: list[ChangedEffect]


class DailyPage(PageHead):
    """The JSON twin of daily/DATE.html. Returns and everything made of them are fractions.

    A field may be added within version 1; none is removed or changes its meaning.
    """

    schema: Literal["watchlist.daily/1"]
    kind: Literal["daily"]
    as_of: date
    previous: date | None
    """Session of the report before."""
    session: Session
    data: DataState
    headlines: list[Headline]
    watchlist: list[Move]
    """The most unusual first."""
    benchmarks: list[Benchmark]
    alerts: list[DailyAlert]
    verdicts: list[Verdict]
    events: DailyEvents
    timeline: list[TimelineEvent]
    study: StudySections
    prices: list[Prices]
    changes: Changes
    method: Method


def daily_page(facts: Facts, cards: list[EventCard], *, version: str) -> DailyPage:
    """The whole report of one session."""
    watched = {s["symbol"] for s in facts.securities if s["role"] == "watchlist"}
    moves = [move(row) for row in facts.moves if row["symbol"] in watched]
    prices = {row["symbol"]: row for row in facts.prices}
    verdicts = verdict_words(facts)
    events, data, hours = daily_events(facts, cards), data_state(facts), session(facts)
    return {
        "schema": "watchlist.daily/1",
        "version": version,
        "kind": "daily",
        "simulated": facts.simulated,
        "as_of": facts.as_of,
        "previous": facts.previous,
        "title": f"Watchlist, {fmt.day(facts.as_of, weekday=True)}",
        "session": hours,
        "data": data,
        "headlines": headlines(
            moves, events["fresh"], events["ahead"], level=data["level"], next_session=hours["next"]
        ),
        "watchlist": moves,
        "benchmarks": facts.benchmarks,
        "alerts": [{**row, "verdict": verdicts.get(row["signal"])} for row in facts.alerts],
        "verdicts": facts.verdicts,
        "events": events,
        "timeline": timeline(cards, facts.as_of),
        "study": study_sections(facts, cards),
        "prices": [prices[row["symbol"]] for row in moves],
        "changes": changes(facts, cards),
        "method": method(facts),
    }


def daily_events(facts: Facts, cards: list[EventCard]) -> DailyEvents:
    """The cards that a daily page shows; those of running events tell how far they have gone."""
    ahead = [card for card in cards if card["phase"] == "ahead"]
    return {
        "fresh": [card for card in cards if card["phase"] == "fresh"],
        "running": [
            {**card, "drift": facts.drifts.get(card["event_id"], [])}
            for card in cards
            if card["phase"] == "running"
        ],
        "ahead": sorted(ahead, key=lambda card: (card["on"], card["event_id"])),
    }


def changes(facts: Facts, cards: list[EventCard]) -> Changes:
    """The differences from the report before; none in the first report of a store."""
    since = facts.previous
    if since is None:
        return {"since": None, "events": [], "restated": [], "verdicts": [], "effects": []}
    new = [card for card in cards if card["on"] > since and card["phase"] != "ahead"]
    return {
        "since": since,
        "events": [pick(NewEvent, card) for card in new],
        "restated": facts.restated,
        "verdicts": facts.changed_verdicts,
        "effects": facts.changed_effects,
    }


def session(facts: Facts) -> Session:
    """The as-of session: its close in New York and UTC, and when the exchange opens next."""
    hours = facts.session
    following = None if hours is None else hours["next"]
    days = 0 if following is None else (following - facts.as_of).days
    between = [facts.as_of + timedelta(days=n) for n in range(1, days)]
    close = None if hours is None else hours["close_at"]
    return {
        "date": facts.as_of,
        "close_new_york": None if close is None else f"{close.astimezone(NEW_YORK):%H:%M}",
        "close_utc": None if close is None else f"{close.astimezone(UTC):%H:%M}",
        "early_close": hours is not None and hours["early_close"],
        "next": following,
        "closed": [day for day in between if day.weekday() < 5],
    }


def data_state(facts: Facts) -> DataState:
    """Level, one sentence, and the rows that prove it."""
    failures = [pick(Failure, row) for row in facts.securities if row["failed"]]
    level = _level(facts)
    return {
        "level": level,
        "label": _label(facts, level),
        "sentence": _sentence(facts, failures),
        "symbols": [pick(SymbolState, row) for row in facts.securities],
        "failures": failures,
        "findings": facts.findings,
        "restated": sum(row["values"] for row in facts.restated),
    }


def _is_late(row: Security) -> bool:
    return row["bars"] == 0 or bool(row["sessions_behind"])


def _level(facts: Facts) -> Level:
    troubled = [row for row in facts.securities if _is_late(row) or row["failed"]]
    severities = {row["severity"] for row in facts.findings}
    watched = any(row["role"] == "watchlist" for row in troubled)
    if not facts.securities or watched or "error" in severities:
        return "bad"
    return "attention" if troubled or "warning" in severities else "ok"


def _label(facts: Facts, level: Level) -> str:
    """Two words for the lamp."""
    if level == "bad":
        return "Look at the data first"
    if any(_is_late(row) or row["failed"] for row in facts.securities):
        return "Data incomplete"
    return "Data complete" if level == "ok" else "Data complete, with warnings"


def _sentence(facts: Facts, failures: list[Failure]) -> str:
    symbols, as_of = facts.securities, fmt.day(facts.as_of)
    if not symbols:
        return "The store holds no securities yet; run `watchlist pull` first."
    failed = [_failed(failures, len(symbols))] if failures else []
    missing = [row["symbol"] for row in symbols if not row["bars"]]
    if len(missing) == len(symbols):
        text = f"No bar is stored for any of {fmt.plural(len(symbols), 'symbol')}."
        return " ".join([text, *failed])
    late = [row for row in symbols if row["bars"] and row["sessions_behind"]]
    current = len(symbols) - len(late) - len(missing)
    whole = f"All {len(symbols)}" if current == len(symbols) else f"{current} of {len(symbols)}"
    parts = [f"{whole} symbols have their bar of {as_of}."]
    by_last: dict[date, list[str]] = {}
    for row in late:
        if row["last_session"] is not None:
            by_last.setdefault(row["last_session"], []).append(row["symbol"])
    for last, names in sorted(by_last.items(), reverse=True)[:4]:
        verb = "ends" if len(names) == 1 else "end"
        parts.append(f"{fmt.listing(names)} {verb} on {fmt.day(last)}.")
    if missing:
        parts.append(f"No bars of {fmt.listing(missing)}.")
    parts += failed
    severities = [row["severity"] for row in facts.findings]
    counts = [(severities.count("error"), "error"), (severities.count("warning"), "warning")]
    if found := [fmt.plural(n, word) for n, word in counts if n]:
        parts.append(f"The checks found {fmt.listing(found)}.")
    if facts.restated:
        bars = sum(row["bars"] for row in facts.restated)
        parts.append(f"The vendor restated {fmt.plural(bars, 'bar')}.")
    return " ".join(parts)


def _failed(failures: list[Failure], total: int) -> str:
    names = [failure["symbol"] for failure in failures]
    if len(names) == total:
        return f"Every pull failed: {failures[0]['reason'] or 'no reason recorded'}."
    if len(names) > 6:
        return f"The last pull of {len(names)} symbols failed."
    return f"The last pull of {fmt.listing(names)} failed."
