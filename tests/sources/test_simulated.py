"""The simulated market repeats itself to the bit, and holds what was planted and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from tests.loopback import FakeClock
from tests.sources.securities import security
from watchlist.catalog import Catalog, packaged_catalog
from watchlist.errors import PermanentSourceError
from watchlist.sources.simulated import SimulatedSource

AFTER_CLOSE = datetime(2026, 7, 31, 22, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return packaged_catalog()


@pytest.fixture(scope="module")
def source(catalog: Catalog) -> SimulatedSource:
    return SimulatedSource(catalog, FakeClock(AFTER_CLOSE))


@pytest.fixture(scope="module")
def quiet(catalog: Catalog) -> SimulatedSource:
    """The same market in a world without events."""
    return SimulatedSource(catalog.model_copy(update={"events": ()}), FakeClock(AFTER_CLOSE))


def bars(source: SimulatedSource, symbol: str) -> pl.DataFrame:
    return source.fetch(source.catalog.security(symbol), None, None).bars


def returns(source: SimulatedSource, symbol: str) -> pl.DataFrame:
    return bars(source, symbol).select(
        "session", "volume", ret=pl.col("close") / pl.col("close").shift(1) - 1
    )


def test_a_later_run_begins_with_the_earlier_one(catalog: Catalog, source: SimulatedSource) -> None:
    earlier = SimulatedSource(catalog, FakeClock(datetime(2025, 8, 29, 22, tzinfo=UTC)))
    for symbol in ("MP", "NB", "SPY", "REMX"):
        old, new = bars(earlier, symbol), bars(source, symbol)
        assert old["session"][-1] == date(2025, 8, 29)
        assert new.head(old.height).equals(old)


def test_order_of_questions_and_windows_change_nothing(
    catalog: Catalog, source: SimulatedSource
) -> None:
    other = SimulatedSource(catalog, FakeClock(AFTER_CLOSE))
    mp = catalog.security("MP")
    part = other.fetch(mp, date(2025, 7, 1), date(2025, 7, 31)).bars
    bars(other, "TMQ")
    whole = bars(source, "MP")
    assert part.equals(
        whole.filter(pl.col("session").is_between(date(2025, 7, 1), date(2025, 7, 31)))
    )
    assert bars(other, "MP").equals(whole)


def test_another_seed_is_another_market(catalog: Catalog, source: SimulatedSource) -> None:
    other = SimulatedSource(catalog, FakeClock(AFTER_CLOSE), seed=1)
    assert not bars(other, "MP").equals(bars(source, "MP"))


def test_returns_differ_from_a_world_without_events_by_what_was_planted(
    source: SimulatedSource, quiet: SimulatedSource
) -> None:
    told = source.planted().unique(["symbol", "session"])
    for symbol in ("MP", "LAC", "USAR"):
        with_events, without = returns(source, symbol), returns(quiet, symbol)
        if (with_events["volume"] == 0).any():
            continue  # thin names catch up a missed session's return, planted or not
        both = with_events.join(without, on="session", suffix=" quiet").drop_nulls("ret")
        extra = both.with_columns(extra=pl.col("ret") - pl.col("ret quiet"))
        found = extra.filter(pl.col("extra").abs() > 1e-9)
        truth = told.filter(pl.col("symbol") == symbol).join(found, on="session", how="full")
        assert truth.height > 3
        assert truth["ar"].to_list() == pytest.approx(truth["extra"].to_list(), abs=1e-9)


def test_planted_effects_have_the_sign_of_their_event_and_named_ones_are_larger(
    catalog: Catalog, source: SimulatedSource
) -> None:
    relation = {
        (event.event_id, target.symbol): target.relation
        for event in catalog.events
        for target in event.targets
    }
    alone = source.planted().filter(pl.col("day") == 0)
    # sessions that two events of one symbol share have the sum of both
    alone = alone.filter(~pl.struct("symbol", "session").is_duplicated())
    sizes: dict[str, list[float]] = {"named": [], "exposed": []}
    for event_id, symbol, ar in alone.select("event_id", "symbol", "ar").iter_rows():
        sizes[relation[event_id, symbol]].append(abs(ar))
        after = catalog.event(event_id)
        if relation[event_id, symbol] == "exposed":
            continue
        assert {"supportive": ar > 0, "adverse": ar < 0}.get(after.direction, True), event_id
    assert np.mean(sizes["named"]) > 2 * np.mean(sizes["exposed"])


def test_factors_are_never_planted_into(catalog: Catalog, source: SimulatedSource) -> None:
    firms = {s.symbol for s in catalog.securities if s.role in ("watchlist", "peer")}
    assert set(source.planted()["symbol"]) <= firms


def test_events_that_have_not_happened_move_nothing(source: SimulatedSource) -> None:
    scheduled = {e.event_id for e in source.catalog.events if e.status == "scheduled"}
    assert not scheduled & set(source.planted()["event_id"])


def test_bars_are_possible(source: SimulatedSource, catalog: Catalog) -> None:
    for it in catalog.securities:
        if not it.pulled:
            continue
        frame = source.fetch(it, None, None).bars
        assert frame.null_count().sum_horizontal().item() == 0
        assert (frame["low"] <= frame.select(pl.min_horizontal("open", "close")).to_series()).all()
        assert (frame["high"] >= frame.select(pl.max_horizontal("open", "close")).to_series()).all()
        assert (frame["low"] > 0).all()
        assert (frame["volume"] >= 0).all()
        assert frame["session"].is_sorted()
        assert frame["session"].n_unique() == frame.height


def test_a_security_trades_only_within_its_life(source: SimulatedSource) -> None:
    assert bars(source, "USAR")["session"][0] == date(2025, 3, 14)


def test_a_session_that_has_not_closed_has_no_bar(catalog: Catalog) -> None:
    midday = SimulatedSource(catalog, FakeClock(datetime(2026, 7, 31, 16, tzinfo=UTC)))
    assert bars(midday, "SPY")["session"][-1] == date(2026, 7, 30)
    fetched = midday.fetch(catalog.security("SPY"), date(2026, 7, 31), None)
    assert fetched.bars.is_empty()
    assert fetched.note


def test_idle_days_keep_the_price_and_the_next_trade_catches_up(source: SimulatedSource) -> None:
    thin = [s for s in source.catalog.watchlist if (bars(source, s)["volume"] == 0).any()]
    assert thin, "no thin name in the watchlist: the zero-volume path of the study goes untested"
    frame = bars(source, thin[0])
    idle = frame.with_columns(before=pl.col("close").shift(1)).filter(pl.col("volume") == 0)
    assert 0.005 < idle.height / frame.height < 0.1
    moved = idle.drop_nulls("before").filter(pl.col("close") != pl.col("before"))
    assert moved.is_empty()


def test_thin_names_trade_around_planted_days(source: SimulatedSource) -> None:
    """Else day 0 would hold the return of a session that was missed, too."""
    told = source.planted().select("symbol", "session").unique()
    for it in source.catalog.securities:
        if it.stage != "explorer" or not it.pulled:
            continue
        news = told.filter(pl.col("symbol") == it.symbol)["session"].implode()
        frame = bars(source, it.symbol).with_columns(
            news=pl.col("session").is_in(news), idle=pl.col("volume") == 0
        )
        assert frame["news"].sum() > 20
        near = frame.with_columns(
            near=pl.col("news") | pl.col("news").shift(1) | pl.col("news").shift(-1)
        )
        assert near.filter("near", "idle").is_empty()


def test_the_market_looks_like_one(source: SimulatedSource, catalog: Catalog) -> None:
    """Fat tails, volatility that clusters, volume that jumps with news: averages over the firms."""
    firms = [s.symbol for s in catalog.securities if s.role in ("watchlist", "peer")]
    kurtosis, clustering, jump = [], [], []
    planted = source.planted().filter(pl.col("day") == 0, pl.col("ar").abs() > 0.05)
    for symbol in firms:
        frame = returns(source, symbol).drop_nulls()
        news = planted.filter(pl.col("symbol") == symbol)["session"].implode()
        calm = frame.filter(~pl.col("session").is_in(news))
        ret = calm["ret"].to_numpy()
        size = np.abs(ret - ret.mean())
        kurtosis.append(float(calm["ret"].kurtosis() or 0))
        clustering.append(np.corrcoef(size[1:], size[:-1])[0, 1])
        loud = frame.filter(pl.col("session").is_in(news))
        if loud.height:
            jump.append(loud["volume"].median() / frame["volume"].median())
    assert np.mean(kurtosis) > 1
    assert np.mean(clustering) > 0.02
    assert np.median(jump) > 2


def test_another_exchange_trades_on_its_own_sessions(catalog: Catalog) -> None:
    """Toronto is closed on Canada Day and open on the fourth of July."""
    toronto = security(
        "TMQ.TO", calendar="XTSE", currency="CAD", market="SPY", sector_factor="COPX"
    )
    wider = catalog.model_copy(update={"securities": (*catalog.securities, toronto)})
    source = SimulatedSource(wider, FakeClock(AFTER_CLOSE))
    days = set(bars(source, "TMQ.TO")["session"])
    assert date(2025, 7, 1) not in days
    assert date(2025, 7, 4) in days
    assert bars(source, "MP").equals(bars(SimulatedSource(catalog, FakeClock(AFTER_CLOSE)), "MP"))


def test_a_stranger_is_refused(source: SimulatedSource) -> None:
    with pytest.raises(PermanentSourceError, match="not in the catalogue"):
        source.fetch(security("ZZZZ"), None, None)
