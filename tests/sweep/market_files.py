"""Small markets as store files, some with dividends, holes and several lives of a ticker."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from tests.bench.market import Market, write
from watchlist.config import Config
from watchlist.study.design import StudyDesign

CONFIG = Config.model_validate({"study": {"market": "MKT"}})
LATE = date(2003, 6, 13)
"""The last session of `small_market`."""

DESIGN = StudyDesign(
    name="sweep",
    factors=("MKT",),
    estimation=(-140, -11),
    windows=((0, 0), (-1, 1), (-10, 10)),
    chart=(-10, 10),
    min_observations=60,
)


def small_market(folder: Path, *, listings: int = 30, pairs: int = 200) -> Path:
    """A market of which a dense panel is no burden; more holes than a real one."""
    file = folder / "watchlist-simulated.duckdb"
    write(file, Market(listings=listings, sessions=900, pairs=pairs, missing=0.01, seed=7))
    return file


def spoil(file: Path) -> None:
    """Give it what real stores have: dividends, unknown dividends, a change of basis, two lives."""
    with duckdb.connect(str(file)) as con:
        con.execute(
            "UPDATE base.bars SET dividend = close * 0.02 "
            "WHERE security_id % 5 = 1 AND dayofyear(session) % 60 = 0"
        )
        con.execute("UPDATE base.bars SET dividend = NULL WHERE security_id % 5 = 2")
        con.execute(
            "UPDATE base.bars SET adj_close = close * 0.9, adj_basis = 7 "
            "WHERE security_id % 5 = 2 AND session < DATE '2002-01-01'"
        )
        con.execute(
            "UPDATE base.securities SET valid_from = DATE '2001-03-01' WHERE security_id % 7 = 3"
        )
        con.execute("UPDATE base.bars SET final = false WHERE session > DATE '2003-05-20'")
