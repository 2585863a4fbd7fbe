"""`watchlist pull`: bars up to date, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from watchlist.cli import console
from watchlist.cli.exit_codes import ExitCode
from watchlist.cli.options import (
    OnDate,
    ProjectDir,
    SkipBad,
    SourceName,
    open_project,
    parse_date,
)

app = typer.Typer()


@app.command(epilog="Example: watchlist pull MP LAC --since 2024-01-01")
def pull(
    symbols: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SYMBOL]…", help="Only these [default: all of the catalogue]."),
    ] = None,
    project: ProjectDir = None,
    source: SourceName = None,
    on: OnDate = None,
    since: Annotated[
        date | None,
        typer.Option(
            "--since",
            metavar="DATE",
            parser=parse_date,
            help="Begin histories there [default: 2000-01-01].",
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Compare whole histories, and believe what the source now says."
        ),
    ] = False,
    verify: Annotated[
        str | None,
        typer.Option(
            "--verify",
            metavar="S",
            help="Compare the stored bars with another source; disagreements become findings.",
        ),
    ] = None,
    skip_bad: SkipBad = False,
) -> None:
    """Bring the bars up to date; tell what changed, and keep it in pulls and restatements."""
    from watchlist import store
    from watchlist.catalog import load_catalog
    from watchlist.clock import SystemClock
    from watchlist.errors import ConfigError, nearest
    from watchlist.sources import open_source
    from watchlist.store.pull import pull_bars
    from watchlist.store.verify import run_verify

    place, config = open_project(project, source)
    catalog, clock = load_catalog(place), SystemClock()
    pulled = [security.symbol for security in catalog.securities if security.pulled]
    wanted = [symbol.upper() for symbol in symbols or []]
    for symbol in wanted:
        if symbol not in pulled:
            raise ConfigError(f"{symbol!r}: no bars are pulled for it", nearest(symbol, pulled))
    bars = open_source(config.source, config, place, clock, skip_bad=skip_bad)
    second = open_source(verify, config, place, clock) if verify is not None else None
    with store.open_build(place, clock) as build:
        with console.progress("pull") as step:
            summary = pull_bars(
                build,
                catalog,
                bars,
                clock=clock,
                on=on,
                since=since,
                full=full,
                symbols=wanted,
                step=step,
            )
        store.checks.record(build.con, build.started_at)
        talk = list(summary.talk)
        if second is not None:
            with console.progress("verify") as step:
                talk += run_verify(
                    build, catalog, second, clock=clock, symbols=wanted, step=step
                ).talk
        talk.append("published" if build.publish() else "nothing changed")
    for line in talk:
        console.say(line)
    if summary.failed:
        raise typer.Exit(ExitCode.PARTIAL)
