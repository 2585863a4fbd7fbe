"""Signals of months: trend, reversal, distance from highs, risk regime."""

from __future__ import annotations

import numpy as np

from watchlist.signals.moves import ESTIMATION, FIRST_ESTIMATE, SCALE_LEAST, SCALE_WINDOW
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import (
    MAD_TO_SD,
    YEAR,
    YEAR_LEAST,
    Floats,
    lag,
    mean_absolute,
    own_z,
    rolling_count,
    rolling_max,
    rolling_sum,
)

HALF_YEAR, QUARTER, MONTH, WEEK = 126, 63, 21, 5
ANNUAL = np.sqrt(252.0)


def _growth(panel: Panel, first: int, last: int) -> Floats:
    """Simple return from `first` sessions ago to `last` sessions ago."""
    return np.expm1(lag(panel.log_path, last) - lag(panel.log_path, first))


def _momentum(panel: Panel) -> Measured:
    value = _growth(panel, YEAR, MONTH)
    return Measured(value, own_z(value))


def _momentum_quarter(panel: Panel) -> Measured:
    value = _growth(panel, QUARTER, 0)
    return Measured(value, own_z(value))


def _reversal(panel: Panel) -> Measured:
    value = _growth(panel, WEEK, 0)
    # the market's share of a return is in its scale too: a fund that tracks the market has hardly
    # any residual deviation to be held against
    scale = lag(mean_absolute(panel.ret, SCALE_WINDOW, SCALE_LEAST), WEEK)
    return Measured(value, value / (np.where(scale > 0, scale, np.nan) * np.sqrt(WEEK)))


def _high_distance(panel: Panel) -> Measured:
    path = panel.log_path
    known = np.isfinite(path)
    value = np.expm1(path - rolling_max(path, YEAR))
    # who has not been listed for a year has no high of one, nor has who hardly traded in it
    row, first_bar = np.arange(len(path))[:, None], known.argmax(axis=0)
    value[row < first_bar + YEAR - 1] = np.nan
    value[rolling_count(known, YEAR) < HALF_YEAR] = np.nan
    return Measured(value, value)


def _relative_strength(panel: Panel) -> Measured:
    lead = np.log1p(panel.ret) - np.log1p(panel.sector())
    both = np.isfinite(lead)
    value = np.expm1(rolling_sum(np.where(both, lead, 0.0), QUARTER))
    value[rolling_count(both, QUARTER) < QUARTER - WEEK] = np.nan
    return Measured(value, own_z(value))


def _beta(panel: Panel) -> Measured:
    return Measured(panel.abnormal.beta, own_z(panel.abnormal.beta))


