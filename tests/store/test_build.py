"""Private build, atomic publish, and everything that must not become a store."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.loopback import FakeClock
from tests.store.made import building, publish_number
from watchlist.errors import StoreError
from watchlist.project import Project
from watchlist.store import connect, open_build
from watchlist.store.schema import migrations, set_meta


def test_leaving_without_publish_leaves_nothing(tmp_path: Path) -> None:
    with building(tmp_path):
        pass
    assert not Project(tmp_path).store_file.exists()
    assert not Project(tmp_path).build_file.exists()


def test_an_error_in_the_build_leaves_the_published_file(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        build.publish()
    before = Project(tmp_path).store_file.read_bytes()

    def fail_in_the_middle() -> None:
        with building(tmp_path) as build:
            build.con.execute("DELETE FROM base.securities")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()
    assert Project(tmp_path).store_file.read_bytes() == before


def test_what_a_killed_run_left_is_gone_after_the_next(tmp_path: Path) -> None:
    build_file = Project(tmp_path).build_file
    build_file.parent.mkdir()
    compacted = build_file.with_name("watchlist.build-sorted.duckdb")
    for file in (build_file, compacted):
        file.write_bytes(b"half a store")
        file.with_name(file.name + ".wal").write_bytes(b"half a log")
    with building(tmp_path) as build:
        assert not compacted.exists()
        build.publish(compacted=True)
    assert [path.name for path in build_file.parent.iterdir()] == ["watchlist.lock"]


def test_the_same_content_is_not_published_again(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        assert build.publish()
    before = Project(tmp_path).store_file.read_bytes()
    with building(tmp_path) as build:
        assert not build.publish()
    assert Project(tmp_path).store_file.read_bytes() == before


def test_a_changed_value_is_published(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        build.publish()
    with building(tmp_path) as build:
        build.con.execute("UPDATE base.securities SET name = 'MP Materials' WHERE symbol = 'MP'")
        assert build.publish()


@pytest.mark.parametrize(
    ("value", "published"), [(0.1 + 0.2, False), (0.30000003, True), (1e-300, True)]
)
def test_the_last_digits_of_what_is_computed_are_no_news(
    tmp_path: Path, value: float, published: bool
) -> None:
    """They are the processor's; a bar is compared to the bit."""
    with building(tmp_path) as build:
        build.con.execute(
            "INSERT INTO base.study_fits BY NAME SELECT 1 AS study_id, 'e' AS event_id, 'MP' AS "
            "symbol, DATE '2025-07-10' AS day0, ['SPY'] AS factors, 0.3 AS sigma, [0.3] AS betas, "
            "120 AS observations, 0 AS masked"
        )
        build.publish()
    with building(tmp_path) as build:
        build.con.execute("UPDATE base.study_fits SET sigma = $x, betas = [$x]", {"x": value})
        assert build.publish() is published


def test_no_write_ahead_log_lies_beside_the_published_file(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    publish_number(tmp_path, 2)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"watchlist.duckdb", ".watchlist"}
    assert {path.name for path in (tmp_path / ".watchlist").iterdir()} == {"watchlist.lock"}


def test_the_file_is_readable_by_tools_of_duckdb_1_5(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    with connect(tmp_path / "watchlist.duckdb") as con:
        ((tags,),) = con.execute(
            "SELECT tags FROM duckdb_databases() WHERE database_name = 'watchlist'"
        ).fetchall()
    assert tags["storage_version"].startswith("v1.5")


def test_a_long_open_reader_keeps_its_file_whole(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    with connect(tmp_path / "watchlist.duckdb") as reader:
        publish_number(tmp_path, 2)
        question = "SELECT DISTINCT alias FROM security_aliases"
        assert reader.execute(question).fetchall() == [("1",)]
    with connect(tmp_path / "watchlist.duckdb") as reader:
        assert reader.execute(question).fetchall() == [("2",)]


def test_real_and_simulated_prices_never_share_a_file(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    real = Project(tmp_path)
    real.store_file.rename(Project(tmp_path, simulated=True).store_file)
    with (
        pytest.raises(StoreError, match="holds real prices"),
        open_build(Project(tmp_path, simulated=True), FakeClock()),
    ):
        pass


def test_a_store_from_a_newer_version_is_refused(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        newest = migrations()[-1][0]
        set_meta(build.con, "schema_version", str(newest + 1))
        build.publish()
    before = Project(tmp_path).store_file.read_bytes()
    with pytest.raises(StoreError, match="upgrade"), building(tmp_path):
        pass
    assert Project(tmp_path).store_file.read_bytes() == before


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "watchlist.duckdb")) as con:
        con.execute("CREATE TABLE photos (name VARCHAR)")
    with pytest.raises(StoreError, match="not one of watchlist's"), building(tmp_path):
        pass


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "watchlist.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match="cannot be opened"), building(tmp_path):
        pass
    with pytest.raises(StoreError):
        connect(tmp_path / "watchlist.duckdb")


def test_a_missing_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="watchlist daily"):
        connect(Project(tmp_path))


def test_a_broken_view_names_its_file(tmp_path: Path) -> None:
    from watchlist.store.schema import apply_views

    (tmp_path / "10_bad.sql").write_text("CREATE VIEW bad AS SELECT nothing FROM nowhere")
    with building(tmp_path) as build, pytest.raises(StoreError, match=r"10_bad\.sql"):
        apply_views(build.con, tmp_path)


def test_a_view_that_is_gone_from_the_folder_goes(tmp_path: Path) -> None:
    from watchlist.store.schema import apply_views

    (tmp_path / "10_one.sql").write_text("CREATE OR REPLACE VIEW one AS SELECT 1 AS n")
    with building(tmp_path) as build:
        apply_views(build.con, tmp_path)
        views = build.con.execute(
            "SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
        ).fetchall()
    assert views == [("one",)]


def test_a_run_that_always_has_news_publishes_without_comparing(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    before = Project(tmp_path).store_file.stat().st_ino
    with open_build(Project(tmp_path), FakeClock(), compare=False) as build:
        assert build.publish()
    assert Project(tmp_path).store_file.stat().st_ino != before
