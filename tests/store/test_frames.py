"""Frames into tables by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pytest

from tests.store.made import building
from watchlist.errors import StoreError
from watchlist.store import write_frame
from watchlist.store.frames import write_rows

ALIASES = pl.DataFrame({"alias": ["MP Materials", "Mountain Pass"], "symbol": ["MP", "MP"]})


def test_columns_are_matched_by_name(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        assert write_frame(build.con, "security_aliases", ALIASES) == 2
        found = build.con.execute("SELECT symbol, alias FROM security_aliases").fetchall()
    assert found == [("MP", "MP Materials"), ("MP", "Mountain Pass")]


def test_replace_deletes_only_what_matches(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        write_frame(build.con, "security_aliases", ALIASES)
        write_frame(build.con, "security_aliases", ALIASES.with_columns(symbol=pl.lit("LAC")))
        write_frame(build.con, "security_aliases", ALIASES[:1], replace={"symbol": "MP"})
        found = build.con.execute(
            "SELECT symbol, count(*) FROM security_aliases GROUP BY 1 ORDER BY 1"
        )
        assert found.fetchall() == [("LAC", 2), ("MP", 1)]
        write_frame(build.con, "security_aliases", ALIASES[:0], replace={})
        assert build.con.execute("SELECT count(*) FROM security_aliases").fetchall() == [(0,)]


def test_none_matches_null(tmp_path: Path) -> None:
    with building(tmp_path) as build:
        row = {"symbol": "MP", "holder": "DoD", "kind": "equity", "state": "closed"}
        write_rows(build.con, "holdings", [row])
        write_frame(build.con, "holdings", pl.DataFrame(), replace={"event_id": None})
        assert build.con.execute("SELECT count(*) FROM holdings").fetchall() == [(0,)]


def test_an_unknown_column_is_an_error(tmp_path: Path) -> None:
    with building(tmp_path) as build, pytest.raises(StoreError, match="no column ticker"):
        write_frame(build.con, "security_aliases", ALIASES.rename({"symbol": "ticker"}))


def test_rows_are_written_by_key_with_the_types_of_the_table(tmp_path: Path) -> None:
    at = datetime(2026, 1, 15, 21, 30, tzinfo=UTC)
    first = {"source": "rss", "title": "t", "announced_on": date(2026, 1, 15), "timing": "unknown"}
    first |= {"timing_basis": "unknown", "state": "open", "found_at": at, "score": 0.5}
    first |= {"matched": [], "symbols": ()}
    more = {"announced_time": time(9, 30), "symbols": ("MP", "LAC"), "not a column": 1}
    with building(tmp_path) as build:
        rows = [{**first, **more, "candidate_id": "1"}, {**first, "candidate_id": "2"}]
        write_rows(build.con, "candidates", rows)
        write_rows(build.con, "candidates", [], replace={"candidate_id": "another"})
        found = build.con.execute(
            "SELECT candidate_id, announced_time, symbols, epoch(found_at) FROM base.candidates "
            "ORDER BY candidate_id"
        ).fetchall()
    seconds = at.timestamp()
    assert found == [("1", time(9, 30), ["MP", "LAC"], seconds), ("2", None, [], seconds)]
