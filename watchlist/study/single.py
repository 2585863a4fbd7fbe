"""One firm, one event: no cross-section to lean on, so the firm's own quiet days are the law.

The t from the estimation window (`singles`) trusts normal tails, which daily returns of small
miners do not have. The sample-quantile, permutation and conformal tests replace the normal law by
the firm's own residuals, and so cannot give a p below about 1/M.

`resid` are the M estimation residuals, oldest first, `ar` the L abnormal returns of the window; a
missing residual (NaN) is left out, a missing event day makes the window untestable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from watchlist.errors import StudyError
from watchlist.study.design import StudyDesign
from watchlist.study.models import Bools, Fits, Rows
from watchlist.study.pairs import Pairs
from watchlist.study.synthetic import synthetic_control
from watchlist.study.tails import student_p
from watchlist.study.windows import Effects

Floats = NDArray[np.float64]

TIE = 1e-12
"""Relative slack within which two statistics count as equal."""


@dataclass(frozen=True)
class SingleTest:
    """One test of one firm's window."""

    test: str
    n: int
    """Residuals, blocks or permutations that the event was compared with."""
    statistic: float
    p: float
    """Two-sided; NaN only together with a `warning` that says why."""
    floor: float
    """The smallest p that so much data can give."""
    warning: str | None = None


@dataclass(frozen=True)
class ConformalInterval:
    """A confidence interval for the CAR that assumes exchangeable errors only."""

    estimate: float
    """The CAR that makes the window's residuals sum to zero."""
    low: float
    high: float
    """±inf where so few rows cannot bound the effect at this level."""
    level: float
    p: float
    """Of no effect."""
    floor: float
    warning: str | None = None


def sample_quantile(resid: ArrayLike, ar: ArrayLike, *, equal_tails: bool = False) -> SingleTest:
    """SQ test: rank of |CAR| among the |sums| of L consecutive estimation residuals.

    p = (1 + blocks at least as large) / (1 + blocks). The blocks of a window overlap, which costs
    precision but not validity; blocks over a missing row are left out. Gelbach, Helland & Klick
    2013, American Law and Economics Review 15:495 (there one-sided, L = 1).

    With `equal_tails` p is twice the smaller of the two one-sided ranks instead, which asks the
    same of a rise and of a fall when residuals are skewed.
    """
    event = _event_days(ar)
    car = float(event.sum())
    sums = _window_sums(np.asarray(resid, dtype=float), len(event))
    sums = sums[np.isfinite(sums)]
    floor = 1.0 / (1 + len(sums))
    if not math.isfinite(car):
        return SingleTest("sq", len(sums), math.nan, math.nan, floor, "a day has no return")
    slack = TIE * abs(car)
    if equal_tails:
        above = int(np.count_nonzero(sums >= car - slack))
        below = int(np.count_nonzero(sums <= car + slack))
        p, floor = min(1.0, 2 * (1 + min(above, below)) * floor), 2 * floor
    else:
        p = (1 + int(np.count_nonzero(np.abs(sums) >= abs(car) - slack))) * floor
    return SingleTest("sq", len(sums), car, p, floor, _floor_warning(floor))


def permutation(
    resid: ArrayLike, ar: ArrayLike, *, seed: int = 0, draws: int = 9_999
) -> SingleTest:
    """Permutation test: any L of the M + L abnormal returns might have been the event's.

    The statistic is |sum of the L| over the root mean square of the other M. For one day all M + 1
    choices are counted, else `draws` of them are drawn. Valid for exchangeable days: heavy tails
    do no harm, bursts of volatility do. Nguyen & Wolf 2023, Empirical Economics, "Single-firm
    inference in event studies via the permutation test".
    """
    quiet = np.asarray(resid, dtype=float)
    quiet = quiet[np.isfinite(quiet)]
    event = _event_days(ar)
    n, days = len(quiet) + len(event), len(event)
    floor = 1.0 / (n if days == 1 else 1 + draws)
    if not np.isfinite(event).all():
        return SingleTest("permutation", n, math.nan, math.nan, floor, "a day has no return")
    if len(quiet) < 2:
        return SingleTest("permutation", n, math.nan, math.nan, floor, "no estimation residuals")
    pool = np.concatenate([event, quiet])
    total = float(pool @ pool)
    observed = _contrast(float(event.sum()), float(event @ event), total, len(quiet))
    if days == 1:
        everyone = _contrast(pool, pool * pool, total, len(quiet))
        p = float(np.mean(everyone >= observed * (1 - TIE)))
        return SingleTest("permutation", n, float(observed), p, floor, _floor_warning(floor))
    rng = np.random.default_rng(seed)
    hits = 0
    for start in range(0, draws, 4096):
        keys = rng.random((min(4096, draws - start), n))
        chosen = pool[np.argpartition(keys, days, axis=1)[:, :days]]
        sums, squares = chosen.sum(axis=1), (chosen * chosen).sum(axis=1)
        drawn = _contrast(sums, squares, total, len(quiet))
        hits += int(np.count_nonzero(drawn >= observed * (1 - TIE)))
    return SingleTest("permutation", draws, float(observed), (1 + hits) * floor, floor)


