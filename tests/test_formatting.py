"""A minus sign in what people read as a sentence, a hyphen in what programs read."""

from __future__ import annotations

import re

import pytest

from tests.stores import demo_project
from watchlist.formatting import Readable
from watchlist.project import Project
from watchlist.report.figures import path_label
from watchlist.store import connect

__all__ = ["demo_project"]

HYPHEN = re.compile(r"(?<![\w−])-\.?\d")


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (-1.25, "+.1f", "−1.2"),
        (0.5, "+.0%", "+50 %"),
        (-0.021, ".1%", "−2.1 %"),
        (-0.04, "+.1f", "0.0"),
        (0.0004, "+.1%", "0.0 %"),
        (-1e-7, "g", "−1e−07"),
        (-3, "g", "−3"),
        (float("nan"), ".1f", "nan"),
    ],
)
def test_a_number_in_a_sentence(value: float, spec: str, text: str) -> None:
    assert f"{Readable(value):{spec}}" == text


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("study_factors", "why"),
        ("alerts", "sentence"),
        ("alerts", "rule"),
        ("findings", "message"),
        ("study_tests", "warning"),
    ],
)
def test_sentences_of_the_store(demo_project: Project, table: str, column: str) -> None:
    with connect(demo_project) as con:
        told = [t for (t,) in con.execute(f"SELECT DISTINCT {column} FROM base.{table}").fetchall()]
    wrong = [text for text in told if text and HYPHEN.search(text)]
    assert not wrong
    if column in ("why", "sentence", "message"):
        assert any("−" in text for text in told), "the demo has such a sentence"


def test_numbers_stay_readable_for_programs(demo_project: Project) -> None:
    from watchlist.sql import present, query, statements

    with connect(demo_project) as con:
        sql = "SELECT car FROM event_effects WHERE car < 0 ORDER BY ALL LIMIT 1"
        result = query.run(con, statements.parse(sql))
        lines = list(present.csv_lines(result.columns, result.batches()))
    assert float("".join(lines).splitlines()[1]) < 0


def test_a_title_keeps_its_hyphens() -> None:
    """The words for the chart once turned every hyphen of the title into a minus sign."""
    line = {
        "symbol": "BRK-B", "day": [-5, 0], "car": [0.0, -0.02],
        "band_day": [], "lo": [], "hi": [],
    }  # fmt: skip
    assert path_label("A price-floor for rare-earth oxide", line) == (
        "BRK-B after “A price-floor for rare-earth oxide”: cumulative abnormal return "
        "−2.0\u00a0% from day −5 to day 0."
    )
