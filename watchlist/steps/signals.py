"""Signals at the edge: read the store's views, call the pure core, write the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from watchlist import store
from watchlist.errors import ConfigError, StoreError, nearest
from watchlist.signals import REGISTRY
from watchlist.signals.build import PanelFrames, build_panel
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Rule, Signal
from watchlist.signals.tables import SignalTables, signal_tables

if TYPE_CHECKING:
    import duckdb

    from watchlist.catalog import Catalog
    from watchlist.config import Config

_SQL = Path(__file__).parent / "signals_sql"


@dataclass(frozen=True)
class SignalSummary:
    """What a run of the signals ends with."""

    as_of: date
    symbols: int
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
            self.tables.signals.filter(
                (pl.col("session") == self.as_of) & (pl.col("state") != "quiet")
            )
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
    """The panel as of a session, from the public views.

    Raises
    ------
    StoreError
        There is no bar up to that session.
    """
    frames = PanelFrames(
        sessions=_read(con, "sessions", as_of),
        bars=_read(con, "bars", as_of),
        securities=_read(con, "securities", as_of),
        pairs=_read(con, "pairs", as_of),
        mentions=_read(con, "mentions", as_of),
    )
    if frames.bars.is_empty():
        raise StoreError(f"no bars up to {as_of}", "pull some with: watchlist pull")
    return build_panel(frames)


def _read(con: duckdb.DuckDBPyConnection, name: str, as_of: date) -> pl.DataFrame:
    sql = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    frame: pl.DataFrame = con.sql(sql, params={"as_of": as_of} if "$as_of" in sql else None).pl()
    return frame


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
    step: Callable[[int, int, str], None] | None = None,
) -> SignalSummary:
    """All signals as of a session, without writing anything."""
    rules = rules_in_force(config)
    panel = read_panel(con, as_of)
    tables = signal_tables(
        panel,
        rules,
        history=config.signals.history,
        watchlist=tuple(config.symbols) or catalog.watchlist,
        step=step,
    )
    return SignalSummary(
        as_of=as_of,
        symbols=len(panel.symbols),
        tables=tables,
        verdicts=_read(con, "verdicts", as_of),
    )


def run_signals(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    config: Config,
    *,
    as_of: date,
    step: Callable[[int, int, str], None] | None = None,
) -> SignalSummary:
    """Compute all signals as of a session and replace what the store had."""
    summary = compute_signals(con, catalog, config, as_of=as_of, step=step)
    for name in ("signals", "alerts", "signal_definitions", "rankings"):
        store.write_frame(con, name, getattr(summary.tables, name), replace={})
    return summary
