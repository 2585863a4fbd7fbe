"""Quirks of real downloads, from the real files where they are at hand."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from tests.pull.world import World, catalog, security
from watchlist.sources.files import FileSource
from watchlist.sources.protocol import bar_frame


def real(shared: Path, symbol: str) -> pl.DataFrame:
    frame = pl.read_parquet(shared / "bars" / "bars.parquet").filter(pl.col("symbol") == symbol)
    return bar_frame(frame.rename({"date": "session"}).sort("session"))


def test_an_intraday_run_and_the_evening_after(shared: Path, tmp_path: Path) -> None:
    """MP on 2026-07-14: 51.19 at 10:10 in New York, 50.79 at the close."""
    with (shared / "bars" / "partial_bars.csv").open(encoding="utf-8") as file:
        row = next(
            r for r in csv.DictReader(file) if (r["symbol"], r["date"]) == ("MP", "2026-07-14")
        )
    day, early, late = date(2026, 7, 14), float(row["close_in_snapshot"]), float(row["final_close"])
    bars = real(shared, "MP").filter(pl.col("session") <= day)
    world = World(tmp_path, security("MP"))
    world.clock.moment = datetime(2026, 7, 14, 14, 10, tzinfo=UTC)
    snapshot = pl.when(pl.col("session") == day).then(early).otherwise("close")
    world.vendor.market = {"MP": bars.with_columns(close=snapshot, adj_close=snapshot)}
    world.night()
    assert world.rows("SELECT max(session) FROM returns") == [(date(2026, 7, 13),)]
    world.clock.moment = datetime(2026, 7, 14, 22, 0, tzinfo=UTC)
    world.vendor.market = {"MP": bars}
    world.night()
    last = "SELECT close, final FROM bars ORDER BY session DESC LIMIT 1"
    assert world.rows(last) == [(late, True)]
    changed = "SELECT old_value, new_value, cause FROM restatements WHERE field = 'close'"
    assert world.rows(changed) == [(early, late, "final")]


def test_the_five_fold_rescale_of_nova_minerals(shared: Path, tmp_path: Path) -> None:
    """The file of 2024 had NVA at 4.80 on 2024-07-24, the download of 2026 has 0.96."""
    now = real(shared, "NVA")
    then = now.filter(pl.col("session") <= date(2024, 10, 29)).with_columns(
        (pl.col("close", "adj_close") * 5).round(2)
    )
    world = World(tmp_path, security("NVA"))
    world.clock.moment = datetime(2024, 10, 30, 22, 0, tzinfo=UTC)
    world.vendor.market = {"NVA": then}
    world.night()
    world.clock.moment = datetime(2026, 8, 4, 22, 0, tzinfo=UTC)
    world.vendor.market = {"NVA": now}
    summary = world.night()
    assert summary.failed == ()
    assert world.bars("NVA")["close"].to_list() == now["close"].to_list()
    causes = dict(
        world.rows("SELECT cause, count(*) FROM restatements WHERE field = 'close' GROUP BY 1")
    )
    assert set(causes) == {"split"}
    # the seam between the two downloads is an ordinary day
    seam = "SELECT abs(ret) < 0.3 FROM returns WHERE session = '2024-10-30'"
    assert world.rows(seam) == [(True,)]


def test_adjusted_closes_of_two_download_dates(shared: Path, tmp_path: Path) -> None:
    """FCX as adjusted in March 2024 lies 3.2 % above the adjustment of August 2026."""
    now = real(shared, "FCX").filter(
        pl.col("session") >= date(2023, 1, 3), pl.col("close").is_not_null()
    )
    march = now.filter(pl.col("session") <= date(2024, 3, 8)).with_columns(
        pl.col("adj_close") * 1.032
    )
    world = World(tmp_path, security("FCX"))
    world.clock.moment = datetime(2024, 3, 8, 23, 0, tzinfo=UTC)
    world.vendor.market = {"FCX": march}
    world.night()
    world.clock.moment = datetime(2026, 8, 22, 12, 0, tzinfo=UTC)
    world.vendor.market = {"FCX": now}
    summary = world.night()
    assert summary.outcomes[0].reason == "dividend: 1 bar"
    assert world.rows("SELECT count(DISTINCT adj_basis) FROM bars") == [(1,)]
    assert world.bars("FCX")["adj_close"].to_list() == now["adj_close"].to_list()
    jump = "SELECT abs(ret) < 0.2 FROM returns WHERE session = '2024-03-11'"
    assert world.rows(jump) == [(True,)]


def test_the_settled_volume_of_lithium_americas(shared: Path, tmp_path: Path) -> None:
    """LAC on 2026-08-05: 8,296,828 shares at first, 8,838,200 in the end."""
    day = date(2026, 8, 5)
    bars = real(shared, "LAC").filter(pl.col("session") <= day)
    assert bars["volume"][-1] == 8_838_200
    world = World(tmp_path, security("LAC"))
    world.clock.moment = datetime(2026, 8, 5, 21, 0, tzinfo=UTC)
    first = pl.when(pl.col("session") == day).then(8_296_828).otherwise("volume")
    world.vendor.market = {"LAC": bars.with_columns(volume=first)}
    world.night()
    world.vendor.market = {"LAC": bars}
    world.clock.moment = datetime(2026, 8, 6, 12, 0, tzinfo=UTC)
    assert world.night().outcomes[0].reason == "late: 1 bar"


def test_the_real_file_night_by_night_is_the_file_at_once(shared: Path, tmp_path: Path) -> None:
    """Twenty evenings of TMQ around the stake of October 2025, then the whole file."""
    days = [
        d for d in real(shared, "TMQ")["session"] if date(2025, 9, 22) <= d <= date(2025, 10, 17)
    ]
    bars = real(shared, "TMQ").filter(pl.col("session") <= days[-1])
    world = World(tmp_path, security("TMQ"))
    for day in days[::4] + days[-1:]:
        world.clock.moment = datetime(day.year, day.month, day.day, 22, 0, tzinfo=UTC)
        world.vendor.market = {"TMQ": bars.filter(pl.col("session") <= day)}
        world.night()
    assert world.bars("TMQ").rows() == bars.rows()
    assert world.rows("SELECT count(*) FROM restatements") == [(0,)]
    assert world.rows("SELECT round(ret, 2) FROM returns WHERE session = '2025-10-07'") == [(2.11,)]


def test_the_whole_file_is_imported_as_it_is(shared: Path, tmp_path: Path) -> None:
    world = World(tmp_path)
    world.catalog = catalog(security("MP"), security("COPX", role="factor"))
    world.clock.moment = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    source = FileSource(shared / "bars" / "bars.parquet")
    world.vendor = source  # type: ignore[assignment]
    assert world.night().failed == ()
    assert world.bars("MP")["close"].to_list() == real(shared, "MP")["close"].to_list()
    assert world.rows("SELECT count(*) FROM returns WHERE symbol = 'COPX' AND ret IS NULL") == [
        (1,)
    ]
