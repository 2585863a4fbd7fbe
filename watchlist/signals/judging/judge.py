"""Every signal × horizon: coefficient, buckets, decay, portfolio, and the verdict in words.

A verdict pays for everything that was tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from watchlist.formatting import Readable
from watchlist.signals.judging.coefficient import (
    Coefficient,
    bucket_means,
    by_session,
    coefficient,
    hit_rate,
    mean_forward,
    mean_known,
    monotonicity,
    scores,
)
from watchlist.signals.judging.portfolio import Result, deflated_sharpe, follow, half_spread
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Signal
from watchlist.signals.rolling import Floats, Ints
from watchlist.study.multiplicity import benjamini_hochberg, holm

HORIZONS = (1, 5, 20)
"""Sessions ahead that verdicts are given for: a day, a week, a month."""
DECAY = (1, 2, 3, 5, 10, 20, 40)
"""Sessions ahead whose coefficient is shown, not judged."""
Verdict = Literal["supported", "not distinguishable from chance", "contradicted", "too little data"]

LEVEL = 0.05
LEAST_SESSIONS_ACROSS = 250
"""Sessions with a cross-section: a year."""
LEAST_SESSIONS_RARE = 40
"""Sessions with a rare signal."""
LEAST_DF = 10.0
_SIGN = {"up": 1, "down": -1, "magnitude": 1}


@dataclass(frozen=True, eq=False)
class Judgement:
    """One signal at one horizon."""

    signal: Signal
    horizon: int
    across: bool
    found: Coefficient
    p_holm: float
    p_bh: float
    verdict: Verdict
    hit_rate: float
    """Share of results on the side that rank and direction said, sessions weighted equally."""
    mean_forward: float
    """Mean abnormal return of a position of one unit along rank and direction, fraction."""
    buckets: tuple[float, ...]
    """Mean result by fifth of the signal, lowest first."""
    monotonicity: float
    """Rank correlation of bucket and mean, −1 to 1."""
    decay: tuple[tuple[int, float], ...]
    ic_delayed: float
    """The coefficient with results from one session later on: bid-ask bounce does not survive."""
    result: Result | None
    """None for a signal that forecasts magnitude: there is no side to take."""
    first: str
    last: str
    symbols: int

    @property
    def caution(self) -> str | None:
        """What a verdict alone would hide, in words; None where nothing does."""
        if self.verdict not in ("supported", "contradicted"):
            return None
        words = []
        if abs(self.ic_delayed) < 0.5 * abs(self.found.ic):
            words.append("most of it is gone one session later, as with bid-ask bounce")
        if self.result is not None and self.verdict == "supported":
            net = Readable(self.result.net_per_year)
            words.append(f"following it brings {net:+.1%} a year after costs")
        return "; ".join(words) or None

    @property
    def expected_sign(self) -> int:
        """Sign of the coefficient that the signal's source claims."""
        return _SIGN[self.signal.direction]


def judge(
    panel: Panel,
    signals: Iterable[Signal],
    columns: Ints,
    horizons: Sequence[int] = HORIZONS,
    *,
    step: Callable[[int, int, str], None] | None = None,
) -> list[Judgement]:
    """Judge all signals that claim to forecast something, together.

    Parameters
    ----------
    columns : the symbols that could be traded; funds and indices are not among them.
    """
    chosen = [signal for signal in signals if signal.direction != "none"]
    trials: list[Judgement] = []
    results = _Results(panel, columns)
    for done, signal in enumerate(chosen, start=1):
        trials += _judge_one(panel, signal, columns, horizons, results)
        if step:
            step(done, len(chosen), signal.title)
    return _together(trials)


class _Results:
    """What came after each session, computed once for all signals."""

    def __init__(self, panel: Panel, columns: Ints) -> None:
        self._excess = panel.abnormal.without_intercept[:, columns]
        self._sigma = panel.abnormal.sigma[:, columns]
        self._cost = half_spread(panel.close[:, columns], self._sigma)
        self._raw: dict[tuple[int, int], Floats] = {}

    def raw(self, horizon: int, delay: int = 0) -> Floats:
        """Abnormal returns after each session, fraction."""
        key = (horizon, delay)
        if key not in self._raw:
            self._raw[key] = forward(self._excess, horizon, delay)
        return self._raw[key]

    def target(self, signal: Signal, horizon: int, delay: int = 0) -> Floats:
        """What the signal's ranks are held against: results in deviations, or their size."""
        scaled: Floats = self.raw(horizon, delay) / (self._sigma * np.sqrt(horizon))
        return np.abs(scaled) if signal.direction == "magnitude" else scaled

    def followed(self, signal: Signal, rank: Floats, horizon: int) -> Result | None:
        """The portfolio of a signal that says which way."""
        if signal.direction == "magnitude":
            return None
        return follow(self._excess, self._cost, rank, _SIGN[signal.direction], horizon)


