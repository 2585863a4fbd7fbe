"""The reader's side: read-only connections, in UTC, on the published file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.errors import StoreError
from watchlist.project import Project

if TYPE_CHECKING:
    import duckdb


def connect(place: Project | Path, *, sandboxed: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the published store read-only.

    Parameters
    ----------
    place : Project or Path
        A project, or a store file.
    sandboxed : bool
        Also refuse files and network to the SQL that is run, and lock that setting: read-only
        alone still lets a query read any file and write with `COPY … TO`.

    Raises
    ------
    StoreError
        There is no store yet, or the file is not one.
    """
    import duckdb

    file = _file(place)
    try:
        con = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as error:
        raise StoreError(f"{file.name}: {str(error).strip().splitlines()[0]}") from None
    con.execute("SET TimeZone = 'UTC'")
    if sandboxed:
        _lock_up(con)
    return con


def as_known(
    place: Project | Path, on: date, *, sandboxed: bool = False
) -> duckdb.DuckDBPyConnection:
    """The store as it was known at the end of the UTC day `on`; see `watchlist.store.known`."""
    from watchlist.store.known import open_known

    con = open_known(_file(place), on)
    if sandboxed:
        _lock_up(con)
    return con


def _file(place: Project | Path) -> Path:
    file = place.store_file if isinstance(place, Project) else place
    if not file.is_file():
        raise StoreError(
            f"there is no store yet: {file.name} is missing",
            "make one with: watchlist daily, or try: watchlist demo",
        )
    return file


def _lock_up(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
