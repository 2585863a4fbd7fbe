"""What a sweep reads: pairs, calendar and market factor at once, bars unit by unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from watchlist.errors import StudyError
from watchlist.store import lake
from watchlist.study.arrow import column, numbers
from watchlist.study.design import StudyDesign
from watchlist.study.sweep import AFTER, BEFORE, DAY_BITS, MarketFactor, SweepPairs, estimate_tape

if TYPE_CHECKING:
    import duckdb

_SQL = Path(__file__).parent / "sweep_sql"

EPOCH = date(1970, 1, 1)

SECURITIES = 500
"""Securities a unit of work: two million bars of 25 years. A smaller unit costs more reading, since
DuckDB decodes whole row groups; the estimation cuts it into smaller batches itself."""

ROWS = SECURITIES * 8_192
"""More bars than a unit has in 32 years: they lie in one piece then, and need not be joined."""


@dataclass(frozen=True)
class Market:
    """What every unit of work is given, and the names behind the integers."""

    pairs: SweepPairs
    events: pa.DictionaryArray
    symbols: pa.DictionaryArray
    """(P,) each name once, and each pair's place among them."""

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
    if days[-1] - days[0] >= AFTER - 1:
        raise StudyError(f"the calendar of {factor} is longer than {AFTER - 1:,} days")
    returns = np.full(len(days), np.nan)
    returns[np.searchsorted(days, held["day"])] = held["ret"]
    found = con.sql(_sql("pairs"), params={"market": factor, "as_of": as_of}).to_arrow_table()
    if not len(found):
        raise StudyError("no event has a target with a day 0", "watchlist events check")
    day0 = numbers(found["day0"]).astype(np.int64)
    number = np.minimum(np.searchsorted(days, day0), len(days) - 1)
    known = np.flatnonzero(days[number] == day0)
    security = numbers(found["security_id"]).astype(np.int64)
    pairs = SweepPairs(np.arange(len(known)), security[known], number[known])
    events, symbols = (
        found[name].combine_chunks().dictionary_encode().take(column(known))
        for name in ("event_id", "symbol")
    )
    lives = _read(con, "lives")
    return Market(
        pairs,
        events,
        symbols,
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
    """How the bars of a unit are read, and the pure work on them.

    Within a unit securities are counted from its first, and days from the eve of the calendar.
    """
    plain, paying = _sql("tape"), _sql("tape_paying")
    pays = {security // SECURITIES for security in market.paying}
    unit_of, local = np.divmod(market.pairs.security, SECURITIES)
    counted = replace(market.pairs, security=local)
    own = {unit: counted.of(unit_of == unit) for unit in np.unique(unit_of).tolist()}
    eve = int(market.factor.days[0]) - 1
    factor = MarketFactor(market.factor.days - eve, market.factor.returns)
    origin = EPOCH + timedelta(days=eve)

    def load(unit: int) -> pa.Table:
        query = paying if unit in pays else plain
        first = unit * SECURITIES
        bounds = {
            "first": first, "last": first + SECURITIES - 1, "origin": origin, "as_of": as_of,
        }  # fmt: skip
        bars = lake.another(con).sql(query, params=bounds).to_arrow_table(ROWS)
        return _of_one_life(bars, market.lives, first, eve)

    def work(unit: int, bars: pa.Table) -> pa.Table:
        return estimate_tape(bars, own[unit], factor, design)

    return load, work


def _of_one_life(
    bars: pa.Table, lives: dict[int, tuple[int, int]], first: int, eve: int
) -> pa.Table:
    """Bars without those of another company's life under the same symbol."""
    import pyarrow.compute as pc

    for security in range(first, first + SECURITIES):
        if security in lives:
            key, base = bars["key"], (security - first) << DAY_BITS
            begin, end = (base + min(max(day - eve, BEFORE), AFTER) for day in lives[security])
            others = pc.or_(pc.less(key, base), pc.greater(key, base + AFTER))
            own = pc.and_(pc.greater_equal(key, begin), pc.less_equal(key, end))
            bars = bars.filter(pc.or_(others, own))
    return bars


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _read(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> dict[str, Any]:
    return con.execute(_sql(name), parameters).fetchnumpy()
