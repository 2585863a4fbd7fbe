"""What signals are computed from: dense arrays, sessions down and symbols across.

A panel holds nothing but what was known by its last session. `Panel.upto` cuts it there, which
is how "no look-ahead" is both practised (`--on`) and tested. A whole market never stands in memory
as one panel: `Market` holds what all symbols share, and makes panels of some of them at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.signals.events import WATCHED, Dates, Events, Reactions, react
from watchlist.signals.rolling import Bools, Floats, Ints, lag, rolling_median
from watchlist.study import Panel as Returns
from watchlist.study import StudyDesign
from watchlist.study.pairs import event_rows
from watchlist.study.sessions import SessionReturns, session_returns

VOLUME_BASELINE = 20
"""Sessions before today, a month, whose median is the usual log dollar volume."""
BEFORE = 21
"""Sessions before a symbol's first bar on which it can have a signal: an event that is ahead."""

BARS = ("open", "high", "low", "close", "volume", "ret", "trade_ret")
"""What a panel has of each bar, with the names of the views."""


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
    factor_names: tuple[str, ...]
    market_of: Ints
    """(symbols,) column of `factors`, -1 for none: nobody is measured against itself."""
    sector_of: Ints
    market_activity: Floats
    """(sessions,) abnormal log dollar volume of the benchmarks; 0 where theirs is not known."""
    events: Events = field(default_factory=Events)
    design: StudyDesign = field(default_factory=StudyDesign)
    """How abnormal returns are estimated: the daily study against the market."""
    columns: Ints = field(default_factory=lambda: np.array([], np.int64))
    """(symbols,) their places in the market, where the panel is a part of one."""
    first_row: int = 0
    """Sessions of the market before the panel's first."""

    @property
    def shape(self) -> tuple[int, int]:
        """Sessions, symbols."""
        return len(self.sessions), len(self.symbols)

    @cached_property
    def returns(self) -> Returns:
        """The panel as the event study reads it: symbols, then factors under their names."""
        names = (*self.symbols, *(f"factor {name}" for name in self.factor_names))
        return Returns(self.sessions, names, np.hstack([self.ret, self.factors]))

    @cached_property
    def masked(self) -> Bools | None:
        """Sessions of the symbols' own events, which leave the estimation windows."""
        if self.design.overlap not in ("mask", "joint"):
            return None
        inside = self.events.pair_day0 < len(self.sessions)
        row, column = self.events.pair_day0[inside], self.events.pair_column[inside]
        return event_rows(row, column, self.returns.returns.shape, self.design.mask_days)

    @cached_property
    def abnormal(self) -> SessionReturns:
        """(sessions, symbols) abnormal returns against the market, as in `session_abnormal`."""
        columns = np.arange(len(self.symbols))
        return session_returns(
            self.returns, columns, self.market[:, None], self.design, self.masked
        )

    @cached_property
    def reactions(self) -> Reactions:
        """How the symbols were received by their events, against the market."""
        return react(self.events, self.returns, self.market, self.design, self.masked)

    @cached_property
    def log_path(self) -> Floats:
        """Log of the total-return index from each symbol's first bar; NaN without a bar."""
        step = np.log1p(self.trade_ret)
        unknown = ~np.isfinite(step)
        path = np.cumsum(np.where(unknown, 0.0, step), axis=0)
        path[unknown & ~np.isfinite(self.close)] = np.nan
        return path

    @cached_property
    def abnormal_volume(self) -> Floats:
        """Log dollar volume over its median of 20 sessions before, less the benchmarks' same."""
        return volume_deviation(self.close, self.volume) - self.market_activity[:, None]

    def sector(self) -> Floats:
        """(sessions, symbols) return of each symbol's sector factor; NaN for none."""
        out = np.full(self.shape, np.nan)
        known = self.sector_of >= 0
        out[:, known] = self.factors[:, self.sector_of[known]]
        return out

    def names_of(self, factor: Ints) -> tuple[str, ...]:
        """(symbols,) names of the factors in `market_of` or `sector_of`; empty for none."""
        return tuple(self.factor_names[i] if i >= 0 else "" for i in factor)

    @property
    def market(self) -> Ints:
        """(symbols,) column of the market factor in `returns`, -1 for none."""
        return np.where(self.market_of >= 0, len(self.symbols) + self.market_of, -1)

    def _each(self, cut: Callable[[Floats], Floats]) -> dict[str, Any]:
        return {name: cut(getattr(self, name)) for name in BARS}

    def upto(self, rows: int) -> Panel:
        """The panel as it stood after its first `rows` sessions."""
        return replace(
            self,
            sessions=self.sessions[:rows],
            **self._each(lambda x: x[:rows]),
            factors=self.factors[:rows],
            market_activity=self.market_activity[:rows],
            events=self.events.upto(rows, self.sessions[rows - 1]),
        )


