"""What a sweep reads: pairs, calendar and market factor at once, bars unit by unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from watchlist.errors import StudyError
from watchlist.store import lake
from watchlist.study.design import StudyDesign
from watchlist.study.sweep import KEY_BITS, NEVER, MarketFactor, SweepPairs, estimate_tape

if TYPE_CHECKING:
    import duckdb

_SQL = Path(__file__).parent / "sweep_sql"

SECURITIES = 100
"""Securities a unit of work: half a million bars of 25 years, which fit the processor's cache."""


@dataclass(frozen=True)
class Market:
    """What every unit of work is given, and the names behind the integers."""

    pairs: SweepPairs
    events: NDArray[np.object_]
    symbols: NDArray[np.object_]
    factor: MarketFactor
    lives: dict[int, tuple[int, int]]
    paying: frozenset[int]


def last_session(con: duckdb.DuckDBPyConnection, design: StudyDesign) -> date:
    """The newest session of the market factor.

    Raises
    ------
    StudyError
        It has no bars.
    """
    factor = design.factors[0]
    row = con.execute(_sql("last_session"), {"market": factor}).fetchone()
    if row is None or row[0] is None:
        raise StudyError(f"no bars of the market factor {factor}", f"watchlist pull {factor}")
    found: date = row[0]
    return found


def read_market(con: duckdb.DuckDBPyConnection, design: StudyDesign, as_of: date) -> Market:
    """Pairs, calendar and market factor; small beside the bars."""
    factor = design.factors[0]
    days = _read(con, "sessions", market=factor, as_of=as_of)["day"].astype(np.int64)
    held = _read(con, "market", market=factor, as_of=as_of)
    if not len(held["day"]):
        raise StudyError(
            f"no returns of the market factor {factor} up to {as_of}", f"watchlist pull {factor}"
        )
    returns = np.full(len(days), np.nan)
    returns[np.searchsorted(days, held["day"])] = held["ret"]
    found = _read(con, "pairs", market=factor, as_of=as_of)
    if not len(found["security_id"]):
        raise StudyError("no event has a target with a day 0", "watchlist events check")
    day0 = found["day0"].astype("datetime64[D]").astype(np.int64)
    number = np.minimum(np.searchsorted(days, day0), len(days) - 1)
    known = days[number] == day0
    pairs = SweepPairs(
        np.arange(int(known.sum())), found["security_id"][known].astype(np.int64), number[known]
    )
    lives = _read(con, "lives")
    return Market(
        pairs,
        found["event_id"][known],
        found["symbol"][known],
        MarketFactor(days, returns),
        {
            int(s): (int(a), int(b))
            for s, a, b in zip(
                lives["security_id"], lives["first_day"], lives["last_day"], strict=True
            )
        },
        frozenset(_read(con, "paying")["security_id"].tolist()),
    )


def make_units(
    con: duckdb.DuckDBPyConnection, market: Market, design: StudyDesign, as_of: date
) -> tuple[Callable[[int], pa.Table], Callable[[int, pa.Table], pa.Table]]:
    """How the bars of a unit are read, and the pure work on them."""
    plain, paying = _sql("tape"), _sql("tape_paying")
    pays = {security // SECURITIES for security in market.paying}
    unit_of = market.pairs.security // SECURITIES
    own = {unit: market.pairs.of(unit_of == unit) for unit in np.unique(unit_of).tolist()}

    def load(unit: int) -> pa.Table:
        query = paying if unit in pays else plain
        first = unit * SECURITIES
        bounds = {"first": first, "last": first + SECURITIES - 1, "as_of": as_of}
        bars = lake.another(con).sql(query, params=bounds).to_arrow_table()
        return _of_one_life(bars, market.lives, range(first, first + SECURITIES))

    factor = market.factor

    def work(unit: int, bars: pa.Table) -> pa.Table:
        return estimate_tape(bars, own[unit], factor, design)

    return load, work


def _of_one_life(bars: pa.Table, lives: dict[int, tuple[int, int]], securities: range) -> pa.Table:
    """Bars without those of another company's life under the same symbol."""
    for security in securities:
        if security in lives:
            key, base = bars["key"], security << KEY_BITS
            first, last = (base + day for day in lives[security])
            others = pc.or_(
                pc.or_(pc.less(key, base - NEVER), pc.greater_equal(key, base + NEVER)),
                pc.and_(pc.greater_equal(key, first), pc.less_equal(key, last)),
            )
            bars = bars.filter(others)
    return bars


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _read(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> dict[str, Any]:
    return con.execute(_sql(name), parameters).fetchnumpy()
