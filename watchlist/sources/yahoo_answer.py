"""Yahoo's answer before yfinance reads it: yfinance forgives what would become a wrong bar.

It takes text and `true` for numbers, spreads a single value over all rows, turns an unknown
volume into 0 and a missing adjusted close into the close. So the JSON is checked first.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from watchlist.errors import PermanentSourceError, TransientSourceError

QUOTES = ("open", "high", "low", "close", "volume")

EARLIEST, LATEST = -2_208_988_800, 4_102_444_800
"""Seconds of 1900 and 2100: a timestamp outside is in another unit or none at all."""

HIGHEST_SPLIT = 1e4


@dataclass(frozen=True)
class Answer:
    """What yfinance's frame does not show."""

    currency: str | None = None
    known_volume: frozenset[date] = field(default_factory=frozenset)
    """Sessions whose volume Yahoo gave, and not as null."""
    adjusted: bool = False
    """Whether Yahoo gave adjusted closes at all."""


class EmptyWindowError(Exception):
    """Yahoo knows the symbol and has no bars in the window; the words are Yahoo's."""


def inspect(status: int, body: bytes, symbol: str) -> Answer:
    """Check the answer for `symbol`; one without bars or words is left for yfinance to interpret.

    Raises
    ------
    EmptyWindowError
        Yahoo says that there are no bars in the window.
    TransientSourceError
        A server's fault, or something is not what it should be: then none of it can be trusted.
    PermanentSourceError
        Yahoo does not know the symbol, refuses the window, or answers another question.
    """
    words = _words(body)
    if status != 200 or words:
        _refused(status, words, symbol)
    result = _result(body)
    if result is None:
        return Answer()
    meta = result["meta"]
    _same_question(meta, symbol)
    quote = _only(result["indicators"], "quote", symbol)
    stamps = result["timestamp"]
    for stamp in stamps:
        if isinstance(stamp, bool) or not isinstance(stamp, int) or not EARLIEST < stamp < LATEST:
            _garbled(symbol, "a timestamp that is none", stamp)
    for name in QUOTES:
        _numbers(quote.get(name), name, len(stamps), symbol)
    adjusted = "adjclose" in result["indicators"]
    if adjusted:
        adjclose = _only(result["indicators"], "adjclose", symbol).get("adjclose")
        _numbers(adjclose, "adjclose", len(stamps), symbol)
    _events(result.get("events"), symbol)
    sessions = _sessions(stamps, meta, symbol)
    _no_contradiction(sessions, quote, symbol)
    known = {
        day for day, volume in zip(sessions, quote["volume"], strict=True) if volume is not None
    }
    return Answer(meta.get("currency") or None, frozenset(known), adjusted)


