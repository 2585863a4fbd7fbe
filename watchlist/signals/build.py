"""From the store's frames to a panel; knows column names, not where the frames came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from watchlist.signals.panel import Dates, Events, Ints, Panel, benchmark_activity
from watchlist.signals.rolling import Floats

_FIELDS = ("open", "high", "low", "close", "volume", "ret", "trade_ret")


@dataclass(frozen=True)
class PanelFrames:
    """What a panel is built from, with the columns of the public views."""

    sessions: pl.DataFrame
    """session, ascending."""
    bars: pl.DataFrame
    """symbol, session, open, high, low, close, volume, ret, trade_ret."""
    securities: pl.DataFrame
    """symbol, role, market, sector_factor."""
    pairs: pl.DataFrame
    """event_id, category, announced_on, known_on, symbol, relation, day0 (null: not reached)."""
    mentions: pl.DataFrame
    """symbol, dated_on, document_id."""


def build_panel(frames: PanelFrames) -> Panel:
    """Dense arrays of every security that has a bar; rows are the given sessions.

    Bars on a date that is no row (another exchange's session) are left out.
    """
    sessions = frames.sessions["session"].to_numpy().astype("datetime64[D]")
    present = frames.bars["symbol"].unique()
    securities = frames.securities.filter(pl.col("symbol").is_in(present.implode()))
    symbols = tuple(securities["symbol"].to_list())
    column = {symbol: i for i, symbol in enumerate(symbols)}
    arrays = _scatter(frames.bars, sessions, column)
    factors = sorted(
        {name for name in (*securities["market"], *securities["sector_factor"]) if name in column}
    )
    place = {name: i for i, name in enumerate(factors)}

    def factor_of(name: str) -> Ints:
        # nobody is explained by itself
        chosen = [
            place.get(factor, -1) if factor != symbol else -1
            for symbol, factor in zip(symbols, securities[name], strict=True)
        ]
        return np.array(chosen, np.int64)

    benchmarks = [column[s] for s in securities.filter(pl.col("role") == "benchmark")["symbol"]]
    return Panel(
        sessions=sessions,
        symbols=symbols,
        open=arrays["open"],
        high=arrays["high"],
        low=arrays["low"],
        close=arrays["close"],
        volume=arrays["volume"],
        ret=arrays["ret"],
        trade_ret=arrays["trade_ret"],
        factors=arrays["ret"][:, [column[name] for name in factors]],
        market_of=factor_of("market"),
        sector_of=factor_of("sector_factor"),
        market_activity=benchmark_activity(arrays["close"], arrays["volume"], benchmarks),
        events=_events(frames, sessions, column),
    )


def _scatter(bars: pl.DataFrame, sessions: Dates, column: dict[str, int]) -> dict[str, Floats]:
    dates = bars["session"].to_numpy().astype("datetime64[D]")
    row = np.searchsorted(sessions, dates)
    known = row < len(sessions)
    known[known] = sessions[row[known]] == dates[known]
    across = bars["symbol"].replace_strict(column, return_dtype=pl.Int64).to_numpy()
    arrays = {}
    for name in _FIELDS:
        dense = np.full((len(sessions), len(column)), np.nan)
        values = bars[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        dense[row[known], across[known]] = values[known]
        arrays[name] = dense
    return arrays


def _events(frames: PanelFrames, sessions: Dates, column: dict[str, int]) -> Events:
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


def _numbers(names: pl.Series, number: dict[str, int]) -> Ints:
    return np.array([number[name] for name in names], np.int64)
