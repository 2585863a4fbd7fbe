"""Bars of a seeded market for the catalogue's own symbols, with known effects of its events.

Every number follows from (seed, symbol, day), whatever else is asked: each quantity has its own
random stream, named by seed, symbol and purpose, and is drawn day by day from `ORIGIN`. So a longer
history begins with the shorter one, bit for bit, and no symbol depends on which others are asked,
or in what order.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.errors import PermanentSourceError
from watchlist.sources.protocol import BadRow, Fetched, bar_frame, no_bars, window

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Event, Security, Target
    from watchlist.clock import Clock

Floats = NDArray[np.float64]

ORIGIN = date(2023, 1, 1)
"""Day 0 of every stream; days are calendar days, so any exchange can take those that it trades."""

PERSISTENCE = 0.95
"""Daily autocorrelation of log volatility (Taylor 1986): clusters with a half-life of two weeks."""

VOLATILITY_SPREAD = 0.2
"""Standard deviation of log volatility around its mean."""

DEGREES = 5.0
"""Of the Student t shocks: kurtosis 9 before the clusters add to it."""

LARGEST_SHOCK = 8.0
"""Shocks are cut, on both sides alike, at so many standard deviations; the mean stays zero."""

NEWS_DECAY = 0.6
"""Share of the extra volume of news that is left a session later."""

FIRST_SESSION = date(2023, 1, 3)

NAMED_EFFECT = (0.03, 0.18)
"""Size of the day-0 abnormal return of a security that the event names."""

EXPOSED_EFFECT = (0.005, 0.04)

DRIFT = (-0.1, 0.3)
"""Day +1 of a named security, as a share of its day 0: some reversal, mostly drift."""

PLANTED_DAYS = range(-5, 21)
"""Days around day 0 for which `planted` says what was added."""

LOWEST_RETURN = -0.9


@dataclass(frozen=True)
class Instrument:
    """What the market has to know of a security."""

    symbol: str
    market: str | None = None
    """Symbol of the market factor; None makes the security a market of its own."""
    sector: str | None = None
    """Symbol of the sector factor; None makes it a fund or an index."""
    firm: bool = False
    """Firms have their own risk; funds follow their factors closely."""
    thin: bool = False
    """Nothing is traded on one day in thirty."""


class SimulatedMarket:
    """Normal returns, volumes and price ranges of the instruments, before any planted effect."""

    def __init__(self, seed: int, instruments: Mapping[str, Instrument], days: int) -> None:
        self.seed = seed
        self.instruments = instruments
        self.days = days
        self._returns: dict[str, Floats] = {}

    def returns(self, symbol: str) -> Floats:
        """Simple return of each calendar day from `ORIGIN`, without planted effects; fractions.

        A market follows its own shocks; a fund its market; a firm obeys exactly
        r = alpha + beta_m * r_market + beta_s * r_sector + e, so that a study with these two
        factors is well specified, and one with the market alone too (the sector fund is linear
        in the market).
        """
        if symbol not in self._returns:
            self._returns[symbol] = self._draw(symbol)
        return self._returns[symbol]

    def _draw(self, symbol: str) -> Floats:
        it = self.instruments.get(symbol, Instrument(symbol))
        if it.market is None or it.market == symbol:
            return 0.0004 + self.shocks(symbol, 0.010)
        betas = self.stream(symbol, "betas")
        to_market = float(betas.uniform(0.7, 1.3))
        if not it.firm:
            miners = self.shocks("miners", 0.008)
            return to_market * self.returns(it.market) + miners + self.shocks(symbol, 0.007)
        if it.sector is None or it.sector in (symbol, it.market):
            sector, to_sector = np.zeros(self.days), 0.0
        else:
            sector, to_sector = self.returns(it.sector), float(betas.uniform(0.4, 1.2))
        sigma = self.own_risk(symbol)
        # half the variance keeps a price of high risk from sinking to nothing over the years
        alpha = 0.5 * sigma**2
        own = alpha + (to_market - to_sector) * self.returns(it.market)
        return own + to_sector * sector + self.shocks(symbol, sigma)

    def own_risk(self, symbol: str) -> float:
        """Daily standard deviation of the firm's own shocks: 2 to 4 percent."""
        return float(self.stream(symbol, "risk").uniform(0.02, 0.04))

    def shocks(self, name: str, sigma: float) -> Floats:
        """Heavy-tailed shocks with clusters of volatility, standard deviation `sigma`."""
        shape = np.sqrt((DEGREES - 2) / DEGREES)
        shock = shape * self.stream(name, "shock").standard_t(DEGREES, size=self.days)
        clipped = np.clip(shock, -LARGEST_SHOCK, LARGEST_SHOCK)
        # E[exp(2h)] = exp(2 spread^2) for normal h: divided out, so that sigma is the average
        calm = np.exp(self._log_volatility(name) - VOLATILITY_SPREAD**2)
        return np.asarray(sigma * calm * clipped)

    def _log_volatility(self, name: str) -> Floats:
        step = self.stream(name, "volatility").standard_normal(self.days)
        out = np.empty(self.days)
        level, fresh = VOLATILITY_SPREAD * step[0], np.sqrt(1 - PERSISTENCE**2) * VOLATILITY_SPREAD
        for day in range(self.days):
            level = level if day == 0 else PERSISTENCE * level + fresh * step[day]
            out[day] = level
        return out

    def idle(self, symbol: str) -> NDArray[np.bool_]:
        """Days on which nothing is traded; none but for thin names."""
        it = self.instruments.get(symbol, Instrument(symbol))
        return (self.stream(symbol, "idle").uniform(size=self.days) < 1 / 30) & it.thin

    def volume(self, symbol: str) -> Floats:
        """Shares of a quiet day, with slow swings; news multiplies it (see `_news_volume`)."""
        it = self.instruments.get(symbol, Instrument(symbol))
        level = self.stream(symbol, "liquidity").uniform(*((12.5, 15.5) if it.firm else (15.5, 18)))
        noise = 0.35 * self.stream(symbol, "volume").standard_normal(self.days)
        swing = np.abs(self.returns(symbol)) / 0.03
        return np.asarray(np.exp(level + 2 * self._log_volatility(symbol) + noise + 0.3 * swing))

    def first_price(self, symbol: str) -> float:
        """Price before the first session: 3 to 30 for firms, 30 to 300 for funds."""
        it = self.instruments.get(symbol, Instrument(symbol))
        low, high = (3, 30) if it.firm else (30, 300)
        u = self.stream(symbol, "price").uniform()
        return float(low * (high / low) ** u)

    def ranges(self, symbol: str) -> tuple[Floats, Floats, Floats]:
        """Of each day: where in the move it opens (0 to 1), and how far high and low reach out."""
        stream = self.stream(symbol, "range")
        draws = stream.uniform(size=(self.days, 3))
        reach = self.own_risk(symbol) * 0.5
        return draws[:, 0], draws[:, 1] * reach, draws[:, 2] * reach

    def stream(self, *names: str) -> np.random.Generator:
        """The random stream of that name; the same for the same seed and names."""
        digest = hashlib.sha256("\0".join((str(self.seed), *names)).encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


@dataclass(frozen=True)
class _Calendar:
    sessions: list[date]
    day_zero: dict[str, date | None]
    """Of each event."""


class SimulatedSource:
    """A `SimulatedMarket` plus what the catalogue's events add to it.

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

    name = "simulated"
    bad_rows: Sequence[BadRow] = ()

    def __init__(self, catalog: Catalog, clock: Clock, *, seed: int = 2026) -> None:
        self.catalog = catalog
        self.clock = clock
        self.seed = seed
        self._extras: dict[str, Floats] = {}

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
            for symbol in (target.symbol for target in event.targets):
                security = self._planted_into(symbol)
                at = None if security is None else self._position(event, security)
                if security is None or at is None:
                    continue
                sessions, extra = self._life(security), self._extra(security)
                rows += [
                    (event.event_id, symbol, day, sessions[at + day], float(extra[at + day]))
                    for day in PLANTED_DAYS
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
            return no_bars()
        at = [(session - ORIGIN).days for session in sessions]
        extra = self._extra(security)
        returns, idle = self._traded(security, self._market.returns(symbol)[at], extra)
        close = self._market.first_price(symbol) * np.cumprod(1 + returns)
        before = np.concatenate([[self._market.first_price(symbol)], close[:-1]])
        gap, up, down = (column[at] for column in self._market.ranges(symbol))
        opened = np.where(idle, close, before + gap * (close - before))
        high = np.where(idle, close, np.maximum(opened, close) * (1 + up))
        low = np.where(idle, close, np.minimum(opened, close) * (1 - down))
        volume = np.where(idle, 0, self._market.volume(symbol)[at] * _news_volume(extra))
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
            target = next((t for t in event.targets if t.symbol == security.symbol), None)
            at = None if target is None else self._position(event, security)
            if target is None or at is None:
                continue
            for day, ar in enumerate(self._effect(event, target)):
                if at + day < len(sessions):
                    extra[at + day] += ar
        return extra

    def _effect(self, event: Event, target: Target) -> tuple[float, ...]:
        """Planted returns from day 0 on; their sign is that of the pair's direction."""
        stream = self._market.stream("planted", event.event_id, target.symbol)
        named = target.relation == "named"
        size = stream.uniform(*(NAMED_EFFECT if named else EXPOSED_EFFECT))
        drift, coin = stream.uniform(*DRIFT), stream.choice([-1.0, 1.0])
        ar = {"supportive": 1.0, "adverse": -1.0}.get(target.direction, coin) * size
        return (ar, ar * drift) if named else (ar,)

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
    def _market(self) -> SimulatedMarket:
        return SimulatedMarket(self.seed, self._instruments, (self._now.date() - ORIGIN).days + 1)

    @cached_property
    def _calendars(self) -> dict[str, _Calendar]:
        from watchlist.calendar import day_zero, sessions

        codes = {s.calendar for s in self.catalog.securities if s.pulled}
        # the range that a pull asks for too, so that it is made once
        every = sessions(codes, FIRST_SESSION, date(self._now.year + 1, 12, 31))
        closed = every.filter(pl.col("close_at") <= self._now)
        return {
            code: _Calendar(
                part["session"].to_list(),
                {event.event_id: day_zero(event, part).session for event in self._events},
            )
            for code in codes
            for part in [closed.filter(pl.col("calendar") == code)]
        }


def _news_volume(extra: Floats) -> Floats:
    """How many times the quiet volume is traded, from the planted returns of each session.

    A move of 10 percent trades five times the usual on its day; the excess fades over a week.
    """
    out = np.empty_like(extra)
    excess = 0.0
    for i, move in enumerate(np.abs(extra)):
        excess = NEWS_DECAY * excess + 40.0 * move
        out[i] = 1.0 + excess
    return out
