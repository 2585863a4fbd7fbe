"""The real yfinance, a server that fails as Yahoo does, and what the store makes of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.loopback import FakeClock, Reply, YahooServer, yfinance_at
from tests.loopback.yahoo import (
    HANG_UP,
    HTML_PAGE,
    NO_DATA,
    NOT_FOUND,
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
    TOO_OLD,
)
from tests.pull.world import World, catalog, history, security
from watchlist.config import Fetch
from watchlist.errors import NothingNewError
from watchlist.sources.yahoo import YahooSource
from watchlist.store import checks, open_build
from watchlist.store.pull import PullSummary, pull_bars

pytestmark = pytest.mark.network

FIRST, THURSDAY = date(2025, 11, 3), date(2026, 1, 15)
EMPTY = '{"chart": {"result": [{"meta": %s, "indicators": {"quote": [{}]}}], "error": null}}'


def pull(world: World, url: str) -> PullSummary:
    fetch = Fetch(attempts=2, first_wait_seconds=1, timeout_seconds=1)
    with yfinance_at(url), open_build(world.project, world.clock) as build:
        source = YahooSource(fetch, world.project.work_dir / "yfinance", world.clock)
        summary = pull_bars(build, world.catalog, source, clock=world.clock)
        checks.record(build.con, build.started_at)
        build.publish()
    return summary


ERRORS = {
    "404": (NOT_FOUND, "permanent"),
    "400": (NO_DATA, "permanent"),
    "422": (TOO_OLD, "permanent"),
    "500": (SERVER_ERROR, "transient"),
    "html": (HTML_PAGE, "transient"),
    "timeout": (Reply("", delay=3), "transient"),
    "hang up": (HANG_UP, "transient"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_is_one_failed_symbol_with_its_reason(world: World, name: str) -> None:
    reply, kind = ERRORS[name]
    bars = history(FIRST, THURSDAY)
    with YahooServer({"MP": bars, "LAC": bars}) as server:
        server.always("MP", reply)
        summary = pull(world, server.url)
    assert summary.failed == ("MP",)
    assert world.bars("LAC").height == bars.height, "the other symbol is unharmed"
    ((outcome, found, reason),) = world.rows(
        "SELECT outcome, kind, reason FROM pulls WHERE symbol = 'MP'"
    )
    assert (outcome, found) == ("failed", kind)
    assert reason


def test_one_429_is_waited_out(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    with YahooServer({"MP": bars, "LAC": bars}) as server:
        server.script("MP", TOO_MANY_REQUESTS)
        assert pull(world, server.url).failed == ()


def test_a_lasting_429_ends_the_run_and_spares_the_vendor(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    with YahooServer({"MP": bars, "LAC": bars}) as server:
        server.always("MP", TOO_MANY_REQUESTS)
        with pytest.raises(NothingNewError, match="429"):
            pull(world, server.url)
        assert not [r for r in server.asked if r.path.endswith("LAC")]
    assert not world.project.store_file.exists()


def test_no_network_is_nothing_new_and_leaves_yesterdays_file(world: World) -> None:
    bars = history(FIRST, THURSDAY)
    with YahooServer({"MP": bars, "LAC": bars}) as server:
        pull(world, server.url)
        gone = server.url
    before = world.project.store_file.read_bytes()
    world.at("2026-01-16T23:00:00")
    with pytest.raises(NothingNewError, match="no connection"):
        pull(world, gone)
    assert world.project.store_file.read_bytes() == before


def test_an_unfinished_bar_of_today_is_provisional(world: World) -> None:
    world.at("2026-01-15T18:00:00")
    with YahooServer({"MP": history(FIRST, THURSDAY)}) as server:
        pull(world, server.url)
    assert world.rows("SELECT final FROM bars ORDER BY session")[-1] == (False,)


def test_the_rebuilt_responses_are_pulled_whole(shared: Path, tmp_path: Path) -> None:
    """MP, LAC, TMQ and SPY as Yahoo's JSON holds them."""
    bodies = {
        symbol: (shared / "yahoo" / "rebuilt" / f"{symbol}.json")
        for symbol in ("MP", "LAC", "TMQ", "SPY")
    }
    if not all(path.is_file() for path in bodies.values()):
        pytest.skip("the rebuilt responses have other names here")
    world = World(tmp_path)
    world.catalog = catalog(*(security(symbol) for symbol in bodies))
    world.clock = FakeClock(datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    with YahooServer() as server:
        for symbol, path in bodies.items():
            server.always(symbol, Reply(path.read_text(encoding="utf-8")))
        summary = pull(world, server.url)
    assert summary.failed == ()
    for symbol, path in bodies.items():
        result = json.loads(path.read_text(encoding="utf-8"))["chart"]["result"][0]
        close = [c for c in result["indicators"]["quote"][0]["close"] if c is not None]
        stored = world.bars(symbol)["close"].drop_nulls().to_list()
        assert stored == pytest.approx(close[-len(stored) :])
