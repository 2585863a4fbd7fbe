"""Event × symbol pairs as arrays: how each was received, and what came of it.

Pairs are what signals need of other symbols. A market that comes in pieces gives the pairs of each
piece, and `join` makes them those of the market; so no piece has to see another's bars.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from watchlist.signals import regression
from watchlist.signals.panel import Ints, Panel
from watchlist.signals.registry import Measured
from watchlist.signals.rolling import Bools, Floats

MOVED = 2.0
"""Standard errors from which a day-0 reaction counts as a move."""
WATCHED = 60
"""Sessions for which an event is followed."""
FIRST_DAY, LAST_DAY = 1, 5
"""The window of the effect: the week after day 0, which is still ahead on day 0."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs whose day 0 lies in the panel, sorted by day 0; parallel arrays."""

    event: Ints
    category: NDArray[np.object_]
    column: Ints
    named: Bools
    day0: Ints
    sar: Floats
    """Day-0 abnormal return in standard errors."""
    effect: Floats
    """Abnormal return of the week after; NaN where that lies beyond the panel."""

    def take(self, order: Ints) -> Pairs:
        """Some pairs, or all in another order."""
        return replace(self, **{f.name: getattr(self, f.name)[order] for f in fields(self)})


@dataclass(frozen=True, eq=False)
class Cells:
    """Values of single sessions of single symbols; parallel arrays, one entry a cell."""

    row: Ints
    column: Ints
    value: Floats
    z: Floats

    def measured(self, shape: tuple[int, int]) -> Measured:
        """The cells in a panel of nothing."""
        value, z = np.full(shape, np.nan), np.full(shape, np.nan)
        value[self.row, self.column] = self.value
        z[self.row, self.column] = self.z
        return Measured(value, z)

    def apart(self, columns: Sequence[Ints], width: int) -> list[Cells]:
        """The cells of each of several groups of columns, renumbered."""
        group, place = np.full(width, len(columns)), np.full(width, -1)
        for number, own in enumerate(columns):
            group[own], place[own] = number, np.arange(len(own))
        order = np.argsort(group[self.column], kind="stable")
        ends = np.searchsorted(group[self.column[order]], np.arange(len(columns) + 1))
        return [
            Cells(self.row[own], place[self.column[own]], self.value[own], self.z[own])
            for own in (order[i:j] for i, j in pairwise(ends))
        ]


def on_pairs(cells: Callable[[Pairs], Cells]) -> Callable[[Panel], Measured]:
    """The measure of a signal that is made of all pairs of the market."""

    def measure(panel: Panel) -> Measured:
        return cells(pairs(panel)).measured(panel.shape)

    return measure


def pairs(panel: Panel) -> Pairs:
    """The panel's pairs; computed once."""
    return panel.remember("pairs", lambda: _pairs(panel))


def _pairs(panel: Panel) -> Pairs:
    events, rows = panel.events, len(panel.sessions)
    inside = np.flatnonzero(events.pair_day0 < rows)
    event, column, day0 = (
        x[inside] for x in (events.pair_event, events.pair_column, events.pair_day0)
    )
    first, last = np.minimum(day0 + FIRST_DAY, rows - 1), np.minimum(day0 + LAST_DAY, rows - 1)
    sar = regression.model(panel).sar[day0, column]
    ended = (day0 + LAST_DAY < rows) & np.isfinite(sar)
    found = Pairs(
        event=event,
        category=np.array(events.categories, object)[event],
        column=column,
        named=events.pair_named[inside],
        day0=day0,
        sar=sar,
        effect=np.where(ended, car(panel, column, first, last), np.nan),
    )
    return found.take(_order(found))


def _order(found: Pairs) -> Ints:
    # ties by event and named first, so that the order does not depend on later pairs
    return np.lexsort((found.column, ~found.named, found.event, found.day0))


def join(parts: Sequence[Pairs]) -> Pairs:
    """Pairs of several pieces of a market, numbered alike, as those of the whole."""
    whole = Pairs(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Pairs)}
    )
    return whole.take(_order(whole))


def cumulative_excess(panel: Panel) -> Floats:
    """(sessions + 1, symbols): sum of abnormal returns before each row; unknown ones count 0."""
    return panel.remember("cumulative excess", lambda: _cumulative_excess(panel))


def _cumulative_excess(panel: Panel) -> Floats:
    excess = np.nan_to_num(regression.model(panel).excess)
    return np.vstack([np.zeros((1, excess.shape[1])), np.cumsum(excess, axis=0)])


def car(panel: Panel, column: Ints, first: Ints, last: Ints) -> Floats:
    """Abnormal return without intercepts, summed over rows `first` to `last`, both included."""
    total = cumulative_excess(panel)
    out: Floats = total[last + 1, column] - total[first, column]
    return out


def anchors(panel: Panel, *, moved_only: bool) -> Ints:
    """(sessions, symbols): the pair each symbol is followed from, -1 for none.

    The latest event within 60 sessions that named the symbol or, if it only reaches it, moved it
    on day 0; with `moved_only`, named ones too must have moved it.
    """
    found = pairs(panel)
    moved = np.abs(found.sar) >= MOVED
    chosen = np.flatnonzero(moved if moved_only else (moved | found.named))
    rows = len(panel.sessions)
    out = np.full(panel.shape, -1, np.int64)
    for pair in chosen:
        start = found.day0[pair]
        out[start : min(start + WATCHED + 1, rows), found.column[pair]] = pair
    return out
