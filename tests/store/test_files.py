"""A copy that is made past the page cache is the file, to the byte; and a file replaced whole."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from watchlist.store import files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's file systems")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_bytes(os.urandom(5 * files.DIRECT_BLOCK))
    return file


@pytest.fixture
def no_sharing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that shares no blocks."""
    monkeypatch.setattr(files, "_cloned", lambda *_: False)


@pytest.mark.usefixtures("no_sharing")
def test_a_copy_is_the_file(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "DIRECT_PIECE", 2 * files.DIRECT_BLOCK)
    files.copy_unread(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


def test_a_clone_is_the_file_where_blocks_are_shared(source: Path, tmp_path: Path) -> None:
    if not files._cloned(source, tmp_path / "probe"):
        pytest.skip("this file system shares no blocks")
    files.copy(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    with (tmp_path / "copy").open("r+b") as file:
        file.write(b"other")
    assert source.read_bytes()[:5] != b"other"


@pytest.mark.parametrize("copy", [files.copy, files.copy_unread])
def test_a_file_system_that_shares_blocks_is_asked_first(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copy: Callable[..., None]
) -> None:
    def clone(out: IO[bytes], request: int, file: int) -> None:
        assert request == files.FICLONE
        out.write(os.pread(file, source.stat().st_size, 0))

    monkeypatch.setattr(files.fcntl, "ioctl", clone)
    monkeypatch.setattr(files, "_copied_direct", lambda *_: pytest.fail("copied, not cloned"))
    monkeypatch.setattr(shutil, "copyfile", lambda *_: pytest.fail("copied, not cloned"))
    copy(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


def test_an_older_copy_is_replaced(source: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"x" * 100_000)
    files.copy_unread(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("size", [0, 1, 4097])
def test_a_size_that_is_not_of_blocks_is_copied_too(tmp_path: Path, size: int) -> None:
    (tmp_path / "source").write_bytes(b"x" * size)
    files.copy_unread(tmp_path / "source", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"x" * size


@pytest.mark.usefixtures("no_sharing")
@pytest.mark.parametrize("where", ["open", "posix_fallocate", "write"])
def test_a_file_system_that_cannot_gets_an_ordinary_copy(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(errno.EINVAL, "not here")

    monkeypatch.setattr(os, where, refuse)
    files.copy_unread(source, tmp_path / "copy")
    monkeypatch.undo()
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


@pytest.mark.usefixtures("no_sharing")
def test_a_write_cut_short_gets_an_ordinary_copy(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda out, held: 512)
    files.copy_unread(source, tmp_path / "copy")
    monkeypatch.undo()
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


@pytest.mark.usefixtures("no_sharing")
def test_a_full_disk_is_an_error(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        files.copy_unread(source, tmp_path / "copy")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A new file, and the published one that it is to replace."""
    new, published = tmp_path / "new", tmp_path / "published"
    new.write_bytes(b"new")
    published.write_bytes(b"old")
    return new, published


def test_another_process_is_the_last_to_hold_a_large_file_that_is_replaced(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, published = pair
    replaced, started = published.stat().st_ino, []
    real = subprocess.Popen

    def start(command: list[str], **given: Any) -> subprocess.Popen[bytes]:
        assert published.read_bytes() == b"new"
        assert os.fstat(given["stdin"].fileno()).st_ino == replaced
        started.append(real(command, **given))
        return started[-1]

    monkeypatch.setattr(files, "LARGE", 3)
    monkeypatch.setattr(subprocess, "Popen", start)
    files.replace(new, published)
    assert [process.wait(timeout=60) for process in started] == [0]


def test_a_small_file_is_replaced_without_a_process(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, published = pair
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("started a process"))
    files.replace(new, published)
    assert published.read_bytes() == b"new"


def test_a_large_file_is_replaced_where_no_process_can_be_started(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    new, published = pair
    monkeypatch.setattr(files, "LARGE", 3)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    files.replace(new, published)
    assert published.read_bytes() == b"new"
