"""The quiet days of a panel: sessions to which a study's event dates can be moved.

Every series is fitted once with every session as day 0; a random study is then an index into the
table. Days of known events are nobody's quiet day: they are not drawn, they leave the windows of
the days around them, and they leave the estimation where the design masks them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchlist.errors import StudyError
from watchlist.study.design import StudyDesign, Window
from watchlist.study.estimate import estimate
from watchlist.study.models import Fits
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Panel
from watchlist.study.sample import Sample
from watchlist.study.windows import Effects, effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST_DAYS = 40
"""Quiet days that an event date needs to be moved among."""
BUDGET = 40_000_000
"""Residuals kept in memory at once; of a larger panel a random part of the days is used."""
BOOTSTRAP_DRAWS = 499


class Draw(NamedTuple):
    """One random study: its pairs as rows of the table, and where its dates went."""

    rows: Ints
    """(N,)"""
    dates: Ints
    """(N,) session rows."""
    clusters: Ints
    """(G,) which event dates were moved."""
    days: Ints
    """(G,) the quiet day of each."""


@dataclass
class QuietTable:
    """Fits of every series (a security with its factors) on every quiet day."""

    design: StudyDesign
    fits: Fits
    """Q·D pairs: series q on day d at q·D + d."""
    effects: list[Effects]
    """One a window."""
    days: Ints
    """(D,) session rows."""
    clusters: list[Ints]
    """For each event date the series (q) of its pairs."""
    pools: list[Ints]
    """For each event date the days (d) that all its pairs can be moved to."""
    left_out: list[str]
    """Event dates without enough quiet days, with the numbers."""

    @property
    def pairs(self) -> int:
        """Pairs of the whole design."""
        return sum(len(qs) for qs in self.clusters)

    def draw_all(self, rng: np.random.Generator) -> Draw:
        """Every event date on a quiet day of its own, no two on the same."""
        days = np.array([rng.choice(pool) for pool in self.pools])
        for _ in range(50):
            _, first = np.unique(days, return_index=True)
            again = np.setdiff1d(np.arange(len(days)), first)
            if not len(again):
                break
            days[again] = [rng.choice(self.pools[g]) for g in again]
        return self._drawn(np.arange(len(days)), days)

    def draw_event(self, rng: np.random.Generator) -> Draw:
        """One event date, picked at random, on a quiet day."""
        which = int(rng.integers(len(self.pools)))
        return self._drawn(np.array([which]), np.array([rng.choice(self.pools[which])]))

    def _drawn(self, clusters: Ints, days: Ints) -> Draw:
        members = [self.clusters[g] for g in clusters]
        rows = np.concatenate(
            [qs * len(self.days) + d for qs, d in zip(members, days, strict=True)]
        )
        sessions = np.repeat(self.days[days], [len(qs) for qs in members])
        return Draw(rows, sessions, clusters, days)

    def sample(self, draw: Draw, window: int) -> Sample:
        """The drawn pairs as the tests see them."""
        effect, first_day = self.effects[window], self.design.event_days[0]
        span = slice(effect.first - first_day, effect.last - first_day + 1)
        rows = draw.rows
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
            dates=draw.dates,
            convention=self.design.correlation,
            draws=BOOTSTRAP_DRAWS,
            seed=self.design.seed,
        )

    def means(self, cluster: int, window: int) -> Floats:
        """Mean SCAR of an event date's pairs on each day of its pool."""
        scar = self.effects[window].scar.reshape(-1, len(self.days))
        means: Floats = scar[np.ix_(self.clusters[cluster], self.pools[cluster])].mean(axis=0)
        return means


def estimable(panel: Panel, pairs: Pairs, design: StudyDesign, masked: Bools | None) -> Pairs:
    """The pairs that the study can estimate, a security once a date.

    Raises
    ------
    StudyError
        There are none.
    """
    fits = estimate(panel, pairs.rows, pairs.cols, pairs.factors, design, masked)
    good = (fits.observations >= design.min_observations) & (fits.sigma2 > 0)
    once = np.zeros(len(pairs), dtype=bool)
    keys = np.column_stack([pairs.rows, pairs.cols])
    once[np.unique(keys, axis=0, return_index=True)[1]] = True
    kept = pairs.take(good & once)
    if not len(kept):
        raise StudyError(
            f"none of {len(pairs)} pairs can be estimated",
            f"each needs {design.min_observations} rows before its event: give a longer panel",
        )
    return kept


def quiet_table(
    panel: Panel,
    pairs: Pairs,
    design: StudyDesign,
    busy: Bools,
    masked: Bools | None,
    windows: Sequence[Window],
    rng: np.random.Generator,
) -> QuietTable:
    """Fit every series on every session and find where each event date can go.

    A day can be gone to when all the date's securities have their estimation rows and at least
    half of every window, and it is no event day of theirs.

    Parameters
    ----------
    busy : (T, S) event days of each security
    masked : (T, S) rows that leave the estimation, or None

    Raises
    ------
    StudyError
        No event date has the quiet days that it needs.
    """
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
        masked,
    )
    first_day, last_day = design.event_days
    at = days[:, None] + np.arange(first_day, last_day + 1)
    inside = (at >= 0) & (at < len(panel.sessions))
    flags = busy.T[:, np.clip(at, 0, len(panel.sessions) - 1)] & inside  # (S, D, E)
    hit = flags[series[:, 0]].reshape(fits.ar.shape)
    fits = replace(fits, ar=np.where(hit, np.nan, fits.ar))
    spans = [effects(fits, first_day, first, last) for first, last in windows]
    sound = (fits.observations >= design.min_observations) & ~hit[:, -first_day]
    for window in spans:
        sound &= (2 * window.days >= window.length) & np.isfinite(window.scar)
    usable = sound.reshape(len(series), len(days))
    table = QuietTable(design, fits, spans, days, [], [], [])
    for row in np.unique(pairs.rows):
        qs = of_pair[pairs.rows == row]
        pool = np.flatnonzero(usable[qs].all(axis=0))
        if len(pool) < LEAST_DAYS:
            names = ", ".join(sorted({panel.symbols[series[q, 0]] for q in qs}))
            table.left_out.append(
                f"{panel.sessions[row]} ({names}): {len(pool)} quiet days to be moved to, "
                f"{LEAST_DAYS} are needed"
            )
            continue
        table.clusters.append(qs)
        table.pools.append(pool)
    if not table.pools:
        raise StudyError(
            f"no event date can be moved: {table.left_out[0]}",
            "use a longer panel or shorter windows",
        )
    return table
