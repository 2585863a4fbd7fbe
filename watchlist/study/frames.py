"""The study's arrays as frames with the columns of the store's tables."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.study.design import StudyDesign
from watchlist.study.group_tests import Study
from watchlist.study.models import Fits
from watchlist.study.panel import Panel
from watchlist.study.placebo import Rank
from watchlist.study.power import mde_t
from watchlist.study.tails import student_p
from watchlist.study.windows import Effects, day_errors, paths

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def fits_frame(study: Study, near: Bools) -> pl.DataFrame:
    """One row a pair: what was estimated, on how many rows, and how the security trades."""
    fits, pairs, panel, design = study.fits, study.pairs, study.panel, study.design
    start = pairs.rows + design.estimation[0]
    at = start[:, None] + np.arange(design.estimation_length)
    inside = (at >= 0) & (at < len(panel.sessions))
    at = np.clip(at, 0, len(panel.sessions) - 1)
    cols = pairs.cols[:, None]
    ret = np.where(inside, panel.returns[at, cols], np.nan)
    masked = near[at, cols] & inside if design.overlap == "mask" else np.zeros_like(inside)
    missing = np.isnan(ret).sum(axis=1)
    return pl.DataFrame(
        {
            "event_id": pairs.events,
            "symbol": pairs.symbols,
            "day0": panel.sessions[pairs.rows],
            "factors": [_factor_names(panel, row, design) for row in pairs.factors],
            "alpha": fits.alpha,
            "betas": fits.betas.tolist(),
            "sigma": fits.sigma,
            "observations": fits.observations.astype(np.int32),
            "masked": (masked & np.isfinite(ret)).sum(axis=1).astype(np.int32),
            "zero_return_share": _share(ret == 0, ~np.isnan(ret)),
            "zero_volume_share": _zero_volume(study, at, inside),
            "note": [
                _fit_note(fits, i, int(n), design.estimation_length) for i, n in enumerate(missing)
            ],
        },
        schema_overrides={
            "event_id": pl.String,
            "symbol": pl.String,
            "day0": pl.Date,
            "factors": pl.List(pl.String),
            "betas": pl.List(pl.Float64),
            "note": pl.String,
        },
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def abnormal_returns_frame(study: Study) -> pl.DataFrame:
    """One row a pair and day of the chart; days that are not here yet are left out."""
    first, last = study.design.chart
    offset = first - study.design.event_days[0]
    days = np.arange(first, last + 1)
    span = slice(offset, offset + len(days))
    fits, pairs = study.fits, study.pairs
    at = pairs.rows[:, None] + days
    there = (at >= 0) & (at < len(study.panel.sessions))
    which, column = np.nonzero(there)
    ar, expected = fits.ar[:, span], fits.expected[:, span]
    sar = ar / day_errors(fits)[:, span]
    return pl.DataFrame(
        {
            "event_id": np.array(pairs.events, dtype=object)[which],
            "symbol": np.array(pairs.symbols, dtype=object)[which],
            "day": days[column].astype(np.int16),
            "session": study.panel.sessions[at[there]],
            "ret": (ar + expected)[there],
            "expected": expected[there],
            "ar": ar[there],
            "sar": sar[there],
        },
        schema_overrides={"event_id": pl.String, "symbol": pl.String, "session": pl.Date},
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def effects_frame(study: Study) -> pl.DataFrame:
    """One row a window and pair: window by window, pairs in their order."""
    parts = [_window_frame(study, window) for window in study.windows]
    return pl.concat(parts)


def bands_frame(study: Study) -> pl.DataFrame:
    """95 % placebo band of each pair's CAR path over the chart days."""
    first, last = study.design.chart
    _, se = paths(study.fits, study.design.event_days[0], first, last, missing_ok=True)
    bands = [study.placebo.band(q, first, last) for q in range(len(study.placebo.fits))]
    days = np.arange(first, last + 1)
    pairs, count = study.pairs, len(days)
    # a day that has not come yet has the error of the days so far; the band shows whole days only
    known = (pairs.rows[:, None] + days >= 0) & (
        pairs.rows[:, None] + days < len(study.panel.sessions)
    )
    low = np.array([bands[q][0] for q in study.series]).reshape(-1, count) * se
    high = np.array([bands[q][1] for q in study.series]).reshape(-1, count) * se
    known &= np.isfinite(low)
    which, column = np.nonzero(known)
    draws = np.array([bands[q][2] for q in study.series], dtype=np.int32)
    return pl.DataFrame(
        {
            "event_id": np.array(pairs.events, dtype=object)[which],
            "symbol": np.array(pairs.symbols, dtype=object)[which],
            "day": days[column].astype(np.int16),
            "lo": low[known],
            "hi": high[known],
            "draws": draws[which],
        },
        schema_overrides={"event_id": pl.String, "symbol": pl.String},
    )


