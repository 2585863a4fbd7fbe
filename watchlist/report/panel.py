"""The event-study panel: CAR paths, heatmap, forest, share kept; from this session's studies."""

from __future__ import annotations

from typing import Any

from watchlist.report.facts import Facts, Row, group
from watchlist.report.kept import kept
from watchlist.report.studies import MAIN_WINDOW, headline, main_effects

PATHS_SHOWN = 6
"""Recent events that get a chart of their own on the daily page."""

PATH_SYMBOLS = 4
"""Targets charted per event; the rest are in the event's table."""

HEATMAP_EVENTS = 100
"""Events in the table under the heatmap."""

DATE_LEVEL_TESTS = ("ibragimov-mueller", "dates")
"""Tests whose unit is the date, best first: what an interval may be drawn from."""


def panel(facts: Facts, cards: list[Row]) -> dict[str, Any]:
    """Everything that the study sections of a daily page show; `study` is None without a study."""
    study = headline(facts)
    if study is None:
        return {
            "study": None,
            "paths": [],
            "heatmap": {"events": [], "symbols": [], "cells": []},
            "forest": [],
            "kept": [],
            "overall": [],
        }
    by_event = {c["event_id"]: c for c in cards}
    return {
        "study": {"name": study["name"], "model": study["model"], "window": list(MAIN_WINDOW)},
        "paths": paths(facts, study, cards),
        "heatmap": heatmap(facts, study, by_event),
        "forest": forest(facts, study),
        "kept": kept(facts, study, by_event),
        "overall": tests(facts, study, "all", None),
    }


def paths(facts: Facts, study: Row, cards: list[Row]) -> list[Row]:
    """CAR paths of the most recent events that reached a watched symbol."""
    happened = sorted(
        (c for c in cards if c["day0"] is not None and c["age"] is not None and c["age"] >= 0),
        key=lambda c: (c["day0"], c["on"], c["event_id"]),
        reverse=True,
    )
    out: list[Row] = []
    for card in happened:
        lines = path_lines(facts, study, card["event_id"])
        if any(line["watched"] for line in lines):
            out.append(
                {
                    "event_id": card["event_id"],
                    "title": card["title"],
                    "day0": card["day0"],
                    "age": card["age"],
                    "lines": lines[:PATH_SYMBOLS],
                    "more": max(0, len(lines) - PATH_SYMBOLS),
                }
            )
        if len(out) == PATHS_SHOWN:
            break
    return out


def path_lines(facts: Facts, study: Row, event_id: str) -> list[Row]:
    """One line a target: CAR from the first charted day on, with the placebo band.

    Watched symbols first, then named ones, then those that moved most.
    """
    returns = group(facts.of_event("abnormal", study["study_id"], event_id), "symbol")
    bands = group(facts.of_event("bands", study["study_id"], event_id), "symbol")
    effects = {
        e["symbol"]: e
        for e in facts.of_event("effects", study["study_id"], event_id)
        if (e["first_day"], e["last_day"]) == MAIN_WINDOW
    }
    watched = {s["symbol"] for s in facts.symbols if s["role"] == "watchlist"}
    named = {
        t["symbol"]
        for t in facts.event_targets
        if t["event_id"] == event_id and t["relation"] == "named"
    }
    lines = []
    for symbol, rows in returns.items():
        band = {b["day"]: b for b in bands.get(symbol, [])}
        first = min(band) if band else rows[0]["day"]
        total = 0.0
        days: list[int] = []
        car: list[float | None] = []
        for row in rows:
            if row["day"] < first:
                continue
            days.append(row["day"])
            if row["ar"] is None:
                car.append(None)
                continue
            total += row["ar"]
            car.append(total)
        if not any(value is not None for value in car):
            continue
        effect = effects.get(symbol)
        lines.append(
            {
                "symbol": symbol,
                "day": days,
                "car": car,
                "band_day": sorted(band),
                "lo": [band[d]["lo"] for d in sorted(band)],
                "hi": [band[d]["hi"] for d in sorted(band)],
                "draws": next(iter(band.values()))["draws"] if band else None,
                "effect": None if effect is None else effect["car"],
                "named": symbol in named,
                "watched": symbol in watched,
            }
        )
    lines.sort(
        key=lambda x: (not x["named"], not x["watched"], -abs(x["effect"] or 0.0), x["symbol"])
    )
    return lines


