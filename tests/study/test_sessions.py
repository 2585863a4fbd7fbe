"""The abnormal return of every session is the event study's own, in Python, in the view, in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.stores import demo_project, real_project
from watchlist import store
from watchlist.config import Config
from watchlist.project import Project
from watchlist.study import Panel, StudyDesign, stored
from watchlist.study.sessions import event_sessions, session_frame, session_returns
from watchlist.study.stored import write_session_abnormal

__all__ = ["demo_project", "real_project"]

SQL_TOLERANCE = 1e-9
"""DuckDB's regr_slope adds up in one pass."""


@pytest.fixture(params=["demo_project", "real_project"])
def con(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The simulated market, then real bars."""
    project: Project = request.getfixturevalue(request.param)
    con = store.connect(project)
    yield con
    con.close()


@pytest.fixture
def copy(demo_project: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's tables under its views, to be written to."""
    con = duckdb.connect()
    con.execute(f"ATTACH '{demo_project.store_file}' AS store (READ_ONLY)")
    con.execute("COPY FROM DATABASE store TO memory")
    yield con
    con.close()


@pytest.mark.parametrize(
    ("study", "series"), [("daily-market", "market"), ("daily-sector", "sector")]
)
def test_a_session_with_an_event_has_the_study_s_numbers(
    con: duckdb.DuckDBPyConnection, study: str, series: str
) -> None:
    found = con.sql(
        f"""
        SELECT
            s.ret, s.ar_{series} AS ar, s.se_{series} AS se, s.sar_{series} AS sar,
            s.observations_{series} AS observations, [s.market, s.sector] AS factors,
            a.ret AS their_ret, a.ar AS their_ar, e.se AS their_se, a.sar AS their_sar,
            f.observations AS their_observations, f.factors AS their_factors
        FROM abnormal_returns AS a
        JOIN study_fits AS f USING (study_id, event_id, symbol)
        JOIN event_effects AS e USING (study_id, event_id, symbol)
        JOIN studies USING (study_id)
        LEFT JOIN session_abnormal AS s USING (symbol, session)
        WHERE name = '{study}' AND latest AND a.day = 0 AND (first_day, last_day) = (0, 0)
        """
    ).pl()
    assert found.height > 400
    for name in ("ret", "ar", "se", "sar", "observations"):
        mine, theirs = found[name].to_numpy(), found[f"their_{name}"].to_numpy()
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12, err_msg=name)
    count = 1 if series == "market" else 2
    assert found["factors"].list.head(count).to_list() == found["their_factors"].to_list()


