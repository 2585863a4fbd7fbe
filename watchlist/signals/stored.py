"""Signals and the store: read the public views, call the pure core, write the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from watchlist import store
from watchlist.errors import ConfigError, StoreError, nearest
from watchlist.signals import REGISTRY
from watchlist.signals.judging import Judgement, judge, verdict_frame
from watchlist.signals.panel import Market, Panel, build_events, build_market
from watchlist.signals.registry import Rule, Signal
from watchlist.signals.tables import SignalTables, signal_tables
from watchlist.study.stored import daily_designs, read

if TYPE_CHECKING:
    import duckdb

    from watchlist.catalog import Catalog
    from watchlist.config import Config

    Step = Callable[[int, int, str], None]

_SQL = Path(__file__).parent / "sql"

SYMBOLS = 100
"""Read and measured at a time, up to 30 MB of bars: a whole market never stands in memory."""
BUFFER_MB = 1024
"""Memory of DuckDB's own: it would else keep every block that was read."""
SIGNAL_ROWS = 20_000_000
"""Rows of `signals` that a store keeps at most, about 500 MB: three years of a thousand symbols."""
VALID_DAYS = 31
"""A verdict on years of history does not change overnight: the daily run judges once a month."""


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


def read_market(con: duckdb.DuckDBPyConnection, config: Config, as_of: date) -> Market:
    """What all symbols share, as of a session.

    Raises
    ------
    StoreError
        There is no bar up to that session.
    """
    sessions = _read(con, "sessions", as_of=as_of, market=config.study.market)["session"]
    if sessions.is_empty():
        raise StoreError(f"no bars up to {as_of}", "pull some with: watchlist pull")
    securities = _read(con, "securities")
    events = build_events(
        sessions,
        securities["symbol"].to_list(),
        _read(con, "pairs", as_of=as_of),
        _read(con, "mentions", as_of=as_of),
    )
    benchmarks = securities.filter(pl.col("role") == "benchmark")["symbol"]
    factors = {config.study.market, *securities["sector_factor"].drop_nulls(), *benchmarks}
    held = _read_bars(con, sorted(factors), sessions[0], as_of)
    return build_market(sessions, securities, held, events, daily_designs(config)[0])


def _read_bars(
    con: duckdb.DuckDBPyConnection, symbols: list[str], since: date, as_of: date
) -> pl.DataFrame:
    """Prices, volume and returns of some symbols; joined here, where it takes half the time."""
    returns = _read(con, "returns", symbols=symbols, since=since, as_of=as_of)
    bars = _read(con, "bars", symbols=symbols, as_of=as_of)
    return returns.join(bars, on=["symbol", "session"], how="left")


def read_panels(
    con: duckdb.DuckDBPyConnection, market: Market, as_of: date, *, symbols: int = SYMBOLS
) -> Iterator[Panel]:
    """Everybody who has bars, so many symbols at a time, in the order in which bars lie."""
    by_place = _read(con, "securities").sort("security_id")["symbol"].to_list()
    for start in range(0, len(by_place), symbols):
        some = by_place[start : start + symbols]
        panel = market.panel(_read_bars(con, some, market.sessions[0].item(), as_of))
        if panel.symbols:
            yield panel


def read_panel(con: duckdb.DuckDBPyConnection, config: Config, as_of: date) -> Panel:
    """All symbols at once, as of a session: for judging, which compares them with each other.

    Raises
    ------
    StoreError
        There is no bar up to that session.
    """
    market = read_market(con, config, as_of)
    return next(read_panels(con, market, as_of, symbols=max(len(market.symbols), 1)))


def compute_signals(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    config: Config,
    *,
    as_of: date,
    keep: Callable[[pl.DataFrame], None] = lambda signals: None,
    step: Step | None = None,
) -> SignalSummary:
    """All signals as of a session, without writing anything.

    Parameters
    ----------
    keep : given the rows of `signals`, part by part.
    """
    rules = rules_in_force(config)
    with small_buffer(con):
        market = read_market(con, config, as_of)
        total = len(market.symbols)

        def done(symbols: int) -> None:
            if step:
                step(symbols, total, f"{symbols:,} symbols")

        asked = min(config.signals.history, len(market.sessions))
        first = _first_kept(con, as_of, SIGNAL_ROWS // len(rules))
        longest = int((market.sessions >= np.datetime64(first, "D")).sum())
        history = max(min(asked, longest), 1)
        tables = signal_tables(
            market,
            read_panels(con, market, as_of),
            rules,
            history=history,
            watchlist=tuple(config.symbols) or catalog.watchlist,
            keep=keep,
            done=done,
        )
    return SignalSummary(as_of, history, asked, tables, _read(con, "verdicts", as_of=as_of))


def run_signals(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    config: Config,
    *,
    as_of: date,
    step: Step | None = None,
) -> SignalSummary:
    """Compute all signals as of a session and replace what the store had."""
    con.execute("DELETE FROM base.signals")

    def keep(signals: pl.DataFrame) -> None:
        store.write_frame(con, "signals", signals)

    summary = compute_signals(con, catalog, config, as_of=as_of, keep=keep, step=step)
    for name in ("alerts", "signal_definitions", "rankings"):
        store.write_frame(con, name, getattr(summary.tables, name), replace={})
    return summary


def judge_signals(
    con: duckdb.DuckDBPyConnection, config: Config, *, as_of: date, step: Step | None = None
) -> list[Judgement]:
    """Judge all signals on the watchlist and its peers, with what was known as of a session.

    Funds and indices explain returns and are not judged.
    """
    panel = read_panel(con, config, as_of)
    tradable = _read(con, "securities").filter(pl.col("role").is_in(["watchlist", "peer"]))
    columns = np.flatnonzero(np.isin(panel.symbols, tradable["symbol"].to_list()))
    return judge(panel, REGISTRY, columns, step=step)


def run_judge(
    con: duckdb.DuckDBPyConnection, config: Config, *, as_of: date, step: Step | None = None
) -> list[Judgement]:
    """Judge all signals and keep the verdicts; those of other as-of sessions stay."""
    judged = judge_signals(con, config, as_of=as_of, step=step)
    store.write_frame(
        con, "signal_verdicts", verdict_frame(judged, as_of), replace={"as_of": as_of}
    )
    return judged


def judge_if_due(
    con: duckdb.DuckDBPyConnection, config: Config, *, as_of: date, step: Step | None = None
) -> bool:
    """Judge if no verdict was given in the month before the session; says whether it did."""
    [(last,)] = con.execute(
        "SELECT max(as_of) FROM signal_verdicts WHERE as_of <= $as_of", {"as_of": as_of}
    ).fetchall()
    due = last is None or (as_of - last).days > VALID_DAYS
    if due:
        run_judge(con, config, as_of=as_of, step=step)
    return due


def _first_kept(con: duckdb.DuckDBPyConnection, as_of: date, bars: int) -> date:
    """The first session from which so many bars, counted from the newest, are kept."""
    first: date | None = read(con, "kept_sessions", as_of=as_of, rows=bars)["first"].item()
    return as_of if first is None else first


@contextmanager
def small_buffer(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """DuckDB keeps little of the file that it reads; a database in memory keeps all it has."""
    row = con.execute(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    if row is None or row[0] is None:
        yield
        return
    con.execute(f"SET memory_limit = '{BUFFER_MB}MiB'")
    try:
        yield
    finally:
        con.execute("RESET memory_limit")


def _read(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pl.DataFrame:
    sql = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    frame: pl.DataFrame = con.sql(sql, params=parameters or None).pl()
    return frame
