"""What a report is made of: rows of the public views as of one session, read once for all pages."""

from __future__ import annotations

from dataclasses import dataclass
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
    """The answers of the files of `sql` of that name; by event or symbol where a dict."""

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

    def all_of(name: str) -> Any:
        return read(con, name, **given)

    def by_first(name: str) -> Any:
        out: dict[Any, list[dict[str, Any]]] = {}
        for row in read(con, name, **given):
            out.setdefault(row.pop(next(iter(row))), []).append(row)
        return out

    return Facts(
        as_of=as_of,
        previous=given["previous"],
        simulated=any(row["value"] == "simulated" for row in all_of("kind")),
        ranked=bool(all_of("ranking")),
        session=next(iter(all_of("session")), None),
        securities=all_of("securities"),
        findings=all_of("findings"),
        events=events,
        moves=all_of("moves"),
        benchmarks=all_of("benchmarks"),
        prices=all_of("prices"),
        alerts=all_of("alerts"),
        signals=by_first("signals"),
        verdicts=all_of("verdicts"),
        holdings=by_first("holdings"),
        restated=all_of("restated"),
        changed_verdicts=all_of("changed_verdicts"),
        studies=studies,
        tests=by_first("tests"),
        forest=[_with_interval(row) for row in all_of("forest")],
        heatmap=all_of("heatmap"),
        kept=all_of("kept"),
        changed_effects=all_of("changed_effects"),
        calibration=all_of("calibration"),
        reactions=by_first("reactions"),
        paths=by_first("paths"),
        drifts=by_first("drifts"),
        effects=by_first("effects"),
        compared=by_first("compared"),
        placebo=by_first("placebo"),
        drops=by_first("drops"),
        controls=by_first("controls"),
        sympathy=by_first("sympathy"),
        confounders=by_first("confounders"),
    )


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
