"""The context of one event's page: everybody it reached, how sure we are, what else happened."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchlist.report.facts import Facts, Row, group
from watchlist.report.panel import path_lines, tests
from watchlist.report.studies import headline

SCHEMA = "watchlist.event/1"

PLACEBO_SYMBOLS = 4
"""Targets whose distribution of ordinary days is charted."""

MIN_ORDINARY = 60
"""Fewer ordinary sessions than this are no distribution."""


def event_context(facts: Facts, card: Row, all_cards: list[Row], *, version: str) -> dict[str, Any]:
    """The whole page as JSON values; `card` is the event's own of `happenings.cards`."""
    study = headline(facts)
    event_id = card["event_id"]
    lines = [] if study is None else path_lines(facts, study, event_id)
    return {
        "schema": SCHEMA,
        "version": version,
        "kind": "event",
        "simulated": facts.simulated,
        "as_of": facts.as_of.isoformat(),
        "title": card["title"],
        "event": card,
        "study": None if study is None else {"name": study["name"], "model": study["model"]},
        "paths": lines,
        "models": [{"name": s["name"], "model": s["model"]} for s in models(facts)],
        "compared": _compared(facts, event_id, [line["symbol"] for line in lines]),
        "effects": _effects(facts, event_id),
        "placebo": [] if study is None else _placebos(facts, study, event_id),
        "tests": [] if study is None else tests(facts, study, "event", event_id),
        "drops": [
            {
                "symbol": symbol,
                "reason": reason,
                "studies": [_name(facts, row) for row in rows],
                "all": len(rows) == len(facts.studies),
            }
            for (symbol, reason), rows in group(
                facts.about("drops", event_id), "symbol", "reason"
            ).items()
        ],
        "controls": [
            {
                "factor": f["factor"],
                "ar": f["ar"],
                "sar": f["sar"],
                "treated": f["treated"],
                "why": f["why"],
            }
            for f in {r["factor"]: r for r in reversed(facts.about("factors", event_id))}.values()
        ],
        "sympathy": _sympathy(facts, card),
        "chain": _chain(card, all_cards),
        "confounders": _confounders(facts, event_id, study, all_cards),
    }


def _name(facts: Facts, row: Row) -> str:
    return next((str(s["name"]) for s in facts.studies if s["study_id"] == row["study_id"]), "")


def models(facts: Facts) -> list[Row]:
    """One study a model, the headline first: those that a reader should see side by side."""
    first: dict[str, Row] = {}
    for study in facts.studies:
        first.setdefault(study["model"], study)
    return list(first.values())


def _compared(facts: Facts, event_id: str, order: list[str]) -> list[Row]:
    """Each target and window with its effect under every model, in the order of the charts."""
    by_study = {
        study["name"]: {
            (e["symbol"], e["first_day"], e["last_day"]): e
            for e in facts.of_event("effects", study["study_id"], event_id)
        }
        for study in models(facts)
    }
    keys = sorted(
        {key for found in by_study.values() for key in found},
        key=lambda k: (order.index(k[0]) if k[0] in order else len(order), k[0], -k[1], k[2]),
    )
    out = []
    for key in keys:
        found = {name: effects.get(key) for name, effects in by_study.items()}
        any_effect = next(e for e in found.values() if e is not None)
        out.append(
            {
                "symbol": key[0],
                "first_day": key[1],
                "last_day": key[2],
                "ret": any_effect["ret"],
                "days": any_effect["days"],
                "by_model": [
                    {
                        "car": None if e is None else e["car"],
                        "scar": None if e is None else e["scar"],
                        "p": None if e is None else e["placebo_p"],
                        "floor": None if e is None else e["placebo_floor"],
                    }
                    for e in found.values()
                ],
            }
        )
    return out


