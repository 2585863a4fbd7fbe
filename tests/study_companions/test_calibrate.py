"""Calibration on made panels with known truth, and on real bars."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from watchlist.errors import StudyError
from watchlist.study.calibrate import REPORT_TESTS, Calibration, calibrate
from watchlist.study.design import StudyDesign
from watchlist.study.pairs import Pairs, make_pairs
from watchlist.study.panel import Panel, panel_from_frame

DESIGN = StudyDesign(windows=((0, 0), (0, 2)), chart=(-2, 5))
FIRMS = ("A", "B", "C", "D", "E", "F")


def made_panel(correlation: float, *, days: int = 500, seed: int = 1) -> Panel:
    rng = np.random.default_rng(seed)
    market = rng.normal(0, 0.01, days)
    common = rng.normal(0, 0.02, (days, 1))
    own = rng.normal(0, 0.02, (days, len(FIRMS)))
    firms = market[:, None] + np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    sessions = np.datetime64("2024-01-01") + np.arange(days)
    return Panel(sessions, (*FIRMS, "SPY"), np.column_stack([firms, market]))


def events_on(panel: Panel, rows: list[int], firms: tuple[str, ...] = FIRMS) -> Pairs:
    frame = pl.DataFrame(
        [(f"e{row}", firm, panel.sessions[row].astype(object)) for row in rows for firm in firms],
        schema=["event_id", "symbol", "day0"],
        orient="row",
    )
    pairs, drops = make_pairs(panel, frame, DESIGN, {})
    assert not drops
    return pairs


def share(result: Calibration, test: str, setting: str = "null", last: int = 0) -> float:
    row = result.table.filter(scope="all", test=test, setting=setting, last_day=last)
    return float(row["rejected"].item())


def test_one_crowded_date_of_correlated_firms() -> None:
    panel = made_panel(0.4)
    result = calibrate(panel, events_on(panel, [300]), DESIGN, repetitions=300)
    assert result.pairs == 6
    assert result.dates == 1
    # independent firms are assumed: far too many; r̄ or the portfolio's own days: about right
    assert share(result, "cross-sectional-t") > 0.2
    assert share(result, "bmp") > 0.2
    assert share(result, "patell") > 0.15
    assert share(result, "kp") < 0.11
    assert share(result, "placebo") < 0.11
    # tests over dates cannot be made with one
    assert result.table.filter(test="ibragimov-mueller").is_empty()


def test_planted_effects_are_found_and_power_grows() -> None:
    panel = made_panel(0.3)
    pairs = events_on(panel, [200, 260, 320, 380, 420, 460])
    result = calibrate(
        panel, pairs, DESIGN, tests="headline", planted=(0.01, 0.03), repetitions=150
    )
    for test in ("kp", *REPORT_TESTS):
        assert share(result, test) < 0.12
        small = share(result, test, "planted +1%")
        large = share(result, test, "planted +3%")
        assert small < large
        assert large > 0.8
        # noise of three days dilutes an effect of one
        assert share(result, test, "planted +3%", last=2) < large


def test_a_draw_is_repeated_to_the_bit_and_the_seed_counts() -> None:
    panel = made_panel(0.3)
    pairs = events_on(panel, [300, 400])
    first, again = (
        calibrate(panel, pairs, DESIGN, tests="headline", repetitions=40) for _ in range(2)
    )
    assert first.table.equals(again.table)
    other = calibrate(
        panel, pairs, StudyDesign(windows=((0, 0), (0, 2)), chart=(-2, 5), seed=2),
        tests="headline", repetitions=40,
    )  # fmt: skip
    assert not np.array_equal(first.null_p["all", "kp", (0, 0)], other.null_p["all", "kp", (0, 0)])


def test_days_of_real_events_are_nobodys_quiet_day() -> None:
    """Jumps on the events' own days leave no trace in the null: neither drawn nor estimated on."""
    panel = made_panel(0.3)
    pairs = events_on(panel, [300, 400])
    calm = calibrate(panel, pairs, DESIGN, tests="headline", repetitions=60)
    jumps = panel.returns.copy()
    jumps[[300, 301, 400, 401], :6] += 5.0
    shaken = Panel(panel.sessions, panel.symbols, jumps)
    wild = calibrate(shaken, pairs, DESIGN, tests="headline", repetitions=60)
    assert wild.table.equals(calm.table)


