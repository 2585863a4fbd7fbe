"""The schema told: in words, as JSON, as Markdown, as a picture."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from watchlist.errors import ConfigError
from watchlist.sql import dictionary
from watchlist.sql.dictionary import render
from watchlist.sql.schema import EXAMPLES, describe_function, describe_macros, describe_views

VIEWS = describe_views()


def test_the_overview_names_every_view_and_function() -> None:
    text = render(VIEWS, "table")
    for view in VIEWS:
        assert re.search(rf"^{view.name} ", text, re.MULTILINE), view.name
    assert "car(event, first_day, last_day, market, mask)" in text


def test_one_view_shows_its_columns() -> None:
    text = render(describe_views("returns"), "table", one=True)
    assert "trade_gap" in text
    assert "fraction" in text


def test_an_unknown_view_gets_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'returns'"):
        describe_views("return")
    with pytest.raises(ConfigError, match="did you mean 'json'"):
        render(VIEWS, "jsn")


def test_json_is_for_programs() -> None:
    told = json.loads(render(VIEWS, "json"))
    assert {view["name"] for view in told} == {view.name for view in VIEWS}
    assert all(column["comment"] for view in told for column in view["columns"])


def test_markdown_has_a_row_for_every_column() -> None:
    text = render(VIEWS, "markdown")
    assert text.count("\n| ") == sum(len(view.columns) + 1 for view in VIEWS)


def test_mermaid_joins_what_exists() -> None:
    names = {view.name for view in VIEWS}
    text = render(VIEWS, "mermaid")
    assert text.startswith("erDiagram\n")
    joins = re.findall(r"^    (\w+) \|\|--o\{ (\w+) : ", text, re.MULTILINE)
    assert ("events", "event_effects") in joins
    assert {name for pair in joins for name in pair} <= names


def test_the_picture_is_whole_and_inside_its_frame() -> None:
    picture = ET.fromstring(render(VIEWS, "svg"))
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    space = "{http://www.w3.org/2000/svg}"
    boxes = [box for box in picture.iter(f"{space}rect") if box.attrib["class"] == "box"]
    assert len(boxes) == len(VIEWS)
    for box in boxes:
        x, y, w, h = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        assert x + w <= width
        assert y + h <= height
    places = [
        (float(b.attrib["x"]), float(b.attrib["y"]), float(b.attrib["height"])) for b in boxes
    ]
    for x, y, tall in places:
        assert not any(x == ox and y < oy < y + tall for ox, oy, _ in places), "boxes overlap"


def test_every_view_has_its_place_in_the_picture() -> None:
    placed = {name for _, members in dictionary.GROUPS for name in members}
    assert {view.name for view in VIEWS} <= placed


def test_every_table_function_is_described_with_its_columns() -> None:
    assert set(EXAMPLES) == {macro.name for macro in describe_macros() if macro.table}
    for name in EXAMPLES:
        told = describe_function(name)
        assert told is not None
        assert told.name.startswith(f"{name}(")
        assert all(column.comment for column in told.columns)
    assert describe_function("bars") is None
