"""The exit codes: a contract with cron, systemd and CI."""

from __future__ import annotations

from enum import IntEnum

from watchlist.errors import (
    NothingNewError,
    QueryError,
    SourceError,
    StoreBusyError,
    WatchlistError,
)


class ExitCode(IntEnum):
    """What the process says when it ends."""

    DONE = 0
    """All that was asked for was done."""

    BUG = 1
    """A bug in watchlist; the traceback is on stderr."""

    USAGE = 2
    """Wrong usage, configuration or catalogue, or a file that cannot be written."""

    PARTIAL = 3
    """Some symbols failed; the report was written and says which."""

    STALE = 4
    """Nothing new could be fetched; yesterday's file stands."""

    BUSY = 5
    """Another run holds the store."""

    REFUSED = 6
    """A query was refused, failed or timed out."""

    HUNG_UP = 129
    """SIGHUP: the terminal is gone."""

    INTERRUPTED = 130
    """SIGINT: Ctrl-C."""

    TERMINATED = 143
    """SIGTERM: the system or a time limit wanted the end."""


def exit_code(error: WatchlistError) -> ExitCode:
    """Which exit code an error ends the process with."""
    if isinstance(error, StoreBusyError):
        return ExitCode.BUSY
    if isinstance(error, QueryError):
        return ExitCode.REFUSED
    if isinstance(error, NothingNewError | SourceError):
        return ExitCode.STALE
    return ExitCode.USAGE
