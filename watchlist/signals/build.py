"""From a market and its tape to panels; knows column names, not where the frames came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from watchlist.signals.panel import Dates, Events, Ints, Panel, benchmark_activity
from watchlist.signals.rolling import Floats
from watchlist.signals.tape import Tape


@dataclass(frozen=True)
class MarketFrames:
    """What all symbols share, with the columns of the public views."""

    sessions: pl.DataFrame
    """session, ascending."""
    securities: pl.DataFrame
    """symbol, role, market, sector_factor; the place of a symbol here is its column."""
    pairs: pl.DataFrame
    """event_id, category, announced_on, known_on, symbol, relation, day0 (null: not reached)."""
    mentions: pl.DataFrame
    """symbol, dated_on, document_id."""


@dataclass(frozen=True, eq=False)
class Market:
    """What all symbols share as arrays; small beside their bars."""

    sessions: Dates
    symbols: tuple[str, ...]
    """By column, with or without bars."""
    factors: Floats
    """(sessions, factors): simple returns."""
    market_of: Ints
    """(symbols,) column of `factors`, -1 for none."""
    sector_of: Ints
    market_activity: Floats
    events: Events
    """Of all symbols."""

    def panel(self, tape: Tape, chosen: Ints, rows: slice) -> Panel:
        """Some symbols of a tape on sessions that span their lives."""
        columns = tape.columns[chosen]
        return Panel(
            sessions=self.sessions[rows],
            symbols=tuple(self.symbols[i] for i in columns),
            **tape.dense(chosen, rows),
            factors=self.factors[rows],
            market_of=self.market_of[columns],
            sector_of=self.sector_of[columns],
            market_activity=self.market_activity[rows],
            events=self.events.select(columns, len(self.symbols)).since(rows.start),
            first_row=rows.start,
        )

    def whole(self, tape: Tape) -> Panel:
        """All symbols of a tape on all sessions, by name."""
        return self.panel(tape, np.argsort(tape.columns), slice(0, len(self.sessions)))


def explaining(securities: pl.DataFrame) -> list[int]:
    """Columns of the factors and benchmarks, whose bars a market is built from."""
    named = {*securities["market"], *securities["sector_factor"]} - {None}
    rows = zip(securities["symbol"], securities["role"], strict=True)
    return [i for i, (symbol, role) in enumerate(rows) if symbol in named or role == "benchmark"]


def build_market(frames: MarketFrames, factors: Tape) -> Market:
    """What all symbols share.

    Parameters
    ----------
    factors : bars of the `explaining` symbols; one without bars is a factor that nobody has.
    """
    sessions = frames.sessions["session"].to_numpy().astype("datetime64[D]")
    securities = frames.securities
    symbols = tuple(securities["symbol"].to_list())
    column = {symbol: i for i, symbol in enumerate(symbols)}
    held = factors.dense(np.arange(len(factors.columns)), slice(0, len(sessions)))
    place = {symbols[column]: i for i, column in enumerate(factors.columns)}

    def factor_of(name: str) -> Ints:
        # nobody is explained by itself
        chosen = [
            place.get(factor, -1) if factor != symbol else -1
            for symbol, factor in zip(symbols, securities[name], strict=True)
        ]
        return np.array(chosen, np.int64)

    roles = securities["role"].to_list()
    benchmarks = [i for i, at in enumerate(factors.columns) if roles[at] == "benchmark"]
    return Market(
        sessions=sessions,
        symbols=symbols,
        factors=held["ret"],
        market_of=factor_of("market"),
        sector_of=factor_of("sector_factor"),
        market_activity=benchmark_activity(held["close"], held["volume"], benchmarks),
        events=_events(frames, sessions, column),
    )


def _events(frames: MarketFrames, sessions: Dates, column: Mapping[str, int]) -> Events:
    pairs = frames.pairs.filter(pl.col("symbol").is_in(list(column)))
    events = pairs.unique("event_id", keep="first", maintain_order=True)
    number = {event: i for i, event in enumerate(events["event_id"])}
    day0 = pairs["day0"].to_numpy().astype("datetime64[D]")
    row = np.where(np.isnat(day0), len(sessions), np.searchsorted(sessions, day0))
    mentions = frames.mentions.filter(
        pl.col("symbol").is_in(list(column)) & pl.col("dated_on").is_not_null()
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
        pair_day0=row.astype(np.int64),
        mention_column=_numbers(mentions["symbol"], column),
        # the hour of a document is not known: it counts from the session after its date
        mention_row=np.searchsorted(sessions, dated, side="right").astype(np.int64),
    )


def _numbers(names: pl.Series, number: Mapping[str, int]) -> Ints:
    return np.array([number[name] for name in names], np.int64)
