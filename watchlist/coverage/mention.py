"""One thing that a text says, with the characters that say it."""

from __future__ import annotations

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
    for mention in sorted(mentions, key=lambda m: (m.first_char - m.last_char, m.first_char)):
        clear = all(
            mention.last_char <= other.first_char or mention.first_char >= other.last_char
            for other in kept
        )
        if clear:
            kept.append(mention)
    return sorted(kept)
