"""`watchlist events`: the chronology, its sources, its checks, and what feeds propose for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import candidates, console, events_change, output
from watchlist.cli.frames import FrameFormat
from watchlist.cli.options import ProjectDir, open_project, parse_date

Since = Annotated[
    date | None,
    typer.Option("--since", metavar="DATE", parser=parse_date, help="Announced on it or later."),
]
Until = Annotated[
    date | None,
    typer.Option("--until", metavar="DATE", parser=parse_date, help="Announced on it or before."),
]


def register(app: typer.Typer) -> None:
    """Add the group `events`."""
    group = typer.Typer(no_args_is_help=True, help="Dated policy events with their sources.")
    app.add_typer(group, name="events")

    @group.command("list", epilog="Example: watchlist events list --symbol MP --since 2025-07-01")
    def list_(
        since: Since = None,
        until: Until = None,
        category: Annotated[
            list[str] | None, typer.Option("--category", metavar="C", help="May be repeated.")
        ] = None,
        mineral: Annotated[
            str | None, typer.Option("--mineral", metavar="M", help="Such as lithium.")
        ] = None,
        symbol: Annotated[
            str | None, typer.Option("--symbol", metavar="S", help="Named or exposed.")
        ] = None,
        certainty: Annotated[
            str | None,
            typer.Option(metavar="C", help="confirmed, single-source or unconfirmed."),
        ] = None,
        chain: Annotated[
            str | None, typer.Option(metavar="NAME", help="Events that are one story.")
        ] = None,
        style: FrameFormat = "table",
        project: ProjectDir = None,
    ) -> None:
        """The events, oldest first, with the session that could react first."""
        from watchlist.cli import frames
        from watchlist.cli.events_show import Filters, event_frame

        found, _ = open_project(project)
        filters = Filters(since, until, tuple(category or ()), mineral, symbol, certainty, chain)
        frame = event_frame(found, filters)
        frames.show(frame, style)
        if frame.is_empty():
            console.say("no event fits; see all with: watchlist events list")

    @group.command(epilog="Example: watchlist events show lac-reuters-stake-2025")
    def show(
        event_id: Annotated[str, typer.Argument(metavar="ID")],
        style: Annotated[
            str, typer.Option("--format", metavar="F", help="text, json or toml.")
        ] = "text",
        project: ProjectDir = None,
    ) -> None:
        """One event: sources, timing and why, day 0 per exchange, targets, overlaps, reactions."""
        from watchlist.cli.events_show import describe

        found, _ = open_project(project)
        output.write(describe(found, event_id, style))

    @group.command(epilog="Example: watchlist events check")
    def check(style: FrameFormat = "table", project: ProjectDir = None) -> None:
        """Look for missing sources, dates that disagree, duplicates, passed deadlines."""
        from watchlist.cli import frames
        from watchlist.cli.events_show import findings

        found, _ = open_project(project)
        frame, errors = findings(found)
        if frame.is_empty():
            console.say("nothing to remark")
        else:
            frames.show(frame, style)
        counts = frame["severity"].value_counts(sort=True).iter_rows() if frame.height else ()
        told = ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in counts)
        if told:
            console.say(told)
        if errors:
            raise typer.Exit(2)

    @group.command(epilog="Example: watchlist events timeline --since 2025-01-01 --out events.html")
    def timeline(
        since: Since = None,
        until: Until = None,
        out: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="[default: timeline.html in the reports' folder]"),
        ] = None,
        project: ProjectDir = None,
    ) -> None:
        """Draw the events by category with their sources on hover; prints the page's path."""
        from watchlist.cli.events_timeline import write_timeline

        found, _ = open_project(project)
        output.write(str(write_timeline(found, since, until, out)))

    events_change.register(group)
    candidates.register(group)
