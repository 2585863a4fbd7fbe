"""`watchlist sql`, `query`, `schema`, `export`, `shell`, `notebook`: ask the store, or take it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.answer import QueryOptions, answer, ask
from watchlist.cli.options import AsKnownDate, ProjectDir, Simulated
from watchlist.sql.limits import open_limits

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
AllRows = Annotated[bool, typer.Option("--all", help="No limit.")]
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
QuestionName = Annotated[str, typer.Argument(metavar="NAME", help="A name from `query list`.")]

app = typer.Typer()
query = typer.Typer(help="Good questions, ready to run.", no_args_is_help=True)
app.add_typer(query, name="query")


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
    options = QueryOptions(
        style, out, limit, all_rows, timeout, as_known, allow_files, excel_safe, not no_pager
    )
    ask(*open_limits(project, simulated=simulated), text, param or [], options)


@query.command("list", epilog="Example: watchlist query list --format json")
def list_(
    style: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    project: ProjectDir = None,
) -> None:
    """Every question of the catalogue; your own are marked."""
    from watchlist.sql import catalogue

    queries = catalogue.load(open_limits(project)[0]).values()
    output.write(catalogue.listing(list(queries), style))


@query.command(epilog="Example: watchlist query show latest-moves")
def show(name: QuestionName, project: ProjectDir = None) -> None:
    """The SQL of a question, with its header."""
    from watchlist.sql import catalogue

    output.write(catalogue.find(open_limits(project)[0], name).text)


@query.command(epilog="Example: watchlist query run car-by-event --param symbol=MP")
def run(
    name: QuestionName,
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

    place, limits = open_limits(project, simulated=simulated)
    found = catalogue.find(place, name)
    options = QueryOptions(
        style, out, limit, all_rows, timeout, as_known, allow_files, excel_safe, not no_pager
    )
    answer(place, limits, found.text, found.values(parameters.split(param or [])), options)


@query.command(epilog="Example: watchlist query cookbook --project demo > queries/README.md")
def cookbook(project: ProjectDir = None) -> None:
    """The catalogue as one Markdown page, with output from the project's store."""
    from watchlist.sql import cookbook as cookbook_

    output.write(cookbook_.write(*open_limits(project)))


@query.command(epilog="Example: watchlist query new my-miners")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="a-b-c: small letters.")],
    project: ProjectDir = None,
) -> None:
    """A new question in the project's queries folder, ready to edit."""
    from watchlist.sql import catalogue

    path = catalogue.create(open_limits(project)[0], name)
    console.say(f"edit it, then: watchlist query run {name}")
    here = Path.cwd()
    output.write(str(path.relative_to(here) if path.is_relative_to(here) else path))


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


@app.command(epilog="Example: watchlist export tables --format csv --view returns --view events")
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
    from watchlist.sql.sandbox import Sandbox

    views = export_.choose(schema_.describe_views(), view or [])
    place, limits = open_limits(project, simulated=simulated)
    with Sandbox(place, limits) as box, console.progress("export") as step:
        rows = export_.export(box, views, folder, style=style, excel_safe=excel_safe, step=step)
    console.say(f"{rows:,} rows of {len(views)} views")
    output.write(str(folder))


@app.command(epilog="Example: watchlist shell")
def shell(simulated: Simulated = False, project: ProjectDir = None) -> None:
    """A terminal SQL editor on the published store, read-only (harlequin, extra `shell`)."""
    from watchlist.sql import companions

    place, _ = open_limits(project, simulated=simulated)
    console.say("the shell writes no files of yours; to export: watchlist sql … -o FILE, or export")
    companions.become_shell(place)


@app.command(epilog="Example: watchlist notebook")
def notebook(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A notebook; left out: the packaged one, copied."),
    ] = None,
    simulated: Simulated = False,
    project: ProjectDir = None,
) -> None:
    """A notebook with SQL, Polars and Plotly on the store (marimo, extra `notebook`)."""
    from watchlist.sql import companions

    place, _ = open_limits(project, simulated=simulated)
    companions.become_notebook(place, file)
