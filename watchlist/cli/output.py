"""The only writer of stdout: data and nothing else."""

from __future__ import annotations

import sys


def write(text: str) -> None:
    """Data as text, with a final newline."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_bytes(data: bytes) -> None:
    """Data as bytes, for Parquet and spreadsheets."""
    sys.stdout.buffer.write(data)
