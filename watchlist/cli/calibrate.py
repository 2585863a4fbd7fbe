"""`watchlist study calibrate`: what 5 % really means on these stocks, windows and dates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import console
from watchlist.cli.frames import FrameFormat, show
from watchlist.cli.options import OnDate, ProjectDir, Simulated, open_project
from watchlist.disk import replacing
from watchlist.errors import ConfigError

if TYPE_CHECKING:
    import polars as pl

    from watchlist.study.calibrate import Scope
    from watchlist.study.design import Window

SCOPES: tuple[Scope, ...] = ("event", "all")


def register(study: typer.Typer) -> None:
    """Add `calibrate` to the group `study`."""
    study.command(
        "calibrate", epilog="Example: watchlist study calibrate --window 0:0 --repetitions 1000"
    )(calibrate_command)


def calibrate_command(
    project: ProjectDir = None,
    simulated: Simulated = False,
    on: OnDate = None,
    study: Annotated[
        str, typer.Option("--study", metavar="NAME", help="Which daily study's design.")
    ] = "daily-market",
    scope: Annotated[
        str, typer.Option("--scope", metavar="S", help="event, all or both.")
    ] = "both",
    tests: Annotated[
        str, typer.Option("--tests", metavar="T", help="all, headline, or names with commas.")
    ] = "all",
    windows: Annotated[
        list[str] | None,
        typer.Option("--window", metavar="A:B", help="Days from day 0 [default: the study's]."),
    ] = None,
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
    from watchlist.steps.calibrate import run_calibration, write_calibration
    from watchlist.steps.report_read import last_session

    place, config = open_project(project, "simulated" if simulated else None)
    scopes: tuple[Scope, ...] = tuple(s for s in SCOPES if scope in (s, "both"))
    if not scopes:
        raise ConfigError(f"--scope {scope}: no such scope", "event, all or both")
    named: str | tuple[str, ...] = tests
    if tests not in ("all", "headline"):
        named = tuple(part.strip() for part in tests.split(","))
    with store.connect(place) as con, console.progress("calibrate") as step:
        summary = run_calibration(
            con,
            config,
            as_of=last_session(con, on),
            study=study,
            scopes=scopes,
            tests=named,
            windows=[_window(text) for text in windows] if windows else None,
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
    show(_sizes(found.table), style)
    if chart is not None:
        _write_chart(found.table, chart)
        console.say(f"chart: {chart}")


def _window(text: str) -> Window:
    first, _, last = text.partition(":")
    try:
        return int(first), int(last)
    except ValueError:
        raise ConfigError(
            f"--window {text}: not a window", "two days from day 0, for example -1:1"
        ) from None


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
