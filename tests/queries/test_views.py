"""The views are the public surface: complete, documented, right, and quick on an empty store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from typing import Any

import duckdb
import pytest

from watchlist.sql.schema import describe_macros, describe_views, empty_store

PROMISED = {
    "securities", "sessions", "bars", "returns", "events", "event_sources", "event_targets",
    "event_days", "event_windows", "studies", "abnormal_returns", "event_effects", "study_tests",
    "signals", "alerts", "documents", "mentions", "candidates", "pulls", "restatements", "findings",
    "meta", "runs", "holdings", "security_aliases", "study_fits", "study_drops", "study_factors",
    "study_overlaps", "placebo_bands", "calibrations", "planted_effects", "signal_verdicts",
    "contradictions", "freshness",
}  # fmt: skip
MONDAY = date(2025, 6, 2)
MOMENT = datetime(2025, 7, 1, tzinfo=UTC)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty store with two securities and ten sessions, without the week's Wednesday."""
    con = empty_store()
    con.execute("SET TimeZone = 'UTC'")
    for i, symbol in enumerate(("AAA", "SPY"), start=1):
        con.execute(
            "INSERT INTO base.securities BY NAME SELECT $i AS security_id, $s AS symbol, "
            "$s AS name, 'watchlist' AS role, 'NYSE' AS exchange, 'XNYS' AS calendar, "
            "'USD' AS currency, []::VARCHAR[] AS minerals",
            {"i": i, "s": symbol},
        )
    for k in range(10):
        if k != 2:
            add_session(con, MONDAY + timedelta(days=k))
    yield con
    con.close()


def add_session(con: duckdb.DuckDBPyConnection, day: date) -> None:
    con.execute(
        "INSERT INTO base.sessions VALUES ('XNYS', $d, $d::TIMESTAMPTZ, $d::TIMESTAMPTZ, false)",
        {"d": day},
    )


def add_bar(con: duckdb.DuckDBPyConnection, k: int, **values: Any) -> None:
    bar = {
        "security_id": 1, "session": MONDAY + timedelta(days=k), "close": None, "adj_close": None,
        "adj_basis": None, "volume": None, "dividend": None, "source": "test", "pull_id": 1,
        "first_pulled_at": MOMENT, "pulled_at": MOMENT, "final": True,
    } | values  # fmt: skip
    names = ", ".join(bar)
    marks = ", ".join(f"${name}" for name in bar)
    con.execute(f"INSERT INTO base.bars ({names}) VALUES ({marks})", bar)


