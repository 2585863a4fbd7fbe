"""Made markets for the tests of the event study."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from watchlist.study.panel import Panel

FIRMS = ("AAA", "BBB", "CCC", "DDD", "EEE")


def sessions(count: int, start: date = date(2022, 1, 3)) -> np.ndarray:
    """Weekdays."""
    days, day = [], start
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return np.array(days, dtype="datetime64[D]")


def market(
    days: int = 420, *, seed: int = 7, correlation: float = 0.3, missing: float = 0.0
) -> Panel:
    """Five firms, SPY and a sector fund; heavy tails, a common residual factor."""
    rng = np.random.default_rng(seed)
    spy = rng.normal(0.0004, 0.01, days)
    fund = 0.8 * spy + rng.normal(0, 0.008, days)
    common = rng.standard_t(4, days)
    columns = []
    for _ in FIRMS:
        noise = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.standard_t(4, days)
        columns.append(rng.uniform(0.5, 2.0) * spy + 0.5 * fund + 0.02 * noise)
    returns = np.column_stack([*columns, fund, spy])
    if missing:
        returns[:, :5][rng.random((days, 5)) < missing] = np.nan
    volume = np.exp(rng.normal(13, 0.5, returns.shape)).round()
    prices = 20 * np.exp(np.cumsum(np.nan_to_num(returns), axis=0))
    gaps = np.ones_like(returns)
    return Panel(
        sessions(days),
        (*FIRMS, "FUND", "SPY"),
        returns,
        volume,
        volume * prices,
        returns,
        gaps,
    )


def events_on(panel: Panel, rows: dict[str, int], firms: tuple[str, ...] = FIRMS) -> pl.DataFrame:
    """Each event names all firms; the first firm is `named`, the others `exposed`."""
    return pl.DataFrame(
        [
            {
                "event_id": event,
                "symbol": firm,
                "day0": panel.sessions[row].astype(object),
                "relation": "named" if firm == firms[0] else "exposed",
                "category": "stake" if row % 2 else "loan",
                "minerals": ["lithium", "copper"] if row % 2 else ["copper"],
                "direction": "supportive",
                "chain_stage": None,
            }
            for event, row in rows.items()
            for firm in firms
        ],
        schema_overrides={"chain_stage": pl.String},
    )


def frame(panel: Panel) -> pl.DataFrame:
    """The panel as the long frame that people have."""
    wide = pl.DataFrame(panel.returns, schema=list(panel.symbols), orient="row").with_columns(
        session=pl.Series(panel.sessions)
    )
    return wide.unpivot(index="session", variable_name="symbol", value_name="ret").drop_nulls()
