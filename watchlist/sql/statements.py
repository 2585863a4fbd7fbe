"""One statement, and only one that asks: a SELECT, or EXPLAIN of one, all the way down.

DuckDB's own parser decides. It names a statement's kind, but not what stands inside an EXPLAIN, in
a CTE (which from 2.0 on may write) or around a PIVOT (which it turns into several statements), so
those are taken apart until nothing but a SELECT is left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from watchlist.errors import QueryError
from watchlist.store.lake import quoted

if TYPE_CHECKING:
    import duckdb

NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
"""What a SELECT is made of in DuckDB's own words; in 2.0 a CTE may also hold a COPY_QUERY_NODE."""

PIVOT_PARTS = frozenset({"SELECT", "CREATE", "SET", "MULTI"})
"""What a PIVOT without a list of values is parsed into: DuckDB 2 says MULTI, 1.5 names the parts
(a temporary type for the values, in between the SELECT)."""

WRITERS = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY"})
"""What a CTE may be besides a SELECT."""

SETTERS = frozenset(
    {
        "checkpoint", "create_external_resource", "deregister_external_resource",
        "destroy_external_resource", "disable_logging", "disable_profiling", "enable_logging",
        "enable_profiling", "force_checkpoint", "json_execute_serialized_sql",
        "register_external_resource", "register_external_resource_type", "truncate_duckdb_logs",
    }
)  # fmt: skip
"""Functions that do something and may stand in a SELECT; that settings are locked does not stop
`enable_logging`, and what is serialised could be anything."""

KIND = re.compile(r'"type":"(\w+_NODE)"')
DOING = re.compile(rf'"function_name":"(?:{"|".join(SETTERS)}|query)"', re.IGNORECASE)
"""In the tree of a SELECT, whose texts have their quotation marks escaped."""

WORD = re.compile(rb"\w+|[(),;]")
QUOTED = re.compile(rb'"((?:[^"]|"")*)"')

EXAMPLE = "for example: watchlist sql \"FROM returns WHERE symbol = 'MP' ORDER BY session DESC\""


@dataclass(frozen=True)
class Statement:
    """A query that may be run."""

    sql: str
    parameters: frozenset[str]
    """Names of its `$parameters`; `1`, `2` … are positional ones."""


def parse(sql: str, con: duckdb.DuckDBPyConnection | None = None) -> Statement:
    """The one query in a text.

    Parameters
    ----------
    con : DuckDBPyConnection, optional
        Whose parser is used; left out: that of a store in memory.

    Raises
    ------
    QueryError
        Not SQL (with the caret), nothing there, several statements, or one that is no question.
    """
    import duckdb

    con = con or duckdb.default_connection()
    if "\0" in sql:
        # DuckDB 1.5 would read no further
        raise QueryError("the query holds a zero byte", EXAMPLE)
    try:
        sql.encode("utf-8")
        found = con.extract_statements(sql)
    except UnicodeEncodeError:
        raise QueryError("the query is not UTF-8 text", EXAMPLE) from None
    except duckdb.Error as error:
        raise QueryError(without_kind(str(error)), EXAMPLE) from None
    signs = [";", *(word.text for word in _words(sql))]
    several = sum(before == ";" != sign for before, sign in pairwise(signs))
    if not found or not several:
        raise QueryError("there is no SQL to run", EXAMPLE)
    if several > 1:
        raise QueryError(
            f"{several} statements; one query is run at a time",
            "put the parts of one question together with: WITH a AS (…), b AS (…) SELECT …",
        )
    writer = _writer(sql, found, con)
    if writer is not None:
        raise QueryError(
            f"{writer} is refused: the store is read-only and nothing but queries is run here",
            "to write a result to a file: watchlist sql … -o FILE; to keep a query: "
            "watchlist query new NAME",
        )
    return Statement(sql, frozenset[str]().union(*(part.named_parameters for part in found)))


def unended(sql: str) -> str:
    """The query without the semicolon that ends it; comments may follow that."""
    text = sql.encode("utf-8")
    for word in reversed(list(_words(sql))):
        if word.text != ";":
            break
        text = text[: word.start]
    return text.decode("utf-8")


def without_kind(text: str) -> str:
    """DuckDB starts each message with its class: `Binder Error: `."""
    return re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", text)


