"""The only place that asks what time it is, so that tests can say."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from typing import Protocol


def after(day: date) -> datetime:
    """The moment, in UTC, before which a day lies; the last one there is for the last day."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(day + timedelta(days=1), wall_time(), tzinfo=UTC)


class Clock(Protocol):
    """Wall time and waiting."""

    def now(self) -> datetime:
        """The present moment, timezone-aware in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait by blocking the thread."""
        time.sleep(seconds)
