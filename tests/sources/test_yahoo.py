"""The real yfinance client against a server on loopback, and all that Yahoo may answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

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
    epoch,
)
from tests.sources.securities import security
from watchlist.config import Fetch
from watchlist.errors import PermanentSourceError, TransientSourceError
from watchlist.sources import BudgetSpentError, RateLimitedError, UnreachableError
from watchlist.sources.protocol import BAR_SCHEMA
from watchlist.sources.yahoo import YahooSource

pytestmark = pytest.mark.network


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


@pytest.mark.parametrize("last", [date(2025, 7, 10), date(2025, 1, 10)], ids=["summer", "winter"])
def test_the_loopback_serves_the_last_session_of_a_window(server: YahooServer, last: date) -> None:
    """Until its exchange's midnight, whose offset from UTC is that of the day and not of 1970."""
    days = pl.date_range(last - timedelta(days=2), last, eager=True)
    server.market["MP"] = bars().head(3).with_columns(session=days)
    zone = ZoneInfo("America/New_York")
    ends = (last - timedelta(days=1), last + timedelta(days=1))
    first, after = (int(datetime.combine(day, time(), tzinfo=zone).timestamp()) for day in ends)
    asked = f"{server.url}/v8/finance/chart/MP?period1={first}&period2={after}"
    with urlopen(asked) as reply:
        result = json.load(reply)["chart"]["result"][0]
    assert result["timestamp"] == [epoch(last - timedelta(days=1)), epoch(last)]


def test_without_a_window_all_history_is_asked(server: YahooServer, source: YahooSource) -> None:
    assert source.fetch(security(), None, None).bars.height == 4
    assert int(server.asked[0].query["period1"]) < 0


@pytest.mark.parametrize(
    ("reply", "error", "words", "attempts"),
    [
        pytest.param(NOT_FOUND, PermanentSourceError, "does not know MP", 1, id="404"),
        pytest.param(TOO_OLD, PermanentSourceError, "refuses the window", 1, id="422"),
        pytest.param(SERVER_ERROR, TransientSourceError, "unexpected error", 4, id="500"),
        pytest.param(BAD_GATEWAY, TransientSourceError, "failed for MP .502", 4, id="502-html"),
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


def test_a_429_that_passes_costs_nothing(server: YahooServer, source: YahooSource) -> None:
    server.script("MP", TOO_MANY_REQUESTS)
    fetched = source.fetch(security(), FIRST, LAST)
    assert (fetched.bars.height, fetched.attempts) == (4, 1)  # yfinance repeats once by itself


def test_a_429_for_good_stops_the_run_without_more_requests(
    server: YahooServer, source: YahooSource, clock: FakeClock
) -> None:
    server.always("MP", TOO_MANY_REQUESTS)
    with pytest.raises(RateLimitedError):
        source.fetch(security(), FIRST, LAST)
    asked = len(server.asked)
    assert asked == 8  # four attempts, each repeated once by yfinance
    assert all(low <= wait <= low + 10 for low, wait in zip((10, 20, 40), clock.slept, strict=True))
    with pytest.raises(RateLimitedError, match="not asked"):
        source.fetch(security("LAC"), FIRST, LAST)
    assert len(server.asked) == asked


def test_a_second_try_leaves_the_process_and_may_succeed(
    server: YahooServer, source: YahooSource, clock: FakeClock
) -> None:
    """yfinance remembers answers of past windows, failures too; we must not be told them again."""
    server.script("MP", SERVER_ERROR, SERVER_ERROR)
    fetched = source.fetch(security(), FIRST, LAST)
    assert (fetched.bars.height, fetched.attempts) == (4, 2)
    assert len(clock.slept) == 1
    assert 2 <= clock.slept[0] <= 4


def test_a_corrected_bar_is_seen_in_the_same_process(
    server: YahooServer, source: YahooSource
) -> None:
    source.fetch(security(), FIRST, LAST)
    server.market["MP"] = bars().with_columns(pl.col("close") + 1)
    assert source.fetch(security(), FIRST, LAST).bars["close"][0] == 11.5


def test_one_bad_symbol_does_not_harm_the_next(server: YahooServer, source: YahooSource) -> None:
    server.always("MP", NOT_FOUND)
    with pytest.raises(PermanentSourceError):
        source.fetch(security(), FIRST, LAST)
    assert source.fetch(security("LAC"), FIRST, LAST).bars.height == 4


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(NO_DATA, id="400-no-data"),
        pytest.param(NO_RESULT, id="200-no-result"),
        pytest.param(Reply(chart_body("MP", bars().clear())), id="200-no-timestamps"),
        pytest.param(
            Reply(json.dumps({"chart": {"error": None, "result": [{"meta": {}}]}})),
            id="200-only-meta",
        ),
        pytest.param(
            Reply(json.dumps({"chart": {"error": None, "result": None}})), id="200-null-result"
        ),
    ],
)
def test_an_empty_window_is_empty_and_says_so(
    server: YahooServer, source: YahooSource, reply: Reply
) -> None:
    server.always("MP", reply)
    fetched = source.fetch(security(), FIRST, LAST)
    assert fetched.bars.is_empty()
    assert fetched.bars.schema == BAR_SCHEMA
    assert fetched.note


