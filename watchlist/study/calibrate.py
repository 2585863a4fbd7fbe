"""How often does each test cry wolf on *these* stocks, windows and dates, and what does it find?

The study's own design is moved to days on which nothing is known to have happened: every event date
becomes a random other session, its targets stay together, so that clustering, correlation, heavy
tails and missing bars are those of the user's panel. Whatever a test then rejects at 5 % beyond
5 % is its error. An effect planted on day 0 of the same draws gives its power.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.errors import StudyError
from watchlist.study.dates import date_means, ibragimov_mueller, sign_flips
from watchlist.study.design import StudyDesign, Window
from watchlist.study.estimate import estimate
from watchlist.study.models import Fits
from watchlist.study.overlap import event_rows
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Panel
from watchlist.study.sample import Sample
from watchlist.study.significance import TESTS, tests_named
from watchlist.study.single import sample_quantile
from watchlist.study.tails import student_p
from watchlist.study.windows import Effects, effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Step = Callable[[int, int, str], None]

NOMINAL = 0.05
LEAST_DAYS = 40
"""Quiet days that an event date needs to be moved among."""
BUDGET = 40_000_000
"""Residuals kept in memory at once; a larger panel is calibrated on a random part of its days."""
BOOTSTRAP_DRAWS = 499
PLACEBO_DRAWS = 1_999

PORTFOLIO_TESTS = ("placebo", "ibragimov-mueller", "sign-flip")
"""Tests of the report beside the registry's."""
PAIR_TESTS = ("pair-t", "pair-sq")
"""Tests of one pair, calibrated on the first pair of each draw."""

SCHEMA = {
    "test": pl.String,
    "setting": pl.String,
    "first_day": pl.Int16,
    "last_day": pl.Int16,
    "n": pl.Int32,
    "nominal": pl.Float64,
    "rejected": pl.Float64,
    "repetitions": pl.Int32,
}


@dataclass(frozen=True)
class Calibration:
    """Measured size and power of every test."""

    table: pl.DataFrame
    """test, setting ("null" or "planted +5%"), first_day, last_day, n (pairs), nominal, rejected
    (share of the repetitions in which the test could be made), repetitions."""
    null_p: dict[tuple[str, Window], Floats]
    """p-values of the null by test and window, NaN where the test could not be made."""
    pairs: int
    dates: int
    quiet_days: int
    """Sessions that the least free event date can be moved to."""


def test_names() -> tuple[str, ...]:
    """Everything that is calibrated, headline first."""
    return (*TESTS, *PORTFOLIO_TESTS, *PAIR_TESTS)


def calibrate(
    panel: Panel,
    pairs: Pairs,
    design: StudyDesign,
    *,
    tests: str | tuple[str, ...] = "all",
    windows: Sequence[Window] | None = None,
    planted: Sequence[float] = (0.05,),
    repetitions: int = 500,
    nominal: float = NOMINAL,
    avoid: Bools | None = None,
    step: Step | None = None,
) -> Calibration:
    """Measure size and power of the tests on the panel's own quiet days.

    Parameters
    ----------
    panel, pairs, design : as the study itself has them
    tests : "all", "headline", or names of the registry; the tests of `PORTFOLIO_TESTS` and
        `PAIR_TESTS` always run
    windows : default the design's
    planted : abnormal returns added to day 0 of every pair, fractions
    repetitions : draws of the whole design; the standard error of a share p is √(p(1-p)/R)
    avoid : (T, S) sessions that are nobody's quiet day; default days `mask_days` of the pairs'
        own events. Masked out of estimation, and out of the windows of drawn days.
    step : told after every repetition

    Raises
    ------
    StudyError
        An event date has fewer than 40 quiet days to go to.
    """
    spans = tuple(design.windows if windows is None else windows)
    names = tuple(test.name for test in tests_named(tests))
    shape = (len(panel.sessions), len(panel.symbols))
    busy = event_rows(pairs.rows, pairs.cols, shape, design.mask_days) if avoid is None else avoid
    rng = np.random.default_rng(design.seed)
    table = _quiet_table(panel, pairs, design, busy, spans, rng)
    settings = [("null", 0.0), *((f"planted {effect:+.0%}", effect) for effect in planted)]
    everything = (*names, *PORTFOLIO_TESTS, *PAIR_TESTS)
    found = np.full((len(settings), len(spans), len(everything), repetitions), np.nan)
    reference = [table.portfolio_draws(w, rng) for w in range(len(spans))]
    for repetition in range(repetitions):
        chosen, dates = table.draw(rng)
        for w, span in enumerate(spans):
            quiet = table.sample(chosen, dates, w, design)
            for s, (_, effect) in enumerate(settings):
                sample = _plant(quiet, span, effect)
                found[s, w, :, repetition] = _p_values(sample, names, reference[w])
        if step is not None:
            step(repetition + 1, repetitions, "random quiet dates")
    return Calibration(
        table=_share_rejected(found, settings, spans, everything, nominal, len(pairs)),
        null_p={
            (name, span): found[0, w, i]
            for w, span in enumerate(spans)
            for i, name in enumerate(everything)
        },
        pairs=len(pairs),
        dates=len(table.clusters),
        quiet_days=min(len(pool) for pool in table.pools),
    )


