"""Peers: an equal-weighted basket as a factor, and the untreated donors of a synthetic control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from watchlist.study.models import Bools, Floats
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Panel

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
