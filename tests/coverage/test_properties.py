"""Whatever a text holds, reading it ends, and every mention is what stands at its place."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from watchlist.catalog import packaged_catalog
from watchlist.coverage.document import Document, split_sentences
from watchlist.coverage.reading import read

CATALOG = packaged_catalog()

PIECES = st.sampled_from(
    [
        "MP Materials", "MP", "NB", "Trilogy", "Trilogy Metals", "took a stake in", "$12 billion",
        "USD 35.6m", "$1.67-2bn", "12.8%", "half of the", "March 20, 2025", "Mar. 18", "yesterday",
        "next Monday", "in January", "by 2030", "Trump", "Beijing", "Project Vault", "price floors",
        "American Dynamism Summit", "export controls", "“This order will increase production”",
        "rare earths", ".", ". ", "\n", ",", "(", ")", "$", "%", "-", "’s", "0", "31", "Feb. 30",
        "30 February 2025", "9999-99-99", "١٢", "½", "İ", "ß", "🪨",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=30).map(" ".join)
DAYS = st.none() | st.dates(date(2, 1, 1), date(9998, 12, 31))


@settings(max_examples=150, deadline=None)
@given(TEXTS, DAYS)
def test_reading_ends_and_spans_hold(text: str, on: date | None) -> None:
    document = Document("0" * 16, "a.txt", text, None, on, "given" if on else "unknown")
    reading = read(document, CATALOG)
    for mention in reading.mentions:
        assert text[mention.first_char : mention.last_char] == mention.evidence
        assert mention.value
    for link in reading.links:
        assert text[link.sentence.first : link.sentence.last] == link.sentence.text
    for found in reading.contradictions:
        assert 0 <= found.first_char < found.last_char <= len(text)


@settings(max_examples=150, deadline=None)
@given(TEXTS, DAYS)
def test_reading_twice_says_the_same(text: str, on: date | None) -> None:
    document = Document("0" * 16, "a.txt", text, None, on, "given" if on else "unknown")
    assert read(document, CATALOG) == read(document, CATALOG)


@given(TEXTS)
def test_sentences_are_in_order_apart_and_lose_no_word(text: str) -> None:
    sentences = list(split_sentences(text))
    for before, after in pairwise(sentences):
        assert before.last <= after.first
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text.split())
