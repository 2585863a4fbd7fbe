"""Write the oracle: simulated returns, events, and every statistic by statsmodels, scipy, numpy.

`python -m tests.study.oracle.make` writes returns.csv, designs.json and expected.json beside this
file. Nothing of `watchlist` is imported, and each formula is written out one pair or one day at a
time, as its paper has it. `python -m tests.study.oracle.make FOLDER` computes the same from
another folder's returns and designs and prints the expected values.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

HERE = Path(__file__).parent
SEED = 19
FIRMS = ("AAA", "BBB", "CCC", "DDD", "EEE")
MARKET = "MKT"
DAYS = 480
FIRST_DAY = date(2021, 1, 4)
ESTIMATION = range(-130, -10)
EVENT = range(-5, 6)
WINDOWS = ((0, 0), (-1, 1), (0, 5), (-5, 5))
ONE, FOUR, STAGGERED = "one date", "four dates", "staggered"


class Pair:
    """One firm at one event, fitted by statsmodels."""

    def __init__(self, returns: pd.DataFrame, firm: str, day: str, market: str) -> None:
        self.firm, self.day = firm, day
        self.row = returns.index.get_loc(day)
        rows, event = [[self.row + d for d in days] for days in (ESTIMATION, EVENT)]
        x = sm.add_constant(returns[market])
        self.fit = sm.OLS(returns[firm].iloc[rows], x.iloc[rows]).fit()
        self.sigma = math.sqrt(self.fit.mse_resid)
        self.resid = self.fit.resid.to_numpy()
        self.rows = rows
        self.event_x = x.iloc[event].to_numpy()
        self.ar = (returns[firm].iloc[event] - self.fit.predict(x.iloc[event])).to_numpy()
        # of one day: the variance of a forecast
        forecast = self.fit.get_prediction(x.iloc[event])
        self.day_se = np.sqrt(forecast.var_pred_mean + self.fit.mse_resid)

    def window(self, first: int, last: int) -> tuple[float, float]:
        """CAR and SCAR; the variance has every covariance that shared coefficients bring."""
        at = slice(first - EVENT[0], last - EVENT[0] + 1)
        x = self.event_x[at]
        shared = x @ self.fit.cov_params().to_numpy() @ x.T
        variance = shared.sum() + len(x) * self.fit.mse_resid
        car = self.ar[at].sum()
        return car, car / math.sqrt(variance)


def patell(scar: np.ndarray, observations: int) -> float:
    """Patell 1976: each SCAR is Student t with M − 2 degrees of freedom."""
    df = observations - 2
    return float(scar.sum() / math.sqrt(len(scar) * df / (df - 2)))


def r_bars(pairs: list[Pair]) -> dict[str, float]:
    """Mean correlation of residuals, by three ways to lay two pairs beside each other."""
    relative, overlapping, filled = [], [], []
    for one, two in itertools.combinations(pairs, 2):
        relative.append(np.corrcoef(one.resid, two.resid)[0, 1])
        a, b = (pd.Series(pair.resid, index=pair.rows) for pair in (one, two))
        both = pd.concat([a, b], axis=1, join="inner").to_numpy()
        if len(both) > 2:
            overlapping.append(np.corrcoef(both.T)[0, 1])
            filled.append(overlapping[-1])
        else:
            filled.append(0.0)
    return {
        "relative_day": float(np.mean(relative)),
        "calendar_overlapping_pairs": float(np.mean(overlapping)) if overlapping else 0.0,
        "calendar_all_pairs_zero_fill": float(np.mean(filled)),
    }


def kp_factor(r: float, n: int) -> float:
    """Kolari & Pynnonen 2010, eq. 12."""
    return math.sqrt((1 - r) / (1 + (n - 1) * r))


def adjusted_patell_factor(r: float, n: int) -> float:
    """Kolari & Pynnonen 2010, eq. 10."""
    return 1 / math.sqrt(1 + (n - 1) * r)


def sign_z(values: np.ndarray, p: float) -> float:
    """Cowan 1992: how many are positive, where a share of p is usual."""
    n = len(values)
    return float(((values > 0).sum() - n * p) / math.sqrt(n * p * (1 - p)))


def corrado(pairs: list[Pair], first: int, last: int, day: int | None = None) -> float:
    """Corrado 1989 for one day of a window, Cowan 1992 for all of it; all days are ranked."""
    days = range(first, last + 1) if day is None else [day]
    at = [len(ESTIMATION) + d - first for d in days]
    ranks = []
    for pair in pairs:
        event = pair.ar[first - EVENT[0] : last - EVENT[0] + 1]
        series = np.append(pair.resid, event)
        ranks.append(stats.rankdata(series) / (len(series) + 1) - 0.5)
    mean = np.mean(ranks, axis=0)
    spread = math.sqrt(np.mean(mean**2))
    return float(mean[at].mean() / spread * math.sqrt(len(at)))


def grank(pairs: list[Pair], scar: np.ndarray) -> dict[str, float]:
    """Kolari & Pynnonen 2011: the window is one day more in each firm's ranking."""
    scaled = scar / stats.tstd(scar)
    ranks = []
    for pair, value in zip(pairs, scaled, strict=True):
        series = np.append(pair.resid / pair.sigma, value)
        ranks.append(stats.rankdata(series) / (len(series) + 1) - 0.5)
    mean = np.mean(ranks, axis=0)
    t = len(mean)
    z = mean[-1] / math.sqrt(np.mean(mean**2))
    statistic = z * math.sqrt((t - 2) / (t - 1 - z**2))
    rank_z = math.sqrt(12 * len(pairs) * (t + 1) / (t - 1)) * mean[-1]
    return {
        "t": float(statistic),
        "df": t - 2,
        "p_t": float(2 * stats.t.sf(abs(statistic), t - 2)),
        "z": float(rank_z),
        "p_z": float(2 * stats.norm.sf(abs(rank_z))),
    }


