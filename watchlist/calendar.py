"""Exchange sessions, and the rule that turns an announcement into day 0.

Day 0 is the first session whose close is strictly after the announcement. The sessions of a
calendar are data (a frame), so the rule itself is pure and needs no calendar library.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from watchlist.errors import ConfigError, nearest

if TYPE_CHECKING:
    import polars as pl

NEW_YORK = ZoneInfo("America/New_York")

NOMINAL_TIME = {
    "pre-market": time(9, 29),
    "intraday": time(12, 0),
    "after-close": time(16, 0),
    "non-trading-day": time(12, 0),
    "unknown": time(12, 0),
}
"""New York wall time that stands for a timing class where no time is known. Noon lies before
every early close of New York (13:00); 16:00 is not strictly before any close."""


class Announced(Protocol):
    """What the rule needs to know of an event; `catalog.Event` is one."""

    @property
    def announced_on(self) -> date:
        """Calendar date in New York."""
        ...

    @property
    def announced_time(self) -> time | None:
        """New York wall time, where known."""
        ...

    @property
    def announced_at(self) -> datetime | None:
        """Both together, with New York's offset."""
        ...

    @property
    def timing(self) -> str:
        """A key of `NOMINAL_TIME`."""
        ...

    @property
    def timing_basis(self) -> str:
        """How the timing is known."""
        ...

    @property
    def status(self) -> str:
        """Happened or scheduled."""
        ...


class DayZero(NamedTuple):
    """The first session that could react, and why it is that one."""

    session: date | None
    """None where the calendar ends before such a session."""
    why: str


def sessions(calendars: Iterable[str], start: date, end: date) -> pl.DataFrame:
    """The sessions of the exchanges from `start` to `end`, both included.

    Parameters
    ----------
    calendars : iterable of str
        exchange_calendars codes: XNYS, XTSE, XASX, XKRX.

    Returns
    -------
    DataFrame
        calendar, session (Date), open_at and close_at (UTC), early_close; sorted.

    Raises
    ------
    ConfigError
        No such calendar (with the nearest), or the library does not cover the dates.
    """
    import polars as pl

    frames = [_sessions_of(calendar, start, end) for calendar in sorted(set(calendars))]
    return pl.concat(frames) if frames else pl.DataFrame(schema=_schema())


def sessions_around(calendar: str, days: Iterable[date]) -> pl.DataFrame:
    """As `sessions`, of one exchange: enough of them to find day 0 of what was announced then."""
    known = sorted(days)
    if not known:
        return sessions([], date.min, date.min)
    return sessions([calendar], known[0] - timedelta(days=15), known[-1] + timedelta(days=20))


def day_zero(event: Announced, sessions_of_one_calendar: pl.DataFrame) -> DayZero:
    """The first session whose close is strictly after the announcement.

    An unknown hour takes the session of that date (or the next one), and `why` says so.

    Parameters
    ----------
    sessions_of_one_calendar : DataFrame
        As `sessions` gives them, one calendar, sorted by session.
    """
    frame = sessions_of_one_calendar
    moment = event.announced_at or datetime.combine(
        event.announced_on, NOMINAL_TIME[event.timing], tzinfo=NEW_YORK
    )
    position = _first_close_after(frame, moment)
    if position is None:
        end = f"ends with session {frame['session'][-1]}" if frame.height else "is empty"
        return DayZero(None, f"{_said(event)}; the calendar {end}")
    first = frame["session"][0]
    if event.announced_on < first:
        return DayZero(None, f"{_said(event)}; the calendar begins only with session {first}")
    row = frame.row(position, named=True)
    session: date = row["session"]
    why = f"{_said(event)}; {_reason(event, frame, moment, session)}"
    if row["early_close"]:
        close = row["close_at"].astimezone(NEW_YORK)
        why += f"; that session closed early, at {close:%H:%M} New York time"
    if event.announced_time is None and event.timing == "unknown":
        following = frame["session"][position + 1] if position + 1 < frame.height else "a later one"
        why += f"; warning: the hour is unknown, after the close day 0 would be {following}"
    elif event.announced_time is None and event.timing_basis == "unknown":
        why += "; warning: no source read gives the hour"
    return DayZero(session, why)


