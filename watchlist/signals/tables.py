"""A market's signals as the store's tables: rows, alerts, definitions, the order of the day.

A market comes as panels of some symbols each. Of every panel only what the tables need is kept, so
memory is bounded by one panel, the reactions to events, and the rows of the session.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.signals.chance import Chance
from watchlist.signals.events import Reactions, join
from watchlist.signals.panel import Market, Panel
from watchlist.signals.ranking import Reading, rank
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import YEAR, Bools, Ints
from watchlist.signals.states import States, begins, own_percentiles, sentence, states

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
    panels: Iterable[Panel],
    rules: Mapping[Signal, Rule],
    *,
    history: int,
    watchlist: tuple[str, ...],
    keep: Callable[[pl.DataFrame], None] = lambda signals: None,
    done: Callable[[int], None] = lambda symbols: None,
) -> SignalTables:
    """Measure, judge by the rules, and lay out.

    Parameters
    ----------
    panels : the market in parts; each is let go before the next is asked for.
    rules : the signals to compute, each with the rule in force.
    history : sessions kept, the last ones.
    watchlist : symbols that are ranked.
    keep : given the rows of `signals` as they are made, each time sorted by symbol, session and
        signal; over a market they are too many to be held.
    done : told how many symbols have been measured.
    """
    tables = _Tables(market, rules, max(len(market.sessions) - history, 0), watchlist, keep)
    parts: list[Part] = []
    reactions: list[Reactions] = []
    measured = 0
    for panel in panels:
        part = _part(panel)
        tables.add(part, _alone(panel, part, rules))
        own = panel.reactions.brief
        if len(own.event):
            parts.append(part)
            reactions.append(
                replace(own, column=panel.columns[own.column], day0=own.day0 + panel.first_row)
            )
        measured += len(panel.symbols)
        done(measured)
    if reactions:
        whole = join(reactions)
        made = {signal: signal.cells(whole) for signal in rules if signal.cells is not None}
        for part in parts:
            within = (part.columns, part.first_row, len(market.symbols))
            tables.add(
                part,
                (
                    (signal, cells.within(*within).measured(part.bars_left.shape))
                    for signal, cells in made.items()
                ),
            )
    return tables.finish(measured)


@dataclass(frozen=True, eq=False)
class Part:
    """What the tables need to know of a panel."""

    symbols: tuple[str, ...]
    columns: Ints
    """Their places in the market."""
    first_row: int
    """Sessions of the market before the panel's first."""
    bars_left: NDArray[np.int16]
    """(sessions, symbols): bars with a return from this session on."""
    reached: Bools
    """(symbols,) that an event or a document reaches."""
    market: tuple[str, ...]
    """(symbols,) names of the factors; empty for none."""
    sector: tuple[str, ...]


def _part(panel: Panel) -> Part:
    traded = np.isfinite(panel.trade_ret[::-1])
    return Part(
        symbols=panel.symbols,
        columns=panel.columns,
        first_row=panel.first_row,
        bars_left=np.cumsum(traded, axis=0, dtype=np.int16)[::-1],
        reached=np.isin(np.arange(len(panel.symbols)), panel.events.reached),
        market=panel.names_of(panel.market_of),
        sector=panel.names_of(panel.sector_of),
    )


def _alone(
    panel: Panel, part: Part, signals: Iterable[Signal]
) -> Iterator[tuple[Signal, Measured]]:
    """The signals that need no other symbols than the panel's."""
    for signal in signals:
        if signal.cells is not None or (signal.of_events and not part.reached.any()):
            continue
        measured = signal.measure(panel)
        if signal.of_events:
            measured.value[:, ~part.reached] = np.nan
        yield signal, measured


@dataclass
class Tally:
    """What one signal did over the whole market and all sessions."""

    alerts: int = 0
    values: int = 0
    sessions: int = 0
    """With a bar, from each symbol's first value on."""

    @property
    def symbol_years(self) -> float:
        """Years of these sessions."""
        return self.sessions / YEAR

    def add(self, part: Part, measured: Measured, begun: Bools) -> None:
        """Count another part in."""
        known = np.isfinite(measured.value)
        first, columns = known.argmax(axis=0), np.arange(known.shape[1])
        self.alerts += int(begun.sum())
        self.values += int(known.sum())
        self.sessions += int((part.bars_left[first, columns] * known[first, columns]).sum())