@dataclass(frozen=True, eq=False)
class Market:
    """What all symbols share as arrays; small beside their bars."""

    sessions: Dates
    symbols: tuple[str, ...]
    """By place, with or without bars."""
    factors: Floats
    """(sessions, factors): simple returns."""
    factor_names: tuple[str, ...]
    market_of: Ints
    """(symbols,) column of `factors`, -1 for none."""
    sector_of: Ints
    market_activity: Floats
    events: Events
    """Of all symbols."""
    design: StudyDesign

    def panel(self, bars: pl.DataFrame) -> Panel:
        """The symbols that have bars, on the sessions around their lives.

        Parameters
        ----------
        bars : symbol, session and `BARS`; one row a symbol and session. Those of other symbols and
            sessions are left out.
        """
        names, rows, held = _dense(bars, self.sessions, self.symbols, self.design)
        place = {symbol: i for i, symbol in enumerate(self.symbols)}
        columns = np.array([place[name] for name in names], np.int64)
        return Panel(
            sessions=self.sessions[rows],
            symbols=names,
            **held,
            factors=self.factors[rows],
            factor_names=self.factor_names,
            market_of=self.market_of[columns],
            sector_of=self.sector_of[columns],
            market_activity=self.market_activity[rows],
            events=self.events.select(columns, len(self.symbols)).since(rows.start),
            design=self.design,
            columns=columns,
            first_row=rows.start,
        )


def build_market(
    sessions: pl.Series,
    securities: pl.DataFrame,
    factor_bars: pl.DataFrame,
    events: Events,
    design: StudyDesign,
) -> Market:
    """What all symbols share.

    Parameters
    ----------
    sessions : ascending
    securities : symbol, role, sector_factor; the place of a symbol here is its column
    factor_bars : symbol, session and `BARS` of the market, the sector factors and the benchmarks;
        one without bars is a factor that nobody has
    events : of all symbols, by their places
    design : the daily study against the market
    """
    days = sessions.to_numpy().astype("datetime64[D]")
    symbols = tuple(securities["symbol"].to_list())
    names, rows, held = _dense(factor_bars, days, symbols, design)
    factors, close, volume = (np.full((len(days), len(names)), np.nan) for _ in range(3))
    factors[rows], close[rows], volume[rows] = held["ret"], held["close"], held["volume"]
    place = {name: i for i, name in enumerate(names)}

    def column(factor: str | None, symbol: str) -> int:
        return place.get(factor, -1) if factor and factor != symbol else -1

    [market] = design.factors
    roles = dict(securities.select("symbol", "role").iter_rows())
    benchmarks = [i for i, name in enumerate(names) if roles[name] == "benchmark"]
    sectors = zip(securities["sector_factor"], symbols, strict=True)
    return Market(
        sessions=days,
        symbols=symbols,
        factors=factors,
        factor_names=names,
        market_of=np.array([column(market, symbol) for symbol in symbols], np.int64),
        sector_of=np.array([column(factor, symbol) for factor, symbol in sectors], np.int64),
        market_activity=benchmark_activity(close, volume, benchmarks),
        events=events,
        design=design,
    )


def _dense(
    bars: pl.DataFrame, sessions: Dates, symbols: Sequence[str], design: StudyDesign
) -> tuple[tuple[str, ...], slice, dict[str, Floats]]:
    """Symbols with bars, by name; the sessions that they need; (sessions, symbols) arrays."""
    bars = bars.filter(pl.col("symbol").is_in(symbols) & pl.col("session").is_in(sessions.tolist()))
    names = tuple(bars["symbol"].unique().sort())
    row = np.searchsorted(sessions, bars["session"].to_numpy().astype("datetime64[D]"))
    after = max(WATCHED, -design.estimation[0])  # a window may still hold its last bars
    first = max(int(row.min(initial=len(sessions))) - BEFORE, 0)
    last = min(int(row.max(initial=-1)) + 1 + after, len(sessions))
    shape = (max(last - first, 0), len(names))
    codes = bars["symbol"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    into = (row - first) * len(names) + codes
    held = {}
    for name in BARS:
        dense = np.full(shape, np.nan)
        dense.reshape(-1)[into] = bars[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        held[name] = dense
    return names, slice(first, last), held


def build_events(
    sessions: pl.Series, symbols: Sequence[str], pairs: pl.DataFrame, mentions: pl.DataFrame
) -> Events:
    """Events of the given symbols, by their places.

    Parameters
    ----------
    pairs : event_id, category, announced_on, known_on, symbol, relation, day0 (null: not reached)
    mentions : symbol, dated_on, document_id
    """
    days = sessions.to_numpy().astype("datetime64[D]")
    column = {symbol: i for i, symbol in enumerate(symbols)}
    pairs = pairs.filter(pl.col("symbol").is_in(list(symbols)))
    events = pairs.unique("event_id", keep="first", maintain_order=True)
    number = {event: i for i, event in enumerate(events["event_id"])}
    day0 = pairs["day0"].to_numpy().astype("datetime64[D]")
    mentions = mentions.filter(
        pl.col("symbol").is_in(list(symbols)) & pl.col("dated_on").is_not_null()
    )
    dated = mentions["dated_on"].to_numpy().astype("datetime64[D]")
    return Events(
        event_ids=tuple(events["event_id"]),
        categories=tuple(events["category"]),
        announced_on=events["announced_on"].to_numpy().astype("datetime64[D]"),
        known_on=events["known_on"].to_numpy().astype("datetime64[D]"),
        pair_event=_numbers(pairs["event_id"], number),
        pair_column=_numbers(pairs["symbol"], column),
        pair_named=(pairs["relation"] == "named").to_numpy(),
        pair_day0=np.where(np.isnat(day0), len(days), np.searchsorted(days, day0)).astype(np.int64),
        mention_column=_numbers(mentions["symbol"], column),
        # the hour of a document is not known: it counts from the session after its date
        mention_row=np.searchsorted(days, dated, side="right").astype(np.int64),
    )


def _numbers(names: pl.Series, number: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array([number[name] for name in names], np.int64)


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
