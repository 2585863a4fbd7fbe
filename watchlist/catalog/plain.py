"""Characters that have no place in a text that people read: they hide, or turn what follows."""

from __future__ import annotations

import re

INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
    "|[\U000e0000-\U000e007f]"
)
"""Soft hyphens, zero widths, marks of direction, tags."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """The text without invisible marks, control characters as blanks."""
    return INVISIBLE.sub("", CONTROL.sub(" ", text))


def refuse_invisible(text: str) -> str:
    """The text itself, if all of it can be seen.

    Raises
    ------
    ValueError
        Names the first character that cannot.
    """
    found = INVISIBLE.search(text) or CONTROL.search(text)
    if found is not None:
        raise ValueError(f"holds the invisible character U+{ord(found.group()):04X}: take it out")
    return text