def test_a_window_after_the_last_bar_is_empty(server: YahooServer, source: YahooSource) -> None:
    fetched = source.fetch(security(), date(2025, 12, 1), date(2025, 12, 5))
    assert fetched.bars.is_empty()
    assert fetched.note


def test_a_slow_answer_is_given_up(tmp_path: Path, server: YahooServer, clock: FakeClock) -> None:
    impatient = YahooSource(Fetch(timeout_seconds=0.2, attempts=2), tmp_path / "yfinance", clock)
    server.always("MP", Reply(chart_body("MP", bars()), delay=30))
    with pytest.raises(TransientSourceError, match="in time"):
        impatient.fetch(security(), FIRST, LAST)
    assert impatient.fetch(security("LAC"), FIRST, LAST).bars.height == 4


def test_a_cut_off_answer_is_no_answer(server: YahooServer, source: YahooSource) -> None:
    server.always("MP", Reply(chart_body("MP", bars()), cut=400))
    with pytest.raises(TransientSourceError, match="broke"):
        source.fetch(security(), FIRST, LAST)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://127.0.0.1:9", id="connection-refused"),
        pytest.param("http://yahoo.invalid", id="name-not-found"),
    ],
)
def test_no_network_stops_the_run(source: YahooSource, clock: FakeClock, address: str) -> None:
    with yfinance_at(address):
        with pytest.raises(UnreachableError, match="no connection"):
            source.fetch(security(), FIRST, LAST)
        waited = len(clock.slept)
        with pytest.raises(UnreachableError, match="not asked"):
            source.fetch(security("LAC"), FIRST, LAST)
    assert len(clock.slept) == waited


def test_the_budget_ends_the_run(server: YahooServer, tmp_path: Path, clock: FakeClock) -> None:
    source = YahooSource(Fetch(budget_seconds=3), tmp_path / "yfinance", clock)
    server.always("MP", SERVER_ERROR)
    with pytest.raises(TransientSourceError, match="unexpected"):
        source.fetch(security(), FIRST, LAST)
    clock.sleep(3)
    with pytest.raises(BudgetSpentError, match="3 seconds"):
        source.fetch(security("LAC"), FIRST, LAST)
    assert {request.path.rsplit("/", 1)[-1] for request in server.asked} == {"MP"}


@pytest.mark.parametrize(
    ("calendar", "time_zone", "currency"),
    [
        pytest.param("XASX", "Australia/Sydney", "AUD", id="Sydney"),
        pytest.param("XTSE", "America/Toronto", "CAD", id="Toronto"),
        pytest.param("XKRX", "Asia/Seoul", "KRW", id="Seoul"),
        pytest.param("XBOM", "Asia/Kolkata", "INR", id="unlisted-calendar"),
    ],
)
def test_sessions_are_dates_of_the_exchange(
    server: YahooServer, source: YahooSource, calendar: str, time_zone: str, currency: str
) -> None:
    server.market["LYC.AX"] = bars()
    server.time_zone["LYC.AX"] = time_zone
    server.currency["LYC.AX"] = currency
    lynas = security(
        "LYC", calendar=calendar, currency=currency, source_symbols={"yahoo": "LYC.AX"}
    )
    fetched = source.fetch(lynas, FIRST, LAST)
    assert fetched.bars["session"].to_list() == bars()["session"].to_list()
    assert fetched.currency == currency


