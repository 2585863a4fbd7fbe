"""How often does each test cry wolf on *these* stocks, windows and dates, and what does it find?

The study's own design is moved to days on which nothing is known to have happened: every event date
becomes a random other session, its targets stay together, so that clustering, correlation, heavy
tails and missing bars are those of the user's panel. Whatever a test then rejects at 5 % beyond
5 % is its error. An effect planted on day 0 of the same draws gives its power.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.errors import StudyError, nearest
from watchlist.study.controls import Peers, as_panel, everyone_else, prepare
from watchlist.study.dates import date_means, ibragimov_mueller, sign_flips
from watchlist.study.design import StudyDesign, Window
from watchlist.study.pairs import Pairs, event_rows, make_pairs
from watchlist.study.panel import Panel
from watchlist.study.quiet import Draw, QuietTable, estimable, quiet_table
from watchlist.study.sample import Sample
from watchlist.study.significance import TESTS, tests_named
from watchlist.study.single import sample_quantile
from watchlist.study.tails import student_p

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Step = Callable[[int, int, str], None]
Scope = Literal["event", "all"]

NOMINAL = 0.05
PLACEBO_DRAWS = 1_999

LARGEST_PLANTED = 3.0
"""The largest jumps of real miners are below it; beyond it somebody wrote percent."""

REPORT_TESTS = ("placebo", "ibragimov-mueller", "sign-flip")
"""Tests of the report beside the registry's."""
PAIR_TESTS = ("pair-t", "pair-sq")
"""Tests of one pair, calibrated on the first pair of each draw."""

NOT_CALIBRATED = {
    "garch": "one fit a session and security by numerical optimisation takes hours",
    "egarch": "one fit a session and security by numerical optimisation takes hours",
    "synthetic-control": "its donors change with every event",
}

