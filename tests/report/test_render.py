"""Rendering: escaped as Jinja2 escapes, and from the templates as they stand now."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from watchlist.project import packaged
from watchlist.report.render import Renderer

SOURCE = (
    "{% macro cell(x) %}<td>{{ x }}</td>{% endmacro %}"
    "{% set kept %}{{ value }}{% endset %}"
    "{{ value }}{{ cell(value) }}{{ kept }}{{ value|safe }}"
    "{% autoescape false %}{{ value }}{% endautoescape %}"
)


@given(
    st.text()
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.builds(Markup, st.text())
    | st.lists(st.text())
)
def test_output_is_what_jinja2_itself_makes(value: object) -> None:
    own = Renderer([packaged("reports")]).environment
    plain = Environment(autoescape=True)
    assert own.from_string(SOURCE).render(value=value) == plain.from_string(SOURCE).render(
        value=value
    )


@pytest.mark.parametrize("cached", [True, False])
def test_an_edited_template_counts_at_once(tmp_path: Path, cached: bool) -> None:
    own = tmp_path / "reports"
    own.mkdir()
    cache = tmp_path / "cache" if cached else None
    folders = [own, packaged("reports")]
    for text in ("one", "two"):
        (own / "note.txt.j2").write_text(text)
        assert Renderer(folders, cache).plain("note.txt.j2", {}) == text
    assert (tmp_path / "cache").exists() is cached
