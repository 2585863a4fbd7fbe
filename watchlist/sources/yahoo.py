"""Yahoo through yfinance: one request per symbol, every failure named; the only pandas in here."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yfinance
from pandas.errors import Pandas4Warning
from yfinance.data import YfData
from yfinance.exceptions import (
    YFDataException,
    YFPricesMissingError,
    YFRateLimitError,
)

from watchlist.clock import Clock
from watchlist.config import Fetch
from watchlist.errors import SourceError, TransientSourceError
from watchlist.sources.patience import Patience
from watchlist.sources.protocol import (
    BadRow,
    Fetched,
    RateLimitedError,
    UnreachableError,
    bar_frame,
    window,
)
from watchlist.sources.wire import check_currency, plausible_bars
from watchlist.sources.yahoo_answer import Answer, EmptyWindowError, inspect

if TYPE_CHECKING:
    import pandas

    from watchlist.catalog import Security

EARLIEST = date(1925, 1, 1)
"""Before Yahoo's first bar of anything."""

TIME_ZONES = {
    "XNYS": "America/New_York",
    "XNAS": "America/New_York",
    "XTSE": "America/Toronto",
    "XTSX": "America/Toronto",
    "XASX": "Australia/Sydney",
    "XLON": "Europe/London",
    "XKRX": "Asia/Seoul",
    "XTKS": "Asia/Tokyo",
    "XHKG": "Asia/Hong_Kong",
}
"""Told to yfinance, which otherwise spends a request on it and reports every failure of that
request, from an unknown symbol to a broken server, as a missing time zone."""

NO_CONNECTION = (5, 6, 7)
"""curl's codes for a proxy or host that cannot be resolved, and a refused connection."""


