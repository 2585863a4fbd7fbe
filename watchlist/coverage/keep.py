"""What was read, into the store: documents, mentions, contradictions; the text only if asked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from watchlist.store.frames import write_rows

if TYPE_CHECKING:
    import duckdb

    from watchlist.coverage.reading import Reading


def save(
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
