"""A proposed event: what a feed or a text said, scored, with a guess of its timing and why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """One row of `base.candidates`; field names are its columns."""

    candidate_id: str
    """Source and its own id: fr:2025-05212, edgar:0001279569-25-001094."""
    source: str
    title: str
    announced_on: date | None
    score: float
    """How likely it matters, 0 to 1."""
    announced_time: time | None = None
    timing: str = "unknown"
    timing_basis: str = "unknown"
    signed_on: date | None = None
    published_on: date | None = None
    url: str | None = None
    matched: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    category: str | None = None
    note: str | None = None
    """What the guess of date and timing rests on."""
    raw: dict[str, Any] = field(default_factory=dict)


def usual_timing(at: time | None) -> str:
    """The timing class of a New York wall time by the usual hours; accepting looks the day up."""
    if at is None:
        return "unknown"
    return "pre-market" if at < time(9, 30) else "intraday" if at < time(16) else "after-close"


def short_hash(text: str) -> str:
    """Twelve hexadecimal digits that stand for a text without an id of its own."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
