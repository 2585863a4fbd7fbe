"""Events and targets become pairs of a session row and a column, or a drop with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.errors import StudyError, nearest
from watchlist.study.design import PEERS, PLACEHOLDERS, StudyDesign
from watchlist.study.drops import Drop
from watchlist.study.panel import Panel

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """P pairs in the order of day 0, event, symbol."""

    events: tuple[str, ...]
    """(P,) event id of each pair."""
    symbols: tuple[str, ...]
    """(P,)"""
    rows: Ints
    """(P,) session row of day 0."""
    cols: Ints
    """(P,) column of the security."""
    factors: Ints
    """(P, K) columns of its factors."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, keep: Bools) -> Pairs:
        """The pairs where `keep` holds."""
        at = np.flatnonzero(keep)
        return Pairs(
            tuple(self.events[i] for i in at),
            tuple(self.symbols[i] for i in at),
            self.rows[at],
            self.cols[at],
            self.factors[at],
        )


Own = Mapping[str, Mapping[tuple[str, str], str]]
"""For each factor name that means another series for each pair: (event, symbol) -> series."""


def make_pairs(
    panel: Panel, events: pl.DataFrame, design: StudyDesign, own: Own
) -> tuple[Pairs, list[Drop]]:
    """Find each pair's row, column and factor columns.

    Parameters
    ----------
    events : event_id, symbol, day0; one row a pair
    own : the series behind "sector", "peers" and "market-volume"
    """
    for column in ("event_id", "symbol", "day0"):
        if column not in events.columns:
            raise StudyError(
                f"the frame of events has no column {column!r}", nearest(column, events.columns)
            )
    twice = events.filter(events.select("event_id", "symbol").is_duplicated())
    if len(twice):
        first = twice.row(0, named=True)
        raise StudyError(
            f"event {first['event_id']!r} names {first['symbol']} twice", "one row a pair"
        )
    for name in design.factors:
        if name not in PLACEHOLDERS:
            panel.column(name)
    ordered = events.sort("day0", "event_id", "symbol", nulls_last=True)
    kept: list[tuple[str, str, int, int, list[int]]] = []
    drops: list[Drop] = []
    last = panel.sessions[-1]
    for event_id, symbol, day0 in ordered.select("event_id", "symbol", "day0").iter_rows():
        if day0 is None:
            drops.append(Drop(event_id, symbol, "no-day0", "no session is known for the event"))
            continue
        day = np.datetime64(day0, "D")
        if day > last:
            reason = f"day 0 is {day0}, the last session here is {last}"
            drops.append(Drop(event_id, symbol, "not-yet", reason))
            continue
        if day < panel.sessions[0]:
            reason = f"day 0 is {day0}, the returns here begin on {panel.sessions[0]}"
            drops.append(Drop(event_id, symbol, "short-estimation", reason))
            continue
        if not panel.has(symbol):
            drops.append(Drop(event_id, symbol, "no-bars", f"no returns of {symbol} at all"))
            continue
        columns = _factor_columns(panel, (event_id, symbol), design, own)
        if isinstance(columns, str):
            drops.append(Drop(event_id, symbol, "missing-factor", columns))
            continue
        row = int(np.searchsorted(panel.sessions, day))
        kept.append((event_id, symbol, row, panel.column(symbol), columns))
    pairs = Pairs(
        tuple(k[0] for k in kept),
        tuple(k[1] for k in kept),
        np.array([k[2] for k in kept], dtype=np.int64),
        np.array([k[3] for k in kept], dtype=np.int64),
        np.array([k[4] for k in kept], dtype=np.int64).reshape(len(kept), len(design.factors)),
    )
    return pairs, drops


def _factor_columns(
    panel: Panel, pair: tuple[str, str], design: StudyDesign, own: Own
) -> list[int] | str:
    """Columns of the factors, or why there are none."""
    symbol = pair[1]
    columns = []
    for name in design.factors:
        series = name
        if name in PLACEHOLDERS:
            found = own.get(name, {}).get(pair)
            if found is None:
                if name == PEERS:
                    return f"no peer of {symbol} is left for its basket"
                return f"no {name} factor is known for {symbol}"
            series = found
        if not panel.has(series):
            return f"{symbol} needs the factor {series}, which has no returns here"
        if series == symbol:
            return f"{symbol} cannot be its own factor"
        columns.append(panel.column(series))
    if len(set(columns)) < len(columns):
        return f"two factors of {symbol} are the same series"
    return columns
