"""A user's own report, as reports/README.md shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.report.small_store import AS_OF, build
from tests.sql.in_process import rows_of
from watchlist.errors import ConfigError, QueryError
from watchlist.project import Project, packaged
from watchlist.report.own import Rows, own_reports, write_own


@pytest.fixture(scope="module")
def rows() -> Rows:
    return rows_of(build())


def project(tmp_path: Path, template: str, name: str = "movers", **queries: str) -> Project:
    folder = tmp_path / "reports" / name
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(template, encoding="utf-8")
    for query, text in queries.items():
        (folder / f"{query}.sql").write_text(text, encoding="utf-8")
    return Project(tmp_path)


def test_the_example_of_the_readme_renders(tmp_path: Path, rows: Rows) -> None:
    readme = (packaged("reports") / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```html\n(.*?)```", readme, re.DOTALL)
    assert example is not None
    assert len(example[1].splitlines()) == 10

    path = write_own(rows, project(tmp_path, example[1]), "movers", as_of=AS_OF)

    assert path.relative_to(tmp_path).as_posix() == f"reports/out/movers/{AS_OF}.html"
    html = path.read_text(encoding="utf-8")
    assert "<h1>Who moved, and what is ahead</h1>" in html
    assert all(f">{symbol}</td>" in html for symbol in ("MP", "LAC", "TMQ", "NB"))
    assert "Ministers meet on critical minerals" in html


def test_a_query_beside_the_template_wins_and_takes_parameters(tmp_path: Path, rows: Rows) -> None:
    template = (
        '{% extends "own.html.j2" %}{% block body %}{{ m.table(query("q", n=3)) }}{% endblock %}'
    )
    place = project(tmp_path, template, q="SELECT $n * 2 AS twice, '<b>' AS text")

    html = write_own(rows, place, "movers", as_of=AS_OF).read_text(encoding="utf-8")

    assert '<td class="n" data-v="6">6</td><td data-v="&lt;b&gt;">&lt;b&gt;</td>' in html


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% if %}", r"reports/movers/report.html, line 1: "),
        ("a\n{{ nothing }}", r"reports/movers/report.html, line 2: 'nothing' is undefined"),
        ("{{ 1 / 0 }}", r"report.html, line 1: ZeroDivisionError: division by zero"),
        ('{{ "a" | percent }}', r"report.html, line 1: TypeError: must be real number"),
        ("{{ query() }}", r"report.html, line 1: TypeError: .*query_name"),
        ('{% include "gone.html" %}', r"report.html, line 1: gone.html"),
        ('{{ query("no-such") }}', r"no-such"),
    ],
    ids=["syntax", "unknown name", "number", "type", "call", "include", "unknown query"],
)
def test_a_wrong_template_is_named(tmp_path: Path, rows: Rows, template: str, message: str) -> None:
    with pytest.raises((ConfigError, QueryError), match=message):
        write_own(rows, project(tmp_path, template), "movers", as_of=AS_OF)


@pytest.mark.parametrize("file", ["report.html", "q.sql"])
def test_a_file_that_is_no_text_is_named(tmp_path: Path, rows: Rows, file: str) -> None:
    place = project(tmp_path, '{{ query("q") }}')
    (place.own("reports") / "movers" / file).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=f"movers/{file}: not UTF-8 text"):
        write_own(rows, place, "movers", as_of=AS_OF)


def test_a_query_may_only_ask(tmp_path: Path, rows: Rows) -> None:
    place = project(tmp_path, '{{ query("q") }}', q="DROP TABLE base.events")

    with pytest.raises(QueryError, match="refused"):
        write_own(rows, place, "movers", as_of=AS_OF)


def test_an_unknown_report_is_told_the_nearest(tmp_path: Path, rows: Rows) -> None:
    place = project(tmp_path, "x")

    assert own_reports(place) == ["movers"]
    with pytest.raises(ConfigError, match="report 'mover'") as caught:
        write_own(rows, place, "mover", as_of=AS_OF)
    assert caught.value.hint == "did you mean 'movers'?"
