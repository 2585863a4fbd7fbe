"""What a store says, as a value that can be compared: a run that changed nothing publishes nothing.

Clock readings are left out. A pull that found every bar as it was differs from the one before
only in its times and counts; it counts as a change when a symbol's standing (had, failed, why)
changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

STANDING = (Path(__file__).parent / "standing.sql").read_text(encoding="utf-8")

LOGS = frozenset({"runs", "pulls"})
"""Tables that every run adds to."""

Content = dict[str, tuple[object, ...]]


def content(con: duckdb.DuckDBPyConnection) -> Content:
    """What each table holds (rows, an order-free checksum), how views read, how pulls stand."""
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'base' "
        "AND database_name = current_database() ORDER BY 1"
    ).fetchall()
    sums = " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hash(t))::VARCHAR FROM base.\"{table}\" AS t"
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
        found["(pulls)"] = tuple(con.execute(STANDING).fetchall())
    return found
