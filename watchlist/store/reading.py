"""The reader's side: read-only connections, in UTC, on the published file."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.disk import DAMAGED, refused
from watchlist.errors import StoreError
from watchlist.project import Project
from watchlist.store import lake
from watchlist.store.files import open_whole
from watchlist.store.known import open_known
from watchlist.store.schema import must_be_ours

if TYPE_CHECKING:
    import duckdb


def connect(
    place: Project | Path, *, as_known: date | None = None, sandboxed: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open the published store to read.

    Parameters
    ----------
    place : Project or Path
        A project, or a store file.
    as_known : date, optional
        Give only what had been pulled by the end of that day (UTC); see `watchlist.store.known`.
    sandboxed : bool
        Also refuse files and network to the SQL that is run, and lock that setting: read-only
        alone still lets a query read any file and write with `COPY … TO`.

    Raises
    ------
    StoreError
        There is no store yet, or the file is not one.
    """
    import duckdb

    team = lake.lake_of(place) if isinstance(place, Project) else None
    if team is not None:
        con = lake.connect_published(team, as_known=as_known)
        return _sandboxed(con) if sandboxed else con
    file = published_file(place)
    try:
        con = open_whole(file, partial(_open, file, as_known))
    except duckdb.Error as error:
        raise refused(str(error)) or StoreError(
            f"{file.name}: {str(error).strip().splitlines()[0]}", DAMAGED
        ) from None
    return _sandboxed(con) if sandboxed else con


def _open(file: Path, as_known: date | None) -> duckdb.DuckDBPyConnection:
    import duckdb

    if as_known is not None:
        return open_known(file, as_known)
    con = duckdb.connect(str(file), read_only=True)
    must_be_ours(con, "base")
    con.execute("SET TimeZone = 'UTC'")
    return con


def _sandboxed(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def published_file(place: Project | Path) -> Path:
    """The published file of a project, or that file itself.

    Raises
    ------
    StoreError
        There is none yet.
    """
    file = place.store_file if isinstance(place, Project) else place
    if not file.is_file():
        raise StoreError(
            f"there is no store yet: {file.name} is missing",
            "make one with: watchlist daily, or try: watchlist demo",
        )
    return file
