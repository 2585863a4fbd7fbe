"""How large an effect would have been found: the smallest |CAR| that a test rejects often enough.

"Not significant" beside a minimum detectable effect of 12 % says something; alone it says nothing.
Effects are fractions, in the unit of the standard errors given. `inf` means that no effect,
however large, could have been found with so little data.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchlist.study.tails import normal_quantile, student_quantile

ALPHA = 0.05
POWER = 0.8


@lru_cache(maxsize=4096)
def detectable_ratio(df: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Effect over standard error at which a two-sided t test has the wanted power.

    The noncentrality λ with P(t'(df, λ) > t(1 - α/2, df)) = power; the far tail is neglected
    (< 1e-6 at the defaults). df = inf is the normal test: z(1 - α/2) + z(power) = 2.80.
    inf where df < 1.
    """
    if math.isinf(df):
        return normal_quantile(1 - alpha / 2) + normal_quantile(power)
    if not df >= 1:
        return math.inf
    from scipy.special import nctdtr

    critical = student_quantile(1 - alpha / 2, df)
    low, high = 0.0, 2.0 * (critical + 10.0) * max(1.0, 4.0 / df)
    for _ in range(60):  # bisection: the library's inverse is less accurate in small df
        middle = (low + high) / 2
        if 1.0 - float(nctdtr(df, middle, critical)) < power:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def mde_t(
    se: ArrayLike, df: float, *, alpha: float = ALPHA, power: float = POWER
) -> NDArray[np.float64]:
    """Minimum detectable |CAR| of the t test of one pair.

    Parameters
    ----------
    se : forecast standard error(s) of the CAR; NaN stays NaN
    df : degrees of freedom, M - k
    """
    return np.asarray(se, dtype=float) * detectable_ratio(df, alpha=alpha, power=power)


def mde_kp(
    forecast_se: ArrayLike,
    r_bar: float,
    *,
    variance_ratio: float = 1.0,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float:
    """Minimum detectable common CAR of the Kolari-Pynnönen test against t(N - 1).

    A CAR of δ in every firm moves the mean SCAR by δ · mean(1/se), whose standard error is
    √(v (1 + (N - 1) r̄) / N), but where the firms are unequally noisy it also spreads the SCARs
    by δ · sd(1/se), which the test takes for noise: v becomes v + δ² var(1/se) / (1 - r̄). inf
    where that spread outruns the effect.

    Parameters
    ----------
    forecast_se : (N,) forecast standard error of each CAR; NaN pairs are left out
    r_bar : mean pairwise correlation of the estimation residuals
    variance_ratio : v, event over estimation variance; 1 where it is not to be trusted
    """
    se = np.asarray(forecast_se, dtype=float)
    precision = 1.0 / se[np.isfinite(se) & (se > 0)]
    n = len(precision)
    if n < 2 or not -1.0 / (n - 1) < r_bar < 1.0:
        return math.inf
    ratio = detectable_ratio(n - 1, alpha=alpha, power=power)
    error = ratio**2 * (1.0 + (n - 1) * r_bar) / n
    gain = float(precision.mean()) ** 2 - error * float(precision.var(ddof=1)) / (1.0 - r_bar)
    return math.sqrt(error * variance_ratio / gain) if gain > 0 else math.inf


def mde_dates(means: ArrayLike, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Minimum detectable mean effect of the Ibragimov-Müller t over (G,) date means."""
    x = np.asarray(means, dtype=float).ravel()
    x = x[np.isfinite(x)]
    if len(x) < 2:
        return math.inf
    se = float(x.std(ddof=1)) / math.sqrt(len(x))
    return se * detectable_ratio(len(x) - 1, alpha=alpha, power=power)


def mde_sign_flips(means: ArrayLike, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Minimum detectable mean effect of exact sign-flips.

    inf while 2^(1 - G) > α (five dates at 5 %): the test cannot reject. Above that its power is
    close to that of the t test, whose value is given.
    """
    x = np.asarray(means, dtype=float).ravel()
    if 2.0 ** (1 - int(np.isfinite(x).sum())) > alpha:
        return math.inf
    return mde_dates(x, alpha=alpha, power=power)


def mde_placebo(placebo: ArrayLike, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Minimum detectable |CAR| of the two-sided placebo rank test.

    The smallest shift, in the worse direction, after which a share `power` of the placebo days
    would themselves be rejected, i.e. exceed the critical |CAR| of p = (1 + hits) / (1 + n).

    Parameters
    ----------
    placebo : (n,) CARs of valid non-event days; NaN is left out
    """
    x = np.asarray(placebo, dtype=float).ravel()
    x = np.sort(x[np.isfinite(x)])
    n = len(x)
    allowed = math.floor(alpha * (n + 1) + 1e-9) - 1  # hits with which p is still at most alpha
    if n == 0 or allowed < 0:
        return math.inf
    critical = float(np.sort(np.abs(x))[n - 1 - allowed])
    needed = min(math.ceil(power * n - 1e-9), n)
    up = critical - float(x[n - needed])
    down = critical + float(x[needed - 1])
    return max(up, down, 0.0)
