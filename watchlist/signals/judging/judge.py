"""Every signal × horizon: coefficient, buckets, decay, portfolio, verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from watchlist.formatting import Readable
from watchlist.signals.judging.coefficient import (
    Coefficient,
    by_session,
    coefficient,
    scores,
)
from watchlist.signals.judging.portfolio import Result, deflated_sharpe, follow
from watchlist.signals.judging.summary import (
    bucket_means,
    hit_rate,
    mean_forward,
    mean_known,
    monotonicity,
)
from watchlist.signals.judging.targets import forward
from watchlist.signals.judging.verdict import Verdict, adjust, verdict
from watchlist.signals.panel import Ints, Panel
from watchlist.signals.registry import Signal
from watchlist.signals.regression import model
from watchlist.signals.rolling import Floats

HORIZONS = (1, 5, 20)
"""Sessions ahead that verdicts are given for: a day, a week, a month."""
DECAY = (1, 2, 3, 5, 10, 20, 40)
"""Sessions ahead whose coefficient is shown, not judged."""
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
    """Forward results by horizon and delay, computed once for all signals."""

    def __init__(self, panel: Panel, columns: Ints) -> None:
        self._panel, self._columns = panel, columns
        self._raw: dict[tuple[int, int], Floats] = {}

    def raw(self, horizon: int, delay: int = 0) -> Floats:
        """Abnormal returns after each session, fraction."""
        key = (horizon, delay)
        if key not in self._raw:
            self._raw[key] = forward(self._panel, horizon, delay)[:, self._columns]
        return self._raw[key]

    def target(self, signal: Signal, horizon: int, delay: int = 0) -> Floats:
        """What the signal's ranks are held against: results in deviations, or their size."""
        sigma = model(self._panel).sigma[:, self._columns]
        scaled: Floats = self.raw(horizon, delay) / (sigma * np.sqrt(horizon))
        return np.abs(scaled) if signal.direction == "magnitude" else scaled


def _judge_one(
    panel: Panel, signal: Signal, columns: Ints, horizons: Sequence[int], results: _Results
) -> list[Judgement]:
    with np.errstate(invalid="ignore", divide="ignore"):
        measured = signal.measure(panel)
    x = (measured.value if measured.z is None else measured.z)[:, columns]
    ranked = scores(x)
    sign = _SIGN[signal.direction]
    decay = tuple((h, mean_known(by_session(ranked, results.target(signal, h)))) for h in DECAY)
    part = panel.select(columns)
    out = []
    for horizon in horizons:
        target, raw = results.target(signal, horizon), results.raw(horizon)
        series = by_session(ranked, target)
        used = np.isfinite(ranked.rank) & np.isfinite(target)
        sessions = np.flatnonzero(np.isfinite(series))
        shown = np.abs(raw) if signal.direction == "magnitude" else raw
        fifths = bucket_means(ranked, np.where(used, shown, np.nan))
        out.append(
            Judgement(
                signal=signal,
                horizon=horizon,
                across=ranked.across,
                found=coefficient(series, horizon, int(used.sum())),
                p_holm=math.nan,
                p_bh=math.nan,
                verdict="too little data",
                hit_rate=hit_rate(ranked, target, sign, magnitude=signal.direction == "magnitude"),
                mean_forward=mean_forward(ranked, np.where(used, shown, np.nan), sign),
                buckets=fifths,
                monotonicity=monotonicity(fifths),
                decay=decay,
                ic_delayed=mean_known(by_session(ranked, results.target(signal, horizon, delay=1))),
                result=None
                if signal.direction == "magnitude"
                else follow(part, ranked.rank, sign, horizon),
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
