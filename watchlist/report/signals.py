"""The page of the signals: who is unusual today and why, and what each signal is worth."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

from watchlist.errors import StoreError
from watchlist.report.facts import read
from watchlist.report.rows import Fraction, PageHead, PValue, SignalState

if TYPE_CHECKING:
    import duckdb

HISTORY = "abnormal_move"
"""The signal whose three years are drawn for every watched symbol."""


class Ranked(TypedDict):
    """A symbol of the ranking."""

    symbol: str
    score: float
    """Bits of surprise."""
    reasons: list[str]


class SignalVerdict(TypedDict):
    """What judging said of a signal at one horizon."""

    horizon: int
    """Sessions ahead."""
    verdict: str
    ic: float | None
    """Rank correlation with the later result."""
    t: float | None
    p_adjusted: PValue | None
    mde: float | None
    n: int
    caution: str | None
    ic_one_session_later: float | None
    net_per_year: Fraction | None
    buckets: list[Fraction | None]
    """Mean later result by fifth of the signal."""
    decay: list[tuple[int, float | None]]
    """Rank correlation by sessions ahead."""


class SignalDefinition(TypedDict):
    """A signal as the views define it."""

    signal: str
    title: str
    definition: str
    formula: str
    source: str
    unit: str
    rule: str
    lies: str
    """When it misleads."""
    direction: Literal["up", "down", "magnitude", "none"]
    """What a high value is said to forecast."""
    alerts: int
    symbol_years: float
    alerts_per_year: float | None
    expected_per_year: float | None
    """By chance alone; null where chance has no part."""


class JudgedSignal(SignalDefinition):
    """A signal with what judging said of it."""

    verdicts: list[SignalVerdict]


class CurrentSignal(TypedDict):
    """A signal of a watched symbol today."""

    symbol: str
    signal: str
    z: float | None
    state: SignalState


class SignalHistory(TypedDict):
    """Three years of one signal of one symbol."""

    symbol: str
    signal: str
    session: list[date]
    z: list[float | None]
    state: list[SignalState]
    alert: list[bool]
    """Where an alert began."""


class SignalsPage(PageHead):
    """The JSON twin of signals/DATE.html. Returns and everything made of them are fractions.

    A field may be added within version 1; none is removed or changes its meaning.
    """

    schema: Literal["watchlist.signals/1"]
    kind: Literal["signals"]
    as_of: date
    ranking: list[Ranked]
    signals: list[JudgedSignal]
    judged: date | None
    """Last session that judging used."""
    current: list[CurrentSignal]
    history: list[SignalHistory]


def signals_page(
    con: duckdb.DuckDBPyConnection, as_of: date, *, simulated: bool, version: str
) -> SignalsPage:
    """The page of the store's signals.

    Raises
    ------
    StoreError
        The store's signals are of another session.
    """
    ranking = read(con, "ranking", as_of=as_of)
    if not ranking:
        raise StoreError(
            f"the store has no signals of {as_of}",
            f"raise them with: watchlist daily --on {as_of}",
        )
    verdicts: dict[str, list[SignalVerdict]] = {}
    judged = None
    for row in read(con, "judged", as_of=as_of):
        judged = row.pop("as_of")
        detail = json.loads(row.pop("detail"))
        row |= {name: detail[name] for name in ("caution", "ic_one_session_later", "buckets")}
        row["decay"] = [(horizon, ic) for horizon, ic in detail["decay"]]
        row["net_per_year"] = detail["portfolio"] and detail["portfolio"]["net_per_year"]
        verdicts.setdefault(row.pop("signal"), []).append(row)
    definitions: list[SignalDefinition] = read(con, "definitions", as_of=as_of)
    history: list[SignalHistory] = read(con, "history", as_of=as_of, signal=HISTORY)
    return {
        "schema": "watchlist.signals/1",
        "version": version,
        "kind": "signals",
        "simulated": simulated,
        "as_of": as_of,
        "title": "Signals",
        "ranking": ranking,
        "signals": [{**row, "verdicts": verdicts.get(row["signal"], [])} for row in definitions],
        "judged": judged,
        "current": read(con, "current", as_of=as_of),
        "history": history,
    }
