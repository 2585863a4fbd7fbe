"""Federal Register: orders, proclamations, rules and notices that name critical minerals.

Its dates are official and late: an order is signed, filed for public inspection one or two working
days later and printed after that. None of them is the hour at which the market learned of it, so a
candidate's timing stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchlist.calendar import NEW_YORK
from watchlist.catalog.candidate import Candidate
from watchlist.catalog.models import visible
from watchlist.errors import PermanentSourceError
from watchlist.feeds.scoring import WEIGHTS, WORTH_SHOWING, score
from watchlist.feeds.web import Web, as_day, as_link

if TYPE_CHECKING:
    from watchlist.catalog import Catalog

URL = "https://www.federalregister.gov/api/v1"

TERMS = ('"critical minerals"', '"rare earth"', '"strategic and critical materials"')
FIELDS = (
    "abstract",
    "agencies",
    "citation",
    "docket_ids",
    "document_number",
    "executive_order_number",
    "excerpts",
    "html_url",
    "proclamation_number",
    "publication_date",
    "signing_date",
    "subtype",
    "title",
    "type",
)
PER_PAGE = 500
MOST_PAGED = 2000
"""The API pages through so many results only; more are reached by narrower windows of dates."""


def candidates(
    web: Web, catalog: Catalog, since: date, until: date, url: str = URL
) -> list[Candidate]:
    """Documents published or on public inspection from `since` on, that score enough.

    Raises
    ------
    SourceError
        As `Web.get`; `PermanentSourceError` where one day holds more than can be paged.
    """
    inspected = {str(d["document_number"]): d for d in inspection(web, url)}
    documents: dict[str, dict[str, Any]] = {}
    for term in TERMS:
        for found in search(web, term, since, until, url):
            documents[str(found["document_number"])] = found
    made = [
        _candidate(d, _filed_at(inspected.get(n)), catalog, printed=True)
        for n, d in documents.items()
    ]
    made += [
        _candidate(d, filed, catalog, printed=False)
        for number, d in inspected.items()
        if number not in documents and ((filed := _filed_at(d)) or datetime.min).date() >= since
    ]
    kept = [candidate for candidate in made if candidate.score >= WORTH_SHOWING]
    return sorted(kept, key=lambda c: (-c.score, c.candidate_id))


def search(
    web: Web, term: str, since: date, until: date, url: str = URL
) -> Iterator[dict[str, Any]]:
    """Every document of the window whose full text has the term; windows are halved as needed."""
    first = _page(web, term, since, until, 1, url)
    count = int(first.get("count", 0))
    if count > MOST_PAGED:
        if since >= until:
            raise PermanentSourceError(
                f"Federal Register: {count:,} documents of {since} match {term}; "
                f"only {MOST_PAGED:,} can be paged"
            )
        middle = since + (until - since) // 2
        yield from search(web, term, since, middle, url)
        yield from search(web, term, middle + timedelta(days=1), until, url)
        return
    page, answer, seen = 1, first, 0
    # zero hits leave `results` out altogether
    while results := answer.get("results"):
        yield from results
        seen += len(results)
        if seen >= count:
            return
        page += 1
        answer = _page(web, term, since, until, page, url)


def inspection(web: Web, url: str = URL) -> list[dict[str, Any]]:
    """The documents on public inspection now: the earliest official copies, with `filed_at`."""
    answer = web.get_json(f"{url}/public-inspection-documents/current.json")
    return [d for d in answer.get("results") or [] if d.get("document_number")]


def _page(web: Web, term: str, since: date, until: date, page: int, url: str) -> dict[str, Any]:
    params = [
        ("conditions[term]", term),
        ("conditions[publication_date][gte]", since.isoformat()),
        ("conditions[publication_date][lte]", until.isoformat()),
        ("order", "oldest"),
        ("per_page", str(PER_PAGE)),
        ("page", str(page)),
        *(("fields[]", field) for field in FIELDS),
    ]
    return web.get_json(f"{url}/documents.json", params)


def _candidate(
    document: dict[str, Any], filed: datetime | None, catalog: Catalog, *, printed: bool
) -> Candidate:
    """A document that is printed, or only filed for public inspection."""
    number = document.get("executive_order_number")
    title = " ".join(visible(str(document.get("title") or document["document_number"])).split())
    title = f"Executive Order {number}: {title}" if number else title
    text = f"{document.get('abstract') or ''} {_without_marks(document.get('excerpts'))}"
    presidential = document.get("type") == "Presidential Document"
    bonus = WEIGHTS["words"]["presidential"] if presidential else 0.0
    found = score(title, text if printed else "", catalog.securities, bonus)
    signed = as_day(document.get("signing_date")) if printed else None
    published = as_day(document.get("publication_date"))
    order = number or document.get("subtype") == "Executive Order"
    on = signed or (filed.date() if filed else published if printed else None)
    return Candidate(
        candidate_id=f"fr:{document['document_number']}",
        source="federal-register",
        title=title,
        announced_on=on,
        score=found.value,
        signed_on=signed,
        published_on=published,
        url=as_link(document.get("html_url")),
        matched=found.matched,
        symbols=found.symbols,
        category="executive-order" if order else found.category,
        note=_note(signed, filed, published, printed=printed),
        raw=document,
    )


def _note(
    signed: date | None, filed: datetime | None, published: date | None, *, printed: bool
) -> str:
    """What the guess of the date rests on."""
    shown = f"{filed:%Y-%m-%d %H:%M} New York time" if filed else "an unknown time"
    inspected = f"on public inspection from {shown}"
    if not printed:
        return f"{inspected}; it may have been signed and known before"
    known = [
        f"signed on {signed}" if signed else "no date of signature is given",
        *([inspected] if filed else []),
        f"published on {published}",
        "none of these is the hour at which the market learned of it",
    ]
    return "; ".join(known)


def _filed_at(document: dict[str, Any] | None) -> datetime | None:
    """The moment of filing in New York, from a text with its offset."""
    if document is None:
        return None
    try:
        moment = datetime.fromisoformat(str(document.get("filed_at")))
    except ValueError:
        return None
    return moment.astimezone(NEW_YORK).replace(tzinfo=None) if moment.tzinfo else None


def _without_marks(excerpts: object) -> str:
    """Search excerpts without their markup; the mark within a word goes without a trace."""
    return re.sub(r"<[^>]*>", "", str(excerpts or ""))
