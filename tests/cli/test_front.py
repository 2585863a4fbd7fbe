"""The front page tells what the commands say of themselves, and each command is there behind it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from watchlist.cli import GROUPS, build_app, front


def help_of(only: frozenset[str] | None, *words: str) -> str:
    got = CliRunner().invoke(build_app(only), [*words, "--help"], env={"COLUMNS": "100"})
    assert got.exit_code == 0
    return got.stdout


def test_the_front_page_is_the_page_of_the_whole_command_line() -> None:
    assert front.wanted(["--help"]) == front.wanted([]) == frozenset()
    assert help_of(frozenset()) == help_of(None)


@pytest.mark.parametrize("name", front.COMMANDS)
def test_a_command_called_by_name_is_all_there(name: str) -> None:
    assert help_of(front.wanted([name]), name) == help_of(None, name)


def test_no_command_is_missing_from_the_front_page() -> None:
    assert set(front.COMMANDS) == set(get_command(build_app()).commands)  # type: ignore[attr-defined]
    assert {module for module, _ in front.COMMANDS.values()} == set(GROUPS)


def test_a_slip_is_explained_by_the_whole_command_line() -> None:
    assert front.wanted(["pul"]) is None
    assert front.wanted(["--what"]) is None


def test_completion_knows_the_commands_inside_a_group() -> None:
    code = (
        "import sys\nfrom watchlist.cli import main\n"
        "sys.argv = ['watchlist']\nmain()"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "_WATCHLIST_COMPLETE": "complete_bash",
            "COMP_WORDS": "watchlist events che",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["check"], done.stderr
