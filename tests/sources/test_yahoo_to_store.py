"""From Yahoo's wire to the store, with the command line and the real yfinance: no empty success."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.loopback import FakeClock, Reply, YahooServer, chart_body, yfinance_at
from tests.loopback.yahoo import (
    HTML_PAGE,
    NO_DATA,
    NO_RESULT,
    NOT_FOUND,
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
    TOO_OLD,
)
from watchlist import cli
from watchlist.catalog import packaged_catalog
from watchlist.cli.exit_codes import ExitCode
from watchlist.sources.simulated import SimulatedSource

pytestmark = pytest.mark.network

SYMBOLS = ("MP", "LAC", "SPY")

Run = Callable[..., int]


@cache
def market() -> dict[str, pl.DataFrame]:
    """Bars for every symbol that is pulled: the simulated market plays Yahoo's."""
    catalog = packaged_catalog()
    source = SimulatedSource(catalog, FakeClock(datetime(2026, 7, 31, 22, tzinfo=UTC)))
    return {s.symbol: source.fetch(s, None, None).bars for s in catalog.securities if s.pulled}


@pytest.fixture
def server() -> Iterator[YahooServer]:
    with YahooServer(market()) as server, yfinance_at(server.url):
        yield server


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`watchlist …` in a project that waits only a moment between attempts; its exit code."""
    (tmp_path / "watchlist.toml").write_text(
        "[fetch]\nattempts = 2\nfirst_wait_seconds = 0.001\ntimeout_seconds = 2\n"
    )
    monkeypatch.chdir(tmp_path)

    return lambda *arguments: cli.run(arguments)


def ask(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "watchlist.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_bars_reach_the_store_as_served(server: YahooServer, run: Run, tmp_path: Path) -> None:
    assert run("pull", *SYMBOLS) == ExitCode.DONE
    stored = ask(tmp_path, "SELECT symbol, session, close, volume FROM bars ORDER BY 1, 2")
    served = [
        (symbol, *row)
        for symbol in sorted(SYMBOLS)
        for row in server.market[symbol].select("session", "close", "volume").iter_rows()
    ]
    assert stored == served
    assert len(server.asked) == len(SYMBOLS)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        pytest.param(NOT_FOUND, "permanent", "does not know LAC", id="404"),
        pytest.param(NO_DATA, "permanent", "Data doesn't exist", id="400"),
        pytest.param(TOO_OLD, "permanent", "refuses the window", id="422"),
        pytest.param(SERVER_ERROR, "transient", "unexpected error", id="500"),
        pytest.param(HTML_PAGE, "transient", "not JSON", id="200-html"),
        pytest.param(NO_RESULT, "permanent", "holds no bars", id="200-no-result"),
        pytest.param(
            Reply(chart_body("LAC", pl.DataFrame({"session": []}))),
            "permanent",
            "holds no bars",
            id="200-empty-window",
        ),
        pytest.param(Reply("{}", delay=30), "transient", "in time", id="timeout"),
        pytest.param(Reply(hang_up=True), "transient", "connection to Yahoo broke", id="hang-up"),
    ],
)
def test_one_failing_symbol_makes_a_partial_run(
    server: YahooServer, run: Run, tmp_path: Path, reply: Reply, kind: str, words: str
) -> None:
    server.always("LAC", reply)
    assert run("pull", *SYMBOLS) == ExitCode.PARTIAL
    told = ask(tmp_path, "SELECT symbol, outcome, kind, reason FROM pulls ORDER BY symbol")
    assert [row[:2] for row in told] == [("LAC", "failed"), ("MP", "new"), ("SPY", "new")]
    assert words in str(told[0][3])
    assert told[0][2] == kind
    assert {row[0] for row in ask(tmp_path, "SELECT DISTINCT symbol FROM bars")} == {"MP", "SPY"}


def test_a_rate_limit_for_good_is_partial_and_asks_no_more(
    server: YahooServer, run: Run, tmp_path: Path
) -> None:
    server.always("LAC", TOO_MANY_REQUESTS)
    assert run("pull", *SYMBOLS) == ExitCode.PARTIAL
    told = dict(ask(tmp_path, "SELECT symbol, outcome FROM pulls"))
    assert told == {"MP": "new", "LAC": "failed", "SPY": "skipped"}
    assert not [request for request in server.asked if request.path.endswith("SPY")]


def test_a_rate_limit_that_passes_is_no_failure(server: YahooServer, run: Run) -> None:
    server.script("LAC", TOO_MANY_REQUESTS, TOO_MANY_REQUESTS)
    assert run("pull", *SYMBOLS) == ExitCode.DONE


def test_without_network_the_file_stays_as_it_was(run: Run, tmp_path: Path) -> None:
    with YahooServer(market()) as server, yfinance_at(server.url):
        assert run("pull", *SYMBOLS) == ExitCode.DONE
    before = (tmp_path / "watchlist.duckdb").read_bytes()
    with yfinance_at("http://yahoo.invalid"):
        assert run("pull", *SYMBOLS) == ExitCode.STALE
    assert (tmp_path / "watchlist.duckdb").read_bytes() == before


def test_without_network_the_first_run_makes_no_file(run: Run, tmp_path: Path) -> None:
    with yfinance_at("http://127.0.0.1:9"):
        assert run("pull", *SYMBOLS) == ExitCode.STALE
    assert not (tmp_path / "watchlist.duckdb").exists()


@pytest.mark.slow
def test_the_report_says_which_symbol_failed_and_why(
    server: YahooServer, run: Run, tmp_path: Path
) -> None:
    server.always("LAC", NOT_FOUND)
    assert run("daily", "--on", "2026-07-31") == ExitCode.PARTIAL
    page = (tmp_path / "reports" / "out" / "daily" / "2026-07-31.html").read_text()
    assert "Yahoo does not know LAC" in page
