"""`watchlist study` as an analyst runs it; also what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from tests.study.market import FIRMS, events_on, market
from watchlist.cli import options
from watchlist.cli import study as tables
from watchlist.cli.commands import build_app
from watchlist.errors import ConfigError, StudyError
from watchlist.study import StudyDesign, event_study

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def result() -> object:
    panel = market()
    design = StudyDesign(windows=((0, 0), (-1, 3)), chart=(-2, 4), placebo_days=50, draws=199)
    return event_study(panel, events_on(panel, {"a": 200, "b": 301}), design, singles=True)


@pytest.mark.parametrize("table", tables.TABLES)
def test_every_table_can_be_shown(result: object, table: str) -> None:
    shown, raw = tables.readable(result, table), tables.whole(result, table)
    assert shown.height == raw.height
    assert "first_day" not in shown.columns


def test_percent_only_at_the_edge(result: object) -> None:
    shown, raw = tables.readable(result, "effects"), tables.whole(result, "effects")
    assert shown["window"][0] == "[0, 0]"
    assert shown["car_%"][0] == pytest.approx(100 * raw["car"][0], abs=0.006)
    assert shown.columns.index("window") == raw.columns.index("first_day")


def test_windows_are_read_as_people_write_them() -> None:
    assert options.parse_window("-1:1") == (-1, 1)
    assert options.parse_window("0:20") == (0, 20)
    for bad in ("1", "a:b", "0-5", ""):
        with pytest.raises(Exception, match="such as -1:1"):
            options.parse_window(bad)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["--by", "categry"], ConfigError, "did you mean 'category'"),
        (["--table", "effect"], ConfigError, "did you mean 'effects'"),
        (["--symbol", "MP"], Exception, "no store yet"),
    ],
    ids=["grouping", "table", "no store"],
)
def test_refused(tmp_path: Path, arguments: list[str], error: type[Exception], words: str) -> None:
    got = RUNNER.invoke(build_app(), ["study", "--project", str(tmp_path), *arguments])
    assert got.exit_code
    assert isinstance(got.exception, error)
    assert words in str(got.exception)


def test_help_has_examples_and_the_calibration() -> None:
    got = RUNNER.invoke(build_app(), ["study", "--help"], env={"COLUMNS": "200"})
    assert got.exit_code == 0
    assert "Examples: watchlist study" in got.output
    assert "calibrate" in got.output


def test_a_design_that_cannot_work_is_refused_before_anything_is_read(result: object) -> None:
    with pytest.raises(StudyError, match="explain itself"):
        StudyDesign(estimation=(-130, 5))


def test_json_is_fractions(result: object) -> None:
    effects = tables.whole(result, "effects")
    rows = json.loads(effects.write_json())
    assert {row["symbol"] for row in rows} == set(FIRMS)
    assert effects.schema["car"] == pl.Float64
