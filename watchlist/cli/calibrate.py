"""`watchlist study calibrate`: what 5 % really means on these stocks, windows and dates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import console
from watchlist.cli.options import (
    FrameFormat,
    OnDate,
    ProjectDir,
    Simulated,
    Windows,
    names_of_tests,
    one_of,
    open_project,
    parse_window,
)
from watchlist.cli.output import write_frame
from watchlist.disk import replacing

if TYPE_CHECKING:
    import polars as pl

    from watchlist.study.calibrate import Scope

SCOPES: tuple[Scope, ...] = ("event", "all")


def calibrate(
    project: ProjectDir = None,
    simulated: Simulated = False,
    on: OnDate = None,
    study: Annotated[
        str, typer.Option("--study", metavar="NAME", help="Which daily study's design.")
    ] = "daily-market",
    scope: Annotated[
        str,
        typer.Option(
            metavar="S",
            callback=one_of("--scope", ("event", "all", "both")),
            help="event, all or both.",
        ),
    ] = "both",
    tests: Annotated[
        str, typer.Option("--tests", metavar="T", help="all, headline, or names with commas.")
    ] = "all",
    window: Windows = None,
    plant: Annotated[
        list[float] | None,
        typer.Option("--plant", metavar="X", help="Day-0 effect to find, a fraction [0.05]."),
    ] = None,
    repetitions: Annotated[
        int, typer.Option("--repetitions", min=20, help="Random studies a scope.")
    ] = 500,
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE", help="Write the chart as HTML.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry", help="Print only; leave the store alone.")] = False,
    style: FrameFormat = "table",
) -> None:
    """Measure how often each test rejects when nothing happened, and what it finds when it did.

    The study's event dates are moved to random quiet sessions. The result is stored for the report
    (method box) and for SQL (view `calibrations`).
    """
    from watchlist import store
    from watchlist.clock import SystemClock
    from watchlist.store import last_session
    from watchlist.study.question import run_calibration, write_calibration

    place, config = open_project(project, simulated=simulated)
    with store.connect(place) as con, console.progress("calibrate") as step:
        summary = run_calibration(
            con,
            config,
            as_of=last_session(con, on),
            study=study,
            scopes=tuple(s for s in SCOPES if scope in (s, "both")),
            tests=names_of_tests(tests),
            windows=[parse_window(text) for text in window] if window else None,
            planted=tuple(plant) if plant else (0.05,),
            repetitions=repetitions,
            step=step,
        )
    if not dry:
        with store.open_build(place, SystemClock()) as build:
            write_calibration(build.con, summary)
            build.publish()
    found = summary.calibration
    console.say(
        f"{found.pairs} pairs on {found.dates} dates as of {summary.as_of}, moved "
        f"{repetitions} times to at least {found.quiet_days} quiet days; "
        + ("not stored" if dry else "stored")
    )
    for reason in found.left_out:
        console.warn(f"left out: {reason}")
    write_frame(_sizes(found.table), style)
    if chart is not None:
        _write_chart(found.table, chart)
        console.say(f"chart: {chart}")


def _sizes(table: pl.DataFrame) -> pl.DataFrame:
    """One row a scope, test and window: its true size, then its power for each planted effect."""
    import polars as pl

    keys = ["scope", "test", "first_day", "last_day", "n", "nominal"]
    wide = table.pivot("setting", index=keys, values="rejected", maintain_order=True)
    return wide.with_columns(pl.col(pl.Float64).round(3)).rename({"null": "true_size"})


def _write_chart(table: pl.DataFrame, file: Path) -> None:
    from watchlist.charts.study import calibration

    first = table.row(0, named=True)
    figure = calibration(
        table, scope=first["scope"], first_day=first["first_day"], last_day=first["last_day"]
    )
    with replacing(file) as part:
        page = figure.to_html(include_plotlyjs=True, div_id="calibration")
        part.write_text(page, encoding="utf-8")
