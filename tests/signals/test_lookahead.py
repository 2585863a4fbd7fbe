"""No signal looks ahead: every registered one is cut at random sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.signals.lookahead import first_change
from watchlist.signals import REGISTRY, Measured, Panel, Signal
from watchlist.signals.chance import noise_panel
from watchlist.signals.states import states

WHOLE = noise_panel(900, 6, seed=99, events=120, categories=2, missing=0.03)


@pytest.fixture(params=list(REGISTRY), ids=lambda signal: signal.name)
def signal(request: pytest.FixtureRequest) -> Signal:
    chosen: Signal = request.param
    return chosen


def test_no_earlier_value_changes_after_a_cut(signal: Signal) -> None:
    rows = np.random.default_rng(sum(map(ord, signal.name))).integers(300, 900, 12)
    assert first_change(signal, WHOLE, [WHOLE.upto(int(row)) for row in rows]) is None
    assert np.isfinite(signal.measure(WHOLE).value).sum() > 5


def test_states_do_not_look_ahead_either(signal: Signal) -> None:
    whole = states(signal.measure(WHOLE), signal.rule)
    for row in (431, 777):
        part = states(signal.measure(WHOLE.upto(row)), signal.rule)
        np.testing.assert_array_equal(part, whole[:row])


def test_speaks_from_its_minimum_history_on(signal: Signal) -> None:
    # days 0 and 1 of a symbol's own events are masked, and would put the first estimate off
    full = noise_panel(420, 3, seed=4, events=200 if signal.of_events else 0, categories=1)
    measured = signal.measure(full)
    spoken = measured.value if signal.rule.on == "value" else measured.z
    first = int(np.flatnonzero(np.isfinite(spoken).any(axis=1))[0]) + 1
    if signal.of_events and signal.minimum_history > 1:  # the first event may come later
        assert signal.minimum_history <= first <= signal.minimum_history + 60
    elif signal.name != "event_ahead":
        assert first == signal.minimum_history


@pytest.mark.parametrize("sessions", [1, 2, 10, 11, 12])
def test_a_young_panel_has_all_its_sessions(signal: Signal, sessions: int) -> None:
    measured = signal.measure(noise_panel(sessions, 3, seed=4))
    assert measured.value.shape == measured.z.shape == (sessions, 3)


def peek(panel: Panel) -> Measured:
    value = np.full(panel.shape, np.nan)
    value[:-1] = panel.ret[1:]
    return Measured(value, value)


def whole_sample_mean(panel: Panel) -> Measured:
    value = panel.ret - np.nanmean(panel.ret, axis=0)
    return Measured(value, value)


@pytest.mark.parametrize("cheat", [peek, whole_sample_mean])
def test_a_signal_that_looks_ahead_is_found(cheat: Callable[[Panel], Measured]) -> None:
    dishonest = replace(next(iter(REGISTRY)), name="cheat", function=cheat)
    found = first_change(dishonest, WHOLE, [WHOLE.upto(318)])
    assert found is not None
    assert "value" in found


def test_events_are_not_seen_before_day_0_nor_schedules_before_they_were_public() -> None:
    events = WHOLE.events
    last = WHOLE.sessions[499]
    cut = WHOLE.upto(500).events
    seen = set(cut.pair_event.tolist())
    for event, day0 in zip(events.pair_event, events.pair_day0, strict=True):
        public = day0 < 500 or events.known_on[event] <= last
        assert (event in seen) == public
