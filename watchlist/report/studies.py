"""Which study a page leads with, and its main window."""

from __future__ import annotations

from watchlist.report.facts import Facts, Row

MAIN_WINDOW = (0, 0)
"""Day 0 alone: what the announcement's own session did."""


def headline(facts: Facts) -> Row | None:
    """The study that the report leads with."""
    return next((s for s in facts.studies if s["headline"]), None)


def main_effects(facts: Facts, study: Row) -> list[Row]:
    """Effects of a study in the main window."""
    return [
        e
        for e in facts.effects
        if e["study_id"] == study["study_id"] and (e["first_day"], e["last_day"]) == MAIN_WINDOW
    ]
