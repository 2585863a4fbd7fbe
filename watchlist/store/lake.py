"""A team's store: the same tables and views in DuckLake, its catalogue in PostgreSQL.

One line in `watchlist.toml` chooses it (`[store] url = "ducklake:postgres:…"`). Writers queue on
an advisory lock of the catalogue's database; each step of a run commits by itself, and what
readers see is the last snapshot that a run published. A run that dies leaves that snapshot as it
was, and the next run builds on what the dead one had committed, which is whole, symbol by symbol.

DuckLake and PostgreSQL are extensions of DuckDB, each built for one release of it; the extra
`lake` installs both with that release (1.5.5; there is none for 2.0 yet). `md:` (MotherDuck) goes
through the same seam, untested.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.clock import Clock, after
from watchlist.errors import StoreBusyError, StoreError
from watchlist.project import Project, read_settings

if TYPE_CHECKING:
    import duckdb

PUBLISHED = "watchlist: published"
"""The commit message of a snapshot that readers may see."""

NAME = "lake"
WRITER_LOCK = 7_747_001
"""Key of the advisory lock; the same in every watchlist, another in every other program."""

LOCK_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Lake:
    """Where a team's store is."""

    url: str
    """`ducklake:postgres:dbname=… host=…`, `ducklake:FILE`, or `md:NAME`."""

    data: str | None
    """Folder or object store of the Parquet files; None where the catalogue knows it already."""

    wait_seconds: float
    """How long a writer queues behind another."""

    @property
    def postgres(self) -> str | None:
        """The connection string of the catalogue's database, if it is PostgreSQL."""
        head = "ducklake:postgres:"
        return self.url.removeprefix(head) if self.url.startswith(head) else None


def lake_of(project: Project) -> Lake | None:
    """The team's store that the project names, None where it has its own file.

    Reads the one table by itself: a query must not pay for validating the whole configuration,
    which every command that writes does anyway.
    """
    if project.simulated:
        return None
    table = read_settings(project).get("store", {})
    url = table.get("url") if isinstance(table, dict) else table
    if url is None:
        return None
    if not str(url).startswith(("ducklake:", "md:")):
        raise StoreError(
            f"{project.config_file}: store.url = {url!r} names no store",
            'write "ducklake:postgres:dbname=…", "ducklake:FILE" or "md:NAME"',
        )
    wait = table.get("wait_seconds", 60)
    if not isinstance(wait, int | float):
        raise StoreError(f"{project.config_file}: store.wait_seconds = {wait!r} is no number")
    return Lake(str(url), table.get("data"), float(wait))


def open_lake(lake: Lake, *, snapshot: int | None = None) -> duckdb.DuckDBPyConnection:
    """Connect; to one snapshot (then read-only), or to the newest state to write.

    Raises
    ------
    StoreError
        The extension is missing, or the catalogue does not answer.
    """
    import duckdb

    con = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    _load(con, "motherduck" if lake.url.startswith("md:") else "ducklake")
    if lake.postgres is not None:
        _load(con, "postgres_scanner")
    options = []
    if lake.data is not None:
        options.append(f"DATA_PATH {quoted(lake.data)}")
    if snapshot is not None:
        options.append(f"SNAPSHOT_VERSION {snapshot}")
    clause = f" ({', '.join(options)})" if options else ""
    try:
        con.execute(f"ATTACH {quoted(lake.url)} AS {NAME}{clause}")
    except duckdb.Error as error:
        con.close()
        raise StoreError(
            f"the team's store does not answer: {str(error).strip().splitlines()[0]}",
            "look at [store] url and data in watchlist.toml",
        ) from None
    con.execute(f"USE {NAME}")
    con.execute("SET TimeZone = 'UTC'")
    _allow_data_only(con)
    return con


def connect_published(lake: Lake, *, as_known: date | None = None) -> duckdb.DuckDBPyConnection:
    """Connect to the last published snapshot; with `as_known`, to the last one of that UTC day.

    Raises
    ------
    StoreError
        Nothing was published (by then).
    """
    before = after(as_known or date.max)
    con = open_lake(lake)
    row = con.execute(
        f"SELECT max(snapshot_id) FROM ducklake_snapshots('{NAME}') "
        "WHERE commit_message = $message AND epoch_us(snapshot_time) < $before",
        {"message": PUBLISHED, "before": int(before.timestamp() * 1e6)},
    ).fetchone()
    con.close()
    if row is None or row[0] is None:
        when = f" by {as_known}" if as_known else ""
        raise StoreError(
            f"nothing was published in the team's store{when}", "fill it with: watchlist daily"
        )
    return open_lake(lake, snapshot=row[0])


