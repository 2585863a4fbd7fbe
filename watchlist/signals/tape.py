"""Bars as a store keeps them, end to end and symbol by symbol, and dense pieces cut from them.

A whole market never stands in memory as a dense panel: it comes in tapes of some hundred symbols,
and signals are computed on groups of symbols that lived at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchlist.signals.panel import Ints
from watchlist.signals.rolling import Floats

FIELDS = ("open", "high", "low", "close", "volume", "ret", "trade_ret")
"""What a panel has of each bar."""


@dataclass(frozen=True, eq=False)
class Listings:
    """The symbols of a tape and the calendars that their returns are counted by."""

    columns: Ints
    """Place of each symbol in the market, in the order of the tape."""
    security: Ints
    """Its number in the store, ascending."""
    numbers: tuple[Ints, ...]
    """For each calendar: session number by days since 1970, -1 for a day that is no session."""
    calendar: Ints
    """Each symbol's place in `numbers`."""
    first_day: Ints
    last_day: Ints
    """Life under this symbol, days since 1970; bars outside are another company's."""

    def take(self, chosen: Ints) -> Listings:
        """Some of them."""
        own = ("columns", "security", "calendar", "first_day", "last_day")
        return replace(self, **{name: getattr(self, name)[chosen] for name in own})


@dataclass(frozen=True, eq=False)
class Tape:
    """Bars sorted by symbol and session; NaN where a field is not known."""

    columns: Ints
    """(symbols,) place in the market of each symbol that has a bar."""
    starts: Ints
    """(symbols + 1,) where each symbol's bars begin, and the end of the last."""
    row: Ints
    """(bars,) row of the market's sessions."""
    fields: Mapping[str, Floats]
    """(bars,) each of `FIELDS`."""

    def lives(self) -> tuple[Ints, Ints]:
        """(symbols,) first and last row with a bar."""
        return self.row[self.starts[:-1]], self.row[self.starts[1:] - 1]

    def dense(self, chosen: Ints, rows: slice) -> dict[str, Any]:
        """(rows, chosen) of each field; the rows must span the lives of the chosen symbols."""
        shape = (rows.stop - rows.start, len(chosen))
        out = {name: np.full(shape, np.nan) for name in FIELDS}
        for place, symbol in enumerate(chosen):
            bars = slice(self.starts[symbol], self.starts[symbol + 1])
            into = (self.row[bars] - rows.start) * len(chosen) + place
            for name, array in out.items():
                array.reshape(-1)[into] = self.fields[name][bars]
        return out


def lay(bars: Mapping[str, NDArray[Any]], listings: Listings, row_of_day: Ints) -> Tape:
    """A tape from the columns of final bars.

    Parameters
    ----------
    bars : security, day (since 1970), open, high, low, close, volume; also dividend, adj_close and
        adj_basis unless all closes are known and all dividends known to be none. Any order, one
        row a security and day.
    row_of_day : row of the market's sessions by days since 1970, -1 for none. Bars on other days
        count for the returns of a symbol of another calendar and are left out then.

    Notes
    -----
    Returns follow the view `returns`: since the last bar; between bars of neighbouring sessions of
    the symbol's own calendar also `ret`.
    """
    columns = _priced(_sorted(bars), listings)
    symbol, number = columns.pop("symbol"), columns.pop("number")
    trade_ret = _returns(columns)
    trade_ret[1:][symbol[1:] != symbol[:-1]] = np.nan
    ret = trade_ret.copy()
    ret[1:][number[1:] != number[:-1] + 1] = np.nan
    columns |= {"trade_ret": trade_ret, "ret": ret}
    row = _at(row_of_day, columns["day"])
    on_row = row >= 0
    if not on_row.all():
        symbol, row = symbol[on_row], row[on_row]
        columns = {name: columns[name][on_row] for name in FIELDS}
    count = np.bincount(symbol, minlength=len(listings.columns))
    return Tape(
        columns=listings.columns[count > 0],
        starts=np.append(0, np.cumsum(count[count > 0])),
        row=row.astype(np.int64),
        fields={name: columns[name] for name in FIELDS},
    )


def _sorted(bars: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """By security and day; bars that were appended later stand at the end of a store."""
    key = (bars["security"].astype(np.int64) << 32) + bars["day"]
    if (key[1:] >= key[:-1]).all():
        return dict(bars)
    order = np.argsort(key, kind="stable")
    return {name: values[order] for name, values in bars.items()}


def _priced(bars: dict[str, NDArray[Any]], listings: Listings) -> dict[str, NDArray[Any]]:
    """Bars that have a price, on sessions of their calendar and in the life of their symbol."""
    columns = dict(bars)
    day = bars["day"]
    ends = np.searchsorted(columns.pop("security"), listings.security, side="right")
    symbol = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, prepend=0))
    calendars = np.unique(listings.calendar)
    number = _at(listings.numbers[calendars[0]], day) if len(calendars) else np.empty(0, np.int32)
    for place in calendars[1:]:
        mine = listings.calendar[symbol] == place
        number[mine] = _at(listings.numbers[place], day[mine])
    good = number >= 0
    if len(day) and (listings.first_day.max() > day.min() or listings.last_day.min() < day.max()):
        good &= (day >= listings.first_day[symbol]) & (day <= listings.last_day[symbol])
    if "adj_close" in columns:
        good &= ~(np.isnan(columns["close"]) & np.isnan(columns["adj_close"]))
    columns |= {"symbol": symbol, "number": number}
    return columns if good.all() else {name: values[good] for name, values in columns.items()}


def _returns(bars: Mapping[str, Floats]) -> Floats:
    """Return since the bar before, whosever it is; the rule of the macro `simple_return`."""
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


def _at(by_day: Ints, day: NDArray[Any]) -> NDArray[np.int32]:
    """What stands for each day; -1 for days beyond the table."""
    table = by_day.astype(np.int32)
    if not len(day) or day.max() < len(table):
        found: NDArray[np.int32] = table[day]
        return found
    inside = day < len(table)
    return np.where(inside, table[np.where(inside, day, 0)], np.int32(-1))


def groups(
    tape: Tape, reached: Ints, sessions: int, *, size: int, before: int, after: int
) -> list[tuple[Ints, slice]]:
    """Symbols to be computed together, and the sessions that they need.

    Those of similar lives, so that few sessions without bars are computed, and those that events
    reach apart from the others, which have no signals of events.

    Parameters
    ----------
    reached : places in the market of symbols that an event or a document reaches.
    before, after : sessions around their lives on which signals can have a value.
    """
    first, last = tape.lives()
    touched = np.isin(tape.columns, reached)
    out = []
    for chosen in (np.flatnonzero(touched), np.flatnonzero(~touched)):
        # bands of the first session, each in order of the last
        band = max(round(np.sqrt(len(chosen) / size)), 1) * size
        by_first = chosen[np.argsort(first[chosen], kind="stable")]
        for i in range(0, len(chosen), band):
            part = by_first[i : i + band]
            by_last = part[np.argsort(last[part], kind="stable")]
            for j in range(0, len(by_last), size):
                together = np.sort(by_last[j : j + size])
                begin = max(int(first[together].min()) - before, 0)
                end = min(int(last[together].max()) + 1 + after, sessions)
                out.append((together, slice(begin, end)))
    return out
