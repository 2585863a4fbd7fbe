"""Judging at the edge: read the panel, judge, keep the verdicts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from watchlist import store
from watchlist.signals import REGISTRY
from watchlist.signals.judging import Judgement, judge, verdict_frame
from watchlist.steps.signals import read_panel

if TYPE_CHECKING:
    import duckdb

VALID_DAYS = 31
"""A verdict on years of history does not change overnight: the daily run judges once a month."""


def judge_signals(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    step: Callable[[int, int, str], None] | None = None,
) -> list[Judgement]:
    """Judge all signals on the watchlist and its peers, with what was known as of a session.

    Funds and indices explain returns and are not judged.
    """
    panel = read_panel(con, as_of)
    tradable = {
        symbol
        for (symbol,) in con.execute(
            "SELECT symbol FROM securities WHERE role IN ('watchlist', 'peer')"
        ).fetchall()
    }
    columns = np.array([i for i, s in enumerate(panel.symbols) if s in tradable], np.int64)
    return judge(panel, REGISTRY, columns, step=step)


def run_judge(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    step: Callable[[int, int, str], None] | None = None,
) -> list[Judgement]:
    """Judge all signals and keep the verdicts; those of other as-of sessions stay."""
    judged = judge_signals(con, as_of=as_of, step=step)
    store.write_frame(
        con, "signal_verdicts", verdict_frame(judged, as_of), replace={"as_of": as_of}
    )
    return judged


def judge_if_due(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    step: Callable[[int, int, str], None] | None = None,
) -> bool:
    """Judge if no verdict was given in the month before the session; says whether it did."""
    [(last,)] = con.execute(
        "SELECT max(as_of) FROM signal_verdicts WHERE as_of <= $as_of", {"as_of": as_of}
    ).fetchall()
    due = last is None or (as_of - last).days > VALID_DAYS
    if due:
        run_judge(con, as_of=as_of, step=step)
    return due