def conformal_interval(
    returns: ArrayLike, design: ArrayLike, event: ArrayLike, *, level: float = 0.95
) -> ConformalInterval:
    """Interval for the CAR: every effect that, taken away, leaves the window unremarkable.

    For each effect the window's returns are cleaned of it, the model is refitted on estimation
    *and* event rows, and the |sum| of the window's residuals is ranked among all cyclic blocks of
    the same length; the interval holds the effects with p > 1 - level. Residuals are linear in the
    effect, so its ends are found exactly, without a grid. The effect is spread evenly over the
    window. Chernozhukov, Wüthrich & Zhu 2021, JASA 116:1849 (moving-block permutations).

    Parameters
    ----------
    returns : (R,) of the firm: estimation rows, then event rows, in calendar order
    design : (R, k) regressors with the constant; rows with a missing value are left out
    event : (R,) bool, the row belongs to the window
    level : of confidence; more than (R - 1)/R cannot be bounded
    """
    y, x = np.asarray(returns, dtype=float), np.asarray(design, dtype=float)
    inside = np.asarray(event, dtype=bool)
    there = np.isfinite(y) & np.isfinite(x).all(axis=1)
    days = int(inside.sum())
    if days == 0:
        raise StudyError("the event window is empty", "mark at least one row as the event's")
    y, x, window = y[there], x[there], inside[there]
    n = len(y)
    floor = 1.0 / n if n else 1.0
    nothing = (math.nan, -math.inf, math.inf, level, math.nan, floor)
    if not there[inside].all():
        return ConformalInterval(*nothing, "a day has no return")
    if n - days <= x.shape[1]:
        return ConformalInterval(*nothing, f"{n - days} estimation rows for {x.shape[1]} terms")
    q, _ = np.linalg.qr(x)
    treated = window / days
    without = y - q @ (q.T @ y)
    by_effect = treated - q @ (q.T @ treated)
    sums, slopes = _cyclic_sums(without, days), _cyclic_sums(by_effect, days)
    own = int(np.flatnonzero(window)[0])
    # block j is as large as the event's while |sums_j - θ slopes_j| >= |sums_own - θ slope_own|,
    # an interval of θ around the estimate as long as no block outweighs the event's own
    mine, steep = float(sums[own]), float(slopes[own])
    others = np.delete(np.arange(n), own)
    estimate = mine / steep
    gap, lean = np.abs(sums[others] - estimate * slopes[others]), slopes[others]
    lighter = np.abs(lean) < steep
    sign = np.where(sums[others] - estimate * lean >= 0, 1.0, -1.0)
    with np.errstate(divide="ignore"):
        down = np.where(lighter, gap / (steep - sign * lean), math.inf)
        up = np.where(lighter, gap / (steep + sign * lean), math.inf)
    p = float(1 + np.count_nonzero(_reaches(estimate, down, up))) / n
    # p(θ) = (1 + blocks that reach θ)/n stays above 1 - level while at least `needed` reach it
    needed = math.floor((1.0 - level) * n + 1e-9)
    if needed < 1:
        return ConformalInterval(
            estimate, -math.inf, math.inf, level, p, floor,
            f"{n} rows cannot bound the effect at {level:.0%}",
        )  # fmt: skip
    reach_down = float(np.sort(down)[::-1][needed - 1])
    reach_up = float(np.sort(up)[::-1][needed - 1])
    return ConformalInterval(
        estimate, estimate - reach_down, estimate + reach_up, level, p, floor,
        _floor_warning(floor),
    )  # fmt: skip


def _event_days(ar: ArrayLike) -> Floats:
    event = np.atleast_1d(np.asarray(ar, dtype=float))
    if not len(event):
        raise StudyError("the event window is empty", "give at least one abnormal return")
    return event


def _window_sums(values: Floats, length: int) -> Floats:
    if len(values) < length:
        return np.empty(0)
    sums: Floats = np.lib.stride_tricks.sliding_window_view(values, length).sum(axis=1)
    return sums


def _cyclic_sums(values: Floats, length: int) -> Floats:
    return _window_sums(np.concatenate([values, values[: length - 1]]), length)


def _contrast(sums: ArrayLike, squares: ArrayLike, total: float, others: int) -> Floats:
    rest = np.maximum(total - np.asarray(squares), 0.0) / others
    with np.errstate(divide="ignore"):
        return np.asarray(np.abs(sums) / np.sqrt(rest))


def _reaches(estimate: float, down: Floats, up: Floats) -> NDArray[np.bool_]:
    """Whether each block's interval around the estimate holds an effect of zero."""
    slack = 1 - TIE
    return (estimate * slack <= down) if estimate >= 0 else (-estimate * slack <= up)


def _floor_warning(floor: float) -> str | None:
    if floor <= 0.05:
        return None
    return f"p cannot fall below {floor:.3g}, so 5 % is out of reach"


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
