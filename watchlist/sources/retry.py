"""How a live source is asked: again after a while when that may help, and no more when it won't."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import tenacity

from watchlist.clock import Clock
from watchlist.config import Fetch
from watchlist.errors import SourceError, TransientSourceError
from watchlist.sources.protocol import (
    BudgetSpentError,
    Fetched,
    RateLimitedError,
    RunStoppedError,
)

LONGEST_WAIT = 60.0
AFTER_RATE_LIMIT = 5.0
"""A rate limit is waited out so many times as long as other faults."""


class Retry:
    """Retries with exponential backoff and jitter, within one budget of time for the run.

    Only failures that may pass are tried again. A rate limit that outlasts every wait, a source
    that cannot be reached, and a spent budget end the run: from then on every question is
    refused without a request.
    """

    def __init__(self, settings: Fetch, clock: Clock, source: str) -> None:
        self.settings = settings
        self.clock = clock
        self.source = source
        self._began: datetime | None = None
        self._stopped: RunStoppedError | None = None

    def call(self, request: Callable[[], Fetched]) -> Fetched:
        """What `request` returns at last, with the number of attempts.

        Raises
        ------
        TransientSourceError
            The last failure, when all attempts are used up; `RunStoppedError` for good.
        PermanentSourceError
            At once, as `request` raised it.
        """
        if self._stopped is not None:
            raise type(self._stopped)(f"not asked: {self._stopped.message}", self._stopped.hint)
        if self._began is None:
            self._began = self.clock.now()
        if self._spent(0.0):
            self._stopped = self._no_budget()
            raise self._stopped
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientSourceError),
            stop=self._give_up,
            wait=self._wait,
            sleep=self.clock.sleep,
            reraise=True,
        )
        try:
            fetched = retrying(request)
        except SourceError as error:
            error.attempts = int(retrying.statistics["attempt_number"])
            if isinstance(error, RunStoppedError):
                self._stopped = error
            raise
        return replace(fetched, attempts=int(retrying.statistics["attempt_number"]))

    def _wait(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome is not None else None
        first = self.settings.first_wait_seconds
        if isinstance(failure, RateLimitedError):
            first *= AFTER_RATE_LIMIT
        jitter = tenacity.wait_random(0, first)
        return tenacity.wait_exponential(multiplier=first, max=LONGEST_WAIT)(state) + jitter(state)

    def _give_up(self, state: tenacity.RetryCallState) -> bool:
        last = state.attempt_number >= self.settings.attempts
        return last or self._spent(state.upcoming_sleep)

    def _spent(self, more: float) -> bool:
        began = self._began or self.clock.now()
        used = (self.clock.now() - began).total_seconds()
        return used + more >= self.settings.budget_seconds

    def _no_budget(self) -> BudgetSpentError:
        return BudgetSpentError(
            f"the {self.settings.budget_seconds:g} seconds a run may ask {self.source} are used up",
            "run again later, or raise budget_seconds in [fetch] of watchlist.toml",
        )