def returns(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute(
        "SELECT ret, trade_ret, trade_gap, ret_basis FROM returns WHERE symbol = 'AAA' "
        "ORDER BY session"
    ).fetchall()


def test_every_promised_view_is_there() -> None:
    assert {view.name for view in describe_views()} >= PROMISED


def test_every_view_and_column_is_documented() -> None:
    for view in describe_views():
        assert view.comment, view.name
        for column in view.columns:
            assert column.comment, f"{view.name}.{column.name}"


def test_every_macro_is_documented() -> None:
    macros = describe_macros()
    assert {macro.name for macro in macros} >= {"car", "event_path", "reaction", "around"}
    assert all(macro.comment for macro in macros)


def test_every_view_reads_an_empty_store() -> None:
    con = empty_store()
    for view in describe_views():
        assert con.execute(f'SELECT * FROM "{view.name}"').fetchall() == [], view.name
    con.close()


def test_a_dividend_is_paid_back(con: duckdb.DuckDBPyConnection) -> None:
    add_bar(con, 0, close=10.0, dividend=0.0)
    add_bar(con, 1, close=9.9, dividend=0.6)
    assert returns(con)[1] == (pytest.approx(0.05), pytest.approx(0.05), 1, "dividend")


def test_adjusted_closes_serve_where_dividends_are_not_known(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add_bar(con, 0, close=10.0, adj_close=9.0, adj_basis=7)
    add_bar(con, 1, close=9.9, adj_close=9.9, adj_basis=7)
    assert returns(con)[1] == (pytest.approx(0.1), pytest.approx(0.1), 1, "adjusted")


def test_two_adjustments_are_never_mixed(con: duckdb.DuckDBPyConnection) -> None:
    add_bar(con, 0, close=10.0, adj_close=5.0, adj_basis=7)
    add_bar(con, 1, close=11.0, adj_close=11.0, adj_basis=8)
    assert returns(con)[1] == (pytest.approx(0.1), pytest.approx(0.1), 1, "price")


def test_a_holiday_is_no_gap(con: duckdb.DuckDBPyConnection) -> None:
    add_bar(con, 1, close=10.0, dividend=0.0)
    add_bar(con, 3, close=11.0, dividend=0.0)
    assert returns(con)[1][:3] == (pytest.approx(0.1), pytest.approx(0.1), 1)


def test_a_missing_bar_gives_no_daily_return_but_a_trade_return(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add_bar(con, 0, close=10.0, dividend=0.0)
    add_bar(con, 3, close=12.0, dividend=0.0)
    add_bar(con, 4, close=15.0, dividend=0.0)
    assert returns(con)[1][:3] == (None, pytest.approx(0.2), 2)
    assert returns(con)[2][:3] == (pytest.approx(0.25), pytest.approx(0.25), 1)


def test_the_first_bar_has_no_return(con: duckdb.DuckDBPyConnection) -> None:
    add_bar(con, 0, close=10.0, dividend=0.0)
    assert returns(con) == [(None, None, None, None)]


def test_an_unfinished_bar_gives_no_return(con: duckdb.DuckDBPyConnection) -> None:
    add_bar(con, 0, close=10.0, dividend=0.0)
    add_bar(con, 1, close=20.0, dividend=0.0, final=False)
    assert len(returns(con)) == 1
    assert con.execute("SELECT count(*) FROM bars").fetchall() == [(2,)]


def test_another_company_under_the_same_symbol_stays_out(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE base.securities SET valid_from = $d WHERE symbol = 'AAA'",
                {"d": MONDAY + timedelta(days=1)})  # fmt: skip
    add_bar(con, 0, close=1.0, dividend=0.0)
    add_bar(con, 1, close=10.0, dividend=0.0)
    assert returns(con) == [(None, None, None, None)]
    assert con.execute("SELECT min(close) FROM bars").fetchall() == [(10.0,)]


def test_a_price_of_zero_gives_no_return(con: duckdb.DuckDBPyConnection) -> None:
    add_bar(con, 0, close=0.0, dividend=0.0)
    add_bar(con, 1, close=10.0, dividend=0.0)
    assert returns(con)[1][0] is None


def test_event_windows_and_returns_agree(con: duckdb.DuckDBPyConnection) -> None:
    for k, close in enumerate((10.0, 11.0, None, 12.0, 12.5, None, 14.0, 15.0)):
        if close is not None:
            add_bar(con, k, close=close, dividend=0.0)
    con.execute("INSERT INTO base.event_targets VALUES ('e', 'AAA', 'named', 'mixed')")
    con.execute("INSERT INTO base.event_days VALUES ('e', 'XNYS', $d, 'test')",
                {"d": MONDAY + timedelta(days=3)})  # fmt: skip
    rows = con.execute(
        "SELECT w.day, w.ret, r.ret FROM event_windows AS w "
        "LEFT JOIN returns AS r USING (symbol, session) ORDER BY w.day"
    ).fetchall()
    assert [row[0] for row in rows] == list(range(-2, 7))
    assert [row[1] for row in rows] == [row[2] for row in rows]
    assert dict(row[:2] for row in rows)[0] == pytest.approx(12 / 11 - 1)
    assert dict(row[:2] for row in rows)[3] is None


def test_freshness_counts_sessions_not_days(con: duckdb.DuckDBPyConnection) -> None:
    add_bar(con, 1, close=10.0, dividend=0.0)
    add_bar(con, 4, close=10.0, dividend=0.0, security_id=2)
    rows = con.execute("SELECT symbol, sessions_behind FROM freshness ORDER BY symbol").fetchall()
    assert rows == [("AAA", 2), ("SPY", 0)]


def test_a_filter_on_symbol_reaches_the_bars(con: duckdb.DuckDBPyConnection) -> None:
    """Computing the returns of every symbol to show those of one would take a minute at scale."""
    con.execute(
        "INSERT INTO base.securities BY NAME SELECT i + 100 AS security_id, 'S' || i AS symbol, "
        "'S' AS name, 'peer' AS role, 'NYSE' AS exchange, 'XNYS' AS calendar, 'USD' AS currency, "
        "[]::VARCHAR[] AS minerals FROM range(500) AS t(i)"
    )
    con.execute(
        "INSERT INTO base.bars BY NAME SELECT s.security_id, c.session, 10.0 AS close, "
        "'test' AS source, 1 AS pull_id, now() AS first_pulled_at, now() AS pulled_at, "
        "true AS final FROM base.securities AS s, base.sessions AS c ORDER BY 1, 2"
    )
    plan = con.execute(
        "EXPLAIN (ANALYZE, FORMAT json) SELECT ret FROM returns WHERE symbol = 'S7'"
    ).fetchall()[0][1]

    # DuckDB 2 has other names for the nodes of a plan than 1.5
    if version("duckdb").startswith("1."):
        root, kind, rows = "children", "operator_type", "operator_cardinality"
    else:
        root, kind, rows = "operator", "type", "intermediate_rows"

    def windows(nodes: list[dict[str, Any]]) -> Iterator[int]:
        for node in nodes:
            if node[kind] == "WINDOW":
                yield node[rows]
            yield from windows(node.get("children", []))

    sizes = list(windows(json.loads(plan)[root]))
    assert sizes
    assert max(sizes) <= 20
