"""Calibration on made panels with known truth, and on real bars."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from watchlist.errors import StudyError
from watchlist.study.calibrate import PORTFOLIO_TESTS, Calibration, calibrate
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
    row = result.table.filter(test=test, setting=setting, last_day=last)
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
    for test in ("kp", *PORTFOLIO_TESTS):
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
    assert not np.array_equal(first.null_p["kp", (0, 0)], other.null_p["kp", (0, 0)])


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
    with pytest.raises(StudyError, match=r"2024-04-05 \(A, B\) has \d+ quiet days"):
        calibrate(panel, events_on(panel, [95], ("A", "B")), DESIGN, repetitions=5)


def test_progress_is_told() -> None:
    panel = made_panel(0.0)
    told: list[tuple[int, int]] = []
    calibrate(
        panel, events_on(panel, [300]), DESIGN, tests="headline", repetitions=7,
        step=lambda done, total, what: told.append((done, total)),
    )  # fmt: skip
    assert told == [(i, 7) for i in range(1, 8)]


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
        for window in DESIGN.windows:
            p = result.null_p["placebo", window]
            assert stats.kstest(p, "uniform").pvalue > 0.01, (dates, window)
