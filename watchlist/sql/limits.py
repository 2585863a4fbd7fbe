"""What one query may use: the defaults, and what `[sql]` of `watchlist.toml` says."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from watchlist.errors import ConfigError
from watchlist.project import Project, find_project


@dataclass(frozen=True)
class Limits:
    """Caps of one query."""

    timeout_seconds: float | None = 60.0
    """None waits for ever."""

    rows: int = 1000
    """Of a table or Markdown; the other formats give all rows unless told otherwise."""

    memory_mb: int = 2048
    temp_mb: int = 4096


def open_limits(folder: Path | None, *, simulated: bool = False) -> tuple[Project, Limits]:
    """The project to ask, and its limits.

    The whole configuration is checked only if it says something about queries: the library that
    checks it takes as long to load as DuckDB does, and a slip elsewhere need not stop a question.

    Raises
    ------
    ConfigError
        The file is not TOML, or its `[sql]` is wrong.
    """
    project = find_project(folder, simulated=simulated)
    if not project.config_file.is_file():
        return project, Limits()
    try:
        raw = tomllib.loads(project.config_file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{project.config_file}: not valid TOML: {error}") from None
    if raw.get("source") == "simulated":
        project = Project(project.root, simulated=True)
    if "sql" not in raw:
        return project, Limits()
    from watchlist.config import load_config

    settings = load_config(project).sql
    return project, Limits(**settings.model_dump())
