"""Dates in words and relative to the text's own date: each an ISO day, month or year.

`unit` says how exact a mention is: day, month or year. A relative date without the date of the
text stays unresolved and is not reported; a month and day without a year takes the year that puts
it nearest to the text's date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from watchlist.coverage.lexicon import Mention, any_of, lexicon, without_overlaps

_WORDS = lexicon()["dates"]
_MONTHS = {
    name.lower(): next(n for n, full in enumerate(_WORDS["months"], 1) if full.startswith(name[:3]))
    for name in (*_WORDS["months"], *_WORDS["short_months"])
}
_WEEKDAYS = [name.lower() for name in _WORDS["weekdays"]]

_FULL_MONTH = "|".join(_WORDS["months"])
_MONTH = rf"(?P<month>{_FULL_MONTH}|{any_of('dates', 'short_months')}\b\.?)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"

_ABSOLUTE = (
    re.compile(rf"(?<!\w){_MONTH}\s+{_DAY}\s*,?\s+{_YEAR}(?!\w)"),
    re.compile(rf"(?<![\w.]){_DAY}\s+(?:of\s+)?{_MONTH}\s*,?\s+{_YEAR}(?!\w)"),
    re.compile(r"(?<![\w\-/])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\w\-/])"),
    re.compile(
        r"(?<![\w\-/.])(?P<month>1[0-2]|0?[1-9])/(?P<day>[12]\d|3[01]|0?[1-9])/(?P<year>20\d\d)"
        r"(?![\w\-/])"
    ),
)
_WITHOUT_YEAR = (
    re.compile(
        rf"(?<!\w){_MONTH}\s+{_DAY}(?![\w,.:]*\d)(?!\w)(?!\s*{any_of('dates', 'day_counts')})"
    ),
    re.compile(rf"(?<![\w.,$€£]){_DAY}\s+(?:of\s+)?{_MONTH}(?!\w)(?!\.?\s*,?\s*(?:19|20)\d\d)"),
)
_MONTH_YEAR = re.compile(rf"(?<!\w)(?<!\d\s){_MONTH}\s*,?\s+(?:of\s+)?{_YEAR}(?!\w)")
_ONLY_MONTH = re.compile(
    rf"\b{any_of('dates', 'before_months')}[\s\-]+(?P<month>{_FULL_MONTH})"
    rf"(?!\w)(?!\.?\s+\d)(?!\s+{any_of('dates', 'after_months')})"
)
_ONLY_YEAR = re.compile(
    rf"(?<!\s\d\s)\b{any_of('dates', 'before_years')}\s*{_YEAR}(?![\w,.]*\d)(?!\w)"
    rf"(?!\s*{any_of('dates', 'year_counts')})"
)
_YEARS = re.compile(
    r"\b(?:[Bb]etween|[Ff]rom)\s+(?P<first>(?:19|20)\d\d)\s+(?:and|to)\s+"
    r"(?P<second>(?:19|20)\d\d)(?![\w,.]*\d)(?!\w)"
)
_RELATIVE = re.compile(
    r"\b(?P<word>[Yy]esterday|[Tt]oday|[Tt]omorrow)\b(?!['’]s\s+(?:world|society))"
)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<which>last|next|this|coming)\s+)?(?P<name>{'|'.join(_WORDS['weekdays'])})s?\b"
    rf"(?!\s+{any_of('dates', 'after_weekdays')})(?<!Mondays)(?<!Black\sFriday)"
    r"(?<!Good\sFriday)(?<!Cyber\sMonday)(?<![a-z]ays)"
)
_THIS_YEAR = re.compile(r"\b(?:[Ee]arlier\s+this|[Ll]ater\s+this|[Tt]his|[Ll]ast|[Nn]ext)\s+year\b")
_MONTH_AHEAD = re.compile(rf"\b{any_of('dates', 'ahead_of_months')}\b")
_WEEKDAY_AHEAD = re.compile(rf"\b{any_of('dates', 'ahead_of_weekdays')}\b[^.]*$")


def find_dates(text: str, written_on: date | None = None) -> list[Mention]:
    """Every date that the text names, resolved where that is possible.

    Parameters
    ----------
    written_on : date, optional
        The text's own date; without it relative dates are left out.
    """
    found = [
        _mention(match, day.isoformat(), "day")
        for match in _each(text, _ABSOLUTE)
        if (day := _day(int(match["year"]), _month(match), int(match["day"])))
    ]
    found += [
        _mention(match, f"{match['year']}-{_month(match):02d}", "month")
        for match in _MONTH_YEAR.finditer(text)
    ]
    found += [_mention(match, match["year"], "year", "year") for match in _ONLY_YEAR.finditer(text)]
    for match in _YEARS.finditer(text):
        found += [_mention(match, match[group], "year", group) for group in ("first", "second")]
    if written_on is not None:
        found += [
            _mention(match, day.isoformat(), "day")
            for match in _each(text, _WITHOUT_YEAR)
            if (day := nearest_year(_month(match), int(match["day"]), written_on))
        ]
        found += _relative(text, written_on)
        found += _only_month(text, written_on)
    return without_overlaps(list(dict.fromkeys(found)))


def days_without_year(text: str) -> list[tuple[int, int]]:
    """Month and day of every date that lacks its year: what may give the text's year away."""
    return [(_month(match), int(match["day"])) for match in _each(text, _WITHOUT_YEAR)]


