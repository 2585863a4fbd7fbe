"""SQL that means harm: refused in words and in time; the machine and the file stay as they were."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from tests.sql.in_process import open_here
from watchlist.cli import run
from watchlist.errors import QueryError
from watchlist.project import Project
from watchlist.report.own import ask
from watchlist.sql import landlock
from watchlist.sql.limits import Limits
from watchlist.sql.sandbox import Sandbox
from watchlist.sql.schema import empty_store
from watchlist.store.schema import migrations

CANARY = "the secret of the canary"


def lines(name: str) -> list[str]:
    """The statements of a file: one a line, `%` for the end of a line within."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line.replace("%", "\n") for line in text.splitlines() if not line.startswith("--")]


REFUSED = [*lines("refused.txt"), "", "   -- nothing\n", "\0", "SELECT 1\0; DROP TABLE base.bars"]
HARMLESS = lines("harmless.txt")

EXHAUSTING = {
    "recursion without end": "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) "
    "SELECT count(*) FROM r",
    "recursion that doubles": "WITH RECURSIVE r AS (SELECT 'x' AS s UNION ALL "
    "SELECT s || s FROM r) SELECT max(length(s)) FROM r",
    "huge cross join": "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b, "
    "range(1000000) AS c WHERE a.range + b.range > c.range",
    "one huge text": "SELECT length(repeat('x', 3000000000))",
    "one huge list": "SELECT len(range(3000000000))",
    "many texts in a list": "SELECT list_transform(range(200000000), "
    "lambda x: x || 'aaaaaaaaaaaaaaaaaaaaaaaa')",
    "aggregate into memory": "SELECT list(i) FROM range(2000000000) AS t(i)",
    "texts into one": "SELECT string_agg(repeat('x', 1000), '') FROM range(30000000)",
    "sort on disk": "SELECT * FROM range(3000000000) AS t(i) ORDER BY hash(i) LIMIT 1 "
    "OFFSET 100000000",
    "distinct texts": "SELECT count(DISTINCT i || 'x') FROM range(3000000000) AS t(i)",
    "a regular expression": "SELECT count(*) FROM range(1000000000) AS t(i) "
    "WHERE regexp_matches(i::VARCHAR, '(1+)+2$')",
}


WRITERS = [
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{store}' (FORMAT csv, USE_TMP_FILE false)",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{store}.wal' (FORMAT csv, USE_TMP_FILE false)",
    "COPY (SELECT 1) TO '{store}' (FORMAT csv)",
    "COPY (SELECT 1) TO '{store}.wal' (FORMAT csv)",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO 'out.csv'",
    "COPY (SELECT 1) TO '{outside}/out.parquet' (FORMAT parquet)",
    "COPY (SELECT 1 AS a, 2 AS b) TO '{folder}/parts' (FORMAT csv, PARTITION_BY (a))",
    "COPY (PIVOT base.meta ON key USING first(value)) TO '{store}' (FORMAT csv)",
    "COPY (SELECT 'canary') TO '{folder}/canary.csv'",
    "ATTACH '{folder}/other.duckdb' AS other",
    "ATTACH '{store}' AS other (READ_WRITE)",
    "EXPORT DATABASE '{folder}/dump'",
    "INSERT INTO base.meta VALUES ('a', 'b')",
    "DROP TABLE base.bars",
]
"""Statements that write, or would on a connection with all its rights."""

HELD = {"landlock": (True, True), "spawned": (True, False), "a copy": (False, True),
        "a copy, spawned": (False, False)}  # fmt: skip
"""How the reader is held: does the kernel answer for Landlock, and is it a fork."""