def test_a_session_without_an_event_has_the_macro_s_numbers(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Any symbols around any date: no study has these."""
    [(last,)] = con.execute("SELECT max(session) FROM session_abnormal").fetchall()
    compared = 0
    for back in (0, 45, 190, 400):
        rows = con.execute(
            """
            SELECT count(*), count(a.ar), max(abs(a.ar - s.ar_market)),
                max(abs(a.sar - s.sar_market)), max(abs(a.ret - s.ret)),
                count(*) FILTER (a.ar IS NOT NULL AND s.ar_market IS NULL)
            FROM around(
                $day::DATE,
                (SELECT list(symbol) FROM securities WHERE symbol <> 'SPY')
            ) AS a
            LEFT JOIN session_abnormal AS s USING (symbol, session)
            WHERE a.day = 0
            """,
            {"day": date.fromordinal(last.toordinal() - back)},
        ).fetchall()
        ((_, known, ar, sar, ret, missing),) = rows
        compared += known
        assert max(ar, sar, ret) < SQL_TOLERANCE
        assert missing == 0
    assert compared > 60


def test_nobody_is_measured_against_itself(con: duckdb.DuckDBPyConnection) -> None:
    held = con.sql(
        "SELECT symbol, count(ar_market) AS market, count(ar_sector) AS sector, "
        "any_value(sector) AS factor FROM session_abnormal GROUP BY symbol"
    ).pl()
    assert "SPY" not in held["symbol"]
    alone = held.filter(pl.col("factor").is_null())
    assert alone.height > 1  # the funds themselves
    assert alone["sector"].sum() == 0
    assert (alone["market"] > 0).all()
    assert (held.filter(pl.col("factor").is_not_null())["sector"] > 0).all()
    wrong = con.execute(
        "SELECT count(*) FROM session_abnormal WHERE symbol IN (market, sector) "
        "OR (ar_sector IS NULL) <> (observations_sector IS NULL) "
        "OR (ar_market IS NULL) <> (se_market IS NULL) OR observations_market < 60"
    ).fetchall()
    assert wrong == [(0,)]


def test_written_again_it_is_the_same_and_ends_at_the_session(
    copy: duckdb.DuckDBPyConnection,
) -> None:
    before = copy.sql("FROM session_abnormal ORDER BY symbol, session").pl()
    as_of = before["session"].max()
    assert isinstance(as_of, date)
    assert write_session_abnormal(copy, Config(), as_of=as_of) == before.height
    assert copy.sql("FROM session_abnormal ORDER BY symbol, session").pl().equals(before)
    earlier = date(2025, 7, 10)
    write_session_abnormal(copy, Config(), as_of=earlier)
    then = copy.sql("FROM session_abnormal ORDER BY symbol, session").pl()
    assert then["session"].max() == earlier
    # nothing of a session depends on what came after it
    numbers_equal(then, before.filter(pl.col("session") <= earlier))


def test_in_pieces_and_cut_short_the_numbers_are_the_same(
    copy: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = copy.sql("FROM session_abnormal ORDER BY symbol, session").pl()
    as_of = whole["session"].max()
    assert isinstance(as_of, date)
    monkeypatch.setattr(stored, "SYMBOLS", 4)
    monkeypatch.setattr(stored, "KEPT_ROWS", 2_000)
    kept = write_session_abnormal(copy, Config(), as_of=as_of)
    part = copy.sql("FROM session_abnormal ORDER BY symbol, session").pl()
    assert 1_000 < kept <= 2_000
    first = part["session"].min()
    assert first is not None
    numbers_equal(part, whole.filter(pl.col("session") >= first))


def test_without_the_market_there_is_nothing(copy: duckdb.DuckDBPyConnection) -> None:
    config = Config.model_validate({"study": {"market": "QQQ"}})
    assert write_session_abnormal(copy, config, as_of=date(2026, 1, 5)) == 0
    assert copy.execute("SELECT count(*) FROM session_abnormal").fetchall() == [(0,)]


def numbers_equal(one: pl.DataFrame, other: pl.DataFrame) -> None:
    """Equal keys, and numbers up to the order of additions."""
    keys = ["symbol", "session", "market", "sector"]
    assert one.select(keys).equals(other.select(keys))
    for name in one.drop(keys).columns:
        np.testing.assert_allclose(
            one[name].cast(pl.Float64).to_numpy(),
            other[name].cast(pl.Float64).to_numpy(),
            rtol=1e-12,
            atol=1e-14,
            err_msg=name,
        )


DESIGN = StudyDesign(model="factors", factors=("M", "sector"), min_observations=60)


def made(seed: int = 5) -> tuple[Panel, pl.DataFrame]:
    """Two securities, a market, a sector; gaps, and a jump on the day of an event of A."""
    rng = np.random.default_rng(seed)
    sessions = np.busday_offset("2020-01-01", np.arange(300), roll="forward")
    market, sector = rng.normal(0, 0.01, 300), rng.normal(0, 0.02, 300)
    own = rng.normal(0, 0.03, (300, 2)) + market[:, None] + 0.5 * sector[:, None]
    own[180, 0] += 2.0
    own[rng.random((300, 2)) < 0.05] = np.nan
    returns = np.column_stack([own, market, sector])
    days = [sessions[180].item(), date(2030, 1, 1), None]
    events = pl.DataFrame(
        {"event_id": ["jump", "later", "never"], "symbol": ["A", "A", "B"], "day0": days}
    )
    return Panel(sessions.astype("datetime64[D]"), ("A", "B", "M", "S"), returns), events


def test_each_session_is_least_squares_on_its_own_window() -> None:
    panel, events = made()
    masked = event_sessions(panel, events, DESIGN)
    assert masked is not None
    assert np.argwhere(masked).tolist() == [[180, 0], [181, 0]]
    cols, factors = np.array([0, 1]), np.array([[2, 3], [2, 3]])
    found = session_returns(panel, cols, factors, DESIGN, masked)
    checked = 0
    for row in range(140, 300, 7):
        for col in cols:
            window = np.arange(row - 130, row - 10)
            x = np.column_stack([np.ones(len(window)), panel.returns[window][:, [2, 3]]])
            y = panel.returns[window, col]
            use = np.isfinite(y) & ~masked[window, col]
            if not np.isfinite(panel.returns[row, col]):
                assert np.isnan(found.ar[row, col])
                continue
            x, y = x[use], y[use]
            b, *_ = np.linalg.lstsq(x, y, rcond=None)
            s2 = ((y - x @ b) ** 2).sum() / (len(y) - 3)
            now = np.array([1.0, *panel.returns[row, [2, 3]]])
            se = np.sqrt(s2 * (1 + now @ np.linalg.inv(x.T @ x) @ now))
            ar = panel.returns[row, col] - now @ b
            assert found.observations[row, col] == len(y)
            np.testing.assert_allclose(found.ar[row, col], ar, rtol=1e-9, atol=1e-13)
            np.testing.assert_allclose(found.se[row, col], se, rtol=1e-9)
            np.testing.assert_allclose(found.sar[row, col], ar / se, rtol=1e-9)
            np.testing.assert_allclose(found.alpha[row, col], b[0], rtol=1e-9, atol=1e-13)
            np.testing.assert_allclose(found.beta[row, col], b[1], rtol=1e-9)
            np.testing.assert_allclose(found.sigma[row, col], np.sqrt(s2), rtol=1e-9)
            checked += 1
    assert checked > 35


def test_some_sessions_are_those_of_all() -> None:
    panel, _ = made()
    cols, factors = np.array([0, 1]), np.array([[2, 3], [2, -1]])
    whole = session_returns(panel, cols, factors, DESIGN)
    part = session_returns(panel, cols, factors, DESIGN, rows=slice(200, 250))
    np.testing.assert_allclose(part.sar, whole.sar[200:250], rtol=1e-12)
    assert np.isnan(whole.ar[:, 1]).all()  # it has no sector to be measured against
    assert (whole.observations[:, 1] == 0).all()
    assert np.isnan(whole.ar[:70, 0]).all()  # 60 rows that end 11 sessions before
    assert np.isfinite(whole.ar[90:180, 0]).sum() > 70


def test_kept_events_bend_the_window() -> None:
    """Without the mask the jump makes the half-year after it look wild."""
    panel, events = made()
    assert event_sessions(panel, events, replace(DESIGN, overlap="keep")) is None
    designs = (replace(DESIGN, model="market", factors=("M",)), DESIGN)
    sectors = {"A": "S", "B": None, "M": "S", "S": "S", "absent": None}
    frame = session_frame(panel, sectors, events, designs, slice(250, 300))
    kept = session_frame(
        panel, sectors, events, [replace(d, overlap="keep") for d in designs], slice(250, 300)
    )
    assert frame["symbol"].unique().sort().to_list() == ["A", "B", "S"]
    assert frame.filter(symbol="A")["se_market"].mean() < 0.06  # type: ignore[operator]
    assert kept.filter(symbol="A")["se_market"].mean() > 0.15  # type: ignore[operator]
    assert frame.filter(symbol="B").equals(kept.filter(symbol="B"))
    assert frame.filter(pl.col("symbol") != "A")["ar_sector"].is_null().all()
