"""The same units on a Spark cluster of processes: equal to the bit, with a lost executor too."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sweep.market_files import small_market, spoil

OVERLAY = Path(sys.prefix) / "spark"
"""`make spark` installs requirements/spark.txt there."""


@pytest.mark.network
@pytest.mark.parametrize("kill", [False, True], ids=["whole", "executor-killed"])
def test_spark_gives_the_same_bits(tmp_path: Path, kill: bool) -> None:
    if not OVERLAY.is_dir() or shutil.which("java") is None:
        pytest.skip("pyspark or Java is not installed; make spark installs the former")
    file = small_market(tmp_path)
    spoil(file)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    done = subprocess.run(
        [sys.executable, "-m", "tests.sweep.spark_sweep", str(file), *(["kill"] if kill else [])],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{OVERLAY}{os.pathsep}{ROOT}",
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "WATCHLIST_DRIVER_PORT": str(port),
        },
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["equal"]
    assert said["rows"] > 150
    assert said["lost"] == int(kill)
