"""The store as it was known at the end of a day: later pulls and corrections do not leak in."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def open_known(file: Path, on: date) -> "duckdb.DuckDBPyConnection":
    raise NotImplementedError
