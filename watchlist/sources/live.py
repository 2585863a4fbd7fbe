"""What live sources share: asked again while that may help, and believed only when checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, NoReturn, TypeVar

import polars as pl
import tenacity
from pydantic import Field, TypeAdapter, ValidationError

from watchlist.clock import Clock
from watchlist.config import Fetch
from watchlist.errors import SourceError, TransientSourceError
from watchlist.sources.protocol import (
    HIGHEST_PRICE,
    HIGHEST_SPLIT,
    HIGHEST_VOLUME,
    PRICE_COLUMNS,
    BudgetSpentError,
    Fetched,
    RateLimitedError,
    RunStoppedError,
    bar_frame,
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


T = TypeVar("T")

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-(2**63), le=2**63)]
"""A finite number of JSON; text, `true` and what no column can hold are refused."""


def read_json(body: bytes, source: str, symbol: str) -> Any:
    """The answer as JSON says it.

    Raises
    ------
    TransientSourceError
        It is something else.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise TransientSourceError(
            f"{source}'s answer for {symbol} is not JSON",
            "a page for people, a proxy's login or a cut-off answer; try again later",
        ) from None


def read_as(kind: type[T], tree: object, source: str, symbol: str) -> T:
    """The answer, or a part of it, as a type says it must be.

    Raises
    ------
    TransientSourceError
        It is not: names the first place that differs.
    """
    try:
        return TypeAdapter(kind).validate_python(tree)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"]))
        garbled(source, symbol, f"{where}: {problem['msg']}", problem["input"])


def garbled(source: str, symbol: str, problem: str, found: object) -> NoReturn:
    """Refuse an answer: what is wrong with it, and what stands there."""
    raise TransientSourceError(
        f"{source}'s answer for {symbol} has {problem}: {str(found)[:60]!r}",
        "nothing of that answer was used; try again later",
    )


def plausible_bars(raw: pl.DataFrame, source: str, symbol: str) -> pl.DataFrame:
    """`raw` as a bar frame, once nothing in it is impossible.

    A price of zero, or not a number, means not known. An impossible value condemns the whole
    answer, for then its other values cannot be trusted either.

    Raises
    ------
    TransientSourceError
        A negative, infinite or absurdly large number, a session twice.
    """
    bars = raw.with_columns(pl.col(pl.Float64).fill_nan(None))
    bars = bars.with_columns(
        pl.when(pl.col(c) != 0).then(c).alias(c) for c in PRICE_COLUMNS if c in bars.columns
    )
    impossible = {
        **{c: ~pl.col(c).is_between(0, HIGHEST_PRICE) for c in PRICE_COLUMNS},
        "volume": ~pl.col("volume").is_between(0, HIGHEST_VOLUME),
        "dividend": ~pl.col("dividend").is_between(0, HIGHEST_PRICE),
        "split": ~pl.col("split").is_between(1 / HIGHEST_SPLIT, HIGHEST_SPLIT),
        "session": pl.col("session").is_duplicated() | pl.col("session").is_null(),
    }
    for column, wrong in impossible.items():
        if column not in bars.columns:
            continue
        rows = bars.filter(wrong)
        if rows.height:
            raise TransientSourceError(
                f"{source} gave an impossible {column} for {symbol}: "
                f"{rows[column][0]} in session {rows['session'][0]}",
                "nothing of that answer was used; try again later",
            )
    return bar_frame(bars)
