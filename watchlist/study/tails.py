"""Tail probabilities and quantiles of the t and normal laws, without the weight of scipy.stats.

`scipy.stats` alone costs more import time than a whole study; `scipy.special` is what it calls in
the end, and is imported only when a Student t is really needed.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

_NORMAL = NormalDist()


def normal_p(statistic: ArrayLike) -> NDArray[np.float64]:
    """Two-sided p of a standard normal statistic; NaN stays NaN."""
    z = np.abs(np.asarray(statistic, dtype=float))
    erfc = np.frompyfunc(math.erfc, 1, 1)
    return np.asarray(erfc(z / math.sqrt(2.0)), dtype=float)


def student_p(statistic: ArrayLike, df: ArrayLike) -> NDArray[np.float64]:
    """Two-sided p of a Student t statistic; NaN where the statistic is or where df < 1."""
    from scipy.special import stdtr

    t = np.abs(np.asarray(statistic, dtype=float))
    nu = np.asarray(df, dtype=float)
    p = 2.0 * stdtr(np.where(nu > 0, nu, np.nan), -t)
    return np.asarray(p, dtype=float)


def student_quantile(probability: float, df: float) -> float:
    """The t below which `probability` of a Student t with `df` degrees of freedom lies."""
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))


def student_interval(
    estimate: float, se: float | None, df: float | None, level: float = 0.95
) -> tuple[float | None, float | None]:
    """estimate ± t(df)·se; open (None) where there is no standard error or df < 1."""
    if se is None or df is None or df < 1:
        return None, None
    half = student_quantile(0.5 + level / 2, df) * se
    return estimate - half, estimate + half


def normal_quantile(probability: float) -> float:
    """The z below which `probability` of a standard normal lies."""
    return _NORMAL.inv_cdf(probability)
