"""`watchlist daily`: what cron runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.cli.options import OnDate, ProjectDir, SourceName, open_project


def register(app: typer.Typer) -> None:
    """Add `daily`."""

    @app.command(epilog="Example: watchlist daily --source bars.parquet --on 2026-07-31")
    def daily(
        project: ProjectDir = None,
        source: SourceName = None,
        on: OnDate = None,
        full: Annotated[
            bool, typer.Option("--full", help="Fetch whole histories, not the last sessions.")
        ] = False,
        skip_bad: Annotated[
            bool,
            typer.Option("--skip-bad", help="Leave out the bad rows of a bar file, and say so."),
        ] = False,
    ) -> None:
        """Pull, study, raise signals and write the report; prints the report's path."""
        run_and_tell(project, source=source, on=on, full=full, skip_bad=skip_bad)


def run_and_tell(
    folder: Path | None,
    *,
    source: str | None,
    on: date | None,
    full: bool = False,
    skip_bad: bool = False,
) -> None:
    """Run the day, print the report's path, end with the exit code that the outcome has."""
    from watchlist.clock import SystemClock
    from watchlist.daily import run_daily

    project, config = open_project(folder, source)
    result = run_daily(
        project,
        config,
        on=on,
        full=full,
        skip_bad=skip_bad,
        clock=SystemClock(),
        progress=console.progress,
    )
    for line in result.talk:
        console.say(line)
    output.write(str(result.report))
    if result.failed:
        raise typer.Exit(ExitCode.PARTIAL)
