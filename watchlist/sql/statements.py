"""One statement, and only one that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchlist.errors import QueryError
from watchlist.sql.complaints import without_kind

if TYPE_CHECKING:
    import duckdb

ASKING = frozenset({"SELECT", "EXPLAIN", "MULTI"})
"""Statement kinds that only read. MULTI is what a PIVOT without a list of values is parsed into;
DuckDB 1.5 gives its parts, which have no text of their own."""

EXAMPLE = "for example: watchlist sql \"FROM returns WHERE symbol = 'MP' ORDER BY session DESC\""


@dataclass(frozen=True)
class Statement:
    """A query that may be run."""

    sql: str
    parameters: frozenset[str]
    """Names of its `$parameters`; `1`, `2` … are positional ones."""


def parse(sql: str) -> Statement:
    """The one query in a text.

    Raises
    ------
    QueryError
        Not SQL (with the caret), nothing there, several statements, or one that is no question.
    """
    import duckdb

    try:
        sql.encode("utf-8")
        found = duckdb.extract_statements(sql)
    except UnicodeEncodeError:
        raise QueryError("the query is not UTF-8 text", EXAMPLE) from None
    except duckdb.Error as error:
        raise QueryError(without_kind(str(error)), EXAMPLE) from None
    if not found:
        raise QueryError("there is no SQL to run", EXAMPLE)
    if len(found) > 1 and any(part.query for part in found):
        raise QueryError(
            f"{len(found)} statements; one query is run at a time",
            "put the parts of one question together with: WITH a AS (…), b AS (…) SELECT …",
        )
    statement = found[0]
    kind = "MULTI" if len(found) > 1 else _kind(statement)
    if kind == "SELECT" and statement.query not in sql:
        # a PRAGMA that DuckDB 1.5 writes as a SELECT
        kind = "PRAGMA"
    if kind not in ASKING:
        raise QueryError(
            f"{kind} is refused: the store is read-only and nothing but queries is run here",
            "to write a result to a file: watchlist sql … -o FILE; to keep a query: "
            "watchlist query new NAME",
        )
    return Statement(
        statement.query or sql, frozenset[str]().union(*(part.named_parameters for part in found))
    )


def _kind(statement: duckdb.Statement) -> str:
    """The kind of a statement in words; the Python client has no name for the newest ones."""
    try:
        return str(statement.type.name).replace("_", " ")
    except ValueError:
        return "this kind of statement"
