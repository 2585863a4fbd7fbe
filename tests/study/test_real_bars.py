"""Real bars: the numbers that every version of this study has to find again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from watchlist.catalog.loading import packaged_catalog
from watchlist.study import StudyDesign, StudyResult, event_study, panel_from_frame
from watchlist.study.panel import Panel

START, END = date(2021, 1, 1), date(2026, 7, 31)
SPY = {"windows": ((0, 0),), "draws": 199, "overlap": "keep"}
WITH_SECTOR = {**SPY, "model": "factors", "factors": ("SPY", "sector")}
TREATED = [
    # symbol, day 0, simple return, points against SPY, against SPY + its sector fund; percent
    ("MP", date(2025, 7, 10), 50.6, 49.6, 37.1),
    ("LAC", date(2025, 9, 24), 95.8, None, 92.0),
    ("TMQ", date(2025, 10, 7), 211.0, None, 210.6),
]


@pytest.fixture(scope="module")
def real(shared: Path) -> tuple[Panel, pl.DataFrame, dict[str, str]]:
    """The panel of all symbols, and every event of the packaged catalogue on its session."""
    catalog = packaged_catalog()
    bars = pl.read_parquet(shared / "bars" / "bars.parquet").filter(
        pl.col("date").is_between(START, END)
    )
    for security in catalog.securities:
        if security.valid_from:
            shell = (pl.col("symbol") == security.symbol) & (pl.col("date") < security.valid_from)
            bars = bars.filter(~shell)
    price = pl.coalesce("adj_close", "close")
    returns = bars.sort("symbol", "date").select(
        "symbol", session="date", ret=price / price.shift(1).over("symbol") - 1, volume="volume"
    )
    axis = returns.filter(symbol="SPY")["session"]
    panel = panel_from_frame(returns.drop_nulls("ret"), sessions=axis)
    days = axis.to_list()
    rows: list[dict[str, Any]] = []
    for event in catalog.events:
        after = event.timing == "after-close"
        reach = [
            day
            for day in days
            if (day > event.announced_on if after else day >= event.announced_on)
        ]
        rows += [
            {
                "event_id": event.event_id,
                "symbol": target.symbol,
                "day0": reach[0],
                "relation": target.relation,
                "category": event.category,
            }
            for target in event.targets
            if reach
        ]
    sectors = {s.symbol: s.sector_factor for s in catalog.securities if s.sector_factor}
    return panel, pl.DataFrame(rows), sectors


def study(real: tuple[Panel, pl.DataFrame, dict[str, str]], **fields: Any) -> StudyResult:
    panel, events, sectors = real
    return event_study(panel, events, StudyDesign(**fields), sectors=sectors, scopes=("event",))


def day_0(result: StudyResult, symbol: str, day: date) -> dict[str, Any]:
    ids = result.fits.filter(symbol=symbol, day0=day)["event_id"].to_list()
    assert ids, f"no event names {symbol} on {day}"
    return result.effects.filter(
        pl.col("event_id").is_in(ids), pl.col("symbol") == symbol, pl.col("last_day") == 0
    ).row(0, named=True)


def test_the_three_stakes(real: Any) -> None:
    market, sector = study(real, **SPY), study(real, **WITH_SECTOR)
    for symbol, day, ret, points, with_sector in TREATED:
        plain, beside = day_0(market, symbol, day), day_0(sector, symbol, day)
        assert 100 * plain["ret"] == pytest.approx(ret, abs=0.1)
        if points is not None:
            assert 100 * plain["car"] == pytest.approx(points, abs=0.05)
        assert 100 * beside["car"] == pytest.approx(with_sector, abs=0.05)
        for row in (plain, beside):
            assert row["placebo_p"] == row["placebo_floor"]


def test_funds_that_hold_the_target_are_treated(real: Any) -> None:
    result = study(real, **WITH_SECTOR)

    def factor(symbol: str, day: date) -> dict[str, Any]:
        ids = result.fits.filter(symbol=symbol, day0=day)["event_id"].to_list()
        fund = real[2][symbol]
        found = result.factors.filter(pl.col("event_id").is_in(ids), pl.col("factor") == fund)
        return found.row(0, named=True)

    remx = factor("MP", date(2025, 7, 10))
    assert remx["treated"]
    assert remx["placebo_p"] == remx["placebo_floor"]
    assert remx["sar"] == pytest.approx(5.4, abs=0.1)
    assert "REMX moved +8.7 %" in remx["why"]
    assert "the smallest that so many days can give" in remx["why"]
    lit = factor("LAC", date(2025, 9, 24))
    assert lit["treated"]
    assert "LIT moved +3.9 %" in lit["why"]
    assert not factor("TMQ", date(2025, 10, 7))["treated"]


def test_the_price_floor_retreat_is_unremarkable_only_unmasked(real: Any) -> None:
    kept, masked = study(real, **SPY), study(real, **{**SPY, "overlap": "mask"})
    for symbol, ret in (("MP", -7.2), ("LAC", -9.7), ("TMQ", -12.6)):
        before, after = (day_0(r, symbol, date(2026, 1, 29)) for r in (kept, masked))
        assert 100 * before["ret"] == pytest.approx(ret, abs=0.1)
        assert -1.5 < before["scar"] < -0.5
        # October's jumps sat in the estimation window
        assert after["scar"] < 1.1 * before["scar"]
    assert day_0(masked, "TMQ", date(2026, 1, 29))["scar"] < -2


@pytest.mark.parametrize(
    ("symbol", "day", "ret"),
    [("NB", date(2025, 3, 21), 12.8), ("MP", date(2025, 10, 9), None)],
    ids=["the order of 2025-03-20", "China's controls of 2025-10-08"],
)
def test_evening_news_has_the_next_session(real: Any, symbol: str, day: date, ret: float) -> None:
    row = day_0(study(real, **SPY), symbol, day)
    if ret is not None:
        assert 100 * row["ret"] == pytest.approx(ret, abs=0.1)


def test_one_date_has_one_honest_test(real: Any) -> None:
    """The date's tests say r̄ and the floor; nothing is NaN without a word."""
    tests = study(real, **{**SPY, "overlap": "mask"}).tests
    assert set(tests.filter("headline")["test"]) == {"kp", "placebo"}
    silent = tests.filter(pl.col("p").is_null() & pl.col("warning").is_null())
    assert silent.is_empty()
    crowd = tests.filter((pl.col("n") > 5) & (pl.col("test") == "kp"))
    assert crowd["r_bar"].is_not_null().all()
    assert crowd["r_bar"].mean() > 0.1
