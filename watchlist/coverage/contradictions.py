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

from watchlist.coverage.lexicon import Mention, any_of
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


def find_contradictions(
    text: str, passages: list[Passage], links: list[Link], catalog: Catalog, written_on: date | None
) -> list[Contradiction]:
    """Every claim that the catalogue contradicts, by place, each once."""
    by_sentence: dict[int, list[Link]] = {}
    for link in links:
        by_sentence.setdefault(link.sentence.first, []).append(link)
    linked = {link.event_id for link in links}
    found: list[Contradiction] = []
    for passage in passages:
        own = by_sentence.get(passage.sentence.first, [])
        found += _stakes(passage, catalog, written_on)
        found += _known_claims(passage, linked)
        for link in own:
            event = catalog.event(link.event_id)
            found += _amount(passage, event, link)
            found += _date(passage, event, link, catalog)
            found += _overtaken(passage, event, catalog, written_on)
    found += _quotes(text, linked)
    return sorted(set(found), key=lambda c: (c.first_char, c.last_char, c.event_id, c.claim))


def _stakes(passage: Passage, catalog: Catalog, written_on: date | None) -> Iterator[Contradiction]:
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
            since = f" as of {stake.state_on}" if stake.state_on else ""
            state += f"{since}, not closed"
        else:
            state += f" on {stake.state_on}, after the text was written"
        terms = f": {stake.terms}" if stake.terms else ""
        yield Contradiction(
            stake.event_id,
            f"a stake in {security.name} is held",
            f"{stake.holder}: {state}{terms}",
            passage.sentence.text,
            mention.first_char,
            mention.last_char,
        )


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


def _known_claims(passage: Passage, linked: set[str]) -> Iterator[Contradiction]:
    for claim in _claims()["claims"]:
        if claim["event_id"] not in linked and not claim.get("alone", False):
            continue
        matches = [re.search(w, passage.sentence.text, re.IGNORECASE) for w in claim["words"]]
        if all(matches):
            first = min(m.start() for m in matches if m) + passage.sentence.first
            last = max(m.end() for m in matches if m) + passage.sentence.first
            yield Contradiction(
                claim["event_id"], claim["claim"], claim["fact"], passage.sentence.text, first, last
            )


def _amount(passage: Passage, event: Event, link: Link) -> Iterator[Contradiction]:
    """A sum for the event that neither the table nor its summary knows."""
    if event.amount_usd is None or "amount" in link.why or "phrase" not in link.why:
        return
    sums = [m for m in passage.mentions if m.kind == "amount" and m.unit == "USD" and m.number]
    known = {event.amount_usd, *(s.says_amount_usd for s in event.sources)}
    known |= {float(n) * 1e9 for n in re.findall(r"(\d+(?:\.\d+)?) billion", event.summary or "")}
    known |= {float(n) * 1e6 for n in re.findall(r"(\d+(?:\.\d+)?) million", event.summary or "")}
    if len(sums) == 1 and not any(k and _close(sums[0], k) for k in known):
        yield Contradiction(
            event.event_id,
            f"the amount is {sums[0].evidence}",
            f"USD {event.amount_usd:,.0f}",
            passage.sentence.text,
            sums[0].first_char,
            sums[0].last_char,
        )


def _close(mention: Mention, amount: float) -> bool:
    return mention.number is not None and abs(mention.number - amount) <= 0.05 * amount


def _date(passage: Passage, event: Event, link: Link, catalog: Catalog) -> Iterator[Contradiction]:
    """A day that misses the event's by a little and is no other event's of its chain."""
    if not set(link.why) & {"phrase", "company"} or "date" in link.why:
        return
    for mention in passage.mentions:
        if mention.kind != "date" or mention.unit != "day":
            continue
        said = date.fromisoformat(mention.value)
        apart = abs((said - event.announced_on).days)
        others = {e.announced_on for e in catalog.events if e.event_id != event.event_id}
        stated = {s.says_on for s in event.sources} | {s.published_on for s in event.sources}
        if DATE_SLIP[0] <= apart <= DATE_SLIP[1] and said not in others | stated:
            yield Contradiction(
                event.event_id,
                f"it was on {said}",
                f"it became public on {event.announced_on}",
                passage.sentence.text,
                mention.first_char,
                mention.last_char,
            )


def _overtaken(
    passage: Passage, event: Event, catalog: Catalog, written_on: date | None
) -> Iterator[Contradiction]:
    """A policy told as standing after its chain had failed."""
    if event.chain is None or written_on is None or _OVER.search(passage.sentence.text):
        return
    for later in catalog.events:
        failed = later.chain == event.chain and later.chain_stage == "failure"
        if failed and later.announced_on <= written_on:
            policy = [
                m for m in passage.mentions if m.kind == "policy" and m.value == event.category
            ]
            first = policy[0].first_char if policy else passage.sentence.first
            last = policy[0].last_char if policy else passage.sentence.last
            yield Contradiction(
                later.event_id,
                "the policy stands",
                f"{later.announced_on}: {later.title}",
                passage.sentence.text,
                first,
                last,
            )


def _quotes(text: str, linked: set[str]) -> Iterator[Contradiction]:
    """A quotation whose words are much like the known ones, but not the same."""
    for match in _QUOTED.finditer(text):
        for quote in _claims()["quotes"]:
            if quote["event_id"] not in linked:
                continue
            alike = _likeness(match.group(1), quote["words"])
            if ALIKE <= alike < SAME:
                yield Contradiction(
                    quote["event_id"],
                    f"{quote['speaker']} said: {match.group(1).strip(' ,.')}",
                    f"as reported ({quote['source']}): {quote['words']}",
                    match.group(),
                    match.start(),
                    match.end(),
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
