"""One study: events and a design in, every table of the study out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.study import frames
from watchlist.study.adjust import adjust_within, adjusted
from watchlist.study.baskets import Peers, donors
from watchlist.study.day_tests import day_tests
from watchlist.study.design import SECTOR, StudyDesign
from watchlist.study.drops import Drop, drops_frame
from watchlist.study.estimate import RANKABLE, estimate, rows_of
from watchlist.study.group_tests import CONTRASTS, TEST_SCHEMA, Study, group_tests
from watchlist.study.groups import SCOPES, make_groups
from watchlist.study.joint import joint_effects
from watchlist.study.models import Fits, blank_fits
from watchlist.study.overlap import event_rows, overlaps
from watchlist.study.pairs import Pairs, make_pairs
from watchlist.study.panel import Panel
from watchlist.study.placebo import PlaceboTable
from watchlist.study.prepare import as_panel, everyone_else, prepare
from watchlist.study.singles import SINGLE_SCHEMA, single_tests
from watchlist.study.sound import sound, without_overlaps
from watchlist.study.treated import treated_factors
from watchlist.study.windows import Compounding, Effects, effects

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
    tell = step or (lambda done, total, what: None)
    panel = as_panel(returns, factors, design)
    tell(0, 5, "estimation")
    known_peers = everyone_else(panel, events, sectors or {}, design) if peers is None else peers
    panel, own = prepare(panel, events, design, sectors or {}, known_peers)
    every, drops = make_pairs(panel, events, design, own)
    near = event_rows(every.rows, every.cols, panel.returns.shape, design.mask_days)
    masked = near if design.overlap in ("mask", "joint") else None
    reach = min(a for a, _ in design.windows), max(b for _, b in design.windows)
    overlapping = overlaps(every, design.estimation, reach, design.mask_days)
    pairs = every if only is None else every.take(_selected(every, only))
    if only is not None:
        drops = _drops_of(drops, only)
    if design.overlap == "drop":
        pairs, more = without_overlaps(pairs, overlapping)
        drops += more
    twins = None
    if design.model == "synthetic-control":
        twins = donors(panel, pairs, events, known_peers)
    fits = estimate(panel, pairs.rows, pairs.cols, pairs.factors, design, masked, twins)
    pairs, fits, more = sound(panel, pairs, fits, design)
    drops += more
    tell(1, 5, "placebo days")
    which, placebo = _placebo(panel, pairs, design, near, masked)
    windows = [_effects(fits, design, window) for window in design.windows]
    if design.overlap == "joint":
        windows = _jointly(panel, every, pairs, design, masked, windows)
    study = Study(design, panel, pairs, fits, windows, which, placebo, _unknown_hours(events))
    tell(2, 5, "ranks")
    effect_frame = adjusted(frames.effects_frame(study), study)
    tell(3, 5, "tests")
    groups, family = make_groups(pairs, events, scopes), ["scope", "first_day", "last_day", "test"]
    test_frame = adjust_within(group_tests(study, groups, tests, contrasts), family)
    by_day = pl.DataFrame(schema=TEST_SCHEMA)
    if days:
        by_day = adjust_within(day_tests(study, groups, tests), family)
    tell(4, 5, "factors and bands")
    of_pairs = pl.DataFrame(
        {"event_id": pairs.events, "symbol": pairs.symbols},
        schema={"event_id": pl.String, "symbol": pl.String},
    )
    alone = pl.DataFrame(schema=SINGLE_SCHEMA)
    if singles:
        columns = pairs.factors
        if twins is not None:
            twins = donors(panel, pairs, events, known_peers)
            columns = np.tile(np.arange(len(panel.symbols)), (len(pairs), 1))
        rows = rows_of(panel, pairs.rows, pairs.cols, columns, design, masked)
        alone = single_tests(design, pairs, rows, fits, windows, twins)
    result = StudyResult(
        singles=alone,
        days=by_day,
        design=design,
        fits=frames.fits_frame(study, near),
        abnormal_returns=frames.abnormal_returns_frame(study),
        effects=effect_frame,
        tests=test_frame,
        drops=drops_frame(sorted(drops, key=lambda d: (d.event_id, d.symbol))),
        factors=treated_factors(study, near),
        overlaps=overlapping.join(
            of_pairs, on=["event_id", "symbol"], how="semi", maintain_order="left"
        ),
        bands=frames.bands_frame(study),
        warnings=_warnings(
            study, overlapping.join(of_pairs, on=list(of_pairs.columns), how="semi"), drops
        ),
    )
    tell(5, 5, "done")
    return result


def _effects(fits: Fits, design: StudyDesign, window: tuple[int, int]) -> Effects:
    compounding: Compounding = "none" if design.subject != "returns" else design.returns
    return effects(fits, design.event_days[0], *window, compounding=compounding)


def _jointly(
    panel: Panel,
    every: Pairs,
    pairs: Pairs,
    design: StudyDesign,
    masked: Bools | None,
    windows: list[Effects],
) -> list[Effects]:
    rows = rows_of(panel, pairs.rows, pairs.cols, pairs.factors, design, masked)
    keys = list(zip(every.events, every.cols, strict=True))
    others = [
        np.array(
            [
                row
                for row, (event, other) in zip(every.rows, keys, strict=True)
                if other == col and event != mine
            ],
            dtype=np.int64,
        )
        for mine, col in zip(pairs.events, pairs.cols, strict=True)
    ]
    return [
        joint_effects(window, rows, design.event_days[0], pairs.rows, others) for window in windows
    ]


def _selected(pairs: Pairs, only: pl.DataFrame) -> Bools:
    wanted = set(only.select("event_id", "symbol").iter_rows())
    return np.array([key in wanted for key in zip(pairs.events, pairs.symbols, strict=True)], bool)


def _drops_of(drops: list[Drop], only: pl.DataFrame) -> list[Drop]:
    wanted = set(only.select("event_id", "symbol").iter_rows())
    return [drop for drop in drops if (drop.event_id, drop.symbol) in wanted]


def _placebo(
    panel: Panel, pairs: Pairs, design: StudyDesign, near: Bools, masked: Bools | None
) -> tuple[Ints, PlaceboTable]:
    """The table over all sessions of each distinct series, and each pair's series in it."""
    keys = np.column_stack([pairs.cols, pairs.factors])
    series, which = np.unique(keys, axis=0, return_inverse=True)
    total = len(panel.sessions)
    why_none = None
    if design.model in RANKABLE:
        fits = [_every_day(panel, row, design, masked) for row in series]
    else:
        why_none = f"model {design.model} is too slow to be fitted to every day: no placebo rank"
        days = design.event_days[1] - design.event_days[0] + 1
        fits = [blank_fits(total, 0, days, 0, parameters=0)] * len(series)
    table = PlaceboTable(
        fits,
        design.event_days[0],
        near[:, series[:, 0]].T,
        design.placebo_days,
        design.min_observations,
        why_none,
    )
    return which.reshape(-1), table


def _every_day(panel: Panel, series: Ints, design: StudyDesign, masked: Bools | None) -> Fits:
    """One security with its factors, with every session as day 0; residuals are not kept."""
    total = len(panel.sessions)
    cols, factors = np.full(total, series[0]), np.repeat(series[None, 1:], total, axis=0)
    fits = estimate(panel, np.arange(total), cols, factors, design, masked)
    return replace(fits, resid=np.empty((total, 0)))


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