def heatmap(facts: Facts, study: Row, by_event: dict[str, Row]) -> dict[str, Any]:
    """Day-0 abnormal returns, events × symbols, newest event first."""
    effects = [e for e in main_effects(facts, study) if e["event_id"] in by_event]
    shown = {s["symbol"] for s in facts.symbols if s["role"] in {"watchlist", "peer"}}
    effects = [e for e in effects if e["symbol"] in shown]
    found = {e["event_id"] for e in effects}
    events = sorted(
        (by_event[i] for i in found),
        key=lambda c: (c["day0"] or "", c["on"], c["event_id"]),
        reverse=True,
    )[:HEATMAP_EVENTS]
    kept_ids = {c["event_id"] for c in events}
    present = {e["symbol"] for e in effects if e["event_id"] in kept_ids}
    return {
        "events": [
            {"event_id": c["event_id"], "title": c["title"], "day0": c["day0"]} for c in events
        ],
        "symbols": [s["symbol"] for s in facts.symbols if s["symbol"] in present],
        "cells": [
            {
                "event_id": e["event_id"],
                "symbol": e["symbol"],
                "car": e["car"],
                "scar": e["scar"],
                "p": e["placebo_p"],
            }
            for e in effects
            if e["event_id"] in kept_ids and e["car"] is not None
        ],
    }


def forest(facts: Facts, study: Row) -> list[Row]:
    """Mean effect by category with a 95 % interval whose unit is the date."""
    rows = [
        r
        for r in facts.tests
        if r["study_id"] == study["study_id"]
        and r["scope"] in {"category", "all"}
        and (r["first_day"], r["last_day"]) == MAIN_WINDOW
        and r["estimate"] is not None
    ]
    out = []
    for (scope, value), found in group(rows, "scope", "value").items():
        best = min(found, key=lambda r: (_rank(r["test"]), not r["headline"], r["test"]))
        lo, hi = interval(best)
        out.append(
            {
                "scope": scope,
                "value": "all events" if scope == "all" else value,
                "estimate": best["estimate"],
                "lo": lo,
                "hi": hi,
                "p": best["p"],
                "p_adjusted": best["p_holm"],
                "pairs": best["n"],
                "dates": best["dates"],
                "test": best["test"],
                "mde": best["mde"],
                "warning": best["warning"],
            }
        )
    return sorted(out, key=lambda r: (r["scope"] != "all", -r["dates"], r["value"]))


def interval(row: Row) -> tuple[float | None, float | None]:
    """Estimate ± t(df) standard errors; open where there is no standard error."""
    from watchlist.study.tails import student_quantile

    if row["se"] is None or row["df"] is None or row["df"] < 1:
        return None, None
    half = student_quantile(0.975, row["df"]) * row["se"]
    return row["estimate"] - half, row["estimate"] + half


def tests(facts: Facts, study: Row, scope: str, value: str | None) -> list[Row]:
    """Tests of one scope in the main window, with their warnings."""
    return [
        {
            "value": r["value"],
            "test": r["test"],
            "headline": r["headline"],
            "first_day": r["first_day"],
            "last_day": r["last_day"],
            "pairs": r["n"],
            "dates": r["dates"],
            "estimate": r["estimate"],
            "p": r["p"],
            "p_adjusted": r["p_holm"],
            "r_bar": r["r_bar"],
            "variance_ratio": r["variance_ratio"],
            "mde": r["mde"],
            "share_positive": r["share_positive"],
            "warning": r["warning"],
        }
        for r in facts.tests_by_scope.get((study["study_id"], scope), [])
        if (value is None or r["value"] == value) and (r["first_day"], r["last_day"]) == MAIN_WINDOW
    ]


def _rank(test: str) -> int:
    return DATE_LEVEL_TESTS.index(test) if test in DATE_LEVEL_TESTS else len(DATE_LEVEL_TESTS)
