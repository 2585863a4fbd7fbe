"""Memory that stays in the process while large arrays come and go."""

from __future__ import annotations

import numpy as np

_KEPT = 4_000_000


def keep_heap() -> None:
    """Let the C library keep freed memory instead of handing it back to the system.

    glibc returns freed memory above a limit that grows with the largest block freed so far; without
    this every temporary array of a study or a signal is faulted in anew, and the time doubles.
    Costs microseconds and no memory: the block is never touched. Does nothing elsewhere.
    """
    np.empty(_KEPT)
