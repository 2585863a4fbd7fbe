"""The only writer of stderr: talk, warnings, errors and progress bars."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from watchlist.errors import WatchlistError


class Step(Protocol):
    """One long piece of work that tells how far it is."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """`done` of `total` is finished; `what` names the piece in hand."""
        ...


def say(text: str) -> None:
    """One line of talk."""
    try:
        print(text, file=sys.stderr)
    except OSError:
        # cron's log may lie on the disk that is full: a run does not hang on what it says of
        # itself, nor may Python try again at exit and end with a code of its own
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def warn(text: str) -> None:
    """Something the user should know; the work goes on."""
    say(f"warning: {text}")


def fail(error: WatchlistError) -> None:
    """What went wrong and the next step."""
    say(f"error: {error}")


@contextmanager
def progress(title: str) -> Iterator[Step]:
    """A progress bar on a terminal, silence elsewhere (cron's mail stays short).

    Examples
    --------
    with progress("pull") as step:
        for i, symbol in enumerate(symbols):
            step(i, len(symbols), symbol)
    """
    if not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=None, what="")

        def step(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, what=what)

        yield step
