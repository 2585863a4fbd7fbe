"""One writer at a time, named; a killed one holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.made import building, publish_number
from watchlist.errors import StoreBusyError
from watchlist.project import Project

HOLD = """
import sys, time
from pathlib import Path
from tests.store.made import building
with building(Path(sys.argv[1])) as build:
    build.con.execute("DELETE FROM base.securities")
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_writer_is_told_who_holds_the_store(tmp_path: Path) -> None:
    with building(tmp_path), pytest.raises(StoreBusyError) as caught, building(tmp_path):
        pass
    assert f"process {os.getpid()} (test) since 2026-01-15T23:00:00" in caught.value.message


def test_a_holder_that_ended_leaves_no_claim(tmp_path: Path) -> None:
    with building(tmp_path):
        pass
    with building(tmp_path) as build:
        assert build.publish()


def test_kill_9_leaves_neither_a_block_nor_a_change(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    before = Project(tmp_path).store_file.read_bytes()
    process = holder(tmp_path)
    try:
        with pytest.raises(StoreBusyError, match=f"process {process.pid}"), building(tmp_path):
            pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    assert Project(tmp_path).store_file.read_bytes() == before
    assert Project(tmp_path).build_file.exists(), "what the dead process left behind"
    with building(tmp_path) as build:
        assert build.publish()
    assert not Project(tmp_path).build_file.exists()
