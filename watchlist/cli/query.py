"""`watchlist query`: the catalogue of good questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.asking import Wishes, answer
from watchlist.cli.options import AsKnownDate, ProjectDir, Simulated, open_project
from watchlist.cli.sql_options import (
    AllowFiles,
    AllRows,
    ExcelSafe,
    FormatName,
    LimitRows,
    NoPager,
    OutFile,
    Params,
    Timeout,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name from `query list`.")]


def register(app: typer.Typer) -> None:
    """Add `query list|show|run|new`."""
    group = typer.Typer(help="Good questions, ready to run.", no_args_is_help=True)
    app.add_typer(group, name="query")

    @group.command("list", epilog="Example: watchlist query list --format json")
    def list_(
        style: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
        project: ProjectDir = None,
    ) -> None:
        """Every question of the catalogue; your own are marked."""
        from watchlist.sql import catalogue

        queries = catalogue.load(open_project(project)[0]).values()
        output.write(catalogue.listing(list(queries), style))

    @group.command(epilog="Example: watchlist query show latest-moves")
    def show(name: Name, project: ProjectDir = None) -> None:
        """The SQL of a question, with its header."""
        from watchlist.sql import catalogue

        output.write(catalogue.find(open_project(project)[0], name).text)

    @group.command(epilog="Example: watchlist query run car-by-event --param symbol=MP")
    def run(
        name: Name,
        param: Params = None,
        style: FormatName = None,
        out: OutFile = None,
        limit: LimitRows = None,
        all_rows: AllRows = False,
        timeout: Timeout = None,
        as_known: AsKnownDate = None,
        allow_files: AllowFiles = False,
        excel_safe: ExcelSafe = False,
        no_pager: NoPager = False,
        simulated: Simulated = False,
        project: ProjectDir = None,
    ) -> None:
        """Run a question with its defaults or your values."""
        from watchlist.sql import catalogue, parameters

        query = catalogue.find(open_project(project)[0], name)
        values = query.values(parameters.split(param or []))
        wishes = Wishes(
            project=project,
            simulated=simulated,
            style=style,
            out=out,
            limit=limit,
            all_rows=all_rows,
            timeout=timeout,
            as_known=as_known,
            allow_files=allow_files,
            excel_safe=excel_safe,
            pager=not no_pager,
        )
        answer(query.text, values, wishes)

    @group.command(epilog="Example: watchlist query cookbook --project demo > queries/README.md")
    def cookbook(project: ProjectDir = None) -> None:
        """The catalogue as one Markdown page, with output from the project's store."""
        from watchlist.sql import cookbook as cookbook_
        from watchlist.sql.limits import open_limits

        output.write(cookbook_.write(*open_limits(project)))

    @group.command(epilog="Example: watchlist query new my-miners")
    def new(
        name: Annotated[str, typer.Argument(metavar="NAME", help="a-b-c: small letters.")],
        project: ProjectDir = None,
    ) -> None:
        """A new question in the project's queries folder, ready to edit."""
        from watchlist.sql import catalogue

        path = catalogue.create(open_project(project)[0], name)
        console.say(f"edit it, then: watchlist query run {name}")
        output.write(str(_shortest(path)))


def _shortest(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
