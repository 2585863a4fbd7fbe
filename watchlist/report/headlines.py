"""The headline: sentences from data, exact where the data are and hedged where they are not.

A sentence says what moved, how far beyond market and sector, how rare that is, and what had
become public before; it never says that one caused the other.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from typing_extensions import TypedDict

from watchlist.report import format as fmt
from watchlist.report.events import TIMINGS, EventCard
from watchlist.report.rows import Abnormal
from watchlist.report.symbols import Move

RARE_SHARE = 0.02
"""A move that at most one session in fifty matched is news."""

UNUSUAL_SAR = 3.0
"""So is one that the leading model leaves three standard errors of."""

HEADLINES = 3


class Headline(TypedDict):
    """A sentence of the headline."""

    kind: Literal["move", "quiet", "waiting", "ahead"]
    text: str
    symbol: str | None
    event_id: str | None


def headlines(
    moves: list[Move],
    fresh: list[EventCard],
    ahead: list[EventCard],
    *,
    level: str,
    next_session: date | None,
) -> list[Headline]:
    """One to four sentences, the most abnormal first.

    Parameters
    ----------
    level
        State of the data: `ok`, `attention` or `bad`.
    """
    moved = [move for move in moves if move["ret"] is not None]
    news = sorted(filter(_is_news, moved), key=lambda move: (-abs(_sar(move)), move["symbol"]))
    out: list[Headline] = []
    named: set[str] = set()
    for move in news[:HEADLINES]:
        events = _events_of(move, fresh)
        event_id = events[0]["event_id"] if events else None
        text = f"{_numbers(move)}; {_public(move, events, named)}."
        out.append({"kind": "move", "text": text, "symbol": move["symbol"], "event_id": event_id})
        named.update(event["event_id"] for event in events)
    if not out:
        out.append(
            {"kind": "quiet", "text": _quiet(moves, level), "symbol": None, "event_id": None}
        )
    waiting = [event for event in fresh if event["age"] is not None and event["age"] < 0]
    if waiting:
        out.append(_waiting(waiting[0], next_session))
    elif ahead:
        text = f"Ahead: “{ahead[0]['title']}”, due {fmt.day(ahead[0]['on'])}."
        event_id = ahead[0]["event_id"]
        out.append({"kind": "ahead", "text": text, "symbol": None, "event_id": event_id})
    return out


def _is_news(move: Move) -> bool:
    rare = move["rarity"]
    return abs(_sar(move)) >= UNUSUAL_SAR or (
        rare is not None and rare["others"] >= 50 and rare["larger"] / rare["others"] <= RARE_SHARE
    )


def _sar(move: Move) -> float:
    return 0.0 if move["abnormal"] is None else move["abnormal"]["sar"]


def _numbers(move: Move) -> str:
    """How far it moved, how far beyond what explains it, and how rare that is."""
    ret = move["ret"] or 0.0
    verb = "rose" if ret > 0 else "fell"
    text = f"{move['symbol']} {verb} {fmt.percent(abs(ret), sign=False)}"
    if move["abnormal"] is not None:
        text += f", {_beyond(ret, move['abnormal'])}"
    return f"{text}; {move['rare']}"


def _beyond(ret: float, abnormal: Abnormal) -> str:
    """`12 points beyond the market`; where the market explains too much, what it would have."""
    ar = abnormal["ar"]
    model = "market and sector" if len(abnormal["factors"]) == 2 else "the market"
    if (ar > 0) == (ret > 0) and abs(ar) <= abs(ret) * 1.5:
        return f"{fmt.points(ar)} points beyond {model}"
    return f"{fmt.points(ar)} points {'more' if ar > 0 else 'less'} than expected from {model}"


def _events_of(move: Move, fresh: list[EventCard]) -> list[EventCard]:
    """Events with day 0 on this session that name the symbol; if none does, those that reach it.

    The largest amount first: of two events of one evening it is the likelier headline.
    """
    found: dict[str, list[EventCard]] = {}
    for event in fresh:
        for target in event["targets"]:
            if target["symbol"] == move["symbol"] and event["age"] == 0:
                found.setdefault(target["relation"], []).append(event)
    best = found.get("named") or found.get("exposed") or []
    return sorted(best, key=lambda event: (-(event["amount_usd"] or 0.0), event["event_id"]))


def _public(move: Move, events: list[EventCard], named: set[str]) -> str:
    """What had become public before the session's close, without saying that it was the reason.

    `named` are the events that a sentence before has told.
    """
    if not events:
        return "no event in the catalogue names or reaches it on this day"
    first, *others = events
    if first["event_id"] in named:
        relation = {t["symbol"]: t["relation"] for t in first["targets"]}[move["symbol"]]
        return f"the same event {'names it' if relation == 'named' else 'reaches it'}"
    when = _before(first, move)
    if len(others) == 1 and _before(others[0], move) == when:
        return f"“{first['title']}” and “{others[0]['title']}” became public {when}"
    text = f"“{first['title']}” became public {when}"
    if not others:
        return text
    shared = "another event has" if len(others) == 1 else f"{len(others)} other events have"
    return f"{text}; {shared} the same day 0"


def _before(event: EventCard, move: Move) -> str:
    on = f" on {fmt.day(event['on'], year=False)}"
    if event["timing"] == "unknown":
        return f"{on.strip()}, {TIMINGS['unknown']}"
    if event["timing"] == "non-trading-day":
        weekday = fmt.day(event["on"], weekday=True, year=False)
        return f"on {weekday}, {TIMINGS['non-trading-day']}"
    if event["on"] != move["session"]:
        return TIMINGS[event["timing"]] + on
    return TIMINGS[event["timing"]] + ("" if event["timing"] == "after-close" else " that day")


def _quiet(moves: list[Move], level: str) -> str:
    moved = [move for move in moves if move["ret"] is not None]
    if not moves:
        return "The watchlist is empty."
    if not moved:
        return "No watched symbol has a return for this session."
    top = max(moved, key=lambda move: (abs(move["ret"] or 0.0), move["symbol"]))
    text = (
        "A quiet session: no watched symbol moved beyond its usual range; "
        f"the largest move was {top['symbol']} with {fmt.percent(top['ret'])}."
    )
    if level == "bad":
        text += " Not every watched symbol has its bar, so this may not be the whole story."
    return text


def _waiting(event: EventCard, next_session: date | None) -> Headline:
    first = f" on {fmt.day(next_session)}" if next_session else ""
    return {
        "kind": "waiting",
        "text": f"“{event['title']}” became public after the close; "
        f"the first session that can react is the next one{first}.",
        "symbol": None,
        "event_id": event["event_id"],
    }
