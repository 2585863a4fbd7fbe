"""The exit codes are documented where people look, and errors map to them."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from watchlist import errors
from watchlist.cli import EPILOG, exit_code
from watchlist.cli.exit_codes import ExitCode


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
        (errors.NothingNewError("x"), ExitCode.STALE),
        (errors.TransientSourceError("x"), ExitCode.STALE),
        (errors.StoreBusyError("x"), ExitCode.BUSY),
        (errors.QueryError("x"), ExitCode.REFUSED),
    ],
    ids=lambda value: getattr(value, "name", type(value).__name__),
)
def test_errors_map_to_codes(error: errors.WatchlistError, code: ExitCode) -> None:
    assert exit_code(error) is code
