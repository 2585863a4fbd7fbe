"""Policy signals on small panels where the answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from watchlist.signals import REGISTRY, Events, Panel
from watchlist.signals.analogue import analogues
from watchlist.signals.noise import noise_panel
from watchlist.signals.pairs import pairs as pairs_of
from watchlist.signals.policy import kept_after
from watchlist.signals.regression import model


def with_events(panel: Panel, pairs: list[tuple[int, int, int, bool]], kinds: list[str]) -> Panel:
    """Pairs of (event, column, day 0, named)."""
    event, column, day0, named = (np.array(x) for x in zip(*pairs, strict=True))
    number = len(kinds)
    dates = panel.sessions[[next(p[2] for p in pairs if p[0] == e) for e in range(number)]]
    return replace(
        panel,
        events=Events(
            event_ids=tuple(f"e{i}" for i in range(number)),
            categories=tuple(kinds),
            announced_on=dates,
            known_on=np.full(number, np.datetime64("NaT"), "datetime64[D]"),
            pair_event=event,
            pair_column=column,
            pair_named=named,
            pair_day0=day0,
        ),
        _memory={},
    )


def planted(jump: float, drift: float) -> Panel:
    """A panel whose symbol 0 jumps on row 300 and drifts for five sessions."""
    panel = noise_panel(420, 3, seed=11)
    panel.ret[300, 0] += jump
    panel.ret[301:306, 0] += drift
    return with_events(panel, [(0, 0, 300, True), (0, 1, 300, False)], ["equity-stake"])


def test_drift_adds_up_abnormal_returns_from_day_0_and_is_ranked_among_placebos() -> None:
    panel = planted(0.5, 0.0)
    found = REGISTRY["post_event_drift"].measure(panel)
    assert found.percentile is not None
    expected = model(panel).excess[300:304, 0].sum()
    assert found.value[303, 0] == pytest.approx(expected)
    assert found.percentile(slice(303, 304))[0, 0] == 1.0
    assert np.isnan(found.value[299, 0])
    assert np.isnan(found.value[361, 0])


def test_share_kept_is_the_move_over_its_first_day() -> None:
    panel = planted(0.5, -0.1)
    found = REGISTRY["move_kept"].measure(panel).value
    excess = model(panel).excess[:, 0]
    assert found[305, 0] == pytest.approx(excess[300:306].sum() / excess[300])
    assert np.isnan(found[300, 0])
    [(event, column, share)] = kept_after(panel, 5)
    assert (event, column) == (0, 0)
    assert share == found[305, 0]


def test_sympathy_is_the_exposed_symbols_own_reaction() -> None:
    panel = planted(0.5, 0.0)
    found = REGISTRY["sympathy"].measure(panel).value
    assert found[300, 1] == model(panel).sar[300, 1]
    assert np.isfinite(found).sum() == 1


def test_analogue_uses_only_windows_that_have_ended_and_shrinks_toward_the_group() -> None:
    panel = noise_panel(700, 4, seed=5)
    days = [200, 230, 260, 290, 320, 350, 380]
    pairs = []
    for event, day in enumerate(days):
        panel.ret[day + 1 : day + 6, 0] += 0.06
        pairs += [(event, 0, day, True), (event, 1, day, True)]
    panel = with_events(panel, pairs, ["loan"] * len(days))
    found = {(a.day0, a.column): a for a in analogues(pairs_of(panel))}
    last = found[380, 0]
    assert (last.own, last.group, last.dates) == (6, 12, 6)
    excess = model(panel).excess
    own = np.mean([excess[d + 1 : d + 6, 0].sum() for d in days[:-1]])
    group = np.mean([excess[d + 1 : d + 6, :2].sum(axis=0).mean() for d in days[:-1]])
    assert group + 0.01 < last.mean < own - 0.001
    assert (200, 0) not in found
    moved = panel.ret.copy()
    moved[381:, :] += 0.1
    later = replace(panel, ret=moved, _memory={})
    assert {(a.day0, a.column): a for a in analogues(pairs_of(later))}[380, 0] == last


def test_event_ahead_counts_weekdays_from_the_day_the_schedule_was_public() -> None:
    panel = noise_panel(100, 2, seed=1)
    base = with_events(panel, [(0, 0, 80, False)], ["deadline"])
    known = base.events.known_on.copy()
    known[0] = panel.sessions[70]
    scheduled = replace(base, events=replace(base.events, known_on=known), _memory={})
    value = REGISTRY["event_ahead"].measure(scheduled).value[:, 0]
    assert np.isnan(value[69])
    assert value[70] == 10
    assert value[79] == 1
    assert np.isnan(value[80])
    assert np.isnan(REGISTRY["event_ahead"].measure(base).value).all()
