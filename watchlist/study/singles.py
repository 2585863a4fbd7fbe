"""One security, one event: what can be said without a second one."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from watchlist.study.design import StudyDesign
from watchlist.study.models import Bools, Fits, Rows
from watchlist.study.pairs import Pairs
from watchlist.study.single import conformal_interval, permutation, sample_quantile
from watchlist.study.synthetic import synthetic_control
from watchlist.study.tails import student_p
from watchlist.study.windows import Effects

SINGLE_SCHEMA = {
    "event_id": pl.String,
    "symbol": pl.String,
    "first_day": pl.Int16,
    "last_day": pl.Int16,
    "test": pl.String,
    "n": pl.Int32,
    "statistic": pl.Float64,
    "p": pl.Float64,
    "floor": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "warning": pl.String,
}
"""n: residuals, blocks or draws compared with; low, high: 95 % interval of the CAR."""

LINEAR = ("constant-mean", "market", "factors", "dimson")
"""Models that the conformal interval can refit on estimation and event rows together."""

Line = tuple[object, ...]


def single_tests(
    design: StudyDesign,
    pairs: Pairs,
    rows: Rows,
    fits: Fits,
    windows: list[Effects],
    donors: Bools | None = None,
) -> pl.DataFrame:
    """Estimation-window t, SQ, permutation and conformal interval of every pair and window.

    Parameters
    ----------
    rows : what the fits were made from
    donors : (P, K) for synthetic-control: which series of `rows` may make up each pair's twin; adds
        the rank of the firm among its own peers
    """
    lines: list[Line] = []
    for window in windows:
        columns = slice(window.first - design.event_days[0], window.last - design.event_days[0] + 1)
        for p in range(len(pairs)):
            head = (pairs.events[p], pairs.symbols[p], window.first, window.last)
            if window.days[p] < window.length:
                note = f"{window.days[p]} of {window.length} days have a return"
                lines.append((*head, "all", None, None, None, None, None, None, note))
                continue
            ar = fits.ar[p, columns]
            freedom = int(fits.observations[p]) - fits.parameters
            t = float(window.scar[p])
            error, wide = float(window.se[p]), _critical(freedom)
            car = float(window.car[p])
            lines.append(
                (*head, "estimation-t", int(fits.observations[p]), t,
                 float(student_p(t, freedom)), 0.0, car - wide * error, car + wide * error, None)
            )  # fmt: skip
            for test in (
                sample_quantile(fits.resid[p], ar),
                permutation(fits.resid[p], ar, seed=design.seed, draws=design.draws),
            ):
                lines.append(
                    (*head, test.test, test.n, _known(test.statistic), _known(test.p), test.floor,
                     None, None, test.warning)
                )  # fmt: skip
            if donors is not None:
                lines.append((*head, *_among_peers(rows, p, columns, donors[p])))
            if design.model in LINEAR and design.subject == "returns":
                lines.append((*head, *_conformal(rows, p, columns)))
    return pl.DataFrame(lines, schema=SINGLE_SCHEMA, orient="row")


def _among_peers(rows: Rows, p: int, columns: slice, donors: Bools) -> Line:
    y = rows.y[p] if rows.keep is None else np.where(rows.keep[p], rows.y[p], np.nan)
    found = synthetic_control(
        y, rows.x[p][donors].T, rows.event_y[p, columns], rows.event_x[p][donors][:, columns].T
    )
    return (
        "peer-placebo", int(np.isfinite(found.placebo_car).sum()),
        found.car / found.sigma if found.sigma > 0 else None, _known(found.p), found.floor,
        None, None, found.warning,
    )  # fmt: skip


def _conformal(rows: Rows, p: int, columns: slice) -> Line:
    y, x = rows.y[p], rows.x[p]
    if rows.keep is not None:
        y = np.where(rows.keep[p], y, np.nan)
    returns = np.concatenate([y, rows.event_y[p, columns]])
    factors = np.concatenate([x, rows.event_x[p][:, columns]], axis=1).T
    design = np.column_stack([np.ones(len(returns)), factors])
    event = np.arange(len(returns)) >= len(y)
    interval = conformal_interval(returns, design, event)
    return (
        "conformal", len(y), None, _known(interval.p), interval.floor, _known(interval.low),
        _known(interval.high), interval.warning,
    )  # fmt: skip


def _critical(freedom: int) -> float:
    from watchlist.study.tails import student_quantile

    return student_quantile(0.975, freedom) if freedom > 0 else math.nan


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
