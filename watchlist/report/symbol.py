"""The context of one symbol's page: its price with events, its reactions, what Washington holds."""

from __future__ import annotations

from typing import Any

from watchlist.report.daily import prices
from watchlist.report.facts import Facts, Row
from watchlist.report.moves import how_rare, move
from watchlist.report.studies import headline
from watchlist.report.verdicts import verdict_words

SCHEMA = "watchlist.symbol/1"


def symbol_context(
    facts: Facts, security: Row, all_cards: list[Row], *, version: str
) -> dict[str, Any]:
    """The whole page as JSON values; `security` is a row of `facts.symbols`."""
    symbol = security["symbol"]
    row = move(facts, security)
    row["rare"] = how_rare(row)
    return {
        "schema": SCHEMA,
        "version": version,
        "kind": "symbol",
        "simulated": facts.simulated,
        "as_of": facts.as_of.isoformat(),
        "title": f"{symbol}, {security['name']}",
        "symbol": symbol,
        "name": security["name"],
        "role": security["role"],
        "exchange": security["exchange"],
        "currency": security["currency"],
        "minerals": security["minerals"],
        "stage": security["stage"],
        "note": security["note"],
        "factors": [f for f in (security["market"], security["sector_factor"]) if f],
        "valid_from": None
        if security["valid_from"] is None
        else security["valid_from"].isoformat(),
        "first_session": _iso(security["first_session"]),
        "last_session": _iso(security["last_session"]),
        "bars": security["bars"],
        "failed": security["reason"] if security["outcome"] == "failed" else None,
        "move": row,
        "price": prices(facts, all_cards, [symbol])[0],
        "signals": _signals(facts, symbol),
        "alerts": [
            {"session": a["session"].isoformat(), "signal": a["signal"], "sentence": a["sentence"]}
            for a in facts.alerts
            if a["symbol"] == symbol
        ],
        "holdings": [
            {
                "on": _iso(h["dated_on"]),
                "holder": h["holder"],
                "kind": h["kind"],
                "amount_usd": h["amount_usd"],
                "share": h["share"],
                "terms": h["terms"],
                "state": h["state"],
                "state_on": _iso(h["state_on"]),
                "event_id": h["event_id"],
            }
            for h in facts.holdings
            if h["symbol"] == symbol
        ],
        "reactions": _reactions(facts, symbol, all_cards),
    }


def _signals(facts: Facts, symbol: str) -> list[Row]:
    meaning = {d["signal"]: d for d in facts.definitions}
    verdicts = verdict_words(facts)
    order = {d["signal"]: n for n, d in enumerate(facts.definitions)}
    rows = [s for s in facts.signals if s["symbol"] == symbol]
    return [
        {
            "signal": s["signal"],
            "title": meaning[s["signal"]]["title"] if s["signal"] in meaning else s["signal"],
            "definition": meaning[s["signal"]]["definition"] if s["signal"] in meaning else None,
            "lies": meaning[s["signal"]]["lies"] if s["signal"] in meaning else None,
            "unit": meaning[s["signal"]]["unit"] if s["signal"] in meaning else None,
            "value": s["value"],
            "z": s["z"],
            "percentile": s["percentile"],
            "state": s["state"],
            "verdict": verdicts.get(s["signal"]),
        }
        for s in sorted(rows, key=lambda s: (order.get(s["signal"], 999), s["signal"]))
    ]


def _reactions(facts: Facts, symbol: str, all_cards: list[Row]) -> list[Row]:
    """Every event that reached the symbol, newest first; effects where they were estimated."""
    study = headline(facts)
    effects: dict[tuple[str, int, int], Row] = {}
    if study is not None:
        effects = {
            (e["event_id"], e["first_day"], e["last_day"]): e
            for e in facts.of_symbol("effects", symbol)
            if e["study_id"] == study["study_id"]
        }
    out = []
    for card in all_cards:
        target = next((t for t in card["targets"] if t["symbol"] == symbol), None)
        if target is None:
            continue
        first = effects.get((card["event_id"], 0, 0))
        week = effects.get((card["event_id"], 0, 5))
        month = effects.get((card["event_id"], 0, 20))
        out.append(
            {
                "event_id": card["event_id"],
                "title": card["title"],
                "on": card["on"],
                "day0": card["day0"],
                "category": card["category"],
                "direction": target["direction"],
                "relation": target["relation"],
                "ret": None if first is None else first["ret"],
                "car0": None if first is None else first["car"],
                "scar0": None if first is None else first["scar"],
                "p0": None if first is None else first["placebo_p"],
                "floor": None if first is None else first["placebo_floor"],
                "car5": _whole(week, 6),
                "car20": _whole(month, 21),
            }
        )
    return out


def _whole(effect: Row | None, days: int) -> float | None:
    """The effect of a window that has passed; a part of one is not its effect."""
    return None if effect is None or effect["days"] < days else effect["car"]


def _iso(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())
