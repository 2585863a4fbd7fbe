"""How likely a title and a text matter: which words speak for it, and for whom. Pure."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.coverage.companies import find_companies
from watchlist.coverage.lexicon import Mention, find_terms

if TYPE_CHECKING:
    from watchlist.catalog import Security

WORTH_SHOWING = 0.3
"""Below this a candidate is not kept: a notice that merely mentions a mineral scores less."""

WEIGHTS = tomllib.loads((Path(__file__).parent / "weights.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Score:
    """What speaks for a candidate."""

    value: float
    """0 to 1: one minus exp(−weight / 4)."""
    matched: tuple[str, ...]
    symbols: tuple[str, ...]
    category: str | None
    """The policy word of most weight; None where none was found."""


def score(title: str, text: str, securities: Iterable[Security], bonus: float = 0.0) -> Score:
    """Weigh a title and a text; each thing found counts once, in the title double.

    Parameters
    ----------
    bonus : float
        Weight for what the feed knows beside the words, such as a presidential document.
    """
    listed = tuple(securities)
    weights: dict[tuple[str, str], float] = {}
    words: dict[tuple[str, str], str] = {}
    for part, factor in ((title, WEIGHTS["words"]["in_title"]), (text, 1.0)):
        for mention in [*find_terms(part), *find_companies(part, listed)]:
            weight = factor * _weight(mention)
            key = (mention.kind, mention.value)
            if weight > weights.get(key, 0.0):
                weights[key] = weight
                words[key] = " ".join(mention.evidence.split())
    policies = {value: weight for (kind, value), weight in weights.items() if kind == "policy"}
    total = sum(weights.values()) + (bonus if weights else 0.0)
    heaviest = sorted(words, key=lambda key: -weights[key])
    return Score(
        value=round(1 - math.exp(-total / 4), 3),
        matched=tuple(dict.fromkeys(words[key] for key in heaviest)),
        symbols=tuple(sorted(value for kind, value in weights if kind == "company")),
        category=max(policies, key=lambda name: policies[name]) if policies else None,
    )


def _weight(mention: Mention) -> float:
    by_kind: dict[str, float] = {
        "mineral": WEIGHTS["minerals"].get(mention.value, WEIGHTS["minerals"]["other"]),
        "policy": WEIGHTS["policies"].get(mention.value, 0.0),
        "company": WEIGHTS["words"]["company"],
    }
    return by_kind.get(mention.kind, 0.0)
