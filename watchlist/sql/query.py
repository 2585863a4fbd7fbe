"""Run one query and hand its rows on as they come, or say what is wrong with it, in our manner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watchlist.disk import refused
from watchlist.errors import QueryError, nearest
from watchlist.sql.statements import Statement, unended, without_kind

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH_ROWS = 10_000

TYPE_WORDS = re.compile(r"""(?P<quoted>"(?:[^"]|"")*"|'(?:[^']|'')*')|\bINTERVAL\b""")
"""The word INTERVAL in the name of a type, and names and values of the user's to be passed over."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    name: str
    """Unique: a second `close` is called `close_1`, as DuckDB does in a subquery."""

    type: str
    """DuckDB's name of the type: DOUBLE, DATE, VARCHAR[] …"""


class Result:
    """The rows of one query, fetched once, at most `limit` of them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, columns: list[Column], limit: int | None):
        self.columns = columns
        self.truncated = False
        """There was at least one row more; a fact only after the last batch."""
        self._con = con
        self._limit = limit

    def batches(self) -> Iterator[list[Row]]:
        """Lists of rows; asks for one row more than the limit to know whether there is one.

        Raises
        ------
        QueryError
            The query fails, or is interrupted, while its rows are fetched.
        """
        import duckdb

        left = self._limit
        while True:
            wanted = BATCH_ROWS if left is None else min(BATCH_ROWS, left + 1)
            try:
                rows = self._con.fetchmany(wanted)
            except duckdb.Error as error:
                raise complain(error, self._con) from None
            if left is not None:
                self.truncated = len(rows) > left
                rows = rows[:left]
                left -= len(rows)
            if rows:
                yield rows
            if self.truncated or len(rows) < wanted:
                return


def run(
    con: duckdb.DuckDBPyConnection,
    statement: Statement,
    parameters: Mapping[str, object] | None = None,
    *,
    limit: int | None = None,
) -> Result:
    """Start a query.

    Raises
    ------
    QueryError
        A parameter is missing or unknown, or DuckDB refuses the query (with the caret, the
        nearest name, and where to look).
    """
    import duckdb

    given = _checked(statement, parameters or {})
    try:
        con.execute(statement.sql, given or None)
        columns = [(str(name), str(kind)) for name, kind, *_ in con.description or ()]
        kinds = [kind for _, kind in columns]
        if kinds != (told := [_without_intervals(kind) for kind in kinds]):
            con.execute(_cast(statement.sql, kinds, told), given or None)
            columns = [(name, kind) for (name, _), kind in zip(columns, told, strict=True)]
    except duckdb.Error as error:
        raise complain(error, con) from None
    return Result(con, _unique(columns), limit)


def run_arrow(
    con: duckdb.DuckDBPyConnection,
    statement: Statement,
    parameters: Mapping[str, object] | None = None,
    *,
    limit: int | None = None,
) -> pa.RecordBatchReader:
    """The same as Arrow batches, for Parquet: types are kept, nothing becomes a Python object.

    At most `limit + 1` rows come: the reader of them sees whether there were more.
    """
    import duckdb

    given = _checked(statement, parameters or {})
    try:
        relation = con.sql(statement.sql, params=given or None)
        if limit is not None:
            relation = relation.limit(limit + 1)
        return relation.arrow()
    except duckdb.Error as error:
        raise complain(error, con) from None


def _without_intervals(kind: str) -> str:
    """The type with texts for intervals: Python has none with months, and makes 30 days of each."""
    return TYPE_WORDS.sub(lambda found: found["quoted"] or "VARCHAR", kind)


def _cast(sql: str, kinds: Sequence[str], told: Sequence[str]) -> str:
    """The same query with columns of other types; by number, since two may have one name."""
    columns = ", ".join(
        f"#{i}" if kind == new else f"CAST(#{i} AS {new})"
        for i, (kind, new) in enumerate(zip(kinds, told, strict=True), start=1)
    )
    # on lines of its own: it may end in a comment
    return f"SELECT {columns} FROM (\n{unended(sql)}\n)"


def _checked(statement: Statement, parameters: Mapping[str, object]) -> dict[str, object]:
    wanted = sorted(statement.parameters)
    for name in parameters:
        if name not in statement.parameters:
            known = nearest(name, wanted) if wanted else "it has none; write one as $name"
            raise QueryError(f"--param {name}: the query has no such parameter", known)
    missing = [name for name in wanted if name not in parameters]
    if missing:
        raise QueryError(
            "the query wants " + ", ".join(f"${name}" for name in missing),
            "give it with: " + " ".join(f"--param {name}=…" for name in missing),
        )
    for name, value in parameters.items():
        try:
            str(value).encode("utf-8")
        except UnicodeEncodeError:
            raise QueryError(f"--param {name}: not UTF-8 text") from None
    return dict(parameters)


def _unique(columns: list[tuple[str, str]]) -> list[Column]:
    taken = {name for name, _ in columns}
    seen: set[str] = set()
    unique = []
    for name, kind in columns:
        new, count = name, 0
        while new in seen or (count and new in taken):
            count += 1
            new = f"{name}_{count}"
        seen.add(new)
        unique.append(Column(new, kind))
    return unique


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
