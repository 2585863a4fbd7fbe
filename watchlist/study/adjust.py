"""p-values adjusted for many tests, beside the raw ones."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.study.group_tests import Study
from watchlist.study.multiplicity import benjamini_hochberg, holm, romano_wolf

ROMANO_WOLF_DRAWS = 999


def adjusted(effects: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Holm and BH of `t_p`, Romano-Wolf of SCAR, over all pairs and windows of the study.

    A Romano-Wolf draw moves each event date, with all its pairs, to a random placebo day, so that
    dependence between securities and between windows is kept.
    """
    if effects.is_empty():
        return effects
    p = effects["t_p"].to_numpy()
    wolf = np.full(len(p), np.nan)
    if study.placebo.why_none is None:
        wolf = romano_wolf(effects["scar"].to_numpy(), _draws(study))
    return effects.with_columns(
        pl.Series("p_holm", holm(p)).fill_nan(None),
        pl.Series("p_bh", benjamini_hochberg(p)).fill_nan(None),
        pl.Series("p_romano_wolf", wolf).fill_nan(None),
    )


def adjust_within(frame: pl.DataFrame, family: list[str]) -> pl.DataFrame:
    """Fill p_holm and p_bh from p within each family of tests."""
    if frame.is_empty():
        return frame
    members: dict[tuple[object, ...], list[int]] = {}
    for at, key in enumerate(frame.select(family).iter_rows()):
        members.setdefault(key, []).append(at)
    raw = frame["p"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    of_holm, of_bh = np.empty(len(raw)), np.empty(len(raw))
    for which in members.values():
        of_holm[which], of_bh[which] = holm(raw[which]), benjamini_hochberg(raw[which])
    return frame.with_columns(
        pl.Series("p_holm", of_holm).fill_nan(None), pl.Series("p_bh", of_bh).fill_nan(None)
    )


def _draws(study: Study) -> NDArray[np.float64]:
    """(B, windows x pairs) placebo SCARs in the order of the effects frame.

    All pairs of a date go to the same session; where one of them has no placebo window there, it
    takes that of a session of its own. A hole left open would make the draw's maximum too small,
    and p with it.
    """
    rng = np.random.default_rng(study.design.seed)
    days, which = np.unique(study.pairs.rows, return_inverse=True)
    at = rng.integers(0, len(study.axes.sessions), size=(ROMANO_WOLF_DRAWS, len(days)))
    at = np.ascontiguousarray(at.T)
    draws = np.empty((len(study.windows) * len(which), ROMANO_WOLF_DRAWS))
    rows = iter(draws)
    for window in study.windows:
        strict, relaxed = study.placebo.scars(window.first, window.last)
        few = np.isfinite(strict).sum(axis=1) < study.placebo.least
        table = np.where(few[:, None], relaxed, strict)
        known = [values[np.isfinite(values)] for values in table]
        for pair, q in enumerate(study.series.tolist()):
            drawn, own = next(rows), known[q]
            np.take(table[q], at[which[pair]], out=drawn, mode="clip")
            holes = np.flatnonzero(np.isnan(drawn))
            if len(own) and len(holes):
                drawn[holes] = own[rng.integers(0, len(own), size=len(holes))]
    return draws.T
