"""What moved: one row a watched symbol, with its abnormal return and how rare it is."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from watchlist.report import format as fmt
from watchlist.report.facts import Facts, Row
from watchlist.report.today import Abnormal, abnormal, rarity

SPARK_SESSIONS = 60
"""Closes in a sparkline: about three months."""

VOLUME_SESSIONS = 60
"""Sessions whose median volume today's is compared with."""


def moves(facts: Facts) -> list[Row]:
    """Rows of the watchlist table, the most unusual symbol first."""
    ranks = {r["symbol"]: r["rank"] for r in facts.rankings}
    rows = [move(facts, s) for s in facts.symbols if s["role"] == "watchlist"]
    return sorted(rows, key=lambda row: (_rank(row, ranks), row["symbol"]))


def move(facts: Facts, security: Row) -> Row:
    """The as-of session of one security, a row of `facts.symbols`."""
    symbol = security["symbol"]
    closes = facts.of_symbol("bars", symbol)
    last = closes[-1] if closes else None
    current = last is not None and last["session"] == facts.as_of
    own = facts.series.get(symbol, {})
    market, both = _abnormals(facts, security)
    rare = rarity(own, facts.as_of)
    titles = {d["signal"]: d["title"] for d in facts.definitions}
    order = {signal: n for n, signal in enumerate(titles)}
    return {
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
        "abnormal": _abnormal(both or market),
        "abnormal_market": _abnormal(market),
        "rarity": None
        if rare is None
        else {"larger": rare.larger, "others": rare.others, "next_largest": rare.next_largest},
        "volume": last["volume"] if current and last else None,
        "volume_ratio": _volume_ratio(closes) if current else None,
        "spark": [row["close"] for row in closes[-SPARK_SESSIONS:]],
        "signals": [
            {
                "signal": s["signal"],
                "title": titles.get(s["signal"], s["signal"]),
                "state": s["state"],
                "value": s["value"],
            }
            for s in sorted(facts.signals, key=lambda s: order.get(s["signal"], len(order)))
            if s["symbol"] == symbol and s["state"] != "quiet"
        ],
        "reasons": next((r["reasons"] for r in facts.rankings if r["symbol"] == symbol), []),
        "next_event": _next_event(facts, symbol),
    }


def benchmarks(facts: Facts) -> list[Row]:
    """Returns of the market and sector factors on the as-of session."""
    return [
        {"symbol": s["symbol"], "name": s["name"], "role": s["role"], "ret": ret}
        for s in facts.symbols
        if s["role"] in {"benchmark", "factor"}
        and (ret := facts.series.get(s["symbol"], {}).get(facts.as_of)) is not None
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
        return f"only {rare['larger']} of its {others} other sessions moved as much"
    return f"as large or larger on {fmt.percent(share, 0, sign=False)} of {others} sessions"


def _rank(row: Row, ranks: dict[str, int]) -> float:
    """The ranking of the signals; without one, the size in standard errors, then the return."""
    if row["symbol"] in ranks:
        return float(ranks[row["symbol"]])
    if row["abnormal"] is not None:
        return 1e6 - abs(float(row["abnormal"]["sar"]))
    return 2e6 - abs(float(row["ret"] or 0.0))


def _abnormal(value: Abnormal | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "ar": value.ar,
        "sar": value.sar,
        "factors": list(value.factors),
        "observations": value.observations,
    }


def _abnormals(facts: Facts, security: Row) -> tuple[Abnormal | None, Abnormal | None]:
    """Against the market, and against market and sector."""
    sessions = [s for s in facts.sessions(security["calendar"]) if s <= facts.as_of]
    market, sector = security["market"], security["sector_factor"]
    if not sessions or not market:
        return None, None
    masked = _event_sessions(facts, security["symbol"])
    alone = abnormal(facts.series, sessions, security["symbol"], (market,), masked)
    if not sector:
        return alone, None
    return alone, abnormal(facts.series, sessions, security["symbol"], (market, sector), masked)


def _event_sessions(facts: Facts, symbol: str) -> frozenset[date]:
    """Day 0 and the session after it, of the symbol's own events before this session."""
    sessions = facts.sessions()
    following = dict(pairwise(sessions))
    reached = {t["event_id"] for t in facts.event_targets if t["symbol"] == symbol}
    days = {e["day0"] for e in facts.events if e["event_id"] in reached and e["day0"] is not None}
    return frozenset(days | {following.get(d, d) for d in days}) - {facts.as_of}


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
