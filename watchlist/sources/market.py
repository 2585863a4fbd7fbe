"""A seeded market: every number follows from (seed, symbol, day), whatever else is asked.

Each quantity has its own random stream, named by seed, symbol and purpose, and is drawn day by
day from `ORIGIN`. So a longer history begins with the shorter one, bit for bit, and no symbol
depends on which others are asked, or in what order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

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


class Market:
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
        """Shares of a quiet day, with slow swings; news multiplies it (see `news_volume`)."""
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


def news_volume(extra: Floats) -> Floats:
    """How many times the quiet volume is traded, from the planted returns of each session.

    A move of 10 percent trades five times the usual on its day; the excess fades over a week.
    """
    out = np.empty_like(extra)
    excess = 0.0
    for i, move in enumerate(np.abs(extra)):
        excess = NEWS_DECAY * excess + 40.0 * move
        out[i] = 1.0 + excess
    return out
