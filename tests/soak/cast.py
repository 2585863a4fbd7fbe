"""Who is traded in the soak."""

from __future__ import annotations

from watchlist.catalog import Catalog, Security

SYMBOLS = {"MP": "XNYS", "LAC": "XNYS", "NB": "XNYS", "TMQ.TO": "XTSE"}


def catalog() -> Catalog:
    """Three in New York, one in Toronto."""
    return Catalog(
        securities=tuple(
            Security.model_validate(
                {
                    "symbol": symbol,
                    "name": symbol,
                    "role": "watchlist",
                    "exchange": "TSX" if code == "XTSE" else "NYSE",
                    "calendar": code,
                    "currency": "CAD" if code == "XTSE" else "USD",
                }
            )
            for symbol, code in SYMBOLS.items()
        ),
        events=(),
    )
