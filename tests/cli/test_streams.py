"""Standard streams that are full, closed or not read to the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from watchlist.cli import output
from watchlist.project import Project

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
LONG, SHORT = ("query", "list"), ("sql", "SELECT 1", "--format", "csv")


def run(
    project: Project, arguments: tuple[str, ...], shell: str = ""
) -> subprocess.CompletedProcess[str]:
    """A command in a project, with what the shell does to its streams; buffered, as by default."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    return subprocess.run(
        ["sh", "-c", f'"$@" {shell}', "sh", sys.executable, "-m", "watchlist", *arguments,
         "--project", str(project.root)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


@needs_full
@pytest.mark.parametrize("arguments", [LONG, SHORT], ids=["long", "short"])
def test_output_that_finds_no_room_is_an_error(
    demo_project: Project, arguments: tuple[str, ...]
) -> None:
    done = run(demo_project, arguments, "> /dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("error: standard output: No space left on device\n  make room")
    assert "Traceback" not in done.stderr


@needs_full
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("report", "daily"), 0), (("report", "dayly"), 2)],
    ids=["done", "error"],
)
def test_a_log_that_finds_no_room_changes_nothing(
    demo_project: Project, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    # a copy: other tests read the pages of the shared one
    own = Project(shutil.copytree(demo_project.root, tmp_path / "p"), simulated=True)
    done = run(own, (*arguments, "--on", "2026-02-01"), "2> /dev/full")
    assert done.returncode == code
    assert done.stdout.endswith("2026-01-30.html\n") == (code == 0)


@pytest.mark.parametrize("arguments", [LONG, SHORT], ids=["long", "short"])
def test_whoever_leaves_early_has_what_they_wanted(
    demo_project: Project, arguments: tuple[str, ...]
) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "watchlist", *arguments, "--project", str(demo_project.root)],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--help",), 0), (("study", "--help"), 0), (("no-such-command",), 2), (("sql", "--no"), 2)],
    ids=["front page", "group", "slip", "option"],
)
def test_help_and_slips_that_nobody_reads_end_as_usual(
    arguments: tuple[str, ...], code: int
) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        command = [sys.executable, "-m", "watchlist", *arguments]
        both = subprocess.run(command, stdout=closed, stderr=closed, check=False)
        one = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (both.returncode, one.returncode) == (code, code)
    assert (one.stderr == "") == (code == 0)


@pytest.mark.parametrize("pager", ["", 'less "', "no-such-pager -x"], ids=["none", "quote", "gone"])
def test_a_pager_that_cannot_be_run_is_done_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pager: str
) -> None:
    monkeypatch.setenv("PAGER", pager)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.page("line\n" * 500)
    assert capsys.readouterr().out == "line\n" * 500


@pytest.mark.skipif(sys.platform != "linux", reason="names are UTF-8 here")
@pytest.mark.parametrize("encoding", ["utf-8:strict", "latin-1", "ascii"])
def test_what_an_encoding_lacks_is_written_as_an_escape(tmp_path: Path, encoding: str) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = [
        subprocess.run(
            [sys.executable, "-m", "watchlist", *arguments],
            capture_output=True,
            check=False,
            env=environment,
        )
        for arguments in ([b"init", folder], ["query", "list", "--project", str(tmp_path)])
    ]
    assert [run.returncode for run in done] == [0, 0]
    name = folder if encoding.startswith("utf-8") else os.fsencode(tmp_path) + rb"/\udcff"
    assert done[0].stdout == name + b"\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_done_without(demo_project: Project, closed: str) -> None:
    done = run(demo_project, SHORT, closed)
    assert (done.returncode, done.stderr) == (0, "")
    assert (done.stdout == "1\n1\n") == (">&-" not in closed.replace("2>&-", ""))
