"""Files written whole, and what a disk's refusal is told as."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from watchlist.disk import naming, replacing, trouble
from watchlist.report.files import write


def full(*names: str | None) -> OSError:
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if names:
        error.filename, *rest = names
        error.filename2 = rest[0] if rest else None
    return error


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (full("out.csv"), "out.csv: No space left on device", "make room"),
        (full("store", "copy"), "copy: No space left on device", "make room"),
        (full(), "a file: No space left on device", "make room"),
        (PermissionError(errno.EACCES, "", "x"), "x: Permission denied", "right to it"),
        (OSError(errno.ENOTSUP, "", "x"), f"x: {os.strerror(errno.ENOTSUP)}", "mend that"),
        (
            duckdb.TransactionException(
                'TransactionContext Error: Failed to commit: Could not write file "a.wal": '
                "No space left on device"
            ),
            "a.wal: No space left on device",
            "make room",
        ),
        (
            duckdb.FatalException(
                "FATAL Error: Failed to create checkpoint because of error: Could not write file "
                '"a.duckdb": File too large'
            ),
            "a.duckdb: File too large",
            "ulimit -f",
        ),
        (FileExistsError(errno.EEXIST, "", "x"), "x: File exists", "move the file away"),
        (
            duckdb.IOException("IO Error: fsync failed!"),
            "the store: IO Error: fsync failed!",
            "mend that",
        ),
    ],
    ids=[
        "file", "copy", "no name", "no right", "rare", "commit", "checkpoint", "in the way",
        "unknown to us",
    ],
)  # fmt: skip
def test_a_refusal_names_the_file_the_reason_and_the_next_step(
    error: Exception, message: str, hint: str
) -> None:
    told = trouble(error)
    assert told is not None
    assert told.message == message
    assert told.hint is not None
    assert told.hint.startswith(hint) or hint in told.hint
    assert "none is half written" in told.hint


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        OSError("of a library, without a number"),
        ConnectionRefusedError(errno.ECONNREFUSED, "no file is meant"),
        duckdb.BinderException('Binder Error: Referenced column "x" not found'),
    ],
    ids=["bug", "no number", "network", "sql"],
)
def test_other_errors_are_not_the_disks(error: Exception) -> None:
    assert trouble(error) is None


def test_duckdb_words_a_refusal_as_expected(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect(str(tmp_path / "no" / "a.duckdb"))
    told = trouble(caught.value)
    assert told is not None
    assert told.message == f"{tmp_path / 'no' / 'a.duckdb'}: No such file or directory"


def test_a_name_that_is_not_utf8_is_told() -> None:
    with pytest.raises(UnicodeEncodeError) as caught:
        "\udcff.csv".encode()
    told = trouble(caught.value)
    assert told is not None
    assert told.message == "'\\udcff.csv' is not UTF-8"


def test_a_failed_write_is_told_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as caught, naming(tmp_path):
        raise full()
    assert caught.value.filename == str(tmp_path)
    with pytest.raises(OSError, match="No space") as caught, naming(tmp_path):
        raise full("another")
    assert caught.value.filename == "another"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")

    def fill_the_disk() -> None:
        with replacing(target) as part:
            part.write_text("ne")
            raise full()

    with pytest.raises(OSError, match="No space") as caught:
        fill_the_disk()
    assert caught.value.filename == str(target)
    assert target.read_text() == "old"
    with replacing(target) as part:
        part.write_text("new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


WRITER = """
import sys, time
from pathlib import Path
from watchlist.disk import replacing
with replacing(Path(sys.argv[1])) as part:
    part.write_text("half")
    print(part, flush=True)
    time.sleep(600)
"""


def test_the_next_page_clears_what_a_killed_writer_left(tmp_path: Path) -> None:
    own = (tmp_path / ".notes.part", tmp_path / ".a.999999999999999999999.part")
    for file in own:
        file.touch()

    def begin(name: str) -> tuple[subprocess.Popen[str], Path]:
        command = [sys.executable, "-c", WRITER, str(tmp_path / name)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        return writer, Path(writer.stdout.readline().strip())

    killed, left = begin("killed.html")
    alive, making = begin("alive.html")
    with killed, alive:
        killed.kill()
        killed.wait()
        before = left.exists()
        page = write(tmp_path / "page.html", "new")
        after = set(tmp_path.iterdir())
        alive.kill()
    assert before
    assert after == {page, making, *own}


def test_a_folder_that_is_missing_is_told_with_the_file_that_was_meant(tmp_path: Path) -> None:
    target = tmp_path / "no" / "page.html"
    with pytest.raises(FileNotFoundError) as caught, replacing(target) as part:
        part.touch()
    assert caught.value.filename == str(target)


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "link.csv", tmp_path / "there" / "a.csv"
    link.symlink_to(target)
    with replacing(link) as part:
        part.write_text("x")
    assert link.is_symlink()
    assert target.read_text() == "x"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([str(shutil.which("cat")), str(pipe)], stdout=subprocess.PIPE) as reader:
        with replacing(pipe) as part:
            part.write_text("x")
        assert reader.communicate()[0] == b"x"
    assert pipe.is_fifo()
