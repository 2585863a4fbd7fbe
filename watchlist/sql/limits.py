"""What one query may use: the defaults, and what `[sql]` of `watchlist.toml` says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from watchlist.project import Project, find_project, read_settings


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

    The settings are checked only where they say something about queries: the library that checks
    them takes as long to prepare as a query, and a slip elsewhere need not stop a question.

    Raises
    ------
    ConfigError
        The file is not TOML, or its `[sql]` is wrong.
    """
    project = find_project(folder, simulated=simulated)
    raw = read_settings(project)
    if raw.get("source") == "simulated":
        project = Project(project.root, simulated=True)
    if "sql" not in raw:
        return project, Limits()
    from watchlist.config import load_config

    return project, Limits(**load_config(project).sql.model_dump())
