"""`watchlist study`: the daily event studies, or one that you describe."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import console
from watchlist.cli.calibrate import calibrate
from watchlist.cli.options import (
    AsKnownDate,
    FrameFormat,
    OnDate,
    ProjectDir,
    Simulated,
    Windows,
    names_of_tests,
    one_of,
    open_project,
    parse_window,
    split,
)
from watchlist.cli.output import write_frame
from watchlist.cli.sweep import sweep

if TYPE_CHECKING:
    import polars as pl

    from watchlist.config import Config
    from watchlist.project import Project
    from watchlist.study import StudyResult
    from watchlist.study.question import Question

BY = {
    "event": "event",
    "category": "category",
    "mineral": "mineral",
    "relation": "relation",
    "chain": "chain-stage",
    "direction": "direction",
    "all": "all",
}
"""What people type after --by -> the scope."""

TABLES = ("effects", "tests", "fits", "abnormal", "drops", "factors", "overlaps", "single", "days")

IN_PERCENT = (
    "ret", "expected", "ar", "car", "bhar", "se", "estimate", "mde", "sigma", "low", "high",
)  # fmt: skip
"""Columns that are fractions of a price."""

app = typer.Typer()
group = typer.Typer(
    help="Event studies: how far returns around events differ from what the market explains.",
    epilog=(
        "Examples: watchlist study  |  watchlist study --event mp-dod-2025 --window 0:0 "
        " |  watchlist study --by category --tests all  |  watchlist study --symbol TMQ "
        "--model market+sector --overlap keep --format csv"
    ),
    invoke_without_command=True,
)
app.add_typer(group, name="study")
group.command(epilog="Example: watchlist study calibrate --window 0:0 --repetitions 1000")(
    calibrate
)
group.command(epilog="Example: watchlist study sweep --estimation -260:-11 --window -10:10")(sweep)


@group.callback()
def study(
    context: typer.Context,
    event: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this event; repeatable.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(metavar="C", help="Only this category; repeatable.")
    ] = None,
    symbol: Annotated[
        list[str] | None, typer.Option(metavar="S", help="Only this symbol; repeatable.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="M",
            help="constant-mean, market-adjusted, market, market+sector, market+peers, "
            "factors, capm, ff3, ff5, carhart, scholes-williams, dimson, trade-to-trade, "
            "garch, egarch, synthetic-control.",
        ),
    ] = None,
    factors: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Symbols or factor columns, e.g. SPY,REMX."),
    ] = None,
    factor_table: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Factor returns: French's CSV, CSV or Parquet."),
    ] = None,
    factor_percent: Annotated[
        bool, typer.Option("--factor-percent", help="The factor table is in percent.")
    ] = False,
    peers_without_targets: Annotated[
        bool,
        typer.Option(
            "--peers-without-targets",
            help="Baskets of peers leave out every target of the event.",
        ),
    ] = False,
    risk_free: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Factor column to subtract from the returns."),
    ] = None,
    of: Annotated[
        str | None, typer.Option(metavar="WHAT", help="returns, volume or volatility.")
    ] = None,
    returns: Annotated[str | None, typer.Option(metavar="KIND", help="simple or log.")] = None,
    estimation: Annotated[
        str | None, typer.Option(metavar="A:B", help="Estimation window, e.g. -130:-11.")
    ] = None,
    window: Windows = None,
    min_observations: Annotated[
        int | None, typer.Option(metavar="N", help="Estimation rows that a pair needs.")
    ] = None,
    overlap: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="Other events: keep, mask, drop or joint."),
    ] = None,
    tests: Annotated[
        str | None,
        typer.Option(metavar="T", help="headline, all, or names: patell,bmp."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            callback=one_of("--by", tuple(BY), many=True),
            help="event, category, mineral, relation, chain, direction, all; or several: a,b.",
        ),
    ] = None,
    contrast: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Test the difference of two groups of --by."),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            callback=one_of("--table", TABLES),
            help="What to print: " + ", ".join(TABLES) + ".",
        ),
    ] = None,
    project: ProjectDir = None,
    on: OnDate = None,
    as_known: AsKnownDate = None,
    simulated: Simulated = False,
    style: FrameFormat = "table",
) -> None:
    """Run the daily studies and store them; with any option of a study, run that and print it.

    A study that you describe is printed, not stored. Returns and effects in csv and json are
    fractions; the table shows percent.
    """
    if context.invoked_subcommand is not None:
        return
    from watchlist.study.question import Question

    settings = {
        "subject": of,
        "returns": returns,
        "overlap": overlap,
        "min_observations": min_observations,
        "risk_free": risk_free,
        "peers_without_targets": peers_without_targets or None,
        "estimation": parse_window(estimation) if estimation else None,
        "windows": tuple(parse_window(text) for text in window) if window else None,
    }
    question = Question(
        events=tuple(event or ()),
        categories=tuple(category or ()),
        symbols=tuple(symbol or ()),
        model=model,
        factors=split(factors),
        tables=tuple(factor_table or ()),
        percent=factor_percent,
        settings={name: value for name, value in settings.items() if value is not None},
        tests=names_of_tests(tests or "headline"),
        scopes=tuple(BY[part] for part in split(by)),
        contrast=split(contrast),
        singles=table == "single",
        days=table == "days",
    )
    place, config = open_project(project, simulated=simulated)
    shown = table or ("tests" if by or tests else "effects")
    if question == Question(settings={}):
        result = _daily(place, config, on=on, as_known=as_known)
        if table is None:
            result, shown = _in_short(result), "tests"
    else:
        result = _asked(place, config, question, on=on, as_known=as_known)
    _tell(result)
    write_frame(readable(result, shown) if style == "table" else whole(result, shown), style)


def whole(result: StudyResult, table: str) -> pl.DataFrame:
    """A table of the study as it is: fractions, every column."""
    names = {"abnormal": "abnormal_returns", "single": "singles"}
    frame: pl.DataFrame = getattr(result, names.get(table, table))
    return frame


def readable(result: StudyResult, table: str) -> pl.DataFrame:
    """A table of the study for reading: windows in brackets, effects in percent, four figures."""
    import polars as pl

    frame = whole(result, table)
    if "first_day" in frame.columns:
        window = pl.format("[{}, {}]", "first_day", "last_day").alias("window")
        names = ["window" if name == "first_day" else name for name in frame.columns]
        frame = frame.with_columns(window).select(name for name in names if name != "last_day")
    left_out = {
        "effects": ("p_holm", "p_bh", "placebo_n", "bhar"),
        "tests": ("headline", "se", "share_positive"),
        "days": ("headline", "se", "share_positive"),
    }
    frame = frame.drop(left_out.get(table, ()), strict=False)
    if result.design.subject == "returns":
        percents = [name for name in IN_PERCENT if name in frame.columns]
        frame = frame.with_columns((pl.col(percents) * 100).round(2))
        frame = frame.rename({name: f"{name}_%" for name in percents})
    return frame.with_columns(pl.col(pl.Float64).round_sig_figs(4))


def _in_short(result: StudyResult) -> StudyResult:
    """The headline tests over categories and all events on day 0: the rest is in the store."""
    import polars as pl

    first, last = result.design.windows[0]
    console.say(
        "by category, day 0; every pair: watchlist study --table effects, or SQL: event_effects"
    )
    kept = result.tests.filter(
        pl.col("headline"),
        pl.col("scope").is_in(["category", "all"]),
        pl.col("first_day") == first,
        pl.col("last_day") == last,
    )
    return replace(result, tests=kept)


def _daily(
    place: Project, config: Config, *, on: date | None, as_known: date | None
) -> StudyResult:
    """The daily studies; stored unless they look into the past."""
    from watchlist import store
    from watchlist.catalog import load_catalog
    from watchlist.clock import SystemClock
    from watchlist.store import last_session
    from watchlist.study.question import Question, ask
    from watchlist.study.stored import read_data, run_study, write_session_abnormal

    catalog = load_catalog(place)
    with store.connect(place, as_known=as_known) as con:
        as_of, newest = last_session(con, on), last_session(con, None)
        if as_known is not None or as_of != newest:
            console.say(f"as of {as_of}; the store keeps its own studies")
            with console.progress("study") as step:
                question = Question(scopes=("category", "all"))
                return ask(con, config, question, as_of=as_of, step=step)
        read_data(con, config, as_of=as_of)
    with store.open_build(place, SystemClock()) as build, console.progress("study") as step:
        write_session_abnormal(build.con, config, as_of=as_of)
        summary = run_study(build.con, catalog, config, as_of=as_of, step=step)
        build.publish()
    for line in summary.talk:
        console.say(line)
    return summary.results[0]


def _asked(
    place: Project, config: Config, question: Question, *, on: date | None, as_known: date | None
) -> StudyResult:
    from watchlist import store
    from watchlist.store import last_session
    from watchlist.study.question import ask

    with store.connect(place, as_known=as_known) as con, console.progress("study") as step:
        return ask(con, config, question, as_of=last_session(con, on), step=step)


def _tell(result: StudyResult) -> None:
    design, fits = result.design, result.fits
    factors = " + ".join(design.factors) or "no factors"
    console.say(
        f"{design.model} ({factors}), estimation [{design.estimation[0]}, {design.estimation[1]}], "
        f"other events: {design.overlap}; {fits.height} pairs of {fits['event_id'].n_unique()} "
        f"events on {fits['day0'].n_unique()} dates"
    )
    for warning in result.warnings:
        console.warn(warning)
