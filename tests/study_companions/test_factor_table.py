"""Factor tables: French's format with its prose, and plain ones."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from watchlist.errors import StudyError
from watchlist.study.factor_table import join_tables, parse_factor_table, parse_french
from watchlist.study.question import FACTOR_MODELS

THREE = """This file was created using the 202604 CRSP database.
The 1-month TBill rate data until 202405 are from Ibbotson Associates.

,Mkt-RF,SMB,HML,RF
20250709,    0.55,    0.47,   -0.41,    0.016
20250710,    0.34,    0.13,    0.54,    0.016
20250711,   -0.45,  -99.99,    0.20,    0.016

Copyright 2026 Eugene F. Fama and Kenneth R. French
"""
MOMENTUM = """Missing data are indicated by -99.99 or -999.

,Mom
20250709,  0.10
20250710, -1.20
20250711, -999
"""


def test_french_file_becomes_fractions_with_nulls() -> None:
    frame = parse_french(THREE)
    assert frame.columns == ["session", "mkt_rf", "smb", "hml", "rf"]
    assert frame["session"].to_list() == [date(2025, 7, 9), date(2025, 7, 10), date(2025, 7, 11)]
    assert frame["mkt_rf"].to_list() == pytest.approx([0.0055, 0.0034, -0.0045])
    assert frame["smb"].to_list()[2] is None


def test_three_factors_and_momentum_make_carhart() -> None:
    joined = join_tables([parse_french(THREE), parse_french(MOMENTUM)])
    assert set(FACTOR_MODELS["carhart"]) <= set(joined.columns)
    assert joined.height == 3
    assert joined["mom"].to_list()[2] is None


def test_two_different_smb_are_refused() -> None:
    other = parse_french(THREE).with_columns(pl.col("smb") + 0.001)
    with pytest.raises(StudyError, match="'smb' different values, first on 2025-07-09"):
        join_tables([parse_french(THREE), other])


def test_annual_rows_below_the_daily_ones_are_not_read() -> None:
    frame = parse_french(THREE.replace("Copyright", " Annual Factors\n,Mkt-RF\n2024, 20.1\nCopy"))
    assert frame.height == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no table here", "no daily rows"),
        ("20250709, 0.5\n", "line 1: a row of numbers before"),
        (",Mkt-RF,SMB\n20250709, 0.5\n", "line 2: 1 values for 2 factors"),
        (",Mkt-RF\n20251340, 0.5\n", "'20251340' is not a date"),
        (",Mkt-RF\n20250709, x\n", "'x' is not a number"),
        (",Mkt-RF\n20250709, 0.5\n20250709, 0.6\n", "two rows for 2025-07-09"),
    ],
    ids=["prose", "no header", "width", "date", "number", "twice"],
)
def test_damage_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        parse_french(text)


def test_plain_csv_and_parquet_read_the_same() -> None:
    frame = pl.DataFrame(
        {"date": [date(2025, 7, 9), date(2025, 7, 10)], "mkt_rf": [0.55, None], "oil": [1, 2]}
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    parquet = parse_factor_table(buffer.getvalue(), "f.parquet", percent=True)
    csv = parse_factor_table(frame.write_csv().encode(), "f.csv", percent=True)
    assert parquet.equals(csv)
    assert parquet["mkt_rf"].to_list() == [pytest.approx(0.0055), None]
    assert parquet["oil"].to_list() == pytest.approx([0.01, 0.02])


def test_percent_taken_for_fractions_is_noticed() -> None:
    with pytest.raises(StudyError, match="look like percent"):
        parse_factor_table(b"date,mkt_rf\n2025-07-09,1.55\n", "f.csv")


def test_a_table_of_prices_is_refused() -> None:
    with pytest.raises(StudyError, match=r"\['symbol', 'close'\] are not factors"):
        parse_factor_table(b"date,symbol,close\n2025-07-09,MP,30\n", "bars.csv")
    with pytest.raises(StudyError, match="no column 'session' or 'date'"):
        parse_factor_table(_parquet(pl.DataFrame({"x": [1.0]})), "f.parquet")


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def test_real_factors(shared: Path) -> None:
    place = shared / "bars" / "fama_french_daily.parquet"
    frame = parse_factor_table(place.read_bytes(), place.name, percent=True)
    row = frame.filter(pl.col("session") == date(2020, 3, 16))
    assert row["mkt_rf"][0] == pytest.approx(-0.12, abs=0.005)
    assert frame["rf"].drop_nulls().min() > -0.0002
    assert set(FACTOR_MODELS["ff5"]) <= set(frame.columns)
