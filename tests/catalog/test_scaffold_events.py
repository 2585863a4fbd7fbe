"""The example that `watchlist init` writes is a real one."""

from __future__ import annotations

from pathlib import Path

from watchlist.catalog import load_catalog
from watchlist.catalog.writing import put_events
from watchlist.project import Project
from watchlist.scaffold import write_project


def test_the_example_loads_once_its_comment_signs_are_gone(tmp_path: Path) -> None:
    write_project(tmp_path)
    path = tmp_path / "events.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index("# [[events]]")
    example = "\n".join(line.removeprefix("# ") for line in lines[start:])
    path.write_text(example, encoding="utf-8")
    assert load_catalog(Project(tmp_path)).event("my-mine-permit-2026").named == ("LAC",)


def test_an_event_is_added_below_the_explanation(tmp_path: Path) -> None:
    write_project(tmp_path)
    project = Project(tmp_path)
    before = (tmp_path / "events.toml").read_text(encoding="utf-8")
    event = load_catalog(project).event("mp-dod-2025")
    put_events(project, [event.model_copy(update={"event_id": "my-event"})])
    after = (tmp_path / "events.toml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip())
    assert load_catalog(project).event("my-event").amount_usd == event.amount_usd
