"""Tests over several pairs: which are tested together, samples of them, and the rows of the table.

A group is an event's targets, a category, a mineral, all. A test of one day is the test of its
window [t, t]; ranks are then taken over the estimation rows and all days of the chart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from watchlist.errors import StudyError, nearest
from watchlist.study import dates, power
from watchlist.study.dates import Line, calendar_time, contrast_line, over_dates
from watchlist.study.design import StudyDesign
from watchlist.study.models import Fits, Floats, Ints
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Axes, Panel
from watchlist.study.placebo import PlaceboTable
from watchlist.study.sample import MeanCorrelation, Outcome, Sample, mean_correlation
from watchlist.study.significance import VARIANCE_JUMP, SignificanceTest, tests_named
from watchlist.study.windows import Effects, day_errors

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
    axes: Axes
    factors: Panel
    """The series that are factors of some pair, by name; may hold others."""
    pairs: Pairs
    fits: Fits
    windows: list[Effects]
    series: Ints
    """(P,) each pair's series in the placebo table."""
    placebo: PlaceboTable
    unknown_hours: frozenset[str] = frozenset()
    """Events whose hour is not known: day 0 may really be the session after."""
    _correlations: dict[bytes, MeanCorrelation] = field(default_factory=dict)
    _residuals: dict[bytes, Floats] = field(default_factory=dict)

    @property
    def returns(self) -> Floats:
        """(P, E) raw returns of the event days; NaN where there is no abnormal return."""
        return self.fits.ar + self.fits.expected

    def residuals(self, members: Ints) -> Floats:
        """(N, M) of some pairs, taken together once for all windows."""
        if len(members) == len(self.fits.resid):
            return self.fits.resid  # everybody: the largest array of a study is not copied
        key = members.tobytes()
        if key not in self._residuals:
            self._residuals.clear()  # groups come one after another
            self._residuals[key] = self.fits.resid[members]
        return self._residuals[key]

    def correlation(self, members: Ints) -> MeanCorrelation:
        """r̄ of some pairs, worked out once for all windows."""
        key = members.tobytes()
        if key not in self._correlations:
            self._correlations[key] = mean_correlation(
                self.residuals(members), self.pairs.rows[members], self.design.correlation
            )
        return self._correlations[key]


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
        resid=study.residuals(members),
        sigma=study.fits.sigma[members],
        observations=study.fits.observations[members],
        parameters=study.fits.parameters,
        dates=study.pairs.rows[members],
        convention=study.design.correlation,
        known_correlation=study.correlation(members),
        draws=study.design.draws,
        seed=study.design.seed,
    )


CONTRASTS = (("relation", "named", "exposed"), ("direction", "supportive", "adverse"))
"""Scope, first and second group whose difference is tested beside the groups themselves."""


def group_tests(
    study: Study,
    groups: list[Group],
    tests: str | tuple[str, ...],
    contrasts: tuple[tuple[str, str, str], ...],
) -> pl.DataFrame:
    """Every test of every group and window, with the columns of study_tests but the adjusted p."""
    rows = [
        row
        for group in groups
        for effect in study.windows
        for row in _window_rows(study, group, effect, tests)
    ]
    known = {(group.scope, group.value): group for group in groups}
    for scope, one, other in contrasts:
        if (scope, one) in known and (scope, other) in known:
            for effect in study.windows:
                rows += _contrast_rows(study, known[scope, one], known[scope, other], effect)
    return pl.DataFrame(rows, schema=TEST_SCHEMA, orient="row")


def _window_rows(
    study: Study, group: Group, effect: Effects, tests: str | tuple[str, ...]
) -> list[tuple[object, ...]]:
    members, note = _testable(group, effect)
    if not len(members):
        return []
    sample = make_sample(study, effect, members)
    on_one_date = group.scope == "event"
    lines = sample_lines(sample, tests, headline=on_one_date)
    if not on_one_date:
        lines.append(_drawn_placebo(study, sample, members, effect))
        lines += over_dates(sample, effect.length, study.design)
        alpha = None
        if tests == "all":
            window = effect.first, effect.last
            alpha = calendar_time(
                study.factors, study.axes, study.pairs, study.returns, members, study.design, window
            )
        if alpha is not None:
            lines.append(alpha)
    else:
        lines.append(_exact_placebo(study, sample, members, effect))
    head = (group.scope, group.value, effect.first, effect.last)
    return [row_of(head, sample, line, note) for line in lines]