def hall_t(car: np.ndarray) -> float:
    """Hall 1992: the t of a skewed sample."""
    n, q, skew = len(car), car.mean() / stats.tstd(car), stats.skew(car, bias=False)
    return float(math.sqrt(n) * (q + skew * q**2 / 3 + skew**2 * q**3 / 27 + skew / (6 * n)))


def crude_dependence(pairs: list[Pair], total: float, length: int) -> float:
    """Brown & Warner 1980: the spread of the portfolio's mean over the estimation days."""
    portfolio = np.mean([pair.resid for pair in pairs], axis=0)
    return float(total / (portfolio.std(ddof=1) * math.sqrt(length)))


def quantile_p(pair: Pair) -> float:
    """Twice the smaller share of residuals beyond the abnormal return of day 0, itself counted."""
    ar, n = pair.ar[-EVENT[0]], len(pair.resid)
    above = (1 + (pair.resid >= ar).sum()) / (n + 1)
    below = (1 + (pair.resid <= ar).sum()) / (n + 1)
    return float(min(1.0, 2 * min(above, below)))


def over_dates(pairs: list[Pair], car: np.ndarray) -> dict[str, Any]:
    """Ibragimov & Muller 2010 and an exact sign flip, on the means of each date."""
    means = pd.Series(car).groupby([pair.day for pair in pairs]).mean()
    found: dict[str, Any] = {"date_level_mean_CAR": means.to_dict()}
    if len(means) > 1:
        test = stats.ttest_1samp(means, 0)
        flips = [
            abs(np.dot(signs, means)) for signs in itertools.product((1, -1), repeat=len(means))
        ]
        found |= {
            "ibragimov_muller_t": float(test.statistic),
            "ibragimov_muller_df": int(test.df),
            "ibragimov_muller_p": float(test.pvalue),
            "signflip_exact_p": float(np.mean([f >= abs(means.sum()) - 1e-12 for f in flips])),
        }
    return found


