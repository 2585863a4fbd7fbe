"""A connection that a stranger's SQL cannot misuse.

Read-only is not enough: such a connection still reads any file and writes with `COPY … TO`. So
files, network, extensions and settings are locked, memory and temporary space are capped by
DuckDB, and the address space of the process by the operating system, since strings and lists
that a function makes do not count against DuckDB's own cap.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.sql.limits import Limits
from watchlist.store.reading import connect

if TYPE_CHECKING:
    import duckdb

    from watchlist.project import Project

HEADROOM_MB = 1024
"""Address space beyond the memory cap: threads, libraries, the rows on their way out."""


def open_sandbox(
    place: Project | Path,
    temp_dir: Path,
    limits: Limits,
    *,
    known_on: date | None = None,
    allow_files: bool = False,
) -> duckdb.DuckDBPyConnection:
    """Open the published store for reading, locked up.

    Parameters
    ----------
    place : Project or Path
        A project, or a store file.
    temp_dir : Path
        Where a query larger than memory may spill; made when needed, emptied at the end.
    known_on : date, optional
        See only what had been pulled by the end of that day, UTC.
    allow_files : bool
        Let the query read files and addresses; everything else stays locked.

    Raises
    ------
    StoreError
        There is no store yet, or the file is not one.
    """
    con = connect(place, as_known=known_on)
    for setting, value in (
        ("memory_limit", f"{limits.memory_mb}MiB"),
        ("max_temp_directory_size", f"{limits.temp_mb}MiB"),
        ("temp_directory", str(temp_dir)),
        ("python_enable_replacements", "false"),
        ("autoload_known_extensions", "false"),
        ("autoinstall_known_extensions", "false"),
        ("enable_progress_bar", "false"),
    ):
        # no parameter: DuckDB 1.5 loads pandas to look at one
        con.execute(f"SET {setting} = '{value.replace(chr(39), chr(39) * 2)}'")
    if not allow_files:
        con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def cap_address_space(limits: Limits) -> None:
    """Let the operating system refuse memory beyond the cap; for the rest of the process.

    Linux only: elsewhere the call does not exist or is ignored, and DuckDB's own cap stands alone.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        return
    used = pages * resource.getpagesize()
    wanted = used + (limits.memory_mb + HEADROOM_MB) * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
