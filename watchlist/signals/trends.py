"""Signals of months: trend, reversal, distance from highs, risk regime."""

from __future__ import annotations

import numpy as np

from watchlist.signals import regression
from watchlist.signals.panel import Panel
from watchlist.signals.registry import REGISTRY, Measured, Rule, Signal
from watchlist.signals.rolling import Floats, lag, rolling_count, rolling_max, rolling_sum
from watchlist.signals.states import Z_LEAST

YEAR, HALF_YEAR, QUARTER, MONTH, WEEK = 252, 126, 63, 21, 5
ANNUAL = np.sqrt(252.0)


def log_path(panel: Panel) -> Floats:
    """Log of the total-return index from each symbol's first bar; NaN before it and in gaps."""
    return panel.remember("log path", lambda: _log_path(panel))


def _log_path(panel: Panel) -> Floats:
    step = np.log1p(panel.trade_ret)
    unknown = ~np.isfinite(step)
    step[unknown] = 0.0
    path = np.cumsum(step, axis=0)
    path[unknown & ~np.isfinite(panel.close)] = np.nan
    return path


def _growth(panel: Panel, first: int, last: int) -> Floats:
    """Simple return from `first` sessions ago to `last` sessions ago."""
    path = log_path(panel)
    return np.expm1(lag(path, last) - lag(path, first))


def _momentum(panel: Panel) -> Measured:
    return Measured(_growth(panel, YEAR, MONTH))


def _momentum_quarter(panel: Panel) -> Measured:
    return Measured(_growth(panel, QUARTER, 0))


def _reversal(panel: Panel) -> Measured:
    value = _growth(panel, WEEK, 0)
    spread = regression.model(panel).sigma * np.sqrt(WEEK)
    return Measured(value, value / spread)


def _high_distance(panel: Panel) -> Measured:
    path = log_path(panel)
    known = np.isfinite(path)
    value = np.expm1(path - rolling_max(path, YEAR))
    # who has not been listed for a year has no high of one, nor has who hardly traded in it
    row, first_bar = np.arange(len(path))[:, None], known.argmax(axis=0)
    value[row < first_bar + YEAR - 1] = np.nan
    value[rolling_count(known, YEAR) < HALF_YEAR] = np.nan
    return Measured(value, value)


def _relative_strength(panel: Panel) -> Measured:
    if not (panel.sector_of >= 0).any():
        nothing = np.full(panel.shape, np.nan)
        return Measured(nothing, nothing)
    lead = np.log1p(panel.ret) - np.log1p(panel.sector())
    both = np.isfinite(lead)
    lead[~both] = 0.0
    value = np.expm1(rolling_sum(lead, QUARTER))
    value[rolling_count(both, QUARTER) < QUARTER - WEEK] = np.nan
    return Measured(value)


def _beta(panel: Panel) -> Measured:
    return Measured(regression.model(panel).beta)


def _residual_volatility(panel: Panel) -> Measured:
    short = regression.residual_volatility(panel, MONTH)
    usual = regression.residual_volatility(panel, YEAR)
    with np.errstate(divide="ignore"):
        return Measured(short * ANNUAL, np.log2(short / usual))


def _drawdown(panel: Panel) -> Measured:
    path = log_path(panel)
    value = np.expm1(path - np.fmax.accumulate(path, axis=0))
    return Measured(value, value)


