"""The study at its edge: from a store of simulated bars to the tables, twice the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy import stats
from typer.testing import CliRunner

from watchlist import store
from watchlist.catalog import Catalog, load_catalog
from watchlist.cli.commands import build_app
from watchlist.config import Config
from watchlist.errors import StudyError
from watchlist.project import Project
from watchlist.sources import open_source
from watchlist.store.pull import pull_bars
from watchlist.study.design import StudyDesign
from watchlist.study.question import Question, ask
from watchlist.study.stored import TABLES, daily_designs, run_study

ON = date(2026, 7, 31)
RUNNER = CliRunner()


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 8, 1, 12, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


Built = tuple[duckdb.DuckDBPyConnection, Catalog, Config, date]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """A build with simulated bars and the daily studies in it."""
    project = Project(tmp_path_factory.mktemp("project"), simulated=True)
    config, catalog = Config(source="simulated"), load_catalog(project)
    source = open_source("simulated", config, project, FixedClock())
    with store.open_build(project, FixedClock()) as build:
        pulled = pull_bars(build, catalog, source, clock=FixedClock(), on=ON)
        run_study(build.con, catalog, config, as_of=pulled.as_of)
        yield build.con, catalog, config, pulled.as_of


def read(con: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    return con.sql(sql).pl()


def test_the_daily_studies_stand_in_the_store(built: Built) -> None:
    con, _, _, as_of = built
    studies = read(con, "SELECT * FROM studies ORDER BY study_id")
    assert studies["name"].to_list() == [
        "daily-market", "daily-sector", "daily-market-keep", "daily-sector-keep",
    ]  # fmt: skip
    assert studies["headline"].to_list() == [True, False, False, False]
    assert studies["model"].to_list() == ["market", "market+sector"] * 2
    assert set(studies["as_of"]) == {as_of}
    for design in studies["design"]:
        assert StudyDesign.from_json(design).windows[0] == (0, 0)
    for table in TABLES:
        ids = {row[0] for row in con.execute(f"SELECT DISTINCT study_id FROM {table}").fetchall()}
        assert ids <= set(studies["study_id"]), table
        assert ids, table


def test_a_second_run_changes_nothing(built: Built) -> None:
    con, catalog, config, as_of = built
    before = {table: read(con, f"FROM {table}") for table in ("studies", *TABLES)}
    run_study(con, catalog, config, as_of=as_of)
    for table, frame in before.items():
        again = read(con, f"FROM {table}")
        assert again.sort(pl.all()).equals(frame.sort(pl.all())), table


def test_nothing_after_the_as_of_session_is_seen(built: Built) -> None:
    con, _, config, _ = built
    earlier = date(2025, 7, 10)
    result = ask(con, config, Question(), as_of=earlier)
    assert result.abnormal_returns["session"].max() == earlier
    assert result.fits["day0"].max() == earlier
    today = result.effects.join(
        result.fits.filter(day0=earlier), on=["event_id", "symbol"], how="semi"
    )
    long = today.filter(last_day=20)
    assert long["days"].to_list() == [1] * long.height
    assert long["note"].str.contains("1 of 21 days so far").all()


def test_planted_effects_come_back(built: Built) -> None:
    """On days that no other event shares: no bias, and honest intervals."""
    con, _, _, _ = built
    found = read(
        con,
        """
        SELECT e.event_id, e.symbol, e.car, e.se, p.ar AS planted, f.observations
        FROM event_effects AS e
        JOIN planted_effects AS p ON p.event_id = e.event_id AND p.symbol = e.symbol AND p.day = 0
        JOIN study_fits AS f
            ON f.study_id = e.study_id AND f.event_id = e.event_id AND f.symbol = e.symbol
        WHERE e.study = 'daily-market' AND e.first_day = 0 AND e.last_day = 0
            AND NOT EXISTS (
                SELECT 1 FROM study_overlaps AS o
                WHERE o.study_id = e.study_id AND o.event_id = e.event_id AND o.symbol = e.symbol
                    AND abs(o.sessions_apart) <= 1
            )
        """,
    )
    assert found.height > 60
    error = (found["car"] - found["planted"]).to_numpy()
    assert abs(error.mean()) < 2 * error.std(ddof=1) / np.sqrt(len(error))
    half = stats.t.ppf(0.975, found["observations"].to_numpy() - 2) * found["se"].to_numpy()
    covered = float(np.mean(np.abs(error) <= half))
    assert 0.9 <= covered <= 0.99


def test_questions_become_designs(built: Built) -> None:
    con, _, config, as_of = built
    settings = {"windows": ((0, 0),)}
    named = ask(con, config, Question(symbols=("MP",), settings=settings), as_of=as_of)
    assert set(named.effects["symbol"]) == {"MP"}
    sector = ask(
        con,
        config,
        Question(symbols=("MP",), model="market+sector", settings=settings),
        as_of=as_of,
    )
    assert sector.fits["factors"][0].to_list() == ["SPY", "REMX"]
    peers = ask(
        con, config, Question(symbols=("MP",), model="market+peers", settings=settings), as_of=as_of
    )
    basket = peers.fits["factors"][0].to_list()[1]
    assert basket.startswith("peers:")
    members = basket.removeprefix("peers:").split("+")
    assert "MP" not in members
    sectors = dict(con.execute("SELECT symbol, sector_factor FROM securities").fetchall())
    assert {sectors[member] for member in members} == {sectors["MP"]}
    volume = ask(
        con,
        config,
        Question(symbols=("MP",), settings={**settings, "subject": "volume"}),
        as_of=as_of,
    )
    assert volume.design.factors == ("market-volume",)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question(symbols=("MPP",)), "did you mean 'MP'"),
        (Question(categories=("equity-steak",)), "did you mean 'equity-stake'"),
        (Question(model="markett"), "did you mean 'market'"),
        (Question(model="ff3"), "give Kenneth French's daily CSV files"),
        (Question(tables=(Path("nowhere.csv"),)), "no such file"),
        (Question(contrast=("loan",)), "--by category --contrast"),
    ],
    ids=["symbol", "category", "model", "factors", "file", "contrast"],
)
def test_wrong_questions_are_answered_with_the_right_one(
    built: Built, question: Question, words: str
) -> None:
    con, _, config, as_of = built
    with pytest.raises(Exception, match=words) as caught:
        ask(con, config, question, as_of=as_of)
    assert type(caught.value).__name__ in ("ConfigError", "StudyError")


def test_without_market_data_there_is_no_study(built: Built) -> None:
    con, catalog, _, as_of = built
    config = Config.model_validate({"study": {"market": "QQQ"}})
    with pytest.raises(StudyError, match="no returns of the market factor QQQ") as caught:
        run_study(con, catalog, config, as_of=as_of)
    assert "watchlist pull QQQ" in (caught.value.hint or "")


def test_only_a_few_days_of_studies_are_kept(built: Built) -> None:
    """The session itself, the one before, and the newest two: more would only fatten the file."""
    con, catalog, config, as_of = built
    con.execute("BEGIN")
    try:
        for back in range(1, 6):
            con.execute(
                "INSERT INTO base.studies BY NAME SELECT * REPLACE (as_of - $n AS as_of, "
                "study_id - 1000 * $n AS study_id) FROM base.studies WHERE as_of = $day",
                {"n": back, "day": as_of},
            )
        run_study(con, catalog, config, as_of=as_of - timedelta(days=3))
        days = read(con, "SELECT DISTINCT as_of FROM studies ORDER BY as_of")["as_of"].to_list()
    finally:
        con.execute("ROLLBACK")
    assert days == [as_of - timedelta(days=n) for n in (4, 3, 1, 0)]


def test_configured_designs(built: Built) -> None:
    config = Config.model_validate({"study": {"overlap": "keep", "estimation": [-260, -11]}})
    designs = daily_designs(config)
    assert [design.overlap for design in designs] == ["keep", "keep", "mask", "mask"]
    assert designs[0].estimation_length == 250


def test_the_command_answers_from_the_store(
    built: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`watchlist study …` end to end on the built store: data on stdout, talk on stderr."""
    con = built[0]
    monkeypatch.setattr(store, "connect", lambda *_, **__: nullcontext(con.cursor()))
    common = ["study", "--project", str(tmp_path), "--symbol", "MP", "--window", "0:0"]
    asked = RUNNER.invoke(build_app(), [*common, "--format", "csv"])
    assert asked.exit_code == 0, asked.exception
    rows = pl.read_csv(asked.stdout.encode())
    assert set(rows["symbol"]) == {"MP"}
    assert rows["car"].abs().max() < 5
    assert "pairs of" in asked.stderr
    tests = RUNNER.invoke(build_app(), [*common, "--by", "all", "--tests", "all"])
    assert tests.exit_code == 0, tests.exception
    assert "kolari" not in tests.stdout
    assert "calendar-time-alpha" in tests.stdout
    earlier = RUNNER.invoke(
        build_app(), ["study", "--project", str(tmp_path), "--on", "2026-03-02"]
    )
    assert earlier.exit_code == 0, earlier.exception
    assert "the store keeps its own studies" in earlier.stderr
    assert "ibragimov-mueller" in earlier.stdout
