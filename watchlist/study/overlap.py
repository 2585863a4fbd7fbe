"""Other events of the same security: found, listed, and kept from bending the estimate.

keep
    nothing is done; the pair carries a note.
mask
    days `mask_days` of every other event leave the estimation window.
drop
    pairs whose estimation or event window holds another event leave the study.
joint
    each other event gets its own dummy in one regression over both windows, so that days which two
    events share are divided between them (Binder 1985, JAR 23:370): see `watchlist.study.joint`.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.study.design import Window
from watchlist.study.pairs import Pairs

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

OVERLAP_SCHEMA = {
    "event_id": pl.String,
    "symbol": pl.String,
    "other_event_id": pl.String,
    "kind": pl.String,
    "sessions_apart": pl.Int32,
}


def event_rows(rows: Ints, cols: Ints, shape: tuple[int, int], days: Window) -> Bools:
    """(T, S) sessions that lie on `days` of an event of that security."""
    out = np.zeros(shape, dtype=bool)
    for day in range(days[0], days[1] + 1):
        at = rows + day
        inside = (at >= 0) & (at < shape[0])
        out[at[inside], cols[inside]] = True
    return out


def overlaps(pairs: Pairs, estimation: Window, event_days: Window, days: Window) -> pl.DataFrame:
    """Other events of the same security, nearest first within each pair.

    kind is "same-session", "event-window" (its day 0 within `event_days`) or "estimation-window"
    (one of its `days` within the estimation window). sessions_apart = its day 0 less ours.
    """
    found: list[tuple[str, str, str, str, int]] = []
    for col in np.unique(pairs.cols):
        members = np.flatnonzero(pairs.cols == col)
        apart = pairs.rows[members][None, :] - pairs.rows[members][:, None]
        same = apart == 0
        np.fill_diagonal(same, False)
        event = (apart >= event_days[0]) & (apart <= event_days[1]) & (apart != 0)
        estimate = (apart + days[1] >= estimation[0]) & (apart + days[0] <= estimation[1])
        for kind, which in (
            ("same-session", same),
            ("event-window", event),
            ("estimation-window", estimate & ~event),
        ):
            for i, j in zip(*np.nonzero(which), strict=True):
                one, other = members[i], members[j]
                found.append(
                    (pairs.events[one], pairs.symbols[one], pairs.events[other], kind,
                     int(apart[i, j]))
                )  # fmt: skip
    frame = pl.DataFrame(found, schema=OVERLAP_SCHEMA, orient="row")
    return frame.sort("event_id", "symbol", pl.col("sessions_apart").abs(), "other_event_id")
