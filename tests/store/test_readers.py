"""Readers while the store is published: whole openings, and eight processes that never pause."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.store.made import publish_number
from watchlist.errors import StoreError
from watchlist.store import connect

READERS, PUBLISHES = 8, 200

READ = """
import os, sys
from pathlib import Path
from watchlist.store import connect
file, stop = Path(sys.argv[1]), Path(sys.argv[2])
rounds = torn = 0
seen = []
# eight of them would take every processor: the publisher, who is counted, goes first
os.nice(10)
def handles():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
with connect(file) as con:
    con.execute("SELECT 1").fetchall()
before = handles()
while not stop.exists():
    with connect(file) as con:
        one = con.execute("SELECT DISTINCT alias::INTEGER FROM security_aliases").fetchall()
        two = con.execute("SELECT value::INTEGER, count(*) FROM alerts GROUP BY 1").fetchall()
    rounds += 1
    torn += not (len(one) == len(two) == 1 and one[0][0] == two[0][0] and two[0][1] == 500)
    seen.append(one[0][0])
assert seen == sorted(seen), "went back in time"
print(rounds, torn, len(set(seen)), handles() - before)
"""


def number_of(con: duckdb.DuckDBPyConnection) -> int:
    return con.execute("SELECT DISTINCT alias::INTEGER FROM security_aliases").fetchall()[0][0]


@pytest.mark.parametrize("fails", [True, False], ids=["open fails", "open mixes two files"])
@pytest.mark.parametrize("as_known", [None, date(2026, 12, 1)], ids=["now", "as known"])
def test_an_opening_that_a_publish_ran_through_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool, as_known: date | None
) -> None:
    """DuckDB opens the path for the headers and for the blocks; no test can stop in between."""
    publish_number(tmp_path, 1)
    real, opened = duckdb.connect, []

    def interrupted(*args: object, **named: object) -> duckdb.DuckDBPyConnection:
        con = real(*args, **named)
        opened.append(con)
        if len(opened) == 1:
            monkeypatch.setattr(duckdb, "connect", real)
            publish_number(tmp_path, 2)
            monkeypatch.setattr(duckdb, "connect", interrupted)
            if fails:
                con.close()
                raise duckdb.IOException("Could not read enough bytes")
        return con

    monkeypatch.setattr(duckdb, "connect", interrupted)
    with connect(tmp_path / "watchlist.duckdb", as_known=as_known) as con:
        assert number_of(con) == 2
    assert len(opened) == 2
    with pytest.raises(duckdb.ConnectionException):
        opened[0].execute("SELECT 1")


def test_a_file_that_nobody_replaced_is_not_opened_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_number(tmp_path, 1)
    tries = []

    def fail(*_args: object, **_named: object) -> None:
        tries.append(1)
        raise duckdb.IOException("Could not read enough bytes")

    monkeypatch.setattr(duckdb, "connect", fail)
    with pytest.raises(StoreError, match="enough bytes"):
        connect(tmp_path / "watchlist.duckdb")
    assert len(tries) == 1


@pytest.mark.slow
def test_readers_never_wait_and_never_see_half_a_store(tmp_path: Path) -> None:
    publish_number(tmp_path, 0)
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(tmp_path / "watchlist.duckdb"), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(READERS)
    ]
    try:
        for number in range(1, PUBLISHES + 1):
            publish_number(tmp_path, number)
    finally:
        stop.touch()
        answers = [reader.communicate(timeout=60) for reader in readers]
    for out, err in answers:
        assert err == ""
        rounds, torn, states, leaked = (int(text) for text in out.split())
        assert rounds > 10
        assert torn == 0
        assert states > 1, "it saw the store change"
        assert leaked <= 0
