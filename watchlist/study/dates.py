"""Inference whose independent unit is the date, not the pair of firm and date.

Firms that share an event date share its shocks; averaging within the date first leaves one number
a date, and those are independent as long as the event windows do not overlap. With few dates the
t of Ibragimov and Müller and exact sign-flips keep their size where clustered errors do not.

Arrays are one-dimensional; NaN is missing and left out; returns and effects are fractions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchlist.errors import StudyError
from watchlist.study import power
from watchlist.study.design import StudyDesign
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Axes, Panel
from watchlist.study.sample import Outcome, Sample
from watchlist.study.tails import student_p

Floats = NDArray[np.float64]

EXACT_SIGN_FLIPS = 20
"""Up to that many dates all 2^G sign vectors are counted; above it they are drawn."""


@dataclass(frozen=True)
class DateTest:
    """One test over dates."""

    test: str
    dates: int
    """Independent units that the test saw: dates, or sessions of the calendar-time portfolio."""
    estimate: float
    se: float
    """NaN for a test that has none (sign-flips)."""
    statistic: float
    df: float
    """NaN for a test without a parametric reference law."""
    p: float
    """Two-sided; NaN only together with a `warning` that says why."""
    floor: float
    """The smallest p that so many dates can give; 0 for parametric tests."""
    warning: str | None = None


def date_means(effects: ArrayLike, dates: ArrayLike) -> tuple[NDArray[np.generic], Floats]:
    """Mean effect of each date.

    Parameters
    ----------
    effects : (N,) CAR or SCAR of each pair; NaN pairs are left out
    dates : (N,) day 0 of each pair, any sortable type

    Returns
    -------
    (G,) distinct dates with at least one effect, ascending, and (G,) their mean effects.
    """
    effect = np.asarray(effects, dtype=float)
    day = np.asarray(dates)
    if effect.shape != day.shape or effect.ndim != 1:
        raise StudyError(
            f"{effect.shape} effects and {day.shape} dates do not match",
            "give one date for each effect",
        )
    there = np.isfinite(effect)
    distinct, which = np.unique(day[there], return_inverse=True)
    total = np.bincount(which, weights=effect[there], minlength=len(distinct))
    return distinct, total / np.maximum(np.bincount(which, minlength=len(distinct)), 1)


def ibragimov_mueller(means: ArrayLike) -> DateTest:
    """t of the date means against Student t with G - 1 degrees of freedom.

    Valid at levels up to 8.3 % for independent means with *different* variances (small-sample
    conservative, by Bakirov and Székely). Ibragimov & Müller 2010, JBES 28:453.

    Parameters
    ----------
    means : (G,) one mean effect a date
    """
    x = _finite(means)
    g = len(x)
    estimate = float(x.mean()) if g else math.nan
    if g < 2:
        return DateTest(
            "ibragimov-mueller", g, estimate, math.nan, math.nan, math.nan, math.nan, 0.0,
            f"{g} date: the spread between dates needs at least two",
        )  # fmt: skip
    se = float(x.std(ddof=1) / math.sqrt(g))
    statistic = _ratio(estimate, se)
    p = float(student_p(statistic, g - 1))
    warning = "the dates do not differ at all" if se == 0 else None
    return DateTest("ibragimov-mueller", g, estimate, se, statistic, g - 1.0, p, 0.0, warning)


def two_sample_ibragimov_mueller(first: ArrayLike, second: ArrayLike) -> DateTest:
    """Difference of two groups of dates, each date in one group only.

    t = (mean a - mean b) / √(s²a/Ga + s²b/Gb) against Student t with min(Ga, Gb) - 1 degrees of
    freedom. Ibragimov & Müller 2016, REStat 98:83.

    Parameters
    ----------
    first, second : (Ga,) and (Gb,) date means
    """
    a, b = _finite(first), _finite(second)
    g = len(a) + len(b)
    estimate = float(a.mean() - b.mean()) if len(a) and len(b) else math.nan
    name = "ibragimov-mueller-two-sample"
    if min(len(a), len(b)) < 2:
        return DateTest(
            name, g, estimate, math.nan, math.nan, math.nan, math.nan, 0.0,
            f"{len(a)} and {len(b)} dates: each group needs at least two",
        )  # fmt: skip
    se = math.sqrt(float(a.var(ddof=1)) / len(a) + float(b.var(ddof=1)) / len(b))
    df = min(len(a), len(b)) - 1.0
    statistic = _ratio(estimate, se)
    return DateTest(name, g, estimate, se, statistic, df, float(student_p(statistic, df)), 0.0)


def contrast(effects: ArrayLike, dates: ArrayLike, in_first: ArrayLike) -> DateTest:
    """Mean of one group of pairs less that of the rest, in the way that the dates allow.

    Where the groups share dates (named and exposed targets of the same events) the difference is
    taken within each shared date, which cancels the date's shock, and tested by
    `ibragimov_mueller`; dates with one group only are left out, and the warning counts them.
    Where they share none (two categories) the test is `two_sample_ibragimov_mueller`.

    Parameters
    ----------
    effects, dates : (N,) as in `date_means`
    in_first : (N,) bool, the pair belongs to the first group
    """
    effect, day = np.asarray(effects, dtype=float), np.asarray(dates)
    first = np.asarray(in_first, dtype=bool)
    days_a, a = date_means(effect[first], day[first])
    days_b, b = date_means(effect[~first], day[~first])
    shared, at_a, at_b = np.intersect1d(days_a, days_b, return_indices=True)
    if not len(shared):
        return two_sample_ibragimov_mueller(a, b)
    result = ibragimov_mueller(a[at_a] - b[at_b])
    alone = len(days_a) + len(days_b) - 2 * len(shared)
    notes = [result.warning] if result.warning else []
    if alone:
        notes.append(f"{alone} dates that hold only one of the groups are left out")
    return DateTest(
        "ibragimov-mueller-within-date", result.dates, result.estimate, result.se,
        result.statistic, result.df, result.p, 0.0, "; ".join(notes) or None,
    )  # fmt: skip


def sign_flips(means: ArrayLike, *, seed: int = 0, draws: int = 99_999) -> DateTest:
    """Randomisation test of symmetry about zero: every date mean may have had the other sign.

    p is the share of sign vectors whose |mean| is at least the observed one: all 2^G of them up to
    G = 20, else (1 + hits) / (1 + draws). Exact for means that are symmetric about zero, whatever
    their variances. With 3 dates p cannot fall below 0.25, with 5 below 0.0625: such a study
    cannot reject at 5 %. Canay, Romano & Shaikh 2017, Econometrica 85:1013.

    Parameters
    ----------
    means : (G,) one mean effect a date
    seed, draws : of the Monte Carlo above 20 dates; unused below
    """
    x = _finite(means)
    g = len(x)
    if not g:
        return DateTest(
            "sign-flip", 0, math.nan, math.nan, math.nan, math.nan, math.nan, 1.0, "no dates"
        )
    observed = abs(float(x.sum()))
    # equal sums in another order of addition differ in the last bits and must count as equal
    bar = observed - 1e-12 * float(np.abs(x).sum())
    if g <= EXACT_SIGN_FLIPS:
        p = _flips_at_least(x, bar) / 2.0**g
        floor = 2.0 ** (1 - g)
    else:
        rng = np.random.default_rng(seed)
        hits = 0
        step = min(8192, max(1, 2**20 // g))  # thousands of dates would take gigabytes at once
        for start in range(0, draws, step):
            signs = rng.integers(0, 2, size=(min(step, draws - start), g), dtype=np.int8)
            hits += int(np.count_nonzero(np.abs((2.0 * signs - 1.0) @ x) >= bar))
        p = (1 + hits) / (1 + draws)
        floor = 1 / (1 + draws)
    warning = None
    if floor > 0.05:
        warning = f"{g} dates: p cannot fall below {floor:.3g}, so 5 % is out of reach"
    return DateTest("sign-flip", g, float(x.mean()), math.nan, observed / g, math.nan, p, floor,
                    warning)  # fmt: skip


def _flips_at_least(x: Floats, bar: float) -> int:
    """How many of the 2^G signed sums have |sum| >= bar.

    Every sum is one of the first half's plus one of the second half's: 2 · 2^(G/2) numbers and a
    sorted search count what 2^G additions would.
    """
    first, second = _signed_sums(x[: len(x) // 2]), np.sort(_signed_sums(x[len(x) // 2 :]))
    above = len(second) - np.searchsorted(second, bar - first, side="left")
    below = np.searchsorted(second, -bar - first, side="right")
    inside = above + below
    # with bar = 0 every sum is counted from both sides
    return int(np.minimum(inside, len(second)).sum())


def _signed_sums(x: Floats) -> Floats:
    """(2^n,) all sums of x with every sign vector."""
    sums: Floats = np.zeros(1)
    for value in x:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def calendar_time_portfolio(returns: ArrayLike, session: ArrayLike, total: int) -> Floats:
    """Equal-weighted mean return, session by session, of the firms that are in an event window.

    Parameters
    ----------
    returns : (N,) returns of the members, one each firm and session; NaN is missing
    session : (N,) row of each
    total : sessions in all

    Returns
    -------
    (total,) NaN in sessions without a member.
    """
    ret = np.asarray(returns, dtype=float)
    there = np.isfinite(ret)
    row = np.asarray(session)[there]
    count = np.bincount(row, minlength=total)
    held = np.bincount(row, weights=ret[there], minlength=total)
    return np.where(count > 0, held / np.maximum(count, 1), np.nan)


def newey_west_lags(sessions: int) -> int:
    """Bandwidth of Newey & West 1994, floor(4 (T/100)^(2/9))."""
    return int(4.0 * (sessions / 100.0) ** (2.0 / 9.0)) if sessions else 0


def calendar_time_alpha(
    portfolio: ArrayLike, factors: ArrayLike, *, lags: int | None = None
) -> DateTest:
    """Alpha of the calendar-time portfolio with Newey-West standard errors.

    OLS of the portfolio on a constant and the factors over the sessions where it has members;
    Bartlett weights, the T/(T - k) small-sample factor, Student t with T - k. Sessions without
    members enter the autocovariances as zeros, so that a lag is always a lag in sessions (Datta &
    Du 2012, "amplitude modulated"). Newey & West 1987, Econometrica 55:703; portfolio: Jaffe 1974,
    Mandelker 1974.

    Parameters
    ----------
    portfolio : (T,) from `calendar_time_portfolio`
    factors : (T,) or (T, K); a row with a missing factor is left out; K = 0 tests the mean
    lags : default `newey_west_lags` of the sessions used
    """
    y = np.asarray(portfolio, dtype=float)
    x = np.asarray(factors, dtype=float).reshape(len(y), -1)
    design = np.column_stack([np.ones(len(y)), x])
    used = np.isfinite(y) & np.isfinite(x).all(axis=1)
    t, k = int(used.sum()), design.shape[1]
    if t <= k:
        return DateTest(
            "calendar-time-alpha", t, math.nan, math.nan, math.nan, math.nan, math.nan, 0.0,
            f"{t} sessions with members cannot carry {k} parameters",
        )  # fmt: skip
    bread = np.linalg.pinv(design[used].T @ design[used])
    coefficients = bread @ (design[used].T @ y[used])
    scores = np.zeros_like(design)
    scores[used] = design[used] * (y[used] - design[used] @ coefficients)[:, None]
    meat = scores.T @ scores
    bandwidth = newey_west_lags(t) if lags is None else lags
    for lag in range(1, bandwidth + 1):
        gamma = scores[lag:].T @ scores[:-lag]
        meat += (1.0 - lag / (bandwidth + 1.0)) * (gamma + gamma.T)
    covariance = bread @ meat @ bread * (t / (t - k))
    se = math.sqrt(max(float(covariance[0, 0]), 0.0))
    alpha = float(coefficients[0])
    statistic = _ratio(alpha, se)
    p = float(student_p(statistic, t - k))
    return DateTest("calendar-time-alpha", t, alpha, se, statistic, float(t - k), p, 0.0)


def _finite(values: ArrayLike) -> Floats:
    x: Floats = np.asarray(values, dtype=float).ravel()
    there: Floats = x[np.isfinite(x)]
    return there


def _ratio(estimate: float, se: float) -> float:
    if se > 0:
        return estimate / se
    return 0.0 if estimate == 0 else math.copysign(math.inf, estimate)


Ints = NDArray[np.int64]


class Line(NamedTuple):
    """One test of one group and window."""

    test: str
    headline: bool
    outcome: Outcome
    mde: float = math.nan
    warnings: tuple[str | None, ...] = ()


def over_dates(sample: Sample, length: int, design: StudyDesign) -> list[Line]:
    """Ibragimov-Müller and sign-flips over the means of dates: the headline over several dates."""
    days, means = date_means(sample.car, sample.dates)
    near = int((np.diff(np.sort(days)) < length).sum())
    crowd = f"{near} of {len(days)} dates follow within the window of another" if near else None
    flips = sign_flips(means, seed=design.seed, draws=design.draws)
    return [
        Line(test.test, True, _outcome_of(test), mde, (crowd, test.warning))
        for test, mde in (
            (ibragimov_mueller(means), power.mde_dates(means)),
            (flips, power.mde_sign_flips(means)),
        )
    ]


def contrast_line(effects: Floats, days: Ints, in_first: NDArray[np.bool_]) -> Line:
    """One group of pairs less another, within shared dates where there are any."""
    test = contrast(effects, days, in_first)
    return Line(test.test, True, _outcome_of(test), math.nan, (test.warning,))


def calendar_time(
    factors: Panel,
    axes: Axes,
    pairs: Pairs,
    returns: Floats,
    members: Ints,
    design: StudyDesign,
    window: tuple[int, int],
) -> Line | None:
    """Alpha of the portfolio that holds each security through its event windows, times L.

    Against the factors that all pairs share; None when there are none to share. Scaled by the
    window's length so that it stands beside mean CARs.

    Parameters
    ----------
    factors : panel that holds the pairs' factors, by name
    returns : (P, E) raw returns of the event days
    """
    columns = pairs.factors[members]
    common = [axes.symbols[column[0]] for column in columns.T if (column == column[0]).all()]
    if design.subject != "returns" or not common:
        return None
    total, days = len(axes.sessions), np.arange(window[0], window[1] + 1)
    held = returns[np.ix_(members, days - design.event_days[0])]
    session = pairs.rows[members][:, None] + days
    # a security that is in two windows on one session is held once
    place = session * len(axes.symbols) + pairs.cols[members][:, None]
    _, once = np.unique(np.where(np.isfinite(held), place, -1), return_index=True)
    portfolio = calendar_time_portfolio(held.ravel()[once], session.ravel()[once], total)
    market = factors.returns[:, [factors.column(name) for name in common]]
    test = calendar_time_alpha(portfolio, market)
    length = window[1] - window[0] + 1
    out = Outcome(test.estimate * length, test.se * length, test.statistic, test.df, test.p)
    note = f"{test.dates} sessions with a member; the estimate is alpha times {length}"
    return Line(test.test, False, out, math.nan, (note, test.warning))


def _outcome_of(test: DateTest) -> Outcome:
    return Outcome(test.estimate, test.se, test.statistic, test.df, test.p)
