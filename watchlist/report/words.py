"""The headline: sentences from data, exact where the data are and hedged where they are not.

A sentence says what moved, how far beyond market and sector, how rare that is, and what had
become public before; it never says that one caused the other.
"""

from __future__ import annotations

from typing import Any

from watchlist.report import format as fmt
from watchlist.report.facts import Row
from watchlist.report.moves import how_rare

RARE_SHARE = 0.02
"""A move that at most one session in fifty matched is news."""

UNUSUAL_SAR = 3.0
"""So is one that market and sector leave three standard errors of."""

HEADLINES = 3


def headlines(
    moves: list[Row], events: dict[str, list[Row]], state: dict[str, Any], session: dict[str, Any]
) -> list[Row]:
    """One to four sentences, the most abnormal first."""
    moved = [m for m in moves if m["ret"] is not None]
    news = sorted(
        (m for m in moved if _is_news(m)),
        key=lambda m: (-abs(_sar(m)), m["symbol"]),
    )[:HEADLINES]
    out: list[Row] = []
    told: set[str] = set()
    for move in news:
        found = _events_of(move, events)
        out.append(_move(move, found, told))
        told.update(event["event_id"] for event in found)
    if not out:
        out.append(_quiet(moves, moved, state))
    waiting = [e for e in events["fresh"] if e["age"] is not None and e["age"] < 0]
    if waiting:
        out.append(_waiting(waiting[0], session))
    elif events["ahead"]:
        out.append(_ahead(events["ahead"][0]))
    return out


def _is_news(move: Row) -> bool:
    rare = move["rarity"]
    unusual = abs(_sar(move)) >= UNUSUAL_SAR
    return unusual or (
        rare is not None and rare["others"] >= 50 and rare["larger"] / rare["others"] <= RARE_SHARE
    )


def _sar(move: Row) -> float:
    return 0.0 if move["abnormal"] is None else float(move["abnormal"]["sar"])


def _move(move: Row, found: list[Row], told: set[str]) -> Row:
    verb = "rose" if move["ret"] > 0 else "fell"
    text = f"{move['symbol']} {verb} {fmt.percent(abs(move['ret']), sign=False)}"
    if move["abnormal"] is not None:
        text += ", " + _beyond(move)
    text += f"; {how_rare(move)}; {_public(move, found, told)}"
    return {
        "kind": "move",
        "text": text + ".",
        "symbol": move["symbol"],
        "event_id": found[0]["event_id"] if found else None,
    }


def _public(move: Row, found: list[Row], told: set[str]) -> str:
    """What had become public before the session's close, without saying that it was the reason."""
    if not found:
        return "no event in the catalogue names or reaches it on this day"
    if found[0]["event_id"] in told:
        relation = {t["symbol"]: t["relation"] for t in found[0]["targets"]}[move["symbol"]]
        return f"the same event {'names it' if relation == 'named' else 'reaches it'}"
    first, *others = found
    when = _before(first, move)
    if len(others) == 1 and _before(others[0], move) == when:
        return f"“{first['title']}” and “{others[0]['title']}” became public {when}"
    text = f"“{first['title']}” became public {when}"
    if not others:
        return text
    shared = "another event has" if len(others) == 1 else f"{len(others)} other events have"
    return f"{text}; {shared} the same day 0"


def _beyond(move: Row) -> str:
    ar = move["abnormal"]["ar"]
    ruler = "market and sector" if len(move["abnormal"]["factors"]) == 2 else "the market"
    same_way = (ar > 0) == (move["ret"] > 0)
    if same_way and abs(ar) <= abs(move["ret"]) * 1.5:
        return f"{fmt.points(ar)} points beyond {ruler}"
    side = "more" if ar > 0 else "less"
    return f"{fmt.points(ar)} points {side} than {ruler} would have it"


def _events_of(move: Row, events: dict[str, list[Row]]) -> list[Row]:
    """Events with day 0 on this session that name the symbol; if none does, those that reach it.

    The largest amount first: of two events of one evening it is the likelier headline.
    """
    by_relation: dict[str, list[Row]] = {"named": [], "exposed": []}
    for event in events["fresh"]:
        relation = {t["symbol"]: t["relation"] for t in event["targets"]}.get(move["symbol"])
        if relation is not None and event["age"] == 0:
            by_relation[relation].append(event)
    found = by_relation["named"] or by_relation["exposed"]
    return sorted(found, key=lambda e: (-(e["amount_usd"] or 0.0), e["event_id"]))


def _before(event: Row, move: Row) -> str:
    same_day = event["on"] == move["session"]
    on = "" if same_day else f" on {fmt.day(event['on'], year=False)}"
    if event["timing"] == "unknown":
        return f"on {fmt.day(event['on'], year=False)}, at an unknown time"
    if event["timing"] == "after-close":
        return f"after the close{on}"
    if event["timing"] == "non-trading-day":
        return f"on {fmt.day(event['on'], weekday=True, year=False)}, with the exchange closed"
    words = {"pre-market": "before the open", "intraday": "during the session"}
    return words[event["timing"]] + (" that day" if same_day else on)


def _quiet(moves: list[Row], moved: list[Row], state: dict[str, Any]) -> Row:
    if not moves:
        text = "The watchlist is empty."
    elif not moved:
        text = "No watched symbol has a return for this session."
    else:
        top = max(moved, key=lambda m: (abs(m["ret"]), m["symbol"]))
        text = (
            "A quiet session: no watched symbol moved beyond its usual range; "
            f"the largest move was {top['symbol']} with {fmt.percent(top['ret'])}."
        )
        if state["level"] == "bad":
            text += " Not every watched symbol has its bar, so this may not be the whole story."
    return {"kind": "quiet", "text": text, "symbol": None, "event_id": None}


def _waiting(event: Row, session: dict[str, Any]) -> Row:
    first = f" on {fmt.day(session['next'])}" if session["next"] else ""
    return {
        "kind": "waiting",
        "text": f"“{event['title']}” became public after the close; "
        f"the first session that can react is the next one{first}.",
        "symbol": None,
        "event_id": event["event_id"],
    }


def _ahead(event: Row) -> Row:
    return {
        "kind": "ahead",
        "text": f"Ahead: “{event['title']}”, due {fmt.day(event['on'])}.",
        "symbol": None,
        "event_id": event["event_id"],
    }
