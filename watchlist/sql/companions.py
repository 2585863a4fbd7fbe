"""Other people's tools on our file: harlequin as a shell, marimo as a notebook.

Both are extras. They open the published file read-only; a run that writes replaces that file and
is never blocked by them.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from watchlist.disk import replacing
from watchlist.errors import ConfigError, StoreError
from watchlist.project import Project, packaged

STORE_VARIABLE = "WATCHLIST_STORE"
"""Where the notebook finds the file."""


def shell_command(project: Project) -> list[str]:
    """The command line of a terminal SQL editor on the store; it refuses to open to write.

    Raises
    ------
    ConfigError
        harlequin is not installed.
    StoreError
        There is no store yet.
    """
    return [_program("harlequin", "shell"), "-a", "duckdb", "--read-only", str(_store(project))]


def notebook_command(project: Project, file: Path | None = None) -> list[str]:
    """The command line of a notebook; the packaged one is copied into the project to edit.

    Raises
    ------
    ConfigError
        marimo is not installed, or the file is missing.
    StoreError
        There is no store yet.
    """
    _store(project)
    program = _program("marimo", "notebook")
    if file is None:
        file = project.own("notebook.py")
        if not file.exists():
            with replacing(file) as part:
                shutil.copyfile(packaged("queries") / "notebook.py", part)
    elif not file.is_file():
        raise ConfigError(f"{file}: no such notebook", "leave the name out for the packaged one")
    return [program, "edit", str(file)]


def become(command: list[str], project: Project) -> None:
    """Replace this process by the tool, which so has the whole terminal; never returns."""
    environment = {**os.environ, STORE_VARIABLE: str(_store(project))}
    os.execve(command[0], command, environment)


def _store(project: Project) -> Path:
    if not project.store_file.is_file():
        raise StoreError(
            f"there is no store yet: {project.store_file.name} is missing",
            "make one with: watchlist daily, or try: watchlist demo",
        )
    return project.store_file


def _program(name: str, extra: str) -> str:
    """The program beside this Python, else on the path."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise ConfigError(f"{name} is not installed", f"pip install 'mining-watchlist[{extra}]'")
    return found
