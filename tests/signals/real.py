"""The real bars of ../shared as panel frames, for the tests that pin what happened."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from watchlist import calendar
from watchlist.catalog import load_catalog
from watchlist.project import Project
from watchlist.signals.build import Market, MarketFrames, build_market, explaining
from watchlist.signals.tape import FIELDS, Tape


def real_market(shared: Path, folder: Path, on: date) -> tuple[Market, Tape]:
    """The packaged catalogue over the real bars up to `on`, without a store between."""
    catalog = load_catalog(Project(folder))
    bars = pl.read_parquet(shared / "bars" / "bars.parquet").rename({"date": "session"})
    sessions = calendar.sessions(["XNYS"], bars["session"].min(), date(2026, 12, 31))
    securities = pl.DataFrame(
        [
            {
                "symbol": s.symbol,
                "role": str(s.role),
                "market": s.market,
                "sector_factor": s.sector_factor,
                "valid_from": s.valid_from,
            }
            for s in catalog.securities
        ],
        schema_overrides={"valid_from": pl.Date},
        infer_schema_length=None,
    )
    priced = (
        bars.join(securities.select("symbol", "valid_from"), on="symbol")
        .filter(
            (pl.col("valid_from").is_null() | (pl.col("session") >= pl.col("valid_from")))
            & (pl.col("session") <= on)
        )
        .sort("symbol", "session")
        .with_columns(price=pl.coalesce("adj_close", "close"))
        .with_columns(ret=(pl.col("price") / pl.col("price").shift(1).over("symbol") - 1))
        .with_columns(trade_ret="ret")
    )
    days = sessions["session"]
    pairs = []
    for event in catalog.events:
        day0 = calendar.day_zero(event, sessions).session
        for relation in ("named", "exposed"):
            for symbol in getattr(event, relation):
                pairs.append(
                    {
                        "event_id": event.event_id,
                        "category": event.category,
                        "announced_on": event.announced_on,
                        "known_on": event.known_on,
                        "symbol": symbol,
                        "relation": relation,
                        "day0": day0,
                    }
                )
    frame = pl.DataFrame(pairs, infer_schema_length=None)
    sessions = pl.DataFrame({"session": days.filter(days <= on)})
    frames = MarketFrames(
        sessions=sessions,
        securities=securities.sort("symbol"),
        pairs=frame.filter((pl.col("day0") <= on) | (pl.col("known_on") <= on)),
        mentions=pl.DataFrame(
            schema={"symbol": pl.String, "dated_on": pl.Date, "document_id": pl.String}
        ),
    )
    column = frames.securities.select("symbol").with_row_index("column")
    row = sessions.with_row_index("row")
    placed = priced.join(column, on="symbol").join(row, on="session").sort("column", "row")

    def tape(bars: pl.DataFrame) -> Tape:
        first = bars["column"].to_numpy()
        columns = np.unique(first)
        return Tape(
            columns=columns.astype(np.int64),
            starts=np.append(np.searchsorted(first, columns), len(first)),
            row=bars["row"].to_numpy().astype(np.int64),
            fields={
                name: bars[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in FIELDS
            },
        )

    factors = placed.filter(pl.col("column").is_in(explaining(frames.securities)))
    return build_market(frames, tape(factors)), tape(placed)
