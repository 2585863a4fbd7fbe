"""Event × symbol pairs as arrays: abnormal returns by day from day 0, and what came before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from watchlist.signals import regression
from watchlist.signals.panel import Ints, Panel
from watchlist.signals.rolling import Bools, Floats

MOVED = 2.0
"""Standard errors from which a day-0 reaction counts as a move."""
WATCHED = 60
"""Sessions for which an event is followed."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs whose day 0 lies in the panel, sorted by day 0."""

    event: Ints
    column: Ints
    named: Bools
    day0: Ints
    sar: Floats
    """Day-0 abnormal return in standard errors."""


def pairs(panel: Panel) -> Pairs:
    """The panel's pairs; computed once."""
    return panel.remember("pairs", lambda: _pairs(panel))


def _pairs(panel: Panel) -> Pairs:
    events = panel.events
    # ties by event and named first, so that the order does not depend on later pairs
    order = np.lexsort((~events.pair_named, events.pair_event, events.pair_day0))
    order = order[events.pair_day0[order] < len(panel.sessions)]
    day0, column = events.pair_day0[order], events.pair_column[order]
    return Pairs(
        event=events.pair_event[order],
        column=column,
        named=events.pair_named[order],
        day0=day0,
        sar=regression.model(panel).sar[day0, column],
    )


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
