"""`watchlist coverage read`: what is stored, what is shown, what is refused."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from watchlist.cli.commands import build_app
from watchlist.errors import ConfigError
from watchlist.project import Project
from watchlist.store import connect

TEXT = (
    "The government took a 10% stake in Trilogy Metals in October 2025.\n\n"
    "The Pentagon will lend Energy Fuels $120 million under a loan signed on 3 August 2026.\n"
)


def run(folder: Path, *words: str, given: str | None = None) -> Result:
    command = ["coverage", "read", *words, "--project", str(folder)]
    return CliRunner().invoke(build_app(), command, input=given)


def rows(folder: Path, query: str) -> list[tuple]:
    with connect(Project(folder)) as con:
        return con.execute(query).fetchall()


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_documents_mentions_contradictions_and_candidates_are_stored(text: Path) -> None:
    folder = text.parent
    result = run(folder, str(text), "--date", "2026-08-04")
    assert result.exit_code == 0, result.exception
    assert "letter of intent" in result.stdout
    assert rows(folder, "SELECT date_basis, text FROM documents") == [("given", None)]
    symbols = rows(folder, "SELECT value FROM mentions WHERE kind = 'company' ORDER BY first_char")
    assert symbols == [("TMQ",), ("UUUU",)]
    assert rows(folder, "SELECT event_id FROM contradictions") == [("tmq-dow-stake-2025",)]
    assert rows(folder, "SELECT source, symbols, state FROM candidates") == [
        ("coverage", ["UUUU"], "open")
    ]


def test_reading_again_changes_nothing(text: Path) -> None:
    folder = text.parent
    run(folder, str(text), "--date", "2026-08-04")
    before = (folder / "watchlist.duckdb").read_bytes()
    run(folder, str(text), "--date", "2026-08-04")
    assert (folder / "watchlist.duckdb").read_bytes() == before


def test_the_text_is_kept_only_if_asked_for(text: Path) -> None:
    run(text.parent, str(text), "--keep-text")
    ((kept,),) = rows(text.parent, "SELECT text FROM base.documents")
    assert kept.startswith("The government took")


def test_a_dry_run_stores_nothing(text: Path) -> None:
    assert run(text.parent, str(text), "--dry-run").exit_code == 0
    assert not (text.parent / "watchlist.duckdb").exists()


def test_json_carries_the_evidence_spans(text: Path) -> None:
    result = run(text.parent, str(text), "--date", "2026-08-04", "--dry-run", "--format", "json")
    (found,) = json.loads(result.stdout)
    for mention in found["mentions"]:
        assert TEXT[mention["first_char"] : mention["last_char"]] == mention["evidence"]
    assert found["contradictions"][0]["event_id"] == "tmq-dow-stake-2025"


def test_stdin_and_folders_are_read(text: Path) -> None:
    assert "TMQ" in run(text.parent, "-", "--dry-run", given=TEXT).stdout
    result = run(text.parent, str(text.parent), "--dry-run", "--format", "json")
    assert [d["source"] for d in json.loads(result.stdout)] == ["article.txt"]


def test_a_refused_file_does_not_stop_the_others(text: Path) -> None:
    bad = text.parent / "bad.txt"
    bad.write_bytes(b"\x1f\x8b" + b"0" * 100)
    result = run(text.parent, str(text), str(bad))
    assert result.exit_code == 3
    assert "bad.txt: not text or HTML" in result.stderr
    assert len(rows(text.parent, "FROM documents")) == 1
    assert run(text.parent, str(bad)).exit_code == 2


def test_a_file_that_cannot_be_opened_does_not_stop_the_others(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (text.parent / "folder.txt").mkdir()
    closed = text.parent / "closed.txt"
    closed.touch()
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == closed:
            raise PermissionError(errno.EACCES, "", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = run(text.parent, str(text.parent))
    assert result.exit_code == 3
    assert "article.txt" in result.stdout
    assert f"{closed}: Permission denied" in result.stderr


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(50_000_000)
    result = run(tmp_path, str(tmp_path / "huge.txt"))
    assert result.exit_code == 2
    assert "50,000,000 bytes" in result.stderr


def test_a_missing_place_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "nowhere.txt")
    assert isinstance(result.exception, ConfigError)
    (tmp_path / "empty").mkdir()
    result = run(tmp_path, str(tmp_path / "empty"))
    assert "no text in it" in str(result.exception)
