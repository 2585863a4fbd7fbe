"""Which known events a text speaks of: evidence is weighed sentence by sentence, then summed.

Weights are few and plain so that a link can be explained: `Link.why` names what spoke for it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from watchlist.coverage.document import Sentence
from watchlist.coverage.lexicon import Mention, any_of, phrases_pattern

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Event

ENOUGH = 4.0
"""Weight from which a sentence is about an event; at least two kinds of evidence must speak."""
STRONG = 5.0
"""Weight from which an event may date the text."""

RARE = 2.0
"""Weight of an actor of one or two events only."""

RECENT = timedelta(days=60)
LATELY = timedelta(days=120)
NEXT_DAYS = timedelta(days=2)
"""By so much a text's date may be wrong, or New York behind it."""
FUTURE = timedelta(days=60)
"""A text that speaks of plans may mean an event of the next weeks."""

_PLANS, _RECENTLY, _RUMOUR, _GIVEN_UP = (
    re.compile(rf"\b{any_of('sentences', name)}\b", re.IGNORECASE)
    for name in ("plans", "recent", "rumours", "given_up")
)
_CHINA = ("China", "Ministry of Commerce of China", "Customs of China")
_STAGE = {"report": -0.2, "deadline": -0.6, "amendment": -0.1, "failure": 0.1}


@dataclass(frozen=True)
class Link:
    """A sentence that speaks of an event."""

    event_id: str
    sentence: Sentence
    weight: float
    why: tuple[str, ...]
    """Kinds of evidence: phrase, date, amount, company, category, actor, mineral, recent."""


@dataclass(frozen=True)
class Passage:
    """A sentence with the mentions that lie whole in it."""

    sentence: Sentence
    mentions: tuple[Mention, ...]

    def values(self, kind: str) -> set[str]:
        """The values of one kind of mention."""
        return {m.value for m in self.mentions if m.kind == kind}


def split_passages(sentences: Iterable[Sentence], mentions: Iterable[Mention]) -> list[Passage]:
    """Each sentence with its mentions; both in the order of the text."""
    listed = sorted(mentions)
    found: list[Passage] = []
    place = 0
    for sentence in sentences:
        while place < len(listed) and listed[place].first_char < sentence.first:
            place += 1
        own: list[Mention] = []
        while place < len(listed) and listed[place].first_char < sentence.last:
            if listed[place].last_char <= sentence.last:
                own.append(listed[place])
            place += 1
        found.append(Passage(sentence, tuple(own)))
    return found


def match_events(passages: list[Passage], catalog: Catalog, written_on: date | None) -> list[Link]:
    """The events that each sentence speaks of, at most one for each thing that it names.

    Parameters
    ----------
    written_on : date, optional
        The text's own date: events after it count only where the sentence speaks of plans.
    """
    rarity = Counter(actor for event in catalog.events for actor in event.actors)
    held: Counter[str] = Counter(
        h.event_id for s in catalog.securities for h in s.holdings if h.event_id
    )
    links: list[Link] = []
    for passage in passages:
        if not passage.mentions:
            continue
        scored = [
            link
            for event in catalog.events
            if (link := _weigh(passage, event, rarity, held, written_on)) is not None
        ]
        links += _best_for_each_thing(scored, catalog, written_on)
    known = {link.event_id for link in links}
    rest = [event for event in catalog.events if event.event_id not in known and event.phrases]
    for event in rest:
        links += _gathered(passages, event, rarity)
    return sorted(links, key=lambda link: (link.sentence.first, -link.weight, link.event_id))


def _gathered(passages: list[Passage], event: Event, rarity: Mapping[str, int]) -> list[Link]:
    """A text that uses an event's own phrase in one sentence and names its people in another."""
    phrases = _phrases(event.phrases)
    told = [p for p in passages if phrases is not None and phrases.search(p.sentence.text)]
    people = max((_actor_weight(passage, event, rarity) for passage in passages), default=0.0)
    if not told or people < RARE:
        return []
    return [Link(event.event_id, told[0].sentence, 3.0 + people, ("phrase", "actor"))]


