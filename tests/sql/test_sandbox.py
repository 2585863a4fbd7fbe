"""The process that runs a query: what it may do, and that it ends when it should."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from watchlist.errors import ConfigError, QueryError, StoreError
from watchlist.project import Project
from watchlist.sql import landlock, sandbox
from watchlist.sql.limits import Limits
from watchlist.sql.present import Format
from watchlist.sql.reader import Question
from watchlist.sql.sandbox import Sandbox

ENDLESS = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b"

needs_landlock = pytest.mark.skipif(not landlock.abi(), reason="this kernel has no Landlock")


@pytest.fixture
def project(demo_project: Project, tmp_path: Path) -> Project:
    """A project of this test's own."""
    shutil.copyfile(demo_project.store_file, tmp_path / demo_project.store_file.name)
    (tmp_path / ".watchlist").mkdir()
    return Project(tmp_path, simulated=True)


def left(project: Project) -> list[Path]:
    return sorted(project.work_dir.iterdir())


def test_values_keep_their_types(project: Project) -> None:
    sql = (
        "SELECT 1 AS n, 0.5::DOUBLE AS x, 'nan'::DOUBLE AS no, DATE '2025-07-10' AS day, "
        "TIMESTAMPTZ '2025-07-10 13:30:00+00' AS at, [DATE '2025-07-10', NULL] AS days, "
        "{'a': 1.5, 'b': 'x'} AS pair, NULL AS nothing, $given AS given"
    )
    with Sandbox(project, Limits()) as box:
        (row,) = box.rows(sql, {"given": date(2026, 1, 2)})
    assert repr(row.pop("no")) == "nan"
    assert row == {
        "n": 1, "x": 0.5, "day": date(2025, 7, 10),
        "at": datetime(2025, 7, 10, 13, 30, tzinfo=UTC), "days": [date(2025, 7, 10), None],
        "pair": {"a": 1.5, "b": "x"}, "nothing": None, "given": date(2026, 1, 2),
    }  # fmt: skip


def test_one_box_answers_again_and_again_also_after_a_refusal(project: Project) -> None:
    with Sandbox(project, Limits()) as box:
        for n in range(3):
            assert box.rows("SELECT $n AS n", {"n": n}) == [{"n": n}]
            with pytest.raises(QueryError, match="DROP is refused"):
                box.rows("DROP TABLE base.bars")
    assert left(project) == []


def test_as_known_is_held_as_well(project: Project) -> None:
    with Sandbox(project, Limits(), known_on=date(2000, 1, 1)) as box:
        assert box.rows("SELECT count(*) AS n FROM bars") == [{"n": 0}]
        with pytest.raises(QueryError, match="refused"):
            box.rows("FROM read_csv('/etc/passwd')")


@needs_landlock
def test_the_reader_may_read_the_store_and_no_other_file_of_the_project(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where DuckDB itself would: `connect` before its settings are locked stands for that."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from watchlist.sql import reader\n"
        "from watchlist.sql.limits import Limits\n"
        "store, home, *files = map(Path, sys.argv[1:])\n"
        "opening = reader.Opening(store, home, Limits(), None, False, True, 0)\n"
        "con = reader.open_locked(opening)\n"
        "print(con.execute('SELECT count(*) > 0 FROM bars').fetchall())\n"
        "for file in files:\n"
        "    try: print(file.read_text()[:1])\n"
        "    except PermissionError: print('refused')\n"
        "(home / 'spill').write_text('mine')\n"
        "try: (store.parent / 'x').touch()\n"
        "except PermissionError: print('refused')\n"
        "import socket\n"
        "try: socket.create_connection(('127.0.0.1', 1))\n"
        "except PermissionError: print('refused')\n"
    )
    secret = project.root / "watchlist.toml"
    secret.write_text("x")
    home = project.work_dir / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.store_file), str(home), str(secret),
         "/etc/passwd"],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    refused = 3 if landlock.abi() < 4 else 4
    assert done.stdout.splitlines()[: 1 + refused] == ["[(True,)]", *["refused"] * refused]


