"""What feeds and texts leave in the store: candidates and what was decided, documents and mentions.

The only module of `feeds` and `coverage` that reads or writes tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.errors import CatalogError, nearest
from watchlist.store.frames import write_rows

if TYPE_CHECKING:
    import duckdb

    from watchlist.catalog.candidate import Candidate
    from watchlist.coverage.reading import Reading

LISTED = (Path(__file__).parent / "list_candidates.sql").read_text(encoding="utf-8")
DECIDE = (Path(__file__).parent / "decide_candidate.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Saved:
    """What became of the candidates of one asking."""

    new: int
    seen_again: int
    """Still open; what the feed says now was written over what it said before."""
    decided: int
    """Accepted or rejected before: they do not come back."""


def save_candidates(
    con: duckdb.DuckDBPyConnection, found: Iterable[Candidate], now: datetime
) -> Saved:
    """Write candidates; one that was decided stays as it was decided."""
    stored = {row["candidate_id"]: row for row in list_candidates(con, "all")}
    fresh: list[dict[str, Any]] = []
    counts = {"new": 0, "seen_again": 0, "decided": 0}
    for candidate in {c.candidate_id: c for c in found}.values():
        before = stored.get(candidate.candidate_id)
        if before is not None and before["state"] != "open":
            counts["decided"] += 1
            continue
        counts["seen_again" if before else "new"] += 1
        row = asdict(candidate) | {
            "state": "open",
            "found_at": before["found_at"] if before else now,
            "raw": json.dumps(candidate.raw, ensure_ascii=False, sort_keys=True),
        }
        fresh.append(row)
    for row in fresh:
        write_rows(con, "candidates", [row], replace={"candidate_id": row["candidate_id"]})
    return Saved(**counts)


def list_candidates(con: duckdb.DuckDBPyConnection, state: str = "open") -> list[dict[str, Any]]:
    """Candidates of one state (`all` for every one), the likeliest first."""
    cursor = con.execute(LISTED, {"state": state})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def find_candidate(con: duckdb.DuckDBPyConnection, candidate_id: str) -> dict[str, Any]:
    """One candidate.

    Raises
    ------
    CatalogError
        There is none of that id; names the nearest.
    """
    rows = {row["candidate_id"]: row for row in list_candidates(con, "all")}
    if candidate_id not in rows:
        known = nearest(candidate_id, list(rows)[:20]) if rows else "none was proposed yet"
        raise CatalogError(
            f"no candidate {candidate_id!r}; {known}", "list them with: watchlist events candidates"
        )
    return rows[candidate_id]


def decide_candidate(
    con: duckdb.DuckDBPyConnection,
    candidate_id: str,
    state: str,
    now: datetime,
    event_id: str | None = None,
) -> None:
    """Mark a candidate accepted (as an event) or rejected."""
    given = {"id": candidate_id, "state": state, "at": now, "event_id": event_id}
    con.execute(DECIDE, given)


def save_reading(
    con: duckdb.DuckDBPyConnection, reading: Reading, now: datetime, *, keep_text: bool = False
) -> None:
    """Write one reading over an earlier one of the same bytes."""
    document = reading.document
    key = {"document_id": document.document_id}
    before = con.execute(
        "SELECT read_at FROM base.documents WHERE document_id = $document_id", key
    ).fetchall()
    row = {
        **key,
        "title": document.title,
        "dated_on": document.dated_on,
        "date_basis": document.date_basis,
        "source": document.source,
        "characters": len(document.text),
        "text": document.text if keep_text else None,
        "read_at": before[0][0] if before else now,
    }
    write_rows(con, "documents", [row], replace=key)
    mentions = [vars(mention) | key for mention in reading.mentions]
    write_rows(con, "mentions", mentions, replace=key)
    errors = [vars(found) | key for found in reading.contradictions]
    write_rows(con, "contradictions", errors, replace=key)
