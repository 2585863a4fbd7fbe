"""What really happened, seen with nothing later."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.signals.real import real_market
from watchlist.signals import REGISTRY
from watchlist.signals.tables import signal_tables

# exchange_calendars 4.13 uses a pandas 3.1 call that is going away
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

WATCHLIST = ("MP", "LAC", "TMQ", "NB")


@pytest.mark.parametrize(
    ("symbol", "on", "signal", "state"),
    [
        ("TMQ", date(2025, 10, 6), "news_before_price", "on"),
        ("LAC", date(2025, 9, 23), "news_before_price", "on"),
        ("MP", date(2025, 7, 10), "abnormal_move", "up"),
    ],
)
def test_fires_on_the_day_with_nothing_later(
    shared: Path, tmp_path: Path, symbol: str, on: date, signal: str, state: str
) -> None:
    market, panel = real_market(shared, tmp_path, on)
    assert market.sessions[-1].item() == on
    rules = {s: s.rule for s in REGISTRY}
    tables = signal_tables(market, [panel], rules, history=60, watchlist=WATCHLIST)
    alerts = tables.alerts.filter(
        (pl.col("symbol") == symbol) & (pl.col("session") == on) & (pl.col("signal") == signal)
    )
    assert alerts["state"].to_list() == [state]
    counts = tables.signal_definitions.filter(pl.col("signal") == signal)
    assert counts["alerts_per_year"].item() > 0
    assert counts["expected_per_year"].item() > 0
    assert symbol in tables.rankings.sort("rank")["symbol"].head(2).to_list()


def test_the_day_after_a_jump_is_its_echo_not_news(shared: Path, tmp_path: Path) -> None:
    _, panel = real_market(shared, tmp_path, date(2025, 10, 8))
    signal = REGISTRY["news_before_price"]
    value = signal.measure(panel).value
    column = panel.symbols.index("TMQ")
    assert value[-3, column] > 3.5  # 6 October
    assert value[-2, column] == 0.0  # the jump
    assert value[-1, column] == 0.0  # volume still ten times the usual
