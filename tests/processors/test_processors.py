"""Other processors give other last digits: what is promised to the byte holds on them too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores import DEMO_ON
from watchlist.project import Project

OTHER = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_NUM_THREADS": "1",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}
"""The linear algebra, and the exp and log of numpy, of a processor of 2008."""

DIGITS = """
import numpy as np
rng = np.random.default_rng(1)
a, b = rng.normal(size=(50, 40)), rng.normal(size=(50, 7))
print(np.linalg.lstsq(a, b)[0].tobytes().hex(), np.exp(a).tobytes().hex())
"""


def run(other: bool, *command: str, folder: Path) -> str:
    """Run Python here, or as on the other processor."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, **(OTHER if other else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def project(demo_project: Project, tmp_path: Path) -> Project:
    if run(False, "-c", DIGITS, folder=tmp_path) == run(True, "-c", DIGITS, folder=tmp_path):
        pytest.skip("numpy computes in one way here: not x86-64, or as old a processor")
    return Project(shutil.copytree(demo_project.root, tmp_path / "p"), simulated=True)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_night_on_another_processor_finds_nothing_new(project: Project) -> None:
    night = ("-m", "watchlist", "daily", "--on", str(DEMO_ON))
    run(False, *night, folder=project.root)
    before = project.store_file.read_bytes()
    run(True, *night, folder=project.root)
    assert project.store_file.read_bytes() == before


def test_the_pages_of_one_store_are_the_same_on_another_processor(project: Project) -> None:
    pages = {}
    for other in (False, True):
        shutil.rmtree(project.reports_dir)
        run(other, "-m", "watchlist", "report", "daily", "--simulated", folder=project.root)
        pages[other] = files(project.reports_dir)
    assert len(pages[True]) > 1
    assert pages[True] == pages[False]
