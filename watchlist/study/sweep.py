"""The market-model study of many pairs, from bars as they lie in the store.

A dense panel of a whole market would hold mostly days that no window needs. Here a *tape* (the bars
of some securities, one after another) is cut into the runs that the pairs need, and the same
`least_squares` and `effects` as in `event_study` read them. `estimate_tape` is the unit of work:
a pure function from one Arrow table of bars to one Arrow table of pair results, so that any
executor can run it, here or on another machine, with the same bits for the same tape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from watchlist.study.design import StudyDesign
from watchlist.study.models import Fits, Rows, least_squares
from watchlist.study.windows import day_errors, effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAY_BITS = 20
"""A security and a session number share one integer key: 2^20 sessions are 4,000 years."""


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
            ("ret", per_day),
            ("ar", per_day),
            ("day_se", per_day),
            ("resid", pa.list_(pa.float64(), design.estimation_length)),
            *((name, per_window) for name in ("car", "se", "scar", "bhar", "raw", "days")),
        ]
    )


def estimate_tape(
    bars: pa.Table, pairs: SweepPairs, market: Floats, design: StudyDesign
) -> pa.Table:
    """Estimate the pairs of some securities on their bars.

    Parameters
    ----------
    bars : security_id, day (session number), close; dividend, adj_close and adj_basis where not
        every dividend is known to be none. Any order; one row a security and session.
    pairs : pairs of these securities, and of these only
    market : (T,) return of the market factor by session number
    design : the market model; `overlap` "mask" or "keep"

    Returns
    -------
    One row a pair, in the order of `pairs`; columns of `result_schema`. A pair without enough
    rows has NaN and its number of observations.
    """
    first, last = design.estimation[0], design.event_days[1]
    returns = _runs(_Tape(bars), pairs, first, last)
    at = pairs.day0[:, None] + np.arange(first, last + 1)
    inside = (at >= 0) & (at < len(market))
    factor = np.where(inside, market[np.clip(at, 0, len(market) - 1)], np.nan)
    m, skip = design.estimation_length, design.event_days[0] - first
    keep = None if design.overlap == "keep" else ~_near(pairs, at[:, :m], design.mask_days)
    fits = least_squares(
        Rows(
            y=returns[:, :m],
            x=factor[:, None, :m],
            event_y=returns[:, skip:],
            event_x=factor[:, None, skip:],
            keep=keep,
        )
    )
    return _as_table(fits, pairs, returns[:, skip:], design)


class _Tape:
    """Bars by key, sorted."""

    def __init__(self, bars: pa.Table) -> None:
        columns = {name: _numbers(bars[name]) for name in bars.column_names}
        security, day = columns["security_id"].astype(np.int64), columns["day"].astype(np.int64)
        self.key = (security << DAY_BITS) | day
        if not (self.key[1:] > self.key[:-1]).all():
            # the store lies sorted after compaction; appended tails do not
            order = np.argsort(self.key, kind="stable")
            self.key = self.key[order]
            columns = {name: values[order] for name, values in columns.items()}
        self.close = columns["close"]
        self.plain = "dividend" not in columns
        if not self.plain:
            self.dividend, self.adjusted, self.basis = (
                columns[name] for name in ("dividend", "adj_close", "adj_basis")
            )

    def returns(self, index: Ints, there: Bools) -> Floats:
        """(P, L) returns between neighbouring columns of (P, L + 1) positions.

        The rule of the view `returns`: price and dividend where the dividend is known, else the
        vendor's adjusted closes of one basis, else prices.
        """
        close = self._at(self.close, index, there)
        with np.errstate(divide="ignore", invalid="ignore"):
            price = close[:, 1:] / close[:, :-1] - 1.0
            if self.plain:
                return price
            dividend = self._at(self.dividend, index, there)[:, 1:]
            adjusted = self._at(self.adjusted, index, there)
            basis = self._at(self.basis, index, there)
            paid = (close[:, 1:] + dividend) / close[:, :-1] - 1.0
            vendor = adjusted[:, 1:] / adjusted[:, :-1] - 1.0
        vendor[~(basis[:, 1:] == basis[:, :-1])] = np.nan
        found = np.where(np.isfinite(paid), paid, vendor)
        return np.where(np.isfinite(found), found, price)

    @staticmethod
    def _at(values: Floats, index: Ints, there: Bools) -> Floats:
        return np.where(there, values[index], np.nan)


def _runs(tape: _Tape, pairs: SweepPairs, first: int, last: int) -> Floats:
    """(P, last - first + 1) returns of each pair's security on those days; NaN is missing."""
    wanted = (pairs.day0 + first - 1)[:, None] + np.arange(last - first + 2)
    base = pairs.security.astype(np.int64)[:, None] << DAY_BITS
    keys = base | np.maximum(wanted, 0)
    begin = np.searchsorted(tape.key, keys[:, 0])
    index = np.minimum(begin[:, None] + np.arange(keys.shape[1]), len(tape.key) - 1)
    there = tape.key[index] == keys
    crooked = np.flatnonzero(~there.all(axis=1))
    if len(crooked):
        # a missing bar shifts all that follow: look these up one by one
        found = np.searchsorted(tape.key, keys[crooked])
        index[crooked] = np.minimum(found, len(tape.key) - 1)
        there[crooked] = tape.key[index[crooked]] == keys[crooked]
    return tape.returns(index, there & (wanted >= 0))


def _near(pairs: SweepPairs, days: Ints, mask_days: tuple[int, int]) -> Bools:
    """(P, M) estimation days on which another event of the same security falls."""
    _, local = np.unique(pairs.security, return_inverse=True)
    floor = int(days.min(initial=0))
    width = int(max(days.max(initial=0), (pairs.day0 + mask_days[1]).max(initial=0))) - floor + 1
    near = np.zeros((int(local.max(initial=-1)) + 1, width), dtype=bool)
    for day in range(mask_days[0], mask_days[1] + 1):
        near[local, pairs.day0 + day - floor] = True
    return np.asarray(near[local[:, None], days - floor])


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


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """A column as numbers; NULL becomes NaN."""
    return np.asarray(column.to_numpy())


def matrix(column: pa.ChunkedArray) -> Floats:
    """(P, L) a fixed-size list column of `estimate_tape` as an array."""
    flat = column.combine_chunks().flatten().to_numpy()
    return np.asarray(flat.reshape(len(column), -1))
