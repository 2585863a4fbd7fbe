"""Symbols with a source of their own: each bar keeps its source, one outage does not spread."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.loopback import FakeClock, YahooServer, yfinance_at
from tests.loopback.tiingo import TOKEN, TiingoServer
from tests.loopback.yahoo import TOO_MANY_REQUESTS
from tests.sources.securities import security
from tests.sources.test_tiingo import ADJUSTED, RAW
from watchlist.catalog import Catalog
from watchlist.config import Config, Fetch
from watchlist.errors import ConfigError
from watchlist.project import Project
from watchlist.sources import RoutedSource, open_source
from watchlist.sources.files import FileSource
from watchlist.sources.tiingo import TiingoSource
from watchlist.sources.yahoo import YahooSource
from watchlist.store import open_build
from watchlist.store.pull import pull_bars

FILE = "symbol,date,close\nMP,2025-07-09,{}\nNB,2025-07-09,{}\n"


def test_the_configured_source_brings_the_symbols_own(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILE.format(1, 2))
    (tmp_path / "b.csv").write_text(FILE.format(3, 4))
    project = Project(tmp_path)
    config = Config(source="a.csv", sources={"NB": "b.csv"})
    source = open_source("a.csv", config, project, FakeClock())
    assert source.name == "file:a.csv, file:b.csv"
    closes = [source.fetch(security(s), None, None).bars["close"].item() for s in ("MP", "NB")]
    assert closes == [1, 4]
    alone = config.with_source("b.csv")
    assert open_source("b.csv", alone, project, FakeClock()).name == "file:b.csv"


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({"NBB": "yahoo"}, "NBB: no such symbol; did you mean 'NB'"),
        ({"NB": "simulated"}, "never mixed"),
        ({"NB": "tingo"}, "no such source"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, sources: dict[str, str], words: str) -> None:
    (tmp_path / "a.csv").write_text(FILE.format(1, 2))
    config = Config(source="a.csv", sources=sources)
    with pytest.raises(ConfigError, match=words):
        open_source("a.csv", config, Project(tmp_path), FakeClock())


@pytest.mark.network
def test_one_source_that_is_out_does_not_stop_the_other(tmp_path: Path) -> None:
    clock = FakeClock()
    symbols = ("MP", "LAC", "NB", "TMQ")
    catalog = Catalog(securities=tuple(security(s, role="watchlist") for s in symbols), events=())
    with (
        YahooServer({"MP": ADJUSTED, "LAC": ADJUSTED}) as yahoo,
        TiingoServer({"NB": RAW, "TMQ": RAW}) as tiingo,
        yfinance_at(yahoo.url),
    ):
        yahoo.always("MP", TOO_MANY_REQUESTS)
        second = TiingoSource(TOKEN, Fetch(), clock, api=tiingo.url)
        usual = YahooSource(Fetch(), tmp_path / "yfinance", clock)
        source = RoutedSource(usual, {"NB": second, "TMQ": second})
        with open_build(Project(tmp_path), clock) as build:
            summary = pull_bars(build, catalog, source, clock=clock, since=date(2025, 10, 1))
            stored = build.con.execute("SELECT DISTINCT source FROM base.bars").fetchall()
            build.publish()
    told = {pull.symbol: (pull.source, pull.outcome) for pull in summary.outcomes}
    assert told == {
        "MP": ("yahoo", "failed"),
        "LAC": ("yahoo", "skipped"),
        "NB": ("tiingo", "new"),
        "TMQ": ("tiingo", "new"),
    }
    assert stored == [("tiingo",)]


def test_a_bad_file_of_one_symbol_harms_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILE.format(1, 2))
    (tmp_path / "b.csv").write_text(FILE.format("x", "y"))
    clock = FakeClock()
    source = RoutedSource(FileSource(tmp_path / "a.csv"), {"NB": FileSource(tmp_path / "b.csv")})
    catalog = Catalog(
        securities=tuple(security(s, role="watchlist") for s in ("MP", "NB")), events=()
    )
    with open_build(Project(tmp_path), clock) as build:
        summary = pull_bars(build, catalog, source, clock=clock)
        build.publish()
    assert [(pull.symbol, pull.outcome) for pull in summary.outcomes] == [
        ("MP", "new"),
        ("NB", "failed"),
    ]
