"""The market-wide study: every event x target of a large store, streamed security by security."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

import pyarrow as pa

from watchlist.errors import StudyError
from watchlist.steps.executors import Executor
from watchlist.steps.sweep_market import SECURITIES, make_units, read_market
from watchlist.steps.sweep_results import SweepSummary, write_sweep
from watchlist.study.design import StudyDesign
from watchlist.study.sweep import MODELS, collect, result_schema

if TYPE_CHECKING:
    import duckdb

Step = Callable[[int, int, str], None]

READ_BUFFER = "256MiB"
"""Memory of DuckDB's own: it would else keep every block that was read, and none is read twice."""


def run_sweep(
    con: duckdb.DuckDBPyConnection,
    design: StudyDesign,
    executor: Executor,
    *,
    as_of: date,
    tests: str | tuple[str, ...] = "all",
    step: Step | None = None,
) -> SweepSummary:
    """Study every pair against the market, test them together, and write the study.

    Memory: one unit of bars a thread, and about 8 (M + 3 E) bytes a pair for the results.

    Raises
    ------
    StudyError
        The model is none of `MODELS`, the overlap rule neither `mask` nor `keep`, the market
        factor has no returns, or no event has a target.
    """
    if design.model not in MODELS or design.overlap not in ("mask", "keep"):
        raise StudyError(
            f"a sweep of a whole market cannot use {design.model!r} with overlap "
            f"{design.overlap!r}",
            f"use one of {', '.join(MODELS)}, and overlap 'mask' or 'keep'",
        )
    tell = step or (lambda done, total, what: None)
    Thread(target=_import_ahead, daemon=True).start()
    con.execute(f"SET memory_limit = '{READ_BUFFER}'")
    market = read_market(con, design, as_of)
    units = sorted(set((market.pairs.security // SECURITIES).tolist()))
    load, work = make_units(con, market, design, as_of)

    def told(parts: Iterator[pa.Table]) -> Iterator[pa.Table]:
        for done, part in enumerate(parts, start=1):
            yield part
            tell(done, len(units) + 1, f"{SECURITIES * done:,} securities")

    # each unit is read by its own thread alone, and so in one piece; see `ROWS`
    con.execute("SET threads = 1")
    parts = executor.run(units, load, work, result_schema(design))
    results = collect(told(parts), len(market.pairs.day0), design)
    con.execute("RESET memory_limit")
    con.execute("RESET threads")
    summary = write_sweep(con, design, market, results, as_of, tests)
    tell(len(units) + 1, len(units) + 1, "written")
    return summary


def _import_ahead() -> None:
    """What the work will import, loaded while DuckDB reads the market: a quarter of a second."""
    for module in ("pyarrow.compute", "scipy.special"):
        import_module(module)
