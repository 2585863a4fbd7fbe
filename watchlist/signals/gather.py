"""What is kept of a measure: the last sessions of it, and counts over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchlist.signals.compute import Part, Piece, Reader
from watchlist.signals.panel import Ints
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import Bools, Floats
from watchlist.signals.states import (
    Z_WINDOW,
    States,
    count_changes,
    own_percentiles,
    states,
)


@dataclass(frozen=True, eq=False)
class Kept:
    """One signal of some symbols: the kept sessions, and what all sessions add up to."""

    first: int
    """The first kept session, counted from the first one that the store keeps."""
    value: Floats
    """(kept sessions, symbols), as z, percentile and coded."""
    z: Floats
    percentile: Floats
    coded: States
    alerts: int
    values: int
    sessions: int
    """With a bar, from each symbol's first value on."""


@dataclass
class Tally:
    """What one signal did over the whole market and all sessions."""

    alerts: int = 0
    values: int = 0
    sessions: int = 0

    @property
    def symbol_years(self) -> float:
        """Years of sessions with a bar from each symbol's first value on."""
        return self.sessions / Z_WINDOW

    def add(self, reading: Kept) -> None:
        """Count another reading in."""
        self.alerts += reading.alerts
        self.values += reading.values
        self.sessions += reading.sessions


def reader(rules: Mapping[Signal, Rule], first_kept: int) -> Reader[Kept]:
    """Reads a measure by the rules; the store keeps the sessions from `first_kept` on."""

    def read(part: Part, signal: Signal, measured: Measured) -> Kept:
        assert measured.z is not None
        coded = states(measured, rules[signal])
        rows = len(measured.value)
        kept = slice(min(max(first_kept - part.first_row, 0), rows), rows)
        known = np.isfinite(measured.value)
        return Kept(
            first=max(part.first_row - first_kept, 0),
            value=measured.value[kept].copy(),
            z=measured.z[kept].copy(),
            percentile=own_percentiles(signal, measured, kept),
            coded=coded[kept].copy(),
            alerts=count_changes(coded),
            values=int(np.count_nonzero(known)),
            sessions=_sessions(known, part.bars_left),
        )

    return read


def _sessions(known: Bools, bars_left: NDArray[np.int16]) -> int:
    """Sessions with a bar from each symbol's first value on."""
    first = known.argmax(axis=0)
    columns = np.arange(known.shape[1])
    return int((bars_left[first, columns] * known[first, columns]).sum())


@dataclass(frozen=True, eq=False)
class Block:
    """All signals of some symbols on the kept sessions; (symbols, sessions, signals).

    In this order the cells are sorted as the store wants them: symbol, session, signal.
    """

    columns: Ints
    """Places in the market, by name of the symbol."""
    signals: Sequence[Signal]
    """By name."""
    value: Floats
    z: Floats
    percentile: Floats
    coded: NDArray[np.int8]


def block(pieces: Iterable[Piece[Kept]], symbols: Sequence[str], sessions: int) -> Block | None:
    """The pieces of a tape side by side; None where they keep nothing.

    Parameters
    ----------
    symbols : names, by place in the market.
    sessions : how many the store keeps.
    """
    some = [piece for piece in pieces if any(r.value.size for r in piece.readings.values())]
    if not some:
        return None
    columns = np.concatenate([piece.part.columns for piece in some])
    columns = columns[np.argsort(np.array([symbols[i] for i in columns]))]
    place = {column: i for i, column in enumerate(columns.tolist())}
    named = {signal.name: signal for piece in some for signal in piece.readings}
    signals = [named[name] for name in sorted(named)]
    shape = (len(columns), sessions, len(signals))
    value, z, percentile = (np.full(shape, np.nan) for _ in range(3))
    coded = np.zeros(shape, np.int8)
    for piece in some:
        where = np.array([place[column] for column in piece.part.columns.tolist()])
        for signal, reading in piece.readings.items():
            rows = slice(reading.first, reading.first + len(reading.value))
            into = (where, rows, signals.index(signal))
            for array, part in (
                (value, reading.value),
                (z, reading.z),
                (percentile, reading.percentile),
                (coded, reading.coded),
            ):
                array[into] = part.T
    return Block(columns, signals, value, z, percentile, coded)
