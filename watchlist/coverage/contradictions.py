"""Where a text says something else than the catalogue: each with the claim, the fact, the span."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.coverage.lexicon import any_of
from watchlist.coverage.matching import Link, Passage

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Event, Holding, Security

NOT_CLOSED = ("letter-of-intent", "applied", "talks", "lapsed")
ALIKE, SAME = 0.5, 0.97
"""A quotation at least so much like a known one, but less than the same, was reworded."""
DATE_SLIP = (2, 21)
"""Days by which a date is wrong and not another event's."""

_OWNS = re.compile(
    rf"\b{any_of('sentences', 'owning')}\b(?:[^.;]{{0,80}}?\b{any_of('sentences', 'holdings')}\b|"
    r"\s+(?:about\s+|nearly\s+)?\d+(?:\.\d+)?\s?(?:%|per\s?cent)\s+of\b)",
    re.IGNORECASE,
)
_HEDGED = re.compile(rf"\b{any_of('sentences', 'hedges')}\b", re.IGNORECASE)
_OVER = re.compile(rf"\b{any_of('sentences', 'over')}\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"]([^”\"]{20,400})[”\"]")


@dataclass(frozen=True)
class Contradiction:
    """A claim of the text against a fact of the catalogue."""

    event_id: str
    claim: str
    fact: str
    evidence: str
    first_char: int
    last_char: int


Claim = tuple[str, str, str, int, int]
"""Event, claim, fact, first and last character: a contradiction but for its sentence."""


def find_contradictions(
    text: str, passages: list[Passage], links: list[Link], catalog: Catalog, written_on: date | None
) -> list[Contradiction]:
    """Every claim that the catalogue contradicts, by place, each once."""
    by_sentence: dict[int, list[Event]] = {}
    why = {(link.sentence.first, link.event_id): link.why for link in links}
    for first, event_id in why:
        by_sentence.setdefault(first, []).append(catalog.event(event_id))
    linked = {link.event_id for link in links}
    found: set[Contradiction] = set(_quotes(text, linked))
    for passage in passages:
        sentence = passage.sentence
        claims = [*_stakes(passage, catalog, written_on), *_known_claims(passage, linked)]
        for event in by_sentence.get(sentence.first, []):
            reasons = why[sentence.first, event.event_id]
            claims += _amount(passage, event, reasons)
            claims += _date(passage, event, reasons, catalog)
            claims += _overtaken(passage, event, catalog, written_on)
        found |= {
            Contradiction(event_id, claim, fact, sentence.text, first, last)
            for event_id, claim, fact, first, last in claims
        }
    return sorted(found, key=lambda c: (c.first_char, c.last_char, c.event_id, c.claim))


def _stakes(passage: Passage, catalog: Catalog, written_on: date | None) -> Iterator[Claim]:
    """A stake told as held that is only intended."""
    if not _OWNS.search(passage.sentence.text) or _HEDGED.search(passage.sentence.text):
        return
    for symbol in sorted(passage.values("company")):
        security = catalog.security(symbol)
        stake = _open_stake(security, catalog, written_on)
        if stake is None or stake.event_id is None:
            continue
        mention = next(m for m in passage.mentions if m.kind == "company" and m.value == symbol)
        state = stake.state.replace("-", " ")
        if stake.state in NOT_CLOSED:
            state += f" as of {stake.state_on}" if stake.state_on else ""
            state += ", not closed"
        else:
            state += f" on {stake.state_on}, after the text was written"
        fact = f"{stake.holder}: {state}" + (f": {stake.terms}" if stake.terms else "")
        claim = f"a stake in {security.name} is held"
        yield stake.event_id, claim, fact, mention.first_char, mention.last_char


def _open_stake(security: Security, catalog: Catalog, written_on: date | None) -> Holding | None:
    """The stake that was only intended when the text was written, where none was more."""
    stakes = [h for h in security.holdings if h.kind in ("equity", "warrants")]
    if not stakes or not all(_was_open(h, catalog, written_on) for h in stakes):
        return None
    return stakes[0]


def _was_open(stake: Holding, catalog: Catalog, written_on: date | None) -> bool:
    """Whether a stake was not closed yet: by its state, or because its story closed later."""
    if stake.state in NOT_CLOSED:
        return True
    if stake.event_id is None or written_on is None:
        return False
    chain = catalog.event(stake.event_id).chain
    return chain is not None and any(
        event.chain == chain and event.chain_stage == "closing" and event.announced_on > written_on
        for event in catalog.events
    )


def _known_claims(passage: Passage, linked: set[str]) -> Iterator[Claim]:
    """A claim that `claims.toml` knows to be wrong."""
    for claim in _claims()["claims"]:
        if claim["event_id"] not in linked and not claim.get("alone", False):
            continue
        matches = [re.search(w, passage.sentence.text, re.IGNORECASE) for w in claim["words"]]
        spans = [match.span() for match in matches if match]
        if len(spans) == len(matches):
            first = passage.sentence.first + min(a for a, _ in spans)
            last = passage.sentence.first + max(b for _, b in spans)
            yield claim["event_id"], claim["claim"], claim["fact"], first, last


def _amount(passage: Passage, event: Event, why: tuple[str, ...]) -> Iterator[Claim]:
    """A sum for the event that neither the table nor its summary knows."""
    if event.amount_usd is None or "amount" in why or "phrase" not in why:
        return
    sums = [m for m in passage.mentions if m.kind == "amount" and m.unit == "USD" and m.number]
    known = [event.amount_usd, *(s.says_amount_usd for s in event.sources)]
    known += [
        float(number) * (1e9 if scale == "b" else 1e6)
        for number, scale in re.findall(r"(\d+(?:\.\d+)?) (b|m)illion", event.summary or "")
    ]
    if len(sums) == 1 and not any(k and abs((sums[0].number or 0) - k) <= 0.05 * k for k in known):
        claim = f"the amount is {sums[0].evidence}"
        fact = f"USD {event.amount_usd:,.0f}"
        yield event.event_id, claim, fact, sums[0].first_char, sums[0].last_char


def _date(
    passage: Passage, event: Event, why: tuple[str, ...], catalog: Catalog
) -> Iterator[Claim]:
    """A day that misses the event's by a little and is no other event's of its chain."""
    if not set(why) & {"phrase", "company"} or "date" in why:
        return
    stated = {e.announced_on for e in catalog.events if e.event_id != event.event_id}
    stated |= {day for s in event.sources for day in (s.says_on, s.published_on) if day}
    for mention in passage.mentions:
        if mention.kind != "date" or mention.unit != "day":
            continue
        said = date.fromisoformat(mention.value)
        apart = abs((said - event.announced_on).days)
        if DATE_SLIP[0] <= apart <= DATE_SLIP[1] and said not in stated:
            fact = f"it became public on {event.announced_on}"
            claim = f"it was on {said}"
            yield event.event_id, claim, fact, mention.first_char, mention.last_char


def _overtaken(
    passage: Passage, event: Event, catalog: Catalog, written_on: date | None
) -> Iterator[Claim]:
    """A policy told as standing after its chain had failed."""
    sentence = passage.sentence
    if event.chain is None or written_on is None or _OVER.search(sentence.text):
        return
    policies = (m for m in passage.mentions if m.kind == "policy" and m.value == event.category)
    policy = next(policies, None)
    first, last = (
        (policy.first_char, policy.last_char) if policy else (sentence.first, sentence.last)
    )
    for later in catalog.events:
        failed = later.chain == event.chain and later.chain_stage == "failure"
        if failed and later.announced_on <= written_on:
            fact = f"{later.announced_on}: {later.title}"
            yield later.event_id, "the policy stands", fact, first, last


def _quotes(text: str, linked: set[str]) -> Iterator[Contradiction]:
    """A quotation whose words are much like the known ones, but not the same."""
    for match in _QUOTED.finditer(text):
        for quote in _claims()["quotes"]:
            alike = _likeness(match.group(1), quote["words"])
            if quote["event_id"] in linked and ALIKE <= alike < SAME:
                said = match.group(1).strip(" ,.")
                yield Contradiction(
                    quote["event_id"],
                    f"{quote['speaker']} said: {said}",
                    f"as reported ({quote['source']}): {quote['words']}",
                    match.group(),
                    *match.span(),
                )


def _likeness(one: str, other: str) -> float:
    """Share of the shorter text's words that stand in the longer one in the same order."""
    a, b = re.findall(r"[a-z']+", one.lower()), re.findall(r"[a-z']+", other.lower())
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, min(len(a), len(b)))


@cache
def _claims() -> dict[str, Any]:
    text = (Path(__file__).parent / "claims.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
