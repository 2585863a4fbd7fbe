"""Placebo ranks: exact, on clean days only, uniform when nothing happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from tests.study.market import FIRMS, events_on, market
from watchlist.study import StudyDesign, event_study

FIRST = 70
"""First session with 60 estimation rows, as an event would need."""
DESIGN = StudyDesign(windows=((0, 0), (-1, 1)), chart=(-2, 4), placebo_days=50, draws=499)


def test_the_rank_is_the_share_of_days_at_least_as_extreme() -> None:
    panel = market()
    events = events_on(panel, {"one": 300}, FIRMS[:1])
    got = event_study(panel, events, DESIGN).effects.filter(first_day=0)
    clean = [row for row in range(FIRST, len(panel.sessions)) if row not in (300, 301)]
    days = events_on(panel, {f"d{row}": row for row in clean}, FIRMS[:1])
    # each clean day as an event of its own, with the real event's days masked as in the study
    every = event_study(panel, pl.concat([events, days]), replace(DESIGN, overlap="keep"))
    plain = event_study(panel, events, replace(DESIGN, overlap="keep")).effects.filter(first_day=0)
    scars = every.effects.filter((pl.col("first_day") == 0) & (pl.col("event_id") != "one"))["scar"]
    hits = (scars.abs() >= abs(plain["scar"].item())).sum()
    assert plain["placebo_n"].item() == len(clean)
    assert plain["placebo_p"].item() == pytest.approx((1 + hits) / (1 + len(clean)))
    assert got["placebo_floor"].item() == pytest.approx(1 / (1 + got["placebo_n"].item()))


def test_windows_hold_no_event_day() -> None:
    panel = market()
    two = events_on(panel, {"one": 200, "two": 300}, FIRMS[:1])
    result = event_study(panel, two, DESIGN).effects
    n = dict(result.filter(event_id="one").select("first_day", "placebo_n").iter_rows())
    total = len(panel.sessions) - FIRST
    assert n[0] == total - 4  # two events of two masked days
    assert n[-1] == total - 8 - 1  # windows of three days that touch them, and the last session


def test_too_few_clean_days_are_named() -> None:
    panel = market(330)
    crowded = {f"e{row}": row for row in range(140, 320, 4)}
    design = replace(DESIGN, windows=((0, 3),), placebo_days=100, min_observations=40)
    result = event_study(panel, events_on(panel, crowded, FIRMS[:1]), design).effects
    assert result["note"].str.contains("meet other events").all()
    assert (result["placebo_n"] > 19).all()


def test_a_floor_is_said() -> None:
    panel = market()
    returns = panel.returns.copy()
    returns[300, :5] += 1.0
    result = event_study(
        replace(panel, returns=returns), events_on(panel, {"boom": 300}), DESIGN, scopes=("event",)
    )
    row = result.tests.filter(test="placebo", first_day=0).row(0, named=True)
    assert "p is at its floor" in row["warning"]
    assert row["p"] < 0.005


def test_bands_hold_ordinary_paths() -> None:
    """About 95 % of the days' path ends lie inside the band of one ordinary day."""
    panel = market(900, seed=4)
    events = events_on(panel, {f"e{row}": row for row in range(150, 880, 9)}, FIRMS[:1])
    result = event_study(panel, events, replace(DESIGN, overlap="keep"))
    paths = result.abnormal_returns.with_columns(
        car=pl.col("ar").cum_sum().over("event_id", order_by="day")
    )
    inside = paths.join(result.bands, on=["event_id", "symbol", "day"]).select(
        ((pl.col("car") >= pl.col("lo")) & (pl.col("car") <= pl.col("hi"))).mean()
    )
    assert inside.item() == pytest.approx(0.95, abs=0.03)


def test_incomplete_windows_are_ranked_among_windows_as_short() -> None:
    panel = market()
    today = len(panel.sessions) - 2
    design = replace(DESIGN, windows=((0, 1), (0, 4)))
    result = event_study(panel, events_on(panel, {"today": today}, FIRMS[:1]), design).effects
    short, long = result.sort("last_day").iter_rows(named=True)
    assert long["note"] == "2 of 5 days so far"
    assert short["note"] is None
    assert (long["days"], short["days"]) == (2, 2)
    assert long["placebo_p"] == short["placebo_p"]
    assert_allclose(long["car"], short["car"])


def test_a_group_over_dates_is_drawn() -> None:
    panel = market()
    result = event_study(panel, events_on(panel, {"a": 200, "b": 300}), DESIGN, scopes=("all",))
    row = result.tests.filter(test="placebo", first_day=0).row(0, named=True)
    assert 0 < row["p"] <= 1
    assert not row["headline"]
    assert (row["n"], row["dates"]) == (10, 2)


@pytest.mark.slow
def test_p_is_uniform_when_nothing_happened() -> None:
    p = []
    for seed in range(60):
        panel = market(600, seed=seed)
        rng = np.random.default_rng(seed)
        rows = {f"e{row}": int(row) for row in rng.choice(np.arange(140, 580), 4, replace=False)}
        result = event_study(panel, events_on(panel, rows), DESIGN, scopes=("event",))
        p += result.tests.filter(test="placebo", first_day=0)["p"].to_list()
    assert stats.kstest(p, "uniform").pvalue > 0.01
