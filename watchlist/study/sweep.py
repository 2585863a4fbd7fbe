"""The study of many pairs against one market factor, from bars as they lie in the store.

A dense panel of a whole market would hold mostly days that no window needs. Here a *tape* (the bars
of some securities, one after another) is cut into the runs that the pairs need, and the same
`least_squares` and `effects` as in `event_study` read them. `estimate_tape` is the unit of work:
a pure function from one Arrow table of bars to one Arrow table of pair results, so that any
executor can run it, here or on another machine, with the same bits for the same tape.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from watchlist.study.arrow import column, lists, matrix, numbers, words
from watchlist.study.design import StudyDesign
from watchlist.study.estimate import fit_rows
from watchlist.study.models import Fits, Rows, gather
from watchlist.study.windows import day_errors, effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.int32]
Bools = NDArray[np.bool_]

MODELS = ("market", "garch", "egarch")
"""Models of one factor that need no more than each pair's own rows."""

BATCH = 1024
"""Pairs estimated at a time: few enough for the processor's cache, and enough that threads seldom
wait for one another between two steps."""

DAY_BITS = 16
"""A bar's key is its security · 2^16 + its day, in 32 bits: half the memory of wider ones."""

BEFORE, AFTER = 0, (1 << DAY_BITS) - 1
"""Days that no bar has: they stand for sessions before and after the calendar."""


NO_SESSION = -(1 << 30)
"""The number of a day that is no session: before any run of them."""


@dataclass(frozen=True)
class MarketFactor:
    """The sessions of the market's calendar and what the market returned in them."""

    days: Ints
    """(T,) between `BEFORE` and `AFTER`, ascending, counted from whatever day the bars' keys are;
    a row here is a session number."""

    returns: Floats
    """(T,) NaN = not known."""


@dataclass(frozen=True)
class SweepPairs:
    """P pairs, by integers."""

    number: Ints
    """(P,) position of the pair in the whole study."""

    security: Ints
    """(P,) number of the security, as in the bars' keys."""

    day0: Ints
    """(P,) session number of day 0."""

    def of(self, which: Bools | Ints | slice) -> SweepPairs:
        """Some of the pairs."""
        return SweepPairs(self.number[which], self.security[which], self.day0[which])


def result_schema(design: StudyDesign) -> pa.Schema:
    """Columns of what `estimate_tape` returns; lists have one length each."""
    days = design.event_days[1] - design.event_days[0] + 1
    per_day = pa.list_(pa.float64(), days)
    per_window = pa.list_(pa.float64(), len(design.windows))
    return pa.schema(
        [
            ("pair", pa.int64()),
            ("observations", pa.int64()),
            ("alpha", pa.float64()),
            ("beta", pa.float64()),
            ("sigma2", pa.float64()),
            ("note", pa.string()),
            ("ret", per_day),
            ("ar", per_day),
            ("day_se", per_day),
            ("resid", pa.list_(pa.float64(), design.estimation_length)),
            *((name, per_window) for name in ("car", "se", "scar", "bhar", "raw", "days")),
        ]
    )


def estimate_tape(
    bars: pa.Table, pairs: SweepPairs, market: MarketFactor, design: StudyDesign
) -> pa.Table:
    """Estimate the pairs of some securities on their bars.

    Parameters
    ----------
    bars : key (int32, see `DAY_BITS`), close; dividend, adj_close and adj_basis where not every
        dividend is known to be none. Any order; one row a security and day. Days that are no
        session of the market's calendar are not read.
    pairs : pairs of these securities, and of these only; all that mask one another
    design : one of `MODELS`; `overlap` "mask" or "keep"

    Returns
    -------
    One row a pair, in the order of `pairs`; columns of `result_schema`. A pair without enough
    rows has NaN and its number of observations.
    """
    first, last = design.estimation[0], design.event_days[1]
    tape = _tape(bars, last - first + 2)
    keep = None if design.overlap == "keep" else _kept(pairs, design)
    batches = (slice(i, i + BATCH) for i in range(0, max(len(pairs.day0), 1), BATCH))
    return pa.concat_tables(
        _estimate(tape, pairs.of(some), None if keep is None else keep[some], market, design)
        for some in batches
    )


