"""`watchlist sql`: ask the store anything, safely; and the catalogue and tools around it."""

from __future__ import annotations

from typing import Annotated

import typer

from watchlist.cli import explore, query
from watchlist.cli.asking import Wishes, ask
from watchlist.cli.options import AsKnownDate, ProjectDir, Simulated
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


def register(app: typer.Typer) -> None:
    """Add `sql`, `query`, `schema`, `export`, `shell` and `notebook`."""

    @app.command(
        epilog="Example: watchlist sql \"FROM returns WHERE symbol = 'MP' ORDER BY session DESC "
        'LIMIT 5"'
    )
    def sql(
        text: Annotated[
            str, typer.Argument(metavar="SQL", help="A query, a file that ends in .sql, or -.")
        ],
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
        """Ask the published store in SQL: read-only, sandboxed, never in a writer's way."""
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
        ask(text, param or [], wishes)

    query.register(app)
    explore.register(app)


app = typer.Typer()
register(app)
