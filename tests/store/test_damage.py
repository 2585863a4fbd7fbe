"""A store that is damaged, or not one of ours: told, never a traceback, and doctor finds it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.store.made import publish_number
from tests.stores import demo_project
from watchlist.errors import StoreError
from watchlist.project import Project
from watchlist.store import connect
from watchlist.store.compact import content
from watchlist.store.lake import lake_of

__all__ = ["demo_project"]

HEAD, BLOCK = 3 * 4096, 1 << 18


@pytest.fixture
def damaged(demo_project: Project, tmp_path: Path) -> Project:
    """A store that opens, but one block of it cannot be read."""
    shutil.copytree(demo_project.root, tmp_path / "p")
    file = Project(tmp_path / "p", simulated=True).store_file
    whole = file.read_bytes()
    for begin in range(HEAD, len(whole), BLOCK):
        file.write_bytes(whole[:begin] + bytes(BLOCK) + whole[begin + BLOCK :])
        try:
            con = connect(file)
        except Exception:
            continue
        with con:
            try:
                content(con)
            except duckdb.Error:
                return Project(tmp_path / "p", simulated=True)
    pytest.fail("no block of the store is read but when a table is")


def test_each_command_tells_of_damage_and_what_to_do(damaged: Project) -> None:
    before = damaged.store_file.read_bytes()
    for arguments in (("doctor",), ("doctor", "--repair"), ("daily",)):
        done = subprocess.run(
            [sys.executable, "-m", "watchlist", *arguments, "--project", str(damaged.root)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "the store cannot be read: Corrupt database file" in done.stderr
        assert "move it away and pull anew" in done.stderr
        assert "Traceback" not in done.stderr
    assert damaged.store_file.read_bytes() == before


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    file = Project(tmp_path).store_file
    file.write_bytes(file.read_bytes()[: HEAD + BLOCK // 2])
    with pytest.raises(StoreError, match=r"cannot be read.*\n.*move it away"):
        connect(file)


@pytest.mark.parametrize("as_known", [None, date(2026, 1, 5)], ids=["now", "as known"])
def test_a_reader_refuses_a_foreign_database(tmp_path: Path, as_known: date | None) -> None:
    with duckdb.connect(str(tmp_path / "watchlist.duckdb")) as con:
        con.execute("CREATE TABLE photos (name VARCHAR)")
    with pytest.raises(StoreError, match=r"not one of watchlist's\n.*--project"):
        connect(Project(tmp_path), as_known=as_known)


def test_the_last_day_there_is_may_be_asked_for(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    with connect(Project(tmp_path), as_known=date.max) as con:
        assert con.execute("SELECT count(*) FROM bars").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("store = 5", "names no store"),
        ("[store]\nurl = 5", "names no store"),
        (
            "[store]\nurl = 'ducklake:x'\nwait_seconds = 'long'",
            "wait_seconds = 'long' is no number",
        ),
    ],
    ids=["no table", "no text", "no number"],
)
def test_a_slip_in_the_address_of_a_teams_store(tmp_path: Path, text: str, match: str) -> None:
    (tmp_path / "watchlist.toml").write_text(text)
    with pytest.raises(StoreError, match=match):
        lake_of(Project(tmp_path))
