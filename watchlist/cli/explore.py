"""`schema`, `export`, `shell` and `notebook`: the store explained, and taken elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.options import ProjectDir, Simulated
from watchlist.cli.sql_options import ExcelSafe


def register(app: typer.Typer) -> None:
    """Add `schema`, `export`, `shell` and `notebook`."""

    @app.command(epilog="Example: watchlist schema event_effects")
    def schema(
        name: Annotated[
            str | None,
            typer.Argument(metavar="[NAME]", help="One view or function; left out: all."),
        ] = None,
        style: Annotated[
            str, typer.Option("--format", help="table, json, markdown, mermaid or svg.")
        ] = "table",
        project: ProjectDir = None,
    ) -> None:
        """The public views: their columns, units and meaning; as a picture too."""
        from watchlist.sql import dictionary
        from watchlist.sql import schema as schema_

        function = schema_.describe_function(name) if name is not None else None
        views = [function] if function is not None else schema_.describe_views(name)
        output.write(dictionary.render(views, style, one=name is not None))

    @app.command(
        epilog="Example: watchlist export tables --format csv --view returns --view events"
    )
    def export(
        folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")],
        style: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet",
        view: Annotated[
            list[str] | None,
            typer.Option("--view", metavar="NAME", help="Only this view; repeatable."),
        ] = None,
        excel_safe: ExcelSafe = False,
        simulated: Simulated = False,
        project: ProjectDir = None,
    ) -> None:
        """Write the public views as Parquet or CSV, with a data dictionary."""
        from watchlist.sql import export as export_
        from watchlist.sql import schema as schema_
        from watchlist.sql.limits import open_limits
        from watchlist.sql.sandbox import Sandbox

        views = export_.choose(schema_.describe_views(), view or [])
        asked, limits = open_limits(project, simulated=simulated)
        with Sandbox(asked, limits) as box, console.progress("export") as step:
            rows = export_.export(box, views, folder, style=style, excel_safe=excel_safe, step=step)
        console.say(f"{rows:,} rows of {len(views)} views")
        output.write(str(folder))

    @app.command(epilog="Example: watchlist shell")
    def shell(simulated: Simulated = False, project: ProjectDir = None) -> None:
        """A terminal SQL editor on the published store, read-only (harlequin, extra `shell`)."""
        from watchlist.sql import companions
        from watchlist.sql.limits import open_limits

        asked, _ = open_limits(project, simulated=simulated)
        console.say(
            "the shell writes no files of yours; to export: watchlist sql … -o FILE, or export"
        )
        companions.become_shell(asked)

    @app.command(epilog="Example: watchlist notebook")
    def notebook(
        file: Annotated[
            Path | None,
            typer.Argument(
                metavar="[FILE]", help="A notebook; left out: the packaged one, copied."
            ),
        ] = None,
        simulated: Simulated = False,
        project: ProjectDir = None,
    ) -> None:
        """A notebook with SQL, Polars and Plotly on the store (marimo, extra `notebook`)."""
        from watchlist.sql import companions
        from watchlist.sql.limits import open_limits

        asked, _ = open_limits(project, simulated=simulated)
        companions.become_notebook(asked, file)
