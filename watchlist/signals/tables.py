"""A market's signals as the store's tables: signals, alerts, definitions, rankings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from watchlist.signals import chance
from watchlist.signals.build import Market
from watchlist.signals.compute import CHUNK, measure_market
from watchlist.signals.gather import Block, Tally, block, reader
from watchlist.signals.ranking import Reading, rank
from watchlist.signals.registry import Rule, Signal
from watchlist.signals.states import begins, sentence
from watchlist.signals.tape import Tape

_STATES = ("quiet", "up", "down", "on")
_SIGNALS = {
    "symbol": pl.String,
    "session": pl.Date,
    "signal": pl.String,
    "value": pl.Float64,
    "z": pl.Float64,
    "percentile": pl.Float64,
    "state": pl.String,
}
_ALERTS = {
    "symbol": pl.String,
    "session": pl.Date,
    "signal": pl.String,
    "state": pl.String,
    "previous_state": pl.String,
    "value": pl.Float64,
    "rule": pl.String,
    "expected_per_year": pl.Float64,
    "sentence": pl.String,
}


@dataclass(frozen=True)
class SignalTables:
    """Frames with the columns of the tables of the same names."""

    today: pl.DataFrame
    """Of `signals` the last session."""
    alerts: pl.DataFrame
    signal_definitions: pl.DataFrame
    rankings: pl.DataFrame
    symbols: int
    """That have a bar."""


def signal_tables(
    market: Market,
    tapes: Iterable[Tape],
    rules: Mapping[Signal, Rule],
    *,
    history: int,
    watchlist: tuple[str, ...],
    keep: Callable[[pl.DataFrame], None] = lambda signals: None,
    size: int = CHUNK,
    done: Callable[[int], None] = lambda symbols: None,
) -> SignalTables:
    """Measure, judge by the rules, and lay out.

    Parameters
    ----------
    rules : the signals to compute, each with the rule in force.
    history : sessions kept, the last ones.
    watchlist : symbols that are ranked.
    keep : given the rows of `signals` as they are made, each time sorted by symbol, session and
        signal; over a market they are too many to be held.
    size : symbols computed together; changes the time, not a bit of the result.
    done : told how many symbols have been measured.
    """
    sessions = market.sessions
    first = max(len(sessions) - history, 0)
    tallies = {signal: Tally() for signal in rules}
    columns: set[int] = set()
    today: list[pl.DataFrame] = []
    alerts: list[tuple[Signal, dict[str, object]]] = []
    readings: list[Reading] = []
    read = reader(rules, first)
    for pieces in measure_market(market, tapes, rules, read, size=size, done=done):
        for piece in pieces:
            columns.update(piece.part.columns.tolist())
            for signal, kept in piece.readings.items():
                tallies[signal].add(kept)
        whole = block(pieces, market.symbols, len(sessions) - first)
        if whole is None:
            continue
        rows = _signals(market, first, whole, rules)
        keep(rows)
        today.append(_last(rows, sessions[-1].item()))
        alerts += _alerts(market, first, whole, rules)
        readings += _readings(market, whole, rules, watchlist)
    expected = {s: _expected(s, rule, tallies[s]) for s, rule in rules.items()}
    order = {signal: i for i, signal in enumerate(rules)}
    readings.sort(key=lambda reading: (order[reading.signal], reading.symbol))
    return SignalTables(
        today=pl.concat([pl.DataFrame(schema=_SIGNALS), *today]),
        alerts=pl.DataFrame(
            [{**alert, "expected_per_year": expected[signal]} for signal, alert in alerts],
            schema=_ALERTS,
        ).sort("symbol", "session", "signal"),
        signal_definitions=_definitions(market, tallies, rules, expected),
        rankings=_rankings(market, readings),
        symbols=len(columns),
    )


def _expected(signal: Signal, rule: Rule, tally: Tally) -> float | None:
    rate = chance.alert_rate(signal, rule)
    if rate is None or not tally.sessions:
        return None
    return rate * tally.values / tally.symbol_years


def _signals(
    market: Market, first: int, found: Block, rules: Mapping[Signal, Rule]
) -> pl.DataFrame:
    """Text columns are enumerations: a market's names are written millions of times."""
    known = np.isfinite(found.value)
    symbol, row, signal = np.nonzero(known)
    codes = np.array(
        [[_STATES.index(rules[s].states[code]) for code in (-1, 0, 1)] for s in found.signals]
    )
    state = codes[signal, found.coded[known] + 1]
    return pl.DataFrame(
        {
            "symbol": _names(symbol, [market.symbols[column] for column in found.columns]),
            "session": market.sessions[first:][row],
            "signal": _names(signal, [s.name for s in found.signals]),
            "value": found.value[known],
            "z": found.z[known],
            "percentile": found.percentile[known],
            "state": _names(state, _STATES),
        }
    ).with_columns(pl.col("z", "percentile").fill_nan(None))


