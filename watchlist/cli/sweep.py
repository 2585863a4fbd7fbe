"""`watchlist study sweep`: every event and target of a large store, streamed."""

from __future__ import annotations

from typing import Annotated

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
        str, typer.Option(metavar="NAME", help="market, market+sector, or another of `study`.")
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
    The same study as `watchlist study --by all`, other events masked, read in pieces and stored as
    the study `sweep`. Placebo ranks only while every security can be fitted to every session.
    For garch and egarch, which are slow, see --executor.
    """
    from watchlist import store
    from watchlist.clock import SystemClock
    from watchlist.store import last_session
    from watchlist.study.pieces import open_executor, run_sweep
    from watchlist.study.question import Question, make_design

    place, config = open_project(project, simulated=simulated)
    if market is not None:
        config = config.model_copy(
            update={"study": config.study.model_copy(update={"market": market})}
        )
    windows = tuple(parse_window(text) for text in window or ["0:0", "-1:1", "-10:10"])
    settings = {
        "name": "sweep",
        "overlap": "mask",
        "estimation": parse_window(estimation),
        "windows": windows,
        "chart": (min(a for a, _ in windows), max(b for _, b in windows)),
    }
    design = make_design(config, Question(model=model, settings=settings))
    runner = open_executor(executor)
    with store.open_build(place, SystemClock(), compare=False) as build:
        with console.progress("sweep") as step:
            summary = run_sweep(
                build.con,
                config,
                design,
                runner,
                as_of=last_session(build.con, on),
                tests=names_of_tests(tests),
                step=step,
            )
        build.publish()
    for line in summary.talk:
        console.say(line)
    output.write(
        f"watchlist sql \"FROM study_tests WHERE study_id = {summary.study_id} AND test = 'kp'\""
    )
