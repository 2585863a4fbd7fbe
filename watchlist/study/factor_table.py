"""Factor tables from elsewhere: Kenneth French's daily CSV files, or any table of factor returns.

French's files open with prose, give percent, write -99.99 or -999 for missing, and end with a
copyright line or an annual table. The caller reads the bytes; here they become one frame of
fractions, one row a session, that `panel_from_frame(..., factors=...)` takes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date

import polars as pl

from watchlist.errors import StudyError

NAMES = {
    "mkt-rf": "mkt_rf",
    "smb": "smb",
    "hml": "hml",
    "rmw": "rmw",
    "cma": "cma",
    "rf": "rf",
    "mom": "mom",
    "wml": "mom",
    "umd": "mom",
}
"""French's column heads, lower case, and ours."""

_DAILY = re.compile(r"^\s*(\d{8})\s*,(.*)$")
_MISSING = {-99.99, -999.0, -999.99}


def parse_french(text: str, name: str = "the file") -> pl.DataFrame:
    """Read one of Kenneth French's daily CSV files.

    Parameters
    ----------
    text : of the file, with its prose and footer
    name : for messages

    Returns
    -------
    session (Date) and one Float64 column a factor, fractions (the files give percent), null where
    the file says -99.99 or -999. Columns keep French's order with our names (`NAMES`).

    Raises
    ------
    StudyError
        No header of factor names, monthly or annual rows only, a row of another width, a value
        that is no number: with the line number.
    """
    heads: list[str] | None = None
    sessions: list[date] = []
    rows: list[list[float | None]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.split(",")]
        daily = _DAILY.match(line)
        if daily is None:
            if sessions:
                break  # the footer, or a second table below the daily one
            if not cells[0] and len(cells) > 1 and all(cells[1:]):
                heads = cells[1:]
            continue
        if heads is None:
            raise StudyError(
                f"{name}, line {number}: a row of numbers before any line of factor names",
                "give the CSV file as Kenneth French publishes it",
            )
        if len(cells) != len(heads) + 1:
            raise StudyError(
                f"{name}, line {number}: {len(cells) - 1} values for {len(heads)} factors {heads}",
                "the file is damaged; fetch it again",
            )
        sessions.append(_session(cells[0], name, number))
        rows.append([_fraction(cell, name, number) for cell in cells[1:]])
    if heads is None or not sessions:
        raise StudyError(
            f"{name}: no daily rows (YYYYMMDD, value, ...) were found",
            "take the daily file, e.g. F-F_Research_Data_Factors_daily.CSV",
        )
    columns = [NAMES.get(head.lower(), head.lower()) for head in heads]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Float64), orient="row")
    return _checked(frame.insert_column(0, pl.Series("session", sessions)), name)


def parse_factor_table(data: bytes, name: str, *, percent: bool = False) -> pl.DataFrame:
    """Read a factor table by its name: French's CSV, any other CSV, or Parquet.

    A CSV whose first line is a header with `session` or `date` is a plain table, as is Parquet;
    any other CSV is taken for one of French's.

    Parameters
    ----------
    data, name : bytes and file name
    percent : the values of a plain table are percent, not fractions (French's always are)
    """
    if name.lower().endswith((".parquet", ".pq")):
        return plain_table(pl.read_parquet(io.BytesIO(data)), name, percent=percent)
    text = data.decode("utf-8-sig", errors="replace")
    first = [cell.strip().lower() for cell in text.lstrip().split("\n", 1)[0].split(",")]
    if first[0] in {"session", "date"}:
        frame = pl.read_csv(io.StringIO(text), try_parse_dates=True)
        return plain_table(frame, name, percent=percent)
    return parse_french(text, name)


def plain_table(frame: pl.DataFrame, name: str, *, percent: bool = False) -> pl.DataFrame:
    """A frame with `session` or `date` and numeric columns, as a table of factor returns.

    Text columns (units, source, ...) are left out; a column `symbol` means that this is no factor
    table.
    """
    lower = {column: column.strip().lower() for column in frame.columns}
    frame = frame.rename(lower)
    if "session" not in frame.columns and "date" in frame.columns:
        frame = frame.rename({"date": "session"})
    if "session" not in frame.columns:
        raise StudyError(f"{name}: no column 'session' or 'date'", "name the column of dates so")
    try:
        frame = frame.with_columns(pl.col("session").cast(pl.Date))
    except pl.exceptions.PolarsError:
        raise StudyError(f"{name}: column 'session' is not all dates", "YYYY-MM-DD") from None
    factors = [column for column in frame.columns if column != "session"]
    numeric = [column for column in factors if frame.schema[column].is_numeric()]
    if "symbol" in factors or not numeric:
        raise StudyError(
            f"{name}: columns {factors} are not factors",
            "a factor table has one column of dates and one numeric column a factor",
        )
    scale = 100.0 if percent else 1.0
    value = pl.col(numeric).cast(pl.Float64)
    marks = [mark / scale for mark in _MISSING] + list(_MISSING)
    frame = frame.select("session", pl.when(~value.is_in(marks)).then(value / scale))
    return _checked(frame, name)


def join_tables(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One table from several (three factors and momentum): all sessions that every table has.

    Raises
    ------
    StudyError
        Two tables give one factor different values: the 3- and 5-factor files have two SMBs.
    """
    joined = tables[0]
    for table in tables[1:]:
        both = [column for column in table.columns[1:] if column in joined.columns]
        merged = joined.join(table, on="session", how="inner", suffix="_again")
        for column in both:
            apart = merged.filter((pl.col(column) - pl.col(f"{column}_again")).abs() > 1e-12)
            if not apart.is_empty():
                raise StudyError(
                    f"two tables give {column!r} different values, first on {apart['session'][0]}",
                    "leave the column out of one of them",
                )
        joined = merged.drop([f"{column}_again" for column in both])
    return joined.sort("session")


def _checked(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    if frame["session"].null_count():
        raise StudyError(f"{name}: a row has no date", "remove it")
    if frame["session"].n_unique() < frame.height:
        twice = frame.filter(frame["session"].is_duplicated())["session"][0]
        raise StudyError(f"{name}: two rows for {twice}", "one row a session")
    largest = frame.select(pl.exclude("session").abs().max()).max_horizontal()[0]
    if largest is not None and largest > 1.0:
        raise StudyError(
            f"{name}: a factor moved {largest:.0%} in one session: these look like percent",
            "read it with percent=True, on the command line --factor-percent",
        )
    return frame.sort("session")


def _session(text: str, name: str, number: int) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise StudyError(f"{name}, line {number}: {text!r} is not a date", "YYYYMMDD") from None


def _fraction(text: str, name: str, number: int) -> float | None:
    try:
        value = float(text)
    except ValueError:
        raise StudyError(f"{name}, line {number}: {text!r} is not a number", "percent") from None
    return None if value in _MISSING else value / 100.0
