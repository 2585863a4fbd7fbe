"""Options that mean the same in every command."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.errors import ConfigError

if TYPE_CHECKING:
    from watchlist.config import Config
    from watchlist.project import Project


def parse_date(text: str) -> date:
    """A date as YYYY-MM-DD, or a usage error that says so."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it as YYYY-MM-DD") from None


ProjectDir = Annotated[
    Path | None,
    typer.Option("--project", metavar="DIR", help="Project folder; left out: found upward."),
]
SourceName = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="S",
        help="Where bars come from: yahoo, tiingo, simulated, or a CSV or Parquet file or folder.",
    ),
]
OnDate = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=parse_date,
        help="As of that session: later bars and events are left out.",
    ),
]
AsKnownDate = Annotated[
    date | None,
    typer.Option(
        "--as-known",
        metavar="DATE",
        parser=parse_date,
        help="Use only what had been pulled by the end of that day (UTC).",
    ),
]
Simulated = Annotated[
    bool, typer.Option("--simulated", help="The simulated store, beside the real one.")
]


def open_project(folder: Path | None, source: str | None = None) -> tuple[Project, Config]:
    """The project and its configuration; a `--source` beats the one configured."""
    from watchlist.config import load_config
    from watchlist.project import find_project

    project = find_project(folder)
    config = load_config(project)
    if source is not None:
        if not source:
            raise ConfigError("--source is empty", "name yahoo, tiingo, simulated or a path")
        config = config.with_source(source)
    return find_project(folder, simulated=config.source == "simulated"), config
