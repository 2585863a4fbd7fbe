"""Returns from bars in columns: the rule of the view `returns` for stores too large for that view.

The view pairs each bar with the one before in SQL, which takes several times as long as reading
them. Here whole columns are paired at once; a test holds both equal to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Listings:
    """Securities, and the calendars that their returns are counted by."""

    columns: Ints
    """(N,) place of each security in the caller's order of symbols."""
    security: Ints
    """(N,) its number in the store, ascending."""
    numbers: tuple[Ints, ...]
    """For each calendar: session number by days since 1970, -1 for a day that is no session."""
    calendar: Ints
    """(N,) each security's place in `numbers`."""
    first_day: Ints
    last_day: Ints
    """(N,) life under this symbol, days since 1970; bars outside are another company's."""

    def take(self, chosen: Ints) -> Listings:
        """Some of them."""
        own = ("columns", "security", "calendar", "first_day", "last_day")
        return replace(self, **{name: getattr(self, name)[chosen] for name in own})


def listings_of(securities: pl.DataFrame, calendars: pl.DataFrame) -> Listings:
    """The listings of a store.

    Parameters
    ----------
    securities : security_id, calendar, first_day, last_day (days since 1970, inclusive), and
        column, the place of the security among the caller's symbols
    calendars : calendar, day (since 1970), session_number; sorted by calendar and day
    """
    names = calendars["calendar"].unique().sort().to_list()
    numbers = []
    for name in names:
        own = calendars.filter(pl.col("calendar") == name)
        numbers.append(by_day(own["day"].to_numpy(), own["session_number"].to_numpy()))
    rows = securities.filter(pl.col("calendar").is_in(names)).sort("security_id")
    return Listings(
        columns=rows["column"].to_numpy().astype(np.int64),
        security=rows["security_id"].to_numpy(),
        numbers=tuple(numbers),
        calendar=np.array([names.index(name) for name in rows["calendar"]], np.int64),
        first_day=rows["first_day"].to_numpy(),
        last_day=rows["last_day"].to_numpy(),
    )


def by_day(days: NDArray[Any], values: NDArray[Any]) -> Ints:
    """A table from days since 1970, ascending, to what stands for them; -1 for none."""
    out = np.full(int(days[-1]) + 1 if len(days) else 0, -1)
    out[days] = values
    return out


def at_day(table: Ints, day: NDArray[Any]) -> NDArray[np.int32]:
    """What stands for each day in a table of `by_day`; -1 for days beyond it."""
    short = table.astype(np.int32)
    if not len(day) or day.max() < len(short):
        found: NDArray[np.int32] = short[day]
        return found
    inside = day < len(short)
    return np.where(inside, short[np.where(inside, day, 0)], np.int32(-1))


def returns_of(bars: Mapping[str, NDArray[Any]], listings: Listings) -> dict[str, NDArray[Any]]:
    """Bars of some listings in order, with their returns.

    A bar without any price, on a day that is no session of its calendar, outside the life of its
    symbol, or of a security that is not listed is no bar here.

    Parameters
    ----------
    bars : security, day (since 1970), close, and any other columns; also dividend, adj_close and
        adj_basis unless all closes are known and all dividends known to be none. Any order, one
        row a security and day.

    Returns
    -------
    The columns but for security, by listing and day, and: symbol, place in `listings`; trade_ret,
    since the bar before; ret, the same between neighbouring sessions of the security's own
    calendar. Simple returns, fractions; NaN = missing.
    """
    columns = _priced(_sorted(bars), listings)
    symbol, number = columns["symbol"], columns.pop("number")
    trade_ret = _since_last_bar(columns)
    trade_ret[1:][symbol[1:] != symbol[:-1]] = np.nan
    ret = trade_ret.copy()
    ret[1:][number[1:] != number[:-1] + 1] = np.nan
    return columns | {"trade_ret": trade_ret, "ret": ret}


def _sorted(bars: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """By security and day; bars that were appended later stand at the end of a store."""
    key = (bars["security"].astype(np.int64) << 32) + bars["day"]
    if (key[1:] >= key[:-1]).all():
        return dict(bars)
    order = np.argsort(key, kind="stable")
    return {name: values[order] for name, values in bars.items()}


def _priced(bars: dict[str, NDArray[Any]], listings: Listings) -> dict[str, NDArray[Any]]:
    """Bars of the listings that are bars; with `symbol`, and the `number` of their session."""
    security = bars["security"]
    begin = np.searchsorted(security, listings.security)
    count = np.searchsorted(security, listings.security, side="right") - begin
    symbol = np.repeat(np.arange(len(count), dtype=np.int32), count)
    columns = {name: values for name, values in bars.items() if name != "security"}
    if len(symbol) < len(security):
        own = np.arange(len(symbol)) + (begin - np.cumsum(count) + count)[symbol]
        columns = {name: values[own] for name, values in columns.items()}
    day = columns["day"]
    calendars = np.unique(listings.calendar).tolist()
    number = np.full(len(day), -1, dtype=np.int32)
    for place in calendars:
        mine = slice(None) if len(calendars) == 1 else listings.calendar[symbol] == place
        number[mine] = at_day(listings.numbers[place], day[mine])
    good = number >= 0
    if len(day) and (listings.first_day.max() > day.min() or listings.last_day.min() < day.max()):
        good &= (day >= listings.first_day[symbol]) & (day <= listings.last_day[symbol])
    if "adj_close" in columns:
        good &= ~(np.isnan(columns["close"]) & np.isnan(columns["adj_close"]))
    columns |= {"symbol": symbol, "number": number}
    return columns if good.all() else {name: values[good] for name, values in columns.items()}


def _since_last_bar(bars: Mapping[str, Floats]) -> Floats:
    """Return since the bar before, whosever it is: the macros `return_basis`, `simple_return`."""
    close = bars["close"]
    out = np.full(len(close), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        out[1:] = close[1:] / close[:-1] - 1.0
        if "adj_close" in bars:
            dividend, adjusted, basis = (bars[n] for n in ("dividend", "adj_close", "adj_basis"))
            priced = ~np.isnan(close[1:]) & ~np.isnan(close[:-1])
            paid = priced & ~np.isnan(dividend[1:])
            both = ~np.isnan(adjusted[1:]) & ~np.isnan(adjusted[:-1]) & (basis[1:] == basis[:-1])
            out[1:] = np.where(both, adjusted[1:] / adjusted[:-1] - 1.0, out[1:])
            out[1:] = np.where(paid, (close[1:] + dividend[1:]) / close[:-1] - 1.0, out[1:])
    out[~np.isfinite(out)] = np.nan  # from a price of 0
    return out
