"""The study finds what was planted: no bias, and intervals that hold the truth as often as told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import polars as pl
import pytest

from tests.loopback import FakeClock
from watchlist.calendar import day_zero, sessions
from watchlist.catalog import Catalog, packaged_catalog
from watchlist.sources.simulated import FIRST_SESSION, SimulatedSource
from watchlist.study.design import StudyDesign
from watchlist.study.run import event_study
from watchlist.study.tails import student_quantile

NOW = datetime(2026, 7, 31, 22, 0, tzinfo=UTC)

DESIGNS = {
    "market": StudyDesign(model="market", factors=("SPY",), windows=((0, 0),), chart=(0, 1)),
    "market+sector": StudyDesign(
        model="factors", factors=("SPY", "sector"), windows=((0, 0),), chart=(0, 1)
    ),
}


@cache
def catalog() -> Catalog:
    return packaged_catalog()


@cache
def events() -> pl.DataFrame:
    """event_id, symbol, day0 of all that has happened, as the store would have them."""
    ours = sessions(["XNYS"], FIRST_SESSION, NOW.date())
    pulled = {s.symbol for s in catalog().securities if s.pulled and s.calendar == "XNYS"}
    rows = [
        (event.event_id, target.symbol, day0)
        for event in catalog().events
        if event.status == "happened"
        for day0 in [day_zero(event, ours).session]
        for target in event.targets
        if day0 is not None and target.symbol in pulled
    ]
    schema = {"event_id": pl.String, "symbol": pl.String, "day0": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def errors(seed: int, design: StudyDesign) -> pl.DataFrame:
    """session, error (CAR[0,0] minus planted), z (over its forecast error), limit (97.5 %)."""
    source = SimulatedSource(catalog(), FakeClock(NOW), seed=seed)
    frames = [
        source.fetch(it, None, None).bars.select(
            pl.lit(it.symbol).alias("symbol"),
            "session",
            ret=pl.col("close") / pl.col("close").shift(1) - 1,
        )
        for it in catalog().securities
        if it.pulled and it.calendar == "XNYS"
    ]
    sectors = {s.symbol: s.sector_factor for s in catalog().securities if s.sector_factor}
    result = event_study(pl.concat(frames), events(), design, sectors=sectors)
    truth = source.planted().filter(pl.col("day") == 0)
    found = result.effects.join(truth, on=["event_id", "symbol"]).join(
        result.fits.select("event_id", "symbol", "observations"), on=["event_id", "symbol"]
    )
    freedom = (found["observations"] - design.parameters).to_list()
    limit = [student_quantile(0.975, df) for df in freedom]
    return found.select(
        "session",
        error=pl.col("car") - pl.col("ar"),
        z=(pl.col("car") - pl.col("ar")) / pl.col("se"),
        limit=pl.Series(limit, dtype=pl.Float64),
    )


def mean_and_error(found: pl.DataFrame) -> tuple[float, float]:
    """Mean error over pairs and its standard error, clustered by session.

    Pairs of one session share what moved all miners that day, so they are not independent.
    """
    mean = float(found["error"].mean())  # type: ignore[arg-type]
    per_day = found.group_by("session").agg((pl.col("error") - mean).sum().alias("sum"))
    clusters = per_day.height
    variance = float((per_day["sum"] ** 2).sum()) * clusters / (clusters - 1)
    return mean, np.sqrt(variance) / found.height


@pytest.mark.parametrize("name", DESIGNS)
def test_planted_effects_are_recovered(name: str) -> None:
    found = errors(2026, DESIGNS[name])
    assert found.height > 100
    mean, error = mean_and_error(found)
    assert abs(mean) < 2 * error
    inside = float((found["z"].abs() <= found["limit"]).mean())  # type: ignore[arg-type]
    assert abs(inside - 0.95) < 3 * np.sqrt(0.95 * 0.05 / found.height)


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_planted_effects_are_recovered_in_many_markets(name: str) -> None:
    """Forty seeds. Tails of Student's t with 5 degrees and clusters cost a point of coverage."""
    runs = [errors(seed, DESIGNS[name]) for seed in range(1000, 1040)]
    means = np.array([mean_and_error(run)[0] for run in runs])
    assert abs(means.mean()) < 2 * means.std(ddof=1) / np.sqrt(len(means))
    together = pl.concat(runs)
    inside = float((together["z"].abs() <= together["limit"]).mean())  # type: ignore[arg-type]
    assert 0.93 < inside < 0.96


def test_a_planted_effect_that_is_told_wrong_is_noticed() -> None:
    """The test of the test: two points more than was planted are found to be wrong."""
    found = errors(2026, DESIGNS["market+sector"]).with_columns(pl.col("error") + 0.02)
    mean, error = mean_and_error(found)
    assert abs(mean) > 4 * error


def test_every_planted_day_lies_in_its_year() -> None:
    told = SimulatedSource(catalog(), FakeClock(NOW)).planted()
    assert told["session"].is_between(date(2023, 1, 3), NOW.date()).all()
