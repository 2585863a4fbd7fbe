"""The study sections of a daily page: paths, heatmap, forest, share kept, method, calibration."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from watchlist.report import format as fmt
from watchlist.report.events import EventCard, StudyName
from watchlist.report.rows import Day, Fraction, pick
from watchlist.report.study_rows import (
    CalibrationRow,
    Cell,
    ForestRow,
    Kept,
    Path,
    StudyDrops,
    TestRow,
)

if TYPE_CHECKING:
    from watchlist.report.facts import Facts

PATHS_SHOWN = 6
"""Recent events that get a chart of their own on the daily page."""

PATH_SYMBOLS = 4
"""Targets charted per event; the rest are in the event's table."""

HEATMAP_EVENTS = 100
"""Events in the table under the heatmap."""


class LeadStudy(StudyName):
    """The study that the report leads with."""

    window: list[Day]
    """First and last day of the main window."""


class EventPaths(TypedDict):
    """The paths of one event's targets."""

    event_id: str
    title: str
    day0: date | None
    age: int | None
    lines: list[Path]
    more: int
    """Further targets on the event's page."""


class HeatmapEvent(TypedDict):
    """A row of the heatmap."""

    event_id: str
    title: str
    day0: date | None


class Heatmap(TypedDict):
    """Day-0 abnormal returns, events × symbols, newest event first."""

    events: list[HeatmapEvent]
    symbols: list[str]
    cells: list[Cell]


class StudySections(TypedDict):
    """What the study sections show; `study` is null without a study."""

    study: LeadStudy | None
    paths: list[EventPaths]
    heatmap: Heatmap
    forest: list[ForestRow]
    kept: list[Kept]
    overall: list[TestRow]


class Treated(TypedDict):
    """A control that an event itself moved."""

    event_id: str
    factor: str
    ar: Fraction | None
    sar: float | None
    why: str


class StudyMethod(TypedDict):
    """A study with its design."""

    name: str
    model: str
    headline: bool
    design: dict[str, Any]
    design_hash: str
    events: int
    pairs: int
    dates: int
    dropped: int
    drops: list[StudyDrops]
    warnings: list[str]
    version: str


class TestSize(TypedDict):
    """How often a test rejected."""

    scope: str
    test: str
    over: str
    label: str
    setting: str
    """`null`, or what was planted."""
    n: int
    """Pairs per repetition."""
    nominal: Fraction
    rejected: Fraction
    repetitions: int
    too_often: bool
    """Beyond two Monte Carlo standard errors above the nominal level."""


class CalibrationFound(TypedDict):
    """What calibration measured: whether 5 % is 5 % on these stocks."""

    study: str | None
    as_of: date
    window: list[Day]
    windows: int
    """Windows that were calibrated."""
    repetitions: int
    sentence: str
    own: list[TestSize]
    """Of tests whose p-values this report prints."""
    rows: list[TestSize]


class Method(TypedDict):
    """The method box: what was run, on what, and what is known to be wrong with it."""

    studies: list[StudyMethod]
    treated: list[Treated]
    calibration: CalibrationFound | None


def study_sections(facts: Facts, cards: list[EventCard]) -> StudySections:
    """Everything that the study sections of a daily page show."""
    study = facts.headline
    return {
        "study": None if study is None else pick(LeadStudy, study, window=[0, 0]),
        "paths": _paths(facts, cards),
        "heatmap": _heatmap(facts, cards),
        "forest": facts.forest,
        "kept": facts.kept,
        "overall": facts.tests.get("all", []),
    }


def _newest_first(cards: list[EventCard]) -> list[EventCard]:
    return sorted(
        (c for c in cards if c["day0"] is not None),
        key=lambda c: (c["day0"], c["on"], c["event_id"]),
        reverse=True,
    )


def _paths(facts: Facts, cards: list[EventCard]) -> list[EventPaths]:
    """CAR paths of the most recent events that reached a watched symbol."""
    out: list[EventPaths] = []
    for card in _newest_first(cards):
        lines = facts.paths.get(card["event_id"], [])
        if any(line["watched"] for line in lines) and len(out) < PATHS_SHOWN:
            more = max(0, len(lines) - PATH_SYMBOLS)
            out.append(pick(EventPaths, card, lines=lines[:PATH_SYMBOLS], more=more))
    return out


def _heatmap(facts: Facts, cards: list[EventCard]) -> Heatmap:
    found = {cell["event_id"] for cell in facts.heatmap}
    shown = [c for c in _newest_first(cards) if c["event_id"] in found][:HEATMAP_EVENTS]
    ids = {card["event_id"] for card in shown}
    cells = [cell for cell in facts.heatmap if cell["event_id"] in ids]
    present = {cell["symbol"] for cell in cells}
    return {
        "events": [pick(HeatmapEvent, card) for card in shown],
        "symbols": [s["symbol"] for s in facts.securities if s["symbol"] in present],
        "cells": cells,
    }


def method(facts: Facts) -> Method:
    """Studies with their designs and warnings, drops, treated controls, calibration."""
    return {
        "studies": [
            pick(StudyMethod, row, design=json.loads(row["design"])) for row in facts.studies
        ],
        "treated": [
            pick(Treated, event, row)
            for event in facts.events
            for row in facts.controls.get(event["event_id"], [])
            if row["treated"]
        ],
        "calibration": _calibration(facts.calibration),
    }


def _calibration(found: list[CalibrationRow]) -> CalibrationFound | None:
    if not found:
        return None
    first = found[0]
    rows = [pick(TestSize, row, label=f"{row['test']}, {row['over']}") for row in found]
    return {
        "study": first["study"],
        "as_of": first["as_of"],
        "window": [first["first_day"], first["last_day"]],
        "windows": first["windows"],
        "repetitions": max(row["repetitions"] for row in found),
        "sentence": _sizes_in_words(rows),
        "own": [size for size, row in zip(rows, found, strict=True) if row["printed"]],
        "rows": rows,
    }


def _sizes_in_words(rows: list[TestSize]) -> str:
    """How many tests reject no more than chance allows, and which reject too often."""
    null = [row for row in rows if row["setting"] == "null"]
    level = fmt.percent(null[0]["nominal"], 0, sign=False) if null else fmt.DASH
    places: dict[str, list[str]] = {}
    for row in null:
        if row["too_often"]:
            places.setdefault(row["over"], []).append(row["test"])
    fine = len(null) - sum(map(len, places.values()))
    text = f"At {level}, {fine} of {len(null)} tests reject no more than chance allows."
    if not places:
        return text
    named = "; ".join(f"{over}: {', '.join(tests)}" for over, tests in places.items())
    return f"{text} Too often on {named}."
