"""Signals from and to a store, and on the command line."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from watchlist import store
from watchlist.catalog import load_catalog
from watchlist.cli.commands import build_app
from watchlist.clock import SystemClock
from watchlist.config import Config, RuleSettings, SignalSettings
from watchlist.errors import ConfigError
from watchlist.project import Project
from watchlist.signals import REGISTRY
from watchlist.signals.stored import judge_if_due, read_panel, rules_in_force, run_signals
from watchlist.store import last_session


@pytest.fixture
def demo(demo_project: Project, tmp_path: Path) -> Project:
    """The demo's store, to change at will."""
    project = Project(tmp_path, simulated=True)
    shutil.copy(demo_project.store_file, project.store_file)
    return project


def call(project: Project, *arguments: str) -> Result:
    folder = ["--project", str(project.root)]
    simulated = ["--simulated"] if project.simulated else []
    return CliRunner().invoke(build_app(), ["signals", *arguments, *folder, *simulated])


def rows(project: Project, table: str) -> list[tuple[object, ...]]:
    with store.connect(project) as con:
        found: list[tuple[object, ...]] = con.execute(f"FROM {table} ORDER BY ALL").fetchall()
        return found


def test_the_panel_ends_at_the_as_of_session_and_knows_nothing_later(demo: Project) -> None:
    on = date(2025, 10, 4)  # a Saturday
    with store.connect(demo) as con:
        as_of = last_session(con, on)
        panel = read_panel(con, Config(), as_of)
    assert as_of == date(2025, 10, 3)
    assert panel.sessions[-1].item() == as_of
    known = panel.events.known_on[panel.events.pair_event] <= panel.sessions[-1]
    assert ((panel.events.pair_day0 < len(panel.sessions)) | known).all()


def test_a_second_run_changes_nothing(demo: Project) -> None:
    before = {name: rows(demo, name) for name in ("signals", "alerts", "rankings")}
    bytes_before = demo.store_file.read_bytes()
    assert call(demo).exit_code == 0
    assert {name: rows(demo, name) for name in before} == before
    assert demo.store_file.read_bytes() == bytes_before


def test_an_earlier_session_is_looked_at_and_not_stored(demo: Project) -> None:
    before = demo.store_file.read_bytes()
    result = call(demo, "--on", "2025-10-07", "--format", "json")
    assert result.exit_code == 0
    assert {row["session"] for row in json.loads(result.stdout)} == {"2025-10-07"}
    assert "the store keeps its own signals" in result.stderr
    assert demo.store_file.read_bytes() == before


def test_alerts_are_changes_of_state_and_carry_the_chance_count(demo: Project) -> None:
    with store.connect(demo) as con:
        wrong = con.execute(
            """
            WITH s AS (
                SELECT *, lag(state) OVER (PARTITION BY symbol, signal ORDER BY session) AS before
                FROM signals
            )
            SELECT count(*) FROM alerts AS a JOIN s USING (symbol, signal, session)
            WHERE a.state <> s.state OR a.state = 'quiet' OR a.state = a.previous_state
            """
        ).fetchall()
        [(alerts, without)] = con.execute(
            "SELECT count(*), count(*) FILTER (expected_per_year IS NULL) FROM alerts"
        ).fetchall()
        described = {s for (s,) in con.execute("SELECT signal FROM signal_definitions").fetchall()}
    assert wrong == [(0,)]
    assert alerts > without
    assert described == set(REGISTRY.names())


def test_thresholds_of_the_user_are_in_force(demo: Project) -> None:
    strict = Config(signals=SignalSettings(rules={"gap": RuleSettings(up=50.0, down=-50.0)}))
    catalog = load_catalog(demo)
    with store.open_build(demo, SystemClock()) as build:
        summary = run_signals(build.con, catalog, strict, as_of=date(2026, 2, 6))
    gaps = summary.tables.signal_definitions.filter(signal="gap")
    assert gaps["rule"].item() == "z ≥ 50 or z ≤ −50"
    assert gaps["alerts"].item() == 0


@pytest.mark.parametrize(
    ("name", "rule", "message"),
    [
        ("abnormal_mov", RuleSettings(up=1.0), "no such signal"),
        ("abnormal_volume", RuleSettings(down=1.0), "no such side"),
        ("gap", RuleSettings(up=-9.0), "is not above"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(
    name: str, rule: RuleSettings, message: str
) -> None:
    config = Config(signals=SignalSettings(rules={name: rule}))
    with pytest.raises(ConfigError, match=rf"\[signals.rules.{name}\].*{message}"):
        rules_in_force(config)


def test_verdicts_are_kept_once_a_month_and_shown_beside_the_signal(demo: Project) -> None:
    with store.open_build(demo, SystemClock()) as build:
        build.con.execute("DELETE FROM base.signal_verdicts")
        assert judge_if_due(build.con, Config(), as_of=date(2026, 1, 5))
        assert not judge_if_due(build.con, Config(), as_of=date(2026, 2, 5))
        assert judge_if_due(build.con, Config(), as_of=date(2026, 2, 6))
        build.con.execute("DELETE FROM base.signal_verdicts WHERE as_of < DATE '2026-02-06'")
        build.publish()
    shown = json.loads(call(demo, "--format", "json").stdout)
    assert shown
    assert all(" at " in row["verdict"] or row["verdict"] == "not judged" for row in shown)
    verdicts = rows(demo, "signal_verdicts")
    claimed = [signal for signal in REGISTRY if signal.direction != "none"]
    assert len(verdicts) == 3 * len(claimed)


def test_rank_and_list(demo: Project) -> None:
    ranked = json.loads(call(demo, "rank", "--format", "json").stdout)
    assert [row["rank"] for row in ranked] == [1, 2, 3, 4]
    assert {row["symbol"] for row in ranked} == {"MP", "LAC", "TMQ", "NB"}
    listed = CliRunner().invoke(build_app(), ["signals", "list", "--format", "csv"])
    assert listed.stdout.count("\n") == len(REGISTRY) + 1


def test_a_wrong_format_and_a_missing_store_are_told(demo: Project, tmp_path: Path) -> None:
    refused = call(demo, "rank", "--format", "jsn")
    assert isinstance(refused.exception, ConfigError)
    assert "did you mean 'json'?" in str(refused.exception)
    empty = Project(tmp_path / "none")
    empty.root.mkdir()
    missing = call(empty)
    assert "there is no store yet" in str(missing.exception)


@pytest.mark.parametrize(
    ("symbol", "on", "signal"),
    [
        ("TMQ", "2025-10-06", "news_before_price"),
        ("LAC", "2025-09-23", "news_before_price"),
        ("MP", "2025-07-10", "abnormal_move"),
    ],
)
def test_on_real_bars_the_command_says_it_on_the_day(
    real_project: Project, symbol: str, on: str, signal: str
) -> None:
    result = call(real_project, "--on", on, "--format", "json")
    assert result.exit_code == 0
    spoken = [
        r for r in json.loads(result.stdout) if (r["symbol"], r["signal"]) == (symbol, signal)
    ]
    assert len(spoken) == 1
    assert spoken[0]["alerts_per_year"] > spoken[0]["expected_per_year"] * 0.5
    assert spoken[0]["sentence"].startswith(symbol)
