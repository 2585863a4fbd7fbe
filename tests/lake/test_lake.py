"""The team's store: the file's answers, several writers, readers that see whole states."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import newest_duckdb
from tests.lake.conftest import Team

FIRST, LAST = date(2024, 6, 3), date(2025, 7, 18)
SYMBOLS = ("SPY", "REMX", "LIT", "COPX", "MP", "LAC", "TMQ", "NB")


def write_bars(file: Path, symbols: tuple[str, ...] = SYMBOLS, until: date = LAST) -> None:
    """A small bar file whose prices follow from the date alone."""
    lines = ["symbol,session,open,high,low,close,volume,dividend,split"]
    for number, symbol in enumerate(symbols):
        day, price = FIRST, 10.0 + number
        while day <= until:
            if day.weekday() < 5:
                wave = math.sin(day.toordinal() * (1 + 0.1 * number))
                price *= 1 + 0.01 * wave
                row = (price, price * 1.01, price * 0.99, price)
                prices = ",".join(f"{p:.6f}" for p in row)
                lines.append(f"{symbol},{day},{prices},{1000 + number},0,1")
            day += timedelta(days=1)
    file.write_text("\n".join(lines) + "\n")


@pytest.mark.network
def test_a_lake_gives_the_same_answers_as_a_file(team: Team, tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    write_bars(bars)
    team.run("daily", "--source", str(bars), "--on", str(LAST))
    alone = Team(tmp_path / "alone")
    alone.folder.mkdir()
    alone.run("daily", "--source", str(bars), "--on", str(LAST))
    for place in (team, alone):
        place.run("study", "sweep", "--estimation", "-130:-11", "--window=0:0")

    for question in (
        "SELECT symbol, count(*), sum(ret) FROM returns GROUP BY ALL ORDER BY ALL",
        "SELECT event_id, symbol, first_day, last_day, car, scar, placebo_p FROM event_effects "
        "ORDER BY ALL",
        "SELECT symbol, car, scar FROM car('mp-dod-2025', -1, 1) ORDER BY ALL",
        "SELECT event_id, symbol, ar, sar FROM abnormal_returns JOIN studies USING (study_id) "
        "WHERE name = 'sweep' ORDER BY ALL",
    ):
        answer = team.ask(question)
        assert answer == alone.ask(question)
        assert answer.count("\n") > 0


@pytest.mark.network
def test_two_writers_at_once_lose_and_double_nothing(team: Team, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    write_bars(one, ("SPY", "MP"))
    write_bars(two, ("SPY", "LAC"))
    team.run("pull", "SPY", "--source", str(one))

    writers = [
        team.start("pull", "MP", "--source", str(one)),
        team.start("pull", "LAC", "--source", str(two)),
    ]

    for writer in writers:
        _, talk = writer.communicate(timeout=120)
        assert writer.returncode == 0, talk
    counts = team.ask("SELECT symbol, count(*), count(DISTINCT session) FROM bars GROUP BY ALL")
    found = {symbol: (n, d) for symbol, n, d in (line.split(",") for line in counts.split())}
    assert set(found) == {"SPY", "MP", "LAC"}
    assert all(n == d for n, d in found.values())
    assert team.ask("SELECT count(*), count(DISTINCT pull_id) FROM pulls") == "3,3"


@pytest.mark.network
def test_a_killed_writer_changes_nothing_that_readers_see(team: Team, tmp_path: Path) -> None:
    bars, longer = tmp_path / "bars.csv", tmp_path / "longer.csv"
    write_bars(bars)
    write_bars(longer, until=LAST + timedelta(days=14))
    team.run("pull", "--source", str(bars))
    question = "SELECT count(*), max(session) FROM bars"
    before = team.ask(question)

    writer = team.start("pull", "--source", str(longer))
    time.sleep(4)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()

    assert writer.returncode in {0, -signal.SIGKILL}
    if writer.returncode:
        assert team.ask(question) == before
    team.run("pull", "--source", str(longer))
    assert team.ask("SELECT count(*) FROM bars") == team.ask(
        "SELECT count(*) FROM (SELECT DISTINCT symbol, session FROM bars)"
    )
    assert team.ask("SELECT max(session) FROM bars") > before.split(",")[1]


@pytest.mark.network
def test_time_travel_gives_the_snapshot_of_that_day(team: Team, tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    write_bars(bars, ("SPY",))
    team.run("pull", "SPY", "--source", str(bars))
    today = team.ask(
        "SELECT max(published_at::TIMESTAMPTZ)::DATE FROM "
        "(SELECT value AS published_at FROM meta WHERE key = 'published_at')"
    )

    assert team.ask("SELECT count(*) > 0 FROM bars", "--as-known", today) == "true"
    early = team.start("sql", "--as-known", "2020-01-01", "SELECT 1")
    _, talk = early.communicate(timeout=60)
    assert early.returncode == 2
    assert "nothing was published in the team's store by 2020-01-01" in talk


@pytest.mark.network
def test_the_sandbox_reads_the_lake_and_no_other_file(team: Team, tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    write_bars(bars, ("SPY",))
    team.run("pull", "SPY", "--source", str(bars))

    refused = team.start("sql", f"SELECT * FROM read_csv('{bars}')")
    _, talk = refused.communicate(timeout=60)

    assert refused.returncode == 6
    assert "refused" in talk


def test_without_the_extension_it_says_what_to_install(tmp_path: Path) -> None:
    """DuckDB 2 finds the wheel of 1.5.5 and cannot load it."""
    (tmp_path / "watchlist.toml").write_text('[store]\nurl = "ducklake:x.ducklake"\n')
    done = subprocess.run(
        [sys.executable, "-m", "watchlist", "sql", "SELECT 1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(newest_duckdb())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "has no extension 'ducklake'" in done.stderr
    assert "mining-watchlist[lake]" in done.stderr


def test_a_store_url_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text('[store]\nurl = "postgres://db/lake"\n')
    done = subprocess.run(
        [sys.executable, "-m", "watchlist", "sql", "SELECT 1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "names no store" in done.stderr
