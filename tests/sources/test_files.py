"""Bar files: told by line where they are wrong, and refused whole unless asked otherwise."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.loopback import FakeClock
from tests.sources.securities import security
from tests.sources.truthful import lies
from watchlist.catalog import Catalog
from watchlist.config import Config
from watchlist.errors import ConfigError, PermanentSourceError, SourceError
from watchlist.project import Project
from watchlist.sources import AbsentSymbolError, open_source
from watchlist.sources.files import FileSource
from watchlist.sources.protocol import BAR_SCHEMA
from watchlist.store import open_build
from watchlist.store.pull import pull_bars

HEADER = "symbol,session,open,high,low,close,adj_close,volume,dividend,split"
ROWS = (
    "MP,2025-07-09,29.5,30.5,29.0,30.03,30.03,5000000,0,1",
    "MP,2025-07-10,44.0,51.9,43.5,45.23,45.23,150000000,0,1",
    "MP,2025-07-11,45.0,46.0,42.0,45.11,45.11,40000000,0.5,2",
)
TRUTH = pl.DataFrame(
    [
        (date(2025, 7, 9), 29.5, 30.5, 29.0, 30.03, 30.03, 5_000_000, 0.0, 1.0),
        (date(2025, 7, 10), 44.0, 51.9, 43.5, 45.23, 45.23, 150_000_000, 0.0, 1.0),
        (date(2025, 7, 11), 45.0, 46.0, 42.0, 45.11, 45.11, 40_000_000, 0.5, 2.0),
    ],
    schema=BAR_SCHEMA,
    orient="row",
)


def text(*rows: str, header: str = HEADER) -> bytes:
    return ("\n".join((header, *rows)) + "\n").encode()


def source(
    folder: Path, content: bytes, name: str = "bars.csv", *, skip_bad: bool = False
) -> FileSource:
    path = folder / name
    path.write_bytes(content)
    return FileSource(path, skip_bad=skip_bad)


def bars(it: FileSource, symbol: str = "MP") -> pl.DataFrame:
    return it.fetch(security(symbol), None, None).bars


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text(*ROWS), id="plain"),
        pytest.param(b"\xef\xbb\xbf" + text(*ROWS), id="bom"),
        pytest.param(text(*ROWS).replace(b"\n", b"\r\n"), id="crlf"),
        pytest.param(text(*ROWS).replace(b"\n", b"\r"), id="cr"),
        pytest.param(text(*ROWS).rstrip(b"\n"), id="no-last-newline"),
        pytest.param(text(*ROWS) + b"\n\n", id="blank-lines"),
        pytest.param(text(*reversed(ROWS)), id="descending"),
        pytest.param(text(*ROWS, header=HEADER.upper()), id="upper-case-header"),
        pytest.param(text(*ROWS, header=HEADER.replace("session", " Date ")), id="date"),
        pytest.param(text(*ROWS, header=HEADER.replace("symbol", "Ticker")), id="ticker"),
        pytest.param(text(*ROWS, header=HEADER.replace("adj_close", "Adj Close")), id="adj-close"),
        pytest.param(text(*(row.replace(",", " , ") for row in ROWS)), id="spaces"),
        pytest.param(text(*ROWS).replace(b"MP", b'"MP"'), id="quotes"),
        pytest.param(
            text(*(row + ",x" for row in ROWS), header=HEADER + ",source"), id="more-columns"
        ),
        pytest.param(
            text(*(re.sub(r"(\d{4}-\d\d-\d\d)", r"\1 00:00:00-04:00", row) for row in ROWS)),
            id="midnights-with-offset",
        ),
        pytest.param(
            text(*(re.sub(r"(\d{4}-\d\d-\d\d)", r"\1T00:00:00.000Z", row) for row in ROWS)),
            id="midnights-in-utc",
        ),
    ],
)
def test_the_same_bars_in_other_clothes(tmp_path: Path, content: bytes) -> None:
    assert bars(source(tmp_path, content)).equals(TRUTH)


def test_yfinance_csv_of_one_symbol(tmp_path: Path) -> None:
    content = (
        b"Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits\n"
        b"2025-07-09 00:00:00-04:00,29.5,30.5,29.0,30.03,30.03,5000000,0.0,0.0\n"
    )
    found = bars(source(tmp_path, content, "MP.csv"))
    assert found.equals(TRUTH.head(1))


@pytest.mark.parametrize("empty", ["", " ", "null", "NA", "NaN", "None"])
def test_what_is_not_known_is_null(tmp_path: Path, empty: str) -> None:
    row = f"MP,2025-07-09,{empty},{empty},{empty},30.03,{empty},{empty},{empty},{empty}"
    found = bars(source(tmp_path, text(row))).row(0, named=True)
    assert {name for name, value in found.items() if value is not None} == {"session", "close"}


def test_columns_that_are_not_there_are_null(tmp_path: Path) -> None:
    found = bars(source(tmp_path, b"symbol,date,adj_close\nMP,2025-07-09,30.03\n"))
    assert found.schema == BAR_SCHEMA
    assert found["adj_close"].to_list() == [30.03]
    assert found["close"].null_count() == 1


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        pytest.param("session", "25-07-09", "not a date", id="two-digit-year"),
        pytest.param("session", "07/09/2025", "not a date", id="american-date"),
        pytest.param("session", "9.7.2025", "not a date", id="german-date"),
        pytest.param("session", "2025-02-30", "not a date", id="no-such-day"),
        pytest.param("session", "2025-07-09 09:30", "not a date", id="time-of-day"),
        pytest.param("session", "2025-07-09T04:00:00Z", "not a date", id="midnight-elsewhere"),
        pytest.param("session", "0025-07-09", "not a date", id="year-25"),
        pytest.param("session", "20250709", "not a date", id="compact"),
        pytest.param("session", "45847", "not a date", id="excel-serial"),
        pytest.param("session", "", "not a date", id="no-date"),
        pytest.param("symbol", "", "no symbol", id="no-symbol"),
        pytest.param("close", "1,234.5", "not a number", id="thousands"),
        pytest.param("close", "30,03", "not a number", id="decimal-comma"),
        pytest.param("close", "$30.03", "not a number", id="dollar"),
        pytest.param("close", "30.03 CAD", "not a number", id="currency"),
        pytest.param("close", "1_000", "not a number", id="underscore"),
        pytest.param("close", "0x1F", "not a number", id="hexadecimal"),
        pytest.param("close", "inf", "not a number", id="infinity"),
        pytest.param("close", "#N/A", "not a number", id="excel-error"),
        pytest.param("close", "-30.03", "not a price", id="negative"),
        pytest.param("close", "0", "not a price", id="zero"),
        pytest.param("close", "1e99", "not a price", id="huge"),
        pytest.param("close", "1e999", "not a price", id="beyond-float"),
        pytest.param("volume", "-1", "not a volume", id="negative-volume"),
        pytest.param("volume", "1e30", "not a volume", id="huge-volume"),
        pytest.param("volume", "5M", "not a number", id="volume-unit"),
        pytest.param("volume", "12.5", "not a whole number", id="half-a-share"),
        pytest.param("dividend", "-0.1", "not a dividend", id="negative-dividend"),
        pytest.param("split", "2:1", "not a number", id="split-as-ratio"),
        pytest.param("split", "-2", "not a split", id="negative-split"),
        pytest.param("high", "20", "below the low", id="high-below-low"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_imported(
    tmp_path: Path, column: str, value: str, problem: str
) -> None:
    cells = ROWS[1].split(",")
    cells[HEADER.split(",").index(column)] = f'"{value}"'
    content = text(ROWS[0], ",".join(cells), ROWS[2])
    with pytest.raises(PermanentSourceError, match="nothing was imported") as caught:
        bars(source(tmp_path, content))
    assert f"bars.csv:3: {column} {value!r}: {problem}" in str(caught.value)
    assert "--skip-bad" in str(caught.value)
    lenient = source(tmp_path, content, skip_bad=True)
    assert bars(lenient).equals(TRUTH.gather_every(2))
    (row,) = lenient.bad_rows
    assert (row.line, row.column, row.value) == (3, column, value)
    assert row.symbol == (None if column == "symbol" else "MP")


def test_a_refused_file_is_read_once(tmp_path: Path) -> None:
    it = source(tmp_path, text("MP,x,x,x,x,x,x,x,x,x"))
    for _ in range(2):
        with pytest.raises(PermanentSourceError, match="1 row is not a bar"):
            bars(it)
        (tmp_path / "bars.csv").unlink(missing_ok=True)
    assert it.bad_rows == ()


def test_all_bad_rows_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    content = text(*(f"MP,2025-07-{day:02},x,x,x,x,x,x,x,x" for day in range(1, 31)))
    with pytest.raises(PermanentSourceError, match="30 rows are not bars") as caught:
        bars(source(tmp_path, content))
    assert "and 20 more" in str(caught.value)


def test_a_session_twice_is_refused_even_if_the_rows_agree(tmp_path: Path) -> None:
    content = text(*ROWS, ROWS[1])
    with pytest.raises(PermanentSourceError, match="more than once"):
        bars(source(tmp_path, content))
    lenient = source(tmp_path, content, skip_bad=True)
    assert bars(lenient).equals(TRUTH.gather_every(2))
    assert [row.line for row in lenient.bad_rows] == [3, 5]


def test_lines_are_counted_across_quoted_newlines(tmp_path: Path) -> None:
    content = text(
        ROWS[0] + ',"two\nlines"', ROWS[1].replace("45.23", "x", 1) + ",", header=HEADER + ",note"
    )
    with pytest.raises(PermanentSourceError, match=r"bars\.csv:4: close 'x'"):
        bars(source(tmp_path, content))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("a.csv", b"", "no column session", id="empty"),
        pytest.param("a.csv", b"\n\n", "no column session", id="only-newlines"),
        pytest.param("a.csv", HEADER.encode(), "a header without rows", id="only-a-header"),
        pytest.param("a.csv", text(*ROWS).replace(b",", b";"), "separated by ';'", id="semicolons"),
        pytest.param("a.csv", text(*ROWS).replace(b",", b"\t"), r"separated by '\\t'", id="tabs"),
        pytest.param("a.csv", text(*ROWS).replace(b",", b"|"), "separated by '|'", id="pipes"),
        pytest.param("a.csv", text(*ROWS)[:-9], "4: 8 cells where the header has 10", id="cut-off"),
        pytest.param("a.csv", text(*ROWS, ROWS[0] + ",1"), "5: 11 cells", id="one-cell-more"),
        pytest.param(
            "a.csv", text(*ROWS, header="a,b,c,d,e,f,g,h,i,j"), "no column session", id="names"
        ),
        pytest.param(
            "a.csv", b"symbol,date,open\nMP,2025-07-09,1\n", "no column close", id="no-close"
        ),
        pytest.param(
            "a.csv", text(*ROWS, header=HEADER.replace("split", "open")), "twice", id="twice"
        ),
        pytest.param(
            "a.csv",
            text(*ROWS, header=HEADER.replace("split", "date")),
            "are all the session",
            id="both",
        ),
        pytest.param("a.csv", text(*ROWS).decode().encode("utf-16"), "not UTF-8", id="utf-16"),
        pytest.param(
            "a.csv", b"symbol,date,close\nMP,2025-07-09,caf\xe9\n", "not UTF-8", id="latin-1"
        ),
        pytest.param("a.csv", b'symbol,date,close\n"MP,2025-07-09,1\n', "not CSV", id="open-quote"),
        pytest.param(
            "a.csv", b"<!doctype html><html><body>Sign in</body></html>", "no column", id="html"
        ),
        pytest.param("a.csv", b'{"chart": {"result": []}}', "no column", id="json"),
        pytest.param("a.csv", b"PK\x03\x04\x00\x00\xff\xfe", "not UTF-8", id="zip"),
        pytest.param("a.csv", b"\x00" * 100, "no column", id="nul-bytes"),
        pytest.param("a.parquet", b"", "not a readable Parquet", id="empty-parquet"),
        pytest.param("a.parquet", b"PAR1 and no more", "not a readable Parquet", id="cut-parquet"),
        pytest.param("a.parquet", text(*ROWS), "not a readable Parquet", id="csv-as-parquet"),
    ],
)
def test_what_is_no_bar_file_is_refused(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    for skip_bad in (False, True):
        with pytest.raises(PermanentSourceError, match=words) as caught:
            bars(source(tmp_path, content, name, skip_bad=skip_bad))
        assert name in caught.value.message


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    TRUTH.with_columns(symbol=pl.lit("MP")).write_parquet(path)
    assert bars(FileSource(path)).equals(TRUTH)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(pl.col("session").cast(pl.Datetime("ns")), id="naive"),
        pytest.param(
            pl.col("session").cast(pl.Datetime("us")).dt.replace_time_zone("America/New_York"),
            id="new-york-midnight",
        ),
        pytest.param(pl.col("session").cast(pl.String), id="text"),
    ],
)
def test_parquet_may_write_sessions_as_midnights(tmp_path: Path, moment: pl.Expr) -> None:
    path = tmp_path / "MP.parquet"
    TRUTH.with_columns(moment).write_parquet(path)
    assert bars(FileSource(path)).equals(TRUTH)


def test_parquet_with_a_time_of_day_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "MP.parquet"
    frame = pl.DataFrame({"date": [datetime(2025, 7, 9, 4)], "close": [30.0]})
    frame.write_parquet(path)
    with pytest.raises(PermanentSourceError, match=r"MP\.parquet:1: session .*not a date"):
        bars(FileSource(path))


def test_parquet_with_strange_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "MP.parquet"
    pl.DataFrame({"date": [date(2025, 7, 9)], "close": [[30.0]]}).write_parquet(path)
    with pytest.raises(PermanentSourceError, match="close"):
        bars(FileSource(path))


def test_parquet_nan_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "MP.parquet"
    TRUTH.with_columns(open=pl.lit(float("nan"))).write_parquet(path)
    assert bars(FileSource(path))["open"].null_count() == 3


def test_a_folder_is_one_source(tmp_path: Path) -> None:
    (tmp_path / "MP.csv").write_bytes(b"date,close\n2025-07-09,30.03\n")
    (tmp_path / "rest.csv").write_bytes(b"symbol,date,close\nLAC,2025-07-09,3\nTMQ,2025-07-09,2\n")
    (tmp_path / "notes.txt").write_text("not a bar file")
    TRUTH.tail(1).with_columns(symbol=pl.lit("MP")).write_parquet(tmp_path / "more.parquet")
    folder = FileSource(tmp_path)
    assert bars(folder)["session"].to_list() == [date(2025, 7, 9), date(2025, 7, 11)]
    assert bars(folder, "TMQ")["close"].to_list() == [2]


def test_two_files_may_not_tell_the_same_session(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(text(*ROWS))
    (tmp_path / "b.csv").write_bytes(text(ROWS[0]))
    with pytest.raises(PermanentSourceError, match=r"a\.csv:2: .*more than once"):
        bars(FileSource(tmp_path))


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentSourceError, match="without bar files"):
        bars(FileSource(tmp_path))


def test_a_symbol_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AbsentSymbolError, match="no rows of MPP") as caught:
        bars(source(tmp_path, text(*ROWS)), "MPP")
    assert caught.value.hint == "did you mean 'MP'?"


def test_a_window_is_cut_and_an_empty_one_says_so(tmp_path: Path) -> None:
    it = source(tmp_path, text(*ROWS))
    day = date(2025, 7, 10)
    assert it.fetch(security(), day, day).bars.equals(TRUTH.slice(1, 1))
    later = it.fetch(security(), date(2025, 8, 1), None)
    assert later.bars.is_empty()
    assert later.note


def test_one_symbol_in_two_currencies_is_refused(tmp_path: Path) -> None:
    content = text(ROWS[0] + ",USD", ROWS[1] + ",CAD", header=HEADER + ",currency")
    with pytest.raises(PermanentSourceError, match="CAD and USD"):
        bars(source(tmp_path, content))
    content = text(ROWS[0] + ",CAD", ROWS[1] + ",CAD", header=HEADER + ",currency")
    with pytest.raises(PermanentSourceError, match="in CAD, the catalogue says USD"):
        bars(source(tmp_path, content))


def test_paths_are_found_from_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "MP.csv").write_bytes(b"date,close\n2025-07-09,30.03\n")
    monkeypatch.chdir(tmp_path.parent)
    found = open_source("prices", Config(), Project(tmp_path), FakeClock())
    assert found.name == "file:prices"
    with pytest.raises(ConfigError, match="no such source, file or folder") as caught:
        open_source("yaho", Config(), Project(tmp_path), FakeClock())
    assert caught.value.hint == "did you mean 'yahoo'?"


def test_the_real_file(shared: Path) -> None:
    it = FileSource(shared / "bars" / "bars.parquet")
    mp = bars(it).filter(pl.col("session").is_between(date(2025, 7, 9), date(2025, 7, 10)))
    assert mp["close"].to_list() == pytest.approx([30.03, 45.23])
    remx = it.fetch(security("REMX"), None, None).bars
    assert remx["close"].null_count() == remx.height
    assert remx["adj_close"].null_count() == 0
    assert bars(it, "^GSPC").height == 9227


CELLS = st.sampled_from(
    [
        "",
        "MP",
        "2025-07-09",
        "2025-07-10",
        "30.03",
        "1e5",
        "nan",
        "-1",
        '"',
        '""',
        ",",
        "\n",
        "\r",
        ";",
    ]
) | st.text(max_size=6)


@given(st.lists(st.lists(CELLS, min_size=8, max_size=12).map(",".join), max_size=6), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_text_makes_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], skip_bad: bool
) -> None:
    it = source(
        tmp_path_factory.mktemp("any"),
        "\n".join((HEADER, *rows)).encode("utf-8", "surrogatepass"),
        skip_bad=skip_bad,
    )
    try:
        found = bars(it)
    except SourceError as error:
        assert error.message  # noqa: PT017
    else:
        assert found.schema == BAR_SCHEMA
        assert found["session"].n_unique() == found.height


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.parquet"]))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    with pytest.raises(SourceError):
        bars(source(tmp_path_factory.mktemp("any"), content, name))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_makes_no_wrong_bar(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One byte lost, cut off, or a stretch repeated: refused, or true, but for digits of a cell.

    A digit that is lost leaves a number that nobody can tell from a right one; so damage is done
    to separators, quotes, letters and lines only.
    """
    content = text(*ROWS)
    marks = [i for i, byte in enumerate(content) if not chr(byte).isdigit() and byte != ord(".")]
    at = data.draw(st.sampled_from(marks))
    how = data.draw(st.sampled_from(["lose", "double", "quote", "semicolon"]))
    put = {"lose": b"", "double": content[at : at + 1] * 2, "quote": b'"', "semicolon": b";"}[how]
    damaged = content[:at] + put + content[at + 1 :]
    for skip_bad in (False, True):
        it = source(tmp_path_factory.mktemp("any"), damaged, skip_bad=skip_bad)
        try:
            found = bars(it)
        except SourceError:
            continue
        assert lies(found, TRUTH) == []


@given(st.integers(0, len(text(*ROWS)) - 2))
@settings(max_examples=100, deadline=None)
def test_a_file_that_is_cut_off_loses_at_most_digits_of_its_last_cell(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    it = source(tmp_path_factory.mktemp("any"), text(*ROWS)[:length])
    try:
        found = bars(it)
    except SourceError:
        return
    assert lies(found.drop_nulls("split"), TRUTH) == []


def test_a_pull_says_how_many_rows_it_left_out_and_keeps_them(tmp_path: Path) -> None:
    content = text(ROWS[0], ROWS[1].replace("45.23", "n.a.", 1), ROWS[2])
    catalog = Catalog(securities=(security(role="watchlist"),), events=())
    it = source(tmp_path, content, skip_bad=True)
    with open_build(Project(tmp_path), FakeClock()) as build:
        summary = pull_bars(build, catalog, it, clock=FakeClock())
        kept = build.con.execute(
            "SELECT symbol, message FROM base.findings WHERE check_name = 'file_rows'"
        ).fetchall()
        build.publish()
    assert "bad rows left out: 1" in "\n".join(summary.talk)
    assert kept == [("MP", "bars.csv:3: close 'n.a.': not a number; write 1234.5")]