def forward(excess: Floats, horizon: int, delay: int = 0) -> Floats:
    """(sessions, symbols): sum of the abnormal returns of the `horizon` sessions after each.

    NaN at the end of the panel and where a return of the stretch is missing: a suspended stock has
    no result to be right or wrong about.
    """
    known = np.isfinite(excess)
    total = np.pad(np.cumsum(np.where(known, excess, 0.0), axis=0), ((1, 0), (0, 0)))
    count = np.pad(np.cumsum(known, axis=0), ((1, 0), (0, 0)))
    out = np.full(excess.shape, np.nan)
    first, last = 1 + delay, 1 + delay + horizon
    rows = len(excess) - last + 1
    if rows > 0:
        complete = count[last:] - count[first : first + rows] == horizon
        out[:rows] = np.where(complete, total[last:] - total[first : first + rows], np.nan)
    return out


def _judge_one(
    panel: Panel, signal: Signal, columns: Ints, horizons: Sequence[int], results: _Results
) -> list[Judgement]:
    measured = signal.measure(panel)
    x = (measured.value if signal.judged_on == "value" else measured.z)[:, columns]
    ranked = scores(x)
    sign, magnitude = _SIGN[signal.direction], signal.direction == "magnitude"
    decay = tuple((h, mean_known(by_session(ranked, results.target(signal, h)))) for h in DECAY)
    out = []
    for horizon in horizons:
        target, raw = results.target(signal, horizon), results.raw(horizon)
        series = by_session(ranked, target)
        used = np.isfinite(ranked.rank) & np.isfinite(target)
        sessions = np.flatnonzero(np.isfinite(series))
        shown = np.where(used, np.abs(raw) if magnitude else raw, np.nan)
        fifths = bucket_means(ranked, shown)
        out.append(
            Judgement(
                signal=signal,
                horizon=horizon,
                across=ranked.across,
                found=coefficient(series, horizon, int(used.sum())),
                p_holm=math.nan,
                p_bh=math.nan,
                verdict="too little data",
                hit_rate=hit_rate(ranked, target, sign, magnitude=magnitude),
                mean_forward=mean_forward(ranked, shown, sign),
                buckets=fifths,
                monotonicity=monotonicity(fifths),
                decay=decay,
                ic_delayed=mean_known(by_session(ranked, results.target(signal, horizon, delay=1))),
                result=results.followed(signal, ranked.rank, horizon),
                first=str(panel.sessions[sessions[0]]) if len(sessions) else "",
                last=str(panel.sessions[sessions[-1]]) if len(sessions) else "",
                symbols=int(used.any(axis=0).sum()),
            )
        )
    return out


def _together(trials: list[Judgement]) -> list[Judgement]:
    tried = [trial.signal.tried for trial in trials]
    adjusted = adjust([trial.found.p for trial in trials], tried)
    sharpes = np.array([trial.result.sharpe for trial in trials if trial.result is not None])
    total = sum(tried)
    return [
        replace(
            trial,
            p_holm=float(p_holm),
            p_bh=float(p_bh),
            verdict=verdict(trial.found, p_holm, trial.expected_sign, across=trial.across),
            result=None
            if trial.result is None
            else replace(
                trial.result, deflated_sharpe=deflated_sharpe(trial.result, sharpes, total)
            ),
        )
        for trial, p_holm, p_bh in zip(
            trials, adjusted.holm, adjusted.benjamini_hochberg, strict=True
        )
    ]


@dataclass(frozen=True)
class Adjusted:
    """p-values of all trials, corrected together."""

    holm: Floats
    benjamini_hochberg: Floats


def adjust(p_values: Sequence[float], tried: Sequence[int]) -> Adjusted:
    """Correct for every signal × horizon judged and for the variants looked at on the way.

    A signal whose parameters were chosen among k variants pays k times (Bonferroni) before the
    stepdown of Holm 1979 and the step-up of Benjamini & Hochberg 1995 over all.
    """
    paid = np.minimum(np.asarray(p_values, float) * np.asarray(tried, float), 1.0)
    return Adjusted(holm(paid), benjamini_hochberg(paid))


def enough(found: Coefficient, *, across: bool) -> bool:
    """Whether there is enough to say anything."""
    least = LEAST_SESSIONS_ACROSS if across else LEAST_SESSIONS_RARE
    return found.sessions >= least and found.df >= LEAST_DF and bool(np.isfinite(found.p))


def verdict(found: Coefficient, p_holm: float, expected_sign: int, *, across: bool) -> Verdict:
    """`supported` needs a Holm p of at most 5 % and the sign that the signal's source claims."""
    if not enough(found, across=across):
        return "too little data"
    if p_holm > LEVEL:
        return "not distinguishable from chance"
    return "supported" if np.sign(found.ic) == expected_sign else "contradicted"