def _effects(facts: Facts, event_id: str) -> list[Row]:
    """Every window of every target under every study: both models side by side."""
    fits = {(f["study_id"], f["symbol"]): f for f in facts.about("fits", event_id)}
    out = []
    for row in facts.about("effects", event_id):
        fit = fits.get((row["study_id"], row["symbol"]))
        out.append(
            {
                "study": _name(facts, row),
                "symbol": row["symbol"],
                "first_day": row["first_day"],
                "last_day": row["last_day"],
                "ret": row["ret"],
                "car": row["car"],
                "se": row["se"],
                "scar": row["scar"],
                "t_p": row["t_p"],
                "placebo_p": row["placebo_p"],
                "placebo_floor": row["placebo_floor"],
                "p_adjusted": row["p_romano_wolf"] or row["p_holm"],
                "mde": row["mde"],
                "days": row["days"],
                "observations": None if fit is None else fit["observations"],
                "masked": None if fit is None else fit["masked"],
                "note": row["note"] or (None if fit is None else fit["note"]),
            }
        )
    return out


def _placebos(facts: Facts, study: Row, event_id: str) -> list[Row]:
    """The event's own fit applied to every session without an event of the symbol."""
    found = []
    for fit in facts.about("fits", event_id):
        if fit["study_id"] != study["study_id"]:
            continue
        left, symbol = _residuals(facts, fit), fit["symbol"]
        observed = left[facts.day_at[fit["day0"]]] if fit["day0"] in facts.day_at else math.nan
        ordinary = left[np.isfinite(left) & ~facts.busy.get(symbol, np.False_)]
        if math.isfinite(observed) and len(ordinary) >= MIN_ORDINARY:
            found.append((float(observed), symbol, ordinary))
    found.sort(key=lambda one: (-abs(one[0]), one[1]))
    return [
        {
            "symbol": symbol,
            "observed": observed,
            "ordinary": [round(value, 5) for value in ordinary.tolist()],
        }
        for observed, symbol, ordinary in found[:PLACEBO_SYMBOLS]
    ]


def _residuals(facts: Facts, fit: Row) -> NDArray[np.float64]:
    """What one fit leaves of every session; NaN where it has not all its returns."""
    left = facts.return_of(fit["symbol"]) - (fit["alpha"] or 0.0)
    for beta, factor in zip(fit["betas"], fit["factors"], strict=True):
        left -= beta * facts.return_of(factor)
    return left


def _sympathy(facts: Facts, card: Row) -> list[Row]:
    """Day-0 returns of watched symbols and peers that the event does not list."""
    if card["day0"] is None:
        return []
    day0 = date.fromisoformat(card["day0"])
    listed = {t["symbol"] for t in card["targets"]}
    roles = {s["symbol"]: s["role"] for s in facts.symbols}
    return sorted(
        (
            {"symbol": r["symbol"], "role": roles.get(r["symbol"], ""), "ret": r["ret"]}
            for r in facts.returns_by_session.get(day0, [])
            if r["symbol"] not in listed
        ),
        key=lambda row: (row["role"] in {"benchmark", "factor"}, -abs(row["ret"]), row["symbol"]),
    )


def _chain(card: Row, all_cards: list[Row]) -> list[Row]:
    """The events that are one story with this one, oldest first."""
    if card["chain"] is None:
        return []
    return [
        {
            "event_id": c["event_id"],
            "title": c["title"],
            "on": c["on"],
            "stage": c["chain_stage"],
            "this": c["event_id"] == card["event_id"],
        }
        for c in sorted(all_cards, key=lambda c: (c["on"], c["event_id"]))
        if c["chain"] == card["chain"]
    ]


def _confounders(facts: Facts, event_id: str, study: Row | None, all_cards: list[Row]) -> list[Row]:
    titles = {c["event_id"]: c["title"] for c in all_cards}
    found = [
        o
        for o in facts.about("overlaps", event_id)
        if study is not None
        and o["study_id"] == study["study_id"]
        and o["other_event_id"] in titles
    ]
    return [
        {
            "event_id": other,
            "title": titles[other],
            "kind": kind,
            "sessions_apart": rows[0]["sessions_apart"],
            "symbols": sorted({r["symbol"] for r in rows}),
        }
        for (other, kind), rows in group(found, "other_event_id", "kind").items()
    ]
