"""A clock for tests: it moves only when something sleeps on it, or when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """`slept` lists every wait; no test waits for real."""

    def __init__(self, now: datetime | None = None) -> None:
        self.moment = now or datetime(2026, 1, 15, 23, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
