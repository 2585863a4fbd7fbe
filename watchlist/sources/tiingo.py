"""Tiingo's end-of-day API: a second opinion on the same bars, from another collector."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import httpx
import polars as pl
from pydantic import BaseModel, BeforeValidator, Field

from watchlist.clock import Clock
from watchlist.config import Fetch
from watchlist.errors import ConfigError, PermanentSourceError, TransientSourceError
from watchlist.sources.live import Number, Retry, plausible_bars, read_as, read_json
from watchlist.sources.protocol import (
    BadRow,
    Fetched,
    RateLimitedError,
    UnreachableError,
    bar_frame,
    window,
)

if TYPE_CHECKING:
    from watchlist.catalog import Security

API = "https://api.tiingo.com"

EARLIEST, LATEST = date(1925, 1, 1), date(2199, 12, 31)

LARGEST_ANSWER = 64 * 2**20
"""Bytes; a century of daily bars is a tenth of it."""

MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})(T00:00:00(\.0+)?(Z|[+-]00:?00)?)?$")

OVER_LIMIT = "run over your"
"""Tiingo's words for a used-up allowance; they come under status 200 too, as plain text."""


def _day(cell: object) -> object:
    """The day that midnight, in UTC, names; any other hour names none."""
    found = MIDNIGHT.match(cell) if isinstance(cell, str) else None
    return found and found[1]


class Row(BaseModel):
    """A session as Tiingo gives it: prices as traded."""

    session: Annotated[date, BeforeValidator(_day), Field(alias="date", ge=EARLIEST, le=LATEST)]
    open: Number | None = None
    high: Number | None = None
    low: Number | None = None
    close: Number | None
    adj_close: Number | None = Field(None, alias="adjClose")
    volume: Number | None = None
    dividend: Number | None = Field(None, alias="divCash")
    split: Number = Field(alias="splitFactor")
    """It decides about all prices before: none given is not the same as no split."""


class TiingoSource:
    """Daily bars of Tiingo, brought to this project's convention: adjusted for splits only.

    Tiingo's `close` is as traded. All sessions up to today are asked even for a window of the
    past, because a later split divides the prices before it.

    Parameters
    ----------
    token : str
        API token. It is sent in a header and never appears in a message, a log or the store.
    settings : Fetch
        Attempts, waits, timeout and budget.
    clock : Clock
        Waiting between attempts.
    api : str
        Scheme and host of the service.
    """

    name = "tiingo"
    bad_rows: Sequence[BadRow] = ()

    def __init__(self, token: str, settings: Fetch, clock: Clock, *, api: str = API) -> None:
        self._token = token
        self._api = api
        self._timeout = settings.timeout_seconds
        self._clock = clock
        self._retry = Retry(settings, clock, "Tiingo")
        self._tls = httpx.create_ssl_context()

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        """Bars from Tiingo; it does not name their currency.

        Raises
        ------
        ConfigError
            The token is refused, so no symbol can be had.
        RateLimitedError, UnreachableError, BudgetSpentError
            The run is over for Tiingo.
        TransientSourceError
            Timeout, server error, an answer that is not what it should be.
        PermanentSourceError
            Tiingo knows no such symbol, or the account may not see it.
        """
        symbol = security.source_symbol("tiingo")
        return self._retry.call(lambda: self._request(symbol, start, end))

    def _request(self, symbol: str, start: date | None, end: date | None) -> Fetched:
        status, body = self._get(
            f"/tiingo/daily/{quote(symbol, safe='')}/prices",
            {"startDate": (start or EARLIEST).isoformat(), "format": "json"},
            symbol,
        )
        rows = [row.model_dump() for row in _rows(status, body, symbol)]
        schema = {**dict.fromkeys(Row.model_fields, pl.Float64), "session": pl.Date}
        traded = pl.DataFrame(rows, schema)
        bars = window(_split_adjusted(plausible_bars(traded, "Tiingo", symbol)), start, end)
        note = None if bars.height else f"Tiingo has no bars of {symbol} there"
        return Fetched(bars, note=note)

    def _get(self, path: str, query: dict[str, str], symbol: str) -> tuple[int, bytes]:
        """Status and body, within the time and size of one answer."""
        began = self._clock.now()
        body = bytearray()
        try:
            with httpx.stream(
                "GET",
                self._api + path,
                params=query,
                headers={"Authorization": f"Token {self._token}", "Accept": "application/json"},
                timeout=self._timeout,
                verify=self._tls,
            ) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    # httpx limits each read; a server that drips would go on for ever
                    if (self._clock.now() - began).total_seconds() > self._timeout:
                        raise TransientSourceError(f"Tiingo did not finish in time for {symbol}")
                    if len(body) > LARGEST_ANSWER:
                        raise TransientSourceError(f"Tiingo's answer for {symbol} has no end")
                # should the answer repeat the token, no message of ours will
                return response.status_code, bytes(body).replace(self._token.encode(), b"...")
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise UnreachableError("no connection to Tiingo", "is the network up?") from None
        except httpx.TimeoutException:
            raise TransientSourceError(f"Tiingo did not answer in time for {symbol}") from None
        except httpx.HTTPError as error:
            raise TransientSourceError(
                f"the connection to Tiingo broke for {symbol} ({type(error).__name__})"
            ) from None


def _rows(status: int, body: bytes, symbol: str) -> list[Row]:
    """The rows of a good answer; everything else is raised by its meaning."""
    said = _said(body)
    if status == 429 or OVER_LIMIT in said:
        raise RateLimitedError(f"Tiingo refuses more requests for now: {said}")
    if status == 401:
        raise ConfigError(f"Tiingo refuses the token: {said}", "check TIINGO_API_TOKEN")
    if status == 404:
        raise PermanentSourceError(
            f"Tiingo does not know {symbol}: {said}", "was it renamed or delisted?"
        )
    if 400 <= status < 500:
        raise PermanentSourceError(f"Tiingo refuses {symbol} ({status}): {said}")
    if status != 200:
        raise TransientSourceError(f"Tiingo failed for {symbol} ({status}): {said}")
    tree = read_json(body, "Tiingo", symbol)
    if not isinstance(tree, list):
        raise TransientSourceError(f"Tiingo's answer for {symbol} holds no bars: {said}")
    return read_as(list[Row], tree, "Tiingo", symbol)


def _said(body: bytes) -> str:
    """The beginning of an answer in words, on one line."""
    text = body[:2000].decode("utf-8", "replace")
    try:
        detail = json.loads(text)["detail"]
        text = detail if isinstance(detail, str) else text
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:160]


def _split_adjusted(bars: pl.DataFrame) -> pl.DataFrame:
    """Prices and dividends over the product of all later split factors, volumes times it."""
    if bars.is_empty():
        return bars
    later = pl.col("split").shift(-1, fill_value=1.0).reverse().cum_prod().reverse()
    return bar_frame(
        bars.with_columns(
            *[(pl.col(c) / later).alias(c) for c in ("open", "high", "low", "close", "dividend")],
            volume=(pl.col("volume") * later).round(),
        )
    )
