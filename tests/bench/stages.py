"""Where a sweep's time goes: CPU seconds of each stage, as JSON.

`python -m tests.bench.stages PROJECT TESTS` runs the command on the simulated store of a project.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

SPENT: dict[str, float] = defaultdict(float)
"""CPU seconds of the Python thread that ran it; DuckDB's own threads come on top."""


def watch(owner: Any, name: str, stage: str) -> None:
    """Count the time of a function of a module or class towards a stage."""
    real: Callable[..., Any] = getattr(owner, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        begin = time.thread_time()
        try:
            return real(*arguments, **named)
        finally:
            SPENT[stage] += time.thread_time() - begin

    setattr(owner, name, counted)


def main(project: str, tests: str) -> None:
    """Run the sweep and print its stages."""
    from watchlist.cli.commands import build_app
    from watchlist.store import build
    from watchlist.study import frames, pieces, run, significance

    SPENT["imports"] = time.process_time()
    watch(build, "copy", "copy the store, so that readers keep theirs")
    watch(build, "replace", "publish")
    watch(pieces, "read_axes", "sessions, securities and events")
    watch(pieces, "make_pairs", "pairs")
    watch(pieces.Piece, "fit", "estimate")
    watch(significance.SignificanceTest, "apply", "tests")
    watch(run, "overlaps", "pairs")
    for name in ("fits_frame", "abnormal_returns_frame", "effects_frame", "bands_frame"):
        watch(frames, name, "lay out the results")
    watch(pieces, "write_studies", "write the results")
    begin = time.perf_counter()
    command = ["study", "sweep", "--simulated", "--market", "MKT", "--window=-10:10"]
    build_app()([*command, "--tests", tests, "--project", project], standalone_mode=False)
    whole = time.process_time()
    rest = whole - sum(SPENT.values())
    stages = {**SPENT, "read the bars, and all else": rest}
    print(json.dumps({"wall": time.perf_counter() - begin, "cpu": whole, "stages": stages}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
