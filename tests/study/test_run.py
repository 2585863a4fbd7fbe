"""The whole study: tables as the store has them, reasons for everything that is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose
from polars.testing import assert_frame_equal

import watchlist
from tests.study.market import FIRMS, events_on, frame, market
from watchlist.errors import StudyError
from watchlist.study import TESTS, StudyDesign, event_study
from watchlist.study.controls import basket

DESIGN = StudyDesign(windows=((0, 0), (-1, 3)), chart=(-2, 4), placebo_days=50, draws=199)
SECTORS = dict.fromkeys(FIRMS, "FUND")


def test_tables_have_the_columns_of_the_store() -> None:
    panel = market()
    design = replace(DESIGN, model="factors", factors=("SPY", "sector"))
    events = events_on(panel, {"early": 20, "a": 200, "b": 300})
    result = event_study(panel, events, design, sectors=SECTORS)
    con = duckdb.connect()
    con.execute("CREATE SCHEMA base")
    sql = Path(watchlist.__file__).parent / "store" / "migrations" / "003_study.sql"
    con.execute(sql.read_text(encoding="utf-8"))
    for name, table in result.tables.items():
        columns = con.sql(f"FROM base.{name}").columns
        assert ["study_id", *table.columns] == columns, name
        assert table.height, name
        con.register("made", table.insert_column(0, pl.lit(1).alias("study_id")))
        con.execute(f"INSERT INTO base.{name} BY NAME FROM made")  # NOT NULLs and types hold
        con.unregister("made")


def test_days_outside_the_panel_have_no_row() -> None:
    panel = market()
    last = len(panel.sessions) - 1
    events = events_on(panel, {"late": last - 1, "whole": 200}, FIRMS[:2])
    result = event_study(panel, events, DESIGN)
    days = dict(result.abnormal_returns.group_by("event_id").agg("day").iter_rows())
    assert days == {"late": [-2, -1, 0, 1] * 2, "whole": [-2, -1, 0, 1, 2, 3, 4] * 2}
    late = result.abnormal_returns.filter(event_id="late", symbol=FIRMS[0])
    assert late["session"].to_list() == panel.sessions[last - 3 :].tolist()


def test_no_nan_reaches_a_table() -> None:
    panel = market(missing=0.05)
    late = len(panel.sessions) - 1
    result = event_study(panel, events_on(panel, {"a": 200, "late": late}), DESIGN, tests="all")
    for name, table in result.tables.items():
        for column in table.select(pl.col(pl.Float64)):
            assert not column.is_nan().any(), (name, column.name)
    # every p that is missing says why
    silent = result.tests.filter(pl.col("p").is_null() & pl.col("warning").is_null())
    assert silent.is_empty()
    unranked = result.effects.filter(pl.col("placebo_p").is_null() & pl.col("note").is_null())
    assert unranked.is_empty()


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"symbol": "ZZZ"}, "no-bars", "no returns of ZZZ at all"),
        ({"day0": None}, "no-day0", "no session is known"),
        ({"day0": date(2040, 1, 2)}, "not-yet", "day 0 is 2040-01-02"),
        ({"day0": date(2010, 9, 23)}, "short-estimation", "the returns here begin on 2022-01-03"),
        ({"day0": date(2022, 2, 1)}, "short-estimation", "11 usable estimation rows"),
    ],
    ids=["unknown symbol", "no session", "future", "before the panel", "too early"],
)
def test_drops_have_reasons(change: dict[str, Any], code: str, reason: str) -> None:
    panel = market()
    events = events_on(panel, {"a": 200}, FIRMS[:1])
    column, value = next(iter(change.items()))
    literal = pl.lit(value, dtype=events.schema[column])
    result = event_study(panel, events.with_columns(literal.alias(column)), DESIGN)
    drop = result.drops.row(0, named=True)
    assert (drop["code"], result.fits.height) == (code, 0)
    assert reason in drop["reason"]
    assert "1 pairs are not in the study" in result.warnings[0]


def test_a_missing_sector_and_a_silent_event_are_dropped_with_reason() -> None:
    panel = market()
    returns = panel.returns.copy()
    returns[295:320, 1] = np.nan
    panel = replace(panel, returns=returns)
    design = replace(DESIGN, model="factors", factors=("SPY", "sector"))
    sectors = dict.fromkeys(FIRMS[1:], "FUND")
    result = event_study(panel, events_on(panel, {"a": 300}), design, sectors=sectors)
    reasons = dict(result.drops.select("symbol", "reason").iter_rows())
    assert reasons["AAA"] == "no sector factor is known for AAA"
    assert "no return of it or of its factors on days -1 to 3" in reasons["BBB"]


def test_frames_that_lack_something_are_refused() -> None:
    panel = market()
    events = events_on(panel, {"a": 200})
    with pytest.raises(StudyError, match="no column 'day0'") as caught:
        event_study(panel, events.rename({"day0": "day_0"}), DESIGN)
    assert "day_0" in str(caught.value)
    with pytest.raises(StudyError, match="names AAA twice"):
        event_study(panel, pl.concat([events, events]), DESIGN)
    with pytest.raises(StudyError, match="no returns of 'SPX'"):
        event_study(panel, events, replace(DESIGN, factors=("SPX",)))
    long = frame(panel)
    with pytest.raises(StudyError, match="no column 'ret'"):
        event_study(long.drop("ret"), events, DESIGN)
    with pytest.raises(StudyError, match="two returns on"):
        event_study(pl.concat([long, long.head(1)]), events, DESIGN)
    with pytest.raises(StudyError, match="no test 'patel'"):
        event_study(panel, events, DESIGN, tests=("patel",))
    with pytest.raises(StudyError, match="no scope 'categroy'"):
        event_study(panel, events, DESIGN, scopes=("categroy",))
    with pytest.raises(StudyError, match="trade_ret and gap"):
        event_study(long, events, replace(DESIGN, model="trade-to-trade"))
    volume = replace(DESIGN, subject="volume", model="constant-mean", factors=())
    with pytest.raises(StudyError, match="dollar_volume"):
        event_study(long, events, volume)


def test_groups_and_headlines() -> None:
    panel = market()
    result = event_study(panel, events_on(panel, {"a": 200, "b": 301, "c": 250}), DESIGN)
    heads = result.tests.filter("headline").select("scope", "test").unique()
    of_event = set(heads.filter(scope="event")["test"])
    over_dates = set(heads.filter(pl.col("scope") != "event")["test"])
    assert of_event == {"kp", "placebo"}
    assert over_dates >= {"ibragimov-mueller", "sign-flip"}
    groups = set(result.tests.select("scope", "value").iter_rows())
    assert {
        ("mineral", "lithium"),
        ("mineral", "copper"),
        ("relation", "named − exposed"),
    } <= groups
    assert not any(value == "None" for _, value in groups)


def test_a_security_counts_once_a_date() -> None:
    panel = market()
    result = event_study(panel, events_on(panel, {"a": 200, "same": 200}), DESIGN, scopes=("all",))
    assert set(result.tests["n"]) == {5}


def test_all_tests_are_there_with_their_warnings() -> None:
    panel = market(correlation=0.5)
    result = event_study(
        panel, events_on(panel, {"a": 200}), DESIGN, tests="all", scopes=("event",)
    )
    rows = {row["test"]: row for row in result.tests.filter(first_day=0).iter_rows(named=True)}
    assert set(rows) == {*TESTS, "placebo"}
    assert "firms share event dates" in rows["bmp"]["warning"]
    assert "firms share event dates" not in (rows["kp"]["warning"] or "")
    assert rows["kp"]["r_bar"] > 0.2


def test_signs_warn_where_quiet_days_are_lopsided() -> None:
    panel = market(correlation=0.0)
    returns = panel.returns.copy()
    returns[:, :5] = returns[:, 6:7] + np.exp(returns[:, :5] / 0.02) / 100
    lopsided = replace(panel, returns=returns)
    many = {f"e{row}": row for row in range(150, 400, 6)}
    for made, warned in ((lopsided, True), (panel, False)):
        result = event_study(made, events_on(made, many), DESIGN, tests=("sign",), scopes=("all",))
        text = result.tests.filter(test="sign", first_day=0)["warning"].item() or ""
        assert ("% of quiet days are positive" in text) is warned


def test_the_event_that_moves_its_fund_is_named() -> None:
    panel = market()
    returns = panel.returns.copy()
    returns[300, 5] += 0.1
    panel = replace(panel, returns=returns)
    design = replace(DESIGN, model="factors", factors=("SPY", "sector"))
    events = events_on(panel, {"moved": 300, "quiet": 350})
    result = event_study(panel, events, design, sectors=SECTORS)
    moved, quiet = result.factors.sort("event_id").iter_rows(named=True)
    assert moved["treated"]
    assert moved["placebo_p"] == moved["placebo_floor"]
    assert "the event moved it" in moved["why"]
    assert not quiet["treated"]


def test_peers_leave_out_the_firm_and_on_request_all_targets() -> None:
    panel = market()
    design = replace(DESIGN, model="factors", factors=("SPY", "peers"))
    events = events_on(panel, {"a": 300}, FIRMS[:2])
    peers = {firm: [other for other in FIRMS if other != firm] for firm in FIRMS}
    plain = event_study(panel, events, design, peers=peers).fits
    assert plain["factors"].to_list() == [
        ["SPY", "peers:BBB+CCC+DDD+EEE"],
        ["SPY", "peers:AAA+CCC+DDD+EEE"],
    ]
    bare = replace(design, peers_without_targets=True)
    assert (
        event_study(panel, events, bare, peers=peers).fits["factors"].to_list()
        == [["SPY", "peers:CCC+DDD+EEE"]] * 2
    )
    crowd = event_study(panel, events_on(panel, {"a": 300}), bare, peers=peers)
    assert set(crowd.drops["reason"]) == {
        f"no peer of {firm} is left for its basket" for firm in FIRMS
    }
    assert_allclose(basket(panel, ["CCC", "DDD"]), panel.returns[:, 2:4].mean(axis=1))


MODELS = [
    {"model": "constant-mean", "factors": ()},
    {"model": "market-adjusted"},
    {"model": "scholes-williams"},
    {"model": "dimson", "lags": 2},
    {"model": "trade-to-trade"},
    {"model": "synthetic-control", "factors": ()},
    {"model": "garch"},
    {"subject": "volume", "factors": ("market-volume",)},
    {"subject": "volume", "model": "constant-mean", "factors": ()},
    {"subject": "volatility"},
    {"returns": "log"},
]


@pytest.mark.parametrize("fields", MODELS, ids=lambda fields: "-".join(map(str, fields.values())))
def test_every_model_finds_a_planted_effect(fields: dict[str, Any]) -> None:
    panel = market(seed=21)
    returns, volume = panel.returns.copy(), panel.dollar_volume.copy()
    returns[300, 0] += 0.4
    volume[300, 0] *= 100
    panel = replace(panel, returns=returns, trade_returns=returns, dollar_volume=volume)
    events = events_on(panel, {"a": 300}, FIRMS[:1])
    peers = {"AAA": FIRMS[1:]}
    result = event_study(panel, events, replace(DESIGN, **fields), peers=peers)
    row = result.effects.filter(first_day=0).row(0, named=True)
    assert row["scar"] > 6
    effect = np.log(100) if fields.get("subject") == "volume" else 0.4
    assert row["car"] == pytest.approx(effect, abs=0.35 * effect)
    if row["placebo_p"] is None:
        assert "too slow to be fitted to every day" in row["note"]
    else:
        assert row["placebo_p"] == row["placebo_floor"]


def test_excess_returns_over_a_factor_table() -> None:
    panel = market()
    table = pl.DataFrame(
        {
            "session": panel.sessions,
            "mkt_rf": panel.returns[:, 6] - 0.0002,
            "rf": np.full(len(panel.sessions), 0.0002),
        }
    )
    events = events_on(panel, {"a": 300})
    plain = event_study(frame(panel), events, DESIGN)
    design = replace(DESIGN, factors=("mkt_rf",), risk_free="rf")
    capm = event_study(frame(panel), events, design, factors=table)
    # a constant risk-free rate moves alpha only
    assert_allclose(capm.effects["car"], plain.effects["car"], atol=1e-12)
    assert_allclose(capm.fits["sigma"], plain.fits["sigma"], rtol=1e-9)


def test_singles_are_made_on_request() -> None:
    panel = market()
    events = events_on(panel, {"a": 300}, FIRMS[:2])
    assert event_study(panel, events, DESIGN).singles.is_empty()
    singles = event_study(panel, events, DESIGN, singles=True).singles
    assert set(singles["test"]) == {"estimation-t", "sq", "permutation", "conformal"}
    assert singles.height == 2 * 2 * 4
    t = singles.filter(test="estimation-t")
    assert (t["low"] < t["high"]).all()


def test_days_are_tested_on_request() -> None:
    panel = market()
    events = events_on(panel, {"a": 200, "late": len(panel.sessions) - 3})
    assert event_study(panel, events, DESIGN).days.is_empty()
    result = event_study(panel, events, DESIGN, tests="all", scopes=("event",), days=True)
    # the chart's seven days, of which the late event has five
    assert result.days.height == len(TESTS) * (7 + 5)
    columns = ["value", "test", "n", "estimate", "statistic", "p", "r_bar"]
    exact = (pl.col("first_day") == 0) & ~pl.col("test").is_in(["corrado", "corrado-zivney"])
    day_0 = result.days.filter(exact).select(columns).sort("value", "test")
    window = result.tests.filter(exact, pl.col("last_day") == 0, pl.col("test") != "placebo")
    assert_frame_equal(day_0, window.select(columns).sort("value", "test"), rel_tol=1e-9)
    ranked = result.days.filter(pl.col("test") == "corrado")
    assert ranked["p"].is_not_null().all()
