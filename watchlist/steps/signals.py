"""Signals at the edge: read the store's views, call the pure core, write the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from watchlist import store
from watchlist.errors import ConfigError, nearest
from watchlist.signals import REGISTRY
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Rule, Signal
from watchlist.signals.tables import SignalTables, signal_tables
from watchlist.steps.signals_market import kept_sessions, open_market, small_buffer

if TYPE_CHECKING:
    import duckdb

    from watchlist.catalog import Catalog
    from watchlist.config import Config

_SQL = Path(__file__).parent / "signals_sql"


@dataclass(frozen=True)
class SignalSummary:
    """What a run of the signals ends with."""

    as_of: date
    sessions: int
    """Whose signals the store keeps."""
    asked: int
    """Whose signals it would keep if there were not thousands of symbols."""
    tables: SignalTables
    verdicts: pl.DataFrame
    """signal, verdict: in words, as last judged by that session; empty if never."""

    @property
    def alerts_today(self) -> pl.DataFrame:
        """Alerts of the as-of session."""
        return self.tables.alerts.filter(pl.col("session") == self.as_of)

    @property
    def speaking(self) -> pl.DataFrame:
        """What is not quiet on the as-of session, beside how often each signal speaks."""
        counts = self.tables.signal_definitions.select(
            "signal", "position", "alerts_per_year", "expected_per_year"
        )
        new = self.alerts_today.select("symbol", "signal", "sentence")
        return (
            self.tables.today.filter(pl.col("state") != "quiet")
            .join(counts, on="signal")
            .join(new, on=["symbol", "signal"], how="left")
            .join(self.verdicts, on="signal", how="left")
            .sort("symbol", "position")
            .select(
                "symbol",
                "session",
                "signal",
                "state",
                pl.col("sentence").fill_null("(since an earlier session)"),
                "value",
                "z",
                "alerts_per_year",
                "expected_per_year",
                pl.col("verdict").fill_null("not judged"),
            )
        )


def catalogue() -> pl.DataFrame:
    """The registry as a frame."""
    return pl.DataFrame(
        [
            {
                "signal": signal.name,
                "family": signal.family,
                "forecasts": signal.direction,
                "speaks_when": signal.rule.words(),
                "definition": signal.definition,
                "source": signal.source,
            }
            for signal in REGISTRY
        ]
    )


def read_panel(con: duckdb.DuckDBPyConnection, as_of: date) -> Panel:
    """All symbols at once, as of a session: for judging, which compares them with each other.

    Raises
    ------
    StoreError
        There is no bar up to that session.
    """
    market, bars = open_market(con, as_of)
    return market.whole(bars.tape(np.arange(len(bars.listings.security))))


def rules_in_force(config: Config) -> dict[Signal, Rule]:
    """Each signal's rule with the thresholds of `watchlist.toml`.

    Raises
    ------
    ConfigError
        `[signals.rules.X]` names no signal (the nearest is told), a side that the signal does not
        have, or thresholds that cross.
    """
    rules = {signal: signal.rule for signal in REGISTRY}
    for name, own in config.signals.rules.items():
        where = f"watchlist.toml: [signals.rules.{name}]"
        if name not in REGISTRY.names():
            raise ConfigError(f"{where}: no such signal", nearest(name, list(REGISTRY.names())))
        rule = REGISTRY[name].rule
        for side in ("up", "down"):
            if getattr(own, side) is not None and getattr(rule, side) is None:
                raise ConfigError(
                    f"{where}: {side} = {getattr(own, side):g}: this signal has no such side",
                    f"it speaks when {rule.words()}",
                )
        changed = rule.with_thresholds(own.up, own.down)
        if changed.up is not None and changed.down is not None and changed.up <= changed.down:
            raise ConfigError(
                f"{where}: up = {changed.up:g} is not above down = {changed.down:g}",
                f"as packaged it speaks when {rule.words()}",
            )
        rules[REGISTRY[name]] = changed
    return rules


def compute_signals(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    config: Config,
    *,
    as_of: date,
    keep: Callable[[pl.DataFrame], None] = lambda signals: None,
    step: Callable[[int, int, str], None] | None = None,
) -> SignalSummary:
    """All signals as of a session, without writing anything.

    The bars are read some hundred symbols at a time, so that a whole market needs no more memory
    than a few of these.

    Parameters
    ----------
    keep : given the rows of `signals`, part by part.
    """
    rules = rules_in_force(config)
    with small_buffer(con):
        market, bars = open_market(con, as_of)
        total = len(bars.listings.security)

        def done(symbols: int) -> None:
            if step:
                step(symbols, total, f"{symbols:,} symbols")

        history = kept_sessions(con, market, config.signals.history, len(rules))
        tables = signal_tables(
            market,
            bars.tapes(),
            rules,
            history=history,
            watchlist=tuple(config.symbols) or catalog.watchlist,
            keep=keep,
            done=done,
        )
    sql = (_SQL / "verdicts.sql").read_text(encoding="utf-8")
    verdicts: pl.DataFrame = con.sql(sql, params={"as_of": as_of}).pl()
    asked = min(config.signals.history, len(market.sessions))
    return SignalSummary(as_of, history, asked, tables, verdicts)


def run_signals(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    config: Config,
    *,
    as_of: date,
    step: Callable[[int, int, str], None] | None = None,
) -> SignalSummary:
    """Compute all signals as of a session and replace what the store had."""
    con.execute("DELETE FROM base.signals")

    def keep(signals: pl.DataFrame) -> None:
        store.write_frame(con, "signals", signals)

    summary = compute_signals(con, catalog, config, as_of=as_of, keep=keep, step=step)
    for name in ("alerts", "signal_definitions", "rankings"):
        store.write_frame(con, name, getattr(summary.tables, name), replace={})
    return summary
