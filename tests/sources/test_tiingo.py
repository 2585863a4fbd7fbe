"""Tiingo in its wire format on loopback: conversion, refusals, and a token that stays secret."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.loopback import FakeClock, Reply
from tests.loopback.tiingo import (
    BAD_TOKEN,
    CHALLENGE,
    OVER_HOURLY_LIMIT,
    OVER_LIMIT_AS_TEXT,
    SERVER_ERROR,
    TOKEN,
    UNKNOWN_TICKER,
    TiingoServer,
    rows,
)
from tests.sources.malformed import broken_answers
from tests.sources.securities import security
from tests.sources.truthful import lies
from watchlist.clock import SystemClock
from watchlist.config import Config, Fetch
from watchlist.errors import ConfigError, PermanentSourceError, SourceError, TransientSourceError
from watchlist.project import Project
from watchlist.sources import RateLimitedError, UnreachableError, open_source
from watchlist.sources.protocol import BAR_SCHEMA
from watchlist.sources.tiingo import TiingoSource

pytestmark = pytest.mark.network


def frame(table: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(table, schema=BAR_SCHEMA, orient="row")


RAW = frame(
    [
        (date(2025, 10, 30), 40.0, 44.0, 36.0, 42.0, 20.5, 1000, 0.4, 1.0),
        (date(2025, 10, 31), 20.0, 22.0, 18.0, 21.0, 20.8, 2000, 0.0, 2.0),
        (date(2025, 11, 3), 21.0, 23.0, 20.0, 22.0, 22.0, 2500, 0.2, 1.0),
    ]
)
"""As traded: a 2:1 split on the second session halves the price."""

ADJUSTED = frame(
    [
        (date(2025, 10, 30), 20.0, 22.0, 18.0, 21.0, 20.5, 2000, 0.2, 1.0),
        (date(2025, 10, 31), 20.0, 22.0, 18.0, 21.0, 20.8, 2000, 0.0, 2.0),
        (date(2025, 11, 3), 21.0, 23.0, 20.0, 22.0, 22.0, 2500, 0.2, 1.0),
    ]
)
"""The same in this project's convention: split-adjusted, the change of ownership untouched."""


@pytest.fixture
def server() -> Iterator[TiingoServer]:
    with TiingoServer({"MP": RAW, "LAC": RAW}) as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def source(server: TiingoServer, clock: FakeClock) -> TiingoSource:
    return TiingoSource(TOKEN, Fetch(timeout_seconds=5), clock, api=server.url)


def test_traded_prices_become_split_adjusted(source: TiingoSource) -> None:
    fetched = source.fetch(security(), None, None)
    assert fetched.bars.equals(ADJUSTED)
    assert (fetched.currency, fetched.attempts) == (None, 1)


def test_a_window_before_a_split_is_adjusted_for_it(
    source: TiingoSource, server: TiingoServer
) -> None:
    fetched = source.fetch(security(), date(2025, 10, 30), date(2025, 10, 30))
    assert fetched.bars.equals(ADJUSTED.head(1))
    assert server.requests[0].query == {"startDate": "2025-10-30", "format": "json"}


def test_the_token_goes_into_the_header_only(source: TiingoSource, server: TiingoServer) -> None:
    source.fetch(security(), None, None)
    asked = server.requests[0]
    assert asked.path == "/tiingo/daily/MP/prices"
    assert asked.headers["authorization"] == f"Token {TOKEN}"
    assert TOKEN not in str(asked.query)


@pytest.mark.parametrize(
    ("reply", "error", "words", "attempts"),
    [
        pytest.param(UNKNOWN_TICKER, PermanentSourceError, "does not know MP", 1, id="404"),
        pytest.param(OVER_HOURLY_LIMIT, RateLimitedError, "hourly", 4, id="429"),
        pytest.param(OVER_LIMIT_AS_TEXT, RateLimitedError, "500 symbol", 4, id="limit-as-text-200"),
        pytest.param(SERVER_ERROR, TransientSourceError, "failed for MP .500", 4, id="500"),
        pytest.param(CHALLENGE, TransientSourceError, "not JSON", 4, id="html-challenge-200"),
        pytest.param(Reply("{}", 403), PermanentSourceError, "refuses MP", 1, id="403"),
        pytest.param(Reply("", 302), TransientSourceError, "302", 4, id="redirect"),
        pytest.param(Reply('{"detail": "odd"}'), TransientSourceError, "no bars: odd", 4, id="odd"),
        pytest.param(Reply(hang_up=True), TransientSourceError, "broke", 4, id="hang-up"),
        pytest.param(Reply("[" * 99, cut=9), TransientSourceError, "broke", 4, id="cut-off"),
    ],
)
def test_failures_are_named(
    source: TiingoSource,
    server: TiingoServer,
    reply: Reply,
    error: type[Exception],
    words: str,
    attempts: int,
) -> None:
    server.always("MP", reply)
    with pytest.raises(error, match=words) as caught:
        source.fetch(security(), None, None)
    assert caught.value.attempts == attempts  # type: ignore[attr-defined]
    assert len(server.requests) == attempts


