"""A seeded market on which nothing ever happens: what chance alone does to a signal.

Used to prove that a signal does not look ahead, to count the alerts that its threshold gives by
chance, and by the tests of judging. Returns are t(4) with a market and a sector factor; log
dollar volume is autoregressive, unrelated to returns; events fall on random days and do nothing.
"""

from __future__ import annotations

import numpy as np

from watchlist.signals.panel import Events, Panel, benchmark_activity
from watchlist.signals.rolling import Floats

_VOLUME_MEMORY = 0.6
_VOLUME_SHOCK = 0.5
_T_DF = 4


def noise_panel(
    sessions: int,
    symbols: int,
    seed: int,
    *,
    events: int = 0,
    categories: int = 3,
    missing: float = 0.0,
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
        market_of=np.zeros(symbols, np.int64),
        sector_of=np.ones(symbols, np.int64),
        market_activity=benchmark_activity(np.ones((sessions, 1)), benchmark, [0]),
        events=_random_events(rng, sessions, symbols, events, categories),
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
