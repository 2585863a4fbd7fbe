"""The views as files: whole, the same twice, explained, and safe for a spreadsheet on request."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from watchlist.errors import ConfigError
from watchlist.project import Project
from watchlist.sql.export import choose, export
from watchlist.sql.limits import Limits
from watchlist.sql.sandbox import Sandbox
from watchlist.sql.schema import describe_views

VIEWS = describe_views()


def run_export(project: Project, folder: Path, names: list[str], **options: object) -> int:
    with Sandbox(project, Limits()) as box:
        return export(box, choose(VIEWS, names), folder, **options)  # type: ignore[arg-type]


def test_every_view_is_written_with_its_rows_and_types(
    demo_project: Project, tmp_path: Path
) -> None:
    total = run_export(demo_project, tmp_path, [])
    store = duckdb.connect(str(demo_project.store_file), read_only=True)
    seen = 0
    for view in VIEWS:
        path = tmp_path / f"{view.name}.parquet"
        there = store.execute(f'DESCRIBE FROM "{view.name}"').fetchall()
        back = duckdb.execute(f"DESCRIBE FROM '{path}'").fetchall()
        # Parquet has no 16-bit integer's name of its own and JSON is a text there
        assert [row[0] for row in back] == [row[0] for row in there], view.name
        (rows,) = store.execute(f'SELECT count(*) FROM "{view.name}"').fetchall()[0]
        assert duckdb.execute(f"SELECT count(*) FROM '{path}'").fetchall() == [(rows,)]
        seen += rows
    store.close()
    assert total == seen > 10_000


def test_the_dictionary_explains_every_column(demo_project: Project, tmp_path: Path) -> None:
    run_export(demo_project, tmp_path, ["events", "returns"])
    told = json.loads((tmp_path / "dictionary.json").read_text())
    assert [view["file"] for view in told] == ["events.parquet", "returns.parquet"]
    assert all(column["comment"] for view in told for column in view["columns"])
    assert "| ret | DOUBLE |" in (tmp_path / "dictionary.md").read_text()


def test_the_same_store_gives_the_same_bytes(demo_project: Project, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run_export(demo_project, tmp_path / name, ["events", "event_effects"], style="csv")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_csv_is_neutralised_on_request(tmp_path: Path, demo_project: Project) -> None:
    import shutil

    project = Project(tmp_path / "p", simulated=True)
    project.root.mkdir()
    shutil.copyfile(demo_project.store_file, project.store_file)
    con = duckdb.connect(str(project.store_file))
    con.execute("UPDATE base.events SET title = '=HYPERLINK(1)' WHERE event_id = 'mp-dod-2025'")
    con.close()
    for safe, cell in ((False, "=HYPERLINK(1)"), (True, "'=HYPERLINK(1)")):
        folder = tmp_path / str(safe)
        run_export(project, folder, ["events"], style="csv", excel_safe=safe)
        with (folder / "events.csv").open(newline="", encoding="utf-8") as handle:
            titles = {row["event_id"]: row["title"] for row in csv.DictReader(handle)}
        assert titles["mp-dod-2025"] == cell


def test_an_unknown_view_or_format_gets_the_nearest(demo_project: Project, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'events'"):
        choose(VIEWS, ["evnts"])
    with pytest.raises(ConfigError, match="did you mean 'parquet'"):
        run_export(demo_project, tmp_path, ["events"], style="parket")
