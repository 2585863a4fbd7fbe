"""`watchlist report` as an analyst runs it: paths on stdout, talk on stderr, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.small_store import AS_OF, build


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "watchlist.toml").write_text("", encoding="utf-8")
    build(file=folder / "watchlist.duckdb").close()
    return folder


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watchlist", "report", *arguments, "--project", str(project)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_daily_prints_its_paths_and_nothing_else(project: Path) -> None:
    done = run(project, "daily", "--markdown")

    assert done.returncode == 0, done.stderr
    page = project / "reports" / "out" / "daily" / f"{AS_OF}.html"
    assert done.stdout.splitlines() == [str(page), str(page.with_suffix(".md"))]
    assert done.stderr == ""
    assert page.is_file()


def test_a_day_without_bars_gives_the_report_before_and_says_so(project: Path) -> None:
    done = run(project, "daily", "--on", "2025-10-12")

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("2025-10-10.html")
    assert done.stderr.strip() == "2025-10-12 has no bars; this is the report of 2025-10-10"


@pytest.mark.parametrize("spoilt", [b"", b"\xff", b"{}", b"[]"], ids=repr)
def test_a_twin_that_was_spoilt_is_named_and_can_be_written_again(
    project: Path, spoilt: bytes
) -> None:
    assert run(project, "daily", "--on", "2025-10-10").returncode == 0
    twin = project / "reports" / "out" / "daily" / "2025-10-10.json"
    whole = twin.read_bytes()
    twin.write_bytes(spoilt)

    done = run(project, "daily")

    assert done.returncode == 2
    assert done.stderr == (
        f"error: {twin}: not the twin of a daily report\n"
        "  write it again: watchlist report daily --on 2025-10-10, or move it away\n"
    )
    assert run(project, "daily", "--on", "2025-10-10").returncode == 0
    assert twin.read_bytes() == whole


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("event", "stake-one"), "events/stake-one.html"),
        (("symbol", "MP", "--single-file"), "symbols/MP.html"),
    ],
    ids=["event", "symbol"],
)
def test_one_page(project: Path, arguments: tuple[str, ...], path: str) -> None:
    done = run(project, *arguments)

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{project / 'reports' / 'out' / path}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("event",), "which event?"),
        (("event", "stake"), "did you mean one of stake-one, stake-three?"),
        (("event", "nothing-like-it"), "watchlist events list"),
        (("symbol", "MPP"), "did you mean 'MP'?"),
        (("dayly",), "did you mean 'daily'?"),
        (("daily", "MP"), "daily takes no 'MP'"),
        (("symbol", "MP", "--email"), "only for the daily report"),
        (("daily", "--on", "2024-01-05"), "the store has no bar up to 2024-01-05"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_wrong_usage_ends_with_2_and_the_way_out(
    project: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = run(project, *arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_no_store_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "daily")

    assert done.returncode == 2
    assert "there is no store yet" in done.stderr
