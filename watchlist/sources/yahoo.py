"""Yahoo's daily bars: yfinance's way to the network, one request a symbol, every failure named."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import yfinance
from yfinance.data import YfData
from yfinance.exceptions import YFRateLimitError

from watchlist.clock import Clock
from watchlist.config import Fetch
from watchlist.errors import SourceError, TransientSourceError
from watchlist.sources.live import Retry, plausible_bars
from watchlist.sources.protocol import (
    BadRow,
    Fetched,
    RateLimitedError,
    UnreachableError,
    check_currency,
    no_bars,
    window,
)
from watchlist.sources.yahoo_answer import read_answer

if TYPE_CHECKING:
    from watchlist.catalog import Security

CHART = "https://query2.finance.yahoo.com/v8/finance/chart/"

EARLIEST = date(1925, 1, 1)
"""Before Yahoo's first bar of anything."""

NO_CONNECTION = (5, 6, 7)
"""curl's codes for a proxy or host that cannot be resolved, and a refused connection."""


class YahooSource:
    """Daily bars of Yahoo Finance, split-adjusted, with dividends and splits.

    yfinance keeps cookies, crumb and the browser's handshake; its parser and its memory of earlier
    answers are passed by, so that every answer is fresh and is read by `yahoo_answer` alone.

    Parameters
    ----------
    settings : Fetch
        Attempts, waits, timeout and budget.
    cache_dir : Path
        yfinance's own cookies go here, not into the user's home.
    clock : Clock
        Today, and waiting between attempts.
    """

    name = "yahoo"
    bad_rows: Sequence[BadRow] = ()

    def __init__(self, settings: Fetch, cache_dir: Path, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._retry = Retry(settings, clock, "Yahoo")
        cache_dir.mkdir(parents=True, exist_ok=True)
        yfinance.set_tz_cache_location(str(cache_dir))
        # its failures reach us as exceptions; a second report on stderr would be noise
        logging.getLogger("yfinance").addHandler(logging.NullHandler())

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        """Bars from Yahoo; an empty window is an empty answer with Yahoo's own words.

        Raises
        ------
        RateLimitedError, UnreachableError, BudgetSpentError
            The run is over for Yahoo.
        TransientSourceError
            Timeout, server error, an answer that is not what it should be.
        PermanentSourceError
            Yahoo knows no such symbol, or gives it in another currency.
        """
        first = start or EARLIEST
        # a day more than today in UTC: it is already tomorrow in Sydney
        last = end or self.clock.now().date() + timedelta(days=1)
        if last < first:
            return Fetched(no_bars(), note=f"the window {first} to {last} is empty")
        return self._retry.call(lambda: self._request(security, first, last))

    def _request(self, security: Security, first: date, last: date) -> Fetched:
        symbol = security.source_symbol("yahoo")
        # a day more at both ends holds the window in every time zone
        query = {
            "period1": _midnight(first - timedelta(days=1)),
            "period2": _midnight(last + timedelta(days=2)),
            "interval": "1d",
            "includePrePost": "false",
            "events": "div,splits,capitalGains",
        }
        try:
            response = YfData().get(
                CHART + quote(symbol, safe=""), query, self.settings.timeout_seconds
            )
            status, body = response.status_code, response.content
        except Exception as error:  # yfinance lets out whatever its client trips over
            raise _failure(error, symbol) from None
        answer = read_answer(status, body, symbol)
        check_currency(security, answer.currency, "Yahoo")
        bars = window(plausible_bars(answer.bars, "Yahoo", symbol), first, last)
        none = f"Yahoo has no bars of {symbol} from {first} to {last}"
        return Fetched(bars, answer.currency, None if bars.height else answer.note or none)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), tzinfo=UTC).timestamp())


def _failure(error: Exception, symbol: str) -> SourceError:
    """Our word for whatever came out of yfinance."""
    kind = type(error).__name__
    if isinstance(error, YFRateLimitError):
        return RateLimitedError(
            "Yahoo refuses more requests for now (429)",
            "wait an hour or so; asking on only lengthens it",
        )
    if isinstance(error, TimeoutError) or "Timeout" in kind:
        return TransientSourceError(f"Yahoo did not answer in time for {symbol}")
    if isinstance(error, OSError):
        if getattr(error, "code", None) in NO_CONNECTION or "NewConnection" in str(error):
            return UnreachableError("no connection to Yahoo", "is the network up?")
        return TransientSourceError(f"the connection to Yahoo broke for {symbol} ({kind})")
    return TransientSourceError(
        f"Yahoo could not be asked for {symbol} ({kind}: {str(error)[:100]})"
    )
