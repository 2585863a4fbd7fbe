"""Every other day as if it were the event: ranks that need no law, and bands for the charts.

There are only (securities x sessions) different statistics, so they are all computed once; a rank
among them is exact and a draw is an index. Days of known events are not placebo days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchlist.study.models import Fits
from watchlist.study.power import mde_placebo
from watchlist.study.windows import forecasts, path_scars, standardized

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BAND = (0.025, 0.975)


class Rank(NamedTuple):
    """A placebo p, the smallest p that so many days could give, and their number."""

    p: float
    floor: float
    days: int
    note: str | None = None
    detectable: float = math.nan
    """Shift of the statistic that is found with power 0.8; only of a portfolio's rank."""


class Ranks(NamedTuple):
    """The `Rank` of P pairs."""

    p: Floats
    floor: Floats
    days: Ints
    notes: list[str | None]


@dataclass
class PlaceboTable:
    """Standardized window effects of every session, for Q series (a security and its factors)."""

    fits: list[Fits]
    """Q fits, each of T pairs: session t as day 0."""
    first_day: int
    """Day of the first column of each fit's `ar`."""
    event_rows: Bools
    """(Q, T) sessions on or just after an event of that security."""
    least: int
    """Clean days below which windows that meet other events are let in, without those days."""
    min_observations: int
    why_none: str | None = None
    """Why there are no placebo days for this model."""
    _cache: dict[tuple[int, int], tuple[Floats, Floats]] = field(default_factory=dict)
    _pools: dict[tuple[int, int, int], _Pool] = field(default_factory=dict)
    _portfolios: dict[tuple[bytes, int, int], _Pool] = field(default_factory=dict)
    _bare: dict[int, Fits] = field(default_factory=dict)

    def scars(self, first: int, last: int) -> tuple[Floats, Floats]:
        """SCAR of [first, last] around every session, strict and relaxed.

        strict : (Q, T), NaN unless the window is whole and holds no event day
        relaxed : (Q, T), event days left out of the window, NaN if less than half is left or if
            the session itself is an event day
        """
        key = (first, last)
        if key not in self._cache:
            each = [self._scars_of(q, first, last) for q in range(len(self.fits))]
            self._cache[key] = (np.stack([a for a, _ in each]), np.stack([b for _, b in each]))
        return self._cache[key]

    def rank(self, q: int, scar: float, first: int, last: int) -> Rank:
        """Two-sided rank of one pair's SCAR among the placebo days of its series."""
        if self.why_none is not None:
            return Rank(math.nan, math.nan, 0, self.why_none)
        key = (q, first, last)
        if key not in self._pools:
            strict, relaxed = self.scars(first, last)
            self._pools[key] = _pool(strict[q], relaxed[q], self.least)
        return _rank(scar, self._pools[key])

    def ranks(self, qs: Ints, scars: Floats, first: int, lasts: Ints) -> Ranks:
        """`rank` of P pairs over windows that end on days of their own; none where one is empty."""
        p, floor = np.full((2, len(qs)), math.nan)
        days, notes = np.zeros(len(qs), dtype=np.int64), [self.why_none] * len(qs)
        if self.why_none is None:
            for i in np.flatnonzero(lasts >= first).tolist():
                rank = self.rank(int(qs[i]), float(scars[i]), first, int(lasts[i]))
                p[i], floor[i], days[i], notes[i] = rank[:4]
        return Ranks(p, floor, days, notes)

    def portfolio_rank(self, qs: Ints, statistic: float, first: int, last: int) -> Rank:
        """Rank of the mean SCAR of several pairs on one date: their mean SCAR on other dates."""
        if self.why_none is not None:
            return Rank(math.nan, math.nan, 0, self.why_none)
        pool = self._portfolio(qs, first, last)
        return _rank(statistic, pool)._replace(detectable=mde_placebo(pool.signed))

    def band(self, q: int, first: int, last: int) -> tuple[Floats, Floats, int]:
        """Quantiles of the standardized CAR path [first, first], [first, first + 1], ...

        Returns
        -------
        (L,) lower and upper quantile in standard errors, and the number of days behind them.
        """
        strict = path_scars(self.fits[q], self.first_day, first, last)
        whole = np.isfinite(strict).all(axis=1) & self._clean(q, first, last) & self._sound(q)
        paths = strict[whole]
        if len(paths) < self.least:
            bare = self._without_events(q)
            relaxed = path_scars(bare, self.first_day, first, last, missing_ok=True)
            there = self._sound(q) & ~self.event_rows[q] & self._half(bare, first, last)
            paths = relaxed[there]
        if len(paths) < 20:
            blank = np.full(last - first + 1, np.nan)
            return blank, blank, len(paths)
        # column by column is many times slower, and seldom needed
        quantile = np.quantile if np.isfinite(paths).all() else np.nanquantile
        low, high = quantile(paths, BAND, axis=0)
        return low, high, len(paths)

    def bands(self, qs: Ints, first: int, last: int) -> tuple[Floats, Floats, Ints]:
        """(P, L) lower and upper quantile and (P,) days of `band` of the series of P pairs."""
        low, high = np.full((2, len(qs), last - first + 1), math.nan)
        days = np.zeros(len(qs), dtype=np.int64)
        if self.why_none is None:
            for q in np.unique(qs):
                low[qs == q], high[qs == q], days[qs == q] = self.band(q, first, last)
        return low, high, days

    def draw(
        self, groups: list[Ints], first: int, last: int, draws: int, rng: np.random.Generator
    ) -> Floats:
        """(draws,) mean over dates of the date's mean SCAR, each date moved to a random clean day.

        Parameters
        ----------
        groups : the series of the pairs on each date; all pairs of a date move together
        """
        total = np.zeros(draws)
        for qs in groups:
            sizes = self._portfolio(qs, first, last).signed
            if not len(sizes):
                return np.full(draws, np.nan)
            total += sizes[rng.integers(0, len(sizes), size=draws)]
        return total / max(len(groups), 1)

    def _portfolio(self, qs: Ints, first: int, last: int) -> _Pool:
        """Mean SCARs of some series; the pairs of a date stand together in many groups."""
        key = (qs.tobytes(), first, last)
        if key not in self._portfolios:
            strict, relaxed = self.scars(first, last)
            pool = _pool(strict[qs].mean(axis=0), relaxed[qs].mean(axis=0), self.least)
            self._portfolios[key] = pool
        return self._portfolios[key]

    def _scars_of(self, q: int, first: int, last: int) -> tuple[Floats, Floats]:
        # a window that is whole though the event days were taken out never had one
        car, se, days = forecasts(self._without_events(q), self.first_day, first, last)
        length, scar, sound = last - first + 1, standardized(car, se), self._sound(q)
        strict = np.where(sound & (days == length), scar, np.nan)
        enough = sound & ~self.event_rows[q] & (2 * days >= length)
        return strict, np.where(enough, scar, np.nan)

    def _sound(self, q: int) -> Bools:
        return np.asarray(self.fits[q].observations >= self.min_observations)

    def _clean(self, q: int, first: int, last: int) -> Bools:
        """(T,) no event day in [t + first, t + last]."""
        total = len(self.event_rows[q])
        counts = np.concatenate([[0], np.cumsum(self.event_rows[q])])
        t = np.arange(total)
        low, high = np.clip(t + first, 0, total), np.clip(t + last + 1, 0, total)
        return np.asarray(counts[high] == counts[low])

    def _half(self, fits: Fits, first: int, last: int) -> Bools:
        span = fits.ar[:, first - self.first_day : last - self.first_day + 1]
        return np.asarray(2 * np.isfinite(span).sum(axis=1) >= span.shape[1])

    def _without_events(self, q: int) -> Fits:
        if q in self._bare:
            return self._bare[q]
        fits = self.fits[q]
        width = fits.ar.shape[1]
        at = np.arange(len(fits.ar))[:, None] + np.arange(self.first_day, self.first_day + width)
        total = len(self.event_rows[q])
        hit = self.event_rows[q][np.clip(at, 0, total - 1)] & (at >= 0) & (at < total)
        self._bare[q] = replace(fits, ar=np.where(hit, np.nan, fits.ar))
        return self._bare[q]


class _Pool(NamedTuple):
    """The placebo statistics that an event is ranked among."""

    signed: Floats
    sizes: Floats
    """Their absolute values, ascending."""
    clean: bool
    """No window meets an event."""


def _pool(strict: Floats, relaxed: Floats, least: int) -> _Pool:
    signed = strict[np.isfinite(strict)]
    clean = len(signed) >= least
    if not clean:
        signed = relaxed[np.isfinite(relaxed)]
    return _Pool(signed, np.sort(np.abs(signed)), clean)


def _rank(statistic: float, pool: _Pool) -> Rank:
    """p = (1 + days at least as extreme) / (1 + days)."""
    days = len(pool.sizes)
    if not math.isfinite(statistic):
        return Rank(math.nan, math.nan, days, "the event has no standardized effect")
    if days < 19:
        return Rank(math.nan, math.nan, days, f"{days} placebo days are too few to rank among")
    below = int(np.searchsorted(pool.sizes, abs(statistic) * (1 - 1e-12)))
    note = None
    if not pool.clean:
        note = "placebo windows meet other events; those days are left out of them"
    return Rank((1 + days - below) / (1 + days), 1 / (1 + days), days, note)
