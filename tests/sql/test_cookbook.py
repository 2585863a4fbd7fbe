"""queries/README.md is what the command writes: renew it with `watchlist query cookbook`."""

from __future__ import annotations

import re

from watchlist.project import Project, packaged
from watchlist.sql import catalogue, cookbook
from watchlist.sql.limits import Limits

PAGE = packaged("queries") / "README.md"


def test_every_query_has_its_place() -> None:
    text = PAGE.read_text(encoding="utf-8")
    heads = re.findall(r"^## ([a-z0-9-]+)$", text, re.MULTILINE)
    assert heads == sorted(path.stem for path in packaged("queries").glob("*.sql"))
    for path in packaged("queries").glob("*.sql"):
        query = catalogue.read(path)
        assert query.title in text
        for column in query.columns:
            assert f"| `{column.name}` | {column.type} |" in text
        assert f"$ watchlist query run {query.name} {query.example}".rstrip() in text


def test_the_page_is_what_the_demo_answers(demo_project: Project) -> None:
    """To renew: `watchlist demo demo`, then the command into queries/README.md."""
    written = cookbook.write(demo_project, Limits())
    assert "SIMULATED prices" in written
    assert PAGE.read_text(encoding="utf-8").rstrip("\n") == written.rstrip("\n")