class YahooSource:
    """Daily bars of Yahoo Finance, split-adjusted, with dividends and splits.

    Parameters
    ----------
    settings : Fetch
        Attempts, waits, timeout and budget.
    cache_dir : Path
        yfinance's own cookie and time-zone cache goes here, not into the user's home.
    clock : Clock
        Today, and waiting between attempts.
    """

    def __init__(self, settings: Fetch, cache_dir: Path, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._patience = Patience(settings, clock, "Yahoo")
        cache_dir.mkdir(parents=True, exist_ok=True)
        yfinance.set_tz_cache_location(str(cache_dir))
        # else no network and an unknown symbol both look like an empty, successful answer
        yfinance.config.debug.hide_exceptions = False
        # its failures reach us as exceptions; a second report on stderr would be noise
        logging.getLogger("yfinance").addHandler(logging.NullHandler())

    @property
    def name(self) -> str:
        """`yahoo`."""
        return "yahoo"

    @property
    def bad_rows(self) -> Sequence[BadRow]:
        """None: an answer with an impossible value is refused whole."""
        return ()

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
            return Fetched(_no_bars(), note=f"the window {first} to {last} is empty")
        return self._patience.ask(lambda: self._request(security, first, last))

    def _request(self, security: Security, first: date, last: date) -> Fetched:
        symbol = security.source_symbol("yahoo")
        ticker = yfinance.Ticker(symbol)
        ticker._tz = TIME_ZONES.get(security.calendar)
        ticker._data = inspected = _Inspected(symbol)
        try:
            frame = self._history(ticker, first, last)
            answer = inspected.answer
            check_currency(security, answer.currency, "Yahoo")
            bars = _bars(frame, symbol, answer)
        except SourceError:
            raise
        except EmptyWindowError as error:
            return Fetched(_no_bars(), note=str(error))
        except YFPricesMissingError:
            return Fetched(_no_bars(), note=f"Yahoo's answer for {symbol} holds no bars")
        except KeyError as error:
            if error.args != ("indicators",):
                raise _failure(error, symbol) from None
            # an empty window may come without the key that the bars would stand under
            return Fetched(_no_bars(), note=f"Yahoo's answer for {symbol} holds no bars")
        except Exception as error:  # yfinance lets out whatever its parser trips over
            raise _failure(error, symbol) from None
        inside = window(bars, first, last)
        note = None if inside.height else f"Yahoo has no bars of {symbol} from {first} to {last}"
        return Fetched(inside, currency=answer.currency, note=note)

    def _history(self, ticker: yfinance.Ticker, first: date, last: date) -> pandas.DataFrame:
        with warnings.catch_warnings():
            # yfinance 1.7 still says inplace=True, which pandas 3.1 announces to remove
            warnings.filterwarnings("ignore", category=Pandas4Warning, module="yfinance")
            return ticker.history(
                period=None,
                interval="1d",
                start=first.isoformat(),
                end=(last + timedelta(days=1)).isoformat(),
                prepost=False,
                actions=True,
                auto_adjust=False,
                back_adjust=False,
                repair=False,
                keepna=True,
                rounding=False,
                timeout=self.settings.timeout_seconds,
                raise_errors=False,
            )


class _Inspected:
    """yfinance's way to the network, with a look at each answer before its parser has one.

    yfinance also remembers answers within the process, broken ones too, and would give them
    again to a second try; through here every question is asked anew.
    """

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.answer = Answer()
        self._data = YfData()

    def get(self, url: str, params: object = None, timeout: float = 30) -> Any:
        response = self._data.get(url, params, timeout)
        self.answer = inspect(response.status_code, response.content, self.symbol)
        return response

    cache_get = get

    def __getattr__(self, name: str) -> Any:
        return getattr(self._data, name)


def _no_bars() -> pl.DataFrame:
    return bar_frame(pl.DataFrame({"session": pl.Series([], dtype=pl.Date)}))


def _bars(frame: pandas.DataFrame, symbol: str, answer: Answer) -> pl.DataFrame:
    """yfinance's frame as bars; its index is the exchange's own midnight of each session."""
    raw = pl.DataFrame(
        {
            "session": pl.Series([stamp.date() for stamp in frame.index], dtype=pl.Date),
            **{
                ours: pl.Series(frame[theirs].to_numpy(dtype="float64"), dtype=pl.Float64)
                for theirs, ours in {
                    "Open": "open",
                    "High": "high",
                    "Low": "low",
                    "Close": "close",
                    "Adj Close": "adj_close",
                    "Volume": "volume",
                    "Dividends": "dividend",
                    "Stock Splits": "split",
                }.items()
            },
        }
    )
    raw = raw.with_columns(
        split=pl.when(pl.col("split") == 0).then(1.0).otherwise("split"),
        # what yfinance makes up: 0 for an unknown volume, the close for an adjusted close
        volume=pl.when(pl.col("session").is_in(list(answer.known_volume))).then("volume"),
        adj_close=pl.when(pl.lit(answer.adjusted)).then("adj_close"),
    )
    return plausible_bars(raw, "Yahoo", symbol)


def _failure(error: Exception, symbol: str) -> SourceError:
    """Our word for whatever came out of yfinance."""
    kind = type(error).__name__
    if isinstance(error, YFRateLimitError):
        return RateLimitedError(
            "Yahoo refuses more requests for now (429)",
            "wait an hour or so; asking on only lengthens it",
        )
    if isinstance(error, YFDataException):
        return TransientSourceError("Yahoo says that it is down")
    if isinstance(error, TimeoutError) or "Timeout" in kind:
        return TransientSourceError(f"Yahoo did not answer in time for {symbol}")
    if isinstance(error, ValueError) and "JSON" in kind:
        return TransientSourceError(
            f"Yahoo's answer for {symbol} is not JSON",
            "a page for people, a proxy's login or a cut-off answer; try again later",
        )
    if isinstance(error, OSError):
        if getattr(error, "code", None) in NO_CONNECTION or "NewConnection" in str(error):
            return UnreachableError("no connection to Yahoo", "is the network up?")
        return TransientSourceError(f"the connection to Yahoo broke for {symbol} ({kind})")
    return TransientSourceError(
        f"Yahoo's answer for {symbol} could not be understood ({kind}: {str(error)[:100]})"
    )
