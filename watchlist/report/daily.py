"""The daily context: the JSON twin of the page, and all that the page is rendered from."""

from __future__ import annotations

from typing import Any

from watchlist.report import format as fmt
from watchlist.report.changes import changes
from watchlist.report.facts import Facts, Row, group
from watchlist.report.happenings import cards, sort_out, timeline
from watchlist.report.kept import drifts
from watchlist.report.method import method
from watchlist.report.moves import benchmarks, how_rare, moves
from watchlist.report.panel import panel
from watchlist.report.state import session, state
from watchlist.report.verdicts import verdict_words
from watchlist.report.words import headlines

SCHEMA = "watchlist.daily/1"
"""Name and major version of the twin; `reports/schema/daily.schema.json` describes it."""


def daily_context(facts: Facts, *, version: str) -> dict[str, Any]:
    """The whole report of one session as JSON values."""
    all_cards = cards(facts)
    events = sort_out(all_cards)
    for card in events["running"]:
        card["drift"] = drifts(facts, card["event_id"])
    rows = moves(facts)
    for row in rows:
        row["rare"] = how_rare(row)
    data = state(facts)
    day = session(facts)
    return {
        "schema": SCHEMA,
        "version": version,
        "kind": "daily",
        "simulated": facts.simulated,
        "as_of": facts.as_of.isoformat(),
        "previous": None if facts.previous is None else facts.previous.isoformat(),
        "title": f"Watchlist, {fmt.day(facts.as_of, weekday=True)}",
        "session": day,
        "data": data,
        "headlines": headlines(rows, events, data, day),
        "watchlist": rows,
        "benchmarks": benchmarks(facts),
        "alerts": _alerts(facts),
        "verdicts": [
            {
                "signal": v["signal"],
                "horizon": v["horizon"],
                "verdict": v["verdict"],
                "n": v["n"],
                "as_of": v["as_of"].isoformat(),
            }
            for v in facts.verdicts
        ],
        "events": events,
        "timeline": timeline(all_cards, facts.as_of),
        "study": panel(facts, all_cards),
        "prices": prices(facts, all_cards, [r["symbol"] for r in rows]),
        "changes": changes(facts, all_cards),
        "method": method(facts),
    }


def prices(facts: Facts, all_cards: list[Row], symbols: list[str]) -> list[Row]:
    """Closes of the charted window with the events that reached each symbol."""
    bars = group(facts.bars, "symbol")
    targets = group(facts.event_targets, "symbol")
    by_id = {c["event_id"]: c for c in all_cards}
    names = {s["symbol"]: s for s in facts.symbols}
    out = []
    for symbol in symbols:
        rows = bars.get(symbol, [])
        close = {r["session"].isoformat(): r["close"] for r in rows}
        marks = [
            {
                "event_id": card["event_id"],
                "title": card["title"],
                "session": card["day0"],
                "close": close[card["day0"]],
                "direction": target["direction"],
                "relation": target["relation"],
            }
            for target in targets.get(symbol, [])
            if (card := by_id.get(target["event_id"])) is not None and card["day0"] in close
        ]
        out.append(
            {
                "symbol": symbol,
                "name": names[symbol]["name"],
                "currency": names[symbol]["currency"],
                "session": list(close),
                "close": list(close.values()),
                "events": sorted(marks, key=lambda m: (m["session"], m["event_id"])),
            }
        )
    return out


def _alerts(facts: Facts) -> list[Row]:
    """Alerts of this session first, then those of the days before, the rarest first."""
    titles = {d["signal"]: d["title"] for d in facts.definitions}
    verdicts = verdict_words(facts)
    return [
        {
            "symbol": a["symbol"],
            "session": a["session"].isoformat(),
            "fresh": a["session"] == facts.as_of,
            "signal": a["signal"],
            "state": a["state"],
            "previous_state": a["previous_state"],
            "title": titles.get(a["signal"], a["signal"]),
            "rule": a["rule"],
            "expected_per_year": a["expected_per_year"],
            "sentence": a["sentence"],
            "verdict": verdicts.get(a["signal"]),
        }
        for a in facts.alerts
    ]
