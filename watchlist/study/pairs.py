"""Events and targets become pairs of a session row and a column, or a drop with its reason.

Other events of the same security are found, listed, and kept from bending the estimate:

keep
    nothing is done; the pair carries a note.
mask
    days `mask_days` of every other event leave the estimation window.
drop
    pairs whose estimation or event window holds another event leave the study.
joint
    each other event gets its own dummy in one regression over both windows, so that days which two
    events share are divided between them (Binder 1985, JAR 23:370): see `watchlist.study.windows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.errors import StudyError, nearest
from watchlist.study.design import PEERS, PLACEHOLDERS, StudyDesign, Window
from watchlist.study.models import Fits
from watchlist.study.panel import Axes

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OVERLAP_SCHEMA = {
    "event_id": pl.String,
    "symbol": pl.String,
    "other_event_id": pl.String,
    "kind": pl.String,
    "sessions_apart": pl.Int32,
}

KINDS = ("same-session", "event-window", "estimation-window")


class Drop(NamedTuple):
    """A pair that is not in the study, and why: every one is listed."""

    event_id: str
    symbol: str
    code: str
    """no-day0, not-yet, no-bars, short-estimation, missing-factor or overlap."""
    reason: str
    """In words, with the numbers."""


def drops_frame(drops: list[Drop]) -> pl.DataFrame:
    """Columns event_id, symbol, code, reason; sorted."""
    schema = dict.fromkeys(Drop._fields, pl.String)
    return pl.DataFrame(sorted(drops), schema=schema, orient="row")


@dataclass(frozen=True)
class Pairs:
    """P pairs in the order of day 0, event, symbol."""

    events: tuple[str, ...]
    """(P,) event id of each pair."""
    symbols: tuple[str, ...]
    """(P,)"""
    rows: Ints
    """(P,) session row of day 0."""
    cols: Ints
    """(P,) column of the security."""
    factors: Ints
    """(P, K) columns of its factors."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, keep: Bools) -> Pairs:
        """The pairs where `keep` holds."""
        if keep.all():
            return self
        at = np.flatnonzero(keep)
        return Pairs(
            tuple(self.events[i] for i in at),
            tuple(self.symbols[i] for i in at),
            self.rows[at],
            self.cols[at],
            self.factors[at],
        )

    @property
    def keys(self) -> list[tuple[str, str]]:
        """(P,) event and symbol."""
        return list(zip(self.events, self.symbols, strict=True))


Own = Mapping[str, Mapping[tuple[str, str], str]]
"""For each factor name that means another series for each pair: (event, symbol) -> series."""


def make_pairs(
    axes: Axes, events: pl.DataFrame, design: StudyDesign, own: Own
) -> tuple[Pairs, list[Drop]]:
    """Find each pair's row, column and factor columns.

    Day 0 on a day that is no session here (another exchange was open) is the next one.

    Parameters
    ----------
    events : event_id, symbol, day0; one row a pair
    own : the series behind "sector", "peers" and "market-volume"

    Raises
    ------
    StudyError
        A column is missing, an event names a symbol twice, or a factor has no returns.
    """
    for column in ("event_id", "symbol", "day0"):
        if column not in events.columns:
            raise StudyError(
                f"the frame of events has no column {column!r}", nearest(column, events.columns)
            )
    twice = events.filter(events.select("event_id", "symbol").is_duplicated())
    if len(twice):
        first = twice.row(0, named=True)
        raise StudyError(
            f"event {first['event_id']!r} names {first['symbol']} twice", "one row a pair"
        )
    for name in design.factors:
        if name not in PLACEHOLDERS:
            axes.column(name)
    ordered = events.sort("day0", "event_id", "symbol", nulls_last=True)
    names, symbols = ordered["event_id"].to_list(), ordered["symbol"].to_list()
    day0 = ordered["day0"].cast(pl.Date).to_numpy().astype("datetime64[D]")
    rows = np.searchsorted(axes.sessions, day0)
    cols = np.array([axes.column(s) if axes.has(s) else -1 for s in symbols], dtype=np.int64)
    factors = np.full((len(cols), len(design.factors)), -1, dtype=np.int64)
    begin, end = axes.sessions[0], axes.sessions[-1]
    drops = []
    for i, pair in enumerate(zip(names, symbols, strict=True)):
        found = _factor_columns(axes, pair, design, own)
        if np.isnat(day0[i]):
            why = "no-day0", "no session is known for the event"
        elif day0[i] > end:
            why = "not-yet", f"day 0 is {day0[i]}, the last session here is {end}"
        elif day0[i] < begin:
            why = "short-estimation", f"day 0 is {day0[i]}, the returns here begin on {begin}"
        elif cols[i] < 0:
            why = "no-bars", f"no returns of {pair[1]} at all"
        elif isinstance(found, str):
            why = "missing-factor", found
        else:
            factors[i] = found
            continue
        cols[i] = -1
        drops.append(Drop(*pair, *why))
    return Pairs(tuple(names), tuple(symbols), rows, cols, factors).take(cols >= 0), drops


