"""Securities for tests of sources."""

from __future__ import annotations

from watchlist.catalog import Security


def security(symbol: str = "MP", **fields: object) -> Security:
    """A US stock; `fields` replace what the catalogue would say of it."""
    usual = {
        "name": symbol,
        "role": "peer",
        "exchange": "NYSE",
        "calendar": "XNYS",
        "currency": "USD",
    }
    return Security.model_validate({"symbol": symbol, **usual, **fields})
