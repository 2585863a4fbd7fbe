"""The streamed study gives what the panel gives, to the last bit that matters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import ROOT
from tests.sweep.market_files import CONFIG, DESIGN, LATE, small_market, spoil
from watchlist.cli.interrupts import GRACE_SECONDS
from watchlist.config import Config
from watchlist.errors import StudyError
from watchlist.study import TESTS, StudyDesign, StudyResult, event_study, pieces
from watchlist.study.panel import Panel
from watchlist.study.pieces import Piece, Threads, run_sweep
from watchlist.study.returns import Listings, by_day
from watchlist.study.stored import read_data


def sweep(con: duckdb.DuckDBPyConnection, design: StudyDesign = DESIGN) -> StudyResult:
    return run_sweep(con, CONFIG, design, Threads(2), as_of=LATE).result


def swept(file: Path, design: StudyDesign = DESIGN) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(file))
    sweep(con, design)
    return con


def whole(con: duckdb.DuckDBPyConnection, design: StudyDesign) -> StudyResult:
    data = read_data(con, CONFIG, as_of=LATE, estimation=design.estimation)
    return event_study(data.panel, data.events, design, scopes=("all",), contrasts=(), tests="all")


def assert_same(one: StudyResult, other: StudyResult) -> None:
    """Every table, to 1e-12."""
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name], rel_tol=1e-12, abs_tol=1e-12)
    assert one.warnings == other.warnings


def test_a_market_without_a_usable_pair_has_drops_and_no_tests(tmp_path: Path) -> None:
    file = small_market(tmp_path, listings=5, pairs=10)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM base.bars WHERE security_id <> 0 AND session > DATE '2000-03-01'")
    con = swept(file)
    ((pairs, dropped),) = con.sql("SELECT pairs, dropped FROM base.studies").fetchall()
    assert (pairs, dropped > 0) == (0, True)
    assert con.sql("FROM base.study_tests").fetchall() == []


@pytest.mark.parametrize("securities", [7, 500], ids=["pieces", "one piece"])
@pytest.mark.parametrize("spoilt", [False, True], ids=["clean", "spoilt"])
@pytest.mark.parametrize(
    "change",
    [
        {"overlap": "mask"},
        {"overlap": "keep", "returns": "log"},
        {"overlap": "drop", "estimation": (-70, -11)},
        {"model": "dimson", "lags": 2},
        {"model": "constant-mean", "factors": ()},
        {"model": "factors", "factors": ("MKT", "S00001")},
        {"subject": "volatility"},
    ],
    ids=lambda change: "-".join(map(str, change.values())),
)
def test_pieces_equal_the_panel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, spoilt: bool, securities: int
) -> None:
    monkeypatch.setattr(pieces, "SECURITIES", securities)
    file = small_market(tmp_path)
    if spoilt:
        spoil(file)
    design = replace(DESIGN, **change)
    with duckdb.connect(str(file)) as con:
        result = sweep(con, design)
        assert_same(whole(con, design), result)
    assert result.fits.height > 20
    assert set(result.tests["test"]) >= {*TESTS, "placebo", "ibragimov-mueller"}


def test_garch_equals_that_of_the_panel(tmp_path: Path) -> None:
    pytest.importorskip("arch")
    design = replace(DESIGN, model="garch")
    with duckdb.connect(str(small_market(tmp_path, listings=12, pairs=20))) as con:
        result = sweep(con, design)
        assert_same(whole(con, design), result)
    assert result.effects.height > 10


def test_a_store_too_large_for_placebo_days_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PLACEBO_DAYS", 1000)
    with duckdb.connect(str(small_market(tmp_path))) as con:
        result, panel = sweep(con), whole(con, DESIGN)
    assert result.bands.is_empty()
    ranked = ["placebo_p", "placebo_floor", "placebo_n", "p_romano_wolf", "note"]
    assert_frame_equal(
        result.effects.drop(ranked), panel.effects.drop(ranked), rel_tol=1e-12, abs_tol=1e-12
    )
    assert result.effects["placebo_p"].is_null().all()
    assert result.effects["note"].str.contains("too many to be fitted to every day").all()
    placebo = result.tests.filter(test="placebo")
    assert placebo["p"].is_null().all()
    assert placebo["warning"].str.contains("too many to be fitted to every day").all()
    exact = pl.col("test") != "placebo"
    assert_frame_equal(
        result.tests.filter(exact), panel.tests.filter(exact), rel_tol=1e-12, abs_tol=1e-12
    )


def test_the_planted_effect_is_found(tmp_path: Path) -> None:
    con = swept(small_market(tmp_path, listings=60, pairs=400))
    row = con.execute(
        "SELECT avg(car - 0.03), stddev(car) / sqrt(count(*)) FROM base.event_effects "
        "WHERE first_day = 0 AND last_day = 0"
    ).fetchone()
    assert row is not None
    assert abs(row[0]) < 3 * row[1]


def test_a_second_sweep_replaces_the_first(tmp_path: Path) -> None:
    con = swept(small_market(tmp_path))
    question = "SELECT count(*), sum(car) FROM base.event_effects"
    before = con.execute(question).fetchall()
    sweep(con)
    assert con.execute(question).fetchall() == before
    assert con.execute("SELECT count(*) FROM base.studies").fetchall() == [(1,)]


def test_an_appended_tail_out_of_order_changes_nothing(tmp_path: Path) -> None:
    con = swept(small_market(tmp_path))
    question = "SELECT event_id, symbol, car FROM base.event_effects ORDER BY ALL"
    before = con.execute(question).fetchall()
    con.execute("CREATE TABLE base.other AS FROM base.bars ORDER BY session, security_id")
    con.execute("DROP TABLE base.bars")
    con.execute("ALTER TABLE base.other RENAME TO bars")
    sweep(con)
    assert con.execute(question).fetchall() == before


def test_a_pair_without_enough_rows_is_a_drop_with_its_reason(tmp_path: Path) -> None:
    file = small_market(tmp_path)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM base.bars WHERE security_id = 5 AND session < DATE '2002-06-01'")
    con = swept(file)
    dropped = con.execute("SELECT symbol, code, reason FROM base.study_drops").fetchall()
    assert dropped
    assert {symbol for symbol, _, _ in dropped} == {"S00005"}
    assert {code for _, code, _ in dropped} == {"short-estimation"}
    assert all("60 are asked for" in reason for _, _, reason in dropped)


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (StudyDesign(factors=("NOPE",)), "no returns of 'NOPE'"),
        (StudyDesign(model="synthetic-control", factors=()), "cannot use 'synthetic-control'"),
        (StudyDesign(factors=("MKT",), overlap="joint"), "overlap 'joint'"),
    ],
)
def test_a_design_it_cannot_do_is_refused(tmp_path: Path, design: StudyDesign, words: str) -> None:
    con = duckdb.connect(str(small_market(tmp_path, listings=12, pairs=20)))
    with pytest.raises(StudyError, match=words):
        sweep(con, design)


def test_without_returns_of_the_market_there_is_no_sweep(tmp_path: Path) -> None:
    con = duckdb.connect(str(small_market(tmp_path, listings=12, pairs=20)))
    other = Config.model_validate({"study": {"market": "QQQ"}})
    with pytest.raises(StudyError, match="no returns of the market factor QQQ"):
        run_sweep(con, other, DESIGN, Threads(1), as_of=LATE)


def test_bars_of_other_days_and_holes_leave_every_bar_in_its_session() -> None:
    """Each security lacks some sessions, and has bars on days when the market was closed."""
    rng = np.random.default_rng(8)
    days = np.flatnonzero(rng.random(400) < 0.7) + 1
    closes = np.where(rng.random((3, 401)) < 0.9, 50 + rng.random((3, 401)), np.nan)
    security, day = np.nonzero(np.isfinite(closes))
    bars = pa.table(
        {
            "security": (security + 7).astype(np.int32), "day": day.astype(np.int32),
            "close": closes[security, day], "volume": np.ones(len(day)),
        }
    )  # fmt: skip
    numbers = by_day(days, np.arange(len(days)))
    listings = Listings(
        np.arange(2), np.array([7, 9]), (numbers,), np.zeros(2, int),
        np.array([0, days[100]]), np.array([500, 500]),
    )  # fmt: skip
    market = Panel(days.astype("datetime64[D]"), ("MKT",), np.zeros((len(days), 1)))
    none = np.empty(0, dtype=int)
    piece = Piece(DESIGN, listings, market, (none, none), none, none, np.empty((0, 1), int))
    panel = piece.panel(bars)
    for column, number in enumerate([0, 2]):
        held = closes[number, days]
        if number == 2:
            held[:100] = np.nan  # another company's
        np.testing.assert_array_equal(panel.returns[1:, column], held[1:] / held[:-1] - 1.0)
        np.testing.assert_array_equal(np.isfinite(panel.volume[:, column]), np.isfinite(held))
    assert panel.symbols == ("7", "9", "MKT")


def test_an_interrupted_sweep_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    file = small_market(tmp_path)
    before = file.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-m", "watchlist", "study", "sweep", "--simulated", "--market", "MKT"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    build = tmp_path / ".watchlist" / "watchlist-simulated.build.duckdb"
    while not build.exists() and process.poll() is None:
        time.sleep(0.01)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=60)
    forced = time.monotonic() - start >= GRACE_SECONDS
    assert process.returncode == 130, talk
    assert file.read_bytes() == before
    # an end that had to be forced leaves its private copy to the next run
    assert forced or not build.exists()
