"""Compute signals: over one panel, or over a market that comes in tapes and never stands whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from watchlist.cores import usable_cores
from watchlist.signals.build import Market
from watchlist.signals.pairs import Cells, Pairs, join, pairs
from watchlist.signals.panel import Ints, Panel
from watchlist.signals.policy import DENSITY_WINDOW
from watchlist.signals.registry import Measured, Signal
from watchlist.signals.regression import ESTIMATION, GAP
from watchlist.signals.rolling import Floats, at_least, rolling_count, rolling_sum
from watchlist.signals.states import Z_LEAST, Z_WINDOW
from watchlist.signals.tape import Tape, groups

CHUNK = 16
"""Symbols computed at a time: a chunk of 25 years stays near the processor's cache."""
BEFORE = DENSITY_WINDOW
"""Sessions before a symbol's first bar that its signals can look at."""
AFTER = ESTIMATION + GAP + 1
"""Sessions after a symbol's last bar on which a signal can still have a value."""

_Read = TypeVar("_Read")


@dataclass(frozen=True, eq=False)
class Part:
    """Some symbols on the sessions that their signals need."""

    columns: Ints
    """Their places in the market."""
    first_row: int
    """Sessions of the market before the first of these."""
    bars_left: NDArray[np.int16]
    """(sessions, symbols): bars with a return from this session on."""


@dataclass(frozen=True)
class Piece(Generic[_Read]):
    """What was read off some symbols, signal by signal."""

    part: Part
    readings: Mapping[Signal, _Read]


Reader = Callable[[Part, Signal, Measured], _Read]
"""Takes from a measure what is to be kept of it; called from several threads."""


def measure(panel: Panel, signal: Signal) -> Measured:
    """Values and z of one signal; z by the signal's own past where it does not say otherwise."""
    with np.errstate(invalid="ignore", divide="ignore"):
        measured = signal.measure(panel)
        if measured.z is None:
            measured = replace(measured, z=own_z(measured.value))
    return measured


def own_z(value: Floats) -> Floats:
    """Against mean and standard deviation of the 252 sessions before; NaN with under 120."""
    out = np.full_like(value, np.nan)
    past = value[:-1]
    known = np.isfinite(past)
    filled = np.where(known, past, 0.0)
    count = at_least(rolling_count(known, Z_WINDOW), Z_LEAST)
    mean = rolling_sum(filled, Z_WINDOW)
    mean /= count
    filled *= filled
    variance = rolling_sum(filled, Z_WINDOW)
    variance /= count
    variance -= mean * mean
    variance[variance <= 0] = np.nan
    np.subtract(value[1:], mean, out=out[1:])
    out[1:] /= np.sqrt(variance, out=variance)
    return out


def measure_market(
    market: Market,
    tapes: Iterable[Tape],
    signals: Iterable[Signal],
    read: Reader[_Read],
    *,
    size: int = CHUNK,
    done: Callable[[int], None] = lambda symbols: None,
) -> Iterator[list[Piece[_Read]]]:
    """Every signal of every symbol, a tape at a time; then those made of all pairs.

    Of a measure only what `read` gives is kept, so memory is bounded by a tape and what is read.

    Parameters
    ----------
    done : told how many symbols have been measured.
    """
    chosen = list(signals)
    alone = [signal for signal in chosen if signal.cells is None]
    reached = market.events.reached
    found: list[tuple[Pairs, Part]] = []
    measured = 0
    with ThreadPoolExecutor(usable_cores()) as pool:

        def work(
            near: Market, tape: Tape, together: tuple[Ints, slice]
        ) -> tuple[Piece[_Read], Pairs | None]:
            panel = near.panel(tape, *together)
            part = Part(tape.columns[together[0]], panel.first_row, _bars_left(panel))
            with_events = bool(np.isin(part.columns[:1], reached).any())
            mine = [signal for signal in alone if with_events or not signal.of_events]
            readings = {signal: read(part, signal, measure(panel, signal)) for signal in mine}
            return Piece(part, readings), _of_market(panel, part) if with_events else None

        for tape in tapes:
            near = replace(market, events=market.events.among(tape.columns, len(market.symbols)))
            cut = groups(tape, reached, len(market.sessions), size=size, before=BEFORE, after=AFTER)
            pieces = []
            for piece, own in pool.map(partial(work, near, tape), cut):
                pieces.append(piece)
                if own is not None and len(own.event):
                    found.append((own, piece.part))
                measured += len(piece.part.columns)
                done(measured)
            yield pieces
        together = [signal for signal in chosen if signal.cells is not None]
        if found and together:
            yield list(pool.map(_reading(together, read), *_apart(found, together, market)))


def _of_market(panel: Panel, part: Part) -> Pairs:
    """The panel's pairs with the market's columns and rows."""
    own = pairs(panel)
    return replace(own, column=part.columns[own.column], day0=own.day0 + part.first_row)


def _bars_left(panel: Panel) -> NDArray[np.int16]:
    traded = np.isfinite(panel.trade_ret[::-1])
    return np.cumsum(traded, axis=0, dtype=np.int16)[::-1]


def _apart(
    found: Sequence[tuple[Pairs, Part]], signals: Sequence[Signal], market: Market
) -> tuple[list[Part], list[tuple[Cells, ...]]]:
    """Each part, and its cells of each signal."""
    whole = join([own for own, _ in found])
    parts = [part for _, part in found]
    columns = [part.columns for part in parts]
    made = [s.cells(whole).apart(columns, len(market.symbols)) for s in signals if s.cells]
    return parts, list(zip(*made, strict=True))


def _reading(
    signals: Sequence[Signal], read: Reader[_Read]
) -> Callable[[Part, tuple[Cells, ...]], Piece[_Read]]:
    def work(part: Part, made: tuple[Cells, ...]) -> Piece[_Read]:
        readings = {}
        for signal, cells in zip(signals, made, strict=True):
            own = replace(cells, row=cells.row - part.first_row)
            readings[signal] = read(part, signal, own.measured(part.bars_left.shape))
        return Piece(part, readings)

    return work