def _writer(sql: str, found: list[duckdb.Statement], con: duckdb.DuckDBPyConnection) -> str | None:
    """What in a statement is no question, in a word; None if it only asks."""
    kinds = [_kind(part) for part in found]
    if kinds == ["SELECT"]:
        return _writer_in_select(sql, con)
    words = [word for word in _words(sql) if word.text != ";"]
    first = words[0].text
    if first == "EXPLAIN":
        inner = _explained(sql, words, con)
        return "EXPLAIN of several" if inner is None else _writer(*inner, con)
    if len(kinds) == 1 and kinds != ["MULTI"]:
        return kinds[0]
    # nothing but a SELECT may stand as a table
    asked = _parsed(f"SELECT * FROM (\n{unended(sql)}\n)", con)
    if asked is None or not {_kind(part) for part in asked} <= PIVOT_PARTS:
        return first
    for here, after in pairwise(words):
        if here.text == "(" and after.text in WRITERS:
            return after.text
        if after.text == "(" and here.name.lower() in SETTERS | {"query"}:
            return f"{here.name.lower()}() beside a PIVOT"
    return None


def _writer_in_select(sql: str, con: duckdb.DuckDBPyConnection) -> str | None:
    ((tree,),) = con.execute(f"SELECT system.main.json_serialize_sql({quoted(sql)})").fetchall()
    kinds: set[str] = set(KIND.findall(tree))
    if "SELECT_NODE" in kinds and kinds <= NODES and not DOING.search(tree):
        # as a rule: a tree of 100,000 values takes seconds to read
        return None
    calls: list[dict[str, Any]] = []

    def look(found: dict[str, Any]) -> dict[str, Any]:
        if "function_name" in found:
            calls.append(found)
        return found

    told = json.loads(tree, object_hook=look)
    if told.get("error_type") == "not implemented":
        # a PRAGMA, which DuckDB 1.5 writes as a SELECT
        return next(word.text for word in _words(sql) if word.text != ";")
    if told["error"]:
        raise QueryError(told["error_message"], EXAMPLE)
    for kind in kinds - NODES:
        return kind.partition("_")[0]
    if not kinds:
        return "this kind of statement"
    for call in calls:
        name = call["function_name"].lower()
        if name in SETTERS:
            return f"{name}()"
        if name == "query" and (refused := _writer_in_query(call, con)):
            return refused
    return None


def _writer_in_query(call: dict[str, Any], con: duckdb.DuckDBPyConnection) -> str | None:
    """The same of `query('SELECT …')`, whose text must be there to be looked at."""
    # DuckDB 2 names its arguments
    arguments = call.get("children") or [given["expression"] for given in call["arguments"]]
    for argument in arguments:
        constant = argument.get("value") or argument.get("literal") or {}
        text = constant.get("value", constant.get("text"))
        if not isinstance(text, str):
            return "query() of a text that is made while it runs"
        found = _parsed(text, con)
        if not found:
            return "query() of a text that is no query"
        if refused := _writer(text, found, con):
            return refused
    return None


def _explained(
    sql: str, words: list[_Word], con: duckdb.DuckDBPyConnection
) -> tuple[str, list[duckdb.Statement]] | None:
    """The statement that an EXPLAIN is of: after ANALYZE, and after options in parentheses."""
    text = sql.encode("utf-8")
    rest = words[1:]
    if rest and rest[0].text in {"ANALYZE", "ANALYSE"}:
        rest = rest[1:]
    for _ in range(2):
        if not rest:
            return None
        inner = text[rest[0].start :].decode("utf-8")
        found = _parsed(inner, con)
        if found:
            return inner, found
        closing = next((i for i, word in enumerate(rest) if word.text == ")"), None)
        if rest[0].text != "(" or closing is None:
            return None
        rest = rest[closing + 1 :]
    return None


def _parsed(sql: str, con: duckdb.DuckDBPyConnection) -> list[duckdb.Statement] | None:
    import duckdb

    try:
        return con.extract_statements(sql)
    except duckdb.Error:
        return None


def _kind(statement: duckdb.Statement) -> str:
    """The kind of a statement in words; the Python client has no name for the newest ones."""
    try:
        return str(statement.type.name).replace("_", " ")
    except ValueError:
        return "this kind of statement"


@dataclass(frozen=True)
class _Word:
    """A token of DuckDB's."""

    start: int
    """Byte in the UTF-8 text."""

    text: str
    """A keyword or name in capitals, or one sign; empty for a constant or quoted name."""

    name: str
    """A keyword or name, quoted or not."""


def _words(sql: str) -> Iterator[_Word]:
    """The tokens of a text, without comments."""
    import duckdb

    text = sql.encode("utf-8")
    for start, kind in duckdb.tokenize(sql):
        if kind == duckdb.token_type.comment:
            continue
        constant = kind in {duckdb.token_type.string_const, duckdb.token_type.numeric_const}
        found = None if constant else WORD.match(text, start)
        word = found[0].decode("utf-8") if found else ""
        yield _Word(start, word.upper(), word or _unquoted(text, start))


def _unquoted(text: bytes, start: int) -> str:
    found = QUOTED.match(text, start)
    return found[1].replace(b'""', b'"').decode("utf-8") if found else ""
