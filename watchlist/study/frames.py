"""The study's arrays as frames with the columns of the store's tables."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.formatting import Readable
from watchlist.study.estimate import estimate
from watchlist.study.group_tests import Study
from watchlist.study.pairs import Pairs, event_rows
from watchlist.study.placebo import PlaceboTable, Rank
from watchlist.study.power import mde_t
from watchlist.study.tails import student_p
from watchlist.study.windows import Effects, day_errors, effects, paths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fits_frame(study: Study) -> pl.DataFrame:
    """One row a pair: what was estimated, on how many rows, and how the security trades."""
    fits = study.fits
    none = f"{{}} of {study.design.estimation_length} estimation rows have no return"
    return (
        _names(study)
        .with_columns(
            pl.Series("day0", study.axes.sessions[study.pairs.rows], dtype=pl.Date),
            _factor_names(study),
            pl.Series("alpha", fits.alpha),
            _betas(fits.betas),
            pl.Series("sigma", fits.sigma),
            pl.Series("observations", fits.observations, dtype=pl.Int32),
            pl.Series("masked", fits.masked, dtype=pl.Int32),
            pl.Series("zero_return_share", fits.zero_returns),
            pl.Series("zero_volume_share", fits.zero_volume),
            pl.Series("missing", fits.missing),
            pl.Series("doubt", _texts(fits.notes, len(fits.alpha)), pl.String),
        )
        .with_columns(
            pl.col(pl.Float64).fill_nan(None),
            note=_joined(pl.col("doubt"), _if_any(none, "missing")),
        )
        .drop("missing", "doubt")
    )  # fmt: skip


def abnormal_returns_frame(study: Study) -> pl.DataFrame:
    """One row a pair and day of the chart; days that are not here yet are left out."""
    first, last = study.design.chart
    offset = first - study.design.event_days[0]
    days = np.arange(first, last + 1)
    span = slice(offset, offset + len(days))
    at = study.pairs.rows[:, None] + days
    there = (at >= 0) & (at < len(study.axes.sessions))
    which, column = np.nonzero(there)
    ar = study.fits.ar[:, span]
    return (
        _names(study, which)
        .with_columns(
            pl.Series("day", days[column], dtype=pl.Int16),
            pl.Series("session", study.axes.sessions[at[there]], dtype=pl.Date),
            pl.Series("ret", study.returns[:, span][there]),
            pl.Series("expected", study.fits.expected[:, span][there]),
            pl.Series("ar", ar[there]),
            pl.Series("sar", (ar / day_errors(study.fits)[:, span])[there]),
        )
        .with_columns(pl.col(pl.Float64).fill_nan(None))
    )


def effects_frame(study: Study) -> pl.DataFrame:
    """One row a window and pair: window by window, pairs in their order."""
    return pl.concat([_window_frame(study, window) for window in study.windows])


def bands_frame(study: Study) -> pl.DataFrame:
    """95 % placebo band of each pair's CAR path over the chart days."""
    first, last = study.design.chart
    days = np.arange(first, last + 1)
    low, high, draws = study.placebo.bands(study.series, first, last)
    _, se = paths(study.fits, study.design.event_days[0], first, last, missing_ok=True)
    at = study.pairs.rows[:, None] + days
    # a day that has not come yet has the error of the days so far; the band shows whole days only
    known = (at >= 0) & (at < len(study.axes.sessions)) & np.isfinite(low)
    which, column = np.nonzero(known)
    return _names(study, which).with_columns(
        pl.Series("day", days[column], dtype=pl.Int16),
        pl.Series("lo", (low * se)[known]),
        pl.Series("hi", (high * se)[known]),
        pl.Series("draws", draws[which], dtype=pl.Int32),
    )


