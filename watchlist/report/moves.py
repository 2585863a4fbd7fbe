"""What moved: one row a watched symbol, with its abnormal return and how rare it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from watchlist.report import format as fmt
from watchlist.report.facts import Facts, Row, group
from watchlist.report.today import Abnormal, abnormal, rarity

SPARK_SESSIONS = 60
"""Closes in a sparkline: about three months."""

VOLUME_SESSIONS = 60
"""Sessions whose median volume today's is compared with."""


def moves(facts: Facts) -> list[Row]:
    """Rows of the watchlist table, in the catalogue's order."""
    returns = _returns(facts)
    bars = group(facts.bars, "symbol")
    signals = group(facts.signals, "symbol")
    masked = _event_sessions(facts)
    out = []
    for security in facts.symbols:
        if security["role"] != "watchlist":
            continue
        symbol = security["symbol"]
        sessions = [s for s in facts.sessions(security["calendar"]) if s <= facts.as_of]
        factors = [f for f in (security["market"], security["sector_factor"]) if f]
        closes = bars.get(symbol, [])
        last = closes[-1] if closes else None
        current = last is not None and last["session"] == facts.as_of
        own = returns.get(symbol, {})
        mask = masked.get(symbol, frozenset())
        market = (
            abnormal(returns, sessions, symbol, (factors[0],), mask)
            if sessions and factors
            else None
        )
        sector = (
            abnormal(returns, sessions, symbol, tuple(factors), mask)
            if sessions and len(factors) == 2
            else None
        )
        rare = rarity(own, facts.as_of)
        out.append(
            {
                "symbol": symbol,
                "name": security["name"],
                "exchange": security["exchange"],
                "currency": security["currency"],
                "minerals": security["minerals"],
                "stage": security["stage"],
                "session": last["session"].isoformat() if last else None,
                "current": current,
                "close": last["close"] if last else None,
                "ret": own.get(facts.as_of),
                "abnormal": _abnormal(sector or market),
                "abnormal_market": _abnormal(market),
                "rarity": None
                if rare is None
                else {
                    "larger": rare.larger,
                    "others": rare.others,
                    "next_largest": rare.next_largest,
                },
                "volume": last["volume"] if current and last else None,
                "volume_ratio": _volume_ratio(closes) if current else None,
                "spark": [row["close"] for row in closes[-SPARK_SESSIONS:]],
                "signals": [
                    {"signal": s["signal"], "state": s["state"], "value": s["value"]}
                    for s in signals.get(symbol, [])
                    if s["state"] != "quiet"
                ],
                "next_event": _next_event(facts, symbol),
            }
        )
    return out


def benchmarks(facts: Facts) -> list[Row]:
    """Returns of the market and sector factors on the as-of session."""
    returns = _returns(facts)
    return [
        {"symbol": s["symbol"], "name": s["name"], "role": s["role"], "ret": ret}
        for s in facts.symbols
        if s["role"] in {"benchmark", "factor"}
        and (ret := returns.get(s["symbol"], {}).get(facts.as_of)) is not None
    ]


def how_rare(row: Row) -> str:
    """The rank of a move in words."""
    rare = row["rarity"]
    if rare is None or row["ret"] is None:
        return "not known"
    if rare["others"] == 0:
        return "its first session"
    others = fmt.count(rare["others"])
    if rare["larger"] == 0:
        if rare["next_largest"] is not None and abs(row["ret"]) > 1.5 * rare["next_largest"]:
            return f"none of its {others} other sessions came near"
        return f"its largest move in {fmt.count(rare['others'] + 1)} sessions"
    share = rare["larger"] / rare["others"]
    if share <= 0.05:
        return f"{fmt.plural(rare['larger'], 'session')} of {others} moved as much"
    return f"as large or larger on {fmt.percent(share, 0, sign=False)} of {others} sessions"


def _abnormal(value: Abnormal | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "ar": value.ar,
        "sar": value.sar,
        "factors": list(value.factors),
        "observations": value.observations,
    }


def _returns(facts: Facts) -> dict[str, dict[date, float]]:
    out: dict[str, dict[date, float]] = {}
    for row in facts.returns:
        out.setdefault(row["symbol"], {})[row["session"]] = row["ret"]
    return out


def _event_sessions(facts: Facts) -> dict[str, frozenset[date]]:
    """Day 0 and the session after it, of each symbol's own events."""
    sessions = facts.sessions()
    following = dict(zip(sessions, sessions[1:], strict=False))
    day0 = {e["event_id"]: e["day0"] for e in facts.events if e["day0"]}
    days: dict[str, set[date]] = {}
    for target in facts.event_targets:
        start = day0.get(target["event_id"])
        if start is not None:
            days.setdefault(target["symbol"], set()).update(
                {start, following.get(start, start)} - {facts.as_of}
            )
    return {symbol: frozenset(found) for symbol, found in days.items()}


def _volume_ratio(rows: list[Row]) -> float | None:
    past = sorted(r["volume"] for r in rows[-1 - VOLUME_SESSIONS : -1] if r["volume"] is not None)
    if len(past) < VOLUME_SESSIONS // 2 or rows[-1]["volume"] is None:
        return None
    median = past[len(past) // 2]
    return None if median == 0 else float(rows[-1]["volume"]) / float(median)


def _next_event(facts: Facts, symbol: str) -> dict[str, Any] | None:
    reached = {t["event_id"] for t in facts.event_targets if t["symbol"] == symbol}
    ahead = [
        e
        for e in facts.events
        if e["event_id"] in reached
        and e["status"] == "scheduled"
        and e["announced_on"] > facts.as_of
    ]
    if not ahead:
        return None
    event = min(ahead, key=lambda e: (e["announced_on"], e["event_id"]))
    return {
        "event_id": event["event_id"],
        "title": event["title"],
        "on": event["announced_on"].isoformat(),
    }
