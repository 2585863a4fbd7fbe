"""The study of many pairs against one market factor, from bars as they lie in the store.

A dense panel of a whole market would hold mostly days that no window needs. Here a *tape* (the bars
of some securities, one after another) is cut into the runs that the pairs need, and the same
`least_squares` and `effects` as in `event_study` read them. `estimate_tape` is the unit of work:
a pure function from one Arrow table of bars to one Arrow table of pair results, so that any
executor can run it, here or on another machine, with the same bits for the same tape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from watchlist.study.design import StudyDesign
from watchlist.study.estimate import fit_rows
from watchlist.study.models import Fits, Rows, gather
from watchlist.study.windows import day_errors, effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MODELS = ("market", "garch", "egarch")
"""Models of one factor that need no more than each pair's own rows."""

KEY_BITS = 20
"""A bar's key is security_id · 2^20 + its day since 1970: 2^20 days are 2,800 years."""

NEVER = 1 << (KEY_BITS - 1)
"""Days from here on, and as far before 1970, stand for sessions beyond the calendar."""


@dataclass(frozen=True)
class MarketFactor:
    """The sessions of the market's calendar and what the market returned in them."""

    days: Ints
    """(T,) days since 1970, ascending; a row here is a session number."""

    returns: Floats
    """(T,) NaN = not known."""


@dataclass(frozen=True)
class SweepPairs:
    """P pairs, by integers."""

    number: Ints
    """(P,) position of the pair in the whole study."""

    security: Ints
    """(P,) security_id."""

    day0: Ints
    """(P,) session number of day 0."""

    def of(self, which: Bools | Ints) -> SweepPairs:
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
    bars : key (see `KEY_BITS`), close; dividend, adj_close and adj_basis where not every dividend
        is known to be none. Any order; one row a security and day. Days that are no session of the
        market's calendar are not read.
    pairs : pairs of these securities, and of these only
    design : one of `MODELS`; `overlap` "mask" or "keep"

    Returns
    -------
    One row a pair, in the order of `pairs`; columns of `result_schema`. A pair without enough
    rows has NaN and its number of observations.
    """
    first, last = design.estimation[0], design.event_days[1]
    length, m = last - first + 1, design.estimation_length
    skip = design.event_days[0] - first
    returns = _returns(bars, pairs, market.days, first, length)
    alone = np.zeros(len(pairs.day0), dtype=np.int64)
    factor = gather(market.returns[None, :], alone, pairs.day0 + first, length)
    rows = Rows(
        y=returns[:, :m],
        x=factor[:, None, :m],
        event_y=returns[:, skip:],
        event_x=factor[:, None, skip:],
        keep=None if design.overlap == "keep" else _kept(pairs, design),
    )
    fits = fit_rows(rows, design)
    return _as_table(fits, pairs, returns[:, skip:], design)


def _returns(bars: pa.Table, pairs: SweepPairs, days: Ints, first: int, length: int) -> Floats:
    """(P, length) returns of each pair's security from `first` on; NaN is missing.

    The rule of the view `returns`: price and dividend where the dividend is known, else the
    vendor's adjusted closes of one basis, else prices.
    """
    start = pairs.day0 + first - 1
    wanted = _days_from(days, start, length + 1) + (pairs.security << KEY_BITS)[:, None]
    columns = _at_keys(bars, wanted)
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


def _days_from(days: Ints, start: Ints, length: int) -> Ints:
    """(P, length) the days of neighbouring sessions from number `start` on."""
    before = max(0, -int(start.min(initial=0)))
    after = max(0, int(start.max(initial=0)) + length - len(days))
    beyond = np.arange(before) - NEVER, days, NEVER - after + np.arange(after)
    return np.asarray(sliding_window_view(np.concatenate(beyond), length)[start + before])


def _at_keys(bars: pa.Table, wanted: Ints) -> dict[str, Floats]:
    """(P, L) values of each column at the wanted keys, ascending in each row; NaN without a bar."""
    key, columns = _tape(bars, wanted.shape[1])
    begin = np.minimum(np.searchsorted(key, wanted[:, 0]), len(key) - wanted.shape[1])
    # nearly always the bars lie one after another as wanted, and a run is copied in one piece
    straight = (sliding_window_view(key, wanted.shape[1])[begin] == wanted).all(axis=1)
    crooked = np.flatnonzero(~straight)
    index = np.minimum(np.searchsorted(key, wanted[crooked]), len(key) - 1)
    there = key[index] == wanted[crooked]
    found = {}
    for name, column in columns.items():
        found[name] = np.asarray(sliding_window_view(column, wanted.shape[1])[begin])
        found[name][crooked] = np.where(there, column[index], np.nan)
    return found


def _tape(bars: pa.Table, least: int) -> tuple[Ints, dict[str, Floats]]:
    """Keys in ascending order and the columns beside them, not shorter than `least`."""
    columns = {name: _numbers(bars[name]) for name in bars.column_names}
    key = columns.pop("key")
    if not (key[1:] > key[:-1]).all():
        # the store lies sorted after compaction; appended tails do not
        order = np.argsort(key, kind="stable")
        key, columns = key[order], {name: values[order] for name, values in columns.items()}
    if len(key) < least:
        blank = np.full(least, np.nan)
        key = np.append(key, np.iinfo(np.int64).max - np.arange(least)[::-1])
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
    columns: dict[str, NDArray[np.generic]] = {
        "pair": pairs.number,
        "observations": fits.observations,
        "alpha": fits.alpha,
        "beta": fits.betas[:, 0],
        "sigma2": fits.sigma2,
        "note": np.full(len(fits.sigma2), None) if fits.notes is None else fits.notes,
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
    return pa.table(
        {name: _column(columns[name], schema.field(name).type) for name in schema.names},
        schema=schema,
    )


def _column(values: NDArray[np.generic], kind: pa.DataType) -> pa.Array:
    if values.ndim == 1:
        return pa.array(values, kind)
    flat = pa.array(np.ascontiguousarray(values).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, kind.list_size)


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column as numbers, a view where it lies in one piece; NULL becomes NaN."""
    return np.asarray(column.combine_chunks().to_numpy(zero_copy_only=False))


def matrix(column: pa.ChunkedArray) -> Floats:
    """(P, L) a fixed-size list column of `estimate_tape` as an array."""
    flat = column.combine_chunks().flatten().to_numpy()
    return np.asarray(flat.reshape(len(column), -1))