def test_another_currency_is_refused(server: YahooServer, source: YahooSource) -> None:
    server.currency["MP"] = "CAD"
    with pytest.raises(PermanentSourceError, match="MP in CAD, the catalogue says USD"):
        source.fetch(security(), FIRST, LAST)


def test_pence_are_pounds(server: YahooServer, source: YahooSource) -> None:
    server.currency["MP"] = "GBp"
    assert source.fetch(security(currency="GBP"), FIRST, LAST).currency == "GBp"


def test_an_unfinished_session_comes_with_its_last_trade(
    server: YahooServer, source: YahooSource, clock: FakeClock
) -> None:
    """Yahoo stamps the day's live bar with the last trade, not with the opening."""
    clock.moment = datetime(2025, 11, 5, 19, 0, tzinfo=UTC)
    body = json.loads(chart_body("MP", bars()))
    body["chart"]["result"][0]["timestamp"][-1] += 5 * 3600 - 1
    server.always("MP", Reply(json.dumps(body)))
    assert source.fetch(security(), FIRST, None).bars["session"].to_list()[-1] == date(2025, 11, 5)


def test_zero_prices_are_unknown(server: YahooServer, source: YahooSource) -> None:
    server.market["MP"] = bars().with_columns(open=pl.lit(0.0))
    assert source.fetch(security(), FIRST, LAST).bars["open"].null_count() == 4


def test_dividends_and_splits_are_asked_for_and_nothing_is_adjusted(
    server: YahooServer, source: YahooSource
) -> None:
    source.fetch(security(), FIRST, LAST)
    query = server.asked[0].query
    assert query["interval"] == "1d"
    assert "div" in query["events"]
    assert "splits" in query["events"]
    assert query["includePrePost"] == "false"


def test_yfinance_keeps_its_files_where_it_is_told(source: YahooSource, tmp_path: Path) -> None:
    from yfinance.cache import _CookieDBManager, _TzDBManager

    assert source.name == "yahoo"
    assert _TzDBManager.get_location() == str(tmp_path / "yfinance")
    assert _CookieDBManager.get_location() == str(tmp_path / "yfinance")


def test_naming_sources_loads_no_vendor_library() -> None:
    code = (
        "import sys, watchlist.sources, watchlist.sources.files, watchlist.sources.simulated;"
        "print([m for m in ('yfinance', 'pandas', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("symbol", ["MP", "LAC", "TMQ", "SPY"])
def test_real_bars_survive_the_wire(
    shared: Path, server: YahooServer, source: YahooSource, clock: FakeClock, symbol: str
) -> None:
    """Responses in Yahoo's format made from real bars come out as those bars."""
    clock.moment = datetime(2026, 9, 1, tzinfo=UTC)
    place = shared / "yahoo" / "rebuilt" / f"{symbol}.json"
    server.always(symbol, Reply(place.read_bytes()))
    fetched = source.fetch(security(symbol), None, None)
    real = (
        pl.scan_parquet(shared / "bars" / "bars.parquet")
        .filter(pl.col("symbol") == symbol, pl.col("close").is_not_null())
        .select(session="date", real="close")
        .collect()
    )
    both = fetched.bars.drop_nulls("close").join(real, on="session")
    assert both.height > 500
    assert both["close"].to_list() == pytest.approx(both["real"].to_list(), rel=1e-6)


def chart_error(code: str, description: str) -> bytes:
    """The body of an error in the form that Yahoo's chart address gives it."""
    error = {"code": code, "description": description}
    return json.dumps({"chart": {"result": None, "error": error}}).encode()


NO_DATA = "Data doesn't exist for startDate = 1704067200, endDate = 1706745600"
TOO_OLD = "1m data not available for startTime=1704067200 and endTime=1704153600. The requested "
EMPTY = {"chart": {"error": None, "result": [{"meta": {"gmtoffset": 0, "symbol": "MP"}}]}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(400, chart_error("Bad Request", NO_DATA), None, id="400"),
        pytest.param(
            404,
            chart_error("Not Found", "No data found, symbol may be delisted"),
            PermanentSourceError,
            id="404",
        ),
        pytest.param(
            422, chart_error("Unprocessable Entity", TOO_OLD), PermanentSourceError, id="422"
        ),
        pytest.param(429, b"Edge: Too Many Requests", RateLimitedError, id="429"),
        pytest.param(200, json.dumps(EMPTY).encode(), None, id="empty"),
    ],
)
def test_error_bodies_as_they_were_reported(
    server: YahooServer,
    source: YahooSource,
    status: int,
    body: bytes,
    expected: type[Exception] | None,
) -> None:
    server.always("MP", Reply(body, status=status))
    if expected is None:
        assert source.fetch(security(), FIRST, LAST).bars.is_empty()
    else:
        with pytest.raises(expected):
            source.fetch(security(), FIRST, LAST)


