"""A panel's signals as the store's tables: signals, alerts, definitions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from watchlist.signals import chance
from watchlist.signals.compute import measure_all
from watchlist.signals.panel import Ints, Panel
from watchlist.signals.ranking import Reading, rank
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import Floats
from watchlist.signals.states import (
    Z_WINDOW,
    States,
    changes,
    count_changes,
    own_percentiles,
    sentence,
    states,
)


@dataclass(frozen=True)
class SignalTables:
    """Frames with the columns of the tables of the same names."""

    signals: pl.DataFrame
    alerts: pl.DataFrame
    signal_definitions: pl.DataFrame
    rankings: pl.DataFrame


@dataclass
class _Gathered:
    """One signal over all symbols, for the rows that are kept."""

    value: Floats
    z: Floats
    percentile: Floats
    coded: States
    alerts: int = 0
    values: int = 0
    symbol_years: float = 0.0

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> _Gathered:
        """Nothing known, all quiet."""
        value, z, percentile = (np.full(shape, np.nan) for _ in range(3))
        return cls(value, z, percentile, np.zeros(shape, np.int8))


def signal_tables(
    panel: Panel,
    rules: Mapping[Signal, Rule],
    *,
    history: int,
    watchlist: tuple[str, ...],
    step: Callable[[int, int, str], None] | None = None,
) -> SignalTables:
    """Measure, judge by the rules, and lay out.

    Parameters
    ----------
    rules : the signals to compute, each with the rule in force.
    history : sessions kept, the last ones.
    watchlist : symbols that are ranked.
    """
    rows, width = panel.shape
    first = max(rows - history, 0)
    kept = slice(first, rows)
    gathered = {signal: _Gathered.empty((rows - first, width)) for signal in rules}

    def consume(columns: Ints, signal: Signal, measured: Measured) -> None:
        into = gathered[signal]
        assert measured.z is not None
        coded = states(measured, rules[signal])
        into.value[:, columns] = measured.value[kept]
        into.z[:, columns] = measured.z[kept]
        into.percentile[:, columns] = own_percentiles(signal, measured, kept)
        into.coded[:, columns] = coded[kept]
        into.alerts += count_changes(coded)
        into.values += int(np.isfinite(measured.value).sum())
        into.symbol_years += _symbol_years(measured.value, panel.trade_ret[:, columns])

    measure_all(panel, rules, consume, step=step)
    expected = {s: _expected(s, rule, gathered[s]) for s, rule in rules.items()}
    return SignalTables(
        signals=_signals(panel, first, gathered, rules),
        alerts=_alerts(panel, first, gathered, rules, expected),
        signal_definitions=_definitions(panel, gathered, rules, expected),
        rankings=_rankings(panel, gathered, rules, watchlist),
    )


def _symbol_years(value: Floats, returns: Floats) -> float:
    """Years of sessions with a bar from each symbol's first value on."""
    begun = np.logical_or.accumulate(np.isfinite(value), axis=0)
    return float((begun & np.isfinite(returns)).sum()) / Z_WINDOW


def _expected(signal: Signal, rule: Rule, found: _Gathered) -> float | None:
    rate = chance.alert_rate(signal, rule)
    if rate is None or not found.symbol_years:
        return None
    return rate * found.values / found.symbol_years


def _signals(
    panel: Panel, first: int, gathered: Mapping[Signal, _Gathered], rules: Mapping[Signal, Rule]
) -> pl.DataFrame:
    sessions = panel.sessions[first:]
    parts = []
    for signal, found in gathered.items():
        known = np.isfinite(found.value)
        row, column = np.nonzero(known)
        names = rules[signal].states
        parts.append(
            pl.DataFrame(
                {
                    "symbol": np.array(panel.symbols)[column],
                    "session": sessions[row],
                    "signal": np.full(len(row), signal.name),
                    "value": found.value[known],
                    "z": found.z[known],
                    "percentile": found.percentile[known],
                    "state": np.array([names[-1], names[0], names[1]])[found.coded[known] + 1],
                },
                schema={
                    "symbol": pl.String,
                    "session": pl.Date,
                    "signal": pl.String,
                    "value": pl.Float64,
                    "z": pl.Float64,
                    "percentile": pl.Float64,
                    "state": pl.String,
                },
            )
        )
    return (
        pl.concat(parts)
        .with_columns(pl.col("z", "percentile").fill_nan(None))
        .sort("symbol", "session", "signal")
    )


def _alerts(
    panel: Panel,
    first: int,
    gathered: Mapping[Signal, _Gathered],
    rules: Mapping[Signal, Rule],
    expected: Mapping[Signal, float | None],
) -> pl.DataFrame:
    sessions = panel.sessions[first:].tolist()
    rows = []
    for signal, found in gathered.items():
        rule = rules[signal]
        for row, column in changes(found.coded):
            state = rule.states[int(found.coded[row, column])]
            value = float(found.value[row, column])
            rows.append(
                {
                    "symbol": panel.symbols[column],
                    "session": sessions[row],
                    "signal": signal.name,
                    "state": state,
                    "previous_state": rule.states[int(found.coded[row - 1, column])],
                    "value": value,
                    "rule": rule.words(),
                    "expected_per_year": expected[signal],
                    "sentence": sentence(
                        signal, state, panel.symbols[column], value, float(found.z[row, column])
                    ),
                }
            )
    schema = {
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
    return pl.DataFrame(rows, schema=schema).sort("symbol", "session", "signal")


def _definitions(
    panel: Panel,
    gathered: Mapping[Signal, _Gathered],
    rules: Mapping[Signal, Rule],
    expected: Mapping[Signal, float | None],
) -> pl.DataFrame:
    last = panel.sessions[-1].item()
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
                "symbol_years": found.symbol_years,
                "alerts": found.alerts,
                "alerts_per_year": found.alerts / found.symbol_years
                if found.symbol_years
                else None,
                "expected_per_year": expected[signal],
            }
            for position, (signal, found) in enumerate(gathered.items(), start=1)
        ],
        schema_overrides={"alerts_per_year": pl.Float64, "expected_per_year": pl.Float64},
    )


def _rankings(
    panel: Panel,
    gathered: Mapping[Signal, _Gathered],
    rules: Mapping[Signal, Rule],
    watchlist: tuple[str, ...],
) -> pl.DataFrame:
    readings = [
        Reading(
            symbol=panel.symbols[column],
            signal=signal,
            value=float(found.value[-1, column]),
            z=float(found.z[-1, column]),
            percentile=float(found.percentile[-1, column]),
            state=rules[signal].states[int(found.coded[-1, column])],
        )
        for signal, found in gathered.items()
        for column in range(len(panel.symbols))
        if panel.symbols[column] in watchlist and np.isfinite(found.value[-1, column])
    ]
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
            "as_of": [panel.sessions[-1].item()] * len(ranked),
            "symbol": [entry.symbol for entry in ranked],
            "rank": list(range(1, len(ranked) + 1)),
            "score": [entry.score for entry in ranked],
            "reasons": [list(entry.reasons) for entry in ranked],
            "rarities": [list(entry.rarities) for entry in ranked],
        },
        schema=schema,
    )