def row_of(
    head: tuple[str, str, int, int], sample: Sample, line: Line, note: str | None
) -> tuple[object, ...]:
    """One row of TEST_SCHEMA."""
    r_bar = sample.correlation.r_bar if sample.correlation.compared else None
    return (
        *head, line.test, line.headline, sample.n, sample.days,
        *(known(v) for v in line.outcome[:5]), None, None, r_bar, known(sample.variance_ratio),
        known(line.mde), sample.share_up,
        "; ".join(w for w in (*line.warnings, line.outcome.note, note) if w) or None,
    )  # fmt: skip


def _contrast_rows(
    study: Study, first: Group, second: Group, effect: Effects
) -> list[tuple[object, ...]]:
    """The difference of two groups over one window."""
    one, _ = _testable(first, effect)
    other, _ = _testable(second, effect)
    if not len(one) or not len(other):
        return []
    members = np.concatenate([one, other])
    days = study.pairs.rows[members]
    line = contrast_line(effect.car[members], days, np.arange(len(members)) < len(one))
    return [
        (
            first.scope, f"{first.value} − {second.value}", effect.first, effect.last, line.test,
            line.headline, len(members), len(np.unique(days)),
            *(known(v) for v in line.outcome[:5]), None, None, None, None, None, None,
            line.warnings[0],
        )
    ]  # fmt: skip


def sample_lines(sample: Sample, tests: str | tuple[str, ...], *, headline: bool) -> list[Line]:
    """The tests of the registry on one sample."""
    return [
        _kp_line(test, sample, headline=headline)
        if test.name == "kp"
        else Line(test.name, False, test.apply(sample), warnings=tuple(test.warnings(sample)))
        for test in tests_named(tests)
    ]


def _kp_line(test: SignificanceTest, sample: Sample, *, headline: bool) -> Line:
    """The headline test with the effect that it could have found."""
    mde = power.mde_kp(sample.se, sample.correlation.inflating)
    warnings = test.warnings(sample)
    if sample.n >= test.least and math.isinf(mde):
        warnings.append(
            "no common effect could be found here, however large: the firms are too few for how "
            "unequally noisy they are"
        )
    return Line(test.name, headline, test.apply(sample), mde, tuple(warnings))


def _exact_placebo(study: Study, sample: Sample, members: Ints, effect: Effects) -> Line:
    """The rank of the mean SCAR of one date's pairs among their mean SCARs on other dates."""
    statistic = float(sample.scar.mean())
    rank = study.placebo.portfolio_rank(
        study.series[members], statistic, effect.first, effect.first + sample.length - 1
    )
    warnings: list[str | None] = []
    if math.isfinite(rank.p) and rank.p <= rank.floor * (1 + 1e-9):
        warnings.append(f"p is at its floor: none of {rank.days} placebo days was as extreme")
    warnings.append(_variance_warning(sample))
    outcome = _outcome(float(sample.car.mean()), statistic, rank.p, rank.note)
    mde = rank.detectable / float(np.mean(1.0 / sample.se))
    return Line("placebo", True, outcome, mde, tuple(warnings))


def _drawn_placebo(study: Study, sample: Sample, members: Ints, effect: Effects) -> Line:
    """The mean over dates of the date's mean SCAR against draws that move every date."""
    series = study.series[members]
    order = np.argsort(sample.dates, kind="stable")
    groups = np.split(series[order], np.flatnonzero(np.diff(sample.dates[order])) + 1)
    _, means = dates.date_means(sample.scar, sample.dates)
    statistic, estimate = float(means.mean()), float(sample.car.mean())
    if study.placebo.why_none is not None:
        return Line(
            "placebo", False, _outcome(estimate, statistic, math.nan, study.placebo.why_none)
        )
    rng = np.random.default_rng(study.design.seed)
    draws = study.placebo.draw(groups, effect.first, effect.last, study.design.draws, rng)
    if not np.isfinite(draws).all():
        note = "a date has no placebo days"
        return Line("placebo", False, _outcome(estimate, statistic, math.nan, note))
    hits = int((np.abs(draws) >= abs(statistic) * (1 - 1e-12)).sum())
    p = (1 + hits) / (1 + len(draws))
    floor = f"p is at its floor: none of {len(draws)} draws was as extreme" if not hits else None
    outcome = _outcome(estimate, statistic, p, floor)
    _, gains = dates.date_means(1.0 / sample.se, sample.dates)
    mde = power.mde_placebo(draws) / float(gains.mean())
    return Line("placebo", False, outcome, mde, (_variance_warning(sample),))


