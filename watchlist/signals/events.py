"""Events as arrays: whom each reaches, how each pair of event and symbol was received.

Reactions are the event study's: its engine fits every pair on its estimation window before day 0,
and gives the abnormal return of day 0, the CAR of the days that follow, and their forecast errors.
They are also what some signals need of other symbols: a market that comes in pieces gives those
of each piece, and `join` makes them those of the market.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from watchlist.signals.rolling import Bools, Floats, Ints
from watchlist.study import Panel as Returns
from watchlist.study import StudyDesign
from watchlist.study.estimate import estimate
from watchlist.study.windows import forecasts, paths

Dates = NDArray[np.datetime64]

MOVED = 2.0
"""Standard errors from which a day-0 reaction counts as a move."""
WATCHED = 60
"""Sessions for which an event is followed."""
FIRST_DAY, LAST_DAY = 1, 5
"""The window of the effect: the week after day 0, which is still ahead on day 0."""


@dataclass(frozen=True, eq=False)
class Events:
    """Event × symbol pairs as parallel arrays, and the mentions of symbols in read documents."""

    event_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    announced_on: Dates = field(default_factory=lambda: np.array([], "datetime64[D]"))
    known_on: Dates = field(default_factory=lambda: np.array([], "datetime64[D]"))
    """When the schedule of an event was public; NaT for one that nobody could expect."""
    pair_event: Ints = field(default_factory=lambda: np.array([], np.int64))
    pair_column: Ints = field(default_factory=lambda: np.array([], np.int64))
    pair_named: Bools = field(default_factory=lambda: np.array([], np.bool_))
    pair_day0: Ints = field(default_factory=lambda: np.array([], np.int64))
    """Row of day 0; the number of sessions or more when it lies after the panel."""
    mention_column: Ints = field(default_factory=lambda: np.array([], np.int64))
    mention_row: Ints = field(default_factory=lambda: np.array([], np.int64))
    """The first session after the document's date."""

    def upto(self, rows: int, last: np.datetime64) -> Events:
        """What was known by the session `last`, row `rows - 1`."""
        scheduled = self.known_on[self.pair_event] <= last
        return self._keep((self.pair_day0 < rows) | scheduled, self.mention_row < rows)

    @property
    def reached(self) -> Ints:
        """Columns that an event or a document reaches."""
        return np.unique(np.concatenate([self.pair_column, self.mention_column]))

    def since(self, row: int) -> Events:
        """Pairs and mentions from a row on, which becomes row 0."""
        kept = self._keep(self.pair_day0 >= row, self.mention_row >= row)
        return replace(kept, pair_day0=kept.pair_day0 - row, mention_row=kept.mention_row - row)

    def select(self, columns: Ints, width: int) -> Events:
        """Pairs of the chosen columns out of `width`, renumbered."""
        place = np.full(width, -1)
        place[columns] = np.arange(len(columns))
        kept = self._keep(place[self.pair_column] >= 0, place[self.mention_column] >= 0)
        return replace(
            kept,
            pair_column=place[kept.pair_column],
            mention_column=place[kept.mention_column],
        )

    def _keep(self, pairs: Bools, mentions: Bools) -> Events:
        return replace(
            self,
            pair_event=self.pair_event[pairs],
            pair_column=self.pair_column[pairs],
            pair_named=self.pair_named[pairs],
            pair_day0=self.pair_day0[pairs],
            mention_column=self.mention_column[mentions],
            mention_row=self.mention_row[mentions],
        )


@dataclass(frozen=True, eq=False)
class Reactions:
    """Pairs whose day 0 has come, sorted by day 0; parallel arrays of P.

    NaN where the pair cannot be estimated: too young, no market factor, no return.
    """

    event: Ints
    category: NDArray[np.object_]
    column: Ints
    named: Bools
    day0: Ints
    sar: Floats
    """Day-0 abnormal return in standard errors."""
    effect: Floats
    """CAR[1, 5], fraction; NaN where a day is missing or has not come."""
    sigma: Floats
    """Residual standard deviation of the estimation window, fraction per session."""
    car: Floats
    """(P, 61) CAR[0, k], fraction; a session without a return adds nothing."""
    scar: Floats
    """(P, 61) the same over its forecast standard error."""

    def take(self, order: Ints) -> Reactions:
        """Some pairs, or all in another order."""
        return replace(self, **{f.name: getattr(self, f.name)[order] for f in fields(self)})

    @property
    def brief(self) -> Reactions:
        """Without the paths, which only the pair's own symbol needs."""
        return replace(self, car=self.car[:, :0], scar=self.scar[:, :0])


def react(
    events: Events,
    returns: Returns,
    factor: Ints,
    design: StudyDesign,
    masked: Bools | None,
) -> Reactions:
    """The event study of all pairs whose day 0 lies in the panel.

    Parameters
    ----------
    returns : whose first columns are those of the events
    factor : (symbols,) column of the market factor for each of them, -1 for none
    masked : rows that leave estimation windows
    """
    inside = np.flatnonzero(events.pair_day0 < len(returns.sessions))
    event, column, day0 = (
        x[inside] for x in (events.pair_event, events.pair_column, events.pair_day0)
    )
    count = len(inside)
    sar, effect, sigma = (np.full(count, np.nan) for _ in range(3))
    car, scar = (np.full((count, WATCHED + 1), np.nan) for _ in range(2))
    able = np.flatnonzero(factor[column] >= 0)
    following = replace(design, windows=((0, WATCHED),), chart=(0, 0))
    fits = estimate(
        returns, day0[able], column[able], factor[column[able]][:, None], following, masked
    )
    usable = (fits.observations >= design.min_observations) & (fits.sigma2 > 0)
    usable &= np.isfinite(fits.ar[:, 0])
    fits, able = fits.take(usable), able[usable]
    total, errors = paths(fits, 0, 0, WATCHED, missing_ok=True)
    week, _, days = forecasts(fits, 0, FIRST_DAY, LAST_DAY)
    car[able], scar[able], sigma[able] = total, total / errors, fits.sigma
    sar[able] = scar[able, 0]
    effect[able] = np.where(days == LAST_DAY - FIRST_DAY + 1, week, np.nan)
    found = Reactions(
        event=event,
        category=np.array(events.categories, object)[event],
        column=column,
        named=events.pair_named[inside],
        day0=day0,
        sar=sar,
        effect=effect,
        sigma=sigma,
        car=car,
        scar=scar,
    )
    return found.take(_order(found))


def join(parts: Sequence[Reactions]) -> Reactions:
    """Reactions of several pieces of a market, numbered alike, as those of the whole."""
    whole = Reactions(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Reactions)}
    )
    return whole.take(_order(whole))


def _order(found: Reactions) -> Ints:
    # ties by event and named first, so that the order does not depend on later pairs
    return np.lexsort((found.column, ~found.named, found.event, found.day0))
