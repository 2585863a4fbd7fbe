"""The real yfinance client against a server on loopback, and all that Yahoo may answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.loopback import FakeClock, Reply, YahooServer, chart_body, yfinance_at
from tests.loopback.yahoo import (
    BAD_GATEWAY,
    DOWN_PAGE,
    HANG_UP,
    HTML_PAGE,
    NO_DATA,
    NO_RESULT,
    NOT_FOUND,
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
    TOO_OLD,
)
from watchlist.catalog import Security
from watchlist.config import Fetch
from watchlist.errors import PermanentSourceError, TransientSourceError
from watchlist.sources import RateLimitedError, UnreachableError
from watchlist.sources.protocol import BAR_SCHEMA
from watchlist.sources.yahoo import YahooSource

pytestmark = pytest.mark.network


def security(symbol: str = "MP", **fields: object) -> Security:
    given = {
        "name": symbol,
        "role": "peer",
        "exchange": "NYSE",
        "calendar": "XNYS",
        "currency": "USD",
    }
    return Security.model_validate({"symbol": symbol, **given, **fields})


def bars() -> pl.DataFrame:
    """Four sessions around a change of clocks, with a dividend, a split and an empty day."""
    rows = [
        (date(2025, 10, 31), 10.0, 11.0, 9.5, 10.5, 10.2, 1000, 0.0, 1.0),
        (date(2025, 11, 3), 10.5, 10.9, 10.1, 10.7, 10.4, 2000, 0.25, 1.0),
        (date(2025, 11, 4), None, None, None, None, None, None, 0.0, 1.0),
        (date(2025, 11, 5), 10.7, 12.0, 10.6, 11.9, 11.9, 3000, 0.0, 2.0),
    ]
    return pl.DataFrame(rows, schema=BAR_SCHEMA, orient="row")


@pytest.fixture
def server() -> Iterator[YahooServer]:
    with YahooServer({"MP": bars(), "LAC": bars()}) as server, yfinance_at(server.url):
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def source(tmp_path: Path, clock: FakeClock) -> YahooSource:
    return YahooSource(Fetch(timeout_seconds=5), tmp_path / "yfinance", clock)


FIRST, LAST = date(2025, 10, 30), date(2025, 11, 6)


def test_bars_come_as_served(server: YahooServer, source: YahooSource) -> None:
    fetched = source.fetch(security(), FIRST, LAST)
    assert fetched.bars.equals(bars())
    assert (fetched.currency, fetched.note, fetched.attempts) == ("USD", None, 1)
    assert len(server.asked) == 1


def test_both_ends_of_the_window_are_included(server: YahooServer, source: YahooSource) -> None:
    fetched = source.fetch(security(), date(2025, 11, 3), date(2025, 11, 4))
    assert fetched.bars["session"].to_list() == [date(2025, 11, 3), date(2025, 11, 4)]


def test_without_a_window_all_history_is_asked(server: YahooServer, source: YahooSource) -> None:
    assert source.fetch(security(), None, None).bars.height == 4
    assert int(server.asked[0].query["period1"]) < 0


@pytest.mark.parametrize(
    ("reply", "error", "words", "attempts"),
    [
        pytest.param(NOT_FOUND, PermanentSourceError, "does not know MP", 1, id="404"),
        pytest.param(TOO_OLD, PermanentSourceError, "refuses the window", 1, id="422"),
        pytest.param(SERVER_ERROR, TransientSourceError, "unexpected error", 4, id="500"),
        pytest.param(BAD_GATEWAY, TransientSourceError, "not JSON", 4, id="502-html"),
        pytest.param(HTML_PAGE, TransientSourceError, "not JSON", 4, id="200-html"),
        pytest.param(DOWN_PAGE, TransientSourceError, "down", 4, id="right-back"),
        pytest.param(HANG_UP, TransientSourceError, "broke", 4, id="hang-up"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitedError, "429", 4, id="429"),
    ],
)
def test_failures_are_named_and_only_passing_ones_are_tried_again(
    server: YahooServer,
    source: YahooSource,
    reply: Reply,
    error: type[Exception],
    words: str,
    attempts: int,
) -> None:
    server.always("MP", reply)
    with pytest.raises(error, match=words) as caught:
        source.fetch(security(), FIRST, LAST)
    assert caught.value.attempts == attempts  # type: ignore[attr-defined]
