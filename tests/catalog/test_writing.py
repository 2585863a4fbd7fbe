"""The project's events.toml keeps its comments and order through every change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from watchlist.catalog import load_catalog
from watchlist.catalog.writing import add_file, change_event, put_events
from watchlist.errors import CatalogError
from watchlist.project import Project

OWN = """# my notes
[[events]]
event_id = "own-b-2026"   # second in time, first in the file
announced_on = 2026-06-02
timing = "pre-market"
timing_basis = "reported"
title = "An event"
category = "loan"
direction = "supportive"
certainty = "single-source"
# why I believe it
sources = [{ title = "A", publisher = "B" }]

[[events]]
event_id = "own-a-2026"
announced_on = 2026-06-01
timing = "pre-market"
timing_basis = "reported"
title = "Another event"
category = "company"
direction = "mixed"
certainty = "single-source"
sources = [
    { title = "C", publisher = "D" },  # the only one
]
"""
NOW = datetime(2026, 11, 27, 20, 30, 15, 999, tzinfo=UTC)
NEW = OWN.replace("own-b-2026", "new-2026").split("\n\n")[0] + "\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "events.toml").write_text(OWN, encoding="utf-8")
    return Project(tmp_path)


def text(project: Project) -> str:
    return (project.root / "events.toml").read_text(encoding="utf-8")


def file(project: Project, content: str) -> Path:
    path = project.root / "incoming.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_change_that_would_spoil_the_catalogue_is_not_written(project: Project) -> None:
    before = text(project)
    event = load_catalog(project).event("own-a-2026")
    with pytest.raises(CatalogError, match=r"events\.toml, line 14: .*'ZZZ' is not in the cat"):
        put_events(project, [change_event(event, ['named=["ZZZ"]'])])
    assert text(project) == before
    assert [path.name for path in project.root.iterdir()] == ["events.toml"]


def test_a_security_of_the_projects_own_may_be_named(project: Project) -> None:
    (project.root / "securities.toml").write_text(
        '[[securities]]\nsymbol = "ZZZ"\nname = "Z"\nrole = "peer"\nexchange = "NYSE"\n'
        'calendar = "XNYS"\ncurrency = "USD"\n',
        encoding="utf-8",
    )
    event = load_catalog(project).event("own-a-2026")
    put_events(project, [change_event(event, ['named=["ZZZ"]'])])
    assert load_catalog(project).event("own-a-2026").named == ("ZZZ",)


def test_an_added_event_comes_last_and_brings_its_comments(project: Project) -> None:
    merged = add_file(project, file(project, NEW), NOW)
    assert merged.added == ("new-2026",)
    assert text(project).startswith(OWN.rstrip())
    assert text(project).count("# why I believe it") == 2
    ids = [line for line in text(project).splitlines() if line.startswith("event_id")]
    assert [i.split('"')[1] for i in ids] == ["own-b-2026", "own-a-2026", "new-2026"]


def test_adding_the_same_again_changes_nothing(project: Project) -> None:
    add_file(project, file(project, NEW), NOW)
    before = text(project)
    assert add_file(project, file(project, NEW), NOW).unchanged == ("new-2026",)
    assert text(project) == before


def test_a_taken_id_needs_replace_and_then_keeps_the_other_comments(project: Project) -> None:
    other = OWN.split("\n\n", maxsplit=1)[0].replace(
        'title = "An event"', 'title = "A better title"'
    )
    with pytest.raises(CatalogError, match="own-b-2026 is already in the catalogue"):
        add_file(project, file(project, other), NOW)
    assert text(project) == OWN
    merged = add_file(project, file(project, other), NOW, replace=True)
    assert merged.replaced == ("own-b-2026",)
    assert text(project) == OWN.replace('title = "An event"', 'title = "A better title"')


def test_a_new_event_says_when_it_entered(project: Project) -> None:
    add_file(project, file(project, NEW), NOW)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    entered = datetime(2026, 11, 27, 20, 30, 15, tzinfo=UTC)
    assert load_catalog(project).event("new-2026").entered_at == entered
    other = NEW.replace('"An event"', '"A better title"')
    add_file(project, file(project, other), later, replace=True)
    event = load_catalog(project).event("new-2026")
    assert (event.title, event.entered_at) == ("A better title", entered)


def test_a_file_may_say_itself_when_its_event_entered(project: Project) -> None:
    add_file(project, file(project, NEW + "entered_at = 2026-06-02T12:00:00Z\n"), NOW)
    entered = load_catalog(project).event("new-2026").entered_at
    assert entered == datetime(2026, 6, 2, 12, tzinfo=UTC)


def test_an_event_that_takes_the_place_of_a_packaged_one_is_no_newer(tmp_path: Path) -> None:
    project = Project(tmp_path)
    own = NEW.replace("new-2026", "mp-dod-2025")
    assert add_file(project, file(project, own), NOW, replace=True).replaced == ("mp-dod-2025",)
    assert load_catalog(project).event("mp-dod-2025").entered_at is None


def test_sources_as_tables_stay_with_their_event(project: Project) -> None:
    event = NEW.partition("# why I believe it")[0]
    own = event + '[[events.sources]]\ntitle = "A"\npublisher = "B"\n'
    add_file(project, file(project, own), NOW)
    stored = load_catalog(project).event("new-2026")
    assert (len(stored.sources), stored.entered_at is None) == (1, False)


def test_the_direction_of_a_pair_is_changed_and_kept(project: Project) -> None:
    event = load_catalog(project).event("own-a-2026")
    changed = change_event(event, ['named=["LAC"]', 'exposed=["MP"]', 'directions={MP="adverse"}'])
    put_events(project, [changed])
    assert 'directions = {MP = "adverse"}' in text(project)
    stored = load_catalog(project).event("own-a-2026")
    assert stored.targets == (("LAC", "named", "mixed"), ("MP", "exposed", "adverse"))
    put_events(project, [change_event(stored, ["directions="])])
    assert load_catalog(project).event("own-a-2026").directions == {}


def test_a_bad_file_changes_nothing(project: Project) -> None:
    bad = NEW + NEW.replace("new-2026", "worse-2026").replace('"loan"', '"laon"')
    with pytest.raises(CatalogError, match="did you mean 'loan'"):
        add_file(project, file(project, bad), NOW)
    assert text(project) == OWN


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "no \\[\\[events\\]\\] table"), ("x = 1", "x: no such table"), ("[[", "not valid TOML")],
)
def test_a_file_without_events_is_refused(project: Project, content: str, said: str) -> None:
    with pytest.raises(CatalogError, match=said):
        add_file(project, file(project, content), NOW)


def test_a_missing_file_is_refused(project: Project) -> None:
    with pytest.raises(CatalogError, match="no such file"):
        add_file(project, project.root / "nothing.toml", NOW)


def test_the_first_event_of_a_project_makes_the_file(tmp_path: Path) -> None:
    project = Project(tmp_path)
    merged = add_file(project, file(project, NEW), NOW)
    assert merged.added == ("new-2026",)
    assert text(project).startswith("# Events of this project")
    assert load_catalog(project).event("new-2026").announced_on == date(2026, 6, 2)


def test_every_packaged_event_survives_the_round_trip(tmp_path: Path) -> None:
    project = Project(tmp_path)
    events = load_catalog(project).events
    put_events(project, events)
    assert load_catalog(project).events == events


def test_a_field_is_changed_and_cleared(project: Project) -> None:
    event = load_catalog(project).event("own-a-2026")
    changed = change_event(
        event, ["amount_usd=5e6", "outcome=closed", 'named=["MP"]', "announced_time=08:30:00"]
    )
    put_events(project, [changed])
    stored = load_catalog(project).event("own-a-2026")
    assert (stored.amount_usd, stored.outcome, stored.named) == (5e6, "closed", ("MP",))
    assert "# the only one" in text(project)
    assert change_event(stored, ["outcome="]).outcome is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("titel=x", "did you mean 'title'"),
        ("category=lone", "did you mean 'loan'"),
        ("event_id=x", "keeps its id"),
        ("outcome", "no '='"),
    ],
)
def test_a_wrong_change_is_refused(project: Project, change: str, said: str) -> None:
    event = load_catalog(project).event("own-a-2026")
    with pytest.raises(CatalogError, match=said):
        change_event(event, [change])