def _window_frame(study: Study, window: Effects) -> pl.DataFrame:
    fits, pairs = study.fits, study.pairs
    freedom = fits.observations - fits.parameters
    ranks = [_rank(study, window, i) for i in range(len(pairs))]
    return pl.DataFrame(
        {
            "event_id": pairs.events,
            "symbol": pairs.symbols,
            "first_day": np.full(len(pairs), window.first, dtype=np.int16),
            "last_day": np.full(len(pairs), window.last, dtype=np.int16),
            "ret": window.ret,
            "car": window.car,
            "bhar": window.bhar,
            "se": window.se,
            "scar": window.scar,
            "t_p": student_p(window.scar, freedom),
            "placebo_p": [rank.p for rank in ranks],
            "placebo_floor": [rank.floor for rank in ranks],
            "placebo_n": [rank.days for rank in ranks],
            "p_holm": np.full(len(pairs), np.nan),
            "p_bh": np.full(len(pairs), np.nan),
            "p_romano_wolf": np.full(len(pairs), np.nan),
            "mde": _detectable(window.se, freedom),
            "days": window.days.astype(np.int32),
            "note": [_note(study, window, i, ranks[i]) for i in range(len(pairs))],
        },
        schema_overrides={
            "event_id": pl.String,
            "symbol": pl.String,
            "placebo_p": pl.Float64,
            "placebo_floor": pl.Float64,
            "placebo_n": pl.Int32,
            "note": pl.String,
        },
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def _detectable(se: Floats, freedom: NDArray[np.int64]) -> Floats:
    out = np.full(len(se), np.nan)
    for df in np.unique(freedom):
        at = freedom == df
        out[at] = mde_t(se[at], float(df))
    return out


def _rank(study: Study, window: Effects, i: int) -> Rank:
    """Rank of one pair; a window cut short by today is ranked among windows as short."""
    so_far = min(len(study.panel.sessions) - 1 - int(study.pairs.rows[i]), window.last)
    if so_far < window.first:
        return Rank(np.nan, np.nan, 0, None)
    return study.placebo.rank(int(study.series[i]), float(window.scar[i]), window.first, so_far)


def _note(study: Study, window: Effects, i: int, rank: Rank) -> str | None:
    notes = []
    if window.last == 0 and study.pairs.events[i] in study.unknown_hours:
        notes.append("the hour of the news is unknown: read [0, 1] beside it")
    ahead = window.last - (len(study.panel.sessions) - 1 - int(study.pairs.rows[i]))
    ahead = min(max(ahead, 0), window.length)
    if ahead:
        notes.append(f"{window.length - ahead} of {window.length} days so far")
    missing = window.length - ahead - int(window.days[i])
    if missing:
        notes.append(f"{missing} of {window.length} days have no return")
    notes += [text for text in (window.notes.get(i), rank.note) if text]
    return "; ".join(notes) or None


def _factor_names(panel: Panel, columns: NDArray[np.int64], design: StudyDesign) -> list[str]:
    """Names in the order of the betas; a shifted factor carries its shift: SPY[-1]."""
    if design.subject == "volatility":
        return []
    names = [panel.symbols[c] for c in columns]
    if design.model != "dimson":
        return names
    shifts = range(-design.lags, design.leads + 1)
    return [f"{name}[{shift:+d}]" if shift else name for name in names for shift in shifts]


def _fit_note(fits: Fits, i: int, missing: int, length: int) -> str | None:
    notes = [] if fits.notes is None or fits.notes[i] is None else [str(fits.notes[i])]
    if missing:
        notes.append(f"{missing} of {length} estimation rows have no return")
    return "; ".join(notes) or None


def _share(part: Bools, whole: Bools) -> Floats:
    count = whole.sum(axis=1)
    return np.where(count > 0, (part & whole).sum(axis=1) / np.maximum(count, 1), np.nan)


def _zero_volume(study: Study, at: NDArray[np.int64], inside: Bools) -> Floats:
    if study.panel.volume is None:
        return np.full(len(at), np.nan)
    volume = np.where(inside, study.panel.volume[at, study.pairs.cols[:, None]], np.nan)
    return _share(volume == 0, ~np.isnan(volume))