UNGUARDED = """
import json, sys
from pathlib import Path
from watchlist.cli import run
from watchlist.errors import QueryError
from watchlist.project import Project
from watchlist.sql import landlock, sandbox, statements
from watchlist.sql.limits import Limits

THROUGH = "lambda sql, con=None: statements.Statement(sql, frozenset())"
statements.parse = eval(THROUGH)
sandbox.READER = f"from watchlist.sql import statements; statements.parse = {THROUGH}; " + (
    sandbox.READER
)
kernel, fork, files, store = sys.argv[1:]
if kernel == "False":
    landlock.abi = lambda: 0
sandbox.may_fork = lambda: fork == "True"
for sql in json.load(sys.stdin):
    with sandbox.Sandbox(Path(store), Limits(), allow_files=files == "True") as box:
        try:
            box.rows(sql)
        except QueryError as error:
            print(error.message.splitlines()[0])
        else:
            print("done:", sql)
"""
"""The sandbox without the look at the statement: a writer that this misses is let through."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with an empty store, and files that must neither be read nor written."""
    folder = tmp_path_factory.mktemp("hostile")
    store = folder / "watchlist.duckdb"
    source = empty_store()
    newest = migrations()[-1][0]
    source.execute(f"INSERT INTO base.meta VALUES ('schema_version', '{newest}')")
    source.execute(f"ATTACH '{store}' AS fresh (STORAGE_VERSION 'v1.5.0')")
    source.execute("COPY FROM DATABASE memory TO fresh")
    source.close()
    (folder / "canary.csv").write_text(f"a\n{CANARY}\n", encoding="utf-8")
    (folder / "watchlist.toml").write_text("[sql]\nmemory_mb = 256\ntemp_mb = 64\n")
    (folder / ".watchlist").mkdir()
    con = duckdb.connect()
    con.execute(f"COPY (SELECT '{CANARY}' AS a) TO '{folder}/canary.parquet'")
    con.execute(f"ATTACH '{folder}/other.duckdb'")
    con.close()
    return folder


