"""Tests over several pairs by a normal or Student law, and one by random signs: one `Outcome` each.

In the formulas C is CAR, S is SCAR, over N pairs; a test of one day is the test of its [t, t].
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from watchlist.study.sample import Floats, Outcome, Sample
from watchlist.study.tails import normal_p, student_p


def cross_sectional_t(sample: Sample) -> Outcome:
    """t = mean(C) / (sd(C)/√N), Student t(N-1). Brown & Warner 1985, JFE 14:3."""
    estimate, se = _mean(sample.car), _mean_error(sample.car)
    return _student(estimate, se, _ratio(estimate, se), sample.n - 1)


def skewness_adjusted_t(sample: Sample) -> Outcome:
    """J = √N (q + γq²/3 + γ²q³/27 + γ/(6N)), normal. Hall 1992, JRSS-B 54:221.

    q = mean(C)/sd(C), sd with ddof 1; γ the sample skewness with the N/((N-1)(N-2)) correction.
    """
    n = sample.n
    estimate, deviation = _mean(sample.car), _deviation(sample.car)
    if n < 3 or not deviation > 0:
        return _normal(estimate, math.nan, math.nan)
    q = estimate / deviation
    cubes = float((((sample.car - estimate) / deviation) ** 3).sum())
    gamma = n / ((n - 1) * (n - 2)) * cubes
    j = math.sqrt(n) * (q + gamma * q**2 / 3 + gamma**2 * q**3 / 27 + gamma / (6 * n))
    return _normal(estimate, deviation / math.sqrt(n), j)


def crude_dependence_adjustment(sample: Sample) -> Outcome:
    """t = mean(C) / (sd of the portfolio's estimation residuals · √L), Student t(M-1).

    The portfolio is the equal-weighted mean of the pairs, row by row of the estimation window, so
    dependence between firms on one date is inside its sd (ddof 1). Brown & Warner 1985, JFE 14:3.
    """
    with np.errstate(invalid="ignore"):
        there = np.isfinite(sample.resid)
        count = there.sum(axis=0)
        portfolio = np.where(there, sample.resid, 0.0).sum(axis=0)[count > 0] / count[count > 0]
    estimate = _mean(sample.car)
    se = _deviation(portfolio) * math.sqrt(sample.length)
    return _student(estimate, se, _ratio(estimate, se), len(portfolio) - 1)


def patell(sample: Sample) -> Outcome:
    """Z = ΣS / √Σ((M-k)/(M-k-2)), normal. Patell 1976, JAR 14:246; S forecast-corrected."""
    return _normal(_mean(sample.car), math.nan, _patell_z(sample))


def adjusted_patell(sample: Sample) -> Outcome:
    """Patell's Z · √(1/(1 + (N-1) r̄)), normal. Kolari & Pynnönen 2010, RFS 23:3996."""
    inflation = 1.0 + (sample.n - 1) * sample.correlation.inflating
    z = _patell_z(sample) / math.sqrt(inflation) if inflation > 0 else math.nan
    return _normal(_mean(sample.car), math.nan, z)


def bmp(sample: Sample) -> Outcome:
    """t = mean(S) / (sd(S)/√N), normal. Boehmer, Musumeci & Poulsen 1991, JFE 30:253."""
    return _normal(_mean(sample.car), math.nan, _bmp_t(sample))


def kolari_pynnonen(sample: Sample) -> Outcome:
    """BMP · √((1 - r̄)/(1 + (N-1) r̄)) against Student t(N-1): the headline test.

    Kolari & Pynnönen 2010, RFS 23:3996. They use the normal law; with 4 to 20 firms that rejects a
    true null two to three times too often, t(N-1) does not.
    """
    return _student(_mean(sample.car), math.nan, _kp_t(sample), sample.n - 1)


def kolari_pynnonen_normal(sample: Sample) -> Outcome:
    """The same statistic against the normal law, as published: for comparison."""
    return _normal(_mean(sample.car), math.nan, _kp_t(sample))


def jackknife(sample: Sample) -> Outcome:
    """Pseudo-values of θ = mean(S)/sd(S): t = mean(Q)/(sd(Q)/√N), Student t(N-1).

    Qᵢ = Nθ - (N-1)θ₋ᵢ takes the small-sample bias out of the ratio. After Giaccotto & Sfiridis
    1996, Journal of Economics and Business 48:349.
    """
    n, s = sample.n, sample.scar
    estimate = _mean(sample.car)
    if n < 3:
        return _student(estimate, math.nan, math.nan, n - 1)
    left = (s.sum() - s) / (n - 1)
    squares = ((s * s).sum() - s * s) / (n - 1)
    spread = np.sqrt(np.maximum(squares - left**2, 0.0) * (n - 1) / (n - 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        pseudo = n * (s.mean() / s.std(ddof=1)) - (n - 1) * left / spread
    return _student(estimate, math.nan, _ratio(_mean(pseudo), _mean_error(pseudo)), n - 1)


def _patell_z(sample: Sample) -> float:
    return float(sample.scar.sum()) / math.sqrt(sample.n * sample.expected_variance)


def _bmp_t(sample: Sample) -> float:
    return _ratio(_mean(sample.scar), _mean_error(sample.scar))


def _kp_t(sample: Sample) -> float:
    r_bar = sample.correlation.inflating
    inflation = 1.0 + (sample.n - 1) * r_bar
    if not inflation > 0 or r_bar > 1:
        return math.nan
    return _bmp_t(sample) * math.sqrt((1.0 - r_bar) / inflation)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else math.nan


def _deviation(values: Floats) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan


def _mean_error(values: Floats) -> float:
    return _deviation(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def _ratio(estimate: float, se: float) -> float:
    return estimate / se if se > 0 else math.nan


def _normal(estimate: float, se: float, z: float) -> Outcome:
    return Outcome(estimate, se, z, math.inf, float(normal_p(z)))


def _student(estimate: float, se: float, t: float, df: float) -> Outcome:
    return Outcome(estimate, se, t, float(df), float(student_p(t, df)))


EXACT_CLUSTERS = 13
"""Up to 2^13 sign vectors are all counted; above it they are drawn."""


def wild_bootstrap(sample: Sample) -> Outcome:
    """Rademacher wild bootstrap of the BMP t, clustered by date, with the null imposed.

    Each date's SCARs (each firm's, when there is one date only) are flipped together;
    p = share of |t*| ≥ |t|, t with cluster-robust spread. Cameron, Gelbach & Miller 2008,
    REStat 90:414.
    """
    _, cluster = np.unique(sample.dates, return_inverse=True)
    groups = int(cluster.max()) + 1
    if groups < 2:
        cluster, groups = np.arange(sample.n), sample.n
    sums: Floats = np.bincount(cluster, weights=sample.scar, minlength=groups).astype(np.float64)
    observed = _cluster_t(sums[None, :])[0]
    exact = groups <= EXACT_CLUSTERS
    draws = np.concatenate(
        [_cluster_t(signs * sums) for signs in _signs(groups, sample.draws, sample.seed)]
    )
    hits = int((np.abs(draws) >= abs(observed) * (1 - 1e-12)).sum())
    p = hits / len(draws) if exact else (1 + hits) / (1 + len(draws))
    note = None
    floor = 2.0 ** (1 - groups)
    if floor > 0.05:
        note = f"{groups} clusters: p cannot fall below {floor:.3g}"
    if not math.isfinite(observed):
        p, note = math.nan, "no spread between the clusters"
    return Outcome(float(sample.car.mean()), math.nan, float(observed), math.nan, p, note)


def _cluster_t(sums: Floats) -> Floats:
    """t of the mean cluster sum, the same for every scaling of the sums."""
    mean = sums.mean(axis=1)
    spread = sums.std(axis=1, ddof=1) / math.sqrt(sums.shape[1])
    # with equal sums the spread is rounding only, and t means infinity
    tiny = spread <= 1e-14 * np.abs(sums).max(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(tiny & (mean != 0), np.copysign(np.inf, mean), mean / spread))


def _signs(groups: int, draws: int, seed: int) -> Iterator[Floats]:
    """Sign vectors, some at a time: thousands of dates would take gigabytes at once."""
    if groups <= EXACT_CLUSTERS:
        codes = np.arange(2**groups)[:, None] >> np.arange(groups)
        yield np.where(codes & 1, -1.0, 1.0)
        return
    rng = np.random.default_rng(seed)
    step = max(1, 2**21 // groups)
    for start in range(0, draws, step):
        yield np.where(rng.random((min(step, draws - start), groups)) < 0.5, -1.0, 1.0)
