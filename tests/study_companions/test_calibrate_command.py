"""`watchlist study calibrate` on a simulated store: printed, stored, drawn, refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from watchlist import store
from watchlist.catalog import load_catalog
from watchlist.charts.study import calibration as chart
from watchlist.charts.style import DOWN, UP
from watchlist.cli.commands import build_app
from watchlist.config import Config
from watchlist.errors import ConfigError, StudyError
from watchlist.project import Project
from watchlist.sources import open_source
from watchlist.store.pull import pull_bars

TABLE = pl.DataFrame(
    [
        ("event", "kp", "null", 0, 0, 4, 0.05, 0.05, 400),
        ("event", "bmp", "null", 0, 0, 4, 0.05, 0.40, 400),
        ("event", "kp", "planted +5%", 0, 0, 4, 0.05, 0.30, 400),
        ("event", "bmp", "planted +5%", 0, 0, 4, 0.05, 0.70, 400),
        ("all", "kp", "null", 0, 0, 40, 0.05, 0.06, 400),
    ],
    schema=[
        "scope", "test", "setting", "first_day", "last_day", "n", "nominal", "rejected",
        "repetitions",
    ],
    orient="row",
)  # fmt: skip


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 8, 1, 12, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with simulated bars and nothing else in its store."""
    place = tmp_path_factory.mktemp("calibrate")
    project, config = Project(place, simulated=True), Config(source="simulated")
    source = open_source("simulated", config, project, FixedClock())
    with store.open_build(project, FixedClock()) as build:
        pull_bars(build, load_catalog(project), source, clock=FixedClock(), on=date(2026, 7, 31))
        store.checks.record(build.con, build.started_at)
        build.publish()
    return place


def calibrate(folder: Path, *options: str) -> Result:
    arguments = ["study", "calibrate", "--project", str(folder), "--simulated"]
    short = ("--repetitions", "20", "--window", "0:0", "--tests", "headline")
    return CliRunner().invoke(build_app(), [*arguments, *short, *options])


def test_result_is_printed_and_stored_once(folder: Path) -> None:
    for _ in range(2):
        result = calibrate(folder, "--format", "json")
        assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert {row["scope"] for row in rows} == {"event", "all"}
    headline = next(row for row in rows if row["test"] == "kp" and row["scope"] == "all")
    assert 0 <= headline["true_size"] <= 1
    assert headline["planted +5%"] >= headline["true_size"]
    with duckdb.connect(str(folder / "watchlist-simulated.duckdb"), read_only=True) as con:
        stored = con.sql(
            "SELECT count(*), count(DISTINCT design_hash) FROM calibrations"
        ).fetchall()
    assert stored == [(2 * len(rows), 1)]


def test_dry_leaves_the_store_alone(folder: Path) -> None:
    store = folder / "watchlist-simulated.duckdb"
    before = store.read_bytes()
    result = calibrate(folder, "--dry", "--scope", "event", "--plant", "0.1")
    assert result.exit_code == 0, result.output
    assert "planted +10%" in result.stdout
    assert store.read_bytes() == before


def test_chart_is_a_file(folder: Path, tmp_path: Path) -> None:
    result = calibrate(folder, "--dry", "--chart", str(tmp_path / "chart.html"))
    assert result.exit_code == 0, result.output
    assert "calibration" in (tmp_path / "chart.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        (("--scope", "events"), ConfigError, "no such scope"),
        (("--window", "0"), ConfigError, "not a window"),
        (("--tests", "kpp"), StudyError, "no test 'kpp'"),
        (("--study", "weekly"), StudyError, "no daily study 'weekly'"),
    ],
    ids=["scope", "window", "test", "study"],
)
def test_wrong_wishes_are_refused_with_a_hint(
    folder: Path, options: tuple[str, str], kind: type[Exception], message: str
) -> None:
    result = calibrate(folder, *options)
    assert isinstance(result.exception, kind)
    assert message in str(result.exception)
    assert "\n" in str(result.exception)


def test_chart_marks_tests_that_cry_wolf() -> None:
    figure = chart(TABLE, scope="event", first_day=0, last_day=0)
    planted, null = figure.data
    assert list(null.x) == [0.05, 0.40]
    assert list(null.marker.color) == [UP, DOWN]
    assert list(planted.x) == [0.30, 0.70]
    assert list(figure.layout.yaxis.ticktext) == ["kp", "bmp"]
    assert figure.to_json() == chart(TABLE, scope="event", first_day=0, last_day=0).to_json()


def test_chart_of_nothing_is_empty() -> None:
    assert not chart(TABLE, scope="event", first_day=-1, last_day=1).data