def state(folder: Path) -> dict[str, str]:
    """What a folder holds: each name, and what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in folder.rglob("*")
    }


@pytest.fixture
def untouched(folder: Path) -> Iterator[None]:
    """Nothing in the folder is new, changed or gone afterwards."""
    before = state(folder)
    yield
    assert state(folder) == before


@pytest.fixture(scope="module", params=["landlock", "a copy"])
def box(request: pytest.FixtureRequest, folder: Path) -> Iterator[Sandbox]:
    """A reader of that store, held by the kernel, and without it."""
    if request.param == "landlock" and not landlock.abi():
        pytest.skip("this kernel has no Landlock")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "a copy":
            patch.setattr(landlock, "abi", lambda: 0)
        box = Sandbox(folder / "watchlist.duckdb", Limits())
    assert box.confined == (request.param == "landlock")
    with box:
        yield box


def filled_in(sql: str, folder: Path) -> str:
    return sql.replace("{store}", f"{folder}/watchlist.duckdb").replace("{folder}", str(folder))


HANGING = 20.0
"""Seconds; a statement that takes so long is not refused but tried."""


def test_there_are_at_least_a_hundred_and_fifty() -> None:
    assert len(set(REFUSED)) >= 150


@pytest.mark.parametrize("sql", REFUSED, ids=lambda sql: sql[:60].strip() or "empty")
@pytest.mark.usefixtures("untouched")
def test_it_is_refused_with_a_reason(sql: str, folder: Path, box: Sandbox) -> None:
    start = time.monotonic()
    with pytest.raises(QueryError) as caught:
        box.rows(filled_in(sql, folder))
    assert time.monotonic() - start < HANGING
    assert caught.value.message
    assert "ended its process" not in str(caught.value)
    assert CANARY not in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("sql", HARMLESS, ids=lambda sql: sql[:60])
@pytest.mark.usefixtures("untouched")
def test_it_may_be_asked_and_writes_nothing(sql: str, folder: Path, box: Sandbox) -> None:
    box.rows(filled_in(sql, folder))


def test_a_variable_of_python_is_no_table(folder: Path) -> None:
    secret_frame = duckdb.sql(f"SELECT '{CANARY}'")
    con = open_here(folder / "watchlist.duckdb", folder)
    with pytest.raises(duckdb.Error, match="secret_frame does not exist"):
        con.execute("SELECT * FROM secret_frame")
    con.close()
    del secret_frame


def let_through(held: str, folder: Path, work: Path, *, files: bool) -> list[str]:
    """Ask with the look at the statement switched off, and give what was answered to each."""
    kernel, fork = HELD[held]
    if kernel and not landlock.abi():
        pytest.skip("this kernel has no Landlock")
    queries = [filled_in(sql, folder).replace("{outside}", str(work.parent)) for sql in WRITERS]
    done = subprocess.run(
        [sys.executable, "-c", UNGUARDED, str(kernel), str(fork), str(files),
         str(folder / "watchlist.duckdb")],
        input=json.dumps(queries), capture_output=True, text=True, check=True, cwd=work,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    return done.stdout.splitlines()


@pytest.mark.parametrize("held", HELD)
@pytest.mark.usefixtures("untouched")
def test_a_writer_that_is_let_through_writes_nothing(
    held: str, folder: Path, tmp_path: Path
) -> None:
    """By construction: the look at the statement is switched off."""
    (work := tmp_path / "work").mkdir()
    answers = let_through(held, folder, work, files=False)
    assert len(answers) == len(WRITERS)
    # a copy may be written to, and is gone with the query
    assert sum(answer.startswith("done:") for answer in answers) <= (0 if HELD[held][0] else 6)
    assert state(tmp_path) == {"work": "folder"}


@pytest.mark.parametrize("held", ["landlock", "spawned"])
@pytest.mark.usefixtures("untouched")
def test_where_files_may_be_read_none_is_written(held: str, folder: Path, tmp_path: Path) -> None:
    """Without Landlock only the look at the statement holds such a query."""
    (work := tmp_path / "work").mkdir()
    answers = let_through(held, folder, work, files=True)
    # another store may be attached, to read
    assert [answer for answer in answers if answer.startswith("done:")] == [
        f"done: ATTACH '{folder}/other.duckdb' AS other"
    ]
    assert state(tmp_path) == {"work": "folder"}


def test_the_writers_do_write_where_nothing_holds_them(folder: Path, tmp_path: Path) -> None:
    """What the test above asserts is worth as much as this."""
    wrote = []
    for number, sql in enumerate(WRITERS):
        here = tmp_path / str(number)
        outside = here / "outside"
        outside.mkdir(parents=True)
        for name in ("watchlist.duckdb", "canary.csv"):
            (here / name).write_bytes((folder / name).read_bytes())
        before = state(here)
        con = duckdb.connect(str(here / "watchlist.duckdb"))
        with suppress(duckdb.Error):
            con.execute(filled_in(sql, here).replace("{outside}", str(outside)).replace(
                "'out.csv'", f"'{here}/out.csv'"
            ))  # fmt: skip
        with suppress(duckdb.Error):
            con.close()
        if state(here) != before:
            wrote.append(sql)
    # from 2.0.1 on DuckDB copies nothing over the file of an open database, nor over its log
    shut = {sql for sql in WRITERS if duckdb.__version__ >= "2.0.1" and "TO '{store}" in sql}
    least = {sql for sql in WRITERS if not sql.startswith("ATTACH")} - shut
    assert set(wrote) >= least, least - set(wrote)


@pytest.mark.parametrize("kernel", [True, False])
@pytest.mark.usefixtures("untouched")
def test_queries_and_reports_of_one_s_own_have_the_same_door(
    kernel: bool, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kernel:
        monkeypatch.setattr(landlock, "abi", lambda: 0)
    project = tmp_path / "project"
    (project / "queries").mkdir(parents=True)
    (project / "watchlist.toml").touch()
    (project / "watchlist.duckdb").write_bytes((folder / "watchlist.duckdb").read_bytes())
    for sql in WRITERS:
        evil = filled_in(sql, project).replace("{outside}", str(tmp_path))
        (project / "queries" / "evil.sql").write_text(f"-- title: a\n-- why: b\n{evil}")
        (project / "evil.sql").write_text(evil)
        before = state(tmp_path)
        for arguments in (["query", "run", "evil"], ["sql", str(project / "evil.sql")]):
            assert run([*arguments, "--project", str(project)]) == 6, (sql, arguments)
        with Sandbox(Project(project), Limits()) as box, pytest.raises(QueryError, match="refused"):
            ask(box.rows, Project(project), "mine", "evil", {})
        assert state(tmp_path) == before


@pytest.mark.parametrize("name", EXHAUSTING)
@pytest.mark.usefixtures("untouched")
def test_it_ends_in_time_and_within_its_memory(name: str, folder: Path) -> None:
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "watchlist", "sql", EXHAUSTING[name],
         "--project", str(folder), "--timeout", "2"],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    spent = time.monotonic() - start
    assert done.returncode == 6, done.stderr
    assert done.stdout == ""
    assert "stopped after" in done.stderr or "memory" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert spent < 25


def test_allow_files_reads_a_file_and_says_so(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "watchlist", "sql", f"FROM '{folder}/canary.csv'",
         "--project", str(folder), "--allow-files", "--format", "csv"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == f"a\n{CANARY}\n"
    assert "can read every file" in done.stderr


@pytest.mark.usefixtures("untouched")
def test_allow_files_still_writes_nothing(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "watchlist", "sql", f"COPY bars TO '{folder}/out.csv'",
         "--project", str(folder), "--allow-files"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 6
