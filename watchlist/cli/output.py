"""The only writer of stdout: data and nothing else."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys


def write(text: str) -> None:
    """Data as text, with a final newline."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_bytes(data: bytes) -> None:
    """Data as bytes, for Parquet and spreadsheets."""
    sys.stdout.buffer.write(data)


def page(text: str) -> None:
    """Data as text; on a terminal that is too small for it, through the pager ($PAGER, less)."""
    command = shlex.split(os.environ.get("PAGER", "less -FRSX"))
    height = shutil.get_terminal_size().lines
    small = not sys.stdout.isatty() or text.count("\n") < height
    if small or not command or shutil.which(command[0]) is None:
        write(text)
        return
    sys.stdout.flush()
    subprocess.run(command, input=text, text=True, check=False)
