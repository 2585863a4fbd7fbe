"""What earlier events of the same kind did next, to this symbol and to its peers.

A symbol has few earlier events and its peers have many that fall on the same dates. So the mean
of the group (each date counted once) is the starting point, and the symbol's own mean moves it as
far as its number of events deserves: the normal-normal shrinkage of Efron & Morris 1975 (JASA
70:311) with the between-symbol variance by moments (DerSimonian & Laird 1986, CCT 7:177).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np

from watchlist.signals.events import LAST_DAY, Reactions
from watchlist.signals.registry import Cells

LEAST_DATES = 3
LEAST_PAIRS = 5


@dataclass(frozen=True)
class Analogue:
    """Expected effect of an event, from earlier ones of its category and relation."""

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


class _Moments:
    """Count, mean and sum of squared deviations, one value at a time (Welford 1962)."""

    __slots__ = ("count", "mean", "squares")

    def __init__(self) -> None:
        self.count, self.mean, self.squares = 0, 0.0, 0.0

    def add(self, value: float) -> None:
        self.count += 1
        off = value - self.mean
        self.mean += off / self.count
        self.squares += off * (value - self.mean)

    @property
    def variance(self) -> float:
        return self.squares / (self.count - 1)


class _Group:
    """Effects of one category and relation that have ended; takes them date by date."""

    def __init__(self) -> None:
        self.all, self.dates = _Moments(), _Moments()
        self.own: dict[int, _Moments] = {}
        self.within_symbols = 0.0
        """Squared deviations from each symbol's own mean."""
        self.squared_counts = 0
        self._waiting: list[tuple[int, list[tuple[int, float]]]] = []
        self._taken = 0

    def wait(self, day0: int, column: int, effect: float) -> None:
        """An effect that will have ended some sessions after its day 0."""
        if not self._waiting or self._waiting[-1][0] != day0:
            self._waiting.append((day0, []))
        self._waiting[-1][1].append((column, effect))

    def take_until(self, day0: int) -> None:
        """Take in the effects that had ended before this session."""
        while self._taken < len(self._waiting):
            date, effects = self._waiting[self._taken]
            if date + LAST_DAY >= day0:
                return
            self._taken += 1
            self.dates.add(sum(effect for _, effect in effects) / len(effects))
            for column, effect in effects:
                own = self.own.setdefault(column, _Moments())
                self.all.add(effect)
                self.within_symbols -= own.squares
                self.squared_counts += 2 * own.count + 1
                own.add(effect)
                self.within_symbols += own.squares


def analogues(found: Reactions) -> list[Analogue]:
    """One per pair that has enough forerunners; only windows that ended before its day 0.

    Each effect is taken in once, in the order of time, so that a market of 100,000 pairs costs
    what it takes to read them.
    """
    groups: dict[tuple[str, bool], _Group] = {}
    out = []
    for pair, (category, named, day0, column, effect) in enumerate(
        zip(
            found.category.tolist(),
            found.named.tolist(),
            found.day0.tolist(),
            found.column.tolist(),
            found.effect.tolist(),
            strict=True,
        )
    ):
        group = groups.setdefault((category, named), _Group())
        group.take_until(day0)
        if group.dates.count >= LEAST_DATES and group.all.count >= LEAST_PAIRS:
            out.append(_shrink(group, int(found.event[pair]), column, day0))
        if not isnan(effect):
            group.wait(day0, column, effect)
    return out


def _shrink(group: _Group, event: int, column: int, day0: int) -> Analogue:
    count, within = group.all.count, group.all.variance
    group_mean, group_var = group.dates.mean, group.dates.variance / group.dates.count
    between = 0.0
    if len(group.own) > 1 and within > 0:
        q = (group.all.squares - group.within_symbols) / within
        scale = (count - group.squared_counts / count) / within
        between = max((q - (len(group.own) - 1)) / scale, 0.0)
    mine = group.own.get(column)
    own = mine.count if mine else 0
    share = between / (between + within / own) if own and between > 0 else 0.0
    own_mean = mine.mean if mine else group_mean
    spread = share * within / max(own, 1) + (1 - share) ** 2 * group_var
    if not own:
        spread += between
    return Analogue(
        event=event,
        column=column,
        day0=day0,
        mean=group_mean + share * (own_mean - group_mean),
        se=float(np.sqrt(spread)),
        own=own,
        group=count,
        dates=group.dates.count,
    )


def cells(found: Reactions) -> Cells:
    """The analogue of each symbol and day; of several events on one day the surest speaks."""
    best: dict[tuple[int, int], tuple[float, float]] = {}
    for one in analogues(found):
        score = one.mean / one.se if one.se > 0 else np.nan
        known = best.get((one.day0, one.column))
        if known is None or not abs(known[1]) >= abs(score):
            best[one.day0, one.column] = (one.mean, score)
    places = np.array(list(best), np.int64).reshape(-1, 2)
    values = np.array(list(best.values()), np.float64).reshape(-1, 2)
    return Cells(places[:, 0], places[:, 1], values[:, 0], values[:, 1])
