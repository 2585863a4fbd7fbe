"""The project installs into an empty environment and runs there, far from the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

OLD_PIP = "pip==23.2.1"
ARTICLE = (
    "<h1>MP Materials and the Pentagon</h1><p>MP Materials said on Thursday that the Department of "
    "Defense (DoD) will buy $400 million of its preferred stock and become its largest "
    "shareholder, with a price floor of $110 per kilogram for neodymium and praseodymium.</p>"
)


@dataclass(frozen=True)
class Environment:
    """An empty virtual environment and the folder that its commands run in."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> Environment:
        """Make one in `folder`/venv, with the pip that this Python brings."""
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        return cls(folder)

    def pip(self, *arguments: str) -> None:
        """Install something."""
        python = str(self.folder / "venv" / "bin" / "python")
        command = [python, "-m", "pip", "install", "--quiet", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def watchlist(self, *arguments: str) -> str:
        """Run a command of `watchlist`; what it prints on stdout."""
        done = subprocess.run(
            [str(self.folder / "venv" / "bin" / "watchlist"), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


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
def test_the_wheel_with_the_pinned_packages_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    place = Environment.new(tmp_path)
    place.pip("--require-hashes", "-r", str(ROOT / "requirements" / "runtime.txt"))
    place.pip("--no-deps", str(wheel))

    report = tmp_path / place.watchlist("demo", "here").strip()

    assert "SIMULATED" in report.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_plain_pip_install_works_with_the_pip_of_python_3_11_7(tmp_path: Path) -> None:
    """That pip resolves some extras differently, and every package is the newest of its day."""
    place = Environment.new(tmp_path)
    place.pip(OLD_PIP)
    place.pip(str(ROOT))
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><html><body><article>{ARTICLE}</article></body></html>")

    place.watchlist("demo", ".")
    answer = place.watchlist("sql", "--format", "csv", "SELECT count(*) AS n FROM events")
    mentions = place.watchlist("coverage", "read", "page.html", "--date", "2025-07-11")

    assert int(answer.split()[1]) > 50
    assert "mp-dod-2025" in mentions