def _estimate(
    tape: tuple[Keys, dict[str, Floats]],
    pairs: SweepPairs,
    keep: Bools | None,
    market: MarketFactor,
    design: StudyDesign,
) -> pa.Table:
    first, last = design.estimation[0], design.event_days[1]
    length, m = last - first + 1, design.estimation_length
    skip = design.event_days[0] - first
    returns = _returns(tape, pairs, market.days, first, length)
    alone = np.zeros(len(pairs.day0), dtype=np.int64)
    factor = gather(market.returns[None, :], alone, pairs.day0 + first, length)
    rows = Rows(
        y=returns[:, :m],
        x=factor[:, None, :m],
        event_y=returns[:, skip:],
        event_x=factor[:, None, skip:],
        keep=keep,
    )
    return _as_table(fit_rows(rows, design), pairs, returns[:, skip:], design)


def _returns(
    tape: tuple[Keys, dict[str, Floats]], pairs: SweepPairs, days: Ints, first: int, length: int
) -> Floats:
    """(P, length) returns of each pair's security from `first` on; NaN is missing.

    The rule of the view `returns`: price and dividend where the dividend is known, else the
    vendor's adjusted closes of one basis, else prices.
    """
    columns = _at_sessions(tape, pairs, days, pairs.day0 + first - 1, length + 1)
    close = columns["close"]
    with np.errstate(divide="ignore", invalid="ignore"):
        price = close[:, 1:] / close[:, :-1]
        price -= 1.0
        if "dividend" not in columns:
            return price
        paid = (close[:, 1:] + columns["dividend"][:, 1:]) / close[:, :-1] - 1.0
        vendor = columns["adj_close"][:, 1:] / columns["adj_close"][:, :-1] - 1.0
    basis = columns["adj_basis"]
    vendor[~(basis[:, 1:] == basis[:, :-1])] = np.nan
    found = np.where(np.isfinite(paid), paid, vendor)
    return np.where(np.isfinite(found), found, price)


def _days_from(days: Ints, start: Ints, length: int) -> Keys:
    """(P, length) the days of neighbouring sessions from number `start` on."""
    before = max(0, -int(start.min(initial=0)))
    after = max(0, int(start.max(initial=0)) + length - len(days))
    line = np.pad(days.astype(np.int32), (before, after), constant_values=(BEFORE, AFTER))
    return np.asarray(sliding_window_view(line, length)[start + before])


def _at_sessions(
    tape: tuple[Keys, dict[str, Floats]], pairs: SweepPairs, days: Ints, start: Ints, length: int
) -> dict[str, Floats]:
    """(P, length) values of each column in the sessions from number `start` on; NaN without a bar.

    Parameters
    ----------
    tape : not shorter than `length`
    start : (P,)
    """
    key, columns = tape
    wanted = _days_from(days, start, length)
    wanted += (pairs.security << DAY_BITS).astype(np.int32)[:, None]
    begin = np.searchsorted(key, wanted[:, 0])
    # nearly always the bars lie one after another as wanted, and a run is copied in one piece
    run = np.minimum(begin, len(key) - length)
    straight = (sliding_window_view(key, length)[run] == wanted).all(axis=1)
    found = {
        name: np.asarray(sliding_window_view(values, length)[run])
        for name, values in columns.items()
    }
    crooked = np.flatnonzero(~straight)
    if len(crooked):
        end = np.searchsorted(key, wanted[crooked, -1], side="right")
        pair, bar = _runs(begin[crooked], end)
        number = np.full(AFTER + 1, NO_SESSION, dtype=np.int32)
        number[days] = np.arange(len(days))
        place = number[key[bar] & AFTER] - start[crooked][pair]
        own = place >= 0
        pair, bar, place = pair[own], bar[own], place[own]
        for name, values in columns.items():
            block = np.full((len(crooked), length), np.nan)
            block[pair, place] = values[bar]
            found[name][crooked] = block
    return found


