"""Numbers as sentences have them; columns of numbers keep the hyphen, which programs read."""

from __future__ import annotations

MINUS = "\u2212"


class Told(float):
    """A number in a sentence: a real minus sign, none before what rounds to zero, a space before %.

    Examples
    --------
    >>> f"{Told(-1.25):+.1f} and {Told(0.5):+.0%}, {Told(-0.04):+.1f}"
    '−1.2 and +50 %, 0.0'
    """

    def __format__(self, spec: str) -> str:
        text = super().__format__(spec).replace("%", " %")
        if not text.strip("+-0., %"):
            return text.lstrip("+-")
        return text.replace("-", MINUS)
