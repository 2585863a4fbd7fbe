"""Interleaved pairs: the ratio of two things measured in turn survives a machine that drifts."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Ratio:
    """How much longer A takes than B, over interleaved rounds."""

    name: str
    a: str
    b: str
    median: float
    low: float
    high: float
    rounds: int
    goal: float | None
    """The ratio that is to be reached: at most this where `smaller_is_better`, else at least."""

    smaller_is_better: bool = True
    a_seconds: float = float("nan")
    """Median of A; absolute, so it means something on one machine at one time only."""

    b_seconds: float = float("nan")
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Is the goal reached? None where there is none."""
        if self.goal is None:
            return None
        return self.median <= self.goal if self.smaller_is_better else self.median >= self.goal

    def as_dict(self) -> dict[str, object]:
        """For the JSON file."""
        return {**asdict(self), "met": self.met}


def compare(
    name: str,
    a: tuple[str, Callable[[], object]],
    b: tuple[str, Callable[[], object]],
    *,
    rounds: int = 5,
    goal: float | None = None,
    smaller_is_better: bool = True,
    note: str = "",
    before: Callable[[], object] = lambda: None,
) -> Ratio:
    """Time A/B in `rounds` interleaved pairs after one warm-up of each.

    Where larger is better the ratio is B/A: how many times faster A is. `before` is run before
    each of them, untimed, so that both begin from the same state.
    """

    def timed(work: Callable[[], object]) -> float:
        before()
        return _seconds(work)

    timed(a[1])
    timed(b[1])
    times: list[tuple[float, float]] = [(timed(a[1]), timed(b[1])) for _ in range(rounds)]
    ratios = [x / y if smaller_is_better else y / x for x, y in times]
    return Ratio(
        name=name,
        a=a[0],
        b=b[0],
        median=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
        rounds=rounds,
        goal=goal,
        smaller_is_better=smaller_is_better,
        a_seconds=statistics.median(x for x, _ in times),
        b_seconds=statistics.median(y for _, y in times),
        note=note,
    )


def process(arguments: Sequence[str], **environment: str) -> Callable[[], object]:
    """A whole process as something to time; a failure of it is an error, not a fast run."""

    def run() -> object:
        return subprocess.run(
            list(arguments),
            check=True,
            capture_output=True,
            env={**os.environ, **environment},
        )

    return run


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
