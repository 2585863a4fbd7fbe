"""When a source is asked again, how long after, and when no more."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from tests.loopback import FakeClock
from watchlist.config import Fetch
from watchlist.errors import PermanentSourceError, SourceError, TransientSourceError
from watchlist.sources.live import LONGEST_WAIT, Retry
from watchlist.sources.protocol import BudgetSpentError, Fetched, RateLimitedError, UnreachableError

ANSWER = Fetched(pl.DataFrame())


def failing(*errors: SourceError) -> Callable[[], Fetched]:
    """A request that fails with each of the errors in turn, then answers."""
    left = list(errors)

    def request() -> Fetched:
        if left:
            raise left.pop(0)
        return ANSWER

    return request


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def passing() -> TransientSourceError:
    return TransientSourceError("for now")


def test_waits_double_with_jitter(clock: FakeClock) -> None:
    retry = Retry(Fetch(attempts=4, first_wait_seconds=2), clock, "X")
    assert retry.call(failing(passing(), passing(), passing())).attempts == 4
    assert all(low <= wait <= low + 2 for low, wait in zip((2, 4, 8), clock.slept, strict=True))


def test_two_runs_do_not_wait_in_step() -> None:
    """Jitter: machines that failed together must not come back together."""
    waits = set()
    for _ in range(5):
        clock = FakeClock()
        Retry(Fetch(), clock, "X").call(failing(passing()))
        waits.add(clock.slept[0])
    assert len(waits) > 1


def test_no_wait_is_longer_than_the_cap_and_its_jitter(clock: FakeClock) -> None:
    retry = Retry(Fetch(attempts=10, first_wait_seconds=30), clock, "X")
    retry.call(failing(*(passing() for _ in range(9))))
    assert max(clock.slept) <= LONGEST_WAIT + 30


def test_a_permanent_failure_is_not_tried_again(clock: FakeClock) -> None:
    with pytest.raises(PermanentSourceError) as caught:
        Retry(Fetch(), clock, "X").call(failing(PermanentSourceError("for good")))
    assert caught.value.attempts == 1
    assert clock.slept == []


def test_the_last_failure_is_told_with_its_attempts(clock: FakeClock) -> None:
    errors = [TransientSourceError(str(i)) for i in range(5)]
    with pytest.raises(TransientSourceError, match="2") as caught:
        Retry(Fetch(attempts=3), clock, "X").call(failing(*errors))
    assert caught.value.attempts == 3


def test_a_failure_of_one_symbol_does_not_stop_the_run(clock: FakeClock) -> None:
    retry = Retry(Fetch(attempts=1), clock, "X")
    with pytest.raises(TransientSourceError):
        retry.call(failing(passing()))
    assert retry.call(failing()).attempts == 1


@pytest.mark.parametrize("kind", [RateLimitedError, UnreachableError])
def test_what_stops_the_run_is_remembered(clock: FakeClock, kind: type[SourceError]) -> None:
    retry = Retry(Fetch(attempts=2), clock, "X")
    with pytest.raises(kind):
        retry.call(failing(kind("a"), kind("b")))
    asked = []
    with pytest.raises(kind, match="not asked: b"):
        retry.call(lambda: asked.append(1) or ANSWER)  # type: ignore[func-returns-value]
    assert asked == []


def test_a_rate_limit_that_passes_does_not_stop_the_run(clock: FakeClock) -> None:
    retry = Retry(Fetch(), clock, "X")
    assert retry.call(failing(RateLimitedError("a"))).attempts == 2
    assert retry.call(failing()).attempts == 1
    assert 10 <= clock.slept[0] <= 20


def test_no_wait_outlasts_the_budget(clock: FakeClock) -> None:
    retry = Retry(Fetch(attempts=9, first_wait_seconds=10, budget_seconds=25), clock, "X")
    with pytest.raises(TransientSourceError, match="for now") as caught:
        retry.call(failing(*(passing() for _ in range(9))))
    assert sum(clock.slept) < 25
    assert caught.value.attempts == 2


def test_a_spent_budget_ends_the_run(clock: FakeClock) -> None:
    retry = Retry(Fetch(budget_seconds=25), clock, "X")
    retry.call(failing())
    clock.sleep(25)
    with pytest.raises(BudgetSpentError, match="25 seconds a run may ask X"):
        retry.call(failing())
