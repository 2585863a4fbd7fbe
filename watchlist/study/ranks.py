"""Tests by ranks and signs: no normality asked, but still independence between firms.

Ranks are taken over a pair's estimation and event rows together, ties get their mean rank, missing
rows are not ranked. U = rank/(1 + rows) - 1/2 lies in (-1/2, 1/2) and has mean zero.
"""

from __future__ import annotations

import math

import numpy as np

from watchlist.study.sample import Floats, Outcome, Sample
from watchlist.study.tails import normal_p, student_p


def corrado(sample: Sample) -> Outcome:
    """Z = √L · mean(Ū over tested days) / √(ΣŪ²/T), normal.

    Ū_t is the mean U of the pairs in row t. One tested day is Corrado 1989, JFE 23:385; a window is
    the cumulative rank test of Cowan 1992, RQFA 2:343, and Campbell & Wasley 1993, JFE 33:73.
    """
    return _rank_test(sample, np.concatenate([sample.resid, sample.ar], axis=1))


def corrado_zivney(sample: Sample) -> Outcome:
    """Corrado's test on residuals over s, event days rescaled by their spread across firms.

    Dividing each event day's standardized returns by their cross-sectional sd takes out variance
    that the event itself brought. Corrado & Zivney 1992, JFQA 27:465.
    """
    event = sample.ar / sample.sigma[:, None]
    there = np.isfinite(event)
    count = there.sum(axis=0)
    centre = np.where(there, event, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = (np.where(there, event - centre, 0.0) ** 2).sum(axis=0)
    spread = np.sqrt(squares / np.where(count > 1, count - 1.0, np.nan))
    event = event / np.where(spread > 0, spread, np.nan)
    return _rank_test(sample, np.concatenate([sample.standardized, event], axis=1))


def generalized_rank_t(sample: Sample) -> Outcome:
    """GRANK-T: the whole window squeezed into one row, ranked among the estimation rows.

    With T = M + 1, Z = Ū₀/S, S² = (1/T)Σ(n_t/N)Ū_t², t = Z√((T-2)/(T-1-Z²)) against Student
    t(T-2). The event row is SCAR over its cross-sectional sd. Kolari & Pynnönen 2011, JEF 18:953.
    """
    ranked = _grank_rows(sample)
    if ranked is None:
        return Outcome(_estimate(sample), math.nan, math.nan, math.nan, math.nan)
    u, rows = ranked
    mean_u, share = _row_means(u)
    z = mean_u[-1] / math.sqrt(float((share * mean_u**2).sum()) / rows)
    inner = rows - 1 - z * z
    t = z * math.sqrt((rows - 2) / inner) if inner > 0 else math.copysign(math.inf, z)
    df = rows - 2.0
    return Outcome(_estimate(sample), math.nan, t, df, float(student_p(t, df)))


def generalized_rank_z(sample: Sample) -> Outcome:
    """GRANK-Z: Ū₀ √(12 N (T+1)/(T-1)), normal: as if firms were independent.

    Kolari & Pynnönen 2011, JEF 18:953.
    """
    ranked = _grank_rows(sample)
    if ranked is None:
        return _normal(sample, math.nan)
    u, rows = ranked
    z = float(np.nanmean(u[:, -1])) * math.sqrt(12.0 * sample.n * (rows + 1) / (rows - 1))
    return _normal(sample, z)


def sign(sample: Sample) -> Outcome:
    """Z = (w - N/2)/√(N/4), w = pairs with CAR > 0; a zero counts as not positive. Normal."""
    n = sample.n
    return _normal(sample, (_positive(sample) - n / 2) / math.sqrt(n / 4) if n else math.nan)


def generalized_sign(sample: Sample) -> Outcome:
    """Z = (w - Np̂)/√(Np̂(1-p̂)), p̂ = mean over pairs of the share of positive residuals.

    Cowan 1992, RQFA 2:343. Normal.
    """
    there = np.isfinite(sample.resid).sum(axis=1)
    share = float(np.mean((sample.resid > 0).sum(axis=1) / np.maximum(there, 1)))
    scale = math.sqrt(sample.n * share * (1.0 - share))
    return _normal(sample, (_positive(sample) - sample.n * share) / scale if scale else math.nan)


def wilcoxon(sample: Sample) -> Outcome:
    """W = sum of the ranks of |CAR| over positive CARs; exact p up to N = 60, then normal.

    The exact law counts every sign vector over the (tied: mean) ranks; zeros are left out.
    Wilcoxon 1945, Biometrics Bulletin 1:80.
    """
    car = sample.car[sample.car != 0]
    if not len(car):
        return Outcome(_estimate(sample), math.nan, math.nan, math.nan, math.nan)
    doubled = np.rint(2 * ranks(np.abs(car)[None, :])[0]).astype(int)
    w, total = int(doubled[car > 0].sum()), int(doubled.sum())
    if len(car) <= 60:
        counts = np.zeros(total + 1)
        counts[0] = 1.0
        for step in doubled:
            counts[step:] += counts[:-step].copy()
        tail = counts[: min(w, total - w) + 1].sum() / 2.0 ** len(car)
        return Outcome(_estimate(sample), math.nan, w / 2, math.nan, min(1.0, 2.0 * float(tail)))
    z = (w - total / 2) / math.sqrt(float((doubled.astype(float) ** 2).sum()) / 4)
    return Outcome(_estimate(sample), math.nan, w / 2, math.inf, float(normal_p(z)))


def ranks(values: Floats) -> Floats:
    """Ranks from 1 along the last axis, ties averaged; NaN is not ranked and stays NaN."""
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    width = values.shape[1]
    place = np.broadcast_to(np.arange(1.0, width + 1.0), values.shape)
    tied = ordered[:, 1:] == ordered[:, :-1]
    if tied.any():
        place = place.copy()
        for row in np.flatnonzero(tied.any(axis=1)):
            _, first, size = np.unique(ordered[row], return_index=True, return_counts=True)
            place[row] = np.repeat(first + (size + 1) / 2.0, size)
    out = np.empty_like(values)
    np.put_along_axis(out, order, place, axis=1)
    out[np.isnan(values)] = np.nan
    return out


def _centred_ranks(values: Floats) -> Floats:
    """(N, T) U; NaN where a row is missing."""
    there = np.isfinite(values)
    return np.asarray(ranks(values) / (1.0 + there.sum(axis=1))[:, None] - 0.5)


def _row_means(u: Floats) -> tuple[Floats, Floats]:
    """Mean U of each row over the pairs that have it, and the share of pairs that do."""
    there = np.isfinite(u)
    count = there.sum(axis=0)
    mean = np.where(there, u, 0.0).sum(axis=0) / np.maximum(count, 1)
    return mean, count / len(u)


def _rank_test(sample: Sample, values: Floats) -> Outcome:
    mean_u, share = _row_means(_centred_ranks(values))
    used = share > 0
    scale = math.sqrt(float((share * mean_u**2)[used].sum()) / int(used.sum()))
    event = (np.sqrt(share) * mean_u)[sample.resid.shape[1] :][sample.tested]
    if not len(event) or not scale > 0:
        return _normal(sample, math.nan)
    return _normal(sample, math.sqrt(len(event)) * float(event.mean()) / scale)


def _grank_rows(sample: Sample) -> tuple[Floats, int] | None:
    """U over the estimation rows and the one event row, and the number T of rows."""
    if sample.n < 2:
        return None
    spread = float(sample.scar.std(ddof=1))
    if not spread > 0:
        return None
    event = sample.scar[:, None] / spread
    u = _centred_ranks(np.concatenate([sample.standardized, event], axis=1))
    return u, u.shape[1]


def _positive(sample: Sample) -> int:
    return int((sample.car > 0).sum())


def _estimate(sample: Sample) -> float:
    return float(sample.car.mean()) if sample.n else math.nan


def _normal(sample: Sample, z: float) -> Outcome:
    return Outcome(_estimate(sample), math.nan, z, math.inf, float(normal_p(z)))
