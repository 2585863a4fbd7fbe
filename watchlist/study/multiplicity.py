"""Many tests at once: tickers × events × windows give a hundred p-values a day, five of them < 5 %.

Adjusted p-values stand beside raw ones, never in their place. NaN is a test that was not made: it
stays NaN and is not counted among the hypotheses.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from watchlist.errors import StudyError
from watchlist.study.group_tests import Study

Floats = NDArray[np.float64]


def holm(p_values: ArrayLike) -> Floats:
    """Adjusted p of the stepdown of Holm 1979 (Scand. J. Statist. 6:65).

    The k-th smallest of H is multiplied by H - k + 1, made monotone and capped at 1. Controls the
    chance of one false rejection under any dependence.
    """
    p = np.asarray(p_values, dtype=float)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    factor = np.arange(len(order), 0, -1)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factor), 1.0)
    return adjusted


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Adjusted p of the step-up of Benjamini & Hochberg 1995 (JRSS-B 57:289).

    The k-th smallest of H is multiplied by H/k and made monotone from above. Controls the expected
    share of false rejections for independent or positively dependent tests.
    """
    p = np.asarray(p_values, dtype=float)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * (len(order) / np.arange(1, len(order) + 1))
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def romano_wolf(statistics: ArrayLike, draws: ArrayLike) -> Floats:
    """Adjusted p of the stepdown of Romano & Wolf 2005 (Econometrica 73:1237; 2016, SPL 113:38).

    Hypotheses are ordered by |statistic|; each is compared with the largest |placebo statistic|
    among itself and those behind it, (1 + hits) / (1 + B), made monotone. A draw is one row: the
    same placebo day for every ticker, so that their dependence is kept and paid for only once.
    Statistics must be standardized, or the wildest ticker rules every maximum.

    Parameters
    ----------
    statistics : (H,) observed
    draws : (B, H) the same statistics on B placebo days; NaN is a ticker that had no bar that day
    """
    observed = np.abs(np.asarray(statistics, dtype=float))
    placebo = np.abs(np.asarray(draws, dtype=float))
    if placebo.ndim != 2 or placebo.shape[1:] != observed.shape:
        raise StudyError(
            f"{observed.shape} statistics and {placebo.shape} placebo draws do not match",
            "give one column of draws for each statistic",
        )
    adjusted = np.full(observed.shape, np.nan)
    there = np.isfinite(placebo)
    placebo[~there] = -np.inf
    known = np.flatnonzero(np.isfinite(observed) & there.any(axis=0))
    order = known[np.argsort(-observed[known], kind="stable")]
    if not len(order):
        return adjusted
    # a placebo day on the event's own sums differs from it in the last bits only
    bar = observed * (1 - 1e-12)
    hits, largest = np.empty(len(order)), np.full(len(placebo), -np.inf)
    for place in range(len(order) - 1, -1, -1):
        column = order[place]
        np.maximum(largest, placebo[:, column], out=largest)
        hits[place] = np.count_nonzero(largest >= bar[column])
    adjusted[order] = np.maximum.accumulate((1.0 + hits) / (1.0 + len(placebo)))
    return adjusted


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
