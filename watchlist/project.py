"""Where things are: the user's project folder, and the data that comes with the package."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchlist.errors import ConfigError

CONFIG_NAME = "watchlist.toml"


@dataclass(frozen=True)
class Project:
    """A folder with `watchlist.toml`; with none, the defaults run in the working directory."""

    root: Path
    simulated: bool = False
    """Simulated prices live in their own file and their own reports folder."""

    @property
    def config_file(self) -> Path:
        """The project's `watchlist.toml`; it need not exist."""
        return self.root / CONFIG_NAME

    @property
    def store_file(self) -> Path:
        """The published DuckDB file: always whole, never locked by us."""
        return self.root / ("watchlist-simulated.duckdb" if self.simulated else "watchlist.duckdb")

    @property
    def build_file(self) -> Path:
        """The private file that one writer builds in before it publishes."""
        return self.work_dir / (self.store_file.stem + ".build.duckdb")

    @property
    def work_dir(self) -> Path:
        """Locks, caches and files in the making; safe to delete when nothing runs."""
        return self.root / ".watchlist"

    @property
    def reports_dir(self) -> Path:
        """Where reports are written."""
        out = self.root / "reports" / "out"
        return out / "simulated" if self.simulated else out

    def own(self, name: str) -> Path:
        """A file or folder of the user's (`events.toml`, `queries`, `reports`)."""
        return self.root / name


def find_project(start: Path | None = None, *, simulated: bool = False) -> Project:
    """The nearest folder upward with `watchlist.toml`, else the folder itself.

    Raises
    ------
    ConfigError
        `start` is not a folder, or DuckDB cannot open a file there.
    """
    folder = Path(os.path.realpath(start or Path.cwd()))
    if not folder.is_dir():
        raise ConfigError(f"--project {start}: no such folder", "make one with: watchlist init DIR")
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError:
        raise ConfigError(
            f"{folder}: the folder's name is not UTF-8, and DuckDB opens no file there",
            "rename it, or name another --project",
        ) from None
    for candidate in (folder, *folder.parents):
        if (candidate / CONFIG_NAME).is_file():
            return Project(candidate, simulated)
    return Project(folder, simulated)


def read_settings(project: Project) -> dict[str, Any]:
    """What `watchlist.toml` says, not checked yet; nothing where there is no such file.

    Raises
    ------
    ConfigError
        It is not TOML; with line and column.
    """
    path = project.config_file
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def packaged(name: str) -> Path:
    """A folder that ships with the package: `queries` or `reports`.

    In a wheel it lies in `watchlist/_data`, in a checkout beside the package.
    """
    package = Path(__file__).parent
    for place in (package / "_data" / name, package.parent / name):
        if place.is_dir():
            return place
    raise ConfigError(
        f"the installation lacks its {name!r} folder", "reinstall the mining-watchlist package"
    )


def statement(module: str, name: str) -> str:
    """The SQL of a module of ours: `statement(__file__, "name")` is `sql/name.sql` beside it."""
    return (Path(module).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