def _runs(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The numbers from each `begin` up to its `end`, after the position of the pair of bounds."""
    count = end - begin
    before = np.cumsum(count) - count
    which = np.repeat(np.arange(len(begin)), count)
    return which, np.arange(len(which)) + (begin - before)[which]


def _tape(bars: pa.Table, least: int) -> tuple[Keys, dict[str, Floats]]:
    """Keys in ascending order and the columns beside them, not shorter than `least`."""
    columns = {name: numbers(bars[name]) for name in bars.column_names}
    key = columns.pop("key")
    if not (key[1:] > key[:-1]).all():
        # the store lies sorted after compaction; appended tails do not
        order = np.argsort(key, kind="stable")
        key, columns = key[order], {name: values[order] for name, values in columns.items()}
    if len(key) < least:
        blank = np.full(least, np.nan)
        key = np.append(key, np.full(least, np.iinfo(np.int32).max, dtype=np.int32))
        columns = {name: np.append(values, blank) for name, values in columns.items()}
    return key, columns


def _kept(pairs: SweepPairs, design: StudyDesign) -> Bools:
    """(P, M) estimation days on which no other event of the same security falls."""
    _, local = np.unique(pairs.security, return_inverse=True)
    start, m = pairs.day0 + design.estimation[0], design.estimation_length
    floor, mask = int(start.min(initial=0)), range(design.mask_days[0], design.mask_days[1] + 1)
    width = int(pairs.day0.max(initial=0)) + max(0, mask[-1]) - floor + 1
    near = np.zeros((int(local.max(initial=-1)) + 1, max(width, m)), dtype=bool)
    for day in mask:
        near[local, pairs.day0 + day - floor] = True
    return np.asarray(~sliding_window_view(near, m, axis=1)[local, start - floor])


def _as_table(fits: Fits, pairs: SweepPairs, ret: Floats, design: StudyDesign) -> pa.Table:
    schema = result_schema(design)
    first = design.event_days[0]
    windows = [effects(fits, first, *window) for window in design.windows]
    columns: dict[str, NDArray[Any] | None] = {
        "pair": pairs.number,
        "observations": fits.observations,
        "alpha": fits.alpha,
        "beta": fits.betas[:, 0],
        "sigma2": fits.sigma2,
        "note": fits.notes,
        "ret": ret,
        "ar": fits.ar,
        "day_se": day_errors(fits),
        "resid": fits.resid,
        "car": np.column_stack([w.car for w in windows]),
        "se": np.column_stack([w.se for w in windows]),
        "scar": np.column_stack([w.scar for w in windows]),
        "bhar": np.column_stack([w.bhar for w in windows]),
        "raw": np.column_stack([w.ret for w in windows]),
        "days": np.column_stack([w.days for w in windows]).astype(np.float64),
    }
    return pa.table([_column(columns[name], len(ret)) for name in schema.names], schema=schema)


def _column(values: NDArray[Any] | None, pairs: int) -> pa.Array:
    if values is None:
        return pa.nulls(pairs, pa.string())
    if values.dtype == object:
        return words(values)
    return column(values) if values.ndim == 1 else lists(values)


def collect(parts: Iterable[pa.Table], pairs: int, design: StudyDesign) -> dict[str, Any]:
    """The columns of `estimate_tape` for all pairs as arrays, each part copied to its place.

    Each part is forgotten before the next is asked for, so that the results stand in memory once.

    Returns
    -------
    (P,) or (P, L) by name of `result_schema`; NaN is missing, `note` an array of str or None.
    """
    found: dict[str, Any] = {}
    for field in result_schema(design):
        if pa.types.is_fixed_size_list(field.type):
            found[field.name] = np.empty((pairs, field.type.list_size))
        elif pa.types.is_string(field.type):
            found[field.name] = np.full(pairs, None, dtype=object)
        else:
            found[field.name] = np.empty(pairs, dtype=field.type.to_pandas_dtype())
    at = 0
    for part in parts:
        for batch in part.to_batches():
            end = at + len(batch)
            for name, place in found.items():
                _put(place[at:end], batch[name])
            at = end
    return found


def _put(place: NDArray[Any], values: pa.Array) -> None:
    if pa.types.is_fixed_size_list(values.type):
        place[:] = matrix(values)
    elif not pa.types.is_string(values.type):
        place[:] = numbers(values)
    elif values.null_count < len(values):
        place[:] = values.to_pylist()
