"""DuckDB's errors in our manner: what is wrong, the caret, the nearest name, the next step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchlist.disk import refused
from watchlist.errors import QueryError, nearest

if TYPE_CHECKING:
    import duckdb

NO_TABLE = re.compile(r"Table with name (\S+) does not exist")
NO_COLUMN = re.compile(r'Referenced column "([^"]+)" not found')
NO_ACCESS = re.compile(
    r"disabled by configuration|external access|configuration has been locked|"
    r"Cannot (?:access|change)|disabled through configuration",
    re.IGNORECASE,
)


def complain(error: duckdb.Error, con: duckdb.DuckDBPyConnection) -> QueryError:
    """The same failure, with a hint that a person can follow."""
    import duckdb

    text = str(error).strip()
    if isinstance(error, duckdb.InterruptException):
        return QueryError(
            "the query was stopped before it ended", "give it more time with --timeout SECONDS"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return out_of_memory()
    if NO_ACCESS.search(text):
        return QueryError(
            f"refused: {without_kind(text)}",
            "queries see the store and nothing else; to join your own file: --allow-files",
        )
    if disk := refused(text):
        return QueryError(disk.message, disk.hint)
    if found := NO_TABLE.search(text):
        return QueryError(_without_guess(text), _nearest_table(con, found[1]))
    if found := NO_COLUMN.search(text):
        return QueryError(
            without_kind(text),
            "watchlist schema NAME shows the columns of a view, with their units",
        )
    return QueryError(without_kind(text))


def out_of_memory() -> QueryError:
    """What a query is told that met its cap."""
    return QueryError(
        "the query wants more memory or temporary space than it may have",
        "filter earlier (on symbol, on session), or raise [sql] memory_mb or temp_mb in "
        "watchlist.toml",
    )


def without_kind(text: str) -> str:
    """DuckDB starts each message with its class: `Binder Error: `."""
    return re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", text)


def _without_guess(text: str) -> str:
    """DuckDB's own `Did you mean` may name a table that people do not read."""
    return re.sub(r"\nDid you mean .*", "", without_kind(text))


def _nearest_table(con: duckdb.DuckDBPyConnection, name: str) -> str:
    views = [
        row[0]
        for row in con.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' "
            "AND database_name = current_database() ORDER BY 1"
        ).fetchall()
    ]
    return f"{nearest(name.strip(chr(34)), views)}  (watchlist schema lists all views)"
