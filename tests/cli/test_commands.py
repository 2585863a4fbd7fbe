"""The front page tells what the commands say of themselves, and each is there behind its name."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from watchlist.cli.commands import COMMANDS, build_app


def help_of(*words: str) -> str:
    got = CliRunner().invoke(build_app(), [*words, "--help"], env={"COLUMNS": "100"})
    assert got.exit_code == 0
    return got.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_front_page_has_each_command_with_its_own_words(name: str) -> None:
    module, said = COMMANDS[name]
    app = import_module(f"watchlist.cli.{module}").app
    command = typer.main.get_group(app).commands[name]
    assert command.help is not None
    assert command.help.split("\n\n")[0].replace("\n", " ") == said
    assert name in help_of()
    assert len(help_of(name).splitlines()) > 5


def test_no_command_of_a_module_is_missing() -> None:
    modules = {module for module, _ in COMMANDS.values()}
    apps = [import_module(f"watchlist.cli.{module}").app for module in modules]
    assert {name for app in apps for name in typer.main.get_group(app).commands} == set(COMMANDS)


def test_only_the_command_that_is_called_is_loaded() -> None:
    code = (
        "import sys\nfrom watchlist.cli import run\nrun(sys.argv[1:])\n"
        "print(*(n for n in sys.modules if n.startswith('watchlist.cli.')))"
    )

    def loaded(*words: str) -> set[str]:
        command = [sys.executable, "-c", code, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        names = done.stdout.splitlines()[-1].split()
        return {name.rpartition(".")[2] for name in names} & {m for m, _ in COMMANDS.values()}

    assert loaded("--help") == set()
    assert loaded("doctor", "--help") == {"doctor"}


def test_a_slip_is_explained() -> None:
    got = CliRunner().invoke(build_app(), ["reprot"], env={"COLUMNS": "100"})
    assert got.exit_code == 2
    assert "No such command 'reprot'. Did you mean 'report'" in got.output


@pytest.mark.parametrize(
    ("words", "known"), [("watchlist events che", ["check"]), ("watchlist doc", ["doctor"])]
)
def test_completion_knows_the_commands(words: str, known: list[str]) -> None:
    code = "import sys\nfrom watchlist.cli import main\nsys.argv = ['watchlist']\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "_WATCHLIST_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == known, done.stderr
