"""The SQL functions and the Python engine tell the same numbers: two ways, one result."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from watchlist import store
from watchlist.project import Project

TOLERANCE = 1e-9

ALL_PAIRS = """
(
    SELECT list({event_id: t.event_id, symbol: t.symbol, relation: t.relation, day0: t.day0})
    FROM event_targets AS t
    WHERE t.day0 IS NOT NULL
)
"""

STUDIES = [("daily-market", "true"), ("daily-market-keep", "false")]


@pytest.fixture(params=["demo_project", "real_project"])
def con(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The simulated market, then real bars."""
    project: Project = request.getfixturevalue(request.param)
    con = store.connect(project)
    yield con
    con.close()


@pytest.mark.parametrize(("study", "mask"), STUDIES)
def test_every_abnormal_return_is_the_engine_s(
    con: duckdb.DuckDBPyConnection, study: str, mask: str
) -> None:
    rows = con.execute(
        f"""
        WITH mine AS (FROM market_model({ALL_PAIRS}, -10, 20, mask := {mask})),
        theirs AS (
            SELECT a.* FROM abnormal_returns AS a JOIN studies AS s USING (study_id)
            WHERE s.name = '{study}' AND s.latest
        )
        SELECT
            count(t.ar), count(m.ar), max(abs(t.ar - m.ar)), max(abs(t.expected - m.expected)),
            max(abs(t.ret - m.ret)),
            count(*) FILTER ((t.ar IS NULL) <> (m.ar IS NULL)),
            count(*) FILTER (t.session <> m.session)
        FROM theirs AS t
        LEFT JOIN mine AS m USING (event_id, symbol, day)
        """
    ).fetchall()
    ((engine, sql, ar, expected, ret, one_sided, other_session),) = rows
    assert engine == sql > 10_000
    assert max(ar, expected, ret) < TOLERANCE
    assert one_sided == other_session == 0


@pytest.mark.parametrize(("study", "mask"), STUDIES)
@pytest.mark.parametrize(("first", "last"), [(0, 0), (-1, 1), (0, 5), (-5, 5), (0, 20)])
def test_car_and_its_error_are_the_engine_s(
    con: duckdb.DuckDBPyConnection, study: str, mask: str, first: int, last: int
) -> None:
    events = con.execute(
        "SELECT DISTINCT e.event_id FROM event_effects AS e JOIN studies AS s USING (study_id) "
        "WHERE s.name = $study AND s.latest AND e.days = $days ORDER BY 1 LIMIT 12",
        {"study": study, "days": last - first + 1},
    ).fetchall()
    assert events
    compared = 0
    for (event,) in events:
        for row in con.execute(
            f"""
            SELECT e.car - c.car, e.se - c.se, e.scar - c.scar, e.ret - c.ret, f.alpha - c.alpha,
                f.betas[1] - c.beta, f.sigma - c.sigma, f.observations - c.observations
            FROM car($event, $first, $last, mask := {mask}) AS c
            JOIN event_effects AS e USING (event_id, symbol)
            JOIN study_fits AS f USING (study_id, event_id, symbol)
            JOIN studies AS s USING (study_id)
            WHERE s.name = $study AND s.latest AND e.first_day = $first AND e.last_day = $last
                AND e.days = $last - $first + 1
            """,
            {"event": event, "first": first, "last": last, "study": study},
        ).fetchall():
            compared += 1
            assert max(map(abs, row)) < TOLERANCE, event
    assert compared >= 12


def test_sar_of_a_path_is_the_engine_s(con: duckdb.DuckDBPyConnection) -> None:
    ((rows, sar, car),) = con.execute(
        """
        SELECT count(*), max(abs(a.sar - p.sar)), max(abs(p.car - running))
        FROM (
            SELECT *, sum(ar) OVER (PARTITION BY symbol ORDER BY day) AS running
            FROM abnormal_returns
            WHERE event_id = 'mp-dod-2025' AND study = 'daily-market'
        ) AS a
        JOIN event_path('mp-dod-2025') AS p USING (symbol, day)
        """
    ).fetchall()
    assert rows > 60
    assert max(sar, car) < TOLERANCE


def test_reaction_is_the_engine_s(con: duckdb.DuckDBPyConnection) -> None:
    ((rows, ar, short, long),) = con.execute(
        """
        SELECT count(*), max(abs(r.ar - a.car)), max(abs(r.car_0_5 - b.car)),
            max(abs(r.car_0_20 - c.car))
        FROM reaction('MP') AS r
        JOIN event_effects AS a ON a.event_id = r.event_id AND a.symbol = 'MP'
            AND (a.first_day, a.last_day) = (0, 0) AND a.study = 'daily-market'
        JOIN event_effects AS b ON b.event_id = r.event_id AND b.symbol = 'MP'
            AND (b.first_day, b.last_day) = (0, 5) AND b.study = 'daily-market'
        JOIN event_effects AS c ON c.event_id = r.event_id AND c.symbol = 'MP'
            AND (c.first_day, c.last_day) = (0, 20) AND c.study = 'daily-market'
        """
    ).fetchall()
    assert rows > 30
    assert max(ar, short, long) < TOLERANCE


def test_around_a_day_0_is_the_path_of_the_event(con: duckdb.DuckDBPyConnection) -> None:
    ((rows, apart),) = con.execute(
        "SELECT count(*), max(abs(a.ar - p.ar)) FROM around('2025-07-10', ['MP']) AS a "
        "JOIN event_path('mp-dod-2025') AS p USING (symbol, day)"
    ).fetchall()
    assert rows == 11
    assert apart < TOLERANCE


def test_around_a_holiday_starts_at_the_next_session(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("SELECT session FROM around('2025-04-18', ['MP']) WHERE day = 0").fetchall()
    assert [str(row[0]) for row in rows] == ["2025-04-21"]


def test_too_few_observations_give_no_row_rather_than_a_bad_one(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert con.execute(
        "FROM market_model([{event_id: 'x', symbol: 'MP', relation: 'named', "
        "day0: DATE '2025-07-10'}], 0, 0, min_observations := 121)"
    ).fetchall() == []  # fmt: skip


def test_they_work_where_the_file_is_attached(demo_project: Project, tmp_path: Path) -> None:
    file = tmp_path / "copy.duckdb"
    shutil.copyfile(demo_project.store_file, file)
    con = duckdb.connect()
    con.execute(f"ATTACH '{file}' AS w (READ_ONLY)")
    con.execute("USE w")
    assert con.execute("FROM car('mp-dod-2025', -1, 5)").fetchall()
    con.close()
