"""One study: events and a design in, every table of the study out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.study import frames
from watchlist.study.controls import Peers, as_panel, donors, everyone_else, prepare
from watchlist.study.design import SECTOR, StudyDesign
from watchlist.study.estimate import RANKABLE, every_day, fit_pairs, masked_rows, rows_of
from watchlist.study.frames import treated_factors
from watchlist.study.group_tests import (
    CONTRASTS,
    SCOPES,
    TEST_SCHEMA,
    Study,
    day_tests,
    group_tests,
    make_groups,
)
from watchlist.study.models import Fits
from watchlist.study.multiplicity import adjust_within, adjusted
from watchlist.study.pairs import (
    Drop,
    Pairs,
    drops_frame,
    estimable,
    event_rows,
    make_pairs,
    overlaps,
    without_overlaps,
)
from watchlist.study.panel import Axes, Panel
from watchlist.study.placebo import PlaceboTable
from watchlist.study.single import SINGLE_SCHEMA, single_tests
from watchlist.study.windows import Compounding, Effects, effects, joint_effects

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class StudyResult:
    """The tables of one study, with the columns of the store's tables but for study_id."""

    design: StudyDesign
    fits: pl.DataFrame
    abnormal_returns: pl.DataFrame
    effects: pl.DataFrame
    tests: pl.DataFrame
    drops: pl.DataFrame
    factors: pl.DataFrame
    overlaps: pl.DataFrame
    bands: pl.DataFrame
    warnings: tuple[str, ...]
    singles: pl.DataFrame
    """Tests of one pair alone; empty unless asked for, and not a table of the store."""
    days: pl.DataFrame
    """Tests of single chart days (AAR), with the columns of `tests`; empty unless asked for."""

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """By the name of the store's table."""
        return {
            "study_fits": self.fits,
            "abnormal_returns": self.abnormal_returns,
            "event_effects": self.effects,
            "study_tests": self.tests,
            "study_drops": self.drops,
            "study_factors": self.factors,
            "study_overlaps": self.overlaps,
            "placebo_bands": self.bands,
        }


def event_study(
    returns: pl.DataFrame | Panel,
    events: pl.DataFrame,
    design: StudyDesign,
    *,
    sectors: Mapping[str, str] | None = None,
    peers: Peers | None = None,
    factors: pl.DataFrame | None = None,
    tests: str | tuple[str, ...] = "headline",
    scopes: tuple[str, ...] = tuple(SCOPES),
    contrasts: tuple[tuple[str, str, str], ...] = CONTRASTS,
    singles: bool = False,
    days: bool = False,
    only: pl.DataFrame | None = None,
    step: Step | None = None,
) -> StudyResult:
    """Run a study.

    Parameters
    ----------
    returns : symbol, session, ret (simple, also for a design in logs); optional volume,
        dollar_volume, and for trade-to-trade trade_ret and gap. Or a panel made before.
    events : event_id, symbol, day0; optional category, minerals (list), relation, chain_stage,
        direction, timing ("unknown" is named in the notes). One row an event and target.
    sectors : sector factor of each security, for the factor name "sector"
    peers : the peers of each security, for the factor name "peers" and for synthetic-control;
        default: every other security that the events name
    factors : session and one column a factor, e.g. from `factor_table.parse_factor_table`
    tests : "headline", "all", or names of the registry, for tests over several pairs
    contrasts : scope, first and second group whose difference is tested
    singles : also test every pair alone (t, SQ, permutation, conformal interval): slow
    days : also test every day of the chart (AAR)
    only : event_id, symbol of the pairs to study; the other events still mask and overlap
    step : told (done, total, what)

    Raises
    ------
    StudyError
        The frames lack a column, a factor has no returns, an event names a symbol twice.
    """
    panel = as_panel(returns, factors, design)
    known_peers = everyone_else(panel, events, sectors or {}, design) if peers is None else peers
    panel, own = prepare(panel, events, design, sectors or {}, known_peers)
    every, drops = make_pairs(panel, events, design, own)

    def donors_of(pairs: Pairs) -> Bools | None:
        if design.model != "synthetic-control":
            return None
        return donors(panel, pairs, events, known_peers)

    whole = WholePanel(panel, design, every, donors_of)
    asked = Asked(tests, scopes, contrasts, days, only)
    result, study = study_pairs(whole, design, events, every, drops, asked, step=step)
    if not singles:
        return result
    twins, columns = donors_of(study.pairs), study.pairs.factors
    if twins is not None:
        columns = np.tile(np.arange(len(panel.symbols)), (len(study.pairs), 1))
    rows = rows_of(panel, study.pairs.rows, study.pairs.cols, columns, design, whole.masked)
    alone = single_tests(design, study.pairs, rows, study.fits, study.windows, twins)
    return replace(result, singles=alone)


