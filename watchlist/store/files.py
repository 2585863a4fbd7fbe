"""DuckDB files: opened to write, attached to read, replaced whole."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.errors import StoreError

if TYPE_CHECKING:
    import duckdb

STORAGE = "v1.5.0"
"""The file format: tools built on DuckDB 1.5 read it, and a newer writer keeps it."""


def open_file(file: Path) -> duckdb.DuckDBPyConnection:
    """Open or create a store file to write, in UTC.

    Raises
    ------
    StoreError
        Not a DuckDB file.
    """
    import duckdb

    try:
        if file.exists():
            con = duckdb.connect(str(file))
        else:
            con = duckdb.connect(str(file), config={"storage_compatibility_version": STORAGE})
    except duckdb.Error as error:
        raise StoreError(
            f"the store cannot be opened: {str(error).strip().splitlines()[0]}",
            "if the file is damaged, move it away and pull anew; its bars come again",
        ) from None
    con.execute("SET TimeZone = 'UTC'")
    return con


def attach(con: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    """Attach a store file read-only under `name`."""
    place = str(file).replace("'", "''")
    con.execute(f"ATTACH '{place}' AS {name} (READ_ONLY)")


def replace(new: Path, published: Path) -> None:
    """Rename `new` over `published`, with both the bytes and the name safe on disk."""
    _sync(new)
    new.replace(published)
    if sys.platform != "win32":
        _sync(published.parent)


def remove(file: Path) -> None:
    """Delete a file and its write-ahead log, which must never lie beside another file."""
    for path in (file, file.with_name(file.name + ".wal")):
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
