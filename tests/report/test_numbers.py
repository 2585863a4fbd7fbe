"""Numbers of the pages, worked out again from the bars and from the study's own tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.report.small_store import AS_OF, EVENTS, build
from tests.report.test_daily import daily, page
from tests.stores import DEMO_ON
from watchlist import store
from watchlist.charts.study import monte_carlo_margin
from watchlist.project import Project
from watchlist.report.facts import Facts, read_facts


@pytest.fixture(scope="module")
def small() -> duckdb.DuckDBPyConnection:
    return build(calibrated=True)


@pytest.fixture
def demo(demo_project: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    with store.connect(demo_project) as con:
        yield con


def facts(con: duckdb.DuckDBPyConnection, as_of: date) -> Facts:
    return read_facts(con, as_of, chart_days=550)


def columns(con: duckdb.DuckDBPyConnection, sql: str, **given: Any) -> dict[str, Any]:
    return con.execute(sql, given or None).fetchnumpy()


def test_volume_is_over_the_median_of_sixty_sessions(small: duckdb.DuckDBPyConnection) -> None:
    """Of an even number of volumes the median lies between the middle two."""
    volumes = columns(small, "SELECT volume FROM bars WHERE symbol = 'MP' ORDER BY session")
    *before, last = volumes["volume"].tolist()
    usual = np.median(before[-60:])
    assert usual not in before

    move = next(row for row in facts(small, AS_OF).moves if row["symbol"] == "MP")

    assert move["volume"] == last
    assert move["volume_ratio"] == pytest.approx(last / usual, rel=1e-14)


@pytest.mark.parametrize(("since", "known"), [("2025-12-19", True), ("2025-12-22", False)])
def test_fewer_than_thirty_volumes_give_no_ratio(since: str, known: bool) -> None:
    con = build()
    con.execute(
        "UPDATE base.bars SET volume = NULL WHERE security_id = 0 AND session < $s::DATE",
        {"s": since},
    )
    move = next(row for row in facts(con, AS_OF).moves if row["symbol"] == "MP")
    assert move["volume"] is not None
    assert (move["volume_ratio"] is not None) == known


def test_volume_of_mp_on_the_day_of_its_stake(real_project: Project) -> None:
    with store.connect(real_project) as con:
        rows = con.sql(
            "SELECT larger, others, volume_ratio FROM session_moves(DATE '2025-07-10') "
            "WHERE symbol = 'MP'"
        ).fetchall()
    assert rows == [(0, 1162, pytest.approx(10.2751, abs=5e-5))]


def test_rarity_is_the_rank_among_all_sessions_before(demo: duckdb.DuckDBPyConnection) -> None:
    for move in facts(demo, DEMO_ON).moves[:6]:
        found = columns(
            demo,
            "SELECT session, ret FROM returns WHERE symbol = $s AND ret IS NOT NULL "
            "ORDER BY session",
            s=move["symbol"],
        )
        *before, last = np.abs(found["ret"])
        assert move["rarity"] == {
            "larger": sum(size >= last for size in before),
            "others": len(before),
            "next_largest": max(before),
        }


def test_a_look_back_ranks_among_what_was_known(small: duckdb.DuckDBPyConnection) -> None:
    then = date(2025, 10, 7)
    move = next(row for row in facts(small, then).moves if row["symbol"] == "TMQ")

    assert move["rarity"] is not None
    assert move["rarity"]["larger"] == 0
    past = columns(
        small,
        "SELECT ret FROM returns WHERE symbol = 'TMQ' AND session < $d AND ret IS NOT NULL",
        d=then,
    )
    assert move["rarity"]["others"] == len(past["ret"])


def test_abnormal_returns_of_all_sections_are_those_of_the_view(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    rows = demo.execute("FROM session_abnormal WHERE session = $d", {"d": DEMO_ON})
    names = [column[0] for column in rows.description or []]
    view = {row[0]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}
    treated = {
        factor
        for (factor,) in demo.execute(
            "SELECT f.factor FROM study_factors AS f JOIN studies AS s USING (study_id) "
            "JOIN event_days AS d USING (event_id) WHERE s.latest AND f.treated AND d.day0 = $d",
            {"d": DEMO_ON},
        ).fetchall()
    }
    assert treated
    for move in facts(demo, DEMO_ON).moves:
        own = view.get(move["symbol"])
        if own is None:
            assert move["abnormal"] is None
            continue
        assert move["abnormal_market"] is None or move["abnormal_market"]["ar"] == own["ar_market"]
        lead = move["abnormal"]
        assert lead is not None
        moved = own["sector"] in treated
        assert moved == (move["moved_factor"] is not None)
        series = "market" if own["ar_sector"] is None or moved else "sector"
        assert (lead["ar"], lead["sar"]) == (own[f"ar_{series}"], own[f"sar_{series}"])


def test_the_market_leads_where_the_event_moved_the_sector_fund(tmp_path: Path) -> None:
    con = build()
    usual = {row["symbol"]: row for row in daily(con)["watchlist"]}
    con.execute(
        "INSERT INTO base.study_factors BY NAME SELECT 1 AS study_id, 'fresh' AS event_id, "
        "'REMX' AS factor, 0.08 AS ar, 5.0 AS sar, true AS treated, 'REMX was moved' AS why"
    )
    report = daily(con)

    for row in report["watchlist"]:
        before = usual[row["symbol"]]
        assert before["abnormal"] == before["abnormal_sector"] != before["abnormal_market"]
        assert row["abnormal"] == row["abnormal_market"] == before["abnormal_market"]
        assert row["moved_factor"] == {
            "event_id": "fresh",
            "factor": "REMX",
            "why": "REMX was moved",
        }
    assert "points beyond the market;" in report["headlines"][0]["text"]
    html = page(report, tmp_path)
    assert "are measured against the market only: REMX was moved." in html
    assert html.count("market only</span>") == 4


def test_paths_add_up_from_the_first_day_of_the_band(
    demo: duckdb.DuckDBPyConnection, small: duckdb.DuckDBPyConnection
) -> None:
    checked = 0
    for con, as_of, every in ((demo, DEMO_ON, 9), (small, AS_OF, 1)):
        found = facts(con, as_of)
        assert found.headline is not None
        for event_id, paths in list(found.paths.items())[::every]:
            for path in paths:
                own = columns(
                    con,
                    "SELECT day, ar FROM abnormal_returns WHERE study_id = $s AND event_id = $e "
                    "AND symbol = $y AND day >= $first ORDER BY day",
                    s=found.headline["study_id"],
                    e=event_id,
                    y=path["symbol"],
                    first=min(path["band_day"]),
                )
                known = ~np.ma.getmaskarray(own["ar"])
                sums = np.cumsum(np.where(known, own["ar"], 0.0))
                assert path["day"] == own["day"].tolist()
                assert [c is not None for c in path["car"]] == known.tolist()
                assert np.array(path["car"], float)[known] == pytest.approx(sums[known], abs=1e-12)
                checked += 1
    assert checked > 30


def test_share_kept_is_of_the_whole_window(demo: duckdb.DuckDBPyConnection) -> None:
    found = facts(demo, DEMO_ON)
    assert found.headline is not None
    assert len(found.kept) == 10
    for row in found.kept:
        ((car0, days0), (car20, days20)) = demo.execute(
            "SELECT car, days FROM event_effects WHERE study_id = $s AND event_id = $e "
            "AND symbol = $y AND first_day = 0 AND last_day IN (0, 20) ORDER BY last_day",
            {"s": found.headline["study_id"], "e": row["event_id"], "y": row["symbol"]},
        ).fetchall()
        assert (days0, days20) == (1, 21)
        assert abs(car0) >= 0.02
        assert (row["car0"], row["car20"], row["share"]) == (car0, car20, car20 / car0)
    assert len({(row["symbol"], row["day0"]) for row in found.kept}) == 10


def test_ordinary_days_are_the_model_of_the_pair_on_other_days(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    found = facts(demo, DEMO_ON)
    assert found.headline is not None
    event_id = "mp-dod-2025"
    for row in found.placebo[event_id]:
        alpha, betas, factors, ar = demo.execute(
            "SELECT f.alpha, f.betas, f.factors, a.ar FROM study_fits AS f "
            "JOIN abnormal_returns AS a USING (study_id, event_id, symbol) WHERE f.study_id = $s "
            "AND event_id = $e AND symbol = $y AND a.day = 0",
            {"s": found.headline["study_id"], "e": event_id, "y": row["symbol"]},
        ).fetchall()[0]
        assert row["observed"] == pytest.approx(ar, abs=1e-12)
        (factor,) = factors
        both = columns(
            demo,
            "SELECT r.ret, m.ret AS market FROM returns AS r JOIN returns AS m USING (session) "
            "WHERE r.symbol = $y AND m.symbol = $f AND r.ret IS NOT NULL AND m.ret IS NOT NULL "
            "AND r.session NOT IN (SELECT day0 FROM event_targets WHERE symbol = $y "
            "AND day0 IS NOT NULL) ORDER BY r.session",
            y=row["symbol"],
            f=factor,
        )
        left = both["ret"] - alpha - betas[0] * both["market"]
        assert row["ordinary"] == pytest.approx(left, abs=6e-6)
        assert row["at_least"] == np.sum(np.abs(left) >= abs(ar))
        shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
        quantiles = np.quantile(left, shares, method="inverted_cdf")
        assert row["quantiles"] == pytest.approx(quantiles, abs=1e-12)


def test_every_observed_reaction_is_the_study_s(demo: duckdb.DuckDBPyConnection) -> None:
    for study in ("daily-market", "daily-sector"):
        ((pairs, apart),) = demo.execute(
            "SELECT count(q.observed), max(abs(q.observed - a.ar)) "
            "FROM ordinary_quantiles($study) AS q "
            "JOIN abnormal_returns AS a USING (event_id, symbol) "
            "JOIN studies AS s ON s.study_id = a.study_id AND s.latest AND s.name = $study "
            "WHERE a.day = 0",
            {"study": study},
        ).fetchall()
        assert pairs > 300
        assert apart < 1e-12


def test_a_window_that_has_not_passed_has_no_effect_yet(small: duckdb.DuckDBPyConnection) -> None:
    reactions = {row["event_id"]: row for row in facts(small, AS_OF).reactions["MP"]}

    assert list(reactions) == ["ministerial", "fresh", "order", "controls", "stake-one"]
    assert [reactions["fresh"][key] is None for key in ("car0", "car5", "car20")] == [
        False,
        True,
        True,
    ]
    assert [reactions["order"][key] is None for key in ("car5", "car20")] == [False, True]
    assert reactions["controls"]["car20"] is not None
    assert reactions["ministerial"]["ret"] is None


def test_a_test_rejects_too_often_where_chart_and_view_say_so(
    small: duckdb.DuckDBPyConnection,
) -> None:
    rows = facts(small, AS_OF).calibration
    assert {row["test"] for row in rows if row["too_often"]} == {"bmp"}
    for row in rows:
        beyond = row["rejected"] > row["nominal"] + monte_carlo_margin(
            row["nominal"], row["repetitions"]
        )
        assert row["too_often"] == (row["setting"] == "null" and beyond)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"car": 0.6, "placebo_p": 0.004}, 0.004, False),
        ({"car": 0.6, "placebo_p": 0.06}, 0.004, True),
        ({"car": 0.6, "placebo_p": 0.04}, 0.06, True),
        ({"car": -0.6, "placebo_p": 0.004}, 0.004, True),
        ({"car": -0.6, "placebo_p": 0.3}, 0.3, False),
        ({"car": None, "placebo_p": 0.2}, 0.004, False),
    ],
    ids=["as before", "crossed 5 %", "crossed back", "changed sign", "noise", "not known"],
)
def test_effects_that_crossed_the_line_are_told(
    before: dict[str, Any], now: float, told: bool
) -> None:
    con = build(events=tuple(e for e in EVENTS if e.event_id == "stake-one"))
    con.execute(
        "INSERT INTO base.studies BY NAME "
        "SELECT * REPLACE (0 AS study_id, DATE '2026-01-28' AS as_of) FROM base.studies"
    )
    con.execute(
        "INSERT INTO base.event_effects BY NAME SELECT * REPLACE (0 AS study_id, "
        "$car::DOUBLE AS car, $placebo_p::DOUBLE AS placebo_p) FROM base.event_effects "
        "WHERE symbol = 'MP'",
        before,
    )
    con.execute(
        "UPDATE base.event_effects SET placebo_p = $now WHERE study_id = 1 AND symbol = 'MP'",
        {"now": now},
    )
    changed = daily(con)["changes"]["effects"]

    assert [row["symbol"] for row in changed] == (["MP"] if told else [])
    assert all(math.isfinite(row["car"]) for row in changed)