def _variance_warning(sample: Sample) -> str | None:
    if not sample.variance_ratio > VARIANCE_JUMP:
        return None
    return (
        f"the event raised the variance {sample.variance_ratio:.1f}-fold; ranks among ordinary "
        "days then reject too often"
    )


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


def known(value: float) -> float | None:
    """The number, None for NaN and infinities."""
    return float(value) if math.isfinite(value) else None


SCOPES = {
    "event": "event_id",
    "category": "category",
    "mineral": "minerals",
    "relation": "relation",
    "chain-stage": "chain_stage",
    "direction": "direction",
    "all": None,
}
"""Scope name -> column of the frame of events that it groups by."""


@dataclass(frozen=True)
class Group:
    """Pairs that are tested together."""

    scope: str
    value: str
    members: Ints
    """Positions in the pairs; a security counts once a date, however many events fall there."""


def make_groups(pairs: Pairs, events: pl.DataFrame, scopes: tuple[str, ...]) -> list[Group]:
    """The groups of every scope whose column the frame of events has, in a stable order."""
    found: list[Group] = []
    index = pl.DataFrame(
        {"event_id": pairs.events, "symbol": pairs.symbols, "at": np.arange(len(pairs))},
        schema={"event_id": pl.String, "symbol": pl.String, "at": pl.Int64},
    )
    known = index.join(events, on=["event_id", "symbol"], how="left", maintain_order="left")
    for scope in scopes:
        if scope not in SCOPES:
            raise StudyError(f"no scope {scope!r}", nearest(scope, list(SCOPES)))
        column = SCOPES[scope]
        if column is None:
            found.append(Group(scope, "all", _once(pairs, np.arange(len(pairs)))))
            continue
        if column not in known.columns:
            continue
        valued = known.explode(column) if known.schema[column] == pl.List else known
        for (value,), part in valued.group_by(column, maintain_order=True):
            if value is not None:
                members = part["at"].to_numpy()
                found.append(Group(scope, str(value), _once(pairs, members)))
    return [group for group in found if len(group.members)]


def _once(pairs: Pairs, members: Ints) -> Ints:
    """The first of pairs with the same security and session."""
    key = pairs.rows[members] * (int(pairs.cols.max(initial=0)) + 1) + pairs.cols[members]
    _, first = np.unique(key, return_index=True)
    return np.asarray(members[np.sort(first)])


def day_tests(study: Study, groups: list[Group], tests: str | tuple[str, ...]) -> pl.DataFrame:
    """The registry's tests of every group and chart day; first_day = last_day = the day."""
    rows: list[tuple[object, ...]] = []
    errors = day_errors(study.fits)
    first, last = study.design.chart
    for group in groups:
        for day in range(first, last + 1):
            sample = day_sample(study, errors, group.members, day)
            if sample is None:
                continue
            missing = len(group.members) - sample.n
            note = f"{missing} pairs have no return that day" if missing else None
            head = (group.scope, group.value, day, day)
            lines = sample_lines(sample, tests, headline=group.scope == "event")
            rows += [row_of(head, sample, line, note) for line in lines]
    return pl.DataFrame(rows, schema=TEST_SCHEMA, orient="row")


def day_sample(study: Study, errors: Floats, members: Ints, day: int) -> Sample | None:
    """The pairs that have a return on that day; None if none has.

    Parameters
    ----------
    errors : (P, E) from `windows.day_errors`
    """
    design, fits = study.design, study.fits
    column = day - design.event_days[0]
    some = members[np.isfinite(fits.ar[members, column] / errors[members, column])]
    if not len(some):
        return None
    chart = slice(
        design.chart[0] - design.event_days[0], design.chart[1] - design.event_days[0] + 1
    )
    at = day - design.chart[0]
    car, se = fits.ar[some, column], errors[some, column]
    return Sample(
        ar=fits.ar[some, chart],
        tested=slice(at, at + 1),
        car=car,
        se=se,
        scar=car / se,
        resid=fits.resid[some],
        sigma=fits.sigma[some],
        observations=fits.observations[some],
        parameters=fits.parameters,
        dates=study.pairs.rows[some],
        convention=design.correlation,
        known_correlation=study.correlation(some),
        draws=design.draws,
        seed=design.seed,
    )