def test_a_refused_token_is_a_matter_of_configuration(server: TiingoServer) -> None:
    source = TiingoSource("wrong", Fetch(), FakeClock(), api=server.url)
    with pytest.raises(ConfigError, match="refuses the token"):
        source.fetch(security(), None, None)


def test_a_fault_that_passes(source: TiingoSource, server: TiingoServer) -> None:
    server.script("MP", SERVER_ERROR, CHALLENGE)
    fetched = source.fetch(security(), None, None)
    assert (fetched.bars.height, fetched.attempts) == (3, 3)


def test_an_empty_list_is_an_empty_window(source: TiingoSource, server: TiingoServer) -> None:
    server.always("MP", Reply("[]"))
    fetched = source.fetch(security(), None, None)
    assert fetched.bars.is_empty()
    assert fetched.note


def test_no_network_stops_the_run(clock: FakeClock) -> None:
    source = TiingoSource(TOKEN, Fetch(), clock, api="http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match="no connection"):
        source.fetch(security(), None, None)
    with pytest.raises(UnreachableError, match="not asked"):
        source.fetch(security("LAC"), None, None)


def test_a_server_that_drips_is_given_up() -> None:
    """Each byte comes in time, the answer never."""
    listener = socket.create_server(("127.0.0.1", 0))
    given_up = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n[")
            for _ in range(100):
                try:
                    connection.sendall(b" ")
                except OSError:
                    given_up.set()
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with listener:
        api = f"http://127.0.0.1:{listener.getsockname()[1]}"
        source = TiingoSource(TOKEN, Fetch(attempts=1, timeout_seconds=0.3), SystemClock(), api=api)
        with pytest.raises(TransientSourceError, match="did not finish in time"):
            source.fetch(security(), None, None)
    thread.join()
    assert given_up.is_set(), "all bytes were waited for"


def test_the_token_is_in_no_message_log_or_repr(
    source: TiingoSource, server: TiingoServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even when the server sends it back."""
    caplog.set_level(logging.DEBUG)
    echoes = [
        Reply(json.dumps({"detail": f"no rights for {TOKEN}"}), 403),
        Reply(f"You have run over your limit, {TOKEN}", 200, "text/plain"),
        Reply(f"<html>{TOKEN}</html>", 500, "text/html"),
        Reply(json.dumps([{"date": TOKEN, "close": TOKEN, "splitFactor": TOKEN}])),
        Reply(json.dumps({"detail": f"Invalid token {TOKEN}"}), 401),
        BAD_TOKEN,
    ]
    for echo in echoes:
        server.always("MP", echo)
        fresh = TiingoSource(TOKEN, Fetch(attempts=1), FakeClock(), api=server.url)
        with pytest.raises((SourceError, ConfigError)) as caught:
            fresh.fetch(security(), None, None)
        assert TOKEN not in str(caught.value)
        assert TOKEN not in repr(caught.value)
    assert TOKEN not in repr(source)
    assert TOKEN not in caplog.text


def test_the_token_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TIINGO_API_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="needs an API token"):
        open_source("tiingo", Config(), Project(tmp_path), FakeClock())
    monkeypatch.setenv("TIINGO_API_TOKEN", TOKEN)
    assert open_source("tiingo", Config(), Project(tmp_path), FakeClock()).name == "tiingo"


def test_broken_answers_make_no_wrong_bar(server: TiingoServer) -> None:
    # without a split: a row that is lost with its split factor leaves no trace in the others
    plain = RAW.tail(2).with_columns(split=1.0)
    cases = dict(broken_answers(rows(plain)))
    assert len(cases) > 250
    once = TiingoSource(TOKEN, Fetch(attempts=1), FakeClock(), api=server.url)
    found = []
    for name, body in cases.items():
        server.always("MP", Reply(body))
        try:
            fetched = once.fetch(security(), None, None)
        except SourceError as error:
            if not error.message or "\n" in error.message or len(error.message) > 300:
                found.append(f"{name}: says {error.message!r}")
            continue
        if fetched.bars.is_empty() and not fetched.note:
            found.append(f"{name}: empty without a word")
        found += [f"{name}: {lie}" for lie in lies(fetched.bars, plain)]
    assert found == []
