"""The closed sets of words that the catalogue's tables may use, and what each means."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Role = Literal["watchlist", "peer", "benchmark", "factor", "reference"]
"""`reference`: a company that events or texts name but whose bars are not pulled."""

Timing = Literal["pre-market", "intraday", "after-close", "non-trading-day", "unknown"]
"""When on `announced_on` the news came, by the hours of the New York Stock Exchange."""

TimingBasis = Literal["reported", "inferred", "calendar", "unknown"]
"""`reported`: a source says so; `inferred`: it follows from other facts, which `note` names;
`calendar`: the exchange was closed that day, so the hour does not matter."""

Category = Literal[
    "equity-stake",
    "price-floor",
    "executive-order",
    "export-control",
    "export-relief",
    "stockpile",
    "loan",
    "permitting",
    "trade",
    "agreement",
    "speech",
    "legislation",
    "company",
]
"""`loan` covers grants and awards too; `export-relief` is a control lifted or suspended,
kept apart because its sign is the opposite; `company` is what a company does by itself."""

Direction = Literal["supportive", "adverse", "mixed"]
"""For the share price of a target, as a reader of that day would have judged it from the news
itself or from older sources; never set or changed because of how the price moved."""

Certainty = Literal["confirmed", "single-source", "unconfirmed"]
"""`confirmed`: two independent sources or more, or one official document."""

Status = Literal["happened", "scheduled"]

ChainStage = Literal[
    "report", "announcement", "confirmation", "amendment", "closing", "failure", "deadline"
]

Relation = Literal["named", "exposed"]

HoldingKind = Literal["equity", "warrants", "loan", "grant", "offtake", "price-floor"]

HoldingState = Literal[
    "closed", "signed", "letter-of-intent", "applied", "talks", "lapsed", "unknown"
]


@cache
def minerals() -> dict[str, tuple[str, ...]]:
    """Each mineral of `minerals.toml` by its name in the catalogue, with the words of texts."""
    text = (Path(__file__).parent / "minerals.toml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text)["minerals"].items()}
