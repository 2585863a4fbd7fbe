"""Yahoo's chart API in its wire format, with a script of failures per symbol.

    with YahooServer({"MP": bars}) as server, yfinance_at(server.url):
        server.script("MP", TOO_MANY_REQUESTS, TOO_MANY_REQUESTS)     # the next two answers
        server.always("LAC", NOT_FOUND)                               # every answer
        ...
        server.asked                                                  # chart requests so far

The real yfinance client runs against it: only the host in its URLs is exchanged.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import polars as pl

from tests.loopback.server import Loopback, Reply, Request

CHART = "/v8/finance/chart/"


def _error(code: str, description: str, status: int) -> Reply:
    body = {"chart": {"result": None, "error": {"code": code, "description": description}}}
    return Reply(json.dumps(body), status)


NOT_FOUND = _error("Not Found", "No data found, symbol may be delisted", 404)
NO_DATA = _error("Bad Request", "Data doesn't exist for startDate = 1, endDate = 2", 400)
TOO_OLD = _error(
    "Unprocessable Entity",
    "1d data not available for startTime=1 and endTime=2. The requested range must be within …",
    422,
)
TOO_MANY_REQUESTS = Reply("Edge: Too Many Requests", 429, "text/plain")
SERVER_ERROR = _error("Internal Server Error", "An unexpected error occurred", 500)
BAD_GATEWAY = Reply("<html><body>502 Bad Gateway</body></html>", 502, "text/html")
HTML_PAGE = Reply("<!doctype html><title>Are you a robot?</title>", 200, "text/html")
DOWN_PAGE = Reply("Will be right back...", 200, "text/html")
NO_RESULT = Reply(json.dumps({"chart": {"result": [], "error": None}}))
HANG_UP = Reply(hang_up=True)


def meta_of(
    symbol: str, currency: str = "USD", time_zone: str = "America/New_York"
) -> dict[str, Any]:
    """What stands beside the bars; yfinance needs these keys."""
    return {
        "currency": currency,
        "symbol": symbol,
        "instrumentType": "EQUITY",
        "exchangeTimezoneName": time_zone,
        "timezone": "EST",
        "gmtoffset": -18000,
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "5d", "1mo", "1y", "max"],
    }


def epoch(session: date, time_zone: str = "America/New_York", at: time = time(9, 30)) -> int:
    """Seconds of a session's opening, as Yahoo stamps a finished day."""
    return int(datetime.combine(session, at, tzinfo=ZoneInfo(time_zone)).timestamp())


def chart(
    symbol: str,
    bars: pl.DataFrame,
    *,
    currency: str = "USD",
    time_zone: str = "America/New_York",
) -> dict[str, Any]:
    """The chart of `bars` (columns of a source's bar frame) as Yahoo's JSON, not yet text.

    A dividend of 0 and a split of 1 are no events; nulls stay null. Without rows it has no
    `timestamp`, as Yahoo's own answer to an empty window.
    """
    meta = meta_of(symbol, currency, time_zone)
    if bars.is_empty():
        result: dict[str, Any] = {"meta": meta, "indicators": {"quote": [{}]}}
        return {"chart": {"result": [result], "error": None}}
    stamps = [epoch(session, time_zone) for session in bars["session"]]
    rows = list(zip(stamps, bars.iter_rows(named=True), strict=True))
    dividends = {
        str(stamp): {"amount": row["dividend"], "date": stamp}
        for stamp, row in rows
        if row["dividend"]
    }
    splits = {
        str(stamp): {
            "date": stamp,
            "numerator": row["split"],
            "denominator": 1,
            "splitRatio": f"{row['split']:g}:1",
        }
        for stamp, row in rows
        if row["split"] not in (None, 1)
    }
    events = {
        name: found for name, found in {"dividends": dividends, "splits": splits}.items() if found
    }
    result = {
        "meta": meta,
        "timestamp": stamps,
        **({"events": events} if events else {}),
        "indicators": {
            "quote": [{c: bars[c].to_list() for c in ("open", "high", "low", "close", "volume")}],
            "adjclose": [{"adjclose": bars["adj_close"].to_list()}],
        },
    }
    return {"chart": {"result": [result], "error": None}}


def chart_body(symbol: str, bars: pl.DataFrame, **options: str) -> str:
    """`chart` as text."""
    return json.dumps(chart(symbol, bars, **options))


class YahooServer(Loopback):
    """Serves the window asked of each symbol's bars; `market` may be exchanged between nights."""

    def __init__(self, market: Mapping[str, pl.DataFrame] | None = None) -> None:
        super().__init__(self._answer)
        self.market: dict[str, pl.DataFrame] = dict(market or {})
        self.currency: dict[str, str] = {}
        self.time_zone: dict[str, str] = {}
        self._scripts: dict[str, deque[Reply]] = defaultdict(deque)
        self._standing: dict[str, Reply | Callable[[Request], Reply]] = {}

    def script(self, symbol: str, *replies: Reply) -> None:
        """The next answers for that symbol; after them the market's own."""
        self._scripts[symbol].extend(replies)

    def always(self, symbol: str, reply: Reply | Callable[[Request], Reply]) -> None:
        """Every answer for that symbol from now on."""
        self._standing[symbol] = reply

    @property
    def asked(self) -> list[Request]:
        """The chart requests; cookie and crumb requests are left out."""
        return [request for request in self.requests if request.path.startswith(CHART)]

    def _answer(self, request: Request) -> Reply:
        if request.path.endswith("getcrumb"):
            return Reply("loopback.ok", content_type="text/plain")
        if not request.path.startswith(CHART):
            return Reply("", 404, "text/plain")
        symbol = unquote(request.path.removeprefix(CHART))
        if self._scripts[symbol]:
            return self._scripts[symbol].popleft()
        if symbol in self._standing:
            standing = self._standing[symbol]
            return standing if isinstance(standing, Reply) else standing(request)
        if symbol not in self.market:
            return NOT_FOUND
        time_zone = self.time_zone.get(symbol, "America/New_York")
        bars = self.market[symbol]
        if "period1" in request.query:
            first, last = (int(request.query[name]) for name in ("period1", "period2"))
            stamps = [epoch(session, time_zone) for session in bars["session"]]
            bars = bars.filter(
                pl.Series([first <= stamp < last for stamp in stamps], dtype=pl.Boolean)
            )
        currency = self.currency.get(symbol, "USD")
        return Reply(chart_body(symbol, bars, currency=currency, time_zone=time_zone))


@contextmanager
def yfinance_at(here: str) -> Iterator[None]:
    """Let yfinance, for a while, send every request for a host of Yahoo's to `here` instead.

    Its session is exchanged for one that rewrites the address; nothing else of the client
    changes, and no request can leave the machine. Cookie and response caches are emptied.
    """
    from curl_cffi import requests
    from yfinance.data import YfData

    class Redirected(requests.Session):  # type: ignore[misc]
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            parts = urlsplit(url)
            assert (parts.hostname or "").endswith("yahoo.com"), url
            return super().request(method, here + parts.path, *args, **kwargs)

    data = YfData()
    before = data._session
    with Redirected() as session:
        YfData(session=session)
        _forget(data)
        try:
            yield
        finally:
            YfData(session=before)
            _forget(data)


def _forget(data: Any) -> None:
    data.cache_get.cache_clear()
    data._crumb, data._cookie, data._cookie_strategy = "loopback.ok", True, "basic"
