"""`pull` and `doctor` as a person runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.pull.world import history
from tests.store.made import building
from watchlist.project import Project
from watchlist.store import connect

BARS = history(date(2025, 9, 2), date(2026, 1, 15))


def watchlist(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watchlist", *arguments, "--project", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for symbol in ("MP", "SPY"):
        BARS.write_csv(tmp_path / f"{symbol}.csv")
    (tmp_path / "bars").mkdir()
    for path in tmp_path.glob("*.csv"):
        path.rename(tmp_path / "bars" / path.name)
    return tmp_path


def test_pull_then_doctor(folder: Path) -> None:
    first = watchlist(folder, "pull", "--source", "bars")
    assert (first.returncode, first.stdout) == (0, "")
    assert "2 new" in first.stderr
    before = (folder / "watchlist.duckdb").read_bytes()
    second = watchlist(folder, "pull", "--source", "bars")
    assert "nothing changed" in second.stderr
    assert (folder / "watchlist.duckdb").read_bytes() == before
    text = watchlist(folder, "doctor")
    assert text.returncode == 0
    assert "findings: 0 errors" in text.stdout
    told = json.loads(watchlist(folder, "doctor", "--format", "json").stdout)
    assert told["store"]["bars"] == str(2 * BARS.height)
    repaired = watchlist(folder, "doctor", "--repair")
    assert repaired.returncode == 0
    assert "compacted" in repaired.stderr


def test_an_error_in_the_data_ends_doctor_with_3(folder: Path) -> None:
    watchlist(folder, "pull", "MP", "--source", "bars")
    with building(folder) as build:
        build.con.execute("UPDATE base.bars SET low = -1")
        build.publish()
    answer = watchlist(folder, "doctor")
    assert answer.returncode == 3
    assert "price_not_positive: MP" in answer.stdout


def test_a_pull_checks_what_it_publishes(folder: Path) -> None:
    holed = pl.concat([BARS[:40], BARS[50:]])
    holed.write_csv(folder / "bars" / "MP.csv")
    watchlist(folder, "pull", "MP", "--source", "bars")
    with connect(Project(folder)) as con:
        kept = con.execute("SELECT DISTINCT check_name, symbol FROM findings").fetchall()
    assert ("gaps", "MP") in kept


def test_nothing_to_be_had_ends_with_4(folder: Path) -> None:
    (folder / "bars" / "MP.csv").write_text("session,close\n2026-01-15,abc\n", encoding="utf-8")
    answer = watchlist(folder, "pull", "--source", "bars")
    assert answer.returncode == 4
    assert "MP.csv:2" in answer.stderr
    assert not (folder / "watchlist.duckdb").exists()


def test_bad_rows_are_left_out_on_the_users_word_and_kept_as_findings(folder: Path) -> None:
    file = folder / "bars" / "MP.csv"
    file.write_text(
        file.read_text(encoding="utf-8") + "2026-01-16,x,1,1,1,1,1,0,1\n", encoding="utf-8"
    )
    answer = watchlist(folder, "pull", "--source", "bars", "--skip-bad")
    assert answer.returncode == 0
    assert "file_rows" in watchlist(folder, "doctor").stdout


def test_wrong_words_end_with_2_and_the_nearest(folder: Path) -> None:
    answer = watchlist(folder, "pull", "MPP", "--source", "bars")
    assert answer.returncode == 2
    assert "did you mean 'MP'?" in answer.stderr
    assert watchlist(folder, "doctor").returncode == 2
    for words in (("--verify", ""), ("--source", "bars", "--verify", "")):
        answer = watchlist(folder, "pull", *words)
        assert answer.returncode == 2
        assert "source '': no such source, file or folder" in answer.stderr


def test_a_busy_store_ends_with_5_and_names_the_holder(folder: Path) -> None:
    with building(folder):
        answer = watchlist(folder, "pull", "--source", "bars")
    assert answer.returncode == 5
    assert "(test) since" in answer.stderr
