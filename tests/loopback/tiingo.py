"""Tiingo's end-of-day API in its wire format: raw prices, split factors, and its ways to refuse."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from tests.loopback.server import Loopback, Reply, Request

TOKEN = "0123456789abcdef-token-of-the-tests"

UNKNOWN_TICKER = Reply(json.dumps({"detail": "Error: Ticker 'MP' not found"}), 404)
BAD_TOKEN = Reply(json.dumps({"detail": "Invalid token."}), 401)
OVER_HOURLY_LIMIT = Reply(
    json.dumps({"detail": "Error: You have run over your hourly request allocation."}), 429
)
OVER_LIMIT_AS_TEXT = Reply(
    "You have run over your 500 symbol look up for this month.", 200, "text/plain"
)
SERVER_ERROR = Reply("<html>Server Error (500)</html>", 500, "text/html")
CHALLENGE = Reply("<!doctype html><title>Checking your browser</title>", 200, "text/html")


def rows(bars: pl.DataFrame) -> list[dict[str, Any]]:
    """`bars` as Tiingo lists them. Here, as on the wire, prices are as traded (raw)."""
    return [
        {
            "date": f"{bar['session']}T00:00:00.000Z",
            **{c: bar[c] for c in ("close", "high", "low", "open", "volume")},
            "adjClose": bar["adj_close"],
            "adjHigh": bar["high"],
            "adjLow": bar["low"],
            "adjOpen": bar["open"],
            "adjVolume": bar["volume"],
            "divCash": bar["dividend"],
            "splitFactor": bar["split"],
        }
        for bar in bars.iter_rows(named=True)
    ]


class TiingoServer(Loopback):
    """Serves raw bars per symbol to whoever brings `TOKEN`."""

    def __init__(self, market: Mapping[str, pl.DataFrame] | None = None) -> None:
        super().__init__(self._answer)
        self.market = dict(market or {})
        self._scripts: dict[str, deque[Reply]] = defaultdict(deque)
        self._standing: dict[str, Reply] = {}

    def script(self, symbol: str, *replies: Reply) -> None:
        """The next answers for that symbol; after them the market's own."""
        self._scripts[symbol].extend(replies)

    def always(self, symbol: str, reply: Reply) -> None:
        """Every answer for that symbol from now on."""
        self._standing[symbol] = reply

    def _answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Token {TOKEN}":
            return BAD_TOKEN
        symbol = request.path.removeprefix("/tiingo/daily/").removesuffix("/prices")
        if self._scripts[symbol]:
            return self._scripts[symbol].popleft()
        if symbol in self._standing:
            return self._standing[symbol]
        if symbol not in self.market:
            return UNKNOWN_TICKER
        bars = self.market[symbol]
        first = date.fromisoformat(request.query.get("startDate", "1900-01-01"))
        last = date.fromisoformat(request.query.get("endDate", "2199-01-01"))
        return Reply(json.dumps(rows(bars.filter(pl.col("session").is_between(first, last)))))
