"""`watchlist signals`: what is unusual, what each signal is worth, and the order of the day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import typer

from watchlist.cli import console
from watchlist.cli.options import (
    AsKnownDate,
    FrameFormat,
    OnDate,
    ProjectDir,
    Simulated,
    open_project,
)
from watchlist.cli.output import write_frame

if TYPE_CHECKING:
    from watchlist.config import Config
    from watchlist.project import Project


app = typer.Typer()
group = typer.Typer(
    help="Raise signals, judge them, rank the watchlist by how unusual each symbol is.",
    epilog="Example: watchlist signals --on 2025-10-06",
    invoke_without_command=True,
)
app.add_typer(group, name="signals")


@group.callback()
def signals(
    context: typer.Context,
    project: ProjectDir = None,
    on: OnDate = None,
    as_known: AsKnownDate = None,
    simulated: Simulated = False,
    style: FrameFormat = "table",
) -> None:
    """Compute all signals and print those that are not quiet on the session.

    As of the store's last session the result is stored; an earlier --on, or --as-known, only
    looks and leaves the store as it is.
    """
    if context.invoked_subcommand is None:
        _raise(*open_project(project, simulated=simulated), on=on, as_known=as_known, style=style)


@group.command("judge", epilog="Example: watchlist signals judge --format csv")
def judge(
    project: ProjectDir = None,
    on: OnDate = None,
    as_known: AsKnownDate = None,
    simulated: Simulated = False,
    style: FrameFormat = "table",
) -> None:
    """Hold every signal against what came after it, and say what it is worth.

    As of the store's last session the verdicts are stored, and shown beside the signals.
    """
    place, config = open_project(project, simulated=simulated)
    _judge(place, config, on=on, as_known=as_known, style=style)


@group.command("list", epilog="Example: watchlist signals list --format json")
def list_signals(style: FrameFormat = "table") -> None:
    """Every signal with its meaning, rule and source; needs no store."""
    from watchlist.signals.stored import catalogue

    write_frame(catalogue(), style)


@group.command("rank", epilog="Example: watchlist signals rank --on 2025-10-06")
def rank(
    project: ProjectDir = None,
    on: OnDate = None,
    as_known: AsKnownDate = None,
    simulated: Simulated = False,
    style: FrameFormat = "table",
) -> None:
    """The watchlist by how unusual each symbol is on the session, with the reasons."""
    from watchlist import store
    from watchlist.catalog import load_catalog
    from watchlist.signals.stored import compute_signals
    from watchlist.store import last_session

    place, config = open_project(project, simulated=simulated)
    with store.connect(place, as_known=as_known) as con, console.progress("signals") as step:
        as_of = last_session(con, on)
        summary = compute_signals(con, load_catalog(place), config, as_of=as_of, step=step)
    ranked = summary.tables.rankings
    write_frame(ranked if style in ("json", "jsonl") else ranked.drop("rarities"), style)


def _judge(
    place: Project, config: Config, *, on: date | None, as_known: date | None, style: str
) -> None:
    from watchlist import store
    from watchlist.clock import SystemClock
    from watchlist.signals.judging import summary_frame
    from watchlist.signals.stored import judge_signals, run_judge
    from watchlist.store import last_session

    with store.connect(place, as_known=as_known) as con, console.progress("judge") as step:
        as_of = last_session(con, on)
        looking = as_known is not None or as_of != last_session(con, None)
        if looking:
            judged = judge_signals(con, config, as_of=as_of, step=step)
    if not looking:
        with store.open_build(place, SystemClock()) as build, console.progress("judge") as step:
            judged = run_judge(build.con, config, as_of=as_of, step=step)
            build.publish()
    console.say(
        f"{len(judged)} signals × horizons judged as of {as_of}, corrected together; "
        + ("the store keeps its own verdicts" if looking else "stored")
    )
    write_frame(summary_frame(judged), style)


def _raise(
    place: Project, config: Config, *, on: date | None, as_known: date | None, style: str
) -> None:
    from watchlist import store
    from watchlist.catalog import load_catalog
    from watchlist.clock import SystemClock
    from watchlist.signals.stored import compute_signals, run_signals
    from watchlist.store import last_session
    from watchlist.study.stored import write_session_abnormal

    catalog = load_catalog(place)
    with store.connect(place, as_known=as_known) as con, console.progress("signals") as step:
        as_of = last_session(con, on)
        looking = as_known is not None or as_of != last_session(con, None)
        if looking:
            summary = compute_signals(con, catalog, config, as_of=as_of, step=step)
    if not looking:
        with store.open_build(place, SystemClock()) as build, console.progress("signals") as step:
            write_session_abnormal(build.con, config, as_of=as_of)
            summary = run_signals(build.con, catalog, config, as_of=as_of, step=step)
            build.publish()
    console.say(
        f"{summary.alerts_today.height} alerts on {as_of} over {summary.tables.symbols:,} symbols; "
        + ("the store keeps its own signals" if looking else "stored")
    )
    if summary.sessions < summary.asked and not looking:
        console.say(
            f"of so many symbols the last {summary.sessions} sessions of signals are kept, "
            f"not {summary.asked}"
        )
    write_frame(summary.speaking, style)
