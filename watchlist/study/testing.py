"""Tests over several pairs: samples are cut from the study, tests run, warnings written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.study import dates, power
from watchlist.study.design import StudyDesign
from watchlist.study.groups import Group
from watchlist.study.models import Fits
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Panel
from watchlist.study.placebo import PlaceboTable
from watchlist.study.sample import Outcome, Sample
from watchlist.study.significance import VARIANCE_JUMP, tests_named
from watchlist.study.windows import Effects, day_errors

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TEST_SCHEMA = {
    "scope": pl.String,
    "value": pl.String,
    "first_day": pl.Int16,
    "last_day": pl.Int16,
    "test": pl.String,
    "headline": pl.Boolean,
    "n": pl.Int32,
    "dates": pl.Int32,
    "estimate": pl.Float64,
    "se": pl.Float64,
    "statistic": pl.Float64,
    "df": pl.Float64,
    "p": pl.Float64,
    "p_holm": pl.Float64,
    "p_bh": pl.Float64,
    "r_bar": pl.Float64,
    "variance_ratio": pl.Float64,
    "mde": pl.Float64,
    "share_positive": pl.Float64,
    "warning": pl.String,
}


@dataclass(frozen=True)
class Study:
    """A study after estimation: what tests and frames are made from."""

    design: StudyDesign
    panel: Panel
    pairs: Pairs
    fits: Fits
    windows: list[Effects]
    series: Ints
    """(P,) each pair's series in the placebo table."""
    placebo: PlaceboTable


def make_sample(study: Study, effect: Effects, members: Ints) -> Sample:
    """The sample of some pairs over one window; trailing days that nobody has yet are cut."""
    first = study.design.event_days[0]
    span = slice(effect.first - first, effect.last - first + 1)
    ar = study.fits.ar[members, span]
    there = np.flatnonzero(np.isfinite(ar).any(axis=0))
    ar = ar[:, : there[-1] + 1] if len(there) else ar
    return Sample(
        ar=ar,
        tested=slice(None),
        car=effect.car[members],
        se=effect.se[members],
        scar=effect.scar[members],
        resid=study.fits.resid[members],
        sigma=study.fits.sigma[members],
        observations=study.fits.observations[members],
        parameters=study.fits.parameters,
        dates=study.pairs.rows[members],
        convention=study.design.correlation,
        draws=study.design.draws,
        seed=study.design.seed,
    )


def day_samples(study: Study, effect: Effects, members: Ints) -> list[Sample]:
    """One sample a day of the window, for tests of AAR; ranks are over the whole window."""
    first = study.design.event_days[0]
    span = slice(effect.first - first, effect.last - first + 1)
    ar = study.fits.ar[members, span]
    se = day_errors(study.fits)[members, span]
    whole = make_sample(study, effect, members)
    return [
        Sample(
            ar=ar,
            tested=slice(day, day + 1),
            car=ar[:, day],
            se=se[:, day],
            scar=ar[:, day] / se[:, day],
            resid=whole.resid,
            sigma=whole.sigma,
            observations=whole.observations,
            parameters=whole.parameters,
            dates=whole.dates,
            convention=whole.convention,
            draws=whole.draws,
            seed=whole.seed,
        )
        for day in range(ar.shape[1])
    ]


def test_groups(study: Study, groups: list[Group], tests: str | tuple[str, ...]) -> pl.DataFrame:
    """Every test of every group and window, with the columns of study_tests but the adjusted p."""
    rows = [
        row
        for group in groups
        for effect in study.windows
        for row in _window_rows(study, group, effect, tests)
    ]
    return pl.DataFrame(rows, schema=TEST_SCHEMA, orient="row")


class _Line(NamedTuple):
    """One test of one group and window."""

    test: str
    headline: bool
    outcome: Outcome
    mde: float = math.nan
    warnings: tuple[str | None, ...] = ()


def _window_rows(
    study: Study, group: Group, effect: Effects, tests: str | tuple[str, ...]
) -> list[tuple[object, ...]]:
    members, note = _testable(group, effect)
    if not len(members):
        return []
    sample = make_sample(study, effect, members)
    over_dates = group.scope != "event"
    lines = _sample_lines(sample, tests, headline=not over_dates)
    if over_dates:
        lines += [
            _drawn_placebo(study, sample, members, effect),
            *_date_lines(study, sample, effect),
        ]
    else:
        lines.append(_exact_placebo(study, sample, members, effect))
    r_bar = sample.correlation.r_bar if sample.correlation.compared else None
    return [
        (
            group.scope, group.value, effect.first, effect.last, line.test, line.headline,
            sample.n, len(np.unique(sample.dates)), *(_known(v) for v in line.outcome[:5]),
            None, None, r_bar, _known(sample.variance_ratio), _known(line.mde),
            float((sample.car > 0).mean()),
            "; ".join(w for w in (*line.warnings, line.outcome.note, note) if w) or None,
        )
        for line in lines
    ]  # fmt: skip


