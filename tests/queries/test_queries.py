"""Every question runs, on simulated and on real bars, and says of itself what DuckDB says of it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import duckdb
import pytest

from tests.conftest import SHARED
from tests.sql.in_process import open_here
from watchlist.project import Project, packaged
from watchlist.sql import catalogue, statements
from watchlist.sql import query as queries
from watchlist.sql.catalogue import Query
from watchlist.sql.parameters import split

QUERIES = [catalogue.read(path) for path in sorted(packaged("queries").glob("*.sql"))]

EMPTY_IN_DEMO = {
    "calibration": "calibration is run on request",
    "contradicted-claims": "no document was read",
    "coverage-by-company": "no document was read",
    "data-findings": "nothing need be wrong",
    "open-candidates": "no feed was asked",
    "pull-failures": "no pull failed",
    "restated-bars": "one pull restates nothing",
}
"""Questions that a fresh demo cannot answer, with the reason; all others must give rows."""

EMPTY_IN_REAL = {**EMPTY_IN_DEMO, "planted-or-found": "nothing is planted in real prices"}


def ask(
    project: Project, query: Query, given: dict[str, str]
) -> tuple[queries.Result, list[queries.Row]]:
    con = open_here(project, project.work_dir)
    try:
        result = queries.run(con, statements.parse(query.text), query.values(given))
        return result, [row for batch in result.batches() for row in batch]
    finally:
        con.close()


def test_there_are_at_least_thirty_questions() -> None:
    assert len(QUERIES) >= 30


def test_each_of_the_analysts_fifteen_questions_has_one_query() -> None:
    numbers = [found[1] for q in QUERIES if (found := re.search(r"Question (\d+) of", q.why))]
    assert sorted(map(int, numbers)) == list(range(1, 16))


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_header_names_the_parameters_of_the_sql(query: Query) -> None:
    (statement,) = duckdb.extract_statements(query.text)
    assert statement.named_parameters == {parameter.name for parameter in query.parameters}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_it_runs_on_the_demo_with_its_defaults(query: Query, demo_project: Project) -> None:
    result, rows = ask(demo_project, query, {})
    assert [(c.name, c.type) for c in result.columns] == [(c.name, c.type) for c in query.columns]
    assert rows or query.name in EMPTY_IN_DEMO


@pytest.mark.parametrize(
    # the demo has asked each already; real bars add to it where they lie
    "query",
    QUERIES if SHARED.is_dir() else QUERIES[:1],
    ids=lambda query: query.name,
)
def test_it_runs_on_real_bars_with_its_defaults(query: Query, real_project: Project) -> None:
    result, rows = ask(real_project, query, {})
    assert [(c.name, c.type) for c in result.columns] == [(c.name, c.type) for c in query.columns]
    assert rows or query.name in EMPTY_IN_REAL


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_its_example_runs(query: Query, demo_project: Project) -> None:
    words = shlex.split(query.example)
    assert words, "every question has an example"
    pairs = [words[i + 1] for i, word in enumerate(words) if word in {"--param", "-p"}]
    ask(demo_project, query, split(pairs))


@pytest.mark.parametrize(
    "query", [q for q in QUERIES if any(p.choices for p in q.parameters)], ids=lambda q: q.name
)
def test_every_choice_runs(query: Query, demo_project: Project) -> None:
    for parameter in query.parameters:
        for choice in parameter.choices:
            ask(demo_project, query, {parameter.name: choice})


def test_every_query_reads_public_views_only() -> None:
    for query in QUERIES:
        assert "base." not in query.text, query.name


def test_real_moves_of_the_brief_are_found_again(real_project: Project) -> None:
    """Day 0 and its return, as the coverage reports them."""
    expected = {
        ("mp-dod-2025", "MP"): ("2025-07-10", 0.506),
        ("lac-reuters-stake-2025", "LAC"): ("2025-09-24", 0.958),
        ("tmq-dow-stake-2025", "TMQ"): ("2025-10-07", 2.110),
        ("eo-14241-2025", "NB"): ("2025-03-21", 0.128),
    }
    query = catalogue.read(packaged("queries") / "reaction-table.sql")
    for (event, symbol), (day0, ret) in expected.items():
        _, rows = ask(real_project, query, {"event": event, "symbol": symbol})
        first = next(row for row in rows if row[4] == 0)
        assert str(first[0]) == day0
        assert first[5] == pytest.approx(ret, abs=0.0006)


def test_china_s_evening_news_reacts_the_next_morning(real_project: Project) -> None:
    query = catalogue.read(packaged("queries") / "day-zero.sql")
    _, rows = ask(real_project, query, {"event": "china-oct9-controls-2025"})
    assert {str(row[6]) for row in rows if row[5] == "XNYS"} == {"2025-10-09"}


def test_the_offering_after_the_stake_is_seen(real_project: Project) -> None:
    query = catalogue.read(packaged("queries") / "move-kept.sql")
    _, rows = ask(real_project, query, {})
    (mp,) = [row for row in rows if row[1] == "mp-dod-2025" and row[2] == "MP"]
    assert "mp-equity-offering-2025" in mp[7]


def test_a_user_s_query_replaces_a_packaged_one(tmp_path: Path) -> None:
    own = tmp_path / "queries" / "freshness.sql"
    own.parent.mkdir()
    own.write_text("-- title: mine\n-- why: mine\n-- column: a INTEGER: One\nSELECT 1 AS a\n")
    found = catalogue.load(Project(tmp_path))
    assert found["freshness"].own
    assert not found["latest-moves"].own
