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
    parts = []
    for _, part in frame.with_row_index("_at").group_by(family, maintain_order=True):
        raw = part["p"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        parts.append(
            part.with_columns(
                pl.Series("p_holm", holm(raw)).fill_nan(None),
                pl.Series("p_bh", benjamini_hochberg(raw)).fill_nan(None),
            )
        )
    return pl.concat(parts).sort("_at").drop("_at")


def _draws(study: Study) -> NDArray[np.float64]:
    """(B, windows x pairs) placebo SCARs in the order of the effects frame.

    All pairs of a date go to the same session; where one of them has no placebo window there, it
    takes that of a session of its own. A hole left open would make the draw's maximum too small,
    and p with it.
    """
    rng = np.random.default_rng(study.design.seed)
    days, which = np.unique(study.pairs.rows, return_inverse=True)
    at = rng.integers(0, len(study.panel.sessions), size=(ROMANO_WOLF_DRAWS, len(days)))
    blocks = []
    for window in study.windows:
        strict, relaxed = study.placebo.scars(window.first, window.last)
        few = np.isfinite(strict).sum(axis=1) < study.placebo.least
        table = np.where(few[:, None], relaxed, strict)
        drawn = table[study.series[None, :], at[:, which]]
        for pair, q in enumerate(study.series):
            own = table[q][np.isfinite(table[q])]
            holes = np.flatnonzero(np.isnan(drawn[:, pair]))
            if len(own):
                drawn[holes, pair] = own[rng.integers(0, len(own), size=len(holes))]
        blocks.append(drawn)
    return np.concatenate(blocks, axis=1)
