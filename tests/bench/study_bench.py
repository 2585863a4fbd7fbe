"""The event study against the fastest package of PyPI, naive loops, its own floor, and long double.

Returns lie in memory before anything is timed. "Full battery" is AR, SAR, CAR and the tests of the
closest peer with a full battery (Patell, BMP, KP, rank, generalized sign, GRANK); "16 tests" is
every test of the registry but the wild bootstrap, which costs what its draws cost.
`eventstudy` computes t only; it runs in a worker process of its own environment, which is made
beside this file's results on the first run and left out when it cannot be had.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import statsmodels.api as sm
from numpy.typing import NDArray

from tests.bench.pairs import Ratio, compare
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
PACKAGE = "eventstudy==0.1a12"
SAMPLED = 800
"""Pairs that the slow contestants are timed on; their time is per pair."""

WORKER = """\
import sys
import numpy as np
from eventstudy import Multiple, Single
Single.import_returns(sys.argv[1])
events = [line.strip().split(",") for line in open(sys.argv[2])]
events = [(ticker, np.datetime64(day)) for ticker, day in events]
print("ready", flush=True)
for line in sys.stdin:
    Multiple(
        [
            Single.market_model(
                security_ticker=ticker, market_ticker="MKT", event_date=day,
                event_window=(-10, 10), estimation_size=120, buffer_size=1,
            )
            for ticker, day in events[: int(line)]
        ],
        None,
    )
    print("done", flush=True)
"""
"""As its documentation has it: returns imported once, `Single.market_model`, then `Multiple`."""


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
    """Several runs as one piece of work: short ones are timed as long as their rival."""

    def run() -> object:
        for _ in range(times):
            work()
        return None

    return run


def against_others(name: str, c: Case, goals: dict[str, float | None]) -> list[Ratio]:
    """Full battery of the case against each rival, in pairs per second."""
    pairs = len(c.rows)
    fewer = min(SAMPLED, pairs)
    times = 10 if pairs < 1_000 else 1
    title = f"{name}: {pairs} pairs"

    def mine(tests: tuple[str, ...]) -> Callable[[], object]:
        return repeated(lambda: study(c, tests), times)

    out = []
    with eventstudy_worker(c) as worker:
        rivals: list[tuple[str, Callable[[], object], int, float | None]] = [
            ("numpy lstsq loop, t only", lambda: numpy_loop(c, fewer), fewer, goals.get("numpy")),
            (
                "statsmodels loop, t only", lambda: statsmodels_loop(c, fewer // 2), fewer // 2,
                None,
            ),
        ]  # fmt: skip
        if worker is not None:
            rivals.append((f"{PACKAGE}, t only", lambda: worker(fewer), fewer, goals["eventstudy"]))
        for label, rival, share, goal in rivals:
            out.append(_per_pair(title, ("full battery", mine(BATTERY)), (label, rival),
                                 times * pairs / share, goal, share))  # fmt: skip
        label, rival, share, _ = rivals[-1]
        out.append(_per_pair(title, (f"{len(EVERY)} tests", mine(EVERY)), (label, rival),
                             times * pairs / share, None, share))  # fmt: skip
    return out


def _per_pair(
    name: str,
    a: tuple[str, Callable[[], object]],
    b: tuple[str, Callable[[], object]],
    factor: float,
    goal: float | None,
    share: int,
) -> Ratio:
    """B/A per pair, where B ran on `share` pairs and A on `factor` times as many."""
    ratio = compare(name, a, b, rounds=7, smaller_is_better=False)
    return replace(
        ratio, median=ratio.median * factor, low=ratio.low * factor, high=ratio.high * factor,
        goal=goal, note=f"{b[0]} ran {share} pairs; the ratio is per pair",
    )  # fmt: skip


@contextmanager
def eventstudy_worker(c: Case) -> Iterator[Callable[[int], object] | None]:
    """A process that runs `eventstudy` on as many of the pairs as it is told; None without it."""
    python = _environment()
    if python is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        returns, events = Path(folder) / "returns.csv", Path(folder) / "events.csv"
        frame = pl.DataFrame(
            {"date": c.panel.sessions, **dict(zip(c.panel.symbols, c.panel.returns.T, strict=True))}
        )
        frame.write_csv(returns)
        pairs = zip(c.cols, c.rows, strict=True)
        events.write_text(
            "\n".join(f"{c.panel.symbols[col]},{c.panel.sessions[row]}" for col, row in pairs)
        )
        script = Path(folder) / "worker.py"
        script.write_text(WORKER, encoding="utf-8")
        with subprocess.Popen(
            [str(python), "-W", "ignore", str(script), str(returns), str(events)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                yield None
                return

            def work(pairs: int) -> object:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(f"{pairs}\n")
                process.stdin.flush()
                if process.stdout.readline().strip() != "done":
                    raise RuntimeError("the worker of eventstudy ended")
                return None

            yield work
            process.stdin.close()


def _environment() -> Path | None:
    """The Python that has `eventstudy`: numpy, scipy and statsmodels are those of this run."""
    folder = Path(__file__).parent / ".eventstudy"
    python = folder / "bin" / "python"
    if not python.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            site = next(folder.glob("lib/python*/site-packages"))
            (site / "shared.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
            install = [str(python), "-m", "pip", "install", "--quiet"]
            subprocess.run([*install, "matplotlib"], check=True, capture_output=True)
            subprocess.run([*install, "--no-deps", PACKAGE], check=True, capture_output=True)
        except (subprocess.CalledProcessError, StopIteration):
            print(f"{PACKAGE} cannot be had; that comparison is left out", file=sys.stderr)
            return None
    return python


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
        *against_others("S", case(4, 504, 40, 4), {"eventstudy": 25.0, "numpy": None}),
        *against_others("M", case(500, 2520, 200, 50), {"eventstudy": 80.0, "numpy": 4.0}),
        placebo_ratio(4, 504),
        placebo_ratio(20, 2520),
        *accuracy(),
    ]