def _last(signals: pl.DataFrame, session: date) -> pl.DataFrame:
    rows = signals.filter(pl.col("session") == session)
    return rows.with_columns(pl.col("symbol", "signal", "state").cast(pl.String))


def _names(codes: np.ndarray, names: Iterable[str]) -> pl.Series:
    return pl.Series(codes.astype(np.uint32)).cat.to(pl.Enum(names))


def _alerts(
    market: Market, first: int, found: Block, rules: Mapping[Signal, Rule]
) -> list[tuple[Signal, dict[str, object]]]:
    """All but what chance gives, which is known when everybody has been measured."""
    sessions = market.sessions[first:].tolist()
    begun = begins(found.coded.swapaxes(0, 1)).swapaxes(0, 1)
    rows = []
    for at in zip(*(x.tolist() for x in np.nonzero(begun)), strict=True):
        symbol, row, number = at
        signal = found.signals[number]
        rule, name = rules[signal], market.symbols[found.columns[symbol]]
        state, value = rule.states[int(found.coded[at])], float(found.value[at])
        alert = {
            "symbol": name,
            "session": sessions[row],
            "signal": signal.name,
            "state": state,
            "previous_state": rule.states[int(found.coded[symbol, row - 1, number])],
            "value": value,
            "rule": rule.words(),
            "sentence": sentence(signal, state, name, value, float(found.z[at])),
        }
        rows.append((signal, alert))
    return rows


def _definitions(
    market: Market,
    tallies: Mapping[Signal, Tally],
    rules: Mapping[Signal, Rule],
    expected: Mapping[Signal, float | None],
) -> pl.DataFrame:
    last = market.sessions[-1].item()
    return pl.DataFrame(
        [
            {
                "signal": signal.name,
                "position": position,
                "title": signal.title,
                "family": signal.family,
                "definition": signal.definition,
                "formula": signal.formula,
                "source": signal.source,
                "parameters": json.dumps(dict(signal.parameters)),
                "unit": signal.unit,
                "direction": signal.direction,
                "minimum_history": signal.minimum_history,
                "rule": rules[signal].words(),
                "lies": signal.lies,
                "as_of": last,
                "symbol_years": tally.symbol_years,
                "alerts": tally.alerts,
                "alerts_per_year": tally.alerts / tally.symbol_years if tally.sessions else None,
                "expected_per_year": expected[signal],
            }
            for position, (signal, tally) in enumerate(tallies.items(), start=1)
        ],
        schema_overrides={"alerts_per_year": pl.Float64, "expected_per_year": pl.Float64},
    )


def _readings(
    market: Market, found: Block, rules: Mapping[Signal, Rule], watchlist: tuple[str, ...]
) -> list[Reading]:
    """What the watchlist's symbols say on the last session."""
    return [
        Reading(
            symbol=market.symbols[column],
            signal=signal,
            value=float(found.value[symbol, -1, number]),
            z=float(found.z[symbol, -1, number]),
            percentile=float(found.percentile[symbol, -1, number]),
            state=rules[signal].states[int(found.coded[symbol, -1, number])],
        )
        for symbol, column in enumerate(found.columns)
        if market.symbols[column] in watchlist
        for number, signal in enumerate(found.signals)
        if np.isfinite(found.value[symbol, -1, number])
    ]


def _rankings(market: Market, readings: Iterable[Reading]) -> pl.DataFrame:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "as_of": pl.Date,
        "symbol": pl.String,
        "rank": pl.Int32,
        "score": pl.Float64,
        "reasons": pl.List(pl.String),
        "rarities": pl.List(pl.Float64),
    }
    ranked = rank(readings)
    return pl.DataFrame(
        {
            "as_of": [market.sessions[-1].item()] * len(ranked),
            "symbol": [entry.symbol for entry in ranked],
            "rank": list(range(1, len(ranked) + 1)),
            "score": [entry.score for entry in ranked],
            "reasons": [list(entry.reasons) for entry in ranked],
            "rarities": [list(entry.rarities) for entry in ranked],
        },
        schema=schema,
    )
