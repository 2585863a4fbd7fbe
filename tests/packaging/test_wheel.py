"""The built wheel carries all it needs: it runs in an empty environment, far from the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


def test_wheel_carries_queries_reports_and_catalogue_but_nothing_generated(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "watchlist/catalog/events.toml" in names
    assert "watchlist/catalog/securities.toml" in names
    assert any(n.startswith("watchlist/_data/queries/views/") for n in names)
    assert any(n.startswith("watchlist/_data/reports/") and n.endswith(".html.j2") for n in names)
    assert any(n.startswith("watchlist/store/migrations/") for n in names)
    assert not [n for n in names if "/out/" in n or n.startswith("tests/")]


@pytest.mark.slow
def test_installed_wheel_runs_the_demo_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run(
        [*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "runtime.txt")], check=True
    )
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)

    done = subprocess.run(
        [str(venv / "bin" / "watchlist"), "demo", "here"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    report = tmp_path / done.stdout.strip()
    assert report.is_file()
    assert "SIMULATED" in report.read_text(encoding="utf-8")
