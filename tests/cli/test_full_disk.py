"""A disk that takes no more: every command says so and leaves whole files, whatever it was at.

The limit on the size of a file stands in for a full disk, which only root can make: the same
writes fail, with another number.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from watchlist.project import Project

resource = pytest.importorskip("resource", reason="no limits on files here")

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv[:2] = ["watchlist"]
from watchlist.cli import main
main()
"""
BYTES = 1_000


def limited(limit: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that may write no file larger than `limit` bytes."""
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the lock, which names the last run."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture
def project(demo_project: Project, tmp_path: Path) -> Project:
    shutil.copytree(demo_project.root, tmp_path / "p")
    return Project(tmp_path / "p", simulated=True)


def refused(done: subprocess.CompletedProcess[str], file: str) -> None:
    """It ended with 2, and said which file, why, and what to do."""
    assert done.returncode == 2, done.stderr
    assert f"{file}: File too large\n  allow larger files" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "more", "file"),
    [
        (("daily",), -BYTES, ".build.duckdb"),
        (("daily", "--on", "2026-02-12", "--full"), BYTES, ".build.duckdb"),
        (("pull", "--on", "2026-02-12", "--full"), BYTES, ".build.duckdb"),
        (("study", "sweep"), -BYTES, ".build.duckdb"),
        (("study", "sweep"), BYTES, ".build.duckdb"),
        (("doctor", "--repair"), -BYTES, ".build.duckdb"),
        (("report", "daily", "--on", "2025-12-01"), None, "2025-12-01.json"),
        (("report", "symbol", "MP", "--on", "2025-12-01"), None, "MP.json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_what_was_published_stands(
    project: Project, arguments: tuple[str, ...], more: int | None, file: str
) -> None:
    """The limit lies beside the store's size: the copy fails, or what is added to it."""
    limit = 40_000 if more is None else project.store_file.stat().st_size + more
    before = contents(project.root)
    done = limited(limit, *arguments, "--project", str(project.root))
    refused(done, file)
    after = contents(project.root)
    assert after[project.store_file.name] == before[project.store_file.name]
    assert after.keys() == before.keys()
    assert all(json.loads(text) for name, text in after.items() if name.endswith(".json"))
    again = subprocess.run(
        [sys.executable, "-m", "watchlist", *arguments, "--project", str(project.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "{folder}/all"),
        ("export", "{folder}/all", "--format", "csv"),
        ("sql", "FROM bars", "--all", "-o", "{folder}/bars.csv"),
        ("sql", "FROM bars", "-o", "{folder}/bars.parquet"),
        ("query", "run", "car-path", "--param", "event=mp-dod-2025", "-o", "{folder}/bars.json"),
        ("query", "new", "mine", "--project", "{folder}"),
    ],
    ids=" ".join,
)
def test_a_file_that_was_asked_for_is_not_left_half_written(
    project: Project, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    given = [argument.format(folder=folder) for argument in arguments]
    if "--project" not in given:
        given += ["--project", str(project.root)]
    refused(limited(100, *given), "")
    assert contents(folder) == {}


@pytest.mark.parametrize("arguments", [("init",), ("demo",)], ids=" ".join)
def test_a_new_project_is_gone_on_with(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "new"
    refused(limited(500, *arguments, str(folder)), "watchlist.toml")
    assert contents(folder) == {}
    assert limited(5_000, "init", str(folder)).returncode == 0
    assert len(contents(folder)) == 5


def test_a_query_that_finds_no_room_to_spill_is_refused(project: Project) -> None:
    (project.root / "watchlist.toml").write_text('source = "simulated"\n[sql]\nmemory_mb = 128\n')
    question = "SELECT hash(i), i FROM range(20_000_000) t(i) ORDER BY 1 OFFSET 19_999_999"
    done = limited(100_000, "sql", question, "--project", str(project.root))
    assert done.returncode == 6
    assert "File too large\n  allow larger files" in done.stderr
