"""Compute signals over a panel: shared pieces once, in chunks of symbols, on every core."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from watchlist.signals.panel import Ints, Panel
from watchlist.signals.registry import Measured, Signal
from watchlist.signals.rolling import Floats, lag, rolling_sum
from watchlist.signals.states import Z_LEAST, Z_WINDOW

CHUNK = 16
"""Symbols computed at a time: a chunk of 25 years stays in the processor's cache."""
_KEPT_HEAP = 4_000_000

Consumer = Callable[[Ints, Signal, Measured], None]
"""Takes the columns of a chunk, the signal and its measures; called from several threads."""


def reserve_heap() -> None:
    """Keep freed memory in the process while signals are computed.

    glibc returns it to the system above a limit that grows with the largest block freed so far;
    without this every temporary array is faulted in anew, and the time doubles.
    """
    np.empty(_KEPT_HEAP)


def measure(panel: Panel, signal: Signal) -> Measured:
    """Values and z of one signal; z by the signal's own past where it does not say otherwise."""
    with np.errstate(invalid="ignore", divide="ignore"):
        measured = signal.measure(panel)
        if measured.z is None:
            measured = replace(measured, z=own_z(measured.value))
    return measured


def own_z(value: Floats) -> Floats:
    """Against mean and standard deviation of the 252 sessions before; NaN with under 120."""
    known = np.isfinite(value)
    filled = np.where(known, value, 0.0)
    count = rolling_sum(known.astype(np.float64), Z_WINDOW)
    count[count < Z_LEAST] = np.nan
    mean = rolling_sum(filled, Z_WINDOW) / count
    variance = rolling_sum(filled**2, Z_WINDOW) / count - mean**2
    spread = np.sqrt(np.where(variance > 0, variance, np.nan))
    z: Floats = (value - lag(mean, 1)) / lag(spread, 1)
    return z


def measure_all(
    panel: Panel,
    signals: Iterable[Signal],
    consume: Consumer,
    *,
    step: Callable[[int, int, str], None] | None = None,
) -> None:
    """Measure every signal of every symbol, a chunk at a time, and hand each result over.

    Nothing is kept: what a caller does not store is gone, which is what lets 10,000 symbols of
    25 years fit into a few gigabytes.
    """
    chosen = list(signals)
    single = [signal for signal in chosen if not signal.across]
    across = [signal for signal in chosen if signal.across]
    width = len(panel.symbols)
    chunks = [np.arange(i, min(i + CHUNK, width)) for i in range(0, width, CHUNK)]
    total = len(chunks) + len(across)

    reserve_heap()

    def work(columns: Ints) -> None:
        part = panel.select(columns)
        for signal in single:
            consume(columns, signal, measure(part, signal))

    with ThreadPoolExecutor(min(os.cpu_count() or 1, len(chunks) or 1)) as pool:
        for done, _ in enumerate(pool.map(work, chunks), start=1):
            if step:
                step(done, total, "signals")
    touched = np.unique(np.concatenate([panel.events.pair_column, panel.events.mention_column]))
    part = panel.select(touched)
    for done, signal in enumerate(across, start=len(chunks) + 1):
        if len(touched):
            consume(touched, signal, measure(part, signal))
        if step:
            step(done, total, signal.title)
