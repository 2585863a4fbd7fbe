"""Bars as a store keeps them, end to end and symbol by symbol, and dense pieces cut from them.

A whole market never stands in memory as a dense panel: it comes in tapes of some hundred symbols,
and signals are computed on groups of symbols that lived at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchlist.signals.panel import Ints
from watchlist.signals.rolling import Floats
from watchlist.study.returns import Listings, at_day, returns_of

FIELDS = ("open", "high", "low", "close", "volume", "ret", "trade_ret")
"""What a panel has of each bar."""


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
    bars : security, day (since 1970), open, high, low, close, volume, as `returns_of` takes them
    row_of_day : row of the market's sessions by days since 1970, -1 for none. Bars on other days
        count for the returns of a symbol of another calendar and are left out then.
    """
    columns = returns_of(bars, listings)
    symbol, row = columns.pop("symbol"), at_day(row_of_day, columns["day"])
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
