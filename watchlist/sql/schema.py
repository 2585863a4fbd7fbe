"""The public surface of the store, told from the comments that the store itself carries.

It is read from a store made in memory by this version's own files, so it needs no store and
cannot differ from what this version publishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchlist.errors import ConfigError, nearest

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class ViewColumn:
    """One column, with its meaning and unit in words."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class View:
    """One public view."""

    name: str
    comment: str
    columns: tuple[ViewColumn, ...]


@dataclass(frozen=True)
class Macro:
    """One public function or table function."""

    name: str
    comment: str
    parameters: tuple[str, ...]
    table: bool
    """Used as `FROM name(…)`."""


def empty_store() -> duckdb.DuckDBPyConnection:
    """A store in memory with this version's tables, views and macros, and no rows."""
    import duckdb

    from watchlist.store.schema import apply_views, migrations

    con = duckdb.connect()
    for _, path in migrations():
        con.execute(path.read_text(encoding="utf-8"))
    apply_views(con)
    return con


def describe_views(name: str | None = None) -> list[View]:
    """All public views in alphabetical order, or the one of that name.

    Raises
    ------
    ConfigError
        No such view, with the nearest.
    """
    con = empty_store()
    columns: dict[str, list[ViewColumn]] = {}
    for view, column, kind, comment in con.execute(
        "SELECT table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        columns.setdefault(view, []).append(ViewColumn(column, kind, comment))
    views = [
        View(view, comment, tuple(columns[view]))
        for view, comment in con.execute(
            "SELECT view_name, coalesce(comment, '') FROM duckdb_views() "
            "WHERE schema_name = 'main' AND NOT internal ORDER BY view_name"
        ).fetchall()
    ]
    con.close()
    if name is None:
        return views
    if name not in columns:
        raise ConfigError(f"there is no view or function {name!r}", nearest(name, list(columns)))
    return [view for view in views if view.name == name]


def describe_macros() -> list[Macro]:
    """All public macros in alphabetical order."""
    con = empty_store()
    rows = con.execute(
        "SELECT function_name, coalesce(comment, ''), parameters, function_type = 'table_macro' "
        "FROM duckdb_functions() WHERE schema_name = 'main' AND NOT internal ORDER BY 1"
    ).fetchall()
    con.close()
    return [Macro(name, comment, tuple(names), table) for name, comment, names, table in rows]


EXAMPLES = {
    "around": "around('2025-10-09', ['MP', 'USAR'])",
    "car": "car('mp-dod-2025', -1, 5)",
    "event_path": "event_path('mp-dod-2025')",
    "market_model": "market_model([{event_id: 'mine', symbol: 'MP', relation: 'named', "
    "day0: DATE '2025-07-10'}], -1, 5)",
    "ordinary_days": "ordinary_days('daily-market')",
    "ordinary_quantiles": "ordinary_quantiles('daily-market')",
    "reaction": "reaction('MP')",
    "session_moves": "session_moves(DATE '2025-07-10')",
}
"""A call of each function that gives rows on real bars."""

MEANINGS = {
    "beta": "Slope on the market.",
    "at_least": "Ordinary days on which |ar| was at least |observed|, count.",
    "car_0_5": "Sum of ar over the days 0 … 5, fraction; NULL while one is missing.",
    "car_0_20": "Sum of ar over the days 0 … 20, fraction; NULL while one is missing.",
    "is_day0": "The day 0 of the pair itself: what the other days are compared with.",
    "larger": "Sessions before with an absolute return at least as large, count.",
    "market_ret": "Return of the market, fraction.",
    "market_mean": "Mean return of the market over the estimation sessions, fraction.",
    "market_ss": "Sum of squared deviations of the market over the estimation sessions.",
    "next_largest": "Largest absolute return of the sessions before, fraction.",
    "observed": "Abnormal return of day 0, fraction.",
    "ordinary": "Abnormal returns of the ordinary days, oldest first, fractions.",
    "others": "Sessions before with a return, count.",
    "quantiles": "What 1, 5, 25, 50, 75, 95 and 99 % of ordinary days do not exceed, fractions.",
    "quiet_days": "Ordinary days, count.",
    "session_moves.ret": "Simple return of the session, fraction.",
    "usual_volume": "Median volume of the sixty sessions before, shares.",
    "volume_ratio": "volume over usual_volume; NULL where fewer than thirty are known.",
}
"""Columns that no view has, or that mean something else in that function."""

SPOKEN_OF = (
    "returns",
    "events",
    "event_targets",
    "study_fits",
    "abnormal_returns",
    "event_effects",
)
"""Views whose columns of the same name mean the same; a later one wins."""


def describe_function(name: str) -> View | None:
    """A table function with its columns; None if there is none of that name."""
    if name not in EXAMPLES:
        return None
    (macro,) = [macro for macro in describe_macros() if macro.name == name]
    views = {view.name: view for view in describe_views()}
    meanings = {
        column.name: column.comment for source in SPOKEN_OF for column in views[source].columns
    }
    con = empty_store()
    rows = con.execute(f"DESCRIBE FROM {EXAMPLES[name]}").fetchall()
    con.close()
    columns = tuple(
        ViewColumn(
            row[0],
            row[1],
            MEANINGS.get(f"{name}.{row[0]}") or MEANINGS.get(row[0]) or meanings[row[0]],
        )
        for row in rows
    )
    call = f"{name}({', '.join(macro.parameters)})"
    return View(call, f"{macro.comment} Example: FROM {EXAMPLES[name]}", columns)
