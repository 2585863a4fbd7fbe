"""Each check finds the fault it is for, and a clean store has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.pull.world import World, history, with_value
from watchlist.errors import PermanentSourceError, StoreError
from watchlist.store import connect, open_build
from watchlist.store.checks import SEVERITIES, all_checks, examine

FIRST, THURSDAY = date(2025, 6, 2), date(2026, 1, 15)
CLEAN = history(FIRST, THURSDAY)
DAY = CLEAN["session"][-20]
SATURDAY = date(2025, 12, 13)


def replaced(session: date, **values: float | None) -> pl.DataFrame:
    return with_value(CLEAN, session, **values)


def moved(session: date, new: date) -> pl.DataFrame:
    day = pl.when(pl.col("session") == session).then(pl.lit(new)).otherwise("session")
    return CLEAN.with_columns(session=day).sort("session")


def scaled_from(session: date, factor: float) -> pl.DataFrame:
    names = ("open", "high", "low", "close", "adj_close")
    return CLEAN.with_columns(
        pl.when(pl.col("session") >= session).then(pl.col(n) * factor).otherwise(n).alias(n)
        for n in names
    )


def repeated() -> pl.DataFrame:
    before = CLEAN.filter(pl.col("session") < DAY).row(-1, named=True)
    return replaced(DAY, **{n: before[n] for n in ("open", "high", "low", "close", "volume")})


FAULTS: dict[str, Callable[[], pl.DataFrame]] = {
    "price_not_positive": lambda: replaced(DAY, low=-1.0),
    "ohlc_rules": lambda: replaced(DAY, high=1.0),
    "future_sessions": lambda: moved(THURSDAY, date(2026, 3, 2)),
    "off_calendar": lambda: moved(date(2025, 12, 12), SATURDAY),
    "gaps": lambda: CLEAN.filter(pl.col("session") != DAY),
    "currency_change": lambda: scaled_from(DAY, 100.0),
    "jumps": lambda: scaled_from(DAY, 1.5),
    "unapplied_splits": lambda: with_value(scaled_from(DAY, 0.2), DAY, split=5.0),
    "repeated_bars": repeated,
    "zero_volume": lambda: replaced(DAY, volume=0),
    "no_price": lambda: replaced(
        DAY, open=None, high=None, low=None, close=None, adj_close=None, dividend=0.1
    ),
    "adjusted_close_drift": lambda: CLEAN.with_columns(
        adj_close=pl.when(pl.col("session") < DAY)
        .then(pl.col("adj_close") * 0.9)
        .otherwise("close")
    ),
}


def findings(world: World) -> set[str]:
    return {str(name) for (name,) in world.rows("SELECT DISTINCT check_name FROM findings")}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_check_finds_its_fault(world: World, fault: str) -> None:
    world.vendor.market = {"MP": FAULTS[fault]()}
    world.night()
    assert fault in findings(world)


def test_a_clean_store_has_no_finding(world: World) -> None:
    world.vendor.market = {"MP": CLEAN, "LAC": CLEAN}
    world.night()
    assert findings(world) == set()


def test_a_failed_and_stale_series_is_found(world: World) -> None:
    world.vendor.market = {"MP": CLEAN, "LAC": CLEAN}
    world.night()
    world.vendor.market["MP"] = history(FIRST, date(2026, 1, 22))
    world.vendor.failing["LAC"] = PermanentSourceError("gone")
    world.at("2026-01-22T23:00:00")
    world.night()
    assert findings(world) == {"stale_series", "failed_pulls"}


def test_a_bar_that_never_settled_is_found(world: World) -> None:
    world.at("2026-01-15T18:00:00")
    world.vendor.market = {"MP": CLEAN, "LAC": CLEAN}
    world.night()
    world.vendor.failing["LAC"] = PermanentSourceError("gone")
    world.vendor.market["MP"] = history(FIRST, date(2026, 1, 16))
    world.at("2026-01-16T23:00:00")
    world.night()
    assert "provisional_bars" in findings(world)


def test_bars_written_twice_are_found(world: World) -> None:
    world.vendor.market = {"MP": CLEAN}
    world.night()
    with open_build(world.project, world.clock) as build:
        build.con.execute("INSERT INTO base.bars FROM base.bars")
        build.publish()
    with connect(world.project) as con:
        health = examine(con, world.project)
    assert {finding.check_name for finding in health.findings} >= {"duplicate_bars"}
    assert health.errors >= CLEAN.height


def test_sources_and_bases_that_mix_are_told(world: World) -> None:
    world.vendor.market = {"MP": CLEAN}
    world.night()
    world.vendor.name = "other"
    later = history(date(2026, 1, 2), date(2026, 1, 16)).with_columns(pl.col("adj_close") * 1.03)
    world.vendor.market = {"MP": later}
    world.at("2026-01-16T23:00:00")
    world.night()
    assert findings(world) >= {"mixed_sources", "adjusted_bases"}


def test_a_finding_keeps_the_moment_it_was_found_first(world: World) -> None:
    world.vendor.market = {"MP": FAULTS["ohlc_rules"]()}
    world.night()
    first = world.rows("SELECT found_at FROM findings WHERE check_name = 'ohlc_rules'")
    world.clock.moment += timedelta(days=1)
    world.vendor.market = {
        "MP": pl.concat([FAULTS["ohlc_rules"](), history(date(2026, 1, 16), date(2026, 1, 16))])
    }
    world.night()
    assert world.rows("SELECT found_at FROM findings WHERE check_name = 'ohlc_rules'") == first


def test_every_check_has_a_title_a_severity_and_a_test() -> None:
    tested = {
        *FAULTS,
        "stale_series",
        "failed_pulls",
        "provisional_bars",
        "duplicate_bars",
        "mixed_sources",
        "adjusted_bases",
    }
    checks = all_checks()
    assert {check.name for check in checks} == tested
    assert all(check.severity in SEVERITIES and check.title for check in checks)


def test_a_check_without_severity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.sql").write_text("-- title: Odd\nSELECT 1")
    with pytest.raises(StoreError, match=r"odd\.sql: the header needs"):
        all_checks(tmp_path)