def timing_class(on: date, at: time | None, home: pl.DataFrame) -> str | None:
    """The timing class of a New York wall time, by that day's real hours.

    None where the hour is not known on a day with a session, or the calendar ends before.
    """
    import polars as pl

    if home.height == 0 or not home["session"][0] <= on <= home["session"][-1]:
        return None
    row = home.filter(pl.col("session") == on)
    if row.height == 0:
        return "non-trading-day"
    if at is None:
        return None
    opens, closes = (row[name][0].astimezone(NEW_YORK).time() for name in ("open_at", "close_at"))
    return "pre-market" if at < opens else "intraday" if at < closes else "after-close"


def _said(event: Announced) -> str:
    verb = "scheduled for" if event.status == "scheduled" else "announced"
    day = f"{verb} {event.announced_on:%a} {event.announced_on}"
    if event.announced_time is not None:
        return f"{day} at {event.announced_time:%H:%M} New York time ({event.timing_basis})"
    words = {
        "pre-market": "before the open",
        "intraday": "during the session",
        "after-close": "after the close",
        "non-trading-day": "with New York closed",
        "unknown": "at an unknown hour",
    }
    basis = "" if event.timing_basis == "unknown" else f" ({event.timing_basis})"
    return f"{day} {words[event.timing]}{basis}"


def _reason(event: Announced, frame: pl.DataFrame, moment: datetime, session: date) -> str:
    import polars as pl

    if session == event.announced_on:
        return "that session closed after it"
    local = frame.filter(pl.col("session") == event.announced_on)
    if local.height == 0:
        return f"no session that day, the next is {session:%a} {session}"
    close: datetime = local["close_at"][0]
    if close <= moment:
        shown = close.astimezone(NEW_YORK)
        early = "already at " if local["early_close"][0] else "at "
        return (
            f"that day's session closed {early}{shown:%H:%M} New York time, "
            f"the next is {session:%a} {session}"
        )
    return f"the first close after it is that of {session:%a} {session}"


def _first_close_after(frame: pl.DataFrame, moment: datetime) -> int | None:
    # microseconds: a moment with its time zone costs more to hand over than to look up
    closes = frame["close_at"].to_physical().to_numpy()
    since = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    position = int(closes.searchsorted(since, side="right"))
    return position if position < frame.height else None


def _schema() -> pl.Schema:
    import polars as pl

    moment = pl.Datetime("us", "UTC")
    return pl.Schema(
        {
            "calendar": pl.String(),
            "session": pl.Date(),
            "open_at": moment,
            "close_at": moment,
            "early_close": pl.Boolean(),
        }
    )


@lru_cache(maxsize=64)
def _sessions_of(code: str, start: date, end: date) -> pl.DataFrame:
    """Sessions of one exchange; remembered, since making them can take seconds."""
    import exchange_calendars
    import polars as pl
    from exchange_calendars.errors import CalendarError

    if start > end:
        return pl.DataFrame(schema=_schema())
    if code not in exchange_calendars.get_calendar_names(include_aliases=True):
        known = exchange_calendars.get_calendar_names(include_aliases=False)
        raise ConfigError(f"calendar {code!r} is not known; {nearest(code, known)}")
    # the library refuses a range without a session, so it is asked for some days more
    around = timedelta(days=15)
    first = max(start, date.min + around) - around
    last = min(end, date.max - around) + around
    try:
        with warnings.catch_warnings():
            # the library of 2026-03 uses calls that pandas 3.1 deprecates; its values are right
            warnings.simplefilter("ignore", DeprecationWarning)
            calendar = exchange_calendars.get_calendar(
                code, start=first.isoformat(), end=last.isoformat()
            )
            schedule = calendar.schedule
            early = schedule.index.isin(calendar.early_closes)
    except (CalendarError, ValueError) as error:
        raise ConfigError(
            f"calendar {code} cannot give {start} to {end}: {error}",
            "sessions of the years 1700 to 2200 are known",
        ) from None
    # through numpy, whole columns at once: a stamp at a time takes longer than all the rest
    frame = pl.DataFrame(
        {
            "session": schedule.index.to_numpy(),
            "open_at": schedule["open"].dt.tz_localize(None).to_numpy(),
            "close_at": schedule["close"].dt.tz_localize(None).to_numpy(),
            "early_close": early,
        }
    ).select(
        pl.lit(code).alias("calendar"),
        pl.col("session").cast(pl.Date),
        pl.col("open_at", "close_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
        "early_close",
    )
    return frame.filter(pl.col("session").is_between(start, end))
