"""`watchlist init`, `demo` and `daily`: a project folder is made, shown, and brought up to date."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.cli.options import OnDate, ProjectDir, SkipBad, SourceName, open_project

DEMO_SESSION = date(2026, 2, 4)
"""The day of the ministerial, two after Project Vault: events fresh, running and ahead."""

app = typer.Typer()


@app.command(epilog="Example: watchlist init minerals && cd minerals && watchlist daily")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
) -> None:
    """Make a project folder: watchlist.toml, events.toml, queries/, reports/."""
    from watchlist.scaffold import write_project

    for path in write_project(folder):
        console.say(f"wrote {path}")
    output.write(str(folder))


@app.command(epilog="Example: watchlist demo demo")
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to make or go on with.")
    ] = Path("watchlist-demo"),
    on: OnDate = None,
) -> None:
    """Run the whole job on the built-in simulated market, offline."""
    from watchlist.scaffold import write_project

    write_project(folder, source="simulated")
    daily(folder, on=on or DEMO_SESSION)


@app.command(epilog="Example: watchlist daily --source bars.parquet --on 2026-07-31")
def daily(
    project: ProjectDir = None,
    source: SourceName = None,
    on: OnDate = None,
    full: Annotated[
        bool, typer.Option("--full", help="Fetch whole histories, not the last sessions.")
    ] = False,
    skip_bad: SkipBad = False,
) -> None:
    """Pull, study, raise signals and write the report; prints the report's path."""
    from watchlist.clock import SystemClock
    from watchlist.daily import run_daily

    place, config = open_project(project, source)
    result = run_daily(
        place,
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
