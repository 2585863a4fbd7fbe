"""Policy signals on small panels where the answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from watchlist.signals import REGISTRY, Events, Panel
from watchlist.signals.analogue import analogues
from watchlist.signals.chance import noise_panel
from watchlist.study import event_study


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
    )


def planted(jump: float, drift: float) -> Panel:
    """A panel whose symbol 0 jumps on row 300 and drifts for five sessions."""
    panel = noise_panel(420, 3, seed=11)
    panel.ret[300, 0] += jump
    panel.ret[301:306, 0] += drift
    return with_events(panel, [(0, 0, 300, True), (0, 1, 300, False)], ["equity-stake"])


def studied(panel: Panel, day0: int, symbols: list[str]) -> pl.DataFrame:
    """The event study of one event by itself: abnormal returns of its days."""
    market = panel.returns.symbols[len(panel.symbols)]
    events = pl.DataFrame({"event_id": ["e"] * len(symbols), "symbol": symbols}).with_columns(
        day0=panel.sessions[day0].item()
    )
    design = replace(panel.design, factors=(market,), windows=((0, 60),), chart=(0, 60))
    return event_study(panel.returns, events, design).abnormal_returns


def test_drift_is_the_study_s_car_and_is_ranked_among_placebos() -> None:
    panel = planted(0.5, 0.0)
    found = REGISTRY["post_event_drift"].measure(panel)
    assert found.percentile is not None
    ar = studied(panel, 300, ["S0"])["ar"].to_numpy()
    np.testing.assert_allclose(found.value[300:361, 0], ar.cumsum(), rtol=1e-9)
    ranks = found.percentile(slice(299, 304))
    assert ranks[4, 0] == 1.0
    assert np.isnan(ranks[0, 0])
    assert np.isnan(found.value[299, 0])
    assert np.isnan(found.value[361, 0])


def test_the_placebo_rank_of_drift_counts_earlier_stretches_of_the_same_length() -> None:
    panel = planted(0.02, 0.0)
    found = REGISTRY["post_event_drift"].measure(panel)
    assert found.percentile is not None
    since = 5
    earlier = []
    for day0 in range(300 - 250 - since, 300 - since):
        if day0 < 70:  # too young to be estimated
            continue
        start = with_events(panel, [(0, 0, day0, True)], ["loan"])
        earlier.append(start.reactions.scar[0, since])
    rank = np.mean(np.array(earlier) < found.z[305, 0])
    assert len(earlier) > 200
    assert 0.0 < rank < 1.0
    assert found.percentile(slice(305, 306))[0, 0] == pytest.approx(rank)


def test_share_kept_is_the_move_over_its_first_day() -> None:
    panel = planted(0.5, -0.1)
    found = REGISTRY["move_kept"].measure(panel).value
    ar = studied(panel, 300, ["S0"])["ar"].to_numpy()
    assert found[305, 0] == pytest.approx(ar[:6].sum() / ar[0])
    assert np.isnan(found[300, 0])


def test_sympathy_is_the_exposed_symbols_own_reaction() -> None:
    panel = planted(0.5, 0.0)
    found = REGISTRY["sympathy"].measure(panel).value
    assert found[300, 1] == pytest.approx(panel.abnormal.sar[300, 1], rel=1e-12)
    assert np.isfinite(found).sum() == 1


def weeks(panel: Panel) -> tuple[list[int], list[int], list[float]]:
    """Day 0, column and CAR[1, 5] of each pair."""
    found = panel.reactions
    return found.day0.tolist(), found.column.tolist(), found.effect.tolist()


def test_the_effect_is_the_study_s_week_and_is_measured_whole_or_not_at_all() -> None:
    panel = planted(0.0, 0.03)
    ar = studied(panel, 300, ["S0"])["ar"].to_numpy()
    assert panel.reactions.effect[0] == pytest.approx(ar[1:6].sum())
    panel.ret[303, 0] = np.nan
    gap = replace(panel, ret=panel.ret)
    assert np.isnan(gap.reactions.effect[0])
    assert np.isfinite(gap.reactions.car[0]).all()
    assert np.isnan(planted(0.0, 0.0).upto(304).reactions.effect[0])


def test_analogue_uses_only_windows_that_have_ended_and_shrinks_toward_the_group() -> None:
    panel = noise_panel(700, 4, seed=5)
    days = [200, 230, 260, 290, 320, 350, 380]
    pairs = []
    for event, day in enumerate(days):
        panel.ret[day + 1 : day + 6, 0] += 0.06
        pairs += [(event, 0, day, True), (event, 1, day, True)]
    panel = with_events(panel, pairs, ["loan"] * len(days))
    found = {(a.day0, a.column): a for a in analogues(panel.reactions)}
    last = found[380, 0]
    assert (last.own, last.group, last.dates) == (6, 12, 6)
    effects = {(r, c): e for r, c, e in zip(*weeks(panel), strict=True)}
    own = np.mean([effects[d, 0] for d in days[:-1]])
    group = np.mean([(effects[d, 0] + effects[d, 1]) / 2 for d in days[:-1]])
    assert own > 0.15
    assert group + 0.01 < last.mean < own - 0.001
    assert (200, 0) not in found
    moved = panel.ret.copy()
    moved[381:, :] += 0.1
    later = replace(panel, ret=moved)
    assert {(a.day0, a.column): a for a in analogues(later.reactions)}[380, 0] == last


def test_event_ahead_counts_weekdays_from_the_day_the_schedule_was_public() -> None:
    panel = noise_panel(100, 2, seed=1)
    base = with_events(panel, [(0, 0, 80, False)], ["deadline"])
    known = base.events.known_on.copy()
    known[0] = panel.sessions[70]
    scheduled = replace(base, events=replace(base.events, known_on=known))
    value = REGISTRY["event_ahead"].measure(scheduled).value[:, 0]
    assert np.isnan(value[69])
    assert value[70] == 10
    assert value[79] == 1
    assert np.isnan(value[80])
    assert np.isnan(REGISTRY["event_ahead"].measure(base).value).all()
