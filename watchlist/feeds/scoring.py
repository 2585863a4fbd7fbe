"""How likely a title and a text matter: which words speak for it, and for whom. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchlist.coverage.companies import find_companies
from watchlist.coverage.lexicon import find_terms

if TYPE_CHECKING:
    from watchlist.catalog import Security

WORTH_SHOWING = 0.3
"""Below this a candidate is not kept: a notice that merely mentions a mineral scores less."""

MINERAL = {"critical minerals": 2.0, "rare earths": 2.0, "heavy rare earths": 2.0}
OTHER_MINERAL = 0.8
POLICY = {
    "equity-stake": 1.5,
    "price-floor": 1.5,
    "export-control": 1.5,
    "stockpile": 1.5,
    "executive-order": 1.0,
    "trade": 0.5,
    "loan": 0.5,
    "permitting": 0.5,
    "agreement": 0.5,
}
COMPANY = 2.0
IN_TITLE = 2.0
"""A word of the title counts so many times as much as one of the text below."""


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
    for part, factor in ((title, IN_TITLE), (text, 1.0)):
        for mention in [*find_terms(part), *find_companies(part, listed)]:
            weight = factor * _weight(mention.kind, mention.value)
            key = (mention.kind, mention.value)
            if weight > weights.get(key, 0.0):
                weights[key] = weight
                words[key] = " ".join(mention.evidence.split())
    policies = {value: weight for (kind, value), weight in weights.items() if kind == "policy"}
    total = sum(weights.values()) + (bonus if weights else 0.0)
    return Score(
        value=round(1 - math.exp(-total / 4), 3),
        matched=tuple(
            dict.fromkeys(words[key] for key in sorted(words, key=lambda k: -weights[k]))
        ),
        symbols=tuple(sorted(value for kind, value in weights if kind == "company")),
        category=max(policies, key=lambda name: policies[name]) if policies else None,
    )


def _weight(kind: str, value: str) -> float:
    if kind == "mineral":
        return MINERAL.get(value, OTHER_MINERAL)
    if kind == "policy":
        return POLICY.get(value, 0.0)
    return COMPANY if kind == "company" else 0.0
