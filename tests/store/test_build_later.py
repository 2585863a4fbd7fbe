"""A run that reads the published store for long: the lock at once, the private copy meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.loopback import FakeClock
from tests.store.made import publish_number
from watchlist.errors import StoreBusyError, StoreError
from watchlist.project import Project
from watchlist.store import build as module
from watchlist.store import connect, open_build, open_build_later


def number_in(project: Project) -> int:
    with connect(project) as con:
        return con.execute("SELECT DISTINCT alias::INTEGER FROM security_aliases").fetchall()[0][0]


def test_it_publishes_what_was_written_into_the_copy(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    project = Project(tmp_path)
    with open_build_later(project, FakeClock()) as build, connect(project) as published:
        assert published.execute("SELECT count(*) FROM security_aliases").fetchone() == (500,)
        build().con.execute("UPDATE base.security_aliases SET alias = '2'")
        assert number_in(project) == 1
        assert build() is build()
        assert build().publish()
    assert number_in(project) == 2
    assert not project.build_file.exists()


def test_the_lock_is_held_before_the_copy_is_asked_for(tmp_path: Path) -> None:
    publish_number(tmp_path, 1)
    project = Project(tmp_path)
    with (
        open_build_later(project, FakeClock()),
        pytest.raises(StoreBusyError),
        open_build(project, FakeClock()),
    ):
        pass


@pytest.mark.parametrize("asked", [False, True])
def test_leaving_without_publish_leaves_nothing(tmp_path: Path, asked: bool) -> None:
    publish_number(tmp_path, 1)
    project = Project(tmp_path)
    before = project.store_file.read_bytes()

    def fail_in_the_middle() -> None:
        with open_build_later(project, FakeClock()) as build:
            if asked:
                build().con.execute("DELETE FROM base.security_aliases")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()
    assert project.store_file.read_bytes() == before
    assert not project.build_file.exists()


def test_a_missing_store_takes_no_lock(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match="there is no store yet"),
        open_build_later(Project(tmp_path), FakeClock()),
    ):
        pass
    assert not Project(tmp_path).work_dir.exists()


def test_a_copy_that_failed_is_told_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: Path, target: Path) -> None:
        raise OSError("No space left on device")

    publish_number(tmp_path, 1)
    monkeypatch.setattr(module, "copy_unread", fail)
    with (
        open_build_later(Project(tmp_path), FakeClock()) as build,
        pytest.raises(OSError, match="No space left"),
    ):
        build()
    assert not Project(tmp_path).build_file.exists()


def test_leaving_waits_for_a_copy_that_is_being_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, seen = Event(), []
    real: Callable[..., Any] = module._in_file

    def slowly(con: Any, *arguments: Any, **named: Any) -> Any:
        begun.set()
        time.sleep(0.2)  # the run is left meanwhile
        build = real(con, *arguments, **named)
        seen.append(con.execute("SELECT 1").fetchall())
        return build

    publish_number(tmp_path, 1)
    project = Project(tmp_path)
    monkeypatch.setattr(module, "_in_file", slowly)
    with open_build_later(project, FakeClock()):
        assert begun.wait(30)
    assert seen == [[(1,)]]
    assert not project.build_file.exists()
