"""Synthetic control against a general-purpose optimiser and its own guarantees."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from watchlist.errors import StudyError
from watchlist.study import Panel, StudyDesign, event_study
from watchlist.study.synthetic import simplex_weights, synthetic_control

RNG = np.random.default_rng(13)
PEERS = RNG.normal(0, 0.02, (120, 6)) + RNG.normal(0, 0.01, (120, 1))
FIRM = PEERS @ [0.5, 0.3, 0.2, 0, 0, 0] + RNG.normal(0, 0.004, 120)


def test_weights_equal_those_of_slsqp() -> None:
    for target in (FIRM, RNG.normal(0, 0.02, 120), 0.3 + FIRM):
        weights = simplex_weights(target, PEERS)
        reference = minimize(
            lambda w, y=target: 1e4 * np.sum((y - PEERS @ w) ** 2),
            np.full(6, 1 / 6),
            bounds=[(0, 1)] * 6,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            tol=1e-14,
        )
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        assert (weights >= 0).all()
        mine = np.sum((target - PEERS @ weights) ** 2)
        # its sum misses 1 by up to 1e-7, which makes it better than any point that may be taken
        theirs = np.sum((target - PEERS @ (reference.x / reference.x.sum())) ** 2)
        assert mine <= theirs * (1 + 1e-12)
        np.testing.assert_allclose(weights, reference.x, atol=1e-4)


def test_a_firm_that_is_a_mix_of_its_peers_is_found() -> None:
    mix = np.array([0.25, 0.75, 0, 0, 0, 0])
    np.testing.assert_allclose(simplex_weights(PEERS @ mix, PEERS), mix, atol=1e-10)
    fit = synthetic_control(FIRM[:110], PEERS[:110], FIRM[110:112] + 0.1, PEERS[110:112])
    assert fit.car == pytest.approx(0.2, abs=0.02)
    assert fit.p == pytest.approx(1 / 7)
    assert fit.warning == "6 peers: p cannot fall below 0.143"
    np.testing.assert_allclose(fit.resid, FIRM[:110] - PEERS[:110] @ fit.weights, atol=1e-16)


def test_a_peer_with_a_hole_is_left_out_by_name() -> None:
    holed = PEERS.copy()
    holed[50, 0] = np.nan
    fit = synthetic_control(FIRM[:110], holed[:110], FIRM[110:], holed[110:])
    assert fit.left_out == (0,)
    assert fit.weights[0] == 0
    assert np.isnan(fit.placebo_car[0])
    late = FIRM[:110].copy()
    late[50] = np.nan  # the firm has no return there either, so the peer is complete again
    assert synthetic_control(late, holed[:110], FIRM[110:], holed[110:]).left_out == ()


def test_one_peer_is_no_control() -> None:
    with pytest.raises(StudyError, match="1 peers"):
        synthetic_control(FIRM[:110], PEERS[:110, :1], FIRM[110:], PEERS[110:, :1])


def test_missing_event_day_and_perfect_twin_have_reasons() -> None:
    fit = synthetic_control(FIRM[:110], PEERS[:110], [np.nan], PEERS[110:111])
    assert np.isnan(fit.p)
    assert fit.warning == "a day has no return"


def test_placebo_rank_is_uniform_without_an_effect() -> None:
    rng = np.random.default_rng(3)
    p = []
    for _ in range(150):
        panel = rng.standard_t(4, (61, 10)) + rng.normal(size=(61, 1))
        p.append(synthetic_control(panel[:60, 0], panel[:60, 1:], panel[60:, 0], panel[60:, 1:]).p)
    assert 0.05 < np.mean(np.array(p) <= 0.1001) < 0.17


def test_a_study_ranks_the_firm_among_its_peers() -> None:
    """Through the public call: one firm jumps, its seven untreated peers do not."""
    rng = np.random.default_rng(1)
    names = tuple("ABCDEFGH")
    returns = rng.normal(0, 0.02, (300, 1)) + rng.normal(0, 0.01, (300, 8))
    returns[250, 0] += 0.2
    panel = Panel(np.datetime64("2024-01-01") + np.arange(300), names, returns)
    day = [panel.sessions[row].astype(object) for row in (250, 200)]
    events = pl.DataFrame(
        [("jump", "A", day[0]), *[("calm", name, day[1]) for name in names[1:]]],
        schema=["event_id", "symbol", "day0"],
        orient="row",
    )
    design = StudyDesign(
        model="synthetic-control", factors=(), windows=((0, 0), (0, 2)), chart=(-2, 5)
    )
    only = events.head(1).select("event_id", "symbol")
    result = event_study(panel, events, design, singles=True, only=only)
    rank = result.singles.filter(test="peer-placebo")
    assert rank["n"].to_list() == [7, 7]
    assert rank["p"].to_list() == [0.125, 0.125]
    assert result.effects["car"].to_list() == pytest.approx([0.2, 0.2], abs=0.03)
