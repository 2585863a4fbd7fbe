"""The options that `sql` and `query run` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Params = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="Value of $NAME; repeatable."),
]
FormatName = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="F",
        help="table, csv, json, jsonl, markdown, parquet, xlsx; left out: a table, or what -o is.",
    ),
]
OutFile = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write to a file.")
]
LimitRows = Annotated[
    int | None,
    typer.Option(
        "--limit", metavar="N", min=0, help="At most N rows; left out: 1000 in a table, else all."
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option("--timeout", metavar="S", help="Stop after S seconds; 0 never (60)."),
]
AllowFiles = Annotated[
    bool, typer.Option("--allow-files", help="Let the query read your files, and say so.")
]
ExcelSafe = Annotated[
    bool, typer.Option("--excel-safe", help="CSV whose texts a spreadsheet cannot run.")
]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Print long tables at once.")]
AllRows = Annotated[bool, typer.Option("--all", help="No limit.")]
