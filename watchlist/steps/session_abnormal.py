"""The abnormal return of every symbol and session, from the views into the store's own table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from watchlist import store
from watchlist.steps.study import daily_designs
from watchlist.study.panel import panel_from_frame
from watchlist.study.sessions import session_frame

if TYPE_CHECKING:
    import duckdb

    from watchlist.config import Config

_SQL = Path(__file__).parent / "study_sql"

SYMBOLS = 100
"""Read and estimated at a time: a whole market never stands in memory."""

KEPT_ROWS = 5_000_000
"""Rows that a store keeps at most, some 300 MB: twenty years of a thousand symbols."""


def write_session_abnormal(con: duckdb.DuckDBPyConnection, config: Config, *, as_of: date) -> int:
    """Compute the table `session_abnormal` up to a session anew; gives its rows.

    Without returns of the market factor the table is empty: nothing can be judged against it.
    """
    con.execute("DELETE FROM base.session_abnormal")
    designs = daily_designs(config)[:2]
    axis = _read(con, "sessions", as_of=as_of, market=config.study.market)["session"]
    kept = _read(con, "kept_sessions", as_of=as_of, rows=KEPT_ROWS)["first"].item()
    if axis.is_empty() or kept is None:
        return 0
    first = int(axis.search_sorted(kept))
    axis = axis[max(first + config.study.estimation[0], 0) :]
    events = _read(con, "events", as_of=as_of)
    symbols = _read(con, "symbols")
    written = 0
    for start in range(0, len(symbols), SYMBOLS):
        some = symbols[start : start + SYMBOLS]
        names = {*some["symbol"], *some["sector"].drop_nulls(), config.study.market}
        returns = _read(con, "returns_of", symbols=sorted(names), since=axis[0], as_of=as_of)
        if returns.is_empty():
            continue
        panel = panel_from_frame(returns, sessions=axis)
        rows = slice(int(axis.search_sorted(kept)), len(axis))
        frame = session_frame(panel, dict(some.iter_rows()), events, designs, rows)
        written += store.write_frame(con, "session_abnormal", frame)
    return written


def _read(con: duckdb.DuckDBPyConnection, name: str, **params: object) -> pl.DataFrame:
    sql = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    frame: pl.DataFrame = con.sql(sql, params=params or None).pl()
    return frame
