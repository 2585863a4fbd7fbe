"""Tests by ranks and signs: no normality asked, but still independence between firms.

Ranks are taken over a pair's estimation and event rows together, ties get their mean rank, missing
rows are not ranked. U = rank/(1 + rows) - 1/2 lies in (-1/2, 1/2) and has mean zero.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from watchlist.study.sample import Floats, Ints, Outcome, Sample
from watchlist.study.tails import normal_p, student_p

Bools = NDArray[np.bool_]

CACHED = 1 << 16
"""Values ranked at a time: what a processor's cache holds."""

NOWHERE = np.empty(0, dtype=np.int64)

BEYOND = 0x7FE0_0000_0000_0000
"""The bits of 2^1023: above every return, below infinity."""


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


def mean_ranks(*parts: Floats) -> tuple[Floats, Floats]:
    """Mean U of each column over the rows that have it, and the share of rows that do.

    U = rank/(1 + ranked) - 1/2 within each row. Rows without a tie, nearly all of them, are sorted
    with their column written into the last bits of each value, several times faster than an
    argsort; rows in which values agree in all other bits go through `ranks`.

    Parameters
    ----------
    parts : (N, T1), (N, T2), ... columns side by side; they are joined a few rows at a time
    """
    n, width = len(parts[0]), sum(part.shape[1] for part in parts)
    step, low = max(1, CACHED // width), (1 << width.bit_length()) - 1
    columns = np.tile(np.arange(1, width + 1), (min(step, n), 1))
    of_whole_rows = columns / (width + 1.0) - 0.5
    room = np.empty(columns.shape)
    total, count = np.zeros(low + 1), np.full(width, n)
    for start in range(0, n, step):
        rows = [part[start : start + step] for part in parts]
        keys = np.concatenate(rows, axis=1, out=room[: len(rows[0])])
        gone = NOWHERE
        # as a rule nothing is missing, which one sum shows faster than a look at each
        if not math.isfinite(float(np.vdot(keys, keys))):
            gone = np.flatnonzero(~np.isfinite(keys))
        row, column = np.divmod(gone, width)
        order, plain = _sorted_columns(keys, (row, column), columns[: len(keys)], low)
        u = of_whole_rows[: len(keys)]
        if len(row):
            count -= np.bincount(column, minlength=width)
            u = _centred_places(width - np.bincount(row, minlength=len(keys)), width)
        if not plain.all():
            tied = np.concatenate([part[~plain] for part in rows], axis=1)
            total[1 : width + 1] += _centred_ranks(tied).sum(axis=0)
            order, u = order[plain], u[plain]
        total += np.bincount(order.ravel(), u.ravel(), minlength=low + 1)
    return total[1 : width + 1] / np.maximum(count, 1.0), count / n


def _sorted_columns(
    keys: Floats, missing: tuple[Ints, Ints], columns: Ints, low: int
) -> tuple[Ints, Bools]:
    """The column of each row's smallest value, of the next, and so on; missing values come last.

    Parameters
    ----------
    keys : (n, T) values; overwritten, and the columns that are returned lie in their memory
    missing : where they are not numbers
    columns : (n, T) numbers of the columns, from 1
    low : the bits in which they fit

    Returns
    -------
    order : (n, T) numbers of columns
    plain : (n,) no two values of the row agree but for the bits of `low`
    """
    keys += 0.0  # minus zero becomes zero
    words = keys.view(np.int64)
    words &= ~low
    if len(missing[0]):
        # larger than any value, and no two the same: what is missing ties with nothing
        words[missing] = BEYOND + (missing[1] + 1) * (low + 1)
    words |= columns
    keys.sort(axis=1)
    plain = np.ones(len(keys), dtype=bool)
    flat = words.ravel()
    # in one piece, across the ends of rows: twice as fast, and an accident there is harmless
    apart = np.bitwise_xor(flat[1:], flat[:-1]).view(np.uint64)
    if apart.min(initial=low + 1) <= low:
        differ = (words[:, 1:] ^ words[:, :-1]).view(np.uint64) > low
        np.all(differ, axis=1, out=plain)
    words &= low
    return words, plain


def _centred_places(ranked: Ints, width: int) -> Floats:
    """(n, T) U of the first, the second, ... value of rows of which so many values are ranked.

    Zero after the last. Few numbers are distinct, so rows are looked up.
    """
    distinct, which = np.unique(ranked, return_inverse=True)
    place, last = np.arange(1, width + 1), distinct[:, None]
    return np.asarray(np.where(place <= last, place / (last + 1.0) - 0.5, 0.0)[which])


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