class _Tables:
    """The tables as they fill."""

    def __init__(
        self,
        market: Market,
        rules: Mapping[Signal, Rule],
        first: int,
        watchlist: tuple[str, ...],
        keep: Callable[[pl.DataFrame], None],
    ) -> None:
        self._market, self._rules, self._first = market, rules, first
        self._watchlist, self._keep = watchlist, keep
        self._tallies = {signal: Tally() for signal in rules}
        self._today: list[pl.DataFrame] = []
        self._alerts: list[tuple[Signal, dict[str, object]]] = []
        self._readings: list[Reading] = []

    def add(self, part: Part, measures: Iterable[tuple[Signal, Measured]]) -> None:
        """Take what the tables need of some measures of a part, one after the other."""
        frames = []
        for signal, measured in measures:
            coded = states(measured, self._rules[signal])
            begun = begins(coded)
            self._tallies[signal].add(part, measured, begun)
            rows = slice(max(self._first - part.first_row, 0), len(coded))
            frames.append(self._rows(part, signal, measured, coded, rows))
            begun[: rows.start] = False
            self._raise(part, signal, measured, coded, begun)
        if not frames:
            return
        kept = pl.concat(frames).sort("symbol", "session", "signal")
        self._keep(kept)
        today = kept.filter(pl.col("session") == self._market.sessions[-1].item())
        self._today.append(today)
        self._read(today)

    def _rows(
        self, part: Part, signal: Signal, measured: Measured, coded: States, rows: slice
    ) -> pl.DataFrame:
        value = measured.value[rows]
        row, column = np.nonzero(np.isfinite(value))
        names = self._rules[signal].states
        frame = pl.DataFrame(
            {
                "symbol": pl.Series(part.symbols, dtype=pl.String).gather(column),
                "session": self._market.sessions[part.first_row + rows.start + row],
                "signal": pl.repeat(signal.name, len(row), eager=True, dtype=pl.String),
                "value": value[row, column],
                "z": measured.z[rows][row, column],
                "percentile": own_percentiles(signal, measured, rows)[row, column],
                "state": pl.Series([names[-1], names[0], names[1]]).gather(
                    coded[rows][row, column].astype(np.int64) + 1
                ),
            },
            schema_overrides={"session": pl.Date},
        )
        return frame.with_columns(pl.col("z", "percentile").fill_nan(None))

    def _raise(
        self, part: Part, signal: Signal, measured: Measured, coded: States, begun: Bools
    ) -> None:
        """All of an alert but what chance gives, which is known when everybody was measured."""
        rule = self._rules[signal]
        for row, column in np.argwhere(begun).tolist():
            state, value = rule.states[coded[row, column]], float(measured.value[row, column])
            alert = {
                "symbol": part.symbols[column],
                "session": self._market.sessions[part.first_row + row].item(),
                "signal": signal.name,
                "state": state,
                "previous_state": rule.states[coded[row - 1, column]],
                "value": value,
                "rule": rule.words(),
                "sentence": sentence(
                    signal,
                    state,
                    value,
                    float(measured.z[row, column]),
                    symbol=part.symbols[column],
                    market=part.market[column],
                    sector=part.sector[column],
                ),
            }
            self._alerts.append((signal, alert))

    def _read(self, today: pl.DataFrame) -> None:
        """What the watchlist's symbols say on the last session."""
        by_name = {signal.name: signal for signal in self._rules}
        watched = today.filter(pl.col("symbol").is_in(self._watchlist))
        numbers = watched.with_columns(pl.col("z", "percentile").fill_null(np.nan))
        self._readings += [
            Reading(**{**row, "signal": by_name[row["signal"]]})
            for row in numbers.drop("session").iter_rows(named=True)
        ]

    def finish(self, symbols: int) -> SignalTables:
        """The tables, now that everybody was measured."""
        chance = Chance(self._market.design)
        expected = {s: _expected(s, r, self._tallies[s], chance) for s, r in self._rules.items()}
        alerts = [{**alert, "expected_per_year": expected[s]} for s, alert in self._alerts]
        # of equal rarities the order of the registry decides
        order = {signal: i for i, signal in enumerate(self._rules)}
        self._readings.sort(key=lambda reading: (order[reading.signal], reading.symbol))
        return SignalTables(
            today=pl.concat([pl.DataFrame(schema=_SIGNALS), *self._today]),
            alerts=pl.DataFrame(alerts, schema=_ALERTS).sort("symbol", "session", "signal"),
            signal_definitions=_definitions(self._market, self._tallies, self._rules, expected),
            rankings=_rankings(self._market, self._readings, chance),
            symbols=symbols,
        )


def _expected(signal: Signal, rule: Rule, tally: Tally, chance: Chance) -> float | None:
    rate = chance.alert_rate(signal, rule)
    if rate is None or not tally.sessions:
        return None
    return rate * tally.values / tally.symbol_years


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
                "lies": signal.misleads,
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


def _rankings(market: Market, readings: Iterable[Reading], chance: Chance) -> pl.DataFrame:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "as_of": pl.Date,
        "symbol": pl.String,
        "rank": pl.Int32,
        "score": pl.Float64,
        "reasons": pl.List(pl.String),
        "rarities": pl.List(pl.Float64),
    }
    ranked = rank(readings, chance)
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
