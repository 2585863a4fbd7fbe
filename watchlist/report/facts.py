"""What a report is made of: rows of the public views, as of one session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

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

    def of_event(self, table: str, study_id: int, event_id: str) -> list[Row]:
        """Rows of a table of the studies that belong to one event."""
        return self._by_event[table].get((study_id, event_id), [])

    @cached_property
    def _by_event(self) -> dict[str, dict[Any, list[Row]]]:
        tables = {"abnormal": self.abnormal, "bands": self.bands, "effects": self.effects}
        return {name: group(rows, "study_id", "event_id") for name, rows in tables.items()}

    def sessions(self, calendar: str | None = None) -> list[date]:
        """Sessions of a calendar around the as-of session, oldest first, future ones too."""
        wanted = calendar or self.market
        return [row["session"] for row in self.calendar if row["calendar"] == wanted]


def group(rows: list[Row], *keys: str) -> dict[Any, list[Row]]:
    """Rows by the value of a column, or by a tuple of several, in their order."""
    out: dict[Any, list[Row]] = {}
    for row in rows:
        key = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
        out.setdefault(key, []).append(row)
    return out
