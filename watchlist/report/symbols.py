"""The as-of session of a symbol, how rare it is, and the page of one symbol."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

from watchlist.report import format as fmt
from watchlist.report.events import StudyName
from watchlist.report.rows import (
    Holding,
    MoveRow,
    PageHead,
    Prices,
    Role,
    Security,
    SignalRow,
    pick,
)
from watchlist.report.study_rows import Reaction

if TYPE_CHECKING:
    from watchlist.report.facts import Facts


class Move(MoveRow):
    """The as-of session of one security, with words."""

    rare: str
    """How rare the return is."""


class SymbolSignal(SignalRow):
    """A signal with what it is worth as a forecast."""

    verdict: str | None


class SymbolAlert(TypedDict):
    """An alert of the last month."""

    session: date
    signal: str
    sentence: str


class SymbolPage(PageHead):
    """The JSON twin of symbols/SYMBOL.html. Returns and everything made of them are fractions.

    A field may be added within version 1; none is removed or changes its meaning.
    """

    schema: Literal["watchlist.symbol/1"]
    kind: Literal["symbol"]
    as_of: date
    symbol: str
    name: str
    role: Role
    exchange: str
    currency: str
    minerals: list[str]
    stage: str | None
    note: str | None
    factors: list[str]
    """Symbols that it is measured against."""
    valid_from: date | None
    """Bars before belong to another company or shell."""
    first_session: date | None
    last_session: date | None
    bars: int
    failed: str | None
    """Why the last pull failed; null if it did not."""
    move: Move
    price: Prices
    study: StudyName | None
    """The study whose effects `reactions` tells."""
    signals: list[SymbolSignal]
    alerts: list[SymbolAlert]
    holdings: list[Holding]
    reactions: list[Reaction]
    """Every event that reached the symbol, newest first."""


def move(row: MoveRow) -> Move:
    """The row with its rarity in words."""
    return pick(Move, row, rare=how_rare(row))


def how_rare(row: MoveRow) -> str:
    """The rank of a move in words."""
    rare = row["rarity"]
    if rare is None or row["ret"] is None:
        return "not known"
    if rare["others"] == 0:
        return "its first session"
    others = fmt.count(rare["others"])
    if rare["larger"] == 0:
        if rare["next_largest"] is not None and abs(row["ret"]) > 1.5 * rare["next_largest"]:
            return f"none of its {others} other sessions came near"
        return f"its largest move in {fmt.count(rare['others'] + 1)} sessions"
    share = rare["larger"] / rare["others"]
    if share <= 0.05:
        return f"only {rare['larger']} of its {others} other sessions moved as much"
    return f"as large or larger on {fmt.percent(share, 0, sign=False)} of {others} sessions"


def verdict_words(facts: Facts) -> dict[str, str]:
    """Signal → `supported at 1, 5; not distinguishable from chance at 20 sessions ahead`."""
    horizons: dict[str, dict[str, list[int]]] = {}
    for row in facts.verdicts:
        horizons.setdefault(row["signal"], {}).setdefault(row["verdict"], []).append(row["horizon"])
    return {
        signal: "; ".join(f"{word} at {', '.join(map(str, at))}" for word, at in found.items())
        + " sessions ahead"
        for signal, found in horizons.items()
    }


def symbol_page(facts: Facts, security: Security, *, version: str) -> SymbolPage:
    """Everything about one symbol."""
    symbol, study = security["symbol"], facts.headline
    verdicts = verdict_words(facts)
    return pick(
        SymbolPage,
        security,
        schema="watchlist.symbol/1",
        version=version,
        kind="symbol",
        simulated=facts.simulated,
        as_of=facts.as_of,
        title=f"{symbol}, {security['name']}",
        factors=[f for f in (security["market"], security["sector_factor"]) if f],
        failed=security["reason"] if security["failed"] else None,
        move=next(move(row) for row in facts.moves if row["symbol"] == symbol),
        price=next(row for row in facts.prices if row["symbol"] == symbol),
        study=None if study is None else pick(StudyName, study),
        signals=[
            pick(SymbolSignal, row, verdict=verdicts.get(row["signal"]))
            for row in facts.signals.get(symbol, [])
        ],
        alerts=[pick(SymbolAlert, row) for row in facts.alerts if row["symbol"] == symbol],
        holdings=facts.holdings.get(symbol, []),
        reactions=facts.reactions.get(symbol, []),
    )
