"""The streamed study gives what the panel gives, to the last bit that matters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from tests.conftest import ROOT
from tests.sweep.market_files import DESIGN, small_market, spoil
from watchlist.errors import StudyError
from watchlist.steps.executors import Local
from watchlist.steps.sweep import run_sweep
from watchlist.study import StudyDesign, event_study
from watchlist.study.sweep import DAY_BITS, MarketFactor, SweepPairs, estimate_tape

LATE = date(2030, 1, 1)
KEYS = ["event_id", "symbol", "first_day", "last_day"]


def swept(file: Path, design: StudyDesign = DESIGN) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(file))
    run_sweep(con, design, Local(2), as_of=LATE)
    return con


def test_a_market_without_a_usable_pair_has_drops_and_no_tests(tmp_path: Path) -> None:
    file = small_market(tmp_path, listings=5, pairs=10)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM base.bars WHERE security_id <> 0 AND session > DATE '2000-03-01'")
    con = swept(file)
    ((pairs, dropped),) = con.sql("SELECT pairs, dropped FROM base.studies").fetchall()
    assert (pairs, dropped > 0) == (0, True)
    assert con.sql("FROM base.study_tests").fetchall() == []


@pytest.mark.parametrize("overlap", ["mask", "keep"])
@pytest.mark.parametrize("spoilt", [False, True], ids=["clean", "spoilt"])
def test_effects_equal_those_of_the_panel(tmp_path: Path, overlap: str, spoilt: bool) -> None:
    file = small_market(tmp_path)
    if spoilt:
        spoil(file)
    design = StudyDesign(
        name="sweep",
        factors=("MKT",),
        estimation=DESIGN.estimation,
        windows=DESIGN.windows,
        chart=DESIGN.chart,
        overlap="mask" if overlap == "mask" else "keep",
    )
    con = swept(file, design)
    panel = event_study(
        con.sql("SELECT symbol, session, ret FROM returns WHERE ret IS NOT NULL").pl(),
        con.sql("SELECT event_id, symbol, day0 FROM event_targets").pl(),
        design,
        scopes=("all",),
        tests="all",
    )

    for table, keys in (
        (panel.effects, KEYS),
        (panel.abnormal_returns, ["event_id", "symbol", "day"]),
        (panel.fits, ["event_id", "symbol"]),
    ):
        name = {4: "event_effects", 3: "abnormal_returns", 2: "study_fits"}[len(keys)]
        ours = con.sql(f"FROM base.{name}").pl()
        both = table.join(ours, on=keys, suffix="_swept", validate="1:1")
        assert both.height == table.height == ours.height > 100
        for column in ("car", "se", "scar", "bhar", "ret", "t_p", "ar", "sar", "alpha", "sigma"):
            if f"{column}_swept" in both.columns:
                a, b = both[column].to_numpy(), both[f"{column}_swept"].to_numpy()
                np.testing.assert_allclose(b, a, rtol=1e-11, atol=1e-13, err_msg=column)

    tests = panel.tests.filter(pl.col("scope") == "all").join(
        con.sql("FROM base.study_tests").pl(), on=["test", "first_day", "last_day"], suffix="_swept"
    )
    assert tests.height == 17 * len(design.windows)
    for column in ("n", "dates", "estimate", "statistic", "p", "r_bar"):
        # the order of the pairs differs, so do the draws of the wild bootstrap
        some = tests.filter(pl.col("test") != "wild-bootstrap")
        np.testing.assert_allclose(
            some[f"{column}_swept"].to_numpy(), some[column].to_numpy(), rtol=1e-9, atol=1e-12
        )


def test_garch_equals_that_of_the_panel(tmp_path: Path) -> None:
    pytest.importorskip("arch")
    design = replace(DESIGN, model="garch")
    con = swept(small_market(tmp_path, listings=12, pairs=20), design)
    panel = event_study(
        con.sql("SELECT symbol, session, ret FROM returns WHERE ret IS NOT NULL").pl(),
        con.sql("SELECT event_id, symbol, day0 FROM event_targets").pl(),
        design,
        scopes=("all",),
    )
    ours = con.sql("FROM base.event_effects").pl()
    both = panel.effects.join(ours, on=KEYS, suffix="_swept", validate="1:1")
    assert both.height == panel.effects.height == ours.height > 10
    for column in ("car", "se", "scar"):
        np.testing.assert_allclose(both[f"{column}_swept"], both[column], rtol=1e-9, err_msg=column)


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
    before = con.execute(question).fetchone()
    run_sweep(con, DESIGN, Local(1), as_of=LATE)
    assert con.execute(question).fetchone() == before
    assert con.execute("SELECT count(*) FROM base.studies").fetchone() == (1,)


def test_an_appended_tail_out_of_order_changes_nothing(tmp_path: Path) -> None:
    con = swept(small_market(tmp_path))
    question = "SELECT event_id, symbol, car FROM base.event_effects ORDER BY ALL"
    before = con.execute(question).fetchall()
    con.execute("CREATE TABLE base.other AS FROM base.bars ORDER BY session, security_id")
    con.execute("DROP TABLE base.bars")
    con.execute("ALTER TABLE base.other RENAME TO bars")
    run_sweep(con, DESIGN, Local(2), as_of=LATE)
    assert con.execute(question).fetchall() == before


def test_a_pair_without_enough_rows_is_a_drop_with_its_reason(tmp_path: Path) -> None:
    file = small_market(tmp_path)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM base.bars WHERE security_id = 5 AND session < DATE '2002-06-01'")
    con = swept(file)
    dropped = con.execute("SELECT symbol, code, reason FROM base.study_drops").fetchall()
    assert dropped
    assert {symbol for symbol, _, _ in dropped} == {"S00005"}
    assert all("usable estimation rows, 60 are asked for" in reason for _, _, reason in dropped)


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (StudyDesign(factors=("NOPE",)), "no returns of the market factor NOPE"),
        (StudyDesign(model="constant-mean", factors=()), "cannot use 'constant-mean'"),
        (StudyDesign(factors=("MKT",), overlap="joint"), "overlap 'joint'"),
    ],
)
def test_a_design_it_cannot_do_is_refused(tmp_path: Path, design: StudyDesign, words: str) -> None:
    con = duckdb.connect(str(small_market(tmp_path, listings=12, pairs=20)))
    with pytest.raises(StudyError, match=words):
        run_sweep(con, design, Local(1), as_of=LATE)


def test_days_before_the_calendar_are_missing_not_an_error() -> None:
    days = np.arange(1, 6)
    bars = pa.table({"key": (1 << DAY_BITS) + days.astype(np.int32), "close": [1.0, 2, 3, 4, 5]})
    pairs = SweepPairs(np.array([0]), np.array([1]), np.array([2]))
    found = estimate_tape(bars, pairs, MarketFactor(days, np.zeros(5)), DESIGN)
    assert found["observations"].to_pylist() == [0]
    assert np.isnan(found["sigma2"].to_numpy()).all()


def test_bars_of_other_days_and_holes_leave_every_bar_in_its_session() -> None:
    """Each security lacks some sessions, and has bars on days when the market was closed."""
    rng = np.random.default_rng(8)
    design = StudyDesign(
        factors=("MKT",), estimation=(-60, -6), windows=((-5, 5),), chart=(-5, 5),
        min_observations=20, overlap="keep",
    )  # fmt: skip
    days = np.flatnonzero(rng.random(400) < 0.7) + 1
    closes = np.where(rng.random((3, 401)) < 0.9, 50 + rng.random((3, 401)), np.nan)
    security, day = np.nonzero(np.isfinite(closes[:, 1:]))
    day += 1
    bars = pa.table(
        {"key": ((security << DAY_BITS) + day).astype(np.int32), "close": closes[security, day]}
    )
    at = np.array([4, 70, 4, len(days) - 3, 4, 90])
    pairs = SweepPairs(np.arange(6), np.array([0, 0, 1, 1, 2, 2]), at)
    found = estimate_tape(bars, pairs, MarketFactor(days, rng.normal(size=len(days))), design)
    for number in range(6):
        held = np.full(len(days) + 160, np.nan)
        held[80 : 80 + len(days)] = closes[pairs.security[number], days]
        around = held[80 + at[number] - 6 : 80 + at[number] + 6]
        np.testing.assert_array_equal(found["ret"][number].as_py(), around[1:] / around[:-1] - 1.0)


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
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == 130, talk
    assert file.read_bytes() == before
    assert not build.exists()
