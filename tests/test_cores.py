"""Threads are as many as the process may use, not as many as the machine has."""

from __future__ import annotations

import os

import pytest

from watchlist.cores import usable_cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be kept from us")
def test_cores_that_are_kept_from_us_are_not_counted() -> None:
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(mine)})
    try:
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, mine)
    assert usable_cores() == len(mine)