@pytest.mark.parametrize(
    ("name", "symbol", "currency", "rows", "splits", "dividends"),
    [
        ("aapl_1d_20200831_20201107_with_split", "AAPL", "USD", 49, 1, 1),
        ("msft_1d_2021_dividends", "MSFT", "USD", 252, 0, 4),
        ("nvda_1d_2021_split", "NVDA", "USD", 252, 1, 0),
        ("tsla_1d_max_no_dividends", "TSLA", "USD", 3303, None, 0),
        ("qqq_1d_etf_2020", "QQQ", "USD", None, 0, None),
        ("ocdo_l_1d_gbp_pence_2020", "OCDO.L", "GBP", None, None, None),
        ("aapl_1m_weekend_no_timestamps", "AAPL", "USD", 0, 0, 0),
    ],
)
def test_recorded_answers(
    shared: Path,
    server: YahooServer,
    source: YahooSource,
    name: str,
    symbol: str,
    currency: str,
    rows: int | None,
    splits: int | None,
    dividends: int | None,
) -> None:
    server.always(symbol, Reply((shared / "yahoo" / "recorded" / f"{name}.json").read_bytes()))
    calendar = "XLON" if symbol.endswith(".L") else "XNYS"
    it = security(symbol, currency=currency, calendar=calendar)
    frame = source.fetch(it, None, None).bars
    assert rows is None or frame.height == rows
    assert splits is None or frame.filter(pl.col("split") != 1).height == splits
    assert dividends is None or frame.filter(pl.col("dividend") > 0).height == dividends


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(NOT_FOUND, PermanentSourceError, id="404"),
        pytest.param(SERVER_ERROR, TransientSourceError, id="500"),
        pytest.param(HTML_PAGE, TransientSourceError, id="html"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitedError, id="429"),
    ],
)
def test_failures_are_told_apart_on_an_exchange_of_any_time_zone(
    server: YahooServer, source: YahooSource, reply: Reply, error: type[Exception]
) -> None:
    """yfinance's own history calls each of them a missing time zone."""
    server.always("MP", reply)
    with pytest.raises(error) as caught:
        source.fetch(security(calendar="XBOM"), FIRST, LAST)
    assert type(caught.value) is error


EXCHANGES = (
    ("XNYS", "America/New_York"),
    ("XASX", "Australia/Sydney"),
    ("XLON", "Europe/London"),
    ("XTKS", "Asia/Tokyo"),
)
DAYS = st.dates(date(1971, 1, 1), date(2025, 12, 31))


@given(zone=st.sampled_from(EXCHANGES), days=st.sets(DAYS, min_size=1, max_size=8))
@example(zone=EXCHANGES[0], days={date(2025, 3, 7), date(2025, 3, 10)})
@example(zone=EXCHANGES[1], days={date(2025, 10, 3), date(2025, 10, 6)})
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_session_of_any_exchange_keeps_its_date(
    server: YahooServer, source: YahooSource, zone: tuple[str, str], days: set[date]
) -> None:
    """Also around changes of clocks: 2025-03-09 in New York, 2025-10-05 in Sydney."""
    calendar, time_zone = zone
    served = pl.concat([bars().head(1).with_columns(session=pl.lit(day)) for day in sorted(days)])
    server.market["MP"] = served
    server.time_zone["MP"] = time_zone
    assert source.fetch(security(calendar=calendar), None, None).bars.equals(served)
