"""Yahoo's chart of one symbol as bars: its JSON is checked whole before any of it counts.

yfinance's parser takes text and `true` for numbers, spreads a single value over all rows, turns an
unknown volume into 0 and a missing adjusted close into the close, and moves a dividend whose bar is
missing to another day. So the answer is read here, as the types below say it must be.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import BaseModel, Field

from watchlist.errors import PermanentSourceError, TransientSourceError
from watchlist.sources.live import Number, garbled, read_as, read_json
from watchlist.sources.protocol import no_bars

QUOTES = ("open", "high", "low", "close", "volume")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = -2_208_988_800, 4_102_444_800
"""Seconds of 1900 and 2100: a timestamp outside is in another unit or none at all."""

Size = Annotated[Number, Field(gt=0)]
Stamp = Annotated[int, Field(strict=True, gt=EARLIEST, lt=LATEST)]
Column = list[Number | None]


class Meta(BaseModel):
    """What stands beside the bars."""

    symbol: str = ""
    granularity: str = Field("1d", alias="dataGranularity")
    currency: str | None = None
    time_zone: str = Field(alias="exchangeTimezoneName")


class Quote(BaseModel):
    """One value a timestamp; null where it is not known."""

    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column


class Adjusted(BaseModel):
    """Closes adjusted for splits and dividends."""

    adjclose: Column


class Indicators(BaseModel):
    """One set of columns each."""

    quote: Annotated[list[Quote], Field(min_length=1, max_length=1)]
    adjclose: Annotated[list[Adjusted], Field(min_length=1, max_length=1)] = []
    """Left out where Yahoo gives none."""


class Event(BaseModel):
    """What a company does on a day."""

    date: Stamp


class Dividend(Event):
    """Paid on a share as it is after all later splits."""

    amount: Size


class Split(Event):
    """New shares for old ones."""

    numerator: Size
    denominator: Size


class Events(BaseModel):
    """By the text of their timestamp."""

    dividends: dict[str, Dividend] = {}
    splits: dict[str, Split] = {}


class Result(BaseModel):
    """An answer with bars."""

    meta: Meta
    timestamp: Annotated[list[Stamp], Field(min_length=1)]
    indicators: Indicators
    events: Events | None = None


@dataclass(frozen=True)
class Answer:
    """What a good answer says."""

    bars: pl.DataFrame
    """Columns of a bar frame as Yahoo gives them, sorted; numbers may still be implausible."""

    currency: str | None = None
    note: str | None = None
    """Why there are no bars; None where there are."""


def read_answer(status: int, body: bytes, symbol: str) -> Answer:
    """The bars of the answer for `symbol`; none, with a note, where the window holds none.

    Raises
    ------
    TransientSourceError
        A server's fault, or something is not what it should be: then none of it can be trusted.
    PermanentSourceError
        Yahoo does not know the symbol, refuses the window, or answers another question.
    """
    if b"Will be right back" in body:
        raise TransientSourceError("Yahoo says that it is down")
    said = _words(body)
    if "Data doesn't exist" in said:
        return Answer(no_bars(), note=f"Yahoo: {said}")
    if status != 200 or said:
        _refused(status, said, symbol)
    tree = read_json(body, "Yahoo", symbol)
    try:
        results = tree["chart"]["result"]
        empty = not results or not results[0].get("timestamp")
    except (LookupError, TypeError, AttributeError):
        garbled("Yahoo", symbol, "no chart", tree)
    if empty:
        return Answer(no_bars(), note=f"Yahoo's answer for {symbol} holds no bars")
    result = read_as(Result, results[0], "Yahoo", symbol)
    _check_question(result.meta, symbol)
    return Answer(_bars(result, symbol), result.meta.currency or None)


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
    if status == 404 or words.startswith("No data found"):
        raise PermanentSourceError(
            f"Yahoo does not know {symbol} ({said})", "was it renamed or delisted?"
        )
    if status in (400, 422) or "data not available" in words:
        raise PermanentSourceError(f"Yahoo refuses the window of {symbol} ({said})")
    # 401 and 403 too: a stale cookie is renewed by the next attempt
    raise TransientSourceError(f"Yahoo failed for {symbol} ({said})")


def _check_question(meta: Meta, symbol: str) -> None:
    if meta.symbol.upper() not in ("", symbol.upper()):
        raise PermanentSourceError(
            f"Yahoo was asked for {symbol} and answered for {meta.symbol!r:.40}"
        )
    if meta.granularity != "1d":
        raise PermanentSourceError(
            f"Yahoo's bars of {symbol} are not daily but {meta.granularity!r:.40}"
        )


def _bars(result: Result, symbol: str) -> pl.DataFrame:
    """Columns of a bar frame; a dividend or split without a bar has a row of its own."""
    zone = _zone(result.meta.time_zone, symbol)
    (quote,) = result.indicators.quote
    columns = {name: getattr(quote, name) for name in QUOTES}
    for adjusted in result.indicators.adjclose:
        columns["adj_close"] = adjusted.adjclose
    for name, column in columns.items():
        if len(column) != len(result.timestamp):
            garbled("Yahoo", symbol, f"not one {name} for each timestamp", column)
    schema = {"stamp": pl.Int64, "session": pl.Date, **dict.fromkeys(columns, pl.Float64)}
    sessions = [_session(stamp, zone) for stamp in result.timestamp]
    frame = pl.DataFrame({"stamp": result.timestamp, "session": sessions, **columns}, schema)
    _no_contradiction(frame, symbol)
    # of today's bar, which may come twice, the later one counts
    frame = frame.sort("stamp", maintain_order=True).unique("session", keep="last")
    return (
        frame.drop("stamp")
        .join(
            _actions(result.events or Events(), zone, symbol),
            on="session",
            how="full",
            coalesce=True,
        )
        .with_columns(pl.col("dividend").fill_null(0.0), pl.col("split").fill_null(1.0))
        .sort("session")
    )


def _actions(events: Events, zone: ZoneInfo, symbol: str) -> pl.DataFrame:
    """session, dividend, split: of two on one day the sum and the product."""
    paid: defaultdict[date, float] = defaultdict(float)
    split: defaultdict[date, float] = defaultdict(lambda: 1.0)
    dated: tuple[tuple[str, Event], ...] = (*events.dividends.items(), *events.splits.items())
    for key, event in dated:
        if str(event.date) != key:
            garbled("Yahoo", symbol, "an event without its date", event)
    for dividend in events.dividends.values():
        paid[_session(dividend.date, zone)] += dividend.amount
    for ratio in events.splits.values():
        split[_session(ratio.date, zone)] *= ratio.numerator / ratio.denominator
    days = sorted({*paid, *split})
    return pl.DataFrame(
        {
            "session": days,
            "dividend": [paid[day] for day in days],
            "split": [split[day] for day in days],
        },
        {"session": pl.Date, "dividend": pl.Float64, "split": pl.Float64},
    )


def _zone(name: str, symbol: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        garbled("Yahoo", symbol, "no time zone", name)


def _session(stamp: int, zone: ZoneInfo) -> date:
    """The exchange's date; daily stamps of some summers fall an hour or two before midnight."""
    local = (EPOCH + timedelta(seconds=stamp)).astimezone(zone)
    early = local.hour in (22, 23) and local.minute == 0
    return local.date() + timedelta(days=early)


def _no_contradiction(frame: pl.DataFrame, symbol: str) -> None:
    """Refuse two different bars of one session, but for today's, which Yahoo may append twice."""
    different = frame.unique(["session", *QUOTES]).filter(pl.col("session").is_duplicated())
    old = different.filter(pl.col("session") < frame["session"].max())
    if old.height:
        garbled("Yahoo", symbol, "two different bars of one session", old["session"].min())