def _window_frame(study: Study, window: Effects) -> pl.DataFrame:
    fits, pairs = study.fits, study.pairs
    freedom = fits.observations - fits.parameters
    so_far = len(study.axes.sessions) - 1 - pairs.rows
    ahead = np.clip(window.last - so_far, 0, window.length)
    # a window cut short by today is ranked among windows as short
    ranks = study.placebo.ranks(
        study.series, window.scar, window.first, np.minimum(window.last, so_far)
    )
    of_days = f"{{}} of {window.length} days"
    note = _joined(
        pl.when(pl.col("event_id").is_in(study.unknown_hours), window.last == 0).then(
            pl.lit("the hour of the news is unknown: read [0, 1] beside it")
        ),
        _if_any(f"{of_days} so far", "ahead", window.length - pl.col("ahead")),
        _if_any(f"{of_days} have no return", "missing"),
        pl.col("joint"),
        pl.col("rank"),
    )
    return (
        _names(study)
        .with_columns(
            pl.lit(window.first, dtype=pl.Int16).alias("first_day"),
            pl.lit(window.last, dtype=pl.Int16).alias("last_day"),
            pl.Series("ret", window.ret),
            pl.Series("car", window.car),
            pl.Series("bhar", window.bhar),
            pl.Series("se", window.se),
            pl.Series("scar", window.scar),
            pl.Series("t_p", student_p(window.scar, freedom)),
            pl.Series("placebo_p", ranks.p),
            pl.Series("placebo_floor", ranks.floor),
            pl.Series("placebo_n", ranks.days, dtype=pl.Int32),
            *(pl.lit(None, pl.Float64).alias(f"p_{way}") for way in ("holm", "bh", "romano_wolf")),
            pl.Series("mde", _detectable(window.se, freedom)),
            pl.Series("days", window.days, dtype=pl.Int32),
            pl.Series("ahead", ahead),
            pl.Series("missing", window.length - ahead - window.days),
            pl.Series("joint", [window.notes.get(i) for i in range(len(pairs))], dtype=pl.String),
            pl.Series("rank", ranks.notes, dtype=pl.String),
        )
        .with_columns(pl.col(pl.Float64).fill_nan(None), note=note)
        .drop("ahead", "missing", "joint", "rank")
    )


def _detectable(se: Floats, freedom: Ints) -> Floats:
    out = np.full(len(se), np.nan)
    for df in np.unique(freedom):
        at = freedom == df
        out[at] = mde_t(se[at], float(df))
    return out


def _names(study: Study, which: Ints | None = None) -> pl.DataFrame:
    """event_id and symbol of all pairs, or of those at some places."""
    pairs = study.pairs
    frame = pl.DataFrame(
        {"event_id": pairs.events, "symbol": pairs.symbols},
        schema={"event_id": pl.String, "symbol": pl.String},
    )
    return frame if which is None else frame[which]


def _factor_names(study: Study) -> pl.Series:
    """Names in the order of the betas; a shifted factor carries its shift: SPY[-1]."""
    design = study.design
    distinct, which = np.unique(study.pairs.factors, axis=0, return_inverse=True)
    if design.subject == "volatility":
        distinct = distinct[:, :0]
    names = [[study.axes.symbols[column] for column in row] for row in distinct]
    if design.model == "dimson":
        shifts = range(-design.lags, design.leads + 1)
        names = [
            [f"{name}[{shift:+d}]" if shift else name for name in row for shift in shifts]
            for row in names
        ]
    return pl.Series("factors", names, dtype=pl.List(pl.String)).gather(which.reshape(-1))


def _betas(betas: Floats) -> pl.Series:
    pairs, k = betas.shape
    values = betas if k else np.zeros((pairs, 1))
    return pl.Series("betas", values).arr.to_list().list.head(k)


def _if_any(text: str, column: str, told: pl.Expr | None = None) -> pl.Expr:
    """The text with the number in it, where the column is above zero."""
    return pl.when(pl.col(column) > 0).then(
        pl.format(text, pl.col(column) if told is None else told)
    )


def _joined(*notes: pl.Expr) -> pl.Expr:
    """Notes in one sentence, null where there is none."""
    text = pl.concat_str(notes, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _texts(notes: NDArray[np.object_] | None, count: int) -> list[str | None]:
    return [None] * count if notes is None else notes.tolist()


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
