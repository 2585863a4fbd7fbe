"""A copy is the file, to the byte, and shares its blocks where the file system can."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import IO

import pytest

from watchlist.store import files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's file systems")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_bytes(os.urandom(20_000))
    return file


def test_a_clone_is_the_file_where_blocks_are_shared(source: Path, tmp_path: Path) -> None:
    if not files._cloned(source, tmp_path / "probe"):
        pytest.skip("this file system shares no blocks")
    files.copy(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    with (tmp_path / "copy").open("r+b") as file:
        file.write(b"other")
    assert source.read_bytes()[:5] != b"other"


def test_a_file_system_that_shares_blocks_is_asked_first(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clone(out: IO[bytes], request: int, file: int) -> None:
        assert request == files.FICLONE
        out.write(os.pread(file, source.stat().st_size, 0))

    monkeypatch.setattr(files.fcntl, "ioctl", clone)
    monkeypatch.setattr(shutil, "copyfile", lambda *_: pytest.fail("copied, not cloned"))
    files.copy(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("size", [0, 1, 20_000])
def test_a_copy_replaces_an_older_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Also where no blocks can be shared."""
    monkeypatch.setattr(files, "_cloned", lambda *_: False)
    (tmp_path / "source").write_bytes(b"new" * size)
    (tmp_path / "copy").write_bytes(b"x" * 100_000)
    files.copy(tmp_path / "source", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"new" * size


def test_a_published_file_is_replaced_whole(tmp_path: Path) -> None:
    new, published = tmp_path / "new", tmp_path / "published"
    new.write_bytes(b"new")
    published.write_bytes(b"older")
    with published.open("rb") as reader:
        files.replace(new, published)
        assert reader.read() == b"older"
    assert published.read_bytes() == b"new"
    assert not new.exists()
