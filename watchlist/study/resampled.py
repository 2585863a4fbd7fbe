"""Tests whose reference law is made by resampling the sample itself."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from watchlist.study.sample import Floats, Outcome, Sample

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
