"""What a design needs beside plain returns: baskets of peers, sector names, panels of volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from watchlist.errors import StudyError
from watchlist.study.baskets import Peers, with_baskets
from watchlist.study.design import MARKET_VOLUME, PEERS, PLACEHOLDERS, SECTOR, StudyDesign
from watchlist.study.pairs import Own
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
    from watchlist.study.volume import market_log_volume

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
