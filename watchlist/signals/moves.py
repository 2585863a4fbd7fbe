"""Signals of the day itself: how far price, volume and range were out of the ordinary."""

from __future__ import annotations

import numpy as np

from watchlist.signals.panel import VOLUME_BASELINE, Panel
from watchlist.signals.registry import Measured, Rule, Signal
from watchlist.signals.rolling import Floats, lag, mean_absolute, rolling_max, rolling_mean
from watchlist.study import StudyDesign

SCALE_WINDOW = 120
"""Sessions from which today's deviation gets its scale."""
SCALE_LEAST = 60
QUIET_SAR = 2.5
"""A price move below this many standard errors is called "not out of the ordinary"."""
STORMY_SAR = 4.0
"""A move of this many standard errors within the week before makes today's volume its echo."""
WEEK = 5
_SCALE_FLOOR = 0.1

DESIGN = StudyDesign()
"""The packaged design of the daily study: what formulas and histories below are told for."""
FIRST_ESTIMATE = DESIGN.min_observations - DESIGN.estimation[1]
"""Sessions that a symbol needs for its first abnormal return: 60 returns that end 11 before."""
ESTIMATION = {"first": DESIGN.estimation[0], "last": DESIGN.estimation[1]}


def _move(panel: Panel) -> Measured:
    return Measured(panel.abnormal.ar, panel.abnormal.sar)


def volume_z(panel: Panel) -> Floats:
    """Log dollar volume against the symbol's own median and the market's, in deviations."""
    deviation = panel.abnormal_volume
    scale = lag(mean_absolute(deviation, SCALE_WINDOW, SCALE_LEAST), 1)
    return deviation / np.maximum(scale, _SCALE_FLOOR)


def _volume(panel: Panel) -> Measured:
    return Measured(np.exp(panel.abnormal_volume), volume_z(panel))


def _news_before_price(panel: Panel) -> Measured:
    z, sar = volume_z(panel), np.abs(panel.abnormal.sar)
    calm_week = ~(lag(rolling_max(sar, WEEK), 1) >= STORMY_SAR)
    value = np.where((sar < QUIET_SAR) & calm_week, np.maximum(z, 0.0), 0.0)
    value[~np.isfinite(z) | ~np.isfinite(sar)] = np.nan
    return Measured(value, value)


def _gap(panel: Panel) -> Measured:
    value = panel.open / lag(panel.close, 1) - 1.0
    scale = lag(mean_absolute(value, SCALE_WINDOW, SCALE_LEAST), 1)
    return Measured(value, value / np.where(scale > 0, scale, np.nan))


