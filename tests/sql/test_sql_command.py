"""`watchlist sql` as an explorer meets it: answers on stdout, talk on stderr, clear complaints."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from watchlist.project import Project


def ask(project: Project, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watchlist", *arguments, "--project", str(project.root)],
        capture_output=True, text=True, input=stdin, check=False,
    )  # fmt: skip


def test_a_query_answers_on_stdout_and_nothing_else(demo_project: Project) -> None:
    done = ask(demo_project, "sql", "SELECT count(*) AS n FROM securities", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "n"


def test_from_stdin_and_from_a_file(demo_project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text("SELECT 7 AS seven")
    for arguments, stdin in (("-", "SELECT 7 AS seven"), (str(path), "")):
        done = ask(demo_project, "sql", arguments, "--format", "json", stdin=stdin)
        assert json.loads(done.stdout) == [{"seven": 7}], done.stderr


def test_parameters(demo_project: Project) -> None:
    sql = "SELECT $n + 1 AS n, $day AS day, $s AS s"
    done = ask(demo_project, "sql", sql, "-p", "n=41", "-p", "day=2025-07-10", "-p", "s='5'",
               "--format", "jsonl")  # fmt: skip
    assert json.loads(done.stdout) == {"n": 42, "day": "2025-07-10", "s": "5"}


def test_truncation_is_said(demo_project: Project) -> None:
    done = ask(demo_project, "sql", "FROM range(10)", "--limit", "3", "--format", "csv")
    assert done.stdout == "range\n0\n1\n2\n"
    assert "truncated: 3 rows shown, there are more" in done.stderr


def test_a_table_is_limited_and_a_file_is_not(demo_project: Project, tmp_path: Path) -> None:
    assert "truncated: 1,000 rows" in ask(demo_project, "sql", "FROM range(1001)").stderr
    out = tmp_path / "a.csv"
    done = ask(demo_project, "sql", "FROM range(1001)", "-o", str(out))
    assert done.stdout == ""
    assert "1,001 rows in" in done.stderr
    assert len(out.read_text().splitlines()) == 1002


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT clse FROM bars", ["SELECT clse FROM bars", '"close"', "watchlist schema"]),
        ("FROM barz", ["FROM barz", "did you mean 'bars'?"]),
        ("SELEC 1", ["SELEC", "for example: watchlist sql"]),
        ("FROM bars WHERE symbol = $s", ["the query wants $s", "--param s=…"]),
        ("COPY bars TO 'a'", ["COPY is refused", "-o FILE"]),
        ("SELECT 1; SELECT 2", ["2 statements", "WITH a AS"]),
        ("FROM read_csv('a.csv')", ["refused", "--allow-files"]),
    ],
)
def test_a_complaint_says_what_to_do(demo_project: Project, sql: str, words: list[str]) -> None:
    done = ask(demo_project, "sql", sql)
    assert done.returncode == 6
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [("SELECT clse FROM bars", "clse"), ("FROM barz", "barz"), ("SELEC 1", "SELEC")],
)
def test_a_caret_stands_below_what_is_wrong(demo_project: Project, sql: str, wrong: str) -> None:
    lines = ask(demo_project, "sql", sql).stderr.splitlines()
    (at,) = (i for i, line in enumerate(lines) if line.startswith("LINE 1: "))
    assert lines[at].removeprefix("LINE 1: ") == sql
    assert lines[at + 1].index("^") == lines[at].index(wrong)


def test_an_unknown_parameter_gets_the_nearest(demo_project: Project) -> None:
    done = ask(demo_project, "sql", "SELECT $symbol", "-p", "symbl=MP")
    assert done.returncode == 6
    assert "did you mean 'symbol'?" in done.stderr


def test_time_is_up(demo_project: Project) -> None:
    done = ask(demo_project, "sql", "SELECT count(*) FROM range(1000000) a, range(1000000) b",
               "--timeout", "0.5")  # fmt: skip
    assert done.returncode == 6
    assert "stopped after 0.5 s" in done.stderr


@pytest.mark.parametrize("seconds", ["nan", "-1"])
def test_a_timeout_that_is_no_time_is_refused(demo_project: Project, seconds: str) -> None:
    done = ask(demo_project, "sql", "SELECT 1", "--timeout", seconds)
    assert done.returncode == 2
    assert "0 waits for ever" in done.stderr


@pytest.mark.parametrize("seconds", ["0", "inf", "1e300"])
def test_a_query_may_take_as_long_as_it_likes(demo_project: Project, seconds: str) -> None:
    done = ask(demo_project, "sql", "SELECT 1 AS n", "--timeout", seconds, "--format", "csv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "n\n1\n", "")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "words"),
    [
        (("sql", "SELECT '\udcff'"), b"", 6, "the query is not UTF-8 text"),
        (("sql", "-"), b"SELECT '\xff'", 2, "-: cannot be read: not UTF-8 text"),
        (("sql", "SELECT $x", "-p", "x=\udcff"), b"", 6, "--param x: not UTF-8 text"),
        (("query", "run", "mine"), b"", 2, "mine.sql: not UTF-8 text\n  save it as UTF-8"),
        (("study", "sweep", "--market", "\udcff"), b"", 2, "not UTF-8 text"),
    ],
    ids=["inline", "stdin", "parameter", "query of one's own", "symbol"],
)
def test_what_is_not_utf8_is_told(
    demo_project: Project, tmp_path: Path, arguments: tuple[str, ...], stdin: bytes, code: int,
    words: str,
) -> None:  # fmt: skip
    shutil.copy(demo_project.store_file, tmp_path)
    (tmp_path / "watchlist.toml").write_text('source = "simulated"')
    if "mine" in arguments:
        (tmp_path / "queries").mkdir()
        (tmp_path / "queries" / "mine.sql").write_bytes(b"-- title: \xff")
    simulated = ["--simulated"] if arguments[0] == "study" else []
    done = subprocess.run(
        [sys.executable, "-m", "watchlist", *arguments, *simulated, "--project", str(tmp_path)],
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_byte_order_mark_is_no_part_of_the_query(demo_project: Project) -> None:
    done = ask(demo_project, "sql", "-", "--format", "csv", stdin="\ufeffSELECT 1 AS n")
    assert done.stdout == "n\n1\n"


def test_without_a_store_the_way_to_one_is_told(tmp_path: Path) -> None:
    done = ask(Project(tmp_path), "sql", "SELECT 1")
    assert done.returncode == 2
    assert "watchlist daily" in done.stderr


def test_a_slip_is_explained_by_the_full_command_line(demo_project: Project) -> None:
    done = ask(demo_project, "sql", "SELECT 1", "--limit", "many")
    assert done.returncode == 2
    assert "--limit" in done.stderr


def test_the_settings_of_the_project_hold(tmp_path: Path, demo_project: Project) -> None:
    (tmp_path / "watchlist.toml").write_text('source = "simulated"\n[sql]\nrows = 2\n')
    (tmp_path / demo_project.store_file.name).symlink_to(demo_project.store_file)
    assert "truncated: 2 rows" in ask(Project(tmp_path), "sql", "FROM range(3)").stderr
    (tmp_path / "watchlist.toml").write_text("[sql]\nrow = 2\n")
    done = ask(Project(tmp_path), "sql", "FROM range(3)")
    assert done.returncode == 2
    assert "sql.row: no such setting; did you mean 'rows'?" in done.stderr


def test_a_closed_pipe_is_no_failure(demo_project: Project) -> None:
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "watchlist", "sql", "FROM range(3000000)", "--format", "csv",
         "--project", str(demo_project.root)],
        stdout=writer, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(writer)
    os.read(reader, 10)
    os.close(reader)
    _, talk = process.communicate(timeout=60)
    assert "Traceback" not in talk


def test_parquet_goes_through_a_pipe_whole(demo_project: Project, tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "a.parquet"
    with path.open("wb") as handle:
        subprocess.run(
            [sys.executable, "-m", "watchlist", "sql", "SELECT 1 AS a, [2] AS b",
             "--format", "parquet", "--project", str(demo_project.root)],
            stdout=handle, check=True,
        )  # fmt: skip
    assert duckdb.execute(f"FROM '{path}'").fetchall() == [(1, [2])]


def test_query_list_show_and_run(demo_project: Project) -> None:
    listed = json.loads(ask(demo_project, "query", "list", "--format", "json").stdout)
    assert {"latest-moves", "freshness"} <= {query["name"] for query in listed}
    shown = ask(demo_project, "query", "show", "freshness").stdout
    assert shown.startswith("-- title: How fresh are the bars")
    done = ask(demo_project, "query", "run", "freshness", "--param", "behind=0", "--format", "json")
    assert {row["symbol"] for row in json.loads(done.stdout)} >= {"MP", "LAC", "TMQ", "NB"}
    wrong = ask(demo_project, "query", "run", "freshness", "--param", "behnd=0")
    assert (wrong.returncode, "did you mean 'behind'?" in wrong.stderr) == (2, True)
