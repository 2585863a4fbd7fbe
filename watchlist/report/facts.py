"""What a report is made of: rows of the public views as of one session, read once for all pages."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from watchlist.project import statement
from watchlist.store import MARKET_CALENDAR

if TYPE_CHECKING:
    import duckdb

    from watchlist.report import rows, study_rows

FRESH_SESSIONS = 3
"""An event is fresh on day 0 and the two sessions after it."""

RUNNING_SESSIONS = 20
"""Then its drift is followed to the end of the longest window."""

KEPT_LEAST = 0.02
"""Below a day-0 abnormal return of two percent a share of it is noise over noise."""


@dataclass(frozen=True)
class Facts:
    """The answers of the files of `sql` of that name; by their first column where a dict."""

    as_of: date
    """The session that the report is about."""
    previous: date | None
    """The session of the report before; None for the first one."""
    simulated: bool
    """Whether the prices are made up."""
    ranked: bool
    """Whether the signals of the session were raised."""

    session: rows.SessionHours | None
    securities: list[rows.Security]
    findings: list[rows.Finding]
    events: list[rows.EventRow]
    moves: list[rows.MoveRow]
    benchmarks: list[rows.Benchmark]
    prices: list[rows.Prices]
    alerts: list[rows.Alert]
    signals: dict[str, list[rows.SignalRow]]
    verdicts: list[rows.Verdict]
    holdings: dict[str, list[rows.Holding]]
    restated: list[rows.Restated]
    changed_verdicts: list[rows.ChangedVerdict]

    studies: list[study_rows.StudyRow]
    tests: dict[str, list[study_rows.TestRow]]
    """By scope."""
    forest: list[study_rows.ForestRow]
    heatmap: list[study_rows.Cell]
    kept: list[study_rows.Kept]
    changed_effects: list[study_rows.ChangedEffect]
    calibration: list[study_rows.CalibrationRow]
    reactions: dict[str, list[study_rows.Reaction]]
    paths: dict[str, list[study_rows.Path]]
    drifts: dict[str, list[study_rows.Drift]]
    effects: dict[str, list[study_rows.Effect]]
    compared: dict[str, list[study_rows.Compared]]
    placebo: dict[str, list[study_rows.OrdinaryDays]]
    drops: dict[str, list[study_rows.Drop]]
    controls: dict[str, list[study_rows.Control]]
    sympathy: dict[str, list[study_rows.Sympathy]]
    confounders: dict[str, list[study_rows.Confounder]]

    @property
    def headline(self) -> study_rows.StudyRow | None:
        """The study that the report leads with."""
        return next((study for study in self.studies if study["headline"]), None)

    @property
    def models(self) -> list[study_rows.StudyRow]:
        """One study a model, the headline first: those that a reader should see side by side."""
        return list({study["model"]: study for study in reversed(self.studies)}.values())[::-1]

    @property
    def linked(self) -> frozenset[str]:
        """Symbols that have a page."""
        return frozenset(security["symbol"] for security in self.securities)


def read_facts(con: duckdb.DuckDBPyConnection, as_of: date, *, chart_days: int) -> Facts:
    """All rows that reports of `as_of` need; `chart_days` calendar days of prices."""
    given: dict[str, Any] = {
        "as_of": as_of,
        "previous": read(con, "previous", as_of=as_of)[0]["as_of"],
        "calendar": MARKET_CALENDAR,
        "since": as_of - timedelta(days=chart_days),
        "fresh": FRESH_SESSIONS,
        "running": RUNNING_SESSIONS,
        "least": KEPT_LEAST,
    }
    studies = read(con, "studies", **given)
    events = read(con, "events", **given)
    models = {study["model"]: study["study_id"] for study in reversed(studies)}
    given |= {
        "studies": [study["study_id"] for study in studies],
        "headline": next((study["study_id"] for study in studies if study["headline"]), None),
        "models": list(models.values())[::-1],
        "events": [event["event_id"] for event in events],
    }

    answers: dict[str, Any] = {
        "as_of": as_of,
        "previous": given["previous"],
        "simulated": read(con, "kind")[0]["value"] == "simulated",
        "ranked": bool(read(con, "ranking", as_of=as_of)),
        "session": next(iter(read(con, "session", **given)), None),
        "studies": studies,
        "events": events,
        "forest": [_with_interval(row) for row in read(con, "forest", **given)],
    }
    for field in fields(Facts):
        if field.name not in answers:
            found = read(con, field.name, **given)
            by_first = str(field.type).startswith("dict")
            answers[field.name] = _by_first(found) if by_first else found
    return Facts(**answers)


def _by_first(found: list[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    """Rows by the value of their first column, without it."""
    out: dict[Any, list[dict[str, Any]]] = {}
    for row in found:
        out.setdefault(row.pop(next(iter(row))), []).append(row)
    return out


def _with_interval(row: dict[str, Any]) -> Any:
    """The 95 % interval in the place of standard error and degrees of freedom."""
    from watchlist.study.tails import student_interval

    lo, hi = student_interval(row["estimate"], row.pop("se"), row.pop("df"))
    return {**row, "lo": lo, "hi": hi}


def read(con: duckdb.DuckDBPyConnection, name: str, **given: Any) -> list[Any]:
    """The answer of one file of `sql` as dicts, with those parameters that it names."""
    import duckdb

    text = statement(__file__, name)
    wanted = duckdb.extract_statements(text)[0].named_parameters
    cursor = con.execute(text, {key: given[key] for key in wanted})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
