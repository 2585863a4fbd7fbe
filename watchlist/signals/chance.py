"""What a market where nothing happens does to a signal: the number to hold beside every count.

The market is seeded. Returns are t(4) with a market and a sector factor; log dollar volume is
autoregressive, unrelated to returns; events fall on random days and do nothing. Fat tails and slow
volume are thus counted as chance; volatility that clusters is not.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from watchlist.signals.events import Events
from watchlist.signals.panel import Panel, benchmark_activity
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import Floats
from watchlist.signals.states import begins, own_percentiles, rarity, states
from watchlist.study import StudyDesign

_SESSIONS, _SYMBOLS, _SEED = 1512, 40, 20250320
_EVENTS, _CATEGORIES = 240, 24
_RANKED = slice(900, _SESSIONS, 7)
_VOLUME_MEMORY = 0.6
_VOLUME_SHOCK = 0.5
_T_DF = 4


class Chance:
    """Signals on the noise market, each measured when it is first asked for."""

    def __init__(self, design: StudyDesign | None = None) -> None:
        self._design = design or StudyDesign()
        self._measured: dict[Signal, Measured] = {}
        self._rarities: dict[Signal, Floats] = {}

    @cached_property
    def _market(self) -> Panel:
        return noise_panel(
            _SESSIONS,
            _SYMBOLS,
            _SEED,
            events=_EVENTS,
            categories=_CATEGORIES,
            design=self._design,
        )

    def _of(self, signal: Signal) -> Measured:
        if signal not in self._measured:
            self._measured[signal] = signal.measure(self._market)
        return self._measured[signal]

    def alert_rate(self, signal: Signal, rule: Rule) -> float | None:
        """Alerts per session with a value, by chance; None where chance has no part."""
        if not signal.by_chance:
            return None
        measured = self._of(signal)
        known = int(np.isfinite(measured.value).sum())
        return int(begins(states(measured, rule)).sum()) / known if known else None

    def calibrated(self, signal: Signal, seen: float) -> float:
        """How often noise looks at least as rare as `seen`.

        A level that wanders is at the edge of its own year much more often than 1 day in 253; this
        is what makes the rarity of a trend and that of a single day comparable.
        """
        if signal not in self._rarities:
            ranks = own_percentiles(signal, self._of(signal), _RANKED)
            found = rarity(ranks, signal.rule)
            self._rarities[signal] = np.sort(found[np.isfinite(found)])
        noise = self._rarities[signal]
        if not len(noise):
            return seen
        hits = float(np.searchsorted(noise, seen, side="right"))
        return max(seen, (hits + 1.0) / (len(noise) + 1.0))


def noise_panel(
    sessions: int,
    symbols: int,
    seed: int,
    *,
    events: int = 0,
    categories: int = 3,
    missing: float = 0.0,
    design: StudyDesign | None = None,
) -> Panel:
    """A panel of pure noise.

    Parameters
    ----------
    sessions, symbols : size.
    seed : the same seed gives the same panel to the bit.
    events : random event days with one named and one exposed symbol each; every third one was
        scheduled 15 weekdays before.
    categories : kinds of events, in turn.
    missing : share of bars taken out at random.
    design : how abnormal returns are estimated; the packaged one by default.
    """
    rng = np.random.default_rng(seed)
    unit = np.sqrt((_T_DF - 2) / _T_DF)
    market = 0.010 * unit * rng.standard_t(_T_DF, sessions)
    sector = 0.8 * market + 0.012 * unit * rng.standard_t(_T_DF, sessions)
    beta = rng.uniform(0.5, 1.5, symbols)
    own = 0.035 * unit * rng.standard_t(_T_DF, (sessions, symbols))
    ret = np.maximum(beta * market[:, None] + 0.5 * sector[:, None] + own, -0.9)
    close = 10.0 * np.exp(np.cumsum(np.log1p(ret), axis=0))
    previous = close / (1.0 + ret)
    overnight = rng.uniform(0.1, 0.5, (sessions, symbols))
    start = previous * (1.0 + ret) ** overnight
    wick = np.abs(rng.standard_normal((2, sessions, symbols))) * 0.01
    high = np.maximum(start, close) * (1.0 + wick[0])
    low = np.minimum(start, close) / (1.0 + wick[1])
    volume = 1e6 * np.exp(_autoregressive(rng, sessions, symbols))
    gone = rng.random((sessions, symbols)) < missing
    for array in (start, high, low, close, volume, ret):
        array[gone] = np.nan
    benchmark = 1e8 * np.exp(_autoregressive(rng, sessions, 1))
    return Panel(
        sessions=np.busday_offset("2015-01-01", np.arange(sessions), roll="forward"),
        symbols=tuple(f"S{i}" for i in range(symbols)),
        open=start,
        high=high,
        low=low,
        close=close,
        volume=volume,
        ret=ret,
        trade_ret=ret,
        factors=np.column_stack([market, sector]),
        factor_names=("SPY", "REMX"),
        market_of=np.zeros(symbols, np.int64),
        sector_of=np.ones(symbols, np.int64),
        market_activity=benchmark_activity(np.ones((sessions, 1)), benchmark, [0]),
        events=_random_events(rng, sessions, symbols, events, categories),
        design=design or StudyDesign(),
    )


def _autoregressive(rng: np.random.Generator, sessions: int, symbols: int) -> Floats:
    shocks = rng.normal(0.0, _VOLUME_SHOCK, (sessions, symbols))
    for row in range(1, sessions):
        shocks[row] += _VOLUME_MEMORY * shocks[row - 1]
    return shocks


def _random_events(
    rng: np.random.Generator, sessions: int, symbols: int, count: int, categories: int
) -> Events:
    if not count:
        return Events()
    calendar = np.busday_offset("2015-01-01", np.arange(sessions), roll="forward")
    day0 = np.sort(rng.integers(20, sessions, count))
    known = calendar[day0 - 15].copy()
    known[np.arange(count) % 3 != 0] = np.datetime64("NaT")
    named = rng.integers(0, symbols, count)
    exposed = (named + 1) % symbols
    mentions = 5 * count
    return Events(
        event_ids=tuple(f"event-{i}" for i in range(count)),
        categories=tuple(f"kind-{i % categories}" for i in range(count)),
        announced_on=calendar[day0],
        known_on=known,
        pair_event=np.repeat(np.arange(count), 2),
        pair_column=np.column_stack([named, exposed]).ravel(),
        pair_named=np.tile([True, False], count),
        pair_day0=np.repeat(day0, 2),
        mention_column=rng.integers(0, symbols, mentions),
        mention_row=rng.integers(0, sessions, mentions),
    )
