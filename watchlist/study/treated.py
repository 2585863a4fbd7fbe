"""Was a control itself moved by the event? Then it is no control, and the reader must know."""

from __future__ import annotations

import numpy as np
import polars as pl

from watchlist.formatting import Readable
from watchlist.study.estimate import estimate
from watchlist.study.group_tests import Study
from watchlist.study.pairs import Pairs, event_rows
from watchlist.study.placebo import PlaceboTable, Rank
from watchlist.study.windows import Effects, effects

FACTOR_SCHEMA = {
    "event_id": pl.String,
    "factor": pl.String,
    "ar": pl.Float64,
    "sar": pl.Float64,
    "placebo_p": pl.Float64,
    "placebo_floor": pl.Float64,
    "treated": pl.Boolean,
    "why": pl.String,
}

TREATED_BELOW = 0.05
"""Placebo p of the factor's own day-0 abnormal return at or below which it counts as treated."""


def treated_factors(study: Study, every: Pairs) -> pl.DataFrame:
    """Each event's factors but the first (the market), judged against the market on day 0.

    The factor's own market-model abnormal return is ranked among the sessions that are no event
    day of any security in the study.

    Parameters
    ----------
    every : all pairs, also those that were left out or not asked for
    """
    design, panel, pairs = study.design, study.factors, study.pairs
    if pairs.factors.shape[1] < 2 or not len(pairs):
        return pl.DataFrame(schema=FACTOR_SCHEMA)
    symbols, total = study.axes.symbols, len(panel.sessions)
    market = symbols[pairs.factors[0, 0]]
    against = np.full((total, 1), panel.column(market))
    any_event = event_rows(every.rows, np.zeros_like(every.rows), (total, 1), design.mask_days)
    rows: list[tuple[object, ...]] = []
    for col in np.unique(pairs.factors[:, 1:]):
        factor = symbols[col]
        own = np.full(total, panel.column(factor))
        fits = estimate(panel, np.arange(total), own, against, design)
        table = PlaceboTable([fits], design.event_days[0], any_event.T, 0, design.min_observations)
        day0 = effects(fits, design.event_days[0], 0, 0)
        users = (pairs.factors[:, 1:] == col).any(axis=1)
        seen: dict[str, list[int]] = {}
        for i in np.flatnonzero(users):
            seen.setdefault(pairs.events[i], []).append(int(i))
        for event, members in seen.items():
            row = int(pairs.rows[members[0]])
            rank = table.rank(0, float(day0.scar[row]), 0, 0)
            treated = bool(rank.p <= TREATED_BELOW)
            names = ", ".join(sorted({pairs.symbols[i] for i in members}))
            why = _why(factor, market, day0, row, rank)
            if treated:
                why += f": the event moved it, so it takes away part of the effect on {names}"
            elif rank.days:
                why += f": a fair control for {names}"
            rows.append(
                (event, factor, *(_known(v) for v in (day0.car[row], day0.scar[row], rank.p,
                 rank.floor)), treated, why)
            )  # fmt: skip
    frame = pl.DataFrame(rows, schema=FACTOR_SCHEMA, orient="row")
    return frame.sort("event_id", "factor")


def _why(factor: str, market: str, day0: Effects, row: int, rank: Rank) -> str:
    if not np.isfinite(day0.scar[row]):
        return f"{factor} or {market} has no return on that session, or too few before it"
    moved = (
        f"{factor} moved {Readable(100 * day0.ret[row]):+.1f} %, "
        f"{Readable(100 * day0.car[row]):+.1f} points against {market} "
        f"(SAR {Readable(day0.scar[row]):.1f})"
    )
    if rank.note is not None and not np.isfinite(rank.p):
        return f"{moved}; {rank.note}"
    floor = ", the smallest that so many days can give" if rank.p <= rank.floor * (1 + 1e-9) else ""
    return f"{moved}; p = {rank.p:.4f} among {rank.days} quiet days{floor}"


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
