"""What of a study is printed: its tables, whole as they are or arranged for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchlist.cli import console

if TYPE_CHECKING:
    import polars as pl

    from watchlist.study import StudyResult

TABLES = ("effects", "tests", "fits", "abnormal", "drops", "factors", "overlaps", "single", "days")


def chosen(text: str | None, *, by: str | None, tests: str | None) -> str:
    """The table asked for; left out, the tests if any were asked for, else the effects.

    Raises
    ------
    ConfigError
        No such table.
    """
    from watchlist.errors import ConfigError, nearest

    if text is None:
        return "tests" if by or tests else "effects"
    if text not in TABLES:
        raise ConfigError(f"--table {text}: no such table", nearest(text, list(TABLES)))
    return text


def in_short(result: StudyResult) -> StudyResult:
    """The headline tests over categories and all events on day 0: the rest is in the store."""
    from dataclasses import replace

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


def raw(result: StudyResult, table: str) -> pl.DataFrame:
    """A table of the study as it is: fractions, every column."""
    frames = {
        "effects": result.effects,
        "tests": result.tests,
        "fits": result.fits,
        "abnormal": result.abnormal_returns,
        "drops": result.drops,
        "factors": result.factors,
        "overlaps": result.overlaps,
        "single": result.singles,
        "days": result.days,
    }
    return frames[table]


def present(result: StudyResult, table: str) -> pl.DataFrame:
    """A table of the study for reading: windows in brackets, effects in percent."""
    import polars as pl

    frame = raw(result, table)
    if "first_day" in frame.columns:
        window = pl.format("[{}, {}]", "first_day", "last_day").alias("window")
        at = frame.columns.index("first_day")
        frame = frame.with_columns(window).drop("first_day", "last_day")
        names = frame.columns[:-1]
        frame = frame.select(*names[:at], "window", *names[at:])
    percents = (
        "ret",
        "expected",
        "ar",
        "car",
        "bhar",
        "se",
        "estimate",
        "mde",
        "sigma",
        "low",
        "high",
    )
    if result.design.subject == "returns":
        frame = frame.with_columns(
            (pl.col(c) * 100).round(2) for c in percents if c in frame.columns
        )
        frame = frame.rename({c: f"{c}_%" for c in percents if c in frame.columns})
    if table == "effects":
        frame = frame.drop("p_holm", "p_bh", "placebo_n", "bhar_%", "bhar", strict=False)
    if table in ("tests", "days"):
        frame = frame.drop("headline", "se_%", "se", "share_positive", strict=False)
    floats = [name for name, kind in frame.schema.items() if kind == pl.Float64]
    return frame.with_columns(pl.col(floats).round_sig_figs(4))
