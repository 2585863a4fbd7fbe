"""A pair that is not in the study, and why: every one is listed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

DROP_SCHEMA = {"event_id": pl.String, "symbol": pl.String, "code": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Drop:
    """A pair that is not in the study, and why."""

    event_id: str
    symbol: str
    code: str
    reason: str


def drops_frame(drops: list[Drop]) -> pl.DataFrame:
    """Columns event_id, symbol, code, reason."""
    return pl.DataFrame(
        [(d.event_id, d.symbol, d.code, d.reason) for d in drops], schema=DROP_SCHEMA, orient="row"
    )
