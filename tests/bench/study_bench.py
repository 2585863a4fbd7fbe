"""The event study against the fastest package of PyPI, naive loops, its own floor, and long double.

Returns lie in memory before anything is timed. "Full battery" is AR, SAR, CAR and the tests of the
closest peer with a full battery (Patell, BMP, KP, rank, generalized sign, GRANK); "16 tests" is
every test of the registry but the wild bootstrap, which costs what its draws cost. The loops in
numpy and statsmodels compute CAR and t only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray

from tests.bench.pairs import Ratio, compare
from tests.bench.rivals import RIVALS, worker
from watchlist.study.design import StudyDesign
from watchlist.study.estimate import estimate
from watchlist.study.models import Rows, least_squares
from watchlist.study.panel import Panel
from watchlist.study.placebo import PlaceboTable
from watchlist.study.sample import Sample
from watchlist.study.significance import TESTS
from watchlist.study.windows import day_errors, effects

DESIGN = StudyDesign(windows=((-10, 10),), chart=(-10, 10), estimation=(-131, -12))
BATTERY = ("patell", "bmp", "kp", "corrado", "generalized-sign", "grank-t")
EVERY = tuple(name for name in TESTS if name != "wild-bootstrap")
SAMPLED = 800
"""Pairs that the loops are timed on; their time is per pair."""


@dataclass(frozen=True)
class Case:
    """A panel and pairs on it."""

    panel: Panel
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]

    @property
    def factors(self) -> NDArray[np.int64]:
        """Every pair against the market, the last column."""
        return np.full((len(self.rows), 1), len(self.panel.symbols) - 1)


def case(tickers: int, sessions: int, dates: int, per_date: int, seed: int = 1) -> Case:
    """`dates` event dates, on each of which `per_date` tickers have an event."""
    rng = np.random.default_rng(seed)
    market = rng.normal(0, 0.01, sessions)
    beta = rng.uniform(0.5, 2.0, tickers)
    returns = market[:, None] * beta + rng.standard_t(4, (sessions, tickers)) * 0.02
    days = np.datetime64("2015-01-01") + np.arange(sessions)
    symbols = (*(f"T{i:04d}" for i in range(tickers)), "MKT")
    panel = Panel(days, symbols, np.column_stack([returns, market]))
    panel.by_security  # noqa: B018  the gather layout is part of the panel, not of a study
    at = np.sort(rng.choice(np.arange(140, sessions - 12), dates, replace=False))
    cols = np.concatenate([rng.choice(tickers, per_date, replace=False) for _ in at])
    return Case(panel, np.repeat(at, per_date), cols)


def study(c: Case, tests: tuple[str, ...] = BATTERY) -> dict[str, float]:
    """AR, SAR, CAR and the tests: p by test."""
    fits = estimate(c.panel, c.rows, c.cols, c.factors, DESIGN)
    day_errors(fits)
    window = effects(fits, -10, -10, 10)
    sample = Sample(
        ar=fits.ar,
        tested=slice(None),
        car=window.car,
        se=window.se,
        scar=window.scar,
        resid=fits.resid,
        sigma=fits.sigma,
        observations=fits.observations,
        parameters=fits.parameters,
        dates=c.rows,
    )
    return {name: TESTS[name].apply(sample).p for name in tests}


def numpy_loop(c: Case, pairs: int) -> float:
    """What one writes first: a loop with `lstsq`, CAR and t, no tests."""
    total, market = 0.0, c.panel.returns[:, -1]
    for i in range(pairs):
        day, ticker = int(c.rows[i % len(c.rows)]), int(c.cols[i % len(c.rows)])
        quiet, event = slice(day - 131, day - 11), slice(day - 10, day + 11)
        x = np.column_stack([np.ones(120), market[quiet]])
        y = c.panel.returns[quiet, ticker]
        fit, ssr, _, _ = np.linalg.lstsq(x, y, rcond=None)
        ar = c.panel.returns[event, ticker] - fit[0] - fit[1] * market[event]
        total += ar.sum() / np.sqrt(ssr[0] / 118 * 21)
    return total


def statsmodels_loop(c: Case, pairs: int) -> float:
    """The same with an OLS of statsmodels for each pair."""
    total, market = 0.0, c.panel.returns[:, -1]
    for i in range(pairs):
        day, ticker = int(c.rows[i % len(c.rows)]), int(c.cols[i % len(c.rows)])
        quiet, event = slice(day - 131, day - 11), slice(day - 10, day + 11)
        fit = sm.OLS(c.panel.returns[quiet, ticker], sm.add_constant(market[quiet])).fit()
        ar = c.panel.returns[event, ticker] - fit.predict(sm.add_constant(market[event]))
        total += ar.sum() / np.sqrt(fit.mse_resid * 21)
    return total


def repeated(work: Callable[[], object], times: int) -> Callable[[], object]:
    """Several runs as one piece of work."""

    def run() -> object:
        for _ in range(times):
            work()
        return None

    return run


def as_long_as(rival: Callable[[], object], work: Callable[[], object]) -> int:
    """How often the work is repeated in one timing, so that it takes about as long as the rival.

    Whoever is timed for a moment after the other's turn pays for a cold processor cache with much
    of that moment.
    """

    def seconds(done: Callable[[], object]) -> float:
        done()
        start = time.perf_counter()
        done()
        return time.perf_counter() - start

    return max(1, min(50, round(seconds(rival) / seconds(work))))


def against_others(name: str, c: Case, goals: dict[str, float]) -> list[Ratio]:
    """Full battery of the case against each rival, in pairs per second."""
    pairs = len(c.rows)
    fewer = min(SAMPLED, pairs)
    title = f"{name}: {pairs:,} pairs"

    def against(
        tests: tuple[str, ...], label: str, rival: Callable[[], object], share: int, rounds: int = 7
    ) -> Ratio:
        mine = "full battery" if tests == BATTERY else f"{len(tests)} tests"
        goal = goals.get(label.split("==", maxsplit=1)[0]) if tests == BATTERY else None
        work = partial(study, c, tests)
        times = as_long_as(rival, work)
        a, b = (mine, repeated(work, times)), (label, rival)
        return _per_pair(title, a, b, times * pairs / share, goal, share, rounds)

    out = [
        against(BATTERY, "numpy", lambda: numpy_loop(c, fewer), fewer),
        against(BATTERY, "statsmodels", lambda: statsmodels_loop(c, fewer // 2), fewer // 2),
    ]
    for rival in RIVALS:
        share = min(pairs, rival.share)
        with worker(rival, c.panel, c.rows, c.cols) as work:
            if work is None:
                continue
            ours = caar(c, share)
            if abs(work(share) - ours) > 1e-3 * abs(ours):
                raise AssertionError(f"{rival.package} studies something else: {work(share)}")
            for tests in (BATTERY, EVERY) if rival is RIVALS[0] else (BATTERY,):
                asked = partial(work, share)
                out.append(against(tests, rival.label, asked, share, rival.rounds))
    return out


def caar(c: Case, pairs: int) -> float:
    """Mean CAR of the first pairs, for comparison."""
    fits = estimate(c.panel, c.rows[:pairs], c.cols[:pairs], c.factors[:pairs], DESIGN)
    return float(effects(fits, -10, -10, 10).car.mean())


def _per_pair(
    name: str,
    a: tuple[str, Callable[[], object]],
    b: tuple[str, Callable[[], object]],
    factor: float,
    goal: float | None,
    share: int,
    rounds: int,
) -> Ratio:
    """B/A per pair, where B ran on `share` pairs and A on `factor` times as many."""
    ratio = compare(name, a, b, rounds=rounds, smaller_is_better=False)
    return replace(
        ratio, median=ratio.median * factor, low=ratio.low * factor, high=ratio.high * factor,
        goal=goal, note=f"{b[0]} ran {share} pairs; the ratio is per pair",
    )  # fmt: skip


def placebo_ratio(tickers: int, sessions: int) -> Ratio:
    """10,000 draws of a study of 40 dates against one study over all (ticker, day) pairs."""
    c = case(tickers, sessions, 40, tickers)
    days = np.arange(sessions)

    def all_days() -> list[object]:
        return [
            effects(
                estimate(
                    c.panel, days, np.full(sessions, q), np.full((sessions, 1), tickers), DESIGN
                ),
                -10, 0, 0,
            )
            for q in range(tickers)
        ]  # fmt: skip

    def with_draws() -> object:
        fits = [
            estimate(c.panel, days, np.full(sessions, q), np.full((sessions, 1), tickers), DESIGN)
            for q in range(tickers)
        ]
        table = PlaceboTable(fits, -10, np.zeros((tickers, sessions), dtype=bool), 100, 60)
        groups = [np.arange(tickers)] * 40
        return table.draw(groups, 0, 0, 10_000, np.random.default_rng(0))

    return compare(
        f"placebo, {tickers} tickers × {sessions} days",
        ("table and 10,000 draws of 40 dates", with_draws),
        ("one study over all (ticker, day) pairs", all_days),
        rounds=7,
        goal=5.0,
    )


def accuracy() -> list[Ratio]:
    """Largest relative error of s² against a two-pass fit in long double."""
    rng = np.random.default_rng(7)
    out = []
    for name, spread in (("ordinary stock", 2e-2), ("tracker, residual sd 1e-7", 1e-7)):
        market = rng.normal(0, 0.01, (200, 120))
        y = 1e-4 + market + spread * rng.normal(size=market.shape)
        fits = least_squares(Rows(y, market[:, None, :], y[:, :1], market[:, None, :1]))
        exact = _long_double_variance(y, market)
        errors = np.abs(fits.sigma2 - exact) / exact
        out.append(
            Ratio(
                name=f"s² of a {name}",
                a="float64, relative error",
                b="long double",
                median=float(np.median(errors)),
                low=float(errors.min()),
                high=float(errors.max()),
                rounds=len(errors),
                goal=1e-9,
                note=f"largest relative error {errors.max():.1e} of 200 fits",
            )
        )
    return out


def _long_double_variance(y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    wide_y, wide_x = y.astype(np.longdouble), x.astype(np.longdouble)
    dy = wide_y - wide_y.mean(axis=1, keepdims=True)
    dx = wide_x - wide_x.mean(axis=1, keepdims=True)
    beta = (dx * dy).sum(axis=1) / (dx * dx).sum(axis=1)
    resid = dy - beta[:, None] * dx
    return np.asarray((resid * resid).sum(axis=1) / (y.shape[1] - 2), dtype=float)


def run() -> list[Ratio]:
    """Everything, in one process."""
    return [
        *against_others("S", case(4, 504, 40, 4), {"eventstudy": 25.0}),
        *against_others("M", case(500, 2520, 200, 50), {"eventstudy": 80.0, "numpy": 4.0}),
        placebo_ratio(4, 504),
        placebo_ratio(20, 2520),
        *accuracy(),
    ]
