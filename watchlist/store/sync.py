"""The catalogue and the exchanges' sessions, written into the store as they stand in the files."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchlist import calendar
from watchlist.catalog.models import Catalog, Event
from watchlist.project import statement
from watchlist.store.frames import first_row, named_rows, transaction, write_frame, write_rows

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Rows = list[dict[str, Any]]

FIRST_SESSION = date(2000, 1, 1)
"""No older bar is asked for unless `--since` says so: no event of the catalogue needs one."""


def wanted_sessions(
    con: duckdb.DuckDBPyConnection, catalog: Catalog, since: date | None, now: datetime
) -> pl.DataFrame:
    """Sessions of every exchange: from the first bar stored or wanted to the end of next year."""
    row = first_row(con, "SELECT min(session) FROM base.bars")
    starts = [day for day in (FIRST_SESSION, since, row[0] if row else None) if day]
    last_event = max((event.announced_on for event in catalog.events), default=FIRST_SESSION)
    end = max(date(now.year + 1, 12, 31), last_event + timedelta(days=30))
    # a company that only events name needs no sessions, and some calendars take seconds to make
    used = {s.calendar for s in catalog.securities if s.pulled}
    return calendar.sessions(used, min(starts), end)


def write_catalog(con: duckdb.DuckDBPyConnection, catalog: Catalog, sessions: pl.DataFrame) -> None:
    """Replace securities, aliases, holdings, sessions, events, sources, targets and event days.

    A security keeps its number for good, so its bars stay its own. One that left the catalogue
    stays as `reference` while it has bars.

    Parameters
    ----------
    sessions : DataFrame
        calendar, session, open_at, close_at, early_close: from the first bar wanted to past the
        last event.
    """
    securities, events = catalog.securities, catalog.events
    tables: dict[str, Rows] = {
        "security_aliases": [
            {"symbol": s.symbol, "alias": alias} for s in securities for alias in s.aliases
        ],
        "holdings": [
            {"symbol": s.symbol, **holding.model_dump()}
            for s in securities
            for holding in s.holdings
        ],
        "events": [event.model_dump() for event in events],
        "event_sources": [
            {"event_id": event.event_id, "position": position, **source.model_dump()}
            for event in events
            for position, source in enumerate(event.sources, start=1)
        ],
        "event_targets": [
            {"event_id": event.event_id, **target._asdict()}
            for event in events
            for target in event.targets
        ],
        "event_days": _event_days(events, sessions),
    }
    with transaction(con):
        _securities(con, catalog)
        write_frame(con, "sessions", sessions, replace={})
        for table, rows in tables.items():
            write_rows(con, table, rows, replace={})


def security_ids(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Each symbol's number."""
    return dict(con.execute("SELECT symbol, security_id FROM base.securities").fetchall())


def _securities(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    con.execute(statement(__file__, "retire_securities"), {"symbols": list(catalog.symbols)})
    ids = security_ids(con)
    free = max(ids.values(), default=0) + 1
    rows: Rows = []
    for security in catalog.securities:
        number = ids.get(security.symbol)
        if number is None:
            number, free = free, free + 1
        rows.append({"security_id": number, **security.model_dump()})
    left = named_rows(con, "SELECT * REPLACE ('reference' AS role) FROM base.securities")
    rows += [row for row in left if row["symbol"] not in catalog.symbols]
    write_rows(con, "securities", rows, replace={})


def _event_days(events: tuple[Event, ...], sessions: pl.DataFrame) -> Rows:
    rows: Rows = []
    for code in sessions["calendar"].unique().sort():
        own = sessions.filter(sessions["calendar"] == code).sort("session")
        for event in events:
            day = calendar.day_zero(event, own)
            if day.session is not None:
                rows.append(
                    {
                        "event_id": event.event_id,
                        "calendar": code,
                        "day0": day.session,
                        "why": day.why,
                    }
                )
    return rows