class Source(Protocol):
    """Where a study has its returns: a panel in memory, or a store that is read in pieces."""

    @property
    def axes(self) -> Axes:
        """Sessions and symbols that the pairs' rows and columns count."""
        ...

    @property
    def factors(self) -> Panel:
        """Holds, by name, every series that is a factor of some pair."""
        ...

    def fit(self, pairs: Pairs, *, step: Step | None = None) -> Fits:
        """Fit the design's model to pairs whose security has no other events than `every`."""
        ...

    def every_day(self, series: Ints) -> list[Fits]:
        """`estimate.every_day` of series, (Q, 1 + K) columns of a security and its factors."""
        ...

    def why_no_placebo(self, series: int) -> str | None:
        """Why so many series are not fitted to every session, if they are not."""
        ...

    def jointly(self, pairs: Pairs, windows: list[Effects]) -> list[Effects]:
        """The effects where windows of other events meet them estimated in one regression."""
        ...


@dataclass(frozen=True)
class WholePanel:
    """All returns in memory."""

    axes: Panel
    design: StudyDesign
    every: Pairs
    """All pairs that mask one another."""
    donors: Callable[[Pairs], Bools | None]
    """For synthetic-control: the securities that may make up each pair's twin."""

    @property
    def factors(self) -> Panel:
        """The panel itself."""
        return self.axes

    @cached_property
    def masked(self) -> Bools | None:
        """(T, S) rows that leave a security's estimation window."""
        return masked_rows(self.every.rows, self.every.cols, self.axes, self.design)

    def fit(self, pairs: Pairs, *, step: Step | None = None) -> Fits:
        """As `Source` has it."""
        at = pairs.rows, pairs.cols, pairs.factors
        return fit_pairs(self.axes, *at, self.design, self.masked, self.donors(pairs))

    def every_day(self, series: Ints) -> list[Fits]:
        """As `Source` has it."""
        return [every_day(self.axes, row, self.design, self.masked) for row in series]

    def why_no_placebo(self, series: int) -> str | None:
        """A panel in memory is always small enough."""
        return None

    def jointly(self, pairs: Pairs, windows: list[Effects]) -> list[Effects]:
        """As `Source` has it."""
        rows = rows_of(self.axes, pairs.rows, pairs.cols, pairs.factors, self.design, self.masked)
        every = self.every
        others = [
            every.rows[(every.cols == col) & (np.array(every.events) != event)]
            for event, col in zip(pairs.events, pairs.cols, strict=True)
        ]
        first = self.design.event_days[0]
        return [joint_effects(window, rows, first, pairs.rows, others) for window in windows]


@dataclass(frozen=True)
class Asked:
    """What is asked of a study's pairs; as the arguments of `event_study`."""

    tests: str | tuple[str, ...] = "headline"
    scopes: tuple[str, ...] = tuple(SCOPES)
    contrasts: tuple[tuple[str, str, str], ...] = CONTRASTS
    days: bool = False
    only: pl.DataFrame | None = None


