"""From a file of text or HTML to the article inside it: its date, why that date, its sentences."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from watchlist.catalog.models import visible
from watchlist.coverage.lexicon import any_of, lexicon
from watchlist.errors import ConfigError

MAX_BYTES = 5_000_000
"""A long article is 50 kB; a page with its scripts seldom 3 MB."""
MAX_CHARACTERS = 200_000
MAX_DEPTH = 400
"""Open HTML elements inside one another; real pages stay below 100."""

DateBasis = Literal["given", "found", "content", "unknown"]

_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|div|p|script)\b", re.IGNORECASE)
_VOID = frozenset(
    b"area base br col embed hr img input link meta param source track wbr p li td tr th dt dd "
    b"option tbody thead".split()
)
_NAME = re.compile(rb"/?([a-zA-Z][a-zA-Z0-9]*)")
_RAW = frozenset((b"script", b"style"))
"""Elements whose content is no markup."""


@dataclass(frozen=True)
class Document:
    """One text as it is read; offsets of mentions count characters of `text`."""

    document_id: str
    """SHA-256 of the bytes, first 16 hexadecimal digits."""
    source: str
    text: str
    title: str | None
    dated_on: date | None
    date_basis: DateBasis

    def dated(self, day: date, basis: DateBasis) -> Document:
        """The same document with a date."""
        return replace(self, dated_on=day, date_basis=basis)


def read_document(data: bytes, source: str, given: date | None = None) -> Document:
    """The article of a text or HTML file.

    Parameters
    ----------
    given : date, optional
        The text's date where the user knows it; beats one that is found.

    Raises
    ------
    ConfigError
        More than 5 MB, not text, HTML nested too deep, or no article in it.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError(
            f"{source}: {len(data):,} bytes; an article has at most {MAX_BYTES:,}",
            "give the article alone",
        )
    if b"\x00" in data[:4096] or data.startswith((b"\x1f\x8b", b"PK\x03\x04", b"%PDF")):
        raise ConfigError(f"{source}: not text or HTML", "save the page as text or HTML first")
    found: date | None = None
    title: str | None = None
    if _HTML.search(data[:20_000]):
        text, title, found = _from_html(data, source)
    else:
        text = _decode(data)
    text = _tidy(text)
    text = _without_furniture(text)
    if not text.strip():
        raise ConfigError(f"{source}: no article in it", "give the text of the article")
    basis: DateBasis = "given" if given else "found" if found else "unknown"
    return Document(
        document_id=hashlib.sha256(data).hexdigest()[:16],
        source=source,
        text=text,
        title=_clean_title(title) or _first_line(text),
        dated_on=given or found,
        date_basis=basis,
    )


@dataclass(frozen=True)
class Sentence:
    """`text[first:last]` of the document."""

    first: int
    last: int
    text: str


_SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*(?=\s+[\"“‘'(\[]?[A-Z0-9$€£])|\n+")
_ABBREVIATION = re.compile(rf"\b{any_of('sentences', 'abbreviations')}$")


def split_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, headings too; what is only white space is left out.

    Abbreviations and decimals do not end one.
    """
    first = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group()[0] == "." and _ABBREVIATION.search(text, first, match.start()):
            continue
        yield from _sentence(text, first, match.end())
        first = match.end()
    yield from _sentence(text, first, len(text))


def _sentence(text: str, first: int, last: int) -> Iterator[Sentence]:
    raw = text[first:last]
    bare = raw.strip()
    if bare:
        start = first + len(raw) - len(raw.lstrip())
        yield Sentence(start, start + len(bare), bare)


def _from_html(data: bytes, source: str) -> tuple[str, str | None, date | None]:
    """The article, its title and its date by the page's own metadata."""
    import trafilatura

    depth = _depth(data)
    if depth > MAX_DEPTH:
        raise ConfigError(f"{source}: HTML nested {depth} deep; at most {MAX_DEPTH} is read")
    found = trafilatura.bare_extraction(
        _decode(data),
        with_metadata=True,
        include_comments=False,
        include_links=False,
        include_images=False,
    )
    if found is None or not found.text:
        raise ConfigError(f"{source}: no article found in the HTML", "give its text instead")
    return found.text, found.title, _iso_date(found.date)


def _depth(data: bytes) -> int:
    """The deepest nesting of elements that must be closed; one pass, whatever the bytes are."""
    depth = deepest = 0
    inside_raw: bytes | None = None
    for piece in data.split(b"<")[1:]:
        match = _NAME.match(piece)
        if match is None:
            continue
        name, closing = match.group(1).lower(), piece.startswith(b"/")
        if inside_raw is not None:
            inside_raw = None if closing and name == inside_raw else inside_raw
        elif name in _RAW:
            inside_raw = None if closing else name
        elif name not in _VOID:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _iso_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _tidy(text: str) -> str:
    """Composed characters, plain line ends, no invisible marks, no more than is read."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return visible(plain.replace("\xa0", " "))[:MAX_CHARACTERS]


def _without_furniture(text: str) -> str:
    """The lines before the page's own furniture, without its notices."""
    words = lexicon()["furniture"]
    kept: list[str] = []
    for number, line in enumerate(text.split("\n")):
        bare = line.strip(" \t•*·–-:|").lower().rstrip(".…")
        if number > 2 and bare in words["ends"]:
            break
        if any(phrase in bare for phrase in words["drops"]) and len(bare) < 160:
            continue
        kept.append(line)
    return "\n".join(kept)


def _first_line(text: str) -> str | None:
    """The first line, if it is short enough for a title and not a sentence."""
    for line in text.split("\n"):
        if line.strip():
            short = len(line.strip()) <= 120 and not line.strip().endswith((".", "…"))
            return line.strip() if short else None
    return None


def _clean_title(title: str | None) -> str | None:
    return _tidy(title).strip()[:300] or None if title else None
