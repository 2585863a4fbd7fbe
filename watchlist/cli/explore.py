"""`watchlist schema`: what the store holds, explained."""

from __future__ import annotations

from typing import Annotated

import typer

from watchlist.cli import output
from watchlist.cli.options import ProjectDir


def register(app: typer.Typer) -> None:
    """Add `schema`."""

    @app.command(epilog="Example: watchlist schema event_effects")
    def schema(
        name: Annotated[
            str | None, typer.Argument(metavar="[NAME]", help="One view; left out: all.")
        ] = None,
        style: Annotated[
            str, typer.Option("--format", help="table, json, markdown, mermaid or svg.")
        ] = "table",
        project: ProjectDir = None,
    ) -> None:
        """The public views: their columns, units and meaning; as a picture too."""
        from watchlist.sql import schema as schema_

        views = schema_.describe_views(name)
        output.write(schema_.render(views, style, one=name is not None))
