"""SQL that means harm: refused in words and in time; the machine and the file stay as they were."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from watchlist.errors import QueryError
from watchlist.sql import run, statements
from watchlist.sql.limits import Limits
from watchlist.sql.sandbox import open_sandbox
from watchlist.sql.schema import empty_store

CANARY = "the secret of the canary"

REFUSED = [
    # writes to the store
    "INSERT INTO base.meta VALUES ('a', 'b')",
    "UPDATE base.securities SET name = 'x'",
    "DELETE FROM base.bars",
    "TRUNCATE base.bars",
    "MERGE INTO base.meta USING base.meta AS m ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM base.meta RETURNING *) FROM gone",
    "DROP TABLE base.bars",
    "DROP VIEW bars",
    "DROP SCHEMA base CASCADE",
    "ALTER TABLE base.bars ADD COLUMN x INTEGER",
    "CREATE TABLE evil (a INTEGER)",
    "CREATE TABLE evil AS SELECT 1",
    "CREATE TEMP TABLE evil AS SELECT 1",
    "CREATE VIEW evil AS SELECT 1",
    "CREATE OR REPLACE VIEW bars AS SELECT 1",
    "CREATE MACRO evil() AS 1",
    "CREATE INDEX evil ON base.bars (session)",
    "CREATE SEQUENCE evil",
    "CREATE TYPE evil AS ENUM ('a')",
    "COMMENT ON TABLE base.bars IS 'evil'",
    "CREATE SECRET evil (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "VACUUM",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "BEGIN TRANSACTION",
    "ANALYZE",
    # files
    "COPY bars TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)",
    "COPY base.meta FROM '{folder}/canary.csv'",
    "COPY FROM DATABASE memory TO store",
    "EXPORT DATABASE '{folder}/dump'",
    "IMPORT DATABASE '{folder}/dump'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('{folder}/canary.csv')",
    "SELECT * FROM read_text('{folder}/canary.csv')",
    "SELECT * FROM read_blob('{folder}/*')",
    "SELECT * FROM read_json('{folder}/canary.csv')",
    "SELECT * FROM read_parquet('{folder}/canary.parquet')",
    "SELECT * FROM parquet_metadata('{folder}/canary.parquet')",
    "SELECT * FROM parquet_schema('{folder}/canary.parquet')",
    "SELECT * FROM sniff_csv('{folder}/canary.csv')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{folder}/canary.csv'",
    "FROM '/etc/passwd'",
    "FROM query('SELECT * FROM read_text(''{folder}/canary.csv'')')",
    "FROM query_table('{folder}/canary.csv')",
    "SELECT (SELECT content FROM read_text('{folder}/canary.csv'))",
    "EXPLAIN ANALYZE SELECT * FROM read_text('{folder}/canary.csv')",
    "SUMMARIZE '{folder}/canary.csv'",
    "DESCRIBE '{folder}/canary.csv'",
    # other databases, the network, extensions
    "ATTACH '{folder}/other.duckdb' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH store",
    "USE memory",
    "INSTALL httpfs",
    "FORCE INSTALL httpfs FROM 'http://127.0.0.1:1/'",
    "LOAD httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')",
    "SELECT * FROM read_parquet('s3://bucket/a.parquet')",
    "UPDATE EXTENSIONS",
    # settings and internals
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET memory_limit = '100GB'",
    "SET temp_directory = '{folder}'",
    "SET GLOBAL threads = 64",
    "RESET memory_limit",
    "RESET enable_external_access",
    "PRAGMA enable_profiling",
    "PRAGMA memory_limit = '100GB'",
    "PRAGMA database_list",
    "PRAGMA disable_verification",
    "CALL pragma_version()",
    "CALL enable_logging()",
    "CALL force_checkpoint()",
    "PREPARE evil AS SELECT 1",
    "EXECUTE evil",
    "DEALLOCATE evil",
    # several at once
    "SELECT 1; DROP TABLE base.bars",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY bars TO '{folder}/out.csv'; SELECT 2",
    # not SQL at all
    "",
    "   -- nothing\n",
    "rm -rf /",
    "SELECT * FROM bars WHERE",
    "\x00",
    # Python variables are no tables
    "SELECT * FROM secret_frame",
]

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with an empty store, and files that must neither be read nor written."""
    folder = tmp_path_factory.mktemp("hostile")
    store = folder / "watchlist.duckdb"
    source = empty_store()
    source.execute(f"ATTACH '{store}' AS fresh (STORAGE_VERSION 'v1.5.0')")
    source.execute("COPY FROM DATABASE memory TO fresh")
    source.close()
    (folder / "canary.csv").write_text(f"a\n{CANARY}\n", encoding="utf-8")
    (folder / "watchlist.toml").write_text("[sql]\nmemory_mb = 256\ntemp_mb = 64\n")
    (folder / ".watchlist").mkdir()
    con = duckdb.connect()
    con.execute(f"COPY (SELECT '{CANARY}' AS a) TO '{folder}/canary.parquet'")
    con.close()
    return folder


@pytest.fixture
def untouched(folder: Path) -> Iterator[None]:
    """Nothing in the folder is new, changed or gone afterwards."""

    def state() -> dict[str, str]:
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    before = state()
    yield
    assert state() == before


def test_there_are_at_least_sixty() -> None:
    assert len(REFUSED) + len(EXHAUSTING) >= 60


@pytest.mark.parametrize("sql", REFUSED, ids=lambda sql: sql[:48].strip() or "empty")
@pytest.mark.usefixtures("untouched")
def test_it_is_refused_with_a_reason(sql: str, folder: Path) -> None:
    secret_frame = duckdb.sql(f"SELECT '{CANARY}'")
    sql = sql.replace("{folder}", str(folder))
    con = open_sandbox(folder / "watchlist.duckdb", folder / ".watchlist" / "spill", Limits())
    start = time.monotonic()
    try:
        with pytest.raises(QueryError) as caught:
            list(run.run(con, statements.parse(sql)).batches())
    finally:
        con.close()
    assert time.monotonic() - start < 5
    assert caught.value.message
    assert CANARY not in str(caught.value)
    assert "Traceback" not in str(caught.value)
    del secret_frame


@pytest.mark.parametrize(
    "sql", ["COPY bars TO 'a.csv'", "ATTACH 'x' AS y", "SET threads = 1", "DROP VIEW bars"]
)
def test_the_engine_itself_refuses_what_the_first_look_refuses(sql: str, folder: Path) -> None:
    """The list of statement kinds is for clear words; the locks must hold without it."""
    con = open_sandbox(folder / "watchlist.duckdb", folder / ".watchlist" / "spill", Limits())
    try:
        with pytest.raises(duckdb.Error):
            con.execute(sql)
    finally:
        con.close()


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
