"""A table fits its terminal, and says what it had to cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchlist.sql.query import Column
from watchlist.sql.table import cut, draw, width

COLUMNS = [Column("symbol", "VARCHAR"), Column("ret", "DOUBLE"), Column("title", "VARCHAR")]
ROWS = [("MP", 0.50616, "Department of Defense takes a stake"), ("LAC", None, None)]


def test_numbers_stand_at_the_right_and_texts_at_the_left() -> None:
    text, lost = draw(COLUMNS, ROWS)
    assert text.splitlines() == [
        "symbol      ret  title",
        "──────  ───────  ───────────────────────────────────",
        "MP      0.50616  Department of Defense takes a stake",
        "LAC        NULL  NULL",
    ]
    assert lost == []


def test_the_widest_text_gives_way_and_is_named() -> None:
    text, lost = draw(COLUMNS, ROWS, room=40)
    assert max(map(width, text.splitlines())) <= 40
    assert lost == ["title"]
    assert "…" in text
    assert "0.50616" in text


def test_what_cannot_fit_is_left_out_and_said() -> None:
    text, lost = draw(COLUMNS, ROWS, room=16)
    assert max(map(width, text.splitlines())) <= 16
    assert lost == ["title (left out)"]


def test_a_cell_cannot_move_the_cursor() -> None:
    text, _ = draw([Column("s", "VARCHAR")], [("\x1b[2J\r\n\t",)])
    assert "\x1b" not in text
    assert "\\x1b[2J\\r\\n\\t" in text


@pytest.mark.parametrize(("text", "columns"), [("MP", 2), ("希土類", 6), ("e\u0301", 1), ("🪨", 2)])
def test_width_counts_what_a_terminal_shows(text: str, columns: int) -> None:
    assert width(text) == columns


@given(st.text(), st.integers(1, 30))
def test_a_cut_text_fits(text: str, columns: int) -> None:
    assert width(cut(text, columns)) <= max(columns, 1)


@given(
    st.lists(st.tuples(st.text(max_size=40), st.floats()), max_size=6),
    st.integers(30, 120),
)
def test_every_line_fits(rows: list[tuple[str, float]], room: int) -> None:
    text, lost = draw([Column("name", "VARCHAR"), Column("value", "DOUBLE")], rows, room)
    assert all(width(line) <= room for line in text.splitlines()) or lost
    assert len(text.splitlines()) == len(rows) + 2
