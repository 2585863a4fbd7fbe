"""Rendering: escaped as Jinja2 escapes, and from the templates as they stand now."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError
from markupsafe import Markup

from watchlist.errors import ConfigError
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


def test_a_slip_in_a_template_of_the_users_is_told_and_in_ours_is_a_bug(tmp_path: Path) -> None:
    (tmp_path / "daily.html.j2").write_text("\n{{ report.nothing }}")
    with pytest.raises(ConfigError, match=r"daily\.html\.j2, line 2: .*no attribute 'nothing'"):
        Renderer([tmp_path, packaged("reports")]).plain("daily.html.j2", {})
    with pytest.raises(UndefinedError):
        Renderer([tmp_path, packaged("reports")]).plain("event.html.j2", {})
    (tmp_path / "report.css").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"report\.css: not UTF-8 text"):
        Renderer([tmp_path, packaged("reports")])


@pytest.mark.parametrize("spoilt", [b"", b"\0" * 500, b"cut off"], ids=["empty", "zeros", "cut"])
def test_a_compiled_template_that_a_disk_spoilt_is_compiled_again(
    tmp_path: Path, spoilt: bytes
) -> None:
    own, cache = tmp_path / "reports", tmp_path / "cache"
    own.mkdir()
    (own / "note.txt.j2").write_text("one")
    folders = [own, packaged("reports")]
    assert Renderer(folders, cache).plain("note.txt.j2", {}) == "one"
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:40] if spoilt == b"cut off" else spoilt)
    assert Renderer(folders, cache).plain("note.txt.j2", {}) == "one"
    assert file.read_bytes() == whole


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
