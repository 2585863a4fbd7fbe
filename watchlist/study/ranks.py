"""Tests by ranks and signs: no normality asked, but still independence between firms.

Ranks are taken over a pair's estimation and event rows together, ties get their mean rank, missing
rows are not ranked. U = rank/(1 + rows) - 1/2 lies in (-1/2, 1/2) and has mean zero.
"""

from __future__ import annotations

import math

import numpy as np

from watchlist.study.sample import Floats, Outcome, Sample
from watchlist.study.tails import normal_p, student_p

AT_ONCE = 1 << 17
"""Values ranked at a time: bounds the memory of many pairs."""


def corrado(sample: Sample) -> Outcome:
    """Z = √L · mean(Ū over tested days) / √(ΣŪ²/T), normal.

    Ū_t is the mean U of the pairs in row t. One tested day is Corrado 1989, JFE 23:385; a window is
    the cumulative rank test of Cowan 1992, RQFA 2:343, and Campbell & Wasley 1993, JFE 33:73.
    """
    return _rank_test(sample, sample.ar)


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
    # within a pair s cancels: residuals over s rank as the residuals themselves
    return _rank_test(sample, sample.ar / np.where(spread > 0, spread, np.nan))


def generalized_rank_t(sample: Sample) -> Outcome:
    """GRANK-T: the whole window squeezed into one row, ranked among the estimation rows.

    With T = M + 1, Z = Ū₀/S, S² = (1/T)Σ(n_t/N)Ū_t², t = Z√((T-2)/(T-1-Z²)) against Student
    t(T-2). The event row is SCAR over its cross-sectional sd. Kolari & Pynnönen 2011, JEF 18:953.
    """
    ranked = _grank_rows(sample)
    if ranked is None:
        return Outcome(_estimate(sample), math.nan, math.nan, math.nan, math.nan)
    mean_u, share = ranked
    rows = len(mean_u)
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
    rows = len(ranked[0])
    z = float(ranked[0][-1]) * math.sqrt(12.0 * sample.n * (rows + 1) / (rows - 1))
    return _normal(sample, z)


def sign(sample: Sample) -> Outcome:
    """Z = (w - N/2)/√(N/4), w = pairs with CAR > 0; a zero counts as not positive. Normal."""
    n = sample.n
    return _normal(sample, (_positive(sample) - n / 2) / math.sqrt(n / 4) if n else math.nan)


def generalized_sign(sample: Sample) -> Outcome:
    """Z = (w - Np̂)/√(Np̂(1-p̂)), p̂ = mean over pairs of the share of positive residuals.

    Cowan 1992, RQFA 2:343. Normal.
    """
    share = sample.share_positive
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
    order = np.argsort(values, axis=1)
    out = np.empty_like(values)
    np.put_along_axis(out, order, np.arange(1.0, values.shape[1] + 1.0)[None, :], axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    tied = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    for row in np.flatnonzero(tied):
        _, which, size = np.unique(values[row], return_inverse=True, return_counts=True)
        out[row] = (np.cumsum(size) - (size - 1) / 2.0)[which]
    out[np.isnan(values)] = np.nan
    return out


def mean_ranks(*parts: Floats) -> tuple[Floats, Floats]:
    """Mean U of each column over the rows that have it, and the share of rows that do.

    U = rank/(1 + ranked) - 1/2 within each row.

    Parameters
    ----------
    parts : (N, T1), (N, T2), ... columns side by side; they are joined a few rows at a time
    """
    n, width = len(parts[0]), sum(part.shape[1] for part in parts)
    total, count = np.zeros(width), np.zeros(width)
    step = max(1, AT_ONCE // width)
    for start in range(0, n, step):
        rows = np.concatenate([part[start : start + step] for part in parts], axis=1)
        total += _centred_ranks(rows).sum(axis=0)
        count += np.isfinite(rows).sum(axis=0)
    return total / np.maximum(count, 1.0), count / n


def _centred_ranks(values: Floats) -> Floats:
    """U of each value, 0 where it is missing."""
    there = np.isfinite(values)
    u = ranks(np.where(there, values, np.nan)) / (1.0 + there.sum(axis=1))[:, None] - 0.5
    return np.where(there, u, 0.0)


def _rank_test(sample: Sample, event: Floats) -> Outcome:
    mean_u, share = mean_ranks(sample.resid, event)
    used = share > 0
    scale = math.sqrt(float((share * mean_u**2)[used].sum()) / int(used.sum()))
    tested = (np.sqrt(share) * mean_u)[sample.resid.shape[1] :][sample.tested]
    if not len(tested) or not scale > 0:
        return _normal(sample, math.nan)
    return _normal(sample, math.sqrt(len(tested)) * float(tested.mean()) / scale)


def _grank_rows(sample: Sample) -> tuple[Floats, Floats] | None:
    """Mean U and share of pairs of the estimation rows and of the one event row, which is last."""
    if sample.n < 2:
        return None
    spread = float(sample.scar.std(ddof=1))
    if not spread > 0:
        return None
    if "grank" not in sample.memo:
        # SCAR against residuals over s ranks as s · SCAR against the residuals themselves
        event = sample.scar * sample.sigma / spread
        sample.memo["grank"] = mean_ranks(sample.resid, event[:, None])
    return sample.memo["grank"]


def _positive(sample: Sample) -> int:
    return int((sample.car > 0).sum())


def _estimate(sample: Sample) -> float:
    return float(sample.car.mean()) if sample.n else math.nan


def _normal(sample: Sample, z: float) -> Outcome:
    return Outcome(_estimate(sample), math.nan, z, math.inf, float(normal_p(z)))
