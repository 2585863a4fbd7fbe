"""Eight processes ask without pause while the store is published two hundred times."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.made import publish_number

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
