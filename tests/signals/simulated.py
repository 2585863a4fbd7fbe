"""Noise markets with and without a planted signal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from watchlist.signals import Panel
from watchlist.signals.chance import noise_panel
from watchlist.signals.moves import volume_z

SESSIONS, SYMBOLS = 1250, 16
PLANTED = "abnormal_volume"
EFFECT = 0.003
"""Abnormal return of the next session per deviation of abnormal volume: 9 % of a day's noise."""


def market(seed: int) -> Panel:
    """Five years of sixteen symbols on which nothing happens."""
    return noise_panel(SESSIONS, SYMBOLS, seed, events=150, categories=3)


def planted(seed: int) -> Panel:
    """The same, but abnormal volume really does forecast the next session."""
    panel = market(seed)
    push = EFFECT * np.clip(np.nan_to_num(volume_z(panel)), -3.0, 3.0)
    ret = panel.ret.copy()
    ret[1:] += push[:-1]
    return replace(panel, ret=ret, trade_ret=ret)
