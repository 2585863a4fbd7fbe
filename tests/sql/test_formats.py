"""The bytes of each output format are a contract with scripts that read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from watchlist.disk import replacing
from watchlist.errors import ConfigError, QueryError
from watchlist.sql import present, statements
from watchlist.sql.present import Format
from watchlist.sql.query import run

GOLDEN = Path(__file__).parent / "golden"

HARD = """
SELECT * FROM (VALUES
    (1, 0.1::DOUBLE, 'plain', DATE '2025-07-10', TIMESTAMPTZ '2025-07-10 13:30:00+00',
     TIME '07:00:00', true, ['Li', NULL], {'a': 1, 'b': ['x']}, 1.50::DECIMAL(9, 2), 'ab'::BLOB),
    (-2, 'nan'::DOUBLE, '', DATE '1999-12-31', TIMESTAMPTZ '2025-01-01 00:00:00.123456+00',
     TIME '23:59:59.5', false, [], {'a': NULL, 'b': []}, -0.01::DECIMAL(9, 2), ''::BLOB),
    (NULL, 'inf'::DOUBLE, 'comma, "quote"', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, '-inf'::DOUBLE, e'two\\nlines\\tand | pipe', DATE '2024-02-29', NULL, NULL, NULL,
     ['=1+1'], {'a': 2, 'b': NULL}, 1234567.00::DECIMAL(9, 2), NULL),
    (5, 1e-9::DOUBLE, '希土類 ê 🪨', DATE '2025-10-09', NULL, NULL, true, ['リチウム'],
     NULL, NULL, NULL),
    (6, 123456789.125::DOUBLE, e'\\x1b[31mred', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (7, 1e300::DOUBLE, '=HYPERLINK("http://x")', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS t(i, d, s, day, seen_at, clock, b, items, pair, price, bytes)
"""
"""Every type that is hard, and every value that breaks a naive writer."""

TEXT = [Format.TABLE, Format.CSV, Format.JSON, Format.JSONL, Format.MARKDOWN]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    yield con
    con.close()


def text_of(
    con: duckdb.DuckDBPyConnection, sql: str, style: Format, limit: int | None = None
) -> tuple[str, present.Shown]:
    parts: list[bytes] = []
    shown = present.write(con, statements.parse(sql), {}, parts.append, style=style, limit=limit)
    return b"".join(parts).decode(), shown


WHOLE = """
-- ';' and INTERVAL in names and values
SELECT n, span, -span AS span, [span] AS spans, {'INTERVAL': span, 'n': n} AS "an INTERVAL",
    'INTERVAL'::ENUM('INTERVAL', ';') AS word, n AS n
FROM (VALUES (1, INTERVAL '14 months 3 days 02:03:04.5'), (2, NULL)) AS t(n, span)
ORDER BY n; -- the end;
"""


def test_an_interval_keeps_its_months(con: duckdb.DuckDBPyConnection) -> None:
    span = "1 year 2 months 3 days 02:03:04.5"
    back = "-1 year -2 months -3 days -02:03:04.5"
    text, shown = text_of(con, WHOLE, Format.JSON)
    assert [list(row.values()) for row in json.loads(text)] == [
        [1, span, back, [span], {"INTERVAL": span, "n": 1}, "INTERVAL", 1],
        [2, None, None, [None], {"INTERVAL": None, "n": 2}, "INTERVAL", 2],
    ]
    assert list(json.loads(text)[0]) == [
        "n", "span", "span_1", "spans", "an INTERVAL", "word", "n_1",
    ]  # fmt: skip
    assert shown.rows == 2
    assert text_of(con, "SELECT INTERVAL 1 MONTH AS m", Format.CSV)[0] == "m\n1 month\n"
    assert "1 month" in text_of(con, "SELECT INTERVAL 1 MONTH AS m", Format.TABLE)[0]


@pytest.mark.parametrize(
    "sql",
    [
        "PIVOT (SELECT 1 AS a, 'x' AS b, INTERVAL 1 MONTH AS c) ON b USING first(c)",
        "FROM (VALUES (1, INTERVAL 1 MONTH)) AS t(n, span) WHERE n = $n",
        "SELECT 1 AS n, INTERVAL 1 MONTH AS span -- and no more",
    ],
)
def test_every_kind_of_question_may_have_an_interval(
    con: duckdb.DuckDBPyConnection, sql: str
) -> None:
    result = run(con, statements.parse(sql), {"n": 1} if "$n" in sql else {})
    assert list(result.batches()) == [[(1, "1 month")]]


@pytest.mark.parametrize("style", TEXT)
def test_golden(con: duckdb.DuckDBPyConnection, style: Format) -> None:
    """To renew after a wanted change: delete the file, run twice, read the diff."""
    golden = GOLDEN / f"hard.{style}"
    text, _ = text_of(con, HARD, style)
    if not golden.exists():
        golden.write_text(text, encoding="utf-8", newline="")
        pytest.fail(f"{golden.name} was missing and is written; read it")
    assert text.encode() == golden.read_bytes()


def test_json_reads_back(con: duckdb.DuckDBPyConnection) -> None:
    text, _ = text_of(con, HARD, Format.JSON)
    rows = json.loads(text)
    assert rows[0]["items"] == ["Li", None]
    assert rows[0]["pair"] == {"a": 1, "b": ["x"]}
    assert rows[1]["d"] == "NaN"
    assert rows[2]["i"] is None
    lines, _ = text_of(con, HARD, Format.JSONL)
    assert [json.loads(line) for line in lines.splitlines()] == rows


def test_csv_reads_back_in_duckdb(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text, _ = text_of(con, HARD, Format.CSV)
    path = tmp_path / "hard.csv"
    path.write_text(text, encoding="utf-8", newline="")
    back = con.execute(
        "SELECT i, d, s FROM read_csv($path, quote = '\"', header = true, "
        "allow_quoted_nulls = false, strict_mode = true)",
        {"path": str(path)},
    ).fetchall()
    there = con.execute(f"SELECT i, d, s FROM ({HARD})").fetchall()
    assert repr(back) == repr(there)


def test_an_empty_result_is_whole(con: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT 1 AS a, 'x' AS b WHERE false"
    assert text_of(con, sql, Format.CSV)[0] == "a,b\n"
    assert text_of(con, sql, Format.JSON)[0] == "[]\n"
    assert text_of(con, sql, Format.JSONL)[0] == ""
    assert text_of(con, sql, Format.MARKDOWN)[0] == "| a | b |\n| ---: | --- |\n"
    assert text_of(con, sql, Format.TABLE)[0] == "a  b\n─  ─\n"


def test_two_columns_of_one_name_are_told_apart(con: duckdb.DuckDBPyConnection) -> None:
    text, _ = text_of(con, "SELECT 1 AS a, 2 AS a, 3 AS a_1", Format.JSON)
    assert json.loads(text) == [{"a": 1, "a_2": 2, "a_1": 3}]


@pytest.mark.parametrize(("limit", "rows", "more"), [(0, 0, True), (2, 2, True), (3, 3, False)])
def test_truncated_is_a_fact(
    con: duckdb.DuckDBPyConnection, limit: int, rows: int, more: bool
) -> None:
    text, shown = text_of(con, "FROM range(3)", Format.CSV, limit)
    assert (shown.rows, shown.truncated) == (rows, more)
    assert text.count("\n") == rows + 1


def test_excel_safe_touches_texts_and_never_numbers(con: duckdb.DuckDBPyConnection) -> None:
    parts: list[bytes] = []
    sql = "SELECT '=1+1' AS a, -5 AS b, '-x' AS c, '@y' AS d, 'z=' AS e"
    present.write(
        con, statements.parse(sql), {}, parts.append,
        style=Format.CSV, limit=None, excel_safe=True,
    )  # fmt: skip
    assert b"".join(parts) == b"a,b,c,d,e\n'=1+1,-5,'-x,'@y,z=\n"


def test_parquet_keeps_types(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "hard.parquet"
    with path.open("wb") as file:
        shown = present.write(
            con, statements.parse(HARD), {}, file.write, style=Format.PARQUET, limit=5
        )
    assert (shown.rows, shown.truncated) == (5, True)
    back = con.execute("SELECT day, items, pair, price FROM read_parquet($p)", {"p": str(path)})
    there = [(str(c[0]), str(c[1])) for c in back.description or ()]
    assert there == [
        ("day", "DATE"),
        ("items", "VARCHAR[]"),
        ("pair", "STRUCT(a INTEGER, b VARCHAR[])"),
        ("price", "DECIMAL(9,2)"),
    ]
    assert len(back.fetchall()) == 5


def test_a_type_that_parquet_lacks_is_told(con: duckdb.DuckDBPyConnection) -> None:
    statement = statements.parse("SELECT INTERVAL 1 YEAR AS a_year")
    with pytest.raises(QueryError, match=r"Parquet cannot hold .*interval\n.*VARCHAR"):
        present.write(con, statement, {}, list[bytes]().append, style=Format.PARQUET, limit=None)


def test_a_spreadsheet_holds_no_formula_and_the_same_bytes_twice(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    import zipfile

    pytest.importorskip("xlsxwriter")
    one, two = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path in (one, two):
        with path.open("wb") as file:
            present.write(
                con, statements.parse(HARD), {}, file.write, style=Format.XLSX, limit=None
            )
    assert one.read_bytes() == two.read_bytes()
    sheet = zipfile.ZipFile(one).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()


def test_a_failed_query_leaves_no_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("before")
    statement = statements.parse("SELECT error('no')")
    with pytest.raises(QueryError), replacing(target) as part, part.open("wb") as file:
        present.write(con, statement, {}, file.write, style=Format.PARQUET, limit=None)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("name", "target", "style"),
    [
        (None, None, Format.TABLE),
        ("CSV", None, Format.CSV),
        (None, Path("a.parquet"), Format.PARQUET),
        ("json", Path("a.csv"), Format.JSON),
    ],
)
def test_the_format_is_what_was_asked_for(
    name: str | None, target: Path | None, style: Format
) -> None:
    assert present.choose(name, target) is style


def test_an_unknown_format_gets_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'markdown'"):
        present.choose("markdwn", None)
    with pytest.raises(ConfigError, match=r"does not say a format"):
        present.choose(None, Path("a.dat"))
