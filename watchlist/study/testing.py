"""Tests over several pairs: samples are cut from the study, tests run, warnings written."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
from watchlist.study.sample import Sample
from watchlist.study.significance import tests_named
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
    """Every test of every group and window; p adjusted within a scope, window and test."""
    rows: list[tuple[object, ...]] = []
    for group in groups:
        for effect in study.windows:
            rows += _test_window(study, group, effect, tests)
    frame = pl.DataFrame(rows, schema=TEST_SCHEMA, orient="row")
    from watchlist.study.adjust import adjust_within

    return adjust_within(frame, "p", ["scope", "first_day", "last_day", "test"])


def _test_window(
    study: Study, group: Group, effect: Effects, tests: str | tuple[str, ...]
) -> list[tuple[object, ...]]:
    members, note = _testable(group, effect)
    if not len(members):
        return []
    sample = make_sample(study, effect, members)
    distinct = len(np.unique(sample.dates))
    over_dates = group.scope != "event"
    common = _Common(
        r_bar=sample.correlation.r_bar if sample.correlation.compared else None,
        variance_ratio=_known(sample.variance_ratio),
        share_positive=float((sample.car > 0).mean()),
    )
    head = (group.scope, group.value, effect.first, effect.last)
    rows: list[tuple[object, ...]] = []

    def add(
        name: str,
        headline: bool,
        values: tuple[float, float, float, float, float],
        mde: float,
        warnings: list[str],
    ) -> None:
        text = "; ".join(part for part in [*warnings, note] if part) or None
        rows.append(
            (
                *head, name, headline, sample.n, distinct, *(_known(v) for v in values), None, None,
                common.r_bar, common.variance_ratio, _known(mde), common.share_positive, text,
            )
        )  # fmt: skip

    for test in tests_named(tests):
        out = test.apply(sample)
        warnings = [*test.warnings(sample), out.note or ""]
        mde = (
            power.mde_kp(sample.se, sample.correlation.inflating) if test.name == "kp" else math.nan
        )
        lead = test.headline and not over_dates
        add(test.name, lead, (out.estimate, out.se, out.statistic, out.df, out.p), mde, warnings)
    _add_placebo(study, sample, members, effect, over_dates, add)
    if over_dates:
        _add_date_tests(study, sample, effect, add)
    return rows


@dataclass(frozen=True)
class _Common:
    r_bar: float | None
    variance_ratio: float | None
    share_positive: float


def _add_placebo(study, sample, members, effect, over_dates, add) -> None:  # type: ignore[no-untyped-def]
    """The rank of the mean SCAR: exact on one date, drawn over several."""
    last = effect.first + sample.length - 1
    estimate = float(sample.car.mean())
    series = study.series[members]
    if not over_dates:
        statistic = float(sample.scar.mean())
        rank = study.placebo.portfolio_rank(series, statistic, effect.first, last)
        warnings = [rank.note or ""]
        if math.isfinite(rank.p) and rank.p <= rank.floor * (1 + 1e-9):
            warnings.append(f"p is at its floor: none of {rank.days} placebo days was as extreme")
        if sample.variance_ratio > 2.0:
            warnings.append(
                f"the event raised the variance {sample.variance_ratio:.1f}-fold; ranks among "
                "ordinary days then reject too often"
            )
        add("placebo", True, (estimate, math.nan, statistic, math.nan, rank.p), math.nan, warnings)
        return
    _, which = np.unique(sample.dates, return_inverse=True)
    groups = [series[which == g] for g in range(int(which.max()) + 1)]
    _, means = dates.date_means(sample.scar, sample.dates)
    statistic = float(means.mean())
    rng = np.random.default_rng(study.design.seed)
    draws = study.placebo.draw(groups, effect.first, effect.last, study.design.draws, rng)
    if np.isfinite(draws).all():
        hits = int((np.abs(draws) >= abs(statistic) * (1 - 1e-12)).sum())
        p, warnings = (1 + hits) / (1 + len(draws)), []
        if hits == 0:
            warnings.append(f"p is at its floor: none of {len(draws)} draws was as extreme")
    else:
        p, warnings = math.nan, ["a date has no placebo days"]
    add("placebo", False, (estimate, math.nan, statistic, math.nan, p), math.nan, warnings)


def _add_date_tests(study, sample, effect, add) -> None:  # type: ignore[no-untyped-def]
    """Ibragimov-Müller and sign-flips over the means of dates."""
    days, means = dates.date_means(sample.car, sample.dates)
    near = int((np.diff(np.sort(days)) < effect.length).sum())
    warnings = []
    if near:
        warnings.append(f"{near} of {len(days)} dates follow within the window of another")
    for test, mde in (
        (dates.ibragimov_mueller(means), power.mde_dates(means)),
        (
            dates.sign_flips(means, seed=study.design.seed, draws=study.design.draws),
            power.mde_sign_flips(means),
        ),
    ):
        values = (test.estimate, test.se, test.statistic, test.df, test.p)
        add(test.test, True, values, mde, [*warnings, test.warning or ""])


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