def statistics(pairs: list[Pair], first: int, last: int) -> dict[str, Any]:
    """Everything that is said of some pairs over one window."""
    n, m, length = len(pairs), len(ESTIMATION), last - first + 1
    at = range(first - EVENT[0], last - EVENT[0] + 1)
    car, scar = (np.array(v) for v in zip(*(p.window(first, last) for p in pairs), strict=True))
    ar = np.array([pair.ar[at] for pair in pairs])
    sar = np.array([pair.ar[at] / pair.day_se[at] for pair in pairs])
    t = stats.ttest_1samp
    r, p_hat = r_bars(pairs), np.mean([(pair.resid > 0).mean() for pair in pairs])
    bmp = t(scar, 0).statistic
    bmp_days = t(sar, 0).statistic
    patell_days = [patell(day, m) for day in sar.T]
    kp = {name: kp_factor(value, n) for name, value in r.items()}
    adjusted = {name: adjusted_patell_factor(value, n) for name, value in r.items()}
    ranked = stats.wilcoxon(car, alternative="greater", method="exact")
    return {
        "per_event": [
            {
                "firm": pair.firm,
                "date": pair.day,
                "alpha": pair.fit.params.iloc[0],
                "beta": pair.fit.params.iloc[1],
                "sigma": pair.sigma,
                "M": m,
                "AR": pair.ar[at].tolist(),
                "CAR": car[i],
                "SCAR": scar[i],
                "SQ_p_two": quantile_p(pair),
            }
            for i, pair in enumerate(pairs)
        ],
        "AAR": ar.mean(axis=0).tolist(),
        "CAAR_path": ar.mean(axis=0).cumsum().tolist(),
        "CAAR": car.mean(),
        "csect_t_AAR": t(ar, 0).statistic.tolist(),
        "csect_t_CAAR": t(car, 0).statistic,
        "patell_AAR": patell_days,
        "patell_CAAR_scar_fullvar": patell(scar, m),
        "bmp_AAR": bmp_days.tolist(),
        "bmp_CAAR_scar_fullvar": bmp,
        "r_bar": r,
        "KP_factor": kp,
        "adjPatell_factor": adjusted,
        "kp_AAR": {name: (f * bmp_days).tolist() for name, f in kp.items()},
        "kp_CAAR_scar_fullvar": {name: f * bmp for name, f in kp.items()},
        "adj_patell_AAR": {name: [f * day for day in patell_days] for name, f in adjusted.items()},
        "corrado_AAR_standardized_ranks": [
            corrado(pairs, first, last, day) for day in range(first, last + 1)
        ],
        "corrado_CAAR_cowan_standardized": corrado(pairs, first, last),
        "gsign_AAR": [sign_z(day, p_hat) for day in ar.T],
        "gsign_CAAR": sign_z(car, p_hat),
        "sign_AAR": [sign_z(day, 0.5) for day in ar.T],
        "sign_CAAR": sign_z(car, 0.5),
        "wilcoxon_CAAR_Wplus": float(ranked.statistic),
        "wilcoxon_CAAR_p_exact": float(stats.wilcoxon(car, method="exact").pvalue),
        "grank": {"resid_over_s": grank(pairs, scar)},
        "cda_CAAR_ddof1": crude_dependence(pairs, car.mean(), length),
        "cda_AAR_ddof1": [crude_dependence(pairs, day.mean(), 1) for day in ar.T],
        "skew_adj_t_CAAR": hall_t(car),
        **over_dates(pairs, car),
    }


def compute(folder: Path) -> dict[str, Any]:
    """Every statistic of a folder's designs."""
    returns = pd.read_csv(folder / "returns.csv", index_col="date")
    designs = json.loads((folder / "designs.json").read_text())
    market = returns.columns[-1]
    return {
        f"{name}|[{first},{last}]": statistics(
            [Pair(returns, one["firm"], one["date"], market) for one in events], first, last
        )
        for name, events in designs.items()
        for first, last in WINDOWS
    }


def simulate() -> pd.DataFrame:
    """Returns with fat tails and a common part beside the market, rounded to six places."""
    rng = np.random.default_rng(SEED)
    weekdays = (FIRST_DAY + timedelta(days=n) for n in itertools.count())
    days = itertools.islice((day for day in weekdays if day.weekday() < 5), DAYS)
    market = 0.0003 + 0.008 * rng.standard_t(5, DAYS)
    common = 0.006 * rng.standard_t(6, DAYS)
    found = {
        firm: beta * market + common * share + 0.014 * rng.standard_t(4, DAYS)
        for firm, beta, share in zip(FIRMS, (0.7, 0.9, 1.1, 1.3, 1.6), rng.random(5), strict=True)
    }
    index = pd.Index([day.isoformat() for day in days], name="date")
    return pd.DataFrame({**found, MARKET: market}, index=index).round(6)


def designs(days: list[str]) -> dict[str, list[dict[str, str]]]:
    """All firms on one date, on four dates, and one firm a date far apart from the next."""
    four = [days[at] for at in (140, 255, 300, 430)]
    return {
        ONE: [{"firm": firm, "date": days[260]} for firm in FIRMS],
        FOUR: [{"firm": firm, "date": day} for day in four for firm in FIRMS],
        STAGGERED: [
            {"firm": firm, "date": days[at]}
            for firm, at in zip(FIRMS, (150, 200, 290, 380, 460), strict=True)
        ],
    }


def main() -> None:
    """Write the three files, or print what is expected of another folder."""
    if len(sys.argv) > 1:
        print(json.dumps(compute(Path(sys.argv[1]))))
        return
    returns = simulate()
    returns.to_csv(HERE / "returns.csv")
    named = json.dumps(designs(list(returns.index)), indent=1)
    (HERE / "designs.json").write_text(named + "\n")
    made_by = {name: version(name) for name in ("statsmodels", "scipy", "numpy", "pandas")}
    expected = {"made by": made_by, "seed": SEED, **compute(HERE)}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")


if __name__ == "__main__":
    main()