def study_pairs(
    source: Source,
    design: StudyDesign,
    events: pl.DataFrame,
    every: Pairs,
    drops: list[Drop],
    asked: Asked,
    *,
    step: Step | None = None,
) -> tuple[StudyResult, Study]:
    """Estimate and test the pairs of a study, wherever its returns are.

    Parameters
    ----------
    every, drops : all pairs of the events, and those that cannot be one
    """
    tell = step or (lambda done, total, what: None)
    tell(0, 5, "estimation")
    overlapping = overlaps(every, design)
    pairs = every
    if asked.only is not None:
        wanted = set(asked.only.select("event_id", "symbol").iter_rows())
        pairs = every.take(np.array([key in wanted for key in every.keys], dtype=bool))
        drops = [drop for drop in drops if drop[:2] in wanted]
    if design.overlap == "drop":
        pairs, more = without_overlaps(pairs, overlapping)
        drops = drops + more
    pairs, fits, more = estimable(source.axes, pairs, source.fit(pairs, step=step), design)
    drops = drops + more
    tell(1, 5, "placebo days")
    which, placebo = _placebo(source, pairs, every, design)
    windows = [_effects(fits, design, window) for window in design.windows]
    if design.overlap == "joint":
        windows = source.jointly(pairs, windows)
    study = Study(
        design, source.axes, source.factors, pairs, fits, windows, which, placebo,
        _unknown_hours(events),
    )  # fmt: skip
    tell(2, 5, "ranks")
    effect_frame = adjusted(frames.effects_frame(study), study)
    tell(3, 5, "tests")
    groups = make_groups(pairs, events, asked.scopes)
    family = ["scope", "first_day", "last_day", "test"]
    test_frame = adjust_within(group_tests(study, groups, asked.tests, asked.contrasts), family)
    by_day = pl.DataFrame(schema=TEST_SCHEMA)
    if asked.days:
        by_day = adjust_within(day_tests(study, groups, asked.tests), family)
    tell(4, 5, "factors and bands")
    fit_frame = frames.fits_frame(study)
    ours = overlapping.join(fit_frame, on=["event_id", "symbol"], how="semi", maintain_order="left")
    result = StudyResult(
        singles=pl.DataFrame(schema=SINGLE_SCHEMA),
        days=by_day,
        design=design,
        fits=fit_frame,
        abnormal_returns=frames.abnormal_returns_frame(study),
        effects=effect_frame,
        tests=test_frame,
        drops=drops_frame(drops),
        factors=treated_factors(study, every),
        overlaps=ours,
        bands=frames.bands_frame(study),
        warnings=_warnings(study, ours, drops),
    )
    tell(5, 5, "done")
    return result, study


def _effects(fits: Fits, design: StudyDesign, window: tuple[int, int]) -> Effects:
    compounding: Compounding = "none" if design.subject != "returns" else design.returns
    return effects(fits, design.event_days[0], *window, compounding=compounding)


def _placebo(
    source: Source, pairs: Pairs, every: Pairs, design: StudyDesign
) -> tuple[Ints, PlaceboTable]:
    """The table over all sessions of each distinct series, and each pair's series in it."""
    keys = np.column_stack([pairs.cols, pairs.factors])
    series, which = np.unique(keys, axis=0, return_inverse=True)
    total = len(source.axes.sessions)
    if design.model in RANKABLE:
        why_none = source.why_no_placebo(len(series))
    else:
        why_none = f"model {design.model} is too slow to be fitted to every day: no placebo rank"
    fits: list[Fits] = []
    near = np.empty((0, total), dtype=bool)
    if why_none is None and len(series):
        fits = source.every_day(series)
        shape = total, len(source.axes.symbols)
        near = event_rows(every.rows, every.cols, shape, design.mask_days)[:, series[:, 0]].T
    first, least = design.event_days[0], design.min_observations
    table = PlaceboTable(fits, first, near, design.placebo_days, least, why_none)
    return which.reshape(-1), table


def _unknown_hours(events: pl.DataFrame) -> frozenset[str]:
    if "timing" not in events.columns:
        return frozenset()
    return frozenset(events.filter(pl.col("timing") == "unknown")["event_id"])


def _warnings(study: Study, overlapping: pl.DataFrame, drops: list[Drop]) -> tuple[str, ...]:
    """What a reader must know about the whole study."""
    found = []
    if drops:
        codes = pl.Series([drop.code for drop in drops]).value_counts(sort=True)
        parts = ", ".join(f"{count} {code}" for code, count in codes.iter_rows())
        found.append(f"{len(drops)} pairs are not in the study: {parts}")
    crowded = overlapping.filter(pl.col("kind") != "estimation-window")
    if len(crowded):
        pairs = crowded.select("event_id", "symbol").n_unique()
        found.append(
            f"{pairs} pairs share their event days with another event of the same security: "
            "their effects cannot be told apart"
        )
    if study.design.overlap == "keep":
        polluted = overlapping.filter(pl.col("kind") == "estimation-window")
        pairs = polluted.select("event_id", "symbol").n_unique()
        if pairs:
            found.append(
                f"{pairs} pairs are judged against an estimation window that holds other events "
                "(overlap = keep): their standard errors are too large"
            )
    if SECTOR in study.design.factors:
        found.append("sector funds hold targets: see the treated factors of each event")
    return tuple(found)
