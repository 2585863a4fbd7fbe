"""The watchlist by how unusual each symbol is today, with the two or three reasons in words.

Every signal is first turned into the same thing, its rarity: how much of the symbol's own past
year was at least as far out, made comparable by how often a market where nothing happens looks
that rare. Rarities add up in bits (−log₂), one reason a family of signals, so that volume and "news
before price" do not count the same surprise twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log2

import numpy as np

from watchlist.formatting import Readable
from watchlist.signals.chance import Chance
from watchlist.signals.registry import Signal
from watchlist.signals.states import rarity

REASONS = 3
WORTH_TELLING = 0.1
"""A reason is told if chance looks as rare on at most this share of days."""


@dataclass(frozen=True)
class Reading:
    """One signal of one symbol today."""

    symbol: str
    signal: Signal
    value: float
    z: float
    percentile: float
    state: str


@dataclass(frozen=True)
class Ranked:
    """One symbol's place."""

    symbol: str
    score: float
    reasons: tuple[str, ...]
    rarities: tuple[float, ...]


def surprise(reading: Reading, chance: Chance) -> float:
    """How often chance looks as rare as this reading, 0 to 1; 1 where nothing can be said."""
    if not isfinite(reading.percentile):
        return 1.0
    seen = float(rarity(np.array(reading.percentile), reading.signal.rule))
    return chance.calibrated(reading.signal, seen)


def rank(readings: Iterable[Reading], chance: Chance) -> list[Ranked]:
    """Symbols, most unusual first; ties by symbol."""
    by_symbol: dict[str, list[Reading]] = {}
    for reading in readings:
        by_symbol.setdefault(reading.symbol, []).append(reading)
    ranked = [_place(symbol, found, chance) for symbol, found in by_symbol.items()]
    return sorted(ranked, key=lambda entry: (-entry.score, entry.symbol))


def _place(symbol: str, readings: list[Reading], chance: Chance) -> Ranked:
    # a signal that fired goes before one that is merely as rare
    ordered = sorted((surprise(r, chance), r.state == "quiet", r.signal.name, r) for r in readings)
    best: list[tuple[float, Reading]] = []
    for share, _, _, reading in ordered:
        if reading.signal.family not in {other.signal.family for _, other in best}:
            best.append((share, reading))
    best = best[:REASONS]
    told = [(share, reading) for share, reading in best if share <= WORTH_TELLING]
    return Ranked(
        symbol=symbol,
        score=sum(-log2(share) for share, _ in best),
        reasons=tuple(_words(reading, share) for share, reading in told),
        rarities=tuple(share for share, _ in told),
    )


def _words(reading: Reading, share: float) -> str:
    """`Abnormal move −13.5 % (chance looks like this on 0.6 % of days)`."""
    value = in_unit(reading.value, reading.signal.unit)
    told = f"{Readable(share):.1%} of days"
    return f"{reading.signal.title} {value} (chance looks like this on {told})"


def in_unit(value: float, unit: str) -> str:
    """A value as people read it: fractions as per cent, with a real minus sign."""
    told = Readable(value)
    if unit.startswith("fraction"):
        return f"{told:+.1%}" + unit.removeprefix("fraction")
    if unit in ("deviations", "standard errors"):
        return f"{told:+.1f} {unit}"
    if unit == "times usual":
        return f"{told:.1f} times usual"
    if unit in ("events", "documents", "weekdays"):
        return f"{told:.0f} {unit}"
    return f"{told:.2f}"
