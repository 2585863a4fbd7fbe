"""What is possible for a bar, and what every live answer must pass before it counts as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from watchlist.errors import PermanentSourceError, TransientSourceError
from watchlist.sources.protocol import PRICE_COLUMNS, bar_frame

if TYPE_CHECKING:
    from watchlist.catalog import Security

HIGHEST_PRICE = 1e8
"""Above every share price there is: a number beyond it is a broken one."""

HIGHEST_VOLUME = 10**13
HIGHEST_SPLIT = 1e4

MINOR_UNITS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ILA": "ILS"}
"""Quotes in hundredths of a currency: another unit, the same currency; returns do not care."""


def plausible_bars(raw: pl.DataFrame, source: str, symbol: str) -> pl.DataFrame:
    """`raw` as a bar frame, once nothing in it is impossible.

    A price of zero, or not a number, means not known. An impossible value condemns the whole
    answer, for then its other values cannot be trusted either.

    Raises
    ------
    TransientSourceError
        A negative, infinite or absurdly large number, a session twice.
    """
    bars = raw.with_columns(pl.col(pl.Float64).fill_nan(None))
    bars = bars.with_columns(
        pl.when(pl.col(c) != 0).then(c).alias(c) for c in PRICE_COLUMNS if c in bars.columns
    )
    impossible = {
        **{c: ~pl.col(c).is_between(0, HIGHEST_PRICE) for c in PRICE_COLUMNS},
        "volume": ~pl.col("volume").is_between(0, HIGHEST_VOLUME),
        "dividend": ~pl.col("dividend").is_between(0, HIGHEST_PRICE),
        "split": ~pl.col("split").is_between(1 / HIGHEST_SPLIT, HIGHEST_SPLIT),
        "session": pl.col("session").is_duplicated() | pl.col("session").is_null(),
    }
    for column, wrong in impossible.items():
        if column not in bars.columns:
            continue
        rows = bars.filter(wrong)
        if rows.height:
            raise TransientSourceError(
                f"{source} gave an impossible {column} for {symbol}: "
                f"{rows[column][0]} in session {rows['session'][0]}",
                "nothing of that answer was used; try again later",
            )
    return bar_frame(bars)


def check_currency(security: Security, currency: str | None, source: str) -> None:
    """Refuse prices in another currency than the catalogue's.

    Raises
    ------
    PermanentSourceError
        Another currency: probably another listing of the company, or another company.
    """
    if currency is None or MINOR_UNITS.get(currency, currency) == security.currency:
        return
    raise PermanentSourceError(
        f"{source} gives {security.symbol} in {currency}, the catalogue says {security.currency}",
        "another listing is another security: name the right one in source_symbols",
    )