def _range(panel: Panel) -> Measured:
    ratio = panel.high / panel.low
    log_width = np.log(np.log(np.where(ratio > 1.0, ratio, np.nan)))
    deviation = log_width - lag(rolling_mean(log_width, VOLUME_BASELINE, VOLUME_BASELINE // 2), 1)
    scale = lag(mean_absolute(deviation, SCALE_WINDOW, SCALE_LEAST), 1)
    width = np.where(np.isfinite(log_width), ratio - 1.0, np.nan)
    return Measured(width, deviation / np.maximum(scale, _SCALE_FLOOR))


ABNORMAL_MOVE = Signal(
    name="abnormal_move",
    title="Abnormal move",
    family="move",
    definition="Today's return beyond what the market explains, in standard errors.",
    formula="AR = r − (a + b·r_market), fitted on [−130, −11] without the days 0 and 1 of the "
    "symbol's own events; z = AR / (s·√(1 + x*(X'X)⁻¹x*')): the market series of "
    "`session_abnormal`",
    source="MacKinlay 1997 JEL 35:13; Patell 1976 JAR 14:246; its reversal: Lehmann 1990 QJE 105:1",
    parameters=ESTIMATION,
    unit="fraction",
    direction="down",
    minimum_history=FIRST_ESTIMATE,
    function=_move,
    rule=Rule(on="z", up=4.0, down=-4.0),
    sentences={
        "up": "{symbol} rose {value:.1%} more than {market} explains ({z:.1f} standard errors).",
        "down": "{symbol} fell {drop:.1%} more than {market} explains ({z:.1f} standard errors).",
    },
    misleads="A day on which the whole sector moved is in it; after a calm half-year an ordinary "
    "day looks large.",
)
ABNORMAL_VOLUME = Signal(
    name="abnormal_volume",
    title="Abnormal dollar volume",
    family="volume",
    definition="Dollar volume against the symbol's own usual and the market's that day.",
    formula="d = ln(close·volume) − median of 20 sessions before − the benchmarks' same; "
    "value = exp(d), z = d / (1.2533 · mean |d| of 120 sessions before)",
    source="Ajinkya & Jain 1989 JAE 11:331; Campbell & Wasley 1996 RQFA 6:309; its premium: "
    "Gervais, Kaniel & Mingelgrin 2001 JF 56:877",
    parameters={"baseline": VOLUME_BASELINE, "scale": SCALE_WINDOW},
    unit="times usual",
    direction="up",
    minimum_history=VOLUME_BASELINE // 2 + SCALE_LEAST + 1,
    function=_volume,
    rule=Rule(on="z", up=3.5),
    sentences={
        "on": "{symbol} traded {value:.1f} times its usual dollar volume, the market's activity "
        "taken off ({z:.1f} deviations)."
    },
    misleads="Index rebalancing, option expiry and a new listing move volume without news; daily "
    "volume includes trades after the close.",
    tried=6,
)
NEWS_BEFORE_PRICE = Signal(
    name="news_before_price",
    title="News before price",
    family="volume",
    definition="Volume far out of the ordinary while the price was not: somebody knew, or the "
    "news came after the close and before the volume was counted.",
    formula=f"z of abnormal volume where |SAR| < {QUIET_SAR:g} today and < {STORMY_SAR:g} in "
    f"the {WEEK} sessions before, else 0",
    source="Karpoff 1987 JFQA 22:109 on price and volume; seen in this watchlist on "
    "2025-09-23 (LAC) and 2025-10-06 (TMQ)",
    parameters={"quiet_sar": QUIET_SAR, "stormy_sar": STORMY_SAR, "week": WEEK},
    unit="deviations",
    direction="magnitude",
    minimum_history=FIRST_ESTIMATE,
    function=_news_before_price,
    rule=Rule(on="z", up=3.5),
    sentences={
        "on": "{symbol}: volume {z:.1f} deviations above usual, price not out of the "
        "ordinary: news may have come after the close."
    },
    misleads="Block trades and index rebalancing look the same.",
    tried=6,
)
GAP = Signal(
    name="gap",
    title="Opening gap",
    family="range",
    definition="Open against the previous close.",
    formula="open / previous close − 1; z = over 1.2533 · mean |gap| of 120 sessions before",
    source="Lou, Polk & Skouras 2019 JFE 134:192 on overnight returns",
    parameters={"scale": SCALE_WINDOW},
    unit="fraction",
    direction="up",
    minimum_history=SCALE_LEAST + 2,
    function=_gap,
    rule=Rule(on="z", up=5.0, down=-5.0),
    sentences={
        "up": "{symbol} opened {value:.1%} above the previous close ({z:+.1f} of its usual gaps).",
        "down": "{symbol} opened {drop:.1%} below the previous close ({z:+.1f} of its usual gaps).",
    },
    misleads="Vendors' opens of thin names are often the first odd lot; an ex-dividend day gaps "
    "by the dividend.",
)
RANGE = Signal(
    name="range",
    title="Trading range",
    family="range",
    definition="High over low of the day, against its usual.",
    formula="high / low − 1; z = ln ln(high / low) less its mean of 20 sessions before, over "
    "1.2533 · mean |deviation| of 120 sessions before",
    source="Parkinson 1980 JB 53:61; Alizadeh, Brandt & Diebold 2002 JF 57:1047",
    parameters={"baseline": VOLUME_BASELINE, "scale": SCALE_WINDOW},
    unit="fraction",
    direction="magnitude",
    minimum_history=VOLUME_BASELINE // 2 + SCALE_LEAST + 1,
    function=_range,
    rule=Rule(on="z", up=3.5),
    sentences={
        "on": "{symbol} swung {value:.1%} from low to high, {z:.1f} deviations more than usual."
    },
    misleads="One bad print makes a range.",
)

SIGNALS = (ABNORMAL_MOVE, ABNORMAL_VOLUME, NEWS_BEFORE_PRICE, GAP, RANGE)