def _weigh(
    passage: Passage,
    event: Event,
    rarity: Mapping[str, int],
    held: Mapping[str, int],
    written_on: date | None,
) -> Link | None:
    text = passage.sentence.text
    if not _possible(text, event, written_on):
        return None
    phrases = _phrases(event.phrases)
    weights = {
        "phrase": 3.0 if phrases is not None and phrases.search(text) else 0.0,
        "date": _date_weight(passage, event),
        "company": 2.0 if set(event.named) & passage.values("company") else 0.0,
        "amount": 3.0 if _same_amount(passage, event) else 0.0,
        "category": 2.0 if event.category in passage.values("policy") else 0.0,
        "actor": _actor_weight(passage, event, rarity),
        "mineral": 0.5 if set(event.minerals) & passage.values("mineral") else 0.0,
    }
    why = {kind: weight for kind, weight in weights.items() if weight}
    if len(why) < 2 or not set(why) - {"category", "mineral"}:
        return None
    anchored = set(why) & {"phrase", "company", "amount"}
    if not anchored and _fresh(text, event, written_on):
        why["recent"] = 1.0
    weight = sum(why.values())
    if weight < ENOUGH:
        return None
    stage = _STAGE.get(event.chain_stage or "", 0.0)
    if event.chain_stage == "report" and _RUMOUR.search(text):
        stage = 0.2
    if event.chain_stage == "failure" and _GIVEN_UP.search(text):
        stage = 0.5
    return Link(
        event.event_id, passage.sentence, weight + stage + 0.05 * held[event.event_id], tuple(why)
    )


def _possible(text: str, event: Event, written_on: date | None) -> bool:
    """Whether a text of that date can speak of the event: it is past, or it was planned."""
    if written_on is None:
        return True
    ahead = event.announced_on - written_on
    return ahead <= NEXT_DAYS or (ahead <= FUTURE and _PLANS.search(text) is not None)


def _fresh(text: str, event: Event, written_on: date | None) -> bool:
    """Whether the event was news when the text was written."""
    if written_on is None or event.announced_on > written_on:
        return False
    age = written_on - event.announced_on
    return age <= RECENT or (age <= LATELY and _RECENTLY.search(text) is not None)


def _date_weight(passage: Passage, event: Event) -> float:
    for mention in passage.mentions:
        if mention.kind != "date":
            continue
        if mention.unit == "day":
            apart = abs((date.fromisoformat(mention.value) - event.announced_on).days)
            if apart == 0:
                return 3.0
            if apart == 1:
                return 1.0
        elif mention.unit == "month" and mention.value == f"{event.announced_on:%Y-%m}":
            return 1.0
    return 0.0


def _same_amount(passage: Passage, event: Event) -> bool:
    return any(
        abs(m.number - event.amount_usd) <= 0.05 * event.amount_usd
        for m in passage.mentions
        if m.kind == "amount" and m.unit == "USD" and m.number and event.amount_usd
    )


def _actor_weight(passage: Passage, event: Event, rarity: Mapping[str, int]) -> float:
    """Who acts in one or two events tells much, who acts in many tells little."""
    weight = 0.0
    for actor in passage.values("actor"):
        if actor == "China" and set(event.actors) & set(_CHINA):
            weight += 1.0
        elif actor in event.actors:
            weight += RARE if rarity[actor] <= 2 else 1.0 if rarity[actor] <= 12 else 0.5
    return min(weight, 3.0)


def _best_for_each_thing(
    scored: list[Link], catalog: Catalog, written_on: date | None
) -> list[Link]:
    """One link for each company named, or else the best one; the nearest to the text's date wins
    a tie."""
    events = {link.event_id: catalog.event(link.event_id) for link in scored}
    groups: dict[str, list[Link]] = defaultdict(list)
    for link in scored:
        event = events[link.event_id]
        key = event.named[0] if "company" in link.why else event.chain or event.category
        groups[key].append(link)

    def order(link: Link) -> tuple[float, int, str]:
        on = events[link.event_id].announced_on
        apart = abs((on - written_on).days) if written_on else -on.toordinal()
        return (-round(link.weight, 2), apart, link.event_id)

    best = sorted((min(group, key=order) for group in groups.values()), key=order)
    if not best:
        return []
    top = best[0].weight
    return [link for link in best if "company" in link.why or link.weight >= top - 1.0]


@lru_cache(maxsize=1024)
def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    return phrases_pattern(phrases) if phrases else None
