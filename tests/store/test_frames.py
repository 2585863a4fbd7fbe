"""Frames into tables by name."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.store.made import building
from watchlist.errors import StoreError
from watchlist.store import write_frame
from watchlist.store.frames import frame_for

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
        write_frame(build.con, "holdings", frame_for(build.con, "holdings", [row]))
        write_frame(build.con, "holdings", pl.DataFrame(), replace={"event_id": None})
        assert build.con.execute("SELECT count(*) FROM holdings").fetchall() == [(0,)]


def test_an_unknown_column_is_an_error(tmp_path: Path) -> None:
    with building(tmp_path) as build, pytest.raises(StoreError, match="no column ticker"):
        write_frame(build.con, "security_aliases", ALIASES.rename({"symbol": "ticker"}))