def _residual_volatility(panel: Panel) -> Measured:
    short = mean_absolute(panel.abnormal.ar, MONTH, MONTH // 2)
    usual = mean_absolute(panel.abnormal.ar, YEAR, HALF_YEAR)
    return Measured(short * ANNUAL, np.log2(short / usual))


def _drawdown(panel: Panel) -> Measured:
    value = np.expm1(panel.log_path - np.fmax.accumulate(panel.log_path, axis=0))
    return Measured(value, value)


MOMENTUM = Signal(
    name="momentum_12_1",
    title="Momentum, 12 months less one",
    family="trend",
    definition="Return of the past year without its last month.",
    formula="total return from t−252 to t−21",
    source="Jegadeesh & Titman 1993 JF 48:65",
    parameters={"first": YEAR, "last": MONTH},
    unit="fraction",
    direction="up",
    minimum_history=YEAR + 1 + YEAR_LEAST,
    function=_momentum,
    judged_on="value",
    rule=Rule(on="z", up=2.5, down=-2.5, until_up=1.5, until_down=-1.5),
    sentences={
        "up": "{symbol}: 12−1 momentum is {value:+.0%} ({z:+.1f} deviations from its own year).",
        "down": "{symbol}: 12−1 momentum is {value:+.0%} ({z:+.1f} deviations from its own year).",
    },
    misleads="One policy jump carries the whole year, and leaves the window on one day.",
)
MOMENTUM_QUARTER = Signal(
    name="momentum_3m",
    title="Momentum, three months",
    family="trend",
    definition="Return of the last 63 sessions.",
    formula="total return from t−63 to t",
    source="Jegadeesh & Titman 1993 JF 48:65",
    parameters={"first": QUARTER, "last": 0},
    unit="fraction",
    direction="up",
    minimum_history=QUARTER + 1 + YEAR_LEAST,
    function=_momentum_quarter,
    judged_on="value",
    rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
    sentences={
        "up": "{symbol}: {value:+.0%} in three months ({z:+.1f} deviations from its own year).",
        "down": "{symbol}: {value:+.0%} in three months ({z:+.1f} deviations from its own year).",
    },
    misleads="One jump makes it high for a quarter.",
)
REVERSAL = Signal(
    name="reversal_5",
    title="Five-session return",
    family="trend",
    definition="Return of the last week, which tends to turn back in thin names.",
    formula="total return from t−5 to t; z = over 1.2533 · mean |r| of the 120 sessions before "
    "these five · √5",
    source="Lehmann 1990 QJE 105:1; Jegadeesh 1990 JF 45:881",
    parameters={"first": WEEK, "scale": SCALE_WINDOW},
    unit="fraction",
    direction="down",
    minimum_history=SCALE_LEAST + WEEK,
    function=_reversal,
    rule=Rule(on="z", up=3.5, down=-3.5, until_up=2.0, until_down=-2.0),
    sentences={
        "up": "{symbol} gained {value:.0%} in five sessions ({z:+.1f} of its own deviations).",
        "down": "{symbol} lost {drop:.0%} in five sessions ({z:+.1f} of its own deviations).",
    },
    misleads="Bid-ask bounce looks like reversal and cannot be traded; news does not turn back.",
)
HIGH_DISTANCE = Signal(
    name="high_52w",
    title="Distance from the 52-week high",
    family="trend",
    definition="Price against the highest close of the past year, for who was listed for one.",
    formula="total-return index / its maximum over the market's last 252 sessions − 1, known "
    "where the first bar is at least as old and at least 126 of them have a bar",
    source="George & Hwang 2004 JF 59:2145",
    parameters={"window": YEAR, "least": HALF_YEAR},
    unit="fraction",
    direction="up",
    minimum_history=YEAR,
    function=_high_distance,
    rule=Rule(on="value", up=0.0, down=-0.6, until_up=-0.1, until_down=-0.5),
    sentences={
        "up": "{symbol} closed at its highest in a year.",
        "down": "{symbol} stands {drop:.0%} below its 52-week high.",
    },
    misleads="After one jump the high is that day's, not the market's opinion of a year.",
)
RELATIVE_STRENGTH = Signal(
    name="relative_strength",
    title="Relative strength against the sector",
    family="trend",
    definition="Growth of the last 63 sessions over the sector factor's.",
    formula="Π(1 + r) / Π(1 + r_sector) − 1 over 63 sessions",
    source="Levy 1967 JF 22:595; Moskowitz & Grinblatt 1999 JF 54:1249",
    parameters={"window": QUARTER},
    unit="fraction",
    direction="up",
    minimum_history=QUARTER - WEEK + YEAR_LEAST,
    function=_relative_strength,
    judged_on="value",
    rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
    sentences={
        "up": "{symbol} gained {value:.0%} on {sector} in three months ({z:+.1f} deviations from "
        "its own year).",
        "down": "{symbol} fell {drop:.0%} behind {sector} in three months ({z:+.1f} deviations "
        "from its own year).",
    },
    misleads="The sector fund holds the symbol itself.",
)
BETA = Signal(
    name="beta",
    title="Market beta",
    family="risk",
    definition="How far the symbol moves for one per cent of the market.",
    formula="b of the abnormal move: slope on the market over [−130, −11]",
    source="Frazzini & Pedersen 2014 JFE 111:1",
    parameters=ESTIMATION,
    unit="ratio",
    direction="down",
    minimum_history=FIRST_ESTIMATE + YEAR_LEAST,
    function=_beta,
    judged_on="value",
    rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
    sentences={
        "up": "{symbol}: beta on {market} is {value:.1f} ({z:+.1f} deviations from its year).",
        "down": "{symbol}: beta on {market} is {value:.1f} ({z:+.1f} deviations from its year).",
    },
    misleads="Thin trading pulls it toward zero (Scholes & Williams 1977).",
)
RESIDUAL_VOLATILITY = Signal(
    name="residual_volatility",
    title="Residual volatility",
    family="risk",
    definition="Own volatility of the last month, a year, and against its usual.",
    formula=f"{MAD_TO_SD:.4f} · mean |AR| of 21 sessions · √252; z = log₂ of it over the same of "
    "252 sessions",
    source="Ang, Hodrick, Xing & Zhang 2006 JF 61:259",
    parameters={"short": MONTH, "usual": YEAR},
    unit="fraction a year",
    direction="down",
    minimum_history=FIRST_ESTIMATE + HALF_YEAR - 1,
    function=_residual_volatility,
    rule=Rule(on="z", up=1.0, down=-1.25, until_up=0.6, until_down=-0.75),
    sentences={
        "up": "{symbol}: own volatility is {value:.0%} a year, {times:.1f} times its usual.",
        "down": "{symbol}: own volatility is {value:.0%} a year, {times:.1f} times its usual.",
    },
    misleads="One jump holds it up for a month, and on the day it leaves nothing has changed.",
)
DRAWDOWN = Signal(
    name="drawdown",
    title="Drawdown",
    family="risk",
    definition="Price against its highest close since the first bar.",
    formula="total-return index / its running maximum − 1",
    source="Magdon-Ismail & Atiya 2004 Risk 17:99",
    parameters={},
    unit="fraction",
    direction="none",
    minimum_history=1,
    function=_drawdown,
    rule=Rule(on="value", down=-0.75, until_down=-0.6),
    sentences={"down": "{symbol} stands {drop:.0%} below its highest close."},
    misleads="It depends on where the history begins.",
)

SIGNALS = (
    MOMENTUM,
    MOMENTUM_QUARTER,
    REVERSAL,
    HIGH_DISTANCE,
    RELATIVE_STRENGTH,
    BETA,
    RESIDUAL_VOLATILITY,
    DRAWDOWN,
)