def _factor_columns(
    axes: Axes, pair: tuple[str, str], design: StudyDesign, own: Own
) -> list[int] | str:
    """Columns of the factors, or why there are none."""
    symbol = pair[1]
    columns = []
    for name in design.factors:
        series = name
        if name in PLACEHOLDERS:
            found = own.get(name, {}).get(pair)
            if found is None:
                if name == PEERS:
                    return f"no peer of {symbol} is left for its basket"
                return f"no {name} factor is known for {symbol}"
            series = found
        if not axes.has(series):
            return f"{symbol} needs the factor {series}, which has no returns here"
        if series == symbol:
            return f"{symbol} cannot be its own factor"
        columns.append(axes.column(series))
    if len(set(columns)) < len(columns):
        return f"two factors of {symbol} are the same series"
    return columns


def event_rows(rows: Ints, cols: Ints, shape: tuple[int, int], days: Window) -> Bools:
    """(T, S) sessions that lie on `days` of an event of that security."""
    out = np.zeros(shape, dtype=bool)
    for day in range(days[0], days[1] + 1):
        at = rows + day
        inside = (at >= 0) & (at < shape[0])
        out[at[inside], cols[inside]] = True
    return out


def overlaps(pairs: Pairs, design: StudyDesign) -> pl.DataFrame:
    """Other events of the same security, nearest first within each pair.

    kind is "same-session", "event-window" (its day 0 within the windows) or "estimation-window"
    (one of its `mask_days` within the estimation window). sessions_apart = its day 0 less ours.
    """
    event = min(a for a, _ in design.windows), max(b for _, b in design.windows)
    quiet = design.estimation[0] - design.mask_days[1], design.estimation[1] - design.mask_days[0]
    reach = max(abs(day) for day in (*event, *quiet))
    order = np.lexsort((pairs.rows, pairs.cols))
    row, col = pairs.rows[order], pairs.cols[order]
    ours, theirs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    # pairs of one security lie side by side by day: neighbours at distance 1, 2, ... until none
    # is near enough
    for step in range(1, len(order)):
        near = (col[step:] == col[:-step]) & (row[step:] - row[:-step] <= reach)
        if not near.any():
            break
        early, late = order[:-step][near], order[step:][near]
        ours += [early, late]
        theirs += [late, early]
    one, other = np.concatenate(ours), np.concatenate(theirs)
    apart = pairs.rows[other] - pairs.rows[one]
    kind = np.select(
        [
            apart == 0,
            (apart >= event[0]) & (apart <= event[1]),
            (apart >= quiet[0]) & (apart <= quiet[1]),
        ],
        range(3),
        default=-1,
    )
    one, other, apart, kind = (values[kind >= 0] for values in (one, other, apart, kind))
    events = pl.Series(pairs.events, dtype=pl.String)
    columns = [
        events.gather(one),
        pl.Series(pairs.symbols, dtype=pl.String).gather(one),
        events.gather(other),
        pl.Series(KINDS).gather(kind),
        pl.Series(apart, dtype=pl.Int32),
    ]
    frame = pl.DataFrame(dict(zip(OVERLAP_SCHEMA, columns, strict=True)))
    return frame.sort("event_id", "symbol", pl.col("sessions_apart").abs(), "other_event_id")


def without_overlaps(pairs: Pairs, overlapping: pl.DataFrame) -> tuple[Pairs, list[Drop]]:
    """Leave out pairs whose windows hold another event of the security (overlap = drop)."""
    counts = {
        (event, symbol): (number, nearest)
        for event, symbol, number, nearest in overlapping.group_by(
            "event_id", "symbol", maintain_order=True
        )
        .agg(pl.len(), pl.col("other_event_id").first())
        .iter_rows()
    }
    drops = [
        Drop(
            *key, "overlap", f"{counts[key][0]} other events in its windows, first {counts[key][1]}"
        )
        for key in pairs.keys
        if key in counts
    ]
    return pairs.take(np.array([key not in counts for key in pairs.keys], dtype=bool)), drops


def estimable(
    axes: Axes, pairs: Pairs, fits: Fits, design: StudyDesign
) -> tuple[Pairs, Fits, list[Drop]]:
    """Leave out pairs that cannot be estimated or have no event day, with the reason."""
    first = design.event_days[0]
    low, high = min(a for a, _ in design.windows), max(b for _, b in design.windows)
    span = fits.ar[:, low - first : high - first + 1]
    short = fits.observations < design.min_observations
    flat = ~short & ~(fits.sigma2 > 0)
    silent = ~short & ~flat & ~np.isfinite(span).any(axis=1)
    bad = short | flat | silent
    drops = []
    for i in np.flatnonzero(bad).tolist():
        key, day0 = (pairs.events[i], pairs.symbols[i]), axes.sessions[pairs.rows[i]]
        if short[i]:
            trouble = None if fits.notes is None else fits.notes[i]
            reason = trouble or (
                f"{fits.observations[i]} usable estimation rows before {day0}, "
                f"{design.min_observations} are asked for"
            )
            drops.append(Drop(*key, "short-estimation", str(reason)))
        elif flat[i]:
            reason = f"returns before {day0} do not vary, or factors are constant or collinear"
            drops.append(Drop(*key, "short-estimation", reason))
        else:
            reason = f"no return of it or of its factors on days {low} to {high} around {day0}"
            drops.append(Drop(*key, "no-bars", reason))
    return (pairs, fits, drops) if not drops else (pairs.take(~bad), fits.take(~bad), drops)