MOMENTUM = REGISTRY.register(
    Signal(
        name="momentum_12_1",
        title="Momentum, 12 months less one",
        family="trend",
        definition="Return of the past year without its last month.",
        formula="total return from t−252 to t−21",
        source="Jegadeesh & Titman 1993 JF 48:65",
        parameters={"first": YEAR, "last": MONTH},
        unit="fraction",
        direction="up",
        minimum_history=YEAR + 1 + Z_LEAST,
        measure=_momentum,
        rule=Rule(on="z", up=2.5, down=-2.5, until_up=1.5, until_down=-1.5),
        sentences={
            "up": "{symbol}: 12−1 momentum is {value:+.0%}, high for itself.",
            "down": "{symbol}: 12−1 momentum is {value:+.0%}, low for itself.",
        },
        lies="One policy jump carries the whole year, and leaves the window on one day.",
    )
)
MOMENTUM_QUARTER = REGISTRY.register(
    Signal(
        name="momentum_3m",
        title="Momentum, three months",
        family="trend",
        definition="Return of the last 63 sessions.",
        formula="total return from t−63 to t",
        source="Jegadeesh & Titman 1993 JF 48:65",
        parameters={"first": QUARTER, "last": 0},
        unit="fraction",
        direction="up",
        minimum_history=QUARTER + 1 + Z_LEAST,
        measure=_momentum_quarter,
        rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
        sentences={
            "up": "{symbol} gained {value:.0%} in three months, far from its usual.",
            "down": "{symbol} lost {drop:.0%} in three months, far from its usual.",
        },
        lies="One jump makes it high for a quarter.",
    )
)
REVERSAL = REGISTRY.register(
    Signal(
        name="reversal_5",
        title="Five-session return",
        family="trend",
        definition="Return of the last week, which tends to turn back in thin names.",
        formula="total return from t−5 to t; z = over residual deviation · √5",
        source="Lehmann 1990 QJE 105:1; Jegadeesh 1990 JF 45:881",
        parameters={"first": WEEK},
        unit="fraction",
        direction="down",
        minimum_history=regression.FIRST,
        measure=_reversal,
        rule=Rule(on="z", up=3.5, down=-3.5, until_up=2.0, until_down=-2.0),
        sentences={
            "up": "{symbol} gained {value:.0%} in five sessions.",
            "down": "{symbol} lost {drop:.0%} in five sessions.",
        },
        lies="Bid-ask bounce looks like reversal and cannot be traded; news does not turn back.",
    )
)
HIGH_DISTANCE = REGISTRY.register(
    Signal(
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
        measure=_high_distance,
        rule=Rule(on="value", up=0.0, down=-0.6, until_up=-0.1, until_down=-0.5),
        sentences={
            "up": "{symbol} closed at its highest in a year.",
            "down": "{symbol} stands {drop:.0%} below its 52-week high.",
        },
        lies="After one jump the high is that day's, not the market's opinion of a year.",
    )
)
RELATIVE_STRENGTH = REGISTRY.register(
    Signal(
        name="relative_strength",
        title="Relative strength against the sector",
        family="trend",
        definition="Growth of the last 63 sessions over the sector factor's.",
        formula="Π(1 + r) / Π(1 + r_sector) − 1 over 63 sessions",
        source="Levy 1967 JF 22:595; Moskowitz & Grinblatt 1999 JF 54:1249",
        parameters={"window": QUARTER},
        unit="fraction",
        direction="up",
        minimum_history=QUARTER - WEEK + Z_LEAST,
        measure=_relative_strength,
        rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
        sentences={
            "up": "{symbol} gained {value:.0%} on its sector in three months.",
            "down": "{symbol} fell {drop:.0%} behind its sector in three months.",
        },
        lies="The sector fund holds the symbol itself.",
    )
)
BETA = REGISTRY.register(
    Signal(
        name="beta",
        title="Market beta",
        family="risk",
        definition="How far the symbol moves for one per cent of the market.",
        formula="slope on the market over [−130, −11], winsorised",
        source="Frazzini & Pedersen 2014 JFE 111:1",
        parameters={"estimation": regression.ESTIMATION, "gap": regression.GAP},
        unit="ratio",
        direction="down",
        minimum_history=regression.FIRST + Z_LEAST,
        measure=_beta,
        rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
        sentences={
            "up": "{symbol}: beta is {value:.1f}, high for itself.",
            "down": "{symbol}: beta is {value:.1f}, low for itself.",
        },
        lies="Thin trading pulls it toward zero (Scholes & Williams 1977).",
    )
)
RESIDUAL_VOLATILITY = REGISTRY.register(
    Signal(
        name="residual_volatility",
        title="Residual volatility",
        family="risk",
        definition="Own volatility of the last month, a year, and against its usual.",
        formula="√(mean AR² of 21 sessions · 252); z = log₂ of it over the same of 252 sessions",
        source="Ang, Hodrick, Xing & Zhang 2006 JF 61:259",
        parameters={"short": MONTH, "usual": YEAR},
        unit="fraction a year",
        direction="down",
        minimum_history=regression.FIRST + YEAR // 2 - 1,
        measure=_residual_volatility,
        rule=Rule(on="z", up=1.0, down=-1.25, until_up=0.6, until_down=-0.75),
        sentences={
            "up": "{symbol}: own volatility is {value:.0%} a year, over twice its usual.",
            "down": "{symbol}: own volatility is {value:.0%} a year, under half its usual.",
        },
        lies="One jump holds it up for a month, and on the day it leaves nothing has changed.",
    )
)
DRAWDOWN = REGISTRY.register(
    Signal(
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
        measure=_drawdown,
        rule=Rule(on="value", down=-0.75, until_down=-0.6),
        sentences={"down": "{symbol} stands {drop:.0%} below its highest close."},
        lies="It depends on where the history begins.",
    )
)
