"""Every page has a twin: valid by its published schema, and all that the page is made of."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import jsonschema
import pytest
from pydantic import TypeAdapter

from tests.report.schemas import CONFIG, PAGES, file_of, schema_of
from tests.report.site import write_site
from tests.report.small_store import AS_OF, EVENTS, Event, build
from tests.stores import DEMO_ON
from watchlist import store
from watchlist.project import Project
from watchlist.report import facts, rows, study_rows
from watchlist.report.files import to_json
from watchlist.report.site import open_renderer

KINDS = tuple(PAGES)
SCHEMAS = {kind: json.loads(file_of(kind).read_text("utf-8")) for kind in KINDS}


def twins(folder: Path) -> dict[str, list[Path]]:
    """The twins of a reports folder by kind."""
    return {
        "daily": sorted(folder.glob("daily/*.json")),
        "event": sorted(folder.glob("events/*.json")),
        "symbol": sorted(folder.glob("symbols/*.json")),
        "signals": sorted(folder.glob("signals/*.json")),
        "index": [folder / "index.json"],
    }


def read(file: Path) -> dict[str, Any]:
    twin: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return twin


def problems(folder: Path, kind: str) -> list[str]:
    schema = jsonschema.Draft202012Validator(
        SCHEMAS[kind], format_checker=jsonschema.FormatChecker()
    )
    return [
        f"{file.name} {list(problem.path)}: {problem.message[:200]}"
        for file in twins(folder)[kind]
        for problem in schema.iter_errors(read(file))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_twin_of_the_demo_is_valid(demo_project: Project, kind: str) -> None:
    assert twins(demo_project.reports_dir)[kind]
    assert problems(demo_project.reports_dir, kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_made_of_the_types_of_the_page(kind: str) -> None:
    assert file_of(kind).read_text("utf-8") == to_json(schema_of(kind)), (
        "renew it: python -m tests.report.schemas"
    )


def test_every_answer_is_of_its_type(demo_project: Project) -> None:
    """What SQL gives is what the types say, so that a number can be followed by reading them."""
    names = {**vars(facts), "rows": rows, "study_rows": study_rows}
    with store.connect(demo_project) as con:
        answers = [facts.read_facts(con, DEMO_ON, chart_days=550)]
    answers.append(facts.read_facts(build(calibrated=True), AS_OF, chart_days=550))

    for found in answers:
        for name, kind in get_type_hints(facts.Facts, names).items():
            value = getattr(found, name)
            assert TypeAdapter(kind, config=CONFIG).validate_python(value, strict=True) == value


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_one_and_describes_its_version(kind: str) -> None:
    schema = SCHEMAS[kind]

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == schema["properties"]["schema"]["const"] == f"watchlist.{kind}/1"


def test_what_two_schemas_share_is_the_same() -> None:
    known: dict[str, Any] = {}
    for schema in SCHEMAS.values():
        for name, definition in schema.get("$defs", {}).items():
            assert known.setdefault(name, definition) == definition, name


@pytest.mark.parametrize("kind", KINDS)
def test_page_says_what_its_twin_says(demo_project: Project, kind: str) -> None:
    """Made of nothing but its twin; links go where the index says."""
    folder = demo_project.reports_dir
    index = read(folder / "index.json")
    renderer = open_renderer(demo_project)
    twin = TypeAdapter(PAGES[kind])

    for file in twins(folder)[kind]:
        page = file.with_suffix(".html").read_text("utf-8")
        again = renderer.page(
            twin.validate_json(file.read_bytes()),
            linked=frozenset(row["symbol"] for row in index["symbols"]),
            known_events=frozenset(row["event_id"] for row in index["events"]),
            signals_page=True,
        )
        assert again == page, file.name
        links = re.findall(r'<link rel="alternate" type="application/json"[^>]*href="(.+?)"', page)
        assert links == [file.name]


STATES: dict[str, dict[str, Any]] = {
    "usual": {},
    "no event": {"events": ()},
    "no bars": {"with_bars": False},
    "no study": {"with_study": False},
    "one symbol": {"watched": ("MP",), "peers": ()},
    "pull failed": {"failed": ("NB",)},
    "calibrated": {"calibrated": True},
}


@pytest.mark.parametrize("store", STATES.values(), ids=STATES.keys())
def test_twins_of_poor_states_are_valid(tmp_path: Path, store: dict[str, Any]) -> None:
    folder = write_site(tmp_path, **store).reports_dir

    assert [problem for kind in KINDS for problem in problems(folder, kind)] == []


def test_hostile_text_comes_through_a_twin_unchanged(tmp_path: Path) -> None:
    text = "</script>{{ 7*7 }} \"'\u202e\u2028 <b>"
    hostile = Event("../x", date(2026, 1, 29), text, ("MP",), source_url="javascript:alert(1)")
    folder = write_site(tmp_path, events=(*EVENTS[:2], hostile)).reports_dir

    twin = read(folder / "events" / "_2e._2fx.json")
    assert twin["title"] == text
    assert twin["event"]["sources"][0]["url"] is None
    assert [kind for kind in KINDS if problems(folder, kind)] == []


def test_a_twin_has_a_line_a_field_and_a_row() -> None:
    text = to_json({"a": 1, "part": {"rows": [{"b": [1, 2]}, {"b": []}], "all": 2}, "none": []})

    assert text.splitlines() == [
        "{",
        ' "a": 1,',
        ' "part": {',
        '  "rows": [',
        '   {"b": [1, 2]},',
        '   {"b": []}',
        "  ],",
        '  "all": 2',
        " },",
        ' "none": []',
        "}",
    ]
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json({"a": float("nan")})
