"""Headers of queries: what they say is read exactly, and what is wrong is named."""

from __future__ import annotations

import errno
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from watchlist.errors import ConfigError
from watchlist.project import Project
from watchlist.sql import catalogue
from watchlist.sql.parameters import guess, split, typed

HEADER = """\
-- title: Moves
-- why: A reason that is
--     longer than a line.
-- param: role VARCHAR = watchlist [watchlist | peer]: Whose: mine
-- param: symbols VARCHAR[] = MP,LAC: Symbols
-- param: since DATE = NULL: First session
-- param: least DOUBLE: Smallest move
-- column: ret DOUBLE, fraction: Return
-- example: --param least=0.1
SELECT 1 AS ret
"""


def write(folder: Path, text: str, name: str = "moves") -> Path:
    path = folder / "queries" / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_header_is_read(tmp_path: Path) -> None:
    query = catalogue.read(write(tmp_path, HEADER))
    assert (query.name, query.title, query.why) == (
        "moves", "Moves", "A reason that is longer than a line.",
    )  # fmt: skip
    role, symbols, since, least = query.parameters
    assert (role.default, role.choices, role.meaning) == (
        "watchlist", ("watchlist", "peer"), "Whose: mine",
    )  # fmt: skip
    assert (symbols.type, since.default, least.default) == ("VARCHAR[]", "NULL", None)
    assert (query.columns[0].unit, query.columns[0].meaning) == ("fraction", "Return")


def test_values_take_defaults_and_types(tmp_path: Path) -> None:
    query = catalogue.read(write(tmp_path, HEADER))
    assert query.values({"least": "0.2"}) == {
        "role": "watchlist", "symbols": ["MP", "LAC"], "since": None, "least": 0.2,
    }  # fmt: skip
    assert query.values({"least": "1", "since": "2025-07-10"})["since"] == date(2025, 7, 10)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, r"wants least: Smallest move"),
        ({"leest": "1"}, r"no parameter 'leest'\n  did you mean 'least'"),
        ({"least": "much"}, r"--param least=much: not a number"),
        ({"least": "1", "role": "pear"}, r"not one of the choices\n  did you mean 'peer'"),
        ({"least": "1", "since": "July"}, r"not a date as YYYY-MM-DD"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, given: dict[str, str], words: str) -> None:
    query = catalogue.read(write(tmp_path, HEADER))
    with pytest.raises(ConfigError, match=words):
        query.values(given)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-- parm: a INTEGER: x", r"moves.sql:3: unknown header field 'parm'\n  .*'param'"),
        ("-- param: a NUMBER: x", r"moves.sql:3: cannot read the parameter"),
        ("-- param: a INTEGER", r"moves.sql:3: cannot read the parameter"),
        ("-- column: a: x", r"moves.sql:3: cannot read the column"),
    ],
)
def test_a_wrong_header_names_its_line(tmp_path: Path, line: str, words: str) -> None:
    path = write(tmp_path, f"-- title: a\n-- why: b\n{line}\nSELECT 1\n")
    with pytest.raises(ConfigError, match=words):
        catalogue.read(path)


def test_a_title_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no line `-- title"):
        catalogue.read(write(tmp_path, "SELECT 1\n"))


def test_an_unknown_query_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'latest-moves'"):
        catalogue.find(Project(tmp_path), "latest-move")


def test_a_new_query_can_be_run_and_is_never_overwritten(tmp_path: Path) -> None:
    path = catalogue.create(Project(tmp_path), "my-miners")
    query = catalogue.find(Project(tmp_path), "my-miners")
    assert query.own
    assert query.path == path
    assert query.values({}) == {"symbol": "MP"}
    with pytest.raises(ConfigError, match="exists"):
        catalogue.create(Project(tmp_path), "my-miners")
    with pytest.raises(ConfigError, match="cannot name a query"):
        catalogue.create(Project(tmp_path), "../evil")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5), ("-3", -3), ("0.5", 0.5), (".5", 0.5), ("1e3", 1000.0), ("true", True),
        ("2025-07-10", date(2025, 7, 10)), ("2025-13-40", "2025-13-40"), ("MP", "MP"),
        ("'5'", "5"), ("", None), ("NULL", None), ("010130.KS", "010130.KS"),
    ],
)  # fmt: skip
def test_an_inline_value_is_what_it_looks_like(text: str, value: object) -> None:
    assert guess(text) == value
    assert type(guess(text)) is type(value)


def test_a_pair_needs_a_name_and_comes_once() -> None:
    assert split(["a=b=c"]) == {"a": "b=c"}
    for wrong in (["a"], ["=b"], ["a=1", "a=2"]):
        with pytest.raises(ConfigError):
            split(wrong)


def test_a_list_is_typed_part_by_part() -> None:
    assert typed("n", "1, 2", "INTEGER[]") == [1, 2]
    assert typed("b", "yes", "BOOLEAN") is True
    with pytest.raises(ConfigError, match="not true or false"):
        typed("b", "maybe", "BOOLEAN")


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write(tmp_path, HEADER).parent
    real = os.scandir

    def refuse(path: Any = ".") -> Any:
        """As the system does; whoever runs the tests may have every right."""
        if os.fspath(path) == str(own):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(own))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ConfigError, match="queries: cannot be read: Permission denied") as caught:
        catalogue.load(Project(tmp_path))
    assert caught.value.hint is not None
    assert "right to read" in caught.value.hint


def test_a_project_may_have_no_folder_of_queries(tmp_path: Path) -> None:
    packaged = catalogue.load(Project(tmp_path))
    (tmp_path / "queries").write_text("a file")
    assert catalogue.load(Project(tmp_path)) == packaged
