"""Tables by ordered migrations, and the public views on them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist import __version__
from watchlist.disk import refused
from watchlist.errors import StoreError
from watchlist.project import packaged
from watchlist.store import lake
from watchlist.store.frames import first_row, transaction

if TYPE_CHECKING:
    import duckdb

NOT_OURS = (
    "the file is a DuckDB database, but not one of watchlist's",
    "move it away, or name another --project",
)
MIGRATIONS = Path(__file__).parent / "migrations"


def migrations(folder: Path = MIGRATIONS) -> list[tuple[int, Path]]:
    """The numbered files, in order."""
    return [(int(path.name[:3]), path) for path in sorted(folder.glob("[0-9][0-9][0-9]_*.sql"))]


def migrate(con: duckdb.DuckDBPyConnection, kind: str, folder: Path = MIGRATIONS) -> int:
    """Bring the store forward to this version's schema; returns how many migrations were run.

    Each migration is one transaction together with the note that it was run, so a crash between
    two leaves a store that the next run brings forward from there.

    Raises
    ------
    StoreError
        The store is from a newer version, is not ours, or holds the other kind of prices.
    """
    version = schema_version(con)
    known = migrations(folder)
    newest = known[-1][0]
    if version > newest:
        raise StoreError(
            f"the store has schema {version}, this watchlist {__version__} knows up to {newest}",
            "upgrade mining-watchlist, or name another --project",
        )
    if version == 0 and _has_tables(con):
        raise StoreError(*NOT_OURS)
    pending = [(number, path) for number, path in known if number > version]
    for number, path in pending:
        with transaction(con):
            con.execute(path.read_text(encoding="utf-8"))
            set_meta(con, "schema_version", str(number))
    if version == 0:
        set_meta(con, "kind", kind)
    held = get_meta(con, "kind")
    if held != kind:
        raise StoreError(
            f"the store holds {held} prices and this run would add {kind} ones",
            "real and simulated prices never share a file: name another --project or --source",
        )
    if pending:
        set_meta(con, "watchlist_version", __version__)
    return len(pending)


def must_be_ours(con: duckdb.DuckDBPyConnection, schema: str, *, outdated: bool = False) -> None:
    """Look whether a database has our tables in `schema`, as this version makes them.

    Parameters
    ----------
    outdated : bool
        An older version's tables will do.

    Raises
    ------
    StoreError
        Somebody else made it, or a version before this one.
    """
    import duckdb

    try:
        row = first_row(con, f"SELECT value FROM {schema}.meta WHERE key = 'schema_version'")
    except (duckdb.CatalogException, duckdb.BinderException):
        raise StoreError(*NOT_OURS) from None
    version, newest = 0 if row is None else int(row[0]), migrations()[-1][0]
    if version < newest and not outdated:
        raise StoreError(
            f"the store is of an older watchlist: schema {version}, {__version__} reads {newest}",
            "bring it forward with: watchlist doctor --repair, or the next watchlist daily",
        )


def schema_version(con: duckdb.DuckDBPyConnection) -> int:
    """The last migration that the store has seen; 0 for an empty or foreign file."""
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() "
        "AND schema_name = 'base'"
    ).fetchall()
    if ("meta",) not in tables:
        return 0
    return int(get_meta(con, "schema_version") or 0)


def get_meta(con: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """A value of `base.meta`, None where it was never set."""
    row = first_row(con, "SELECT value FROM base.meta WHERE key = $key", {"key": key})
    return None if row is None else row[0]


def set_meta(con: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Set a value of `base.meta`."""
    con.execute("DELETE FROM base.meta WHERE key = $key", {"key": key})
    con.execute("INSERT INTO base.meta VALUES ($key, $value)", {"key": key, "value": value})


def refresh_views(con: duckdb.DuckDBPyConnection) -> None:
    """Make the public views anew if `queries/views` is not what they were made from."""
    mark = _fingerprint(_view_files(None))
    if get_meta(con, "views") != mark:
        apply_views(con)
        set_meta(con, "views", mark)


def apply_views(con: duckdb.DuckDBPyConnection, folder: Path | None = None) -> None:
    """Make the public views anew from `queries/views`, in file-name order.

    Raises
    ------
    StoreError
        A view's SQL fails: names the file.
    """
    import duckdb

    in_lake = lake.is_lake(con)
    with transaction(con):
        for (name,) in con.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' "
            "AND database_name = current_database()"
        ).fetchall():
            con.execute(f'DROP VIEW main."{name}"')
        for path in _view_files(folder):
            text = path.read_text(encoding="utf-8")
            try:
                if in_lake:
                    lake.execute_views(con, text)
                else:
                    con.execute(text)
            except duckdb.Error as error:
                raise refused(str(error)) or StoreError(f"{path}: {error}") from None


def _view_files(folder: Path | None) -> list[Path]:
    return sorted((folder or packaged("queries") / "views").glob("*.sql"))


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _has_tables(con: duckdb.DuckDBPyConnection) -> bool:
    query = "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() LIMIT 1"
    return first_row(con, query) is not None
