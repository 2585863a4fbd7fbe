"""`make soak`: twenty seeds of five hundred nights. `python -m tests.soak [SEEDS [NIGHTS]]`."""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.soak.run import soak


def one(seed: int, nights: int) -> str:
    """Run one seed and say what it went through."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = soak(Path(folder), seed, nights)
    return f"seed {seed}: {time.monotonic() - begun:.0f} s, {result}"


def main() -> None:
    """Run the seeds, two at a time; the first wrong bar ends it."""
    seeds, nights = (int(text) for text in (sys.argv[1:] + ["20", "500"][len(sys.argv) - 1 :]))
    with ProcessPoolExecutor(2) as pool:
        for line in pool.map(one, range(seeds), [nights] * seeds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
