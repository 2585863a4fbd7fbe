"""What must hold whatever the data: scale, order, constants, recurrence, missing rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from polars.testing import assert_frame_equal

from tests.study.market import FIRMS, events_on, frame, market
from watchlist.study import StudyDesign, StudyResult, event_study
from watchlist.study.ranks import ranks

DESIGN = StudyDesign(
    windows=((0, 0), (-1, 3)), chart=(-2, 4), placebo_days=50, draws=199, overlap="keep"
)
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
SEEDS = st.integers(0, 1000)


def study(panel: object, events: pl.DataFrame, design: StudyDesign = DESIGN) -> StudyResult:
    return event_study(panel, events, design, tests="all", sectors=dict.fromkeys(FIRMS, "FUND"))


def same(a: pl.DataFrame, b: pl.DataFrame, scaled: tuple[str, ...] = (), by: float = 1.0) -> None:
    b = b.with_columns(pl.col(list(scaled)) / by) if scaled else b
    assert_frame_equal(a, b, rel_tol=1e-7, abs_tol=1e-10)


@FEW
@given(seed=SEEDS, scale=st.sampled_from([0.01, 3.0, 100.0]))
def test_units_do_not_matter(seed: int, scale: float) -> None:
    """Returns in percent give the same tests; effects scale with them."""
    panel = market(seed=seed)
    events = events_on(panel, {"one": 200, "two": 300})
    plain = study(panel, events)
    scaled = study(replace(panel, returns=panel.returns * scale), events)
    same(
        plain.effects.drop("ret", "bhar"),
        scaled.effects.drop("ret", "bhar"),
        ("car", "se", "mde"),
        scale,
    )
    same(
        plain.tests.drop("statistic"),
        scaled.tests.drop("statistic"),
        ("estimate", "se", "mde"),
        scale,
    )


@FEW
@given(seed=SEEDS, shuffle=st.randoms(use_true_random=False))
def test_order_does_not_matter(seed: int, shuffle: object) -> None:
    panel = market(seed=seed)
    events = events_on(panel, {"one": 200, "two": 300, "three": 301})
    order = list(range(len(events)))
    shuffle.shuffle(order)
    columns = list(range(len(panel.symbols)))
    shuffle.shuffle(columns)
    mixed = replace(
        panel,
        symbols=tuple(panel.symbols[c] for c in columns),
        returns=panel.returns[:, columns],
        volume=None,
        dollar_volume=None,
        trade_returns=None,
        gaps=None,
    )
    plain = study(replace(panel, volume=None, dollar_volume=None), events)
    shuffled = study(mixed, events[order])
    same(plain.effects.drop("p_romano_wolf"), shuffled.effects.drop("p_romano_wolf"))
    keys = ["scope", "value", "first_day", "last_day", "test"]
    drawn = pl.col("test") != "wild-bootstrap"
    exact = drawn & ~((pl.col("test") == "placebo") & (pl.col("scope") != "event"))
    same(plain.tests.filter(exact).sort(keys), shuffled.tests.filter(exact).sort(keys))


@FEW
@given(seed=SEEDS, constant=st.floats(-0.01, 0.01))
def test_a_constant_added_to_all_returns_changes_no_abnormal_return(
    seed: int, constant: float
) -> None:
    panel = market(seed=seed)
    events = events_on(panel, {"one": 250})
    lifted = replace(panel, returns=panel.returns + constant)
    columns = ["event_id", "symbol", "first_day", "car", "se", "scar", "placebo_p"]
    same(
        study(panel, events).effects.select(columns), study(lifted, events).effects.select(columns)
    )


@FEW
@given(seed=SEEDS, days=st.lists(st.integers(150, 380), min_size=2, max_size=5, unique=True))
def test_a_firm_that_recurs_is_studied_once_an_event(seed: int, days: list[int]) -> None:
    """No join multiplies pairs: n is firms x dates, and each pair is as if it were alone."""
    panel = market(seed=seed)
    events = events_on(panel, {f"e{day}": day for day in days})
    together = study(panel, events)
    assert together.fits.height == len(days) * len(FIRMS)
    assert together.effects.height == together.fits.height * 2
    pooled = together.tests.filter(scope="all", test="kp", first_day=0, last_day=0)
    assert pooled["n"].to_list() == [len(days) * len(FIRMS)]
    for day in days:
        alone = study(panel, events_on(panel, {f"e{day}": day}))
        columns = ["symbol", "first_day", "car", "se", "scar"]
        same(
            together.effects.filter(event_id=f"e{day}").select(columns),
            alone.effects.select(columns),
        )


@FEW
@given(seed=SEEDS)
def test_missing_rows_are_left_out_not_filled(seed: int) -> None:
    panel = market(seed=seed, missing=0.1)
    result = study(panel, events_on(panel, {"one": 200, "two": 300}))
    filled = replace(panel, returns=np.nan_to_num(panel.returns))
    assert (result.fits["observations"] < 120).all()
    assert not np.allclose(
        result.fits["sigma"],
        study(filled, events_on(panel, {"one": 200, "two": 300})).fits["sigma"],
    )
    for row in result.fits.iter_rows(named=True):
        at = int(np.flatnonzero(panel.sessions == np.datetime64(row["day0"]))[0])
        y = panel.returns[at - 130 : at - 10, panel.column(row["symbol"])]
        assert row["observations"] == np.isfinite(y).sum()
        assert row["note"] == f"{np.isnan(y).sum()} of 120 estimation rows have no return"


def test_a_frame_and_a_panel_are_the_same_study() -> None:
    panel = market(missing=0.02)
    events = events_on(panel, {"one": 200, "two": 300})
    bare = replace(panel, volume=None, dollar_volume=None, trade_returns=None, gaps=None)
    by_name = study(frame(bare).sample(fraction=1.0, shuffle=True, seed=1), events)
    same(study(bare, events).effects.drop("p_romano_wolf"), by_name.effects.drop("p_romano_wolf"))


def test_equal_runs_are_equal_to_the_bit() -> None:
    panel = market()
    events = events_on(panel, {"one": 200, "two": 300})
    first, second = study(panel, events), study(panel, events)
    for name, table in first.tables.items():
        assert_frame_equal(table, second.tables[name], rel_tol=0, abs_tol=0)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20))
def test_ranks_average_ties(values: list[int]) -> None:
    from scipy.stats import rankdata

    given_values = np.array([values, values], dtype=float)
    given_values[1, 0] = np.nan
    got = ranks(given_values)
    assert_allclose(got[0], rankdata(values))
    assert np.isnan(got[1, 0])
    assert_allclose(got[1, 1:], rankdata(values[1:]) if len(values) > 1 else [])
