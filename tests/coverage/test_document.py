"""Files that are not what they seem are refused or made harmless, with a clear message."""

from __future__ import annotations

import gzip
import time
from datetime import date

import pytest

from watchlist.catalog import packaged_catalog
from watchlist.coverage.document import read_document
from watchlist.coverage.reading import read
from watchlist.errors import ConfigError

CATALOG = packaged_catalog()

PARAGRAPH = (
    "MP Materials rose sharply on Thursday after the Pentagon agreed to become its largest "
    "shareholder, a deal that surprised many investors and analysts of the mining industry alike."
)


def html(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def article(*extra: str) -> str:
    return f"<article><h1>A title</h1><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p></article>" + "".join(
        extra
    )


def test_the_article_is_found_without_scripts_menus_and_cookies() -> None:
    page = html(
        "<nav>Home Markets Lithium Americas</nav>"
        + article(
            "<script>var x = 'Trilogy Metals';</script>",
            "<aside>Related: Sebi and NioCorp</aside>",
            "<div id='cookie-banner'>We use cookies</div>",
            "<!-- Perpetua Resources -->",
        )
    )
    text = read_document(page, "page.html").text
    assert "MP Materials rose" in text
    for hidden in ("Trilogy", "Perpetua", "cookies", "<", "var x"):
        assert hidden not in text


def test_the_date_of_the_page_is_found_and_a_given_one_beats_it() -> None:
    head = '<meta property="article:published_time" content="2025-07-10T13:00:00Z">'
    page = html(article(), head)
    found = read_document(page, "page.html")
    assert (found.dated_on, found.date_basis) == (date(2025, 7, 10), "found")
    given = read_document(page, "page.html", date(2025, 7, 11))
    assert (given.dated_on, given.date_basis) == (date(2025, 7, 11), "given")


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="50,000,000 bytes; an article has at most 5,000,000"):
        read_document(b"x" * 50_000_000, "huge.txt")


def test_deep_html_is_refused() -> None:
    page = html("<div>" * 5000 + PARAGRAPH + "</div>" * 5000)
    with pytest.raises(ConfigError, match=r"HTML nested 500\d deep"):
        read_document(page, "deep.html")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(b"text" * 1000), id="gzip"),
        pytest.param(b"PK\x03\x04" + b"a" * 100, id="zip"),
        pytest.param(b"%PDF-1.7 ...", id="pdf"),
        pytest.param(b"abc\x00def" * 50, id="binary"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(ConfigError, match="not text or HTML"):
        read_document(data, "file.txt")


@pytest.mark.parametrize("data", [b"", b"  \n\n ", html(""), html("<script>alert(1)</script>")])
def test_nothing_to_read_is_said(data: bytes) -> None:
    with pytest.raises(ConfigError, match="no article"):
        read_document(data, "empty")


def test_marks_that_turn_or_hide_text_are_taken_out() -> None:
    text = "M\u200bP Mate\u00adrials fell.\u202e The \u2066Pentagon\u2069 said no.\ufeff"
    assert read_document(text.encode(), "a.txt").text == "MP Materials fell. The Pentagon said no."


def test_bytes_that_are_not_utf8_are_read_as_western() -> None:
    assert "café" in read_document("A café opened.".encode("cp1252"), "a.txt").text


def test_the_same_bytes_have_the_same_id() -> None:
    one, two = read_document(b"Same text.", "a.txt"), read_document(b"Same text.", "b.txt")
    assert one.document_id == two.document_id
    assert len(one.document_id) == 16


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("MP " * 10_000, id="a weak name, no sentence ends"),
        pytest.param("$1 million " * 3_000, id="amounts"),
        pytest.param("March 20, 2025 " * 2_000, id="dates"),
        pytest.param("Trump. MP Materials loan. " * 1_000, id="short sentences"),
        pytest.param('"' * 40_000, id="quotation marks"),
        pytest.param("(" * 40_000, id="brackets"),
        pytest.param("took " * 8_000, id="half a claim"),
        pytest.param("1," * 20_000, id="digits and commas"),
        pytest.param(" " * 20_000 + "." + "\t" * 20_000, id="white space"),
    ],
)
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    """A quadratic search would take minutes."""
    began = time.process_time()
    read(read_document(("Title\n" + text + " end").encode(), "slow.txt", date(2026, 1, 1)), CATALOG)
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("<script>", id="scripts that do not end"),
        pytest.param("<!--", id="comments that do not end"),
        pytest.param("<a ", id="tags that do not end"),
        pytest.param("<b>&lt;", id="elements that do not end"),
    ],
)
def test_html_made_to_be_slow_is_refused_or_read_in_time(piece: str) -> None:
    page = html(article() + piece * (500_000 // len(piece)))
    began = time.process_time()
    try:
        text = read_document(page, "slow.html").text
    except ConfigError:
        text = "MP Materials"
    assert "MP Materials" in text
    assert time.process_time() - began < 20
