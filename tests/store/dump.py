"""`python -m tests.store.dump`: a small store of the present schema as SQL, kept at a release."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from watchlist.store.schema import migrate, migrations

ROWS = """
INSERT INTO base.securities
    (security_id, symbol, name, role, exchange, calendar, currency, minerals)
VALUES (1, 'MP', 'MP Materials', 'watchlist', 'NYSE', 'XNYS', 'USD', ['rare earths']);
INSERT INTO base.sessions VALUES
    ('XNYS', '2026-01-14', '2026-01-14 14:30:00+00', '2026-01-14 21:00:00+00', false),
    ('XNYS', '2026-01-15', '2026-01-15 14:30:00+00', '2026-01-15 21:00:00+00', false);
INSERT INTO base.bars (security_id, session, open, high, low, close, adj_close, adj_basis, volume,
    dividend, split, source, pull_id, first_pulled_at, pulled_at, final)
VALUES
    (1, '2026-01-14', 58, 60, 57, 58.75, 58.75, 1, 1000, 0, 1, 'yahoo', 1,
     '2026-01-14 23:00:00+00', '2026-01-15 23:00:00+00', true),
    (1, '2026-01-15', 59, 60, 58, 59.5, 59.5, 1, 1100, 0, 1, 'yahoo', 1,
     '2026-01-15 23:00:00+00', '2026-01-15 23:00:00+00', true);
INSERT INTO base.restatements VALUES
    (1, '2026-01-14', 'close', 58.5, 58.75, 'correction', 1, '2026-01-14 23:00:00+00',
     '2026-01-15 23:00:00+00');
"""


def main() -> None:
    """Write `released/schema_NNN.sql`."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    migrate(con, "real")
    parts = [
        "-- A small store as this schema wrote it; never edited after its release.",
        "CREATE SCHEMA base;",
    ]
    parts += [
        sql
        for (sql,) in con.execute(
            "SELECT sql FROM duckdb_tables() WHERE schema_name = 'base' ORDER BY table_name"
        ).fetchall()
    ]
    parts += [
        f"INSERT INTO base.meta VALUES ('{key}', '{value}');"
        for key, value in con.execute(
            "SELECT key, value FROM base.meta WHERE key IN ('kind', 'schema_version') ORDER BY 1"
        ).fetchall()
    ]
    place = Path(__file__).parent / "released" / f"schema_{migrations()[-1][0]:03}.sql"
    place.parent.mkdir(exist_ok=True)
    place.write_text("\n".join(parts) + "\n" + ROWS.strip() + "\n", encoding="utf-8")
    sys.stderr.write(f"wrote {place}\n")


if __name__ == "__main__":
    main()