SCHEMA = {
    "scope": pl.String,
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
    """scope ("event": the targets of one event date; "all": the whole design), test, setting
    ("null" or "planted +5%"), first_day, last_day, n (pairs, median over repetitions), nominal,
    rejected (share of the repetitions in which the test could be made), repetitions."""
    null_p: dict[tuple[Scope, str, Window], Floats]
    """p-values of the null by scope, test and window, NaN where the test could not be made."""
    pairs: int
    dates: int
    quiet_days: int
    """Sessions that the least free event date can be moved to."""
    left_out: tuple[str, ...]
    """Event dates that are not in the calibration, and why."""


def calibrate(
    panel: Panel,
    pairs: Pairs,
    design: StudyDesign,
    *,
    scopes: Sequence[Scope] = ("event", "all"),
    tests: str | tuple[str, ...] = "all",
    windows: Sequence[Window] | None = None,
    planted: Sequence[float] = (0.05,),
    repetitions: int = 500,
    nominal: float = NOMINAL,
    step: Step | None = None,
) -> Calibration:
    """Measure size and power of the tests on the panel's own quiet days.

    Parameters
    ----------
    panel, pairs, design : as the study itself has them; days `mask_days` of the pairs' own events
        are nobody's quiet day
    scopes : "event" moves one event date, picked at random, and tests its targets; "all" moves
        every event date and tests all pairs together
    tests : "all", "headline", or names of the registry; those of `REPORT_TESTS` and `PAIR_TESTS`
        always run
    windows : default the design's
    planted : abnormal returns added to day 0 of every pair, fractions
    repetitions : random studies a scope; the standard error of a share p is √(p(1-p)/R)
    step : told after every repetition

    Pairs that the study itself could not estimate are not calibrated either, and a security counts
    once a date, however many events fall there.

    Raises
    ------
    StudyError
        No event date has the 40 quiet days that it needs; an unknown test or scope; a window or
        planted effect that cannot be.
    """
    for scope in scopes:
        if scope not in get_args(Scope):
            raise StudyError(f"no scope {scope!r}", nearest(scope, list(get_args(Scope))))
    if design.model in NOT_CALIBRATED:
        raise StudyError(
            f"model {design.model!r} is not calibrated: {NOT_CALIBRATED[design.model]}",
            "calibrate the market model on the same events",
        )
    for effect in planted:
        if not -1 < effect <= LARGEST_PLANTED:
            raise StudyError(f"no return is {effect:g}", "write a fraction: 0.05 for 5 %")
    # the design refuses windows that no study could have
    spans = replace(design, windows=tuple(windows)).windows if windows else design.windows
    names = tuple(test.name for test in tests_named(tests))
    shape = (len(panel.sessions), len(panel.symbols))
    busy = event_rows(pairs.rows, pairs.cols, shape, design.mask_days)
    masked = busy if design.overlap in ("mask", "joint") else None
    rng = np.random.default_rng(design.seed)
    table = quiet_table(
        panel, estimable(panel, pairs, design, masked), design, busy, masked, spans, rng
    )
    every = (*names, *REPORT_TESTS, *PAIR_TESTS)
    settings = [("null", 0.0), *((f"planted {effect:+.0%}", effect) for effect in planted)]
    frames, null_p = [], {}
    for number, scope in enumerate(scopes):

        def tell(done: int, before: int = number, what: str = scope) -> None:
            if step is not None:
                step(before * repetitions + done, len(scopes) * repetitions, f"scope {what}")

        found, sizes = _repeat(table, scope, names, spans, settings, repetitions, rng, tell)
        frames.append(_shares(scope, found, sizes, settings, spans, every, nominal))
        for w, span in enumerate(spans):
            for i, name in enumerate(every):
                null_p[scope, name, span] = found[0, w, i]
    return Calibration(
        table=pl.concat(frames),
        null_p=null_p,
        pairs=table.pairs,
        dates=len(table.clusters),
        quiet_days=min(len(pool) for pool in table.pools),
        left_out=tuple(table.left_out),
    )


def calibrate_study(
    returns: pl.DataFrame | Panel,
    events: pl.DataFrame,
    design: StudyDesign,
    *,
    sectors: Mapping[str, str] | None = None,
    peers: Peers | None = None,
    factors: pl.DataFrame | None = None,
    **options: Any,
) -> Calibration:
    """`calibrate` on frames, as `event_study` takes them; `options` are those of `calibrate`."""
    panel = as_panel(returns, factors, design)
    known = everyone_else(panel, events, sectors or {}, design) if peers is None else peers
    panel, own = prepare(panel, events, design, sectors or {}, known)
    pairs, _ = make_pairs(panel, events, design, own)
    return calibrate(panel, pairs, design, **options)


def _repeat(
    table: QuietTable,
    scope: Scope,
    names: tuple[str, ...],
    spans: tuple[Window, ...],
    settings: list[tuple[str, float]],
    repetitions: int,
    rng: np.random.Generator,
    tell: Callable[[int], None],
) -> tuple[Floats, Floats]:
    """(settings, windows, tests, repetitions) p-values and (repetitions,) pairs."""
    count = len(names) + len(REPORT_TESTS) + len(PAIR_TESTS)
    found = np.full((len(settings), len(spans), count, repetitions), np.nan)
    sizes = np.empty(repetitions)
    drawn = [_drawn_means(table, w, rng) for w in range(len(spans))] if scope == "all" else []
    for repetition in range(repetitions):
        draw = table.draw_all(rng) if scope == "all" else table.draw_event(rng)
        sizes[repetition] = len(draw.rows)
        for w, span in enumerate(spans):
            placebo = drawn[w] if scope == "all" else _other_days(table, draw, w)
            quiet = table.sample(draw, w)
            for s, (_, effect) in enumerate(settings):
                sample = _plant(quiet, span, effect)
                found[s, w, :, repetition] = _p_values(sample, names, placebo)
        tell(repetition + 1)
    return found, sizes


def _drawn_means(table: QuietTable, window: int, rng: np.random.Generator) -> Floats:
    """(B,) mean over dates of the date's mean SCAR: what the placebo test ranks among."""
    total = np.zeros(PLACEBO_DRAWS)
    for cluster in range(len(table.clusters)):
        means = table.means(cluster, window)
        total += means[rng.integers(0, len(means), PLACEBO_DRAWS)]
    return total / len(table.clusters)


def _other_days(table: QuietTable, draw: Draw, window: int) -> Floats:
    """Mean SCARs of the drawn event date on all its other quiet days."""
    cluster = int(draw.clusters[0])
    others: Floats = table.means(cluster, window)[table.pools[cluster] != draw.days[0]]
    return others


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
        if len(means) > 1:
            p += [ibragimov_mueller(means).p, sign_flips(means, seed=sample.seed, draws=999).p]
        else:
            p += [np.nan, np.nan]
        p.append(float(student_p(sample.scar[0], sample.observations[0] - sample.parameters)))
        tested = sample.ar[0]
        p.append(sample_quantile(sample.resid[0], tested[np.isfinite(tested)]).p)
    return p


def _shares(
    scope: Scope,
    found: Floats,
    sizes: Floats,
    settings: list[tuple[str, float]],
    spans: tuple[Window, ...],
    names: tuple[str, ...],
    nominal: float,
) -> pl.DataFrame:
    rows = []
    for s, (setting, _) in enumerate(settings):
        for w, (first, last) in enumerate(spans):
            for i, name in enumerate(names):
                p = found[s, w, i]
                made = np.isfinite(p)
                if not made.any():
                    continue
                n = 1 if name in PAIR_TESTS else int(np.median(sizes[made]))
                share = float(np.mean(p[made] <= nominal + 1e-12))
                rows.append((scope, name, setting, first, last, n, nominal, share, int(made.sum())))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
