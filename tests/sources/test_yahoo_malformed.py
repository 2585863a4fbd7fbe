"""Whatever comes from Yahoo: an error with a reason, or bars that were in the true answer."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.loopback import FakeClock, Reply, YahooServer, yfinance_at
from tests.loopback.yahoo import chart, epoch
from tests.sources.malformed import broken_answers
from tests.sources.securities import security
from tests.sources.test_yahoo import bars
from tests.sources.truthful import lies
from watchlist.config import Fetch
from watchlist.errors import PermanentSourceError, SourceError, TransientSourceError
from watchlist.sources.yahoo import YahooSource
from watchlist.sources.yahoo_answer import read_answer

pytestmark = pytest.mark.network

FIRST, LAST = date(2025, 10, 30), date(2025, 11, 6)

LEFT_OUT = {
    f"chart.result.0.events{place}{how}"
    for place in ("", ".dividends", ".splits", ".dividends.1762180200", ".splits.1762353000")
    for how in ("-missing", "=empty-object", "=null")
}
"""Well-formed answers that know of no dividend or split: nothing in them shows the loss."""

CASES = {n: body for n, body in broken_answers(chart("MP", bars())) if n not in LEFT_OUT}


def wrong(cases: Iterable[tuple[str, bytes]], folder: Path) -> list[str]:
    """Lies told, and answers that made anything but an error of ours or bars."""
    found = []
    with YahooServer() as server, yfinance_at(server.url):
        for name, body in cases:
            server.always("MP", Reply(body))
            source = YahooSource(Fetch(attempts=1), folder, FakeClock())
            try:
                fetched = source.fetch(security(), FIRST, LAST)
            except SourceError as error:
                if not error.message or "\n" in error.message or len(error.message) > 300:
                    found.append(f"{name}: says {error.message!r}")
                continue
            if fetched.bars.is_empty() and not fetched.note:
                found.append(f"{name}: empty without a word")
            found += [f"{name}: {lie}" for lie in lies(fetched.bars, bars())]
    return found


def test_the_corpus_is_large() -> None:
    assert len(CASES) > 700


def test_broken_answers_make_no_wrong_bar(tmp_path: Path) -> None:
    assert wrong(list(CASES.items())[::4], tmp_path) == []


@pytest.mark.slow
def test_no_broken_answer_of_all_makes_a_wrong_bar(tmp_path: Path) -> None:
    assert wrong(CASES.items(), tmp_path) == []


def twisted(change: Callable[[dict[str, Any]], object]) -> bytes:
    tree = copy.deepcopy(chart("MP", bars()))
    change(tree["chart"]["result"][0])
    return json.dumps(tree).encode()


def test_unsorted_timestamps_are_sorted_with_their_bars(tmp_path: Path) -> None:
    def shuffle(result: dict[str, Any]) -> None:
        for column in (
            result["timestamp"],
            *result["indicators"]["quote"][0].values(),
            result["indicators"]["adjclose"][0]["adjclose"],
        ):
            column.reverse()

    with YahooServer() as server, yfinance_at(server.url):
        server.always("MP", Reply(twisted(shuffle)))
        source = YahooSource(Fetch(), tmp_path, FakeClock())
        assert source.fetch(security(), FIRST, LAST).bars.equals(bars())


def test_an_unknown_volume_stays_unknown(tmp_path: Path) -> None:
    unknown = bars().with_columns(volume=pl.lit(None, pl.Int64))
    with YahooServer({"MP": unknown}) as server, yfinance_at(server.url):
        source = YahooSource(Fetch(), tmp_path, FakeClock())
        assert source.fetch(security(), FIRST, LAST).bars.equals(unknown)


def test_what_yfinance_makes_of_a_hole_is_not_taken(tmp_path: Path) -> None:
    """It gives 0 for a null volume, and the close where no adjusted close is given."""

    def spoil(result: dict[str, Any]) -> None:
        result["indicators"]["quote"][0]["volume"][0] = None
        del result["indicators"]["adjclose"]

    with YahooServer() as server, yfinance_at(server.url):
        server.always("MP", Reply(twisted(spoil)))
        given = YahooSource(Fetch(), tmp_path, FakeClock()).fetch(security(), FIRST, LAST).bars
    assert given["volume"].to_list() == [None, 2000, None, 3000]
    assert given["adj_close"].null_count() == 4
    assert given["close"].to_list() == bars()["close"].to_list()


def test_a_dividend_whose_bar_is_missing_keeps_its_day(tmp_path: Path) -> None:
    """yfinance moves it to the session before, whose return would then be wrong."""

    def lose(result: dict[str, Any]) -> None:
        for column in (
            result["timestamp"],
            *result["indicators"]["quote"][0].values(),
            result["indicators"]["adjclose"][0]["adjclose"],
        ):
            del column[1]

    with YahooServer() as server, yfinance_at(server.url):
        server.always("MP", Reply(twisted(lose)))
        given = YahooSource(Fetch(), tmp_path, FakeClock()).fetch(security(), FIRST, LAST).bars
    assert given["dividend"].to_list() == [0.0, 0.25, 0.0, 0.0]
    assert given["close"].to_list() == [10.5, None, None, 11.9]


def test_of_a_session_that_comes_twice_the_later_bar_counts(tmp_path: Path) -> None:
    def twice(result: dict[str, Any]) -> None:
        result["timestamp"].append(result["timestamp"][-1] + 3600)
        quote = result["indicators"]["quote"][0]
        for column in (*quote.values(), result["indicators"]["adjclose"][0]["adjclose"]):
            column.append(column[-1])
        quote["volume"][-1] = 3100

    with YahooServer() as server, yfinance_at(server.url):
        server.always("MP", Reply(twisted(twice)))
        given = YahooSource(Fetch(), tmp_path, FakeClock()).fetch(security(), FIRST, LAST).bars
    assert given["volume"].to_list() == [1000, 2000, None, 3100]


def test_midnight_stamps_an_hour_early_are_of_the_day_that_begins(tmp_path: Path) -> None:
    def shift(result: dict[str, Any]) -> None:
        result["timestamp"] = [epoch(day, at=time(23)) - 86_400 for day in bars()["session"]]
        del result["events"]

    with YahooServer() as server, yfinance_at(server.url):
        server.always("MP", Reply(twisted(shift)))
        given = YahooSource(Fetch(), tmp_path, FakeClock()).fetch(security(), FIRST, LAST).bars
    assert given["session"].to_list() == bars()["session"].to_list()
    assert given["volume"].to_list() == bars()["volume"].to_list()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        pytest.param(
            lambda r: r["timestamp"].__setitem__(1, epoch(date(2025, 10, 31))),
            TransientSourceError,
            "two different bars of one session",
            id="session-twice",
        ),
        pytest.param(
            lambda r: r.update(timestamp=[stamp * 1000 for stamp in r["timestamp"]]),
            TransientSourceError,
            r"timestamp\.0: Input should be less than 4102444800",
            id="milliseconds",
        ),
        pytest.param(
            lambda r: r["timestamp"].pop(),
            TransientSourceError,
            "not one open for each timestamp",
            id="one-short",
        ),
        pytest.param(
            lambda r: r["meta"].update(symbol="META"),
            PermanentSourceError,
            "asked for MP and answered for 'META'",
            id="another-symbol",
        ),
        pytest.param(
            lambda r: r["meta"].update(dataGranularity="1wk"),
            PermanentSourceError,
            "not daily but '1wk'",
            id="weekly",
        ),
        pytest.param(
            lambda r: r["meta"].update(exchangeTimezoneName="Mars/Olympus"),
            TransientSourceError,
            "no time zone",
            id="time-zone",
        ),
        pytest.param(
            lambda r: r["meta"].update(currency="EUR"),
            PermanentSourceError,
            "MP in EUR",
            id="currency",
        ),
        pytest.param(
            lambda r: r["indicators"]["quote"].append({}),
            TransientSourceError,
            r"indicators\.quote: List should have at most 1 item",
            id="two-quotes",
        ),
        pytest.param(
            lambda r: r["events"]["splits"]["1762353000"].update(denominator=0),
            TransientSourceError,
            r"splits\.1762353000\.denominator: Input should be greater than 0",
            id="split-by-zero",
        ),
    ],
)
def test_the_fault_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], error: type[Exception], words: str
) -> None:
    with YahooServer() as server, yfinance_at(server.url):
        server.always("MP", Reply(twisted(change)))
        with pytest.raises(error, match=words):
            YahooSource(Fetch(attempts=1), tmp_path, FakeClock()).fetch(security(), FIRST, LAST)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["chart", "result", "meta", "timestamp", "indicators", "quote", "events", "open"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_json_is_checked_without_a_traceback(tree: object) -> None:
    for answer in (tree, {"chart": {"result": [tree]}}):
        with suppress(SourceError):
            read_answer(200, json.dumps(answer).encode(), "MP")


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_checked_without_a_traceback(body: bytes) -> None:
    for status in (200, 404, 500):
        with suppress(SourceError):
            read_answer(status, body, "MP")
