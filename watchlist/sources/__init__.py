"""Where bars come from: Yahoo, Tiingo, files, or a simulated market, behind one protocol."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.errors import ConfigError, nearest
from watchlist.sources.protocol import (
    AbsentSymbolError,
    BadRow,
    BudgetSpentError,
    Fetched,
    RateLimitedError,
    RunStoppedError,
    Source,
    UnreachableError,
)

if TYPE_CHECKING:
    from watchlist.clock import Clock
    from watchlist.config import Config
    from watchlist.project import Project

__all__ = [
    "AbsentSymbolError",
    "BadRow",
    "BudgetSpentError",
    "Fetched",
    "RateLimitedError",
    "RunStoppedError",
    "Source",
    "UnreachableError",
    "open_source",
]

TOKEN_VARIABLE = "TIINGO_API_TOKEN"


def open_source(
    spec: str, config: Config, project: Project, clock: Clock, *, skip_bad: bool = False
) -> Source:
    """The source that `spec` names: `yahoo`, `tiingo`, `simulated`, or a path (see `files`).

    Nothing is asked or read yet. The Tiingo token is taken from the environment here, at the
    edge, and goes no further than the request's header.

    Raises
    ------
    ConfigError
        No such source or path, or no token for Tiingo.
    """
    if spec == "yahoo":
        from watchlist.sources.yahoo import YahooSource

        return YahooSource(config.fetch, project.work_dir / "yfinance", clock)
    if spec == "tiingo":
        from watchlist.sources.tiingo import TiingoSource

        token = os.environ.get(TOKEN_VARIABLE, "").strip()
        if not token:
            raise ConfigError(
                "the source tiingo needs an API token",
                f"put it in the environment: export {TOKEN_VARIABLE}=…",
            )
        return TiingoSource(token, config.fetch, clock)
    if spec == "simulated":
        from watchlist.catalog import load_catalog
        from watchlist.sources.simulated import SimulatedSource

        return SimulatedSource(load_catalog(project), clock)
    # relative to where the user stands, else to the project folder (a path in watchlist.toml)
    for path in (Path(spec), project.root / spec):
        if path.exists():
            from watchlist.sources.files import FileSource

            return FileSource(path, skip_bad=skip_bad)
    raise ConfigError(
        f"source {spec!r}: no such source, file or folder",
        nearest(spec, ["yahoo", "tiingo", "simulated"]),
    )
