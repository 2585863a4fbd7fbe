"""What a report is made of: rows of the public views, as of one session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """The answers of `steps/report_sql/*.sql`, one field per file of that name."""

    as_of: date
    """The session that the report is about."""

    previous: date | None
    """The session of the report before; None for the first one."""

    market: str
    """Calendar whose sessions the report counts: XNYS."""

    meta: list[Row] = field(default_factory=list)
    session: list[Row] = field(default_factory=list)
    calendar: list[Row] = field(default_factory=list)
    symbols: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    returns: list[Row] = field(default_factory=list)
    bars: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    event_targets: list[Row] = field(default_factory=list)
    event_sources: list[Row] = field(default_factory=list)
    studies: list[Row] = field(default_factory=list)
    effects: list[Row] = field(default_factory=list)
    fits: list[Row] = field(default_factory=list)
    abnormal: list[Row] = field(default_factory=list)
    bands: list[Row] = field(default_factory=list)
    tests: list[Row] = field(default_factory=list)
    drops: list[Row] = field(default_factory=list)
    factors: list[Row] = field(default_factory=list)
    overlaps: list[Row] = field(default_factory=list)
    calibrations: list[Row] = field(default_factory=list)
    signals: list[Row] = field(default_factory=list)
    alerts: list[Row] = field(default_factory=list)
    rankings: list[Row] = field(default_factory=list)
    definitions: list[Row] = field(default_factory=list)
    verdicts: list[Row] = field(default_factory=list)
    restatements: list[Row] = field(default_factory=list)
    previous_effects: list[Row] = field(default_factory=list)
    holdings: list[Row] = field(default_factory=list)

    @property
    def simulated(self) -> bool:
        """Whether the prices are made up."""
        return any(row["key"] == "kind" and row["value"] == "simulated" for row in self.meta)

    @cached_property
    def series(self) -> dict[str, dict[date, float]]:
        """Returns by symbol and session."""
        out: dict[str, dict[date, float]] = {}
        for row in self.returns:
            out.setdefault(row["symbol"], {})[row["session"]] = row["ret"]
        return out

    @cached_property
    def day_at(self) -> dict[date, int]:
        """Position of each session that has a return."""
        return {day: at for at, day in enumerate(sorted(self.returns_by_session))}

    def return_of(self, symbol: str) -> NDArray[np.float64]:
        """Returns of a symbol at the positions of `day_at`, NaN where there is none."""
        if symbol not in self._laid_out:
            row = np.full(len(self.day_at), np.nan)
            for day, value in self.series.get(symbol, {}).items():
                row[self.day_at[day]] = value
            self._laid_out[symbol] = row
        return self._laid_out[symbol]

    @cached_property
    def _laid_out(self) -> dict[str, NDArray[np.float64]]:
        return {}

    @cached_property
    def busy(self) -> dict[str, NDArray[np.bool_]]:
        """At the positions of `day_at`: is it day 0 of an event that has the symbol as target?"""
        day0 = {e["event_id"]: self.day_at.get(e["day0"]) for e in self.events}
        out: dict[str, NDArray[np.bool_]] = {}
        for target in self.event_targets:
            at = day0.get(target["event_id"])
            if at is not None:
                row = out.setdefault(target["symbol"], np.zeros(len(self.day_at), dtype=bool))
                row[at] = True
        return out

    def of_event(self, table: str, study_id: int, event_id: str) -> list[Row]:
        """Rows of a table of the studies that belong to one event."""
        return self._by_event[table].get((study_id, event_id), [])

    @cached_property
    def _by_event(self) -> dict[str, dict[Any, list[Row]]]:
        tables = {"abnormal": self.abnormal, "bands": self.bands, "effects": self.effects}
        return {name: group(rows, "study_id", "event_id") for name, rows in tables.items()}

    def about(self, table: str, event_id: str) -> list[Row]:
        """Rows of a table that belong to one event, whatever the study."""
        return self._about[table].get(event_id, [])

    @cached_property
    def _about(self) -> dict[str, dict[Any, list[Row]]]:
        names = ("fits", "effects", "drops", "factors", "overlaps")
        return {name: group(getattr(self, name), "event_id") for name in names}

    def of_symbol(self, table: str, symbol: str) -> list[Row]:
        """Rows of a table that belong to one symbol."""
        return self._by_symbol[table].get(symbol, [])

    @cached_property
    def _by_symbol(self) -> dict[str, dict[Any, list[Row]]]:
        return {name: group(getattr(self, name), "symbol") for name in ("bars", "effects")}

    @cached_property
    def tests_by_scope(self) -> dict[Any, list[Row]]:
        """Tests by study and scope."""
        return group(self.tests, "study_id", "scope")

    @cached_property
    def returns_by_session(self) -> dict[Any, list[Row]]:
        """Returns of all symbols, session by session."""
        return group(self.returns, "session")

    def sessions(self, calendar: str | None = None) -> list[date]:
        """Sessions of a calendar around the as-of session, oldest first, future ones too."""
        wanted = calendar or self.market
        return [row["session"] for row in self.calendar if row["calendar"] == wanted]


def group(rows: list[Row], *keys: str) -> dict[Any, list[Row]]:
    """Rows by the value of a column, or by a tuple of several, in their order."""
    out: dict[Any, list[Row]] = {}
    key_of = itemgetter(*keys)
    for row in rows:
        out.setdefault(key_of(row), []).append(row)
    return out
