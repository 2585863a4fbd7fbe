"""Exploring while a run writes: never an error, never a wait, never half a run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from watchlist.project import Project
from watchlist.sql.limits import Limits
from watchlist.sql.sandbox import Sandbox

PUBLISHES = 12

WRITER = """
import sys
from pathlib import Path
from watchlist.clock import SystemClock
from watchlist.project import Project
from watchlist.store import open_build

project = Project(Path(sys.argv[1]), simulated=True)
for number in range(1, int(sys.argv[2]) + 1):
    with open_build(project, SystemClock(), "stand-in writer") as build:
        build.con.execute("DELETE FROM base.meta WHERE key IN ('one', 'two')")
        build.con.execute("INSERT INTO base.meta VALUES ('one', $n)", {"n": str(number)})
        build.con.execute("INSERT INTO base.meta VALUES ('two', $n)", {"n": str(number)})
        assert build.publish()
"""

SQL = "SELECT list(value ORDER BY key) FROM meta WHERE key IN ('one', 'two')"


def read(project: Project) -> list[str]:
    with Sandbox(project, Limits()) as box:
        ((values,),) = [row.values() for row in box.rows(SQL)]
    return values or []


def test_an_explorer_and_a_writer_never_meet(demo_project: Project, tmp_path: Path) -> None:
    project = Project(tmp_path, simulated=True)
    shutil.copyfile(demo_project.store_file, project.store_file)
    forgotten = duckdb.connect(str(project.store_file), read_only=True)
    forgotten_rows = forgotten.execute("SELECT count(*) FROM bars").fetchall()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), str(PUBLISHES)],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    seen: set[str] = set()
    slowest = 0.0
    while writer.poll() is None:
        start = time.monotonic()
        # a new process each time is what an explorer is; one process would share the old file
        done = subprocess.run(
            [sys.executable, "-m", "watchlist", "sql", SQL, "--format", "jsonl", "--simulated",
             "--project", str(tmp_path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        slowest = max(slowest, time.monotonic() - start)
        assert done.returncode == 0, done.stderr
        values = done.stdout.partition("[")[2].partition("]")[0].replace('"', "").split(", ")
        assert len(set(values)) == 1, f"half a run was seen: {done.stdout}"
        seen |= set(values)
    _, talk = writer.communicate()
    assert writer.returncode == 0, talk
    assert len(seen) >= 2, "the explorer never saw a new publish while the writer worked"
    assert slowest < 20
    assert forgotten.execute("SELECT count(*) FROM bars").fetchall() == forgotten_rows
    forgotten.close()
    assert read(project) == [str(PUBLISHES)] * 2
