"""Other people's tools on our file: harlequin as a shell, marimo as a notebook.

Both are extras. They open the published file read-only; a run that writes replaces that file and
is never blocked by them. Read-only is no wall (`sandbox` says why), so the shell, where SQL is
pasted, keeps no right to write but in folders of its own, or has a private copy where the kernel
cannot hold it. A notebook is a program of the user's: it has the rights of the user, saves itself
beside the store, and runs Python anyway.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from watchlist.disk import replacing
from watchlist.errors import ConfigError, StoreError
from watchlist.project import Project, packaged
from watchlist.sql import landlock
from watchlist.sql.sandbox import folder_of_a_query, without_log
from watchlist.store.files import copy

STORE_VARIABLE = "WATCHLIST_STORE"
"""Where the notebook finds the file."""


BASES = (
    ("XDG_CACHE_HOME", ".cache"),
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_STATE_HOME", ".local/state"),
)
"""Where a program keeps its own files, by the variable that says so and below the home folder."""


def shell_command(project: Project, store: Path | None = None) -> list[str]:
    """The command line of a terminal SQL editor on the store; it refuses to open to write.

    Parameters
    ----------
    store : Path, optional
        What it opens; left out: the published file.

    Raises
    ------
    ConfigError
        harlequin is not installed.
    StoreError
        There is no store yet.
    """
    file = store or _store(project)
    return [_program("harlequin", "shell"), "-a", "duckdb", "--read-only", str(file)]


def become_shell(project: Project) -> None:
    """Replace this process by the editor, which can write to none of the user's files.

    Raises
    ------
    ConfigError
        harlequin is not installed.
    StoreError
        There is no store yet.
    """
    store = without_log(_store(project))
    command = shell_command(project)
    # it bears the number of this process, so the next query removes it once the shell has ended
    home = folder_of_a_query(project.work_dir)
    if landlock.abi():
        own = [_base(*place) / "harlequin" for place in BASES]
        for folder in own:
            folder.mkdir(parents=True, exist_ok=True)
        terminal = [Path("/dev/tty"), Path("/dev/pts"), Path(os.devnull)]
        landlock.confine(
            read=[Path("/")], write=[home, *own, *terminal], execute=True, network=True
        )
    else:
        private = home / store.name
        copy(store, private)
        command = shell_command(project, private)
    os.execve(command[0], command, {**os.environ, "TMPDIR": str(home)})


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


def become_notebook(project: Project, file: Path | None = None) -> None:
    """Replace this process by the notebook's server.

    Raises
    ------
    ConfigError
        marimo is not installed, or the file is missing.
    StoreError
        There is no store yet.
    """
    command = notebook_command(project, file)
    os.execve(command[0], command, {**os.environ, STORE_VARIABLE: str(_store(project))})


def _base(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / default)


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
