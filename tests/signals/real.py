"""The real bars of ../shared as panel frames, for the tests that pin what happened."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from watchlist import calendar
from watchlist.catalog import load_catalog
from watchlist.project import Project
from watchlist.signals.panel import BARS, Market, Panel, build_events, build_market
from watchlist.study import StudyDesign


def real_market(shared: Path, folder: Path, on: date) -> tuple[Market, Panel]:
    """The packaged catalogue over the real bars up to `on`, without a store between."""
    catalog = load_catalog(Project(folder))
    bars = pl.read_parquet(shared / "bars" / "bars.parquet").rename({"date": "session"})
    sessions = calendar.sessions(["XNYS"], bars["session"].min(), date(2026, 12, 31))
    securities = pl.DataFrame(
        [
            {
                "symbol": s.symbol,
                "role": str(s.role),
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
    securities = securities.sort("symbol")
    days = days.filter(days <= on)
    mentions = pl.DataFrame(
        schema={"symbol": pl.String, "dated_on": pl.Date, "document_id": pl.String}
    )
    pairs_known = frame.filter((pl.col("day0") <= on) | (pl.col("known_on") <= on))
    events = build_events(days, securities["symbol"].to_list(), pairs_known, mentions)
    market = build_market(
        days, securities, priced.select("symbol", "session", *BARS), events, StudyDesign()
    )
    return market, market.panel(priced.select("symbol", "session", *BARS))
