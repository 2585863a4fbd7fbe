"""One text, read: what it mentions, which events it speaks of, what it proposes, where it errs."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from watchlist.catalog.candidate import Candidate
from watchlist.coverage.amounts import find_amounts, find_percentages
from watchlist.coverage.companies import find_companies
from watchlist.coverage.contradictions import Contradiction, find_contradictions
from watchlist.coverage.dates import days_without_year, find_dates
from watchlist.coverage.document import Document, split_sentences
from watchlist.coverage.lexicon import Mention, find_terms
from watchlist.coverage.matching import STRONG, Link, Passage, match_events, split_passages

if TYPE_CHECKING:
    from watchlist.catalog import Catalog

LARGE = 1e6
"""USD from which a sum may be an event's."""
_YESTERDAY = re.compile(r"\byesterday\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """Everything found in one document; mentions that speak of an event carry its id."""

    document: Document
    mentions: tuple[Mention, ...]
    links: tuple[Link, ...]
    proposals: tuple[Candidate, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def event_ids(self) -> tuple[str, ...]:
        """The events that the text speaks of, in the order of the text."""
        return tuple(dict.fromkeys(link.event_id for link in self.links))


def read(document: Document, catalog: Catalog) -> Reading:
    """Read a document against the catalogue; pure.

    A document without a date is first matched without one; the events that it surely speaks of
    then give its date (`content`), and with it the relative dates are resolved.
    """
    dated = document if document.dated_on else _date_by_content(document, catalog)
    mentions, passages = _extract(dated.text, catalog, dated.dated_on)
    links = match_events(passages, catalog, dated.dated_on)
    return Reading(
        document=dated,
        mentions=tuple(_linked(mentions, links, catalog)),
        links=tuple(links),
        proposals=tuple(_proposals(dated, passages, links, catalog)),
        contradictions=tuple(
            find_contradictions(dated.text, passages, links, catalog, dated.dated_on)
        ),
    )


def _extract(
    text: str, catalog: Catalog, written_on: date | None
) -> tuple[list[Mention], list[Passage]]:
    mentions = [
        *find_companies(text, catalog.securities),
        *find_dates(text, written_on),
        *find_amounts(text),
        *find_percentages(text),
        *find_terms(text),
    ]
    return sorted(mentions), split_passages(split_sentences(text), mentions)


def _date_by_content(document: Document, catalog: Catalog) -> Document:
    """The date of the latest event that the text surely speaks of, where there is passage."""
    _, passages = _extract(document.text, catalog, None)
    sure = [link for link in match_events(passages, catalog, None) if link.weight >= STRONG]
    events = [catalog.event(link.event_id) for link in sure]
    if not events:
        return document
    for link, event in zip(sure, events, strict=True):
        on = event.announced_on
        if (on.month, on.day) in days_without_year(link.sentence.text):
            said_yesterday = _YESTERDAY.search(link.sentence.text)
            return document.dated(on + timedelta(days=1 if said_yesterday else 0), "content")
    happened = [event.announced_on for event in events if event.status == "happened"]
    return document.dated(max(happened), "content") if happened else document


def _linked(mentions: list[Mention], links: list[Link], catalog: Catalog) -> list[Mention]:
    """Mentions inside a linked sentence, with the event that they speak for."""
    by_sentence: dict[int, list[Link]] = {}
    for link in links:
        by_sentence.setdefault(link.sentence.first, []).append(link)
    starts = sorted(by_sentence)
    linked: list[Mention] = []
    for mention in mentions:
        place = bisect_right(starts, mention.first_char)
        own = by_sentence[starts[place - 1]] if place else []
        own = [link for link in own if mention.last_char <= link.sentence.last]
        if mention.kind == "company":
            named = [x for x in own if mention.value in catalog.event(x.event_id).named]
            own = named or ([] if any("company" in x.why for x in own) else own)
        linked.append(mention.of_event(own[0].event_id) if own else mention)
    return linked


def _proposals(
    document: Document, passages: list[Passage], links: list[Link], catalog: Catalog
) -> list[Candidate]:
    """A sentence that tells of an act with a company, a large sum or a day, and fits no event."""
    known = {link.sentence.first for link in links}
    found: list[Candidate] = []
    for passage in passages:
        policies = [m for m in passage.mentions if m.kind == "policy"]
        if passage.sentence.first in known or not policies:
            continue
        days = [m.value for m in passage.mentions if m.kind == "date" and m.unit == "day"]
        sums = [m for m in passage.mentions if m.kind == "amount" and (m.number or 0) >= LARGE]
        companies = sorted(passage.values("company") & set(catalog.symbols))
        minerals = passage.values("mineral")
        score = 0.3 * bool(days) + 0.3 * bool(sums) + 0.3 * bool(companies) + 0.1 * bool(minerals)
        if score < 0.4 or not (days or companies or minerals):
            continue
        on = date.fromisoformat(days[0]) if days else None
        found.append(
            Candidate(
                candidate_id=f"text:{document.document_id}:{passage.sentence.first}",
                source="coverage",
                title=_shortened(passage.sentence.text),
                announced_on=on,
                published_on=document.dated_on,
                score=round(score, 2),
                matched=tuple(dict.fromkeys(m.evidence for m in passage.mentions)),
                symbols=tuple(companies),
                category=policies[0].value,
                note=f"read in {document.title or document.source}; no official source yet",
                raw={"sentence": passage.sentence.text, "document_id": document.document_id},
            )
        )
    return found


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 160 else plain[:157].rsplit(" ", 1)[0] + " …"
