"""`watchlist sql`: ask the store anything, safely; and the catalogue and tools around it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import explore, query
from watchlist.cli.asking import (
    AllowFiles,
    ExcelSafe,
    FormatName,
    LimitRows,
    NoPager,
    OutFile,
    Params,
    Simulated,
    Timeout,
    Wishes,
    answer,
)
from watchlist.cli.options import AsKnownDate, ProjectDir
from watchlist.errors import ConfigError


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
        all_rows: Annotated[bool, typer.Option("--all", help="No limit.")] = False,
        timeout: Timeout = None,
        as_known: AsKnownDate = None,
        allow_files: AllowFiles = False,
        excel_safe: ExcelSafe = False,
        no_pager: NoPager = False,
        simulated: Simulated = False,
        project: ProjectDir = None,
    ) -> None:
        """Ask the published store in SQL: read-only, sandboxed, never in a writer's way."""
        from watchlist.sql import parameters

        given = {
            name: parameters.guess(value) for name, value in parameters.split(param or []).items()
        }
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
        answer(_source(text), given, wishes)

    query.register(app)
    explore.register(app)


def _source(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if not text.lower().endswith(".sql") or "\n" in text:
        return text
    try:
        return Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{text}: cannot be read: {error}",
            "a query of the catalogue is run with: watchlist query run NAME",
        ) from None
