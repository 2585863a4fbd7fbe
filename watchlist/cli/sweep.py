"""`watchlist study sweep`: every event and target of a large store, streamed."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from watchlist.cli import console, output
from watchlist.cli.options import (
    OnDate,
    ProjectDir,
    Simulated,
    Windows,
    names_of_tests,
    open_project,
    parse_window,
)


def sweep(
    project: ProjectDir = None,
    simulated: Simulated = False,
    on: OnDate = None,
    estimation: Annotated[
        str, typer.Option(metavar="A:B", help="Estimation window from day 0.")
    ] = "-260:-11",
    window: Windows = None,
    model: Annotated[
        str, typer.Option(metavar="NAME", help="market, garch or egarch (slow: see --executor).")
    ] = "market",
    market: Annotated[
        str | None, typer.Option(metavar="SYMBOL", help="Market factor, if not the configured one.")
    ] = None,
    tests: Annotated[
        str, typer.Option(metavar="T", help="all, headline, or names with commas.")
    ] = "all",
    executor: Annotated[
        str, typer.Option(metavar="WHERE", help="local, or spark on the configured cluster.")
    ] = "local",
) -> None:
    """Study every event and target against the market, whatever the size of the store.

    Without --window: 0:0, -1:1 and -10:10.
    The model with other events masked, the whole battery over all pairs; results are stored
    as the study `sweep`. For a watchlist the daily studies say more: `watchlist study`.
    """
    from watchlist import store
    from watchlist.clock import SystemClock
    from watchlist.steps.executors import open_executor
    from watchlist.steps.sweep import run_sweep
    from watchlist.steps.sweep_market import last_session
    from watchlist.study.design import Model, StudyDesign

    place, config = open_project(project, simulated=simulated)
    windows = tuple(parse_window(text) for text in window or ["0:0", "-1:1", "-10:10"])
    design = StudyDesign(
        name="sweep",
        model=cast(Model, model),  # the design refuses other names
        factors=(market or config.study.market,),
        estimation=parse_window(estimation),
        windows=windows,
        chart=(min(a for a, _ in windows), max(b for _, b in windows)),
        min_observations=config.study.min_observations,
    )
    runner = open_executor(executor)
    with store.open_build(place, SystemClock(), compare=False) as build:
        with console.progress("sweep") as step:
            summary = run_sweep(
                build.con,
                design,
                runner,
                as_of=on or last_session(build.con, design),
                tests=names_of_tests(tests),
                step=step,
            )
        build.publish()
    for line in summary.talk:
        console.say(line)
    output.write(
        f"watchlist sql \"FROM study_tests WHERE study_id = {summary.study_id} AND test = 'kp'\""
    )
