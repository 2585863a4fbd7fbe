"""The watchlist by how unusual each symbol is today, with the two or three reasons in words.

Every signal is first turned into the same thing, its rarity: how much of the symbol's own past
year was at least as far out. Rarities add up in bits (−log₂), one reason a family of signals, so
that volume and "news before price" do not count the same surprise twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log2

from watchlist.signals.registry import Signal
from watchlist.signals.states import Z_WINDOW

REASONS = 3
WORTH_TELLING = 0.1
"""A reason is told if at most this share of the past year was as far out."""


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


def rarity(reading: Reading) -> float:
    """Share of the symbol's own past year at least as far out; two-sided where the rule is.

    The floor is one in 253: a year cannot say more.
    """
    p = reading.percentile
    rule = reading.signal.rule
    if not isfinite(p):
        return 1.0
    if rule.down is None:
        share = 1.0 - p
    elif rule.up is None:
        share = p
    else:
        share = 2.0 * min(p, 1.0 - p)
    return min(max(share, 1.0 / (Z_WINDOW + 1)), 1.0)


def rank(readings: Iterable[Reading]) -> list[Ranked]:
    """Symbols, most unusual first; ties by symbol."""
    by_symbol: dict[str, list[Reading]] = {}
    for reading in readings:
        by_symbol.setdefault(reading.symbol, []).append(reading)
    ranked = [_place(symbol, found) for symbol, found in by_symbol.items()]
    return sorted(ranked, key=lambda entry: (-entry.score, entry.symbol))


def _place(symbol: str, readings: list[Reading]) -> Ranked:
    # a signal that fired goes before one that is merely rare
    ordered = sorted(readings, key=lambda r: (rarity(r), r.state == "quiet", r.signal.name))
    best: list[Reading] = []
    for reading in ordered:
        if reading.signal.family not in {other.signal.family for other in best}:
            best.append(reading)
    best = best[:REASONS]
    told = [reading for reading in best if rarity(reading) <= WORTH_TELLING]
    return Ranked(
        symbol=symbol,
        score=sum(-log2(rarity(reading)) for reading in best),
        reasons=tuple(_words(reading) for reading in told),
        rarities=tuple(rarity(reading) for reading in told),
    )


def _words(reading: Reading) -> str:
    """`Abnormal move −4.1 % (3.9 deviations; 1 in 253 sessions as far out)`."""
    signal = reading.signal
    share = rarity(reading)
    parts = [] if not isfinite(reading.z) or reading.z == reading.value else [f"z {reading.z:+.1f}"]
    parts.append(f"{share:.1%} of its past year as far out")
    return f"{signal.title} {in_unit(reading.value, signal.unit)} ({'; '.join(parts)})"


def in_unit(value: float, unit: str) -> str:
    """A value as people read it: fractions as per cent."""
    if unit.startswith("fraction"):
        return f"{value:+.1%}" + unit.removeprefix("fraction")
    return f"{value:+.1f}" if unit == "deviations" else f"{value:.2f}"
