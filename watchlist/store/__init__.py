"""The DuckDB file: one writer builds privately and publishes whole; readers are never blocked.

Importing this package loads neither duckdb nor polars, so that `watchlist --help` stays light.
"""

from watchlist.store.build import Build, open_build
from watchlist.store.frames import write_frame
from watchlist.store.reading import MARKET_CALENDAR, connect, last_session

__all__ = [
    "MARKET_CALENDAR",
    "Build",
    "connect",
    "last_session",
    "open_build",
    "write_frame",
]
