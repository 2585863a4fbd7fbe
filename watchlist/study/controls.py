"""What a design needs beside plain returns: sector funds, baskets of peers, donors, volume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from watchlist.errors import StudyError
from watchlist.study.design import MARKET_VOLUME, PEERS, PLACEHOLDERS, SECTOR, StudyDesign
from watchlist.study.models import Bools, Floats
from watchlist.study.pairs import Own, Pairs
from watchlist.study.panel import Panel, panel_from_frame


def as_panel(
    returns: pl.DataFrame | Panel, factors: pl.DataFrame | None, design: StudyDesign
) -> Panel:
    """The panel that a caller means: a frame or a panel, with factors joined, in logs if asked."""
    panel = returns if isinstance(returns, Panel) else panel_from_frame(returns)
    if factors is not None:
        panel = panel.with_factors(factors)
    return panel.in_logs() if design.returns == "log" else panel


def prepare(
    panel: Panel,
    events: pl.DataFrame,
    design: StudyDesign,
    sectors: Mapping[str, str],
    peers: Peers,
) -> tuple[Panel, Own]:
    """The panel that the design studies, and the series behind its placeholder factors."""
    own: dict[str, Mapping[tuple[str, str], str]] = {}
    keys = list(events.select("event_id", "symbol").iter_rows())
    if SECTOR in design.factors:
        own[SECTOR] = {key: sectors[key[1]] for key in keys if key[1] in sectors}
    if PEERS in design.factors:
        panel, own[PEERS] = with_baskets(
            panel, events, peers, leave_out_targets=design.peers_without_targets
        )
    if design.subject == "volume":
        panel, names = _volume(panel)
        own[MARKET_VOLUME] = {key: names[key[1]] for key in keys if key[1] in names}
    return panel, own


def everyone_else(
    panel: Panel, events: pl.DataFrame, sectors: Mapping[str, str], design: StudyDesign
) -> dict[str, list[str]]:
    """Peers where none are given: every other security that some event names."""
    controls = {*sectors.values(), *(f for f in design.factors if f not in PLACEHOLDERS)}
    named = [s for s in events["symbol"].unique().sort() if panel.has(s) and s not in controls]
    return {symbol: [s for s in named if s != symbol] for symbol in named}


def _volume(panel: Panel) -> tuple[Panel, dict[str, str]]:
    """A panel of log dollar volume, with the log volume of the others beside each security."""
    from watchlist.study.controls import market_log_volume

    if panel.dollar_volume is None:
        raise StudyError(
            "a study of volume needs dollar volume",
            "give the frame of returns a column dollar_volume",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(panel.dollar_volume > 0, np.log(panel.dollar_volume), np.nan)
    names = {symbol: f"volume of all but {symbol}" for symbol in panel.symbols}
    wide = np.hstack([logs, market_log_volume(logs)])
    volume = None
    if panel.volume is not None:
        volume = np.hstack([panel.volume, np.full_like(logs, np.nan)])
    made = replace(
        panel,
        symbols=(*panel.symbols, *names.values()),
        returns=wide,
        volume=volume,
        dollar_volume=None,
        trade_returns=None,
        gaps=None,
    )
    return made, names


Peers = Mapping[str, Sequence[str]]
"""The peers of each security."""


def basket(panel: Panel, members: Sequence[str]) -> Floats:
    """(T,) mean return of the members that have one; NaN where none has."""
    columns = [panel.column(symbol) for symbol in members if panel.has(symbol)]
    returns = panel.returns[:, columns]
    there = np.isfinite(returns)
    count = there.sum(axis=1)
    total = np.where(there, returns, 0.0).sum(axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def with_baskets(
    panel: Panel, events: pl.DataFrame, peers: Peers, *, leave_out_targets: bool
) -> tuple[Panel, dict[tuple[str, str], str]]:
    """The panel with a basket of peers for every pair, and the name of each pair's basket.

    A basket never holds the security itself; with `leave_out_targets` it holds no target of the
    event. Equal baskets are one column.
    """
    targets: dict[str, set[str]] = {}
    for event, symbol in events.select("event_id", "symbol").iter_rows():
        targets.setdefault(event, set()).add(symbol)
    names: dict[tuple[str, str], str] = {}
    made: dict[tuple[str, ...], str] = {}
    for event, symbol in events.select("event_id", "symbol").iter_rows():
        out = targets[event] if leave_out_targets else {symbol}
        members = tuple(
            sorted(s for s in peers.get(symbol, ()) if s not in out | {symbol} and panel.has(s))
        )
        if not members:
            continue
        if members not in made:
            made[members] = "peers:" + "+".join(members)
            panel = panel.with_series(made[members], basket(panel, members))
        names[event, symbol] = made[members]
    return panel, names


def donors(panel: Panel, pairs: Pairs, events: pl.DataFrame, peers: Peers) -> Bools:
    """(P, S) the untreated peers of each pair: no target of its event, not the security itself."""
    targets: dict[str, set[str]] = {}
    for event, symbol in events.select("event_id", "symbol").iter_rows():
        targets.setdefault(event, set()).add(symbol)
    out = np.zeros((len(pairs), len(panel.symbols)), dtype=bool)
    for p, (event, symbol) in enumerate(zip(pairs.events, pairs.symbols, strict=True)):
        for other in peers.get(symbol, ()):
            if other not in targets[event] and other != symbol and panel.has(other):
                out[p, panel.column(other)] = True
    return out


def market_log_volume(log_volume: ArrayLike, *, window: int = 120) -> Floats:
    """(T, S) the market's log volume for each firm: the mean of the *other* firms' deviations.

    Deviations are from each firm's own mean of the last `window` sessions, so that a large firm
    does not rule and one that enters or leaves does not shift the level. NaN before anything can
    be compared.
    """
    v = np.asarray(log_volume, dtype=float)
    known = np.isfinite(v)
    zero = np.zeros((1, v.shape[1]))
    total = np.vstack([zero, np.cumsum(np.where(known, v, 0.0), axis=0)])
    count = np.vstack([zero, np.cumsum(known, axis=0)])
    end = np.arange(len(v))
    start = np.maximum(end - window, 0)
    past = count[end] - count[start]
    usual = np.where(past >= 10, (total[end] - total[start]) / np.maximum(past, 1), np.nan)
    deviation = v - usual
    there = np.isfinite(deviation)
    value = np.where(there, deviation, 0.0)
    others = there.sum(axis=1, keepdims=True) - there
    rest = value.sum(axis=1, keepdims=True) - value
    return np.where(others > 0, rest / np.maximum(others, 1), np.nan)
