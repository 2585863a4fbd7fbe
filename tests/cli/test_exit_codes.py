"""The exit codes are documented where people look, and errors map to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.conftest import ROOT
from watchlist import errors
from watchlist.cli.commands import EPILOG, build_app
from watchlist.cli.exit_codes import ExitCode, exit_code
from watchlist.errors import ConfigError


@pytest.mark.parametrize("code", list(ExitCode), ids=lambda c: c.name)
def test_each_code_is_in_the_help_and_in_readme(code: ExitCode) -> None:
    assert f"{code.value} " in EPILOG
    assert f"| {code.value} |" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigError("x"), ExitCode.USAGE),
        (errors.CatalogError("x"), ExitCode.USAGE),
        (errors.StudyError("x"), ExitCode.USAGE),
        (errors.DiskError("x"), ExitCode.USAGE),
        (errors.NothingNewError("x"), ExitCode.STALE),
        (errors.TransientSourceError("x"), ExitCode.STALE),
        (errors.StoreBusyError("x"), ExitCode.BUSY),
        (errors.QueryError("x"), ExitCode.REFUSED),
    ],
    ids=lambda value: getattr(value, "name", type(value).__name__),
)
def test_errors_map_to_codes(error: errors.WatchlistError, code: ExitCode) -> None:
    assert exit_code(error) is code


@pytest.mark.parametrize(
    "command",
    [("study",), ("study", "calibrate"), ("signals",), ("signals", "judge"), ("signals", "rank")],
    ids=" ".join,
)
def test_a_format_is_known_before_any_work(tmp_path: Path, command: tuple[str, ...]) -> None:
    given = [*command, "--project", str(tmp_path), "--format", "jsn"]
    answer = CliRunner().invoke(build_app(), given)
    # work would end with another error: there is no store
    assert isinstance(answer.exception, ConfigError)
    assert answer.exception.message == "--format jsn: no such format"
    assert answer.exception.hint == "did you mean 'json'?"
