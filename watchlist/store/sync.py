"""The catalogue and the exchanges' sessions, written into the store as they stand in the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.calendar import day_zero
from watchlist.catalog.models import Catalog, Event
from watchlist.store.frames import frame_for, transaction, write_frame

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Rows = list[dict[str, Any]]

RETIRE = (Path(__file__).parent / "retire_securities.sql").read_text(encoding="utf-8")


def catalog(con: duckdb.DuckDBPyConnection, known: Catalog, sessions: pl.DataFrame) -> None:
    """Replace securities, aliases, holdings, sessions, events, sources, targets and event days.

    A security keeps its number for good, so its bars stay its own. One that left the catalogue
    stays as `reference` while it has bars.

    Parameters
    ----------
    sessions : DataFrame
        calendar, session, open_at, close_at, early_close: from the first bar wanted to past the
        last event.
    """
    with transaction(con):
        _securities(con, known)
        _write(
            con,
            "security_aliases",
            [{"symbol": s.symbol, "alias": alias} for s in known.securities for alias in s.aliases],
        )
        _write(
            con,
            "holdings",
            [
                {"symbol": s.symbol, **holding.model_dump()}
                for s in known.securities
                for holding in s.holdings
            ],
        )
        write_frame(con, "sessions", sessions, replace={})
        _write(con, "events", [event.model_dump() for event in known.events])
        _write(
            con,
            "event_sources",
            [
                {"event_id": event.event_id, "position": position, **source.model_dump()}
                for event in known.events
                for position, source in enumerate(event.sources, start=1)
            ],
        )
        _write(
            con,
            "event_targets",
            [
                {"event_id": event.event_id, "symbol": target.symbol, "relation": target.relation}
                for event in known.events
                for target in event.targets
            ],
        )
        _write(con, "event_days", _event_days(known.events, sessions))


def security_ids(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Each symbol's number."""
    return dict(con.execute("SELECT symbol, security_id FROM base.securities").fetchall())


def _write(con: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    write_frame(con, table, frame_for(con, table, rows), replace={})


def _securities(con: duckdb.DuckDBPyConnection, known: Catalog) -> None:
    con.execute(RETIRE, {"symbols": list(known.symbols)})
    ids = security_ids(con)
    free = max(ids.values(), default=0) + 1
    rows: Rows = []
    for security in known.securities:
        number = ids.get(security.symbol)
        if number is None:
            number, free = free, free + 1
        rows.append({"security_id": number, **security.model_dump()})
    kept = con.sql("SELECT * REPLACE ('reference' AS role) FROM base.securities").pl()
    kept = kept.filter(~kept["symbol"].is_in(known.symbols))
    write_frame(con, "securities", frame_for(con, "securities", rows), replace={})
    write_frame(con, "securities", kept)


def _event_days(events: tuple[Event, ...], sessions: pl.DataFrame) -> Rows:
    rows: Rows = []
    for calendar in sessions["calendar"].unique().sort():
        own = sessions.filter(sessions["calendar"] == calendar).sort("session")
        for event in events:
            day = day_zero(event, own)
            if day.session is not None:
                rows.append(
                    {
                        "event_id": event.event_id,
                        "calendar": calendar,
                        "day0": day.session,
                        "why": day.why,
                    }
                )
    return rows
