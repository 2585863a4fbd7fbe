"""The method box: what was run, on what, and what is known to be wrong with it."""

from __future__ import annotations

import json
from typing import Any

from watchlist.report.calibrated import calibration
from watchlist.report.facts import Facts, Row, group


def method(facts: Facts) -> dict[str, Any]:
    """Studies with their designs and warnings, drops, treated controls, calibration."""
    return {
        "studies": [_study(facts, row) for row in facts.studies],
        "treated": [
            {
                "event_id": r["event_id"],
                "factor": r["factor"],
                "ar": r["ar"],
                "sar": r["sar"],
                "why": r["why"],
            }
            for r in _treated(facts)
        ],
        "calibration": calibration(facts),
    }


def _treated(facts: Facts) -> list[Row]:
    """Controls moved by the event itself, once each, in the order of the newest event."""
    order = {e["event_id"]: n for n, e in enumerate(facts.events)}
    found = {(r["event_id"], r["factor"]): r for r in reversed(facts.factors) if r["treated"]}
    return sorted(found.values(), key=lambda r: (order.get(r["event_id"], 9999), r["factor"]))


def _study(facts: Facts, row: Row) -> dict[str, Any]:
    drops = [d for d in facts.drops if d["study_id"] == row["study_id"]]
    return {
        "name": row["name"],
        "model": row["model"],
        "headline": row["headline"],
        "design": json.loads(row["design"]),
        "design_hash": row["design_hash"],
        "events": row["events"],
        "pairs": row["pairs"],
        "dates": row["dates"],
        "dropped": row["dropped"],
        "drops": [
            {"code": code, "pairs": len(found), "example": found[0]["reason"]}
            for code, found in sorted(group(drops, "code").items())
        ],
        "warnings": row["warnings"],
        "version": row["version"],
    }
