"""What signals are computed from: dense arrays, sessions down and symbols across.

A panel holds nothing but what was known by its last session. `Panel.upto` cuts it there, which
is how "no look-ahead" is both practised (`--on`) and proved (`watchlist.signals.lookahead`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from watchlist.signals.median import rolling_median
from watchlist.signals.rolling import Bools, Floats, lag

Dates = NDArray[np.datetime64]
Ints = NDArray[np.int64]
_Value = TypeVar("_Value")

VOLUME_BASELINE = 20
"""Sessions before today, a month, whose median is the usual log dollar volume."""


@dataclass(frozen=True, eq=False)
class Events:
    """Event × symbol pairs as parallel arrays, and the mentions of symbols in read documents."""

    event_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    announced_on: Dates = field(default_factory=lambda: np.array([], "datetime64[D]"))
    known_on: Dates = field(default_factory=lambda: np.array([], "datetime64[D]"))
    """When the schedule of an event was public; NaT for one that nobody could expect."""
    pair_event: Ints = field(default_factory=lambda: np.array([], np.int64))
    pair_column: Ints = field(default_factory=lambda: np.array([], np.int64))
    pair_named: Bools = field(default_factory=lambda: np.array([], np.bool_))
    pair_day0: Ints = field(default_factory=lambda: np.array([], np.int64))
    """Row of day 0; the number of sessions or more when it lies after the panel."""
    mention_column: Ints = field(default_factory=lambda: np.array([], np.int64))
    mention_row: Ints = field(default_factory=lambda: np.array([], np.int64))
    """The first session after the document's date."""

    def upto(self, rows: int, last: np.datetime64) -> Events:
        """What was known by the session `last`, row `rows - 1`."""
        scheduled = self.known_on[self.pair_event] <= last
        return self._keep((self.pair_day0 < rows) | scheduled, self.mention_row < rows)

    @property
    def reached(self) -> Ints:
        """Columns that an event or a document reaches."""
        return np.unique(np.concatenate([self.pair_column, self.mention_column]))

    def since(self, row: int) -> Events:
        """Pairs and mentions from a row on, which becomes row 0."""
        kept = self._keep(self.pair_day0 >= row, self.mention_row >= row)
        return replace(kept, pair_day0=kept.pair_day0 - row, mention_row=kept.mention_row - row)

    def among(self, columns: Ints, width: int) -> Events:
        """Pairs of the chosen columns, as they are numbered."""
        chosen = np.zeros(width, np.bool_)
        chosen[columns] = True
        return self._keep(chosen[self.pair_column], chosen[self.mention_column])

    def select(self, columns: Ints, width: int) -> Events:
        """Pairs of the chosen columns, renumbered."""
        kept = self.among(columns, width)
        place = np.full(width, -1)
        place[columns] = np.arange(len(columns))
        return replace(
            kept,
            pair_column=place[kept.pair_column],
            mention_column=place[kept.mention_column],
        )

    def _keep(self, pairs: Bools, mentions: Bools) -> Events:
        return replace(
            self,
            pair_event=self.pair_event[pairs],
            pair_column=self.pair_column[pairs],
            pair_named=self.pair_named[pairs],
            pair_day0=self.pair_day0[pairs],
            mention_column=self.mention_column[mentions],
            mention_row=self.mention_row[mentions],
        )


@dataclass(frozen=True, eq=False)
class Panel:
    """Sessions × symbols; NaN where a value is not known. Nothing is filled in."""

    sessions: Dates
    symbols: tuple[str, ...]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    """Split-adjusted, not dividend-adjusted."""
    volume: Floats
    ret: Floats
    """Simple return since the previous session; NaN if that session has no bar."""
    trade_ret: Floats
    """Simple return since the symbol's last bar, however long ago."""
    factors: Floats
    """(sessions, factors): simple returns of the market and sector factors."""
    market_of: Ints
    """(symbols,) column of `factors`, -1 for none."""
    sector_of: Ints
    market_activity: Floats
    """(sessions,) abnormal log dollar volume of the benchmarks; 0 where theirs is not known."""
    events: Events = field(default_factory=Events)
    first_row: int = 0
    """Sessions of the market before the panel's first."""
    _memory: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Sessions, symbols."""
        return len(self.sessions), len(self.symbols)

    def remember(self, name: str, make: Callable[[], _Value]) -> _Value:
        """`make()`, once per panel: several signals share one regression."""
        if name not in self._memory:
            self._memory[name] = make()
        value: _Value = self._memory[name]
        return value

    def market(self) -> Floats:
        """(sessions, symbols) return of each symbol's market factor; NaN for none."""
        return self._factor(self.market_of)

    def sector(self) -> Floats:
        """(sessions, symbols) return of each symbol's sector factor; NaN for none."""
        return self._factor(self.sector_of)

    def _factor(self, columns: Ints) -> Floats:
        if not self.factors.shape[1]:
            return np.full(self.shape, np.nan)
        out = self.factors[:, columns]
        out[:, columns < 0] = np.nan
        return out

    def _each(self, cut: Callable[[Floats], Floats]) -> dict[str, Any]:
        return {name: cut(getattr(self, name)) for name in _BY_SYMBOL}

    def upto(self, rows: int) -> Panel:
        """The panel as it stood after its first `rows` sessions."""
        return replace(
            self,
            sessions=self.sessions[:rows],
            **self._each(lambda x: x[:rows]),
            factors=self.factors[:rows],
            market_activity=self.market_activity[:rows],
            events=self.events.upto(rows, self.sessions[rows - 1]),
            _memory={},
        )

    def select(self, columns: Ints) -> Panel:
        """The chosen symbols only."""
        return replace(
            self,
            symbols=tuple(self.symbols[i] for i in columns),
            **self._each(lambda x: np.ascontiguousarray(x[:, columns])),
            market_of=self.market_of[columns],
            sector_of=self.sector_of[columns],
            events=self.events.select(columns, len(self.symbols)),
            _memory={},
        )


_BY_SYMBOL = ("open", "high", "low", "close", "volume", "ret", "trade_ret")


def log_dollar_volume(close: Floats, volume: Floats) -> Floats:
    """Natural log of close × volume; NaN where either is missing or nothing was traded."""
    traded = close * volume
    return np.log(traded, out=np.full_like(traded, np.nan), where=traded > 0)


def volume_deviation(close: Floats, volume: Floats) -> Floats:
    """Log dollar volume over its median of the 20 sessions before."""
    level = log_dollar_volume(close, volume)
    return level - lag(rolling_median(level, VOLUME_BASELINE, VOLUME_BASELINE // 2), 1)


def benchmark_activity(close: Floats, volume: Floats, benchmarks: Sequence[int]) -> Floats:
    """(sessions,) mean volume deviation of the benchmarks that have one that day, else 0."""
    if not len(benchmarks):
        return np.zeros(len(close))
    columns = list(benchmarks)
    deviation = volume_deviation(close[:, columns], volume[:, columns])
    known = np.isfinite(deviation)
    total = np.where(known, deviation, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(known.sum(axis=1), 1))