@needs_landlock
@pytest.mark.parametrize("version", range(1, 8))
def test_an_older_kernel_is_asked_for_less(
    project: Project, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if version > landlock.abi():
        pytest.skip(f"this kernel speaks Landlock {landlock.abi()}")
    monkeypatch.setattr(
        sandbox, "READER",
        f"from watchlist.sql import landlock; landlock.abi = lambda: {version}; {sandbox.READER}",
    )  # fmt: skip
    with Sandbox(project, Limits()) as box:
        assert box.confined
        assert box.rows("SELECT 1 AS one") == [{"one": 1}]


PUBLISHED_MEANWHILE = """
import os
from pathlib import Path
from watchlist.sql import landlock

confine = landlock.confine

def published_meanwhile(*, read, write):
    old = os.open(store, os.O_RDONLY)
    os.replace(new, store)
    confine(read=[Path(f"/proc/self/fd/{old}"), *read[1:]], write=write)

landlock.confine = published_meanwhile
"""
"""The right to read goes to a file that is no longer there when DuckDB opens the store."""


@needs_landlock
def test_a_publish_while_the_store_is_opened_starts_the_reader_anew(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = project.root / "new"
    shutil.copyfile(project.store_file, new)
    usual, spawn = sandbox.READER, sandbox._spawn
    readers = [
        f"new, store = {str(new)!r}, {str(project.store_file)!r}\n{PUBLISHED_MEANWHILE}\n{usual}",
        usual,
    ]

    def spawn_next() -> object:
        monkeypatch.setattr(sandbox, "READER", readers.pop(0))
        return spawn()

    monkeypatch.setattr(sandbox, "_spawn", spawn_next)
    monkeypatch.setattr(sandbox, "may_fork", lambda: False)
    with Sandbox(project, Limits()) as box:
        assert box.rows("SELECT 1 AS one") == [{"one": 1}]
    assert readers == []
    assert not new.exists()


def test_a_log_beside_the_store_is_not_read(project: Project) -> None:
    """DuckDB would replay it, whoever wrote it."""
    log = project.store_file.with_name(project.store_file.name + ".wal")
    log.write_bytes(b"forged")
    with pytest.raises(StoreError, match=r"\.wal lies beside the store"):
        Sandbox(project, Limits())
    assert left(project) == []


@pytest.mark.parametrize("kernel", [True, False])
def test_the_time_is_over(project: Project, kernel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not kernel:
        monkeypatch.setattr(landlock, "abi", lambda: 0)
    start = time.monotonic()
    with (
        Sandbox(project, Limits(timeout_seconds=0.5)) as box,
        pytest.raises(QueryError, match=r"stopped after 0\.5 s"),
    ):
        box.rows(ENDLESS)
    assert time.monotonic() - start < 20
    assert left(project) == []
    with pytest.raises(QueryError, match="has ended"):
        box.rows("SELECT 1")


def test_a_crash_of_duckdb_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sandbox, "READER",
        "import os, signal\n"
        "from watchlist.sql import statements\n"
        "statements.parse = lambda sql, con=None: os.kill(os.getpid(), signal.SIGSEGV)\n"
        + sandbox.READER,
    )  # fmt: skip
    monkeypatch.setattr(sandbox, "may_fork", lambda: False)
    with Sandbox(project, Limits()) as box, pytest.raises(QueryError, match=r"signal 11"):
        box.rows("SELECT 1")
    assert left(project) == []


def test_a_bug_of_ours_is_no_refusal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sandbox, "READER",
        "from watchlist.sql import statements\nstatements.parse = None\n" + sandbox.READER,
    )  # fmt: skip
    with Sandbox(project, Limits()) as box, pytest.raises(RuntimeError, match="NoneType"):
        box.rows("SELECT 1")


def test_an_error_keeps_its_class(project: Project) -> None:
    question = Question("SELECT 1 FROM range(1048577)", {}, Format.XLSX)
    pytest.importorskip("xlsxwriter")
    with Sandbox(project, Limits()) as box, pytest.raises(ConfigError, match="a sheet holds"):
        box.ask(question, list[bytes]().append)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("fork", [True, False])
def test_the_reader_dies_with_the_one_that_asks(
    project: Project, number: signal.Signals, fork: bool
) -> None:
    code = (
        "import sys\n"
        "from watchlist.sql import sandbox\n"
        f"sandbox.may_fork = lambda: {fork}\n"
        "from watchlist.cli import main\n"
        f"sys.argv = ['watchlist', 'sql', {ENDLESS!r}, '--simulated', '--timeout', '60',\n"
        f"            '--project', {str(project.root)!r}]\n"
        "main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 30
    while not (child := children.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.02)
    # in the query itself, not on the way there
    time.sleep(1)
    process.send_signal(number)
    _, talk = process.communicate(timeout=20)
    assert process.returncode != 0
    assert b"Traceback" not in talk
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child[0]}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child[0]}").exists()
    with Sandbox(project, Limits()) as box:
        box.rows("SELECT 1")
    assert left(project) == []


def test_two_at_once_do_not_meet(project: Project) -> None:
    with Sandbox(project, Limits()) as one, Sandbox(project, Limits()) as two:
        assert len(left(project)) == 2
        assert one.rows("SELECT 1 AS a") == two.rows("SELECT 1 AS a")
    assert left(project) == []


def test_a_project_that_cannot_be_written_to_can_be_asked(project: Project) -> None:
    project.work_dir.rmdir()
    with Sandbox(project, Limits()) as box:
        assert box.rows("SELECT 1 AS a") == [{"a": 1}]
    assert not project.work_dir.exists()


def test_what_spills_stays_in_its_folder_and_goes(project: Project) -> None:
    sql = "SELECT max(i) AS m FROM (SELECT i FROM range(3000000) AS t(i) ORDER BY hash(i))"
    with Sandbox(project, Limits(memory_mb=64)) as box:
        assert box.rows(sql) == [{"m": 2999999}]
    assert left(project) == []


def test_the_catalogue_of_duckdb_names_the_store_as_before(project: Project) -> None:
    con = duckdb.connect(str(project.store_file), read_only=True)
    ((name,),) = con.execute("SELECT current_database()").fetchall()
    con.close()
    with Sandbox(project, Limits()) as box:
        assert box.rows("SELECT current_database() AS name") == [{"name": name}]
