"""Options that mean the same in every command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.errors import ConfigError, nearest

if TYPE_CHECKING:
    from watchlist.config import Config
    from watchlist.project import Project


def one_of(
    option: str, known: Sequence[str], *, many: bool = False
) -> Callable[[str | None], str | None]:
    """A check of an option's value when it is read, as what comes before its use may take minutes.

    Parameters
    ----------
    many : bool
        The value is a list with commas.

    Raises
    ------
    ConfigError
        When it is called: the value is not known.
    """

    def check(value: str | None) -> str | None:
        for part in split(value) if many else (value,):
            if part is not None and part not in known:
                what = "value" if many else option.lstrip("-")
                raise ConfigError(f"{option} {part}: no such {what}", nearest(part, list(known)))
        return value

    return check


def parse_date(text: str) -> date:
    """A date as YYYY-MM-DD, or a usage error that says so."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it as YYYY-MM-DD") from None


def parse_window(text: str) -> tuple[int, int]:
    """Two days as FIRST:LAST.

    Raises
    ------
    ConfigError
        It is not two whole numbers.
    """
    first, _, last = text.partition(":")
    try:
        return int(first), int(last)
    except ValueError:
        raise ConfigError(
            f"{text!r} is not a window", "write it as two days from day 0, such as -1:1"
        ) from None


def split(text: str | None) -> tuple[str, ...]:
    """The names of a list with commas; none where the option was left out."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def names_of_tests(text: str) -> str | tuple[str, ...]:
    """`headline` and `all` as they are, else the names of tests."""
    return text if text in ("headline", "all") else split(text)


ProjectDir = Annotated[
    Path | None,
    typer.Option("--project", metavar="DIR", help="Project folder; left out: found upward."),
]
SourceName = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="S",
        help="Where bars come from: yahoo, tiingo, simulated, or a CSV or Parquet file or folder.",
    ),
]
OnDate = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=parse_date,
        help="As of that session: later bars and events are left out.",
    ),
]
AsKnownDate = Annotated[
    date | None,
    typer.Option(
        "--as-known",
        metavar="DATE",
        parser=parse_date,
        help="Use only what had been pulled by the end of that day (UTC).",
    ),
]
Simulated = Annotated[
    bool, typer.Option("--simulated", help="The simulated store, beside the real one.")
]
Windows = Annotated[
    list[str] | None,
    typer.Option(
        "--window", metavar="A:B", help="Event window in sessions from day 0; repeatable."
    ),
]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Leave out the bad rows of a bar file, and say so.")
]
FRAME_FORMATS = ("table", "csv", "json", "jsonl", "markdown")
FrameFormat = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="F",
        callback=one_of("--format", FRAME_FORMATS),
        help="table, csv, json, jsonl or markdown.",
    ),
]


def open_project(
    folder: Path | None, source: str | None = None, *, simulated: bool = False
) -> tuple[Project, Config]:
    """The project and its configuration; a `--source` beats the one configured."""
    from watchlist.config import load_config
    from watchlist.project import find_project

    config = load_config(find_project(folder))
    if source == "":
        raise ConfigError("--source is empty", "name yahoo, tiingo, simulated or a path")
    if simulated or source is not None:
        config = config.with_source("simulated" if source is None else source)
    return find_project(folder, simulated=config.source == "simulated"), config