def _words(body: bytes) -> str:
    """What Yahoo says instead of bars, on one line."""
    try:
        error = json.loads(body)["chart"]["error"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    said = error.get("description") or error.get("code") if isinstance(error, dict) else error
    return " ".join(str(said).split())[:160] if said else ""


def _refused(status: int, words: str, symbol: str) -> NoReturn:
    said = f"{status}: {words}" if words else str(status)
    if "Data doesn't exist" in words:
        raise EmptyWindowError(f"Yahoo: {words}")
    if status == 404 or words.startswith("No data found"):
        raise PermanentSourceError(
            f"Yahoo does not know {symbol} ({said})", "was it renamed or delisted?"
        )
    if status in (400, 422) or "data not available" in words:
        raise PermanentSourceError(f"Yahoo refuses the window of {symbol} ({said})")
    # 401 and 403 too: a stale cookie is renewed by the next attempt
    raise TransientSourceError(f"Yahoo failed for {symbol} ({said})")


def _result(body: bytes) -> dict[str, Any] | None:
    """The part with the bars; None where there is none, or not even JSON."""
    try:
        result = json.loads(body)["chart"]["result"][0]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    parts = isinstance(result, dict) and (result.get("meta"), result.get("indicators"))
    if not parts or not all(isinstance(part, dict) for part in parts):
        return None
    return result if isinstance(result.get("timestamp"), list) and result["timestamp"] else None


def _same_question(meta: dict[str, Any], symbol: str) -> None:
    about = meta.get("symbol", symbol)
    if not isinstance(about, str) or about.upper() != symbol.upper():
        raise PermanentSourceError(f"Yahoo was asked for {symbol} and answered for {about!r:.40}")
    every = meta.get("dataGranularity", "1d")
    if every != "1d":
        raise PermanentSourceError(f"Yahoo's bars of {symbol} are not daily but {every!r:.40}")
    currency = meta.get("currency")
    if currency is not None and not isinstance(currency, str):
        _garbled(symbol, "a currency that is none", currency)


def _only(indicators: dict[str, Any], name: str, symbol: str) -> dict[str, Any]:
    found = indicators.get(name)
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
        _garbled(symbol, f"no {name} beside its timestamps", found)
    inner: dict[str, Any] = found[0]
    return inner


def _numbers(column: Any, name: str, length: int, symbol: str) -> None:
    """Refuse a column that is not a list of `length` finite numbers and nulls."""
    if not isinstance(column, list) or len(column) != length:
        _garbled(symbol, f"not one {name} for each timestamp", column)
    for cell in column:
        if cell is not None and not _is_number(cell):
            _garbled(symbol, f"a {name} that is no number", cell)


def _is_number(cell: Any) -> bool:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return abs(cell) < 2**63 if isinstance(cell, int) else math.isfinite(cell)


def _events(events: Any, symbol: str) -> None:
    """Refuse dividends and splits that do not say their date and size."""
    if events is None:
        return
    if not isinstance(events, dict):
        _garbled(symbol, "events that are no table", events)
    sizes = {"dividends": ("amount",), "splits": ("numerator", "denominator")}
    for kind, needed in sizes.items():
        found = events.get(kind, {})
        if not isinstance(found, dict):
            _garbled(symbol, f"{kind} that are no table", found)
        for key, event in found.items():
            if not isinstance(event, dict) or str(event.get("date")) != key:
                _garbled(symbol, f"{kind} without their date", event)
            values: list[Any] = [event.get(name) for name in needed]
            if not all(_is_number(value) and value > 0 for value in values):
                _garbled(symbol, f"{kind} without a size", event)
            if kind == "splits" and not 1 / HIGHEST_SPLIT < values[0] / values[1] < HIGHEST_SPLIT:
                _garbled(symbol, "a split beyond belief", event)


def _sessions(stamps: list[int], meta: dict[str, Any], symbol: str) -> list[date]:
    name = meta.get("exchangeTimezoneName")
    try:
        zone = ZoneInfo(name)  # type: ignore[arg-type]
        start = datetime.fromtimestamp(0, ZoneInfo("UTC"))
        return [(start + timedelta(seconds=stamp)).astimezone(zone).date() for stamp in stamps]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        _garbled(symbol, "no time zone", name)


def _no_contradiction(sessions: list[date], quote: dict[str, Any], symbol: str) -> None:
    """Refuse two different bars of one session, but for today's, which Yahoo may append twice."""
    bars: dict[date, set[tuple[Any, ...]]] = defaultdict(set)
    for day, *bar in zip(sessions, *(quote[name] for name in QUOTES), strict=True):
        bars[day].add(tuple(bar))
    latest = max(sessions)
    for day, different in bars.items():
        if len(different) > 1 and day != latest:
            _garbled(symbol, "two different bars of one session", day)


def _garbled(symbol: str, problem: str, found: Any) -> NoReturn:
    raise TransientSourceError(
        f"Yahoo's answer for {symbol} has {problem}: {str(found)[:60]!r}",
        "nothing of that answer was used; try again later",
    )
