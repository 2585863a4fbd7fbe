"""Numbers as people read them in sentences; columns of numbers keep what programs read."""

from __future__ import annotations

import math

MINUS = "\u2212"


class Readable(float):
    """A number in a sentence: a real minus sign, none before what rounds to zero, a space before %.

    Examples
    --------
    >>> f"{Readable(-1.25):+.1f} and {Readable(0.5):+.0%}, {Readable(-0.04):+.1f}"
    '−1.2 and +50 %, 0.0'
    """

    def __format__(self, spec: str) -> str:
        text = super().__format__(spec).replace("%", " %")
        if not text.strip("+-0., %"):
            return text.lstrip("+-")
        return text.replace("-", MINUS)


def finite(value: float | None) -> float | None:
    """The value, or None where it is not known: NaN, an infinity, None itself."""
    return value if value is not None and math.isfinite(value) else None