def mark_published(con: duckdb.DuckDBPyConnection) -> None:
    """Name the snapshot that the running transaction will make as one that readers may see."""
    con.execute(f"CALL {NAME}.set_commit_message('watchlist', $message)", {"message": PUBLISHED})


def merge_files(con: duckdb.DuckDBPyConnection) -> None:
    """Join the many small Parquet files of many small commits."""
    con.execute(f"CALL ducklake_merge_adjacent_files('{NAME}')")


def size(con: duckdb.DuckDBPyConnection) -> int:
    """Bytes of the Parquet files that the newest snapshot reads."""
    row = con.execute(f"SELECT sum(file_size_bytes) FROM ducklake_table_info('{NAME}')").fetchone()
    return int(row[0] or 0) if row else 0


def is_lake(con: duckdb.DuckDBPyConnection) -> bool:
    """Is this connection one of `open_lake`?"""
    row = con.execute("SELECT current_database()").fetchone()
    return row == (NAME,)


def another(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second connection on the same store, for a thread of its own."""
    cursor = con.cursor()
    # asked of the new one: the first may be busy in its own thread
    held = cursor.execute("SELECT database_name FROM duckdb_databases()").fetchall()
    if (NAME,) in held:
        cursor.execute(f"USE {NAME}")
    return cursor


def execute_views(con: duckdb.DuckDBPyConnection, text: str) -> None:
    """Run a file of `queries/views`, without comments that DuckLake cannot keep."""
    for statement in con.extract_statements(text):
        if not re.match(r"\s*COMMENT\s+ON\s+(COLUMN|MACRO)\b", statement.query, re.IGNORECASE):
            con.execute(statement)


@contextmanager
def writer_queue(lake: Lake, clock: Clock) -> Iterator[None]:
    """Be the one writer, waiting for the one before; a process that dies lets go of the lock.

    Raises
    ------
    StoreBusyError
        The writer before did not end within `wait_seconds`.
    """
    if lake.postgres is None:
        # a catalogue in a DuckDB file is locked by DuckDB itself
        yield
        return
    import duckdb

    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as con:
        _load(con, "postgres_scanner")
        con.execute(f"ATTACH {quoted(lake.postgres)} AS catalogue (TYPE postgres)")
        waited = 0.0
        while True:
            con.execute("BEGIN")
            if _try_lock(con):
                break
            con.execute("ROLLBACK")
            if waited >= lake.wait_seconds:
                raise StoreBusyError(
                    f"another run has written to the team's store for {waited:.0f} seconds",
                    "wait for it to end, or raise [store] wait_seconds; reading goes on meanwhile",
                )
            clock.sleep(LOCK_POLL_SECONDS)
            waited += LOCK_POLL_SECONDS
        yield


def _try_lock(con: duckdb.DuckDBPyConnection) -> bool:
    """Ask for the lock inside a transaction: it is held until the transaction ends."""
    row = con.execute(
        "SELECT * FROM postgres_query('catalogue', "
        f"'SELECT pg_try_advisory_xact_lock({WRITER_LOCK})')"
    ).fetchone()
    return bool(row and row[0])


def _allow_data_only(con: duckdb.DuckDBPyConnection) -> None:
    """Where files are refused later (the SQL sandbox), the lake's own must still be read."""
    row = con.execute(
        f"SELECT value FROM ducklake_options('{NAME}') WHERE option_name = 'data_path'"
    ).fetchone()
    if row is not None:
        con.execute("SET allowed_directories = $folders", {"folders": [row[0]]})


def _load(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension: from its wheel if that is installed, else as DuckDB finds it."""
    import duckdb

    package = find_spec(f"duckdb_extension_{name}")
    try:
        if package is not None and package.origin is not None:
            (file,) = Path(package.origin).parent.glob(f"extensions/*/{name}.duckdb_extension")
            con.execute(f"LOAD {quoted(str(file))}")
        else:
            con.execute(f"LOAD {name}")
    except (duckdb.Error, ValueError) as error:
        raise StoreError(
            f"duckdb {duckdb.__version__} has no extension {name!r}: "
            f"{str(error).strip().splitlines()[0]}",
            "a team's store needs it: pip install 'mining-watchlist[lake]'",
        ) from None


def quoted(text: str) -> str:
    """A text as SQL writes it; for its first `$parameter` DuckDB 1.5 loads pandas, .3 s."""
    return "'" + text.replace("'", "''") + "'"
