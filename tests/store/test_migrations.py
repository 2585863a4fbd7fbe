"""Forward from every released schema, whole or resumed after a crash; never backward."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.loopback import FakeClock
from watchlist.errors import StoreError
from watchlist.project import Project
from watchlist.store import connect, open_build
from watchlist.store.compact import content
from watchlist.store.files import open_file
from watchlist.store.schema import MIGRATIONS, get_meta, migrate, migrations, schema_version

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))
"""Each is a small store as a released version wrote it; `python -m tests.store.dump` makes one."""


@pytest.mark.parametrize("dump", RELEASED, ids=lambda path: path.stem)
def test_a_released_store_comes_forward(dump: Path, tmp_path: Path) -> None:
    project = Project(tmp_path)
    con = open_file(project.store_file)
    con.execute(dump.read_text(encoding="utf-8"))
    con.close()
    with open_build(project, FakeClock()) as build:
        build.publish()
    with connect(project) as con:
        assert get_meta(con, "schema_version") == str(migrations()[-1][0])
        assert con.execute("SELECT symbol, close FROM bars ORDER BY session").fetchall() == [
            ("MP", 58.75),
            ("MP", 59.5),
        ]
        assert con.execute("SELECT count(*) FROM returns").fetchall() == [(2,)]
        assert con.execute("SELECT old_value, cause FROM restatements").fetchall() == [
            (58.5, "correction")
        ]


def older_store(project: Project) -> None:
    """A store of schema 5 with an event, its targets, and a view on them."""
    con = open_file(project.store_file)
    con.execute((Path(__file__).parent / "released" / "schema_005.sql").read_text("utf-8"))
    con.execute(
        """
        INSERT INTO base.events BY NAME
        SELECT 'e' AS event_id, DATE '2026-01-14' AS announced_on, 'intraday' AS timing,
            'reported' AS timing_basis, 't' AS title, 'loan' AS category,
            'adverse' AS direction, []::VARCHAR[] AS actors, []::VARCHAR[] AS minerals,
            'confirmed' AS certainty, 'happened' AS status;
        INSERT INTO base.event_targets VALUES ('e', 'MP', 'named'), ('e', 'LAC', 'exposed');
        CREATE VIEW event_targets AS SELECT event_id, symbol, relation FROM base.event_targets;
        """
    )
    con.close()


def test_the_direction_of_an_event_becomes_that_of_its_pairs(tmp_path: Path) -> None:
    project = Project(tmp_path)
    older_store(project)
    with open_build(project, FakeClock()) as build:
        build.publish()
    with connect(project) as con:
        assert con.execute(
            "SELECT symbol, relation, direction FROM event_targets ORDER BY symbol"
        ).fetchall() == [("LAC", "exposed", "adverse"), ("MP", "named", "adverse")]
        assert con.execute("SELECT entered_at FROM events").fetchall() == [(None,)]


@pytest.mark.parametrize("as_known", [None, date(2026, 1, 15)])
def test_a_store_of_an_older_version_is_not_read_by_halves(
    tmp_path: Path, as_known: date | None
) -> None:
    project = Project(tmp_path)
    older_store(project)
    with pytest.raises(StoreError, match=r"schema 5, .* reads 7\n.*doctor --repair"):
        connect(project, as_known=as_known)
    with connect(project, outdated=True) as con:
        assert con.execute("SELECT count(*) FROM event_targets").fetchall() == [(2,)]


def test_there_is_a_released_store_of_the_present_schema() -> None:
    assert RELEASED[-1].stem == f"schema_{migrations()[-1][0]:03}"


def test_every_table_of_the_present_schema_is_in_the_released_store(tmp_path: Path) -> None:
    """A migration that was edited after its release would part the two."""
    made = duckdb.connect()
    migrate(made, "real")
    dumped = duckdb.connect()
    dumped.execute(RELEASED[-1].read_text(encoding="utf-8"))
    question = (
        "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE schema_name = 'base' ORDER BY ALL"
    )
    assert dumped.execute(question).fetchall() == made.execute(question).fetchall()


def copy_of_migrations(folder: Path) -> Path:
    for _, path in migrations():
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_a_new_migration_runs_once_and_keeps_the_content(tmp_path: Path) -> None:
    con = duckdb.connect()
    assert migrate(con, "real") == len(migrations())
    con.execute("INSERT INTO base.security_aliases VALUES ('MP', 'MP Materials')")
    before = content(con)["security_aliases"]
    newer = copy_of_migrations(tmp_path)
    number = migrations()[-1][0] + 1
    (newer / f"{number:03}_more.sql").write_text("CREATE TABLE base.more (n INTEGER);")
    assert migrate(con, "real", newer) == 1
    assert migrate(con, "real", newer) == 0
    assert schema_version(con) == number
    assert content(con)["security_aliases"] == before


def test_a_migration_that_fails_leaves_the_store_before_it(tmp_path: Path) -> None:
    con = duckdb.connect()
    migrate(con, "real")
    newer = copy_of_migrations(tmp_path)
    number = migrations()[-1][0] + 1
    (newer / f"{number:03}_bad.sql").write_text("CREATE TABLE base.half (n INTEGER); SELECT 1/'x';")
    with pytest.raises(duckdb.Error):
        migrate(con, "real", newer)
    assert schema_version(con) == number - 1
    assert con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'"
    ).fetchall() == [(0,)]


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = [number for number, _ in migrations(MIGRATIONS)]
    assert numbers == list(range(1, len(numbers) + 1))
