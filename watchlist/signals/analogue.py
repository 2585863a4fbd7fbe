"""What earlier events of the same kind did next, to this symbol and to its peers.

A symbol has few earlier events and its peers have many that fall on the same dates. So the mean
of the group (each date counted once) is the starting point, and the symbol's own mean moves it as
far as its number of events deserves: the normal-normal shrinkage of Efron & Morris 1975 (JASA
70:311) with the between-symbol variance by moments (DerSimonian & Laird 1986, CCT 7:177).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from watchlist.signals.pairs import Pairs, car, pairs
from watchlist.signals.panel import Panel
from watchlist.signals.rolling import Floats

FIRST_DAY, LAST_DAY = 1, 5
"""The window of the effect: the week after day 0, which is still ahead when the signal speaks."""
LEAST_DATES = 3
LEAST_PAIRS = 5


@dataclass(frozen=True)
class Analogue:
    """Expected CAR[1, 5] after an event, from earlier ones of its category and relation."""

    event: int
    column: int
    day0: int
    mean: float
    """Shrunk toward the group, fraction."""
    se: float
    """Of that mean."""
    own: int
    """Earlier events of this symbol."""
    group: int
    """Earlier pairs, the symbol's own included."""
    dates: int
    """Distinct day-0 sessions among them."""


def analogues(panel: Panel) -> list[Analogue]:
    """One per pair that has enough forerunners; only windows that ended before its day 0."""
    return panel.remember("analogues", lambda: _analogues(panel))


def _analogues(panel: Panel) -> list[Analogue]:
    found = pairs(panel)
    rows = len(panel.sessions)
    complete = found.day0 + LAST_DAY < rows
    last = np.minimum(found.day0 + LAST_DAY, rows - 1)
    effect = car(panel, found.column, np.minimum(found.day0 + FIRST_DAY, rows - 1), last)
    effect[~complete | ~np.isfinite(found.sar)] = np.nan
    kinds = np.array([panel.events.categories[event] for event in found.event])
    out = []
    for pair in range(len(found.event)):
        like = (
            (kinds == kinds[pair])
            & (found.named == found.named[pair])
            & (found.day0 + LAST_DAY < found.day0[pair])
            & np.isfinite(effect)
        )
        made = _shrink(found, effect, np.flatnonzero(like), pair)
        if made is not None:
            out.append(made)
    return out


def _shrink(found: Pairs, effect: Floats, like: np.ndarray, pair: int) -> Analogue | None:
    dates, date_of = np.unique(found.day0[like], return_inverse=True)
    if len(dates) < LEAST_DATES or len(like) < LEAST_PAIRS:
        return None
    values = effect[like]
    by_date = np.bincount(date_of, values) / np.bincount(date_of)
    group_mean = float(by_date.mean())
    group_var = float(by_date.var(ddof=1)) / len(dates)
    within = float(values.var(ddof=1))
    columns, place = np.unique(found.column[like], return_inverse=True)
    counts = np.bincount(place).astype(np.float64)
    means = np.bincount(place, values) / counts
    between = 0.0
    if len(columns) > 1 and within > 0:
        weights = counts / within
        centre = float((weights * means).sum() / weights.sum())
        q = float((weights * (means - centre) ** 2).sum())
        scale = float(weights.sum() - (weights**2).sum() / weights.sum())
        between = max((q - (len(columns) - 1)) / scale, 0.0)
    at = np.flatnonzero(columns == found.column[pair])
    own = int(counts[at[0]]) if len(at) else 0
    share = between / (between + within / own) if own and between > 0 else 0.0
    own_mean = float(means[at[0]]) if len(at) else group_mean
    spread = share * within / max(own, 1) + (1 - share) ** 2 * group_var
    if not own:
        spread += between
    return Analogue(
        event=int(found.event[pair]),
        column=int(found.column[pair]),
        day0=int(found.day0[pair]),
        mean=group_mean + share * (own_mean - group_mean),
        se=float(np.sqrt(spread)),
        own=own,
        group=len(like),
        dates=len(dates),
    )
