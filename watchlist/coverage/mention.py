"""One thing that a text says, with the characters that say it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["company", "date", "amount", "percentage", "mineral", "actor", "policy"]


@dataclass(frozen=True, order=True)
class Mention:
    """One extraction; sorts by place."""

    first_char: int
    last_char: int
    """One past the last character, so that `text[first_char:last_char]` is the evidence."""
    kind: Kind
    value: str
    """Symbol, ISO date (or month, or year), canonical name, category."""
    evidence: str
    number: float | None = None
    """Amounts in units of `unit`, percentages as fractions."""
    unit: str | None = None
    """ISO currency (USD, or USD/kg for a price), `fraction`, or how exact a date is."""
    event_id: str | None = None

    def of_event(self, event_id: str) -> Mention:
        """The same mention, linked with an event."""
        return replace(self, event_id=event_id)


def without_overlaps(mentions: list[Mention]) -> list[Mention]:
    """The longest of mentions that share characters, the earlier of equally long ones."""
    kept: list[Mention] = []
    starts: list[int] = []
    for mention in sorted(mentions, key=lambda m: (m.first_char - m.last_char, m.first_char)):
        place = bisect_left(starts, mention.first_char)
        before_ends = place == 0 or kept[place - 1].last_char <= mention.first_char
        after_begins = place == len(kept) or mention.last_char <= kept[place].first_char
        if before_ends and after_begins:
            starts.insert(place, mention.first_char)
            kept.insert(place, mention)
    return kept