def _sample_lines(sample: Sample, tests: str | tuple[str, ...], *, headline: bool) -> list[_Line]:
    """The tests of the registry."""
    return [
        _Line(
            test.name,
            test.headline and headline,
            test.apply(sample),
            power.mde_kp(sample.se, sample.correlation.inflating)
            if test.name == "kp"
            else math.nan,
            tuple(test.warnings(sample)),
        )
        for test in tests_named(tests)
    ]


def _exact_placebo(study: Study, sample: Sample, members: Ints, effect: Effects) -> _Line:
    """The rank of the mean SCAR of one date's pairs among their mean SCARs on other dates."""
    statistic = float(sample.scar.mean())
    rank = study.placebo.portfolio_rank(
        study.series[members], statistic, effect.first, effect.first + sample.length - 1
    )
    warnings = []
    if math.isfinite(rank.p) and rank.p <= rank.floor * (1 + 1e-9):
        warnings.append(f"p is at its floor: none of {rank.days} placebo days was as extreme")
    if sample.variance_ratio > VARIANCE_JUMP:
        warnings.append(
            f"the event raised the variance {sample.variance_ratio:.1f}-fold; ranks among "
            "ordinary days then reject too often"
        )
    outcome = _outcome(float(sample.car.mean()), statistic, rank.p, rank.note)
    return _Line("placebo", True, outcome, warnings=tuple(warnings))


def _drawn_placebo(study: Study, sample: Sample, members: Ints, effect: Effects) -> _Line:
    """The mean over dates of the date's mean SCAR against draws that move every date."""
    series = study.series[members]
    _, which = np.unique(sample.dates, return_inverse=True)
    groups = [series[which == g] for g in range(int(which.max()) + 1)]
    _, means = dates.date_means(sample.scar, sample.dates)
    statistic, estimate = float(means.mean()), float(sample.car.mean())
    if study.placebo.why_none is not None:
        return _Line(
            "placebo", False, _outcome(estimate, statistic, math.nan, study.placebo.why_none)
        )
    rng = np.random.default_rng(study.design.seed)
    draws = study.placebo.draw(groups, effect.first, effect.last, study.design.draws, rng)
    if not np.isfinite(draws).all():
        note = "a date has no placebo days"
        return _Line("placebo", False, _outcome(estimate, statistic, math.nan, note))
    hits = int((np.abs(draws) >= abs(statistic) * (1 - 1e-12)).sum())
    p = (1 + hits) / (1 + len(draws))
    floor = f"p is at its floor: none of {len(draws)} draws was as extreme" if not hits else None
    return _Line("placebo", False, _outcome(estimate, statistic, p, floor))


def _date_lines(study: Study, sample: Sample, effect: Effects) -> list[_Line]:
    """Ibragimov-Müller and sign-flips over the means of dates: the headline over several dates."""
    days, means = dates.date_means(sample.car, sample.dates)
    near = int((np.diff(np.sort(days)) < effect.length).sum())
    crowd = f"{near} of {len(days)} dates follow within the window of another" if near else None
    flips = dates.sign_flips(means, seed=study.design.seed, draws=study.design.draws)
    return [
        _Line(test.test, True, Outcome(*_date_values(test)), mde, (crowd, test.warning))
        for test, mde in (
            (dates.ibragimov_mueller(means), power.mde_dates(means)),
            (flips, power.mde_sign_flips(means)),
        )
    ]


def _date_values(test: dates.DateTest) -> tuple[float, float, float, float, float]:
    return test.estimate, test.se, test.statistic, test.df, test.p


def _outcome(estimate: float, statistic: float, p: float, note: str | None) -> Outcome:
    return Outcome(estimate, math.nan, statistic, math.nan, p, note)


def _testable(group: Group, effect: Effects) -> tuple[Ints, str | None]:
    """Members with a whole window; on one date, those that have as many days as the best."""
    days = effect.days[group.members]
    most = effect.length if group.scope != "event" else int(days.max())
    good = (days == most) & (days > 0) & np.isfinite(effect.scar[group.members])
    notes = []
    if most < effect.length:
        notes.append(f"{most} of {effect.length} days so far")
    if not good.all():
        notes.append(f"{int((~good).sum())} pairs without the whole window are left out")
    return group.members[good], "; ".join(notes) or None


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