def _each(text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(text)


def nearest_year(month: int, day: int, to: date) -> date | None:
    """That day of the year in which it lies nearest to `to`; None for a day that no year has.

    A day ahead counts twice as far: texts speak more of what was.
    """

    def distance(found: date) -> int:
        days = (found - to).days
        return 2 * days if days > 0 else -days

    years = (to.year - 1, to.year, to.year + 1)
    near = [found for year in years if (found := _day(year, month, day))]
    return min(near, key=distance, default=None)


def _only_month(text: str, written_on: date) -> Iterator[Mention]:
    for match in _ONLY_MONTH.finditer(text):
        month = _month(match)
        ahead = match.group().lower().startswith("next") or month > written_on.month + 1
        year = written_on.year
        if month > written_on.month and not _is_ahead(text, match, _MONTH_AHEAD, 60):
            year -= 1
        elif ahead and month < written_on.month:
            year += 1
        yield _mention(match, f"{year}-{month:02d}", "month", "month")


def _is_ahead(text: str, match: re.Match[str], words: re.Pattern[str], near: int) -> bool:
    """Whether one of the words stands at most `near` characters before the match."""
    return words.search(text[max(0, match.start() - near) : match.start()].lower()) is not None


def _relative(text: str, written_on: date) -> Iterator[Mention]:
    for match in _RELATIVE.finditer(text):
        shift = {"yesterday": -1, "today": 0, "tomorrow": 1}[match["word"].lower()]
        yield _mention(match, (written_on + timedelta(days=shift)).isoformat(), "day")
    for match in _WEEKDAY.finditer(text):
        back = (written_on.weekday() - _WEEKDAYS.index(match["name"].lower())) % 7
        which = match["which"] or ""
        if which in ("next", "coming") or (
            not which and _is_ahead(text, match, _WEEKDAY_AHEAD, 40)
        ):
            found = written_on + timedelta(days=7 - back if back else 7)
        elif which == "last":
            # of yesterday's weekday one says plainly `on`, so `last` is the week before
            found = written_on - timedelta(days=back if back > 1 else back + 7)
        else:
            found = written_on - timedelta(days=back)
        yield _mention(match, found.isoformat(), "day")
    for match in _THIS_YEAR.finditer(text):
        shift = {"last": -1, "next": 1}.get(match.group().split()[0].lower(), 0)
        yield _mention(match, str(written_on.year + shift), "year")


def _month(match: re.Match[str]) -> int:
    word = match["month"]
    return int(word) if word.isdigit() else _MONTHS[word.rstrip(".").lower()]


def _day(year: int, month: int, day: int) -> date | None:
    return (
        date(year, month, day) if 1 <= month <= 12 and day <= monthrange(year, month)[1] else None
    )


def _mention(match: re.Match[str], value: str, unit: str, group: str | None = None) -> Mention:
    first, last = match.span(group) if group else match.span()
    return Mention(first, last, "date", value, match.string[first:last], unit=unit)
