"""What a store says, as a value; and the same content in a fresh file, sorted and proved equal."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.errors import StoreError
from watchlist.project import statement
from watchlist.store.files import attach, open_file, remove
from watchlist.store.frames import columns, first_row
from watchlist.store.schema import apply_views, get_meta, migrate, set_meta

if TYPE_CHECKING:
    import duckdb

LOGS = frozenset({"runs", "pulls"})
"""Tables that every run adds to."""

GIVEN = frozenset({"bars", "restatements"})
"""Tables whose numbers come from a source; those of the others are computed."""

DOUBLES = (
    "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'base' "
    "AND database_name = current_database() AND data_type LIKE 'DOUBLE%'"
)

KEPT_LOG = timedelta(days=730)
"""Runs, and pulls that no bar or restatement points to, are forgotten after two years."""

LOOSE_SHARE = 0.1
LOOSE_BARS = 250_000
"""Compact when more bars than both lie behind the sorted ones: each night's bars lie together,
so one symbol's history is spread over them. A smaller store is read whole anyway."""


Content = dict[str, tuple[object, ...]]
"""What a store says, by table; two are equal where a run changed nothing."""


def content(con: duckdb.DuckDBPyConnection, *, to_the_bit: bool = False) -> Content:
    """What each table holds (rows, an order-free checksum), how views read, how pulls stand.

    Clock readings are left out. A pull that found every bar as it was differs from the one before
    only in its times and counts; it counts as a change when a symbol's standing (answered, failed,
    why) changed.

    Parameters
    ----------
    to_the_bit : bool
        Compare what was computed as what was given, bit by bit. Left out: to seven digits, because
        on another processor the last digits of the same computation are others.
    """
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'base' "
        "AND database_name = current_database() ORDER BY 1"
    ).fetchall()
    rounded: dict[str, list[str]] = {}
    for table, column, kind in () if to_the_bit else con.execute(DOUBLES).fetchall():
        if table not in GIVEN:
            cast = f'TRY_CAST("{column}" AS {kind.replace("DOUBLE", "FLOAT")}) AS "{column}"'
            rounded.setdefault(table, []).append(cast)
    sums = " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hash(t))::VARCHAR FROM (SELECT * "
        f'{_replaced(rounded.get(table))} FROM base."{table}") AS t'
        for (table,) in tables
        if table not in LOGS
    )
    rows = con.execute(sums).fetchall() if sums else []
    found: Content = {name: tuple(of_table) for name, *of_table in rows}
    found["(views)"] = tuple(
        con.execute(
            "SELECT view_name, sql, comment FROM duckdb_views() WHERE schema_name = 'main' "
            "AND NOT internal AND database_name = current_database() ORDER BY 1"
        ).fetchall()
    )
    found["(macros)"] = tuple(
        con.execute(
            "SELECT function_name, parameters, macro_definition, comment FROM duckdb_functions() "
            "WHERE schema_name = 'main' AND NOT internal "
            "AND database_name = current_database() ORDER BY 1"
        ).fetchall()
    )
    if ("pulls",) in tables:
        found["(pulls)"] = tuple(con.execute(statement(__file__, "standing")).fetchall())
    return found


def _replaced(casts: list[str] | None) -> str:
    return f"REPLACE ({', '.join(casts)})" if casts else ""


def is_due(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether enough bars lie behind the sorted ones to slow down reading one symbol."""
    row = first_row(con, "SELECT count(*) FROM base.bars")
    rows = int(row[0]) if row else 0
    loose = rows - int(get_meta(con, "sorted_bars") or 0)
    return loose > LOOSE_BARS and loose > LOOSE_SHARE * rows


def compact(source: Path, target: Path, at: datetime) -> None:
    """Write the closed store `source` anew as `target`, bars sorted by security and session.

    Raises
    ------
    StoreError
        The copy does not say what the original says.
    """
    with closing(open_file(source)) as old:
        before = content(old, to_the_bit=True)
    remove(target)
    con = open_file(target)
    try:
        migrate(con, "real")
        attach(con, source, "old")
        for (table,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' "
            "AND schema_name = 'base' ORDER BY 1"
        ).fetchall():
            order = " ORDER BY security_id, session" if table == "bars" else ""
            names = ", ".join(f'"{name}"' for name in columns(con, table))
            con.execute(f'DELETE FROM base."{table}"')
            con.execute(f'INSERT INTO base."{table}" SELECT {names} FROM old.base."{table}"{order}')
        apply_views(con)
        con.execute("DETACH old")
        if content(con, to_the_bit=True) != before:
            raise StoreError("the compacted copy differs from the store; nothing was changed")
        for name in ("trim_pulls", "trim_runs"):
            con.execute(statement(__file__, name), {"before": at - KEPT_LOG})
        row = first_row(con, "SELECT count(*) FROM base.bars")
        set_meta(con, "sorted_bars", str(row[0] if row else 0))
        con.execute("CHECKPOINT")
    finally:
        con.close()