@dataclass
class _QuietTable:
    """Fits of every security on every quiet day: a draw is an index."""

    fits: Fits
    """Q·D pairs: series q on quiet day d at q·D + d."""
    effects: list[Effects]
    """One a window."""
    days: Ints
    """(D,) session rows."""
    clusters: list[Ints]
    """For each event date the series (q) of its pairs."""
    pools: list[Ints]
    """For each event date the quiet days (d) that all its pairs can be moved to."""
    first_day: int

    def draw(self, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """A distinct quiet day for each event date: table rows and session rows of all pairs."""
        days = np.array([rng.choice(pool) for pool in self.pools])
        for _ in range(50):
            _, first = np.unique(days, return_index=True)
            again = np.setdiff1d(np.arange(len(days)), first)
            if not len(again):
                break
            days[again] = [rng.choice(self.pools[g]) for g in again]
        width = len(self.days)
        rows = np.concatenate([qs * width + d for qs, d in zip(self.clusters, days, strict=True)])
        sessions = np.repeat(self.days[days], [len(qs) for qs in self.clusters])
        return rows, sessions

    def sample(self, rows: Ints, dates: Ints, window: int, design: StudyDesign) -> Sample:
        """The drawn pairs as the tests see them."""
        effect = self.effects[window]
        span = slice(effect.first - self.first_day, effect.last - self.first_day + 1)
        return Sample(
            ar=self.fits.ar[rows, span],
            tested=slice(None),
            car=effect.car[rows],
            se=effect.se[rows],
            scar=effect.scar[rows],
            resid=self.fits.resid[rows],
            sigma=self.fits.sigma[rows],
            observations=self.fits.observations[rows],
            parameters=self.fits.parameters,
            dates=dates,
            convention=design.correlation,
            draws=BOOTSTRAP_DRAWS,
            seed=design.seed,
        )

    def portfolio_draws(self, window: int, rng: np.random.Generator) -> Floats:
        """(B,) mean over dates of the date's mean SCAR: what the placebo test ranks among."""
        scar = self.effects[window].scar.reshape(-1, len(self.days))
        total = np.zeros(PLACEBO_DRAWS)
        for qs, pool in zip(self.clusters, self.pools, strict=True):
            means = scar[np.ix_(qs, pool)].mean(axis=0)
            total += means[rng.integers(0, len(pool), PLACEBO_DRAWS)]
        return total / len(self.clusters)


def _quiet_table(
    panel: Panel,
    pairs: Pairs,
    design: StudyDesign,
    busy: Bools,
    spans: Sequence[Window],
    rng: np.random.Generator,
) -> _QuietTable:
    series, of_pair = np.unique(
        np.column_stack([pairs.cols, pairs.factors]), axis=0, return_inverse=True
    )
    of_pair = of_pair.ravel()
    days = np.arange(len(panel.sessions))
    most = max(BUDGET // (len(series) * design.estimation_length), 2 * LEAST_DAYS)
    if len(days) > most:
        days = np.sort(rng.choice(days, most, replace=False))
    fits = estimate(
        panel,
        np.tile(days, len(series)),
        np.repeat(series[:, 0], len(days)),
        np.repeat(series[:, 1:], len(days), axis=0),
        design,
        busy if design.overlap in ("mask", "joint") else None,
    )
    first_day, last_day = design.event_days
    at = days[:, None] + np.arange(first_day, last_day + 1)
    inside = (at >= 0) & (at < len(panel.sessions))
    flags = busy.T[:, np.clip(at, 0, len(panel.sessions) - 1)] & inside  # (S, D, E)
    hit = flags[series[:, 0]].reshape(fits.ar.shape)
    fits = replace(fits, ar=np.where(hit, np.nan, fits.ar))
    windows = [effects(fits, first_day, first, last) for first, last in spans]
    sound = (fits.observations >= design.min_observations) & ~hit[:, -first_day]
    for window in windows:
        sound &= (2 * window.days >= window.length) & np.isfinite(window.scar)
    usable = sound.reshape(len(series), len(days))
    clusters, pools = [], []
    for row in np.unique(pairs.rows):
        qs = of_pair[pairs.rows == row]
        pool = np.flatnonzero(usable[qs].all(axis=0))
        if len(pool) < LEAST_DAYS:
            names = ", ".join(sorted({panel.symbols[series[q, 0]] for q in qs}))
            raise StudyError(
                f"the event of {panel.sessions[row]} ({names}) has {len(pool)} quiet days to be "
                f"moved to, calibration needs {LEAST_DAYS}",
                "use a longer panel, shorter windows, or leave that event out",
            )
        clusters.append(qs)
        pools.append(pool)
    return _QuietTable(fits, windows, days, clusters, pools, first_day)


def _plant(sample: Sample, span: Window, effect: float) -> Sample:
    """The same sample with an effect on day 0 of every pair."""
    if effect == 0.0 or not span[0] <= 0 <= span[1]:
        return sample
    ar = sample.ar.copy()
    ar[:, -span[0]] += effect
    car = sample.car + effect
    return replace(sample, ar=ar, car=car, scar=car / sample.se)


def _p_values(sample: Sample, names: tuple[str, ...], placebo: Floats) -> list[float]:
    with np.errstate(divide="ignore", invalid="ignore"):
        p = [TESTS[name].apply(sample).p for name in names]
        _, standardized = date_means(sample.scar, sample.dates)
        bar = abs(float(standardized.mean())) * (1 - 1e-12)
        p.append((1 + int((np.abs(placebo) >= bar).sum())) / (1 + len(placebo)))
        _, means = date_means(sample.car, sample.dates)
        p += [ibragimov_mueller(means).p, sign_flips(means, seed=sample.seed, draws=999).p]
        p.append(float(student_p(sample.scar[0], sample.observations[0] - sample.parameters)))
        tested = sample.ar[0, sample.tested]
        p.append(sample_quantile(sample.resid[0], tested[np.isfinite(tested)]).p)
    return p


def _share_rejected(
    found: Floats,
    settings: Sequence[tuple[str, float]],
    spans: Sequence[Window],
    names: tuple[str, ...],
    nominal: float,
    pairs: int,
) -> pl.DataFrame:
    rows = []
    for s, (setting, _) in enumerate(settings):
        for w, (first, last) in enumerate(spans):
            for i, name in enumerate(names):
                p = found[s, w, i]
                made = np.isfinite(p)
                if not made.any():
                    continue
                n = 1 if name in PAIR_TESTS else pairs
                share = float(np.mean(p[made] <= nominal + 1e-12))
                rows.append((name, setting, first, last, n, nominal, share, int(made.sum())))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
