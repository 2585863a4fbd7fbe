"""`watchlist report`: write a page again, or in another form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.options import AsKnownDate, OnDate, ProjectDir, Simulated, open_project

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from watchlist.config import Config
    from watchlist.project import Project

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT", help="daily, event, symbol, or the name of a report of your own."
    ),
]
Which = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="Which event or symbol.", show_default=False)
]


app = typer.Typer()


@app.command(
    epilog="Examples: watchlist report daily --open · watchlist report event mp-dod-stake-2025 "
    "· watchlist report symbol MP --single-file · watchlist report daily --email"
)
def report(
    what: What,
    which: Which = None,
    on: OnDate = None,
    open_: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    single_file: Annotated[
        bool,
        typer.Option("--single-file", help="Put the chart script inside, to send it (5 MB)."),
    ] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also as PDF (needs Chromium or Chrome).")
    ] = False,
    png: Annotated[
        bool, typer.Option("--png", help="Also as a picture (needs Chromium or Chrome).")
    ] = False,
    email: Annotated[
        bool, typer.Option("--email", help="Also as an .eml draft; daily only.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Also as Markdown; daily only.")
    ] = False,
    as_known: AsKnownDate = None,
    simulated: Simulated = False,
    project: ProjectDir = None,
) -> None:
    """Write a report from what the store holds; prints the paths."""
    from watchlist import store
    from watchlist.store import last_session
    from watchlist.study.stored import write_session_abnormal

    place, config = open_project(project, simulated=simulated)
    _refuse(what, which, email=email, markdown=markdown)
    with store.connect(place, as_known=as_known) as con:
        as_of = last_session(con, on)
        if on is not None and as_of != on:
            console.say(f"{on} has no bars; this is the report of {as_of}")
        if what not in {"daily", "event", "symbol"}:
            page = _write_own(place, config, what, as_of, as_known)
        else:
            if as_known is not None:
                write_session_abnormal(con, config, as_of=as_of)
            page = _write(con, place, config, what, which, as_of, single_file)
    paths = [page, *_others(page, place, config, pdf, png, email, markdown)]
    output.write("\n".join(str(path) for path in paths))
    if open_:
        typer.launch(page.resolve().as_uri())


def _refuse(what: str, which: str | None, *, email: bool, markdown: bool) -> None:
    """Arguments that do not fit together."""
    if what in {"event", "symbol"} and which is None:
        raise typer.BadParameter(f"which {what}? watchlist report {what} ID", param_hint="ID")
    if what not in {"event", "symbol"} and which is not None:
        raise typer.BadParameter(f"{what} takes no {which!r}", param_hint="ID")
    if what != "daily" and (email or markdown):
        raise typer.BadParameter("only for the daily report", param_hint="--email, --markdown")


def _write(
    con: duckdb.DuckDBPyConnection,
    place: Project,
    config: Config,
    what: str,
    which: str | None,
    as_of: date,
    single_file: bool,
) -> Path:
    from watchlist.report.site import open_site, write_daily, write_event
    from watchlist.report.site import write_symbol as write_symbol_page

    if what == "daily":
        with console.progress("report") as step:
            return write_daily(con, place, config, as_of=as_of, step=step, single_file=single_file)
    site = open_site(con, place, config, as_of=as_of, single_file=single_file)
    write = write_event if what == "event" else write_symbol_page
    return write(site, which or "")


def _write_own(
    place: Project, config: Config, name: str, as_of: date, as_known: date | None
) -> Path:
    from watchlist.report.own import write_own
    from watchlist.sql.limits import Limits
    from watchlist.sql.sandbox import Sandbox

    with Sandbox(place, Limits(**config.sql.model_dump()), known_on=as_known) as box:
        return write_own(box.rows, place, name, as_of=as_of)


def _others(
    page: Path,
    place: Project,
    config: Config,
    pdf: bool,
    png: bool,
    email: bool,
    markdown: bool,
) -> list[Path]:
    from watchlist.report import export
    from watchlist.report.site import open_renderer

    browser = config.report.browser
    paths = []
    if pdf:
        paths.append(export.write_pdf(page, browser))
    if png:
        paths.append(export.write_png(page, browser))
    if markdown:
        paths.append(export.write_markdown(page, open_renderer(place)))
    if email:
        path, missing = export.write_email(page, place, open_renderer(place), browser)
        paths.append(path)
        if missing:
            console.warn(missing)
    return paths
