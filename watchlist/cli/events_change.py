"""`watchlist events add|edit-free`: changes to the project's own `events.toml`, checked first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.options import ProjectDir, open_project


def register(group: typer.Typer) -> None:
    """Add `add` and `edit-free` to `events`."""

    @group.command(epilog="Example: watchlist events add new-events.toml")
    def add(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML with [[events]] tables.")],
        replace: Annotated[
            bool, typer.Option("--replace", help="Write over events of the same id.")
        ] = False,
        project: ProjectDir = None,
    ) -> None:
        """Check the events of a file and merge them into the project's events.toml."""
        from watchlist.catalog.writing import add_file
        from watchlist.cli.events_show import remarks
        from watchlist.clock import SystemClock

        found, _ = open_project(project)
        merged = add_file(found, file, SystemClock().now(), replace=replace)
        _tell(merged.path, merged.added, merged.replaced, merged.unchanged)
        for remark in remarks(found, {*merged.added, *merged.replaced}):
            console.warn(remark)

    @group.command(
        "edit-free",
        epilog="Example: watchlist events edit-free tmq-loi-deadline-2026 "
        "--set outcome='closed on 2026-05-29'",
    )
    def edit_free(
        event_id: Annotated[str, typer.Argument(metavar="ID")],
        changes: Annotated[
            list[str],
            typer.Option("--set", metavar="FIELD=VALUE", help="May be repeated; empty clears."),
        ],
        project: ProjectDir = None,
    ) -> None:
        """Change fields of an event without an editor; the project's events.toml keeps its form."""
        from watchlist.catalog.writing import change_event, put_events
        from watchlist.cli.events_show import known_event, remarks

        found, _ = open_project(project)
        event = change_event(known_event(found, event_id), changes)
        merged = put_events(found, [event])
        _tell(merged.path, merged.added, merged.replaced, merged.unchanged)
        for remark in remarks(found, {event_id}):
            console.warn(remark)


def _tell(
    path: Path, added: tuple[str, ...], replaced: tuple[str, ...], unchanged: tuple[str, ...]
) -> None:
    for word, ids in (("added", added), ("replaced", replaced), ("unchanged", unchanged)):
        if ids:
            console.say(f"{word}: {', '.join(ids)}")
    output.write(str(path))
