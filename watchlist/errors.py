"""What can go wrong, told with the next step; the command line maps each class to one exit code."""

from __future__ import annotations


class WatchlistError(Exception):
    """A failure that a person can mend: `message` says what and where, `hint` the next step."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n  {self.hint}"


class ConfigError(WatchlistError):
    """`watchlist.toml` or an option is wrong."""


class CatalogError(WatchlistError):
    """`securities.toml` or `events.toml` is wrong: names file, table, field and value."""


class StudyError(WatchlistError):
    """A design that cannot be estimated: windows that overlap, too few rows, an unknown factor."""


class SourceError(WatchlistError):
    """Bars could not be fetched."""

    attempts: int = 1
    """How often the source was asked before it was given up."""


class TransientSourceError(SourceError):
    """Worth another try later: rate limit, timeout, no network, server error."""


class PermanentSourceError(SourceError):
    """Another try gives the same: unknown symbol, not a bar file, no such window."""


class NothingNewError(WatchlistError):
    """No symbol could be fetched from the source; yesterday's file stands."""


class StoreError(WatchlistError):
    """The store is missing, from a newer version, or not one of ours."""


class StoreBusyError(StoreError):
    """Another run holds the store."""


class DiskError(WatchlistError):
    """A file could not be written or read: no room, no permission, no such folder."""


class QueryError(WatchlistError):
    """A query was refused, failed or timed out."""


MANY_NAMES = 30
"""Of more names than that only the first are told: nobody reads a screen of them."""


def nearest(value: str, known: list[str]) -> str:
    """`did you mean 'X'?` for the closest known name, else the known names.

    Examples
    --------
    >>> nearest("remix", ["REMX", "SPY"])
    "did you mean 'REMX'?"
    """
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(value.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{by_lower[close[0]]}'?"
    more = len(known) - MANY_NAMES
    told = ", ".join(known[:MANY_NAMES])
    return f"known: {told}" + (f" and {more} more" if more > 0 else "")
