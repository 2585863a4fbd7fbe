"""Other events of the same firm: listed, masked, dropped, divided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from tests.study.market import FIRMS, events_on, market
from watchlist.study import StudyDesign, event_study
from watchlist.study.design import Overlap

DESIGN = StudyDesign(windows=((0, 0), (0, 5)), chart=(-2, 8), placebo_days=50, draws=199)


def shocked(rows: dict[int, float], seed: int = 11) -> object:
    """A market where the first firm jumps on some sessions."""
    panel = market(seed=seed)
    returns = panel.returns.copy()
    for row, jump in rows.items():
        returns[row, 0] += jump
    return replace(panel, returns=returns)


def test_every_kind_of_overlap_is_listed() -> None:
    panel = market()
    events = events_on(panel, {"a": 200, "same": 200, "soon": 203, "later": 260}, FIRMS[:1])
    found = event_study(panel, events, DESIGN).overlaps
    of_a = found.filter(event_id="a").sort("other_event_id")
    assert of_a["other_event_id"].to_list() == ["same", "soon"]
    assert of_a["kind"].to_list() == ["same-session", "event-window"]
    assert of_a["sessions_apart"].to_list() == [0, 3]
    of_later = found.filter(event_id="later")
    assert set(of_later["kind"]) == {"estimation-window"}
    assert set(of_later["sessions_apart"]) == {-60, -57}


def test_mask_takes_other_events_out_of_the_estimation() -> None:
    """Polluted estimation: a 200 % jump makes a 12 % fall unremarkable unless it is masked."""
    panel = shocked({220: 2.0, 300: -0.2})
    events = events_on(panel, {"jump": 220, "fall": 300}, FIRMS[:1])
    kept, masked = (
        event_study(panel, events, replace(DESIGN, overlap=rule)) for rule in ("keep", "mask")
    )
    fall = {"event_id": "fall", "first_day": 0, "last_day": 0}
    assert abs(kept.effects.filter(**fall)["scar"].item()) < 2
    assert masked.effects.filter(**fall)["scar"].item() < -4
    fit = masked.fits.filter(event_id="fall")
    assert fit["masked"].item() == 2
    assert fit["observations"].item() == 118
    assert any("too large" in warning for warning in kept.warnings)


def test_drop_says_which_event_is_in_the_way() -> None:
    panel = market()
    events = events_on(panel, {"one": 200, "two": 260, "far": 400}, FIRMS[:1])
    result = event_study(panel, events, replace(DESIGN, overlap="drop"))
    assert result.fits["event_id"].to_list() == ["one", "far"]
    drop = result.drops.row(0, named=True)
    assert (drop["event_id"], drop["code"]) == ("two", "overlap")
    assert drop["reason"] == "1 other events in its windows, first one"


@pytest.mark.parametrize("rule", ["keep", "mask", "joint"])
def test_without_overlap_all_rules_agree(rule: Overlap) -> None:
    panel = market()
    events = events_on(panel, {"one": 200, "two": 400})
    rules = replace(DESIGN, overlap=rule)
    result, plain = event_study(panel, events, rules), event_study(panel, events, DESIGN)
    assert_allclose(result.effects["car"], plain.effects["car"], rtol=1e-12)
    assert_allclose(result.effects["se"], plain.effects["se"], rtol=1e-12)


def test_joint_divides_shared_days() -> None:
    """Two steady effects whose windows meet: alone each is counted twice, together once."""
    rng = np.random.default_rng(2)
    panel = market(seed=12)
    returns = panel.returns.copy()
    returns[:, 0] = returns[:, 6] + rng.normal(0, 0.002, len(returns))
    returns[300:306, 0] += 0.02
    returns[303:309, 0] += 0.05
    panel = replace(panel, returns=returns)
    events = events_on(panel, {"first": 300, "second": 303}, FIRMS[:1])
    window = {"first_day": 0, "last_day": 5}
    alone = event_study(panel, events, DESIGN).effects.filter(**window)
    together = event_study(panel, events, replace(DESIGN, overlap="joint")).effects.filter(**window)
    assert_allclose(alone["car"], [6 * 0.02 + 3 * 0.05, 6 * 0.05 + 3 * 0.02], atol=0.03)
    assert_allclose(together["car"], [6 * 0.02, 6 * 0.05], atol=0.03)
    assert (together["se"] > alone["se"]).all()
    assert together["note"].str.contains("estimated jointly with 1 events").all()


def test_joint_without_overlap_is_the_forecast_variance() -> None:
    """The dummy's variance is that of the two-step estimate: s2 (L + L2/M + D'D)."""
    panel = market()
    events = events_on(panel, {"one": 200, "near": 204}, FIRMS[:1])
    day = {"first_day": 0, "last_day": 0, "event_id": "one"}
    together = event_study(panel, events, replace(DESIGN, overlap="joint")).effects.filter(**day)
    plain = event_study(panel, events, DESIGN).effects.filter(**day)
    assert_allclose(together["car"], plain["car"], rtol=1e-12)
    assert_allclose(together["se"], plain["se"], rtol=1e-12)


def test_one_session_cannot_be_divided() -> None:
    panel = market()
    events = events_on(panel, {"one": 200, "same": 200}, FIRMS[:1])
    result = event_study(panel, events, replace(DESIGN, overlap="joint")).effects
    assert result["car"].is_null().all()
    assert result["note"].str.contains("same day 0").all()


def test_only_selects_pairs_but_other_events_still_mask() -> None:
    panel = shocked({220: 2.0})
    events = events_on(panel, {"jump": 220, "fall": 300}, FIRMS[:1])
    only = pl.DataFrame({"event_id": ["fall"], "symbol": [FIRMS[0]]})
    result = event_study(panel, events, DESIGN, only=only)
    assert result.fits["event_id"].to_list() == ["fall"]
    assert result.fits["masked"].item() == 2