def test_too_short_a_panel_is_refused_by_name() -> None:
    panel = made_panel(0.0, days=100)
    with pytest.raises(StudyError, match=r"2024-04-05 \(A, B\): \d+ quiet days"):
        calibrate(panel, events_on(panel, [95], ("A", "B")), DESIGN, repetitions=5)
    with pytest.raises(StudyError, match="none of 2 pairs can be estimated"):
        calibrate(panel, events_on(panel, [20], ("A", "B")), DESIGN, repetitions=5)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"windows": [(5, 1)]}, r"window \[5, 1\] ends before it begins"),
        ({"windows": [(-60, 0)]}, "overlaps the event days"),
        ({"planted": (float("nan"),)}, "no return is nan"),
        ({"planted": (5.0,)}, "no return is 5\n.*0.05 for 5 %"),
        ({"planted": (-1.0,)}, "no return is -1"),
    ],
    ids=str,
)
def test_what_no_study_could_have_is_refused(asked: dict[str, Any], message: str) -> None:
    panel = made_panel(0.0)
    with pytest.raises(StudyError, match=message):
        calibrate(panel, events_on(panel, [300]), DESIGN, repetitions=5, **asked)


def test_a_newcomer_is_left_out_by_name_and_the_rest_goes_on() -> None:
    panel = made_panel(0.0)
    returns = panel.returns.copy()
    returns[:400, 0] = np.nan  # A is listed late: 8 days with 60 rows before them and after
    late = Panel(panel.sessions, panel.symbols, returns)
    pairs = events_on(late, [300, 480, 490])
    result = calibrate(late, pairs, DESIGN, tests="headline", planted=(), repetitions=5)
    assert result.dates == 1
    assert result.pairs == 5
    assert len(result.left_out) == 2
    assert result.left_out[0].startswith("2025-04-25 (A, B, C, D, E, F): ")


def test_one_event_is_calibrated_on_its_own_targets() -> None:
    panel = made_panel(0.4)
    pairs = events_on(panel, [200, 300, 400, 450])
    result = calibrate(panel, pairs, DESIGN, scopes=("event",), repetitions=200)
    one = result.table.filter(setting="null", last_day=0)
    assert one["n"].unique().to_list() == [1, 6]
    rejected = dict(one.select("test", "rejected").iter_rows())
    assert rejected["cross-sectional-t"] > 0.2
    assert rejected["kp"] < 0.12
    assert rejected["placebo"] < 0.12
    assert "ibragimov-mueller" not in rejected
    with pytest.raises(StudyError, match="no scope 'events'"):
        calibrate(panel, pairs, DESIGN, scopes=("events",))  # type: ignore[arg-type]


def test_progress_is_told() -> None:
    panel = made_panel(0.0)
    told: list[tuple[int, int]] = []
    calibrate(
        panel, events_on(panel, [300]), DESIGN, tests="headline", repetitions=7,
        step=lambda done, total, what: told.append((done, total)),
    )  # fmt: skip
    assert told == [(i, 14) for i in range(1, 15)]


def real_panel(shared: Path, first: date = date(2024, 1, 1)) -> Panel:
    """Returns of the real bars, 2024 to July 2026."""
    bars = pl.read_parquet(shared / "bars" / "bars.parquet").with_columns(
        session=pl.col("date").cast(pl.Date)
    )
    returns = (
        bars.filter(pl.col("session") >= first - timedelta(days=10))
        .sort("symbol", "session")
        .with_columns(ret=pl.col("adj_close") / pl.col("adj_close").shift(1).over("symbol") - 1)
        .filter(pl.col("session") >= first, pl.col("session") <= date(2026, 7, 31))
    )
    return panel_from_frame(returns.select("symbol", "session", "ret"))


@pytest.mark.slow
def test_placebo_p_is_uniform_on_real_bars(shared: Path) -> None:
    """Random non-event dates, 2024-2026, the four miners, twelve dates and one."""
    panel = real_panel(shared)
    rng = np.random.default_rng(42)
    miners = ("LAC", "MP", "NB", "TMQ")
    for dates in (1, 12):
        rows = sorted(rng.choice(np.arange(150, len(panel.sessions) - 25), dates, replace=False))
        result = calibrate(
            panel, events_on(panel, [int(r) for r in rows], miners), DESIGN,
            tests="headline", planted=(), repetitions=600,
        )  # fmt: skip
        for (scope, test, window), p in result.null_p.items():
            if test == "placebo":
                # eight comparisons at 1 % together
                assert stats.kstest(p, "uniform").pvalue > 0.01 / 8, (dates, scope, window)
