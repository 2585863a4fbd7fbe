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
from watchlist.errors import StoreError
from watchlist.signals import REGISTRY
from watchlist.signals.build import PanelFrames, build_panel
from watchlist.signals.judging import Judgement, judge, verdict_frame
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
            .sort("symbol", "position")
            .select(
                "symbol",
                "session",
                "signal",
                "state",
                "value",
                "z",
                "alerts_per_year",
                "expected_per_year",
                pl.col("sentence").fill_null("(since an earlier session)"),
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


def last_session(con: duckdb.DuckDBPyConnection, on: date | None) -> date:
    """The last session with a final bar, not after `on`.

    Raises
    ------
    StoreError
        There is none.
    """
    [(found,)] = con.execute(
        "SELECT max(session) FROM returns WHERE session <= coalesce($on, session)", {"on": on}
    ).fetchall()
    if found is None:
        raise StoreError(
            "the store has no bars" + (f" up to {on}" if on else ""),
            "pull some with: watchlist pull",
        )
    last: date = found
    return last


def judge_signals(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    step: Callable[[int, int, str], None] | None = None,
) -> list[Judgement]:
    """Judge all signals on the watchlist and its peers, with what was known as of a session.

    Funds and indices are explained by, not judged: nobody asks whether policy moves SPY.
    """
    panel = read_panel(con, as_of)
    tradable = {
        symbol
        for (symbol,) in con.execute(
            "SELECT symbol FROM securities WHERE role IN ('watchlist', 'peer')"
        ).fetchall()
    }
    columns = np.array([i for i, s in enumerate(panel.symbols) if s in tradable], np.int64)
    return judge(panel, REGISTRY, columns, step=step)


def run_judge(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    step: Callable[[int, int, str], None] | None = None,
) -> list[Judgement]:
    """Judge all signals and keep the verdicts; those of other as-of sessions stay."""
    judged = judge_signals(con, as_of=as_of, step=step)
    store.write_frame(
        con, "signal_verdicts", verdict_frame(judged, as_of), replace={"as_of": as_of}
    )
    return judged


def read_panel(con: duckdb.DuckDBPyConnection, as_of: date) -> Panel:
    """The panel as of a session, from the public views.

    Raises
    ------
    StoreError
        There is no bar up to that session.
    """

    def read(name: str) -> pl.DataFrame:
        sql = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
        params = {"as_of": as_of} if "$as_of" in sql else None
        frame: pl.DataFrame = con.sql(sql, params=params).pl()
        return frame

    frames = PanelFrames(
        sessions=read("sessions"),
        bars=read("bars"),
        securities=read("securities"),
        pairs=read("pairs"),
        mentions=read("mentions"),
    )
    if frames.bars.is_empty():
        raise StoreError(f"no bars up to {as_of}", "pull some with: watchlist pull")
    return build_panel(frames)


def rules_in_force(config: Config) -> dict[Signal, Rule]:
    """Each signal's rule with the thresholds of `watchlist.toml`.

    Raises
    ------
    ConfigError
        `[signals.rules.X]` names no signal; the nearest is told.
    """
    own = {REGISTRY[name]: rule for name, rule in config.signals.rules.items()}
    return {
        signal: signal.rule.with_thresholds(own[signal].up, own[signal].down)
        if signal in own
        else signal.rule
        for signal in REGISTRY
    }


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
    return SignalSummary(as_of=as_of, symbols=len(panel.symbols), tables=tables)


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
