"""A market that comes in pieces says what it says as a whole."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.bench.market import Market as Generated
from tests.bench.market import write
from watchlist.catalog import Catalog
from watchlist.config import Config
from watchlist.signals import REGISTRY, stored
from watchlist.signals.stored import compute_signals, read_market, read_panel, read_panels
from watchlist.signals.tables import SignalTables, signal_tables
from watchlist.store import last_session

CONFIG = Config.model_validate({"study": {"market": "MKT"}})
RULES = {signal: signal.rule for signal in REGISTRY}


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Listings with uneven lives, gaps, dividends, re-based prices and another company's bars."""
    file = tmp_path_factory.mktemp("market") / "market.duckdb"
    write(file, Generated(listings=40, sessions=900, pairs=400, missing=0.01))
    con = duckdb.connect(str(file))
    con.execute((Path(__file__).parent / "untidy.sql").read_text(encoding="utf-8"))
    return con


def test_returns_are_those_of_the_view_to_the_bit(con: duckdb.DuckDBPyConnection) -> None:
    panel = read_panel(con, CONFIG, last_session(con, None))
    query = "SELECT symbol, session, ret, trade_ret, close FROM returns ORDER BY symbol, session"
    view = con.sql(query).pl()
    rows = np.searchsorted(panel.sessions, view["session"].to_numpy().astype("datetime64[D]"))
    on_row = view["session"].is_in(panel.sessions.tolist()).to_numpy()
    columns = view["symbol"].replace_strict(
        {symbol: i for i, symbol in enumerate(panel.symbols)}, return_dtype=pl.Int64
    )
    for name in ("ret", "trade_ret", "close"):
        expected = np.full(panel.shape, np.nan)
        values = view[name].fill_null(np.nan).to_numpy()
        expected[rows[on_row], columns.to_numpy()[on_row]] = values[on_row]
        np.testing.assert_array_equal(getattr(panel, name), expected)
    assert view["ret"].is_null().any()
    assert not on_row.all()


def tables(
    con: duckdb.DuckDBPyConnection, symbols: int, history: int = 10_000
) -> tuple[pl.DataFrame, SignalTables]:
    as_of = last_session(con, None)
    market = read_market(con, CONFIG, as_of)
    kept: list[pl.DataFrame] = []
    made = signal_tables(
        market,
        read_panels(con, market, as_of, symbols=symbols),
        RULES,
        history=history,
        watchlist=("S00003", "S00017", "S00025"),
        keep=kept.append,
    )
    for part in kept:
        assert part.equals(part.sort("symbol", "session", "signal"))
    return pl.concat(kept).sort("symbol", "session", "signal"), made


def alike(one: pl.DataFrame, other: pl.DataFrame) -> None:
    """The same words, and numbers but for the order in which the engine adds rows up."""
    assert_frame_equal(one, other, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("symbols", [1, 7])
def test_in_any_pieces_the_same(con: duckdb.DuckDBPyConnection, symbols: int) -> None:
    whole, at_once = tables(con, 500)
    parts, made = tables(con, symbols)
    alike(parts, whole)
    alike(made.alerts, at_once.alerts)
    alike(made.signal_definitions, at_once.signal_definitions)
    alike(made.rankings, at_once.rankings)
    alike(made.today.sort("symbol", "signal"), at_once.today.sort("symbol", "signal"))
    assert made.symbols == at_once.symbols == 40  # one had all its bars outside its life


def test_each_signal_is_that_of_one_panel_of_everybody(con: duckdb.DuckDBPyConnection) -> None:
    rows, _ = tables(con, 7)
    panel = read_panel(con, CONFIG, last_session(con, None))
    reached = set(panel.events.reached.tolist())
    assert 0 < len(reached) < len(panel.symbols)
    for signal in REGISTRY:
        measured = signal.measure(panel)
        own = rows.filter(signal=signal.name)
        row = np.searchsorted(panel.sessions, own["session"].to_numpy().astype("datetime64[D]"))
        column = [panel.symbols.index(symbol) for symbol in own["symbol"]]
        for name in ("value", "z"):
            expected = getattr(measured, name)
            if signal.of_events:
                others = [i for i in range(len(panel.symbols)) if i not in reached]
                expected[:, others] = np.nan
            found = np.full(panel.shape, np.nan)
            found[row, column] = own[name].fill_null(np.nan).to_numpy()
            where_known = np.isfinite(measured.value)
            np.testing.assert_allclose(
                found[where_known],
                expected[where_known],
                rtol=1e-9,
                atol=1e-9,
                err_msg=f"{signal.name} {name}",
            )
            assert np.isnan(found[~where_known]).all()
    assert set(rows["signal"]) >= {"sympathy", "event_analogue", "event_ahead", "coverage_density"}


def test_a_shorter_history_is_the_end_of_the_longer(con: duckdb.DuckDBPyConnection) -> None:
    whole, long = tables(con, 7)
    end, short = tables(con, 7, history=50)
    first = end["session"].min()
    assert end.equals(whole.filter(pl.col("session") >= first))
    assert short.signal_definitions.equals(long.signal_definitions)
    assert short.alerts.equals(long.alerts.filter(pl.col("session") >= first))


def test_a_large_market_keeps_fewer_sessions(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_of = last_session(con, None)
    catalog = Catalog(securities=(), events=())

    def kept() -> tuple[int, int]:
        rows: list[int] = []
        summary = compute_signals(
            con, catalog, CONFIG, as_of=as_of, keep=lambda frame: rows.append(frame.height)
        )
        return summary.sessions, sum(rows)

    assert kept()[0] == CONFIG.signals.history
    monkeypatch.setattr(stored, "SIGNAL_ROWS", 10_000)
    sessions, rows = kept()
    assert 1 < sessions < 100
    assert 5_000 < rows <= 10_000
