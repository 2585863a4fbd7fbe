"""Bars of a seeded market for the catalogue's own symbols, with known effects of its events."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from watchlist.errors import PermanentSourceError
from watchlist.sources.market import ORIGIN, Floats, Instrument, Market, news_volume
from watchlist.sources.protocol import BadRow, Fetched, bar_frame, window

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Event, Security
    from watchlist.clock import Clock

FIRST_SESSION = date(2023, 1, 3)

NAMED_EFFECT = (0.03, 0.18)
"""Size of the day-0 abnormal return of a security that the event names."""

EXPOSED_EFFECT = (0.005, 0.04)

DRIFT = (-0.1, 0.3)
"""Day +1 of a named security, as a share of its day 0: some reversal, mostly drift."""

TOLD_DAYS = range(-5, 21)
"""Days around day 0 for which `planted` tells what was added."""

LOWEST_RETURN = -0.9


@dataclass(frozen=True)
class _Calendar:
    sessions: list[date]
    day_zero: dict[str, date | None]
    """Of each event."""


class SimulatedSource:
    """The market of `market.py` plus what the catalogue's events add to it.

    On an event's day 0 (and, for named securities, on the day after) a known abnormal return is
    added to the simple return: ret = normal + planted. A study that estimates the normal return
    well finds the planted one as AR, up to the noise of that day. No dividends, no splits.

    Parameters
    ----------
    catalog : Catalog
        Whose securities are traded and whose events move them.
    clock : Clock
        Bars come up to the last session that has closed.
    seed : int
        Another seed is another market with other effects.
    """

    def __init__(self, catalog: Catalog, clock: Clock, *, seed: int = 2026) -> None:
        self.catalog = catalog
        self.clock = clock
        self.seed = seed
        self._extras: dict[str, Floats] = {}

    @property
    def name(self) -> str:
        """`simulated`."""
        return "simulated"

    @property
    def bad_rows(self) -> Sequence[BadRow]:
        """None: nothing is read."""
        return ()

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        """Bars within the security's life, from `FIRST_SESSION` to the last closed session.

        Raises
        ------
        PermanentSourceError
            The security is not one of the catalogue.
        """
        if security.symbol not in self._instruments:
            raise PermanentSourceError(f"{security.symbol} is not in the catalogue")
        bars = window(self._bars(security), start, end)
        note = None if bars.height else "the simulated market has no closed session there"
        return Fetched(bars, currency=security.currency, note=note)

    def planted(self) -> pl.DataFrame:
        """What a study without noise would find around each event.

        Returns
        -------
        DataFrame
            event_id, symbol, day (sessions from day 0, -5 to 20), session, ar. `ar` is all that
            was added to that symbol's return on that session, also by another event of the same
            days, for that is what an abnormal return measures; days without any are left out.
        """
        rows = []
        for event in self._events:
            for symbol, _ in event.targets:
                security = self._planted_into(symbol)
                at = None if security is None else self._position(event, security)
                if security is None or at is None:
                    continue
                sessions, extra = self._life(security), self._extra(security)
                rows += [
                    (event.event_id, symbol, day, sessions[at + day], float(extra[at + day]))
                    for day in TOLD_DAYS
                    if 0 <= at + day < len(sessions) and extra[at + day] != 0
                ]
        schema = {
            "event_id": pl.String,
            "symbol": pl.String,
            "day": pl.Int16,
            "session": pl.Date,
            "ar": pl.Float64,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _bars(self, security: Security) -> pl.DataFrame:
        """All closed sessions; each column is drawn whole and cut to the sessions at the end."""
        symbol, sessions = security.symbol, self._life(security)
        if not sessions:
            return bar_frame(pl.DataFrame({"session": pl.Series([], dtype=pl.Date)}))
        at = [(session - ORIGIN).days for session in sessions]
        extra = self._extra(security)
        returns, idle = self._traded(security, self._market.returns(symbol)[at], extra)
        close = self._market.first_price(symbol) * np.cumprod(1 + returns)
        before = np.concatenate([[self._market.first_price(symbol)], close[:-1]])
        gap, up, down = (column[at] for column in self._market.ranges(symbol))
        opened = np.where(idle, close, before + gap * (close - before))
        high = np.where(idle, close, np.maximum(opened, close) * (1 + up))
        low = np.where(idle, close, np.minimum(opened, close) * (1 - down))
        volume = np.where(idle, 0, self._market.volume(symbol)[at] * news_volume(extra))
        frame = pl.DataFrame(
            {
                "session": sessions,
                "open": opened,
                "high": high,
                "low": low,
                "close": close,
                "adj_close": close,
                "volume": np.rint(volume),
                "dividend": np.zeros(len(sessions)),
                "split": np.ones(len(sessions)),
            }
        )
        return bar_frame(frame)

    def _traded(
        self, security: Security, normal: Floats, extra: Floats
    ) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """Returns as traded prices show them: what an idle day misses comes with the next trade.

        The session before, on and after a planted effect always trades, so that day 0 shows its
        own return and nothing else.
        """
        at = [(session - ORIGIN).days for session in self._life(security)]
        news = extra != 0
        near = news | np.append(news[1:], False) | np.append(False, news[:-1])
        idle = self._market.idle(security.symbol)[at] & ~near
        returns = np.maximum(normal + extra, LOWEST_RETURN)
        missed = 1.0
        for i in range(len(returns)):
            if idle[i]:
                missed *= 1 + returns[i]
                returns[i] = 0.0
            elif missed != 1.0:
                returns[i] = missed * (1 + returns[i]) - 1
                missed = 1.0
        return returns, idle

    def _extra(self, security: Security) -> Floats:
        """The planted return of each session of the security's life; zero on most."""
        if security.symbol not in self._extras:
            self._extras[security.symbol] = self._plant(security)
        return self._extras[security.symbol]

    def _plant(self, security: Security) -> Floats:
        sessions = self._life(security)
        extra = np.zeros(len(sessions))
        if self._planted_into(security.symbol) is None:
            return extra
        for event in self._events:
            relation = dict(event.targets).get(security.symbol)
            at = None if relation is None else self._position(event, security)
            if relation is None or at is None:
                continue
            for day, ar in enumerate(self._effect(event, security.symbol, relation)):
                if at + day < len(sessions):
                    extra[at + day] += ar
        return extra

    def _effect(self, event: Event, symbol: str, relation: str) -> tuple[float, ...]:
        """Planted returns from day 0 on; their sign is that of the event's direction."""
        stream = self._market.stream("planted", event.event_id, symbol)
        size = stream.uniform(*(NAMED_EFFECT if relation == "named" else EXPOSED_EFFECT))
        drift, coin = stream.uniform(*DRIFT), stream.choice([-1.0, 1.0])
        ar = {"supportive": 1.0, "adverse": -1.0}.get(event.direction, coin) * size
        return (ar, ar * drift) if relation == "named" else (ar,)

    def _planted_into(self, symbol: str) -> Security | None:
        """The security if effects are planted into it: firms only, for factors stay untreated."""
        it = self._instruments.get(symbol)
        return self.catalog.security(symbol) if it is not None and it.firm else None

    def _life(self, security: Security) -> list[date]:
        sessions = self._calendars[security.calendar].sessions
        first = bisect_left(sessions, security.valid_from or FIRST_SESSION)
        last = bisect_right(sessions, security.valid_to or date.max)
        return sessions[first:last]

    def _position(self, event: Event, security: Security) -> int | None:
        """Where day 0 stands in the security's life; None if outside."""
        day0 = self._calendars[security.calendar].day_zero.get(event.event_id)
        sessions = self._life(security)
        if day0 is None or not sessions or not sessions[0] <= day0 <= sessions[-1]:
            return None
        return bisect_left(sessions, day0)

    @cached_property
    def _events(self) -> list[Event]:
        return [event for event in self.catalog.events if event.status == "happened"]

    @cached_property
    def _instruments(self) -> dict[str, Instrument]:
        return {
            s.symbol: Instrument(
                s.symbol,
                s.market,
                s.sector_factor,
                firm=s.role in ("watchlist", "peer"),
                thin=s.stage == "explorer",
            )
            for s in self.catalog.securities
            if s.pulled
        }

    @cached_property
    def _now(self) -> datetime:
        """One moment for the whole run, so that all symbols end with the same session."""
        return self.clock.now().astimezone(UTC)

    @cached_property
    def _market(self) -> Market:
        return Market(self.seed, self._instruments, (self._now.date() - ORIGIN).days + 1)

    @cached_property
    def _calendars(self) -> dict[str, _Calendar]:
        from watchlist.calendar import day_zero, sessions

        codes = {s.calendar for s in self.catalog.securities if s.pulled}
        every = sessions(codes, FIRST_SESSION, self._now.date())
        closed = every.filter(pl.col("close_at") <= self._now)
        return {
            code: _Calendar(
                part["session"].to_list(),
                {event.event_id: day_zero(event, part).session for event in self._events},
            )
            for code in codes
            for part in [closed.filter(pl.col("calendar") == code)]
        }
