"""Where bars come from: Yahoo, Tiingo, files, or a simulated market, behind one protocol."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
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
    from watchlist.catalog import Security
    from watchlist.clock import Clock
    from watchlist.config import Config
    from watchlist.project import Project

__all__ = [
    "AbsentSymbolError",
    "BadRow",
    "BudgetSpentError",
    "Fetched",
    "RateLimitedError",
    "RoutedSource",
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

    The configured source brings along those that `[sources]` names for single symbols. Nothing
    is asked or read yet.

    Raises
    ------
    ConfigError
        No such source, path or symbol, no token for Tiingo, real and simulated bars together.
    """
    usual = _open(spec, config, project, clock, skip_bad)
    if spec != config.source or not config.sources:
        return usual
    from watchlist.catalog import load_catalog

    known = list(load_catalog(project).symbols)
    for symbol, own in config.sources.items():
        if symbol not in known:
            raise ConfigError(f"[sources] {symbol}: no such symbol; {nearest(symbol, known)}")
        if "simulated" in (spec, own):
            raise ConfigError(
                f"[sources] {symbol} = {own!r} beside source = {spec!r}: "
                "real and simulated prices are never mixed"
            )
    # one source a spec: its budget and its rate limit are those of all its symbols
    opened = {
        own: _open(own, config, project, clock, skip_bad) for own in set(config.sources.values())
    }
    opened[spec] = usual
    return RoutedSource(usual, {symbol: opened[own] for symbol, own in config.sources.items()})


def _open(spec: str, config: Config, project: Project, clock: Clock, skip_bad: bool) -> Source:
    """One source. Tiingo's token is taken from the environment here, at the edge, and goes no
    further than the header of its requests.
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
        if spec and path.exists():
            from watchlist.sources.files import FileSource

            return FileSource(path, skip_bad=skip_bad)
    raise ConfigError(
        f"source {spec!r}: no such source, file or folder",
        nearest(spec, ["yahoo", "tiingo", "simulated"]),
    )


class RoutedSource:
    """The usual source, but for the symbols that `others` names; see `[sources]` in the config.

    One source that must not be asked again in a run does not stop the others, so a pull asks
    `of(symbol)` for the source itself.
    """

    def __init__(self, usual: Source, others: Mapping[str, Source]) -> None:
        self.usual = usual
        self.others = dict(others)

    @property
    def name(self) -> str:
        """All their names; each bar is stored under the name of its own source."""
        return ", ".join(source.name for source in self._all)

    @property
    def bad_rows(self) -> Sequence[BadRow]:
        """Of all sources."""
        return [row for source in self._all for row in source.bad_rows]

    def of(self, symbol: str) -> Source:
        """The source of that symbol."""
        return self.others.get(symbol, self.usual)

    def fetch(self, security: Security, start: date | None, end: date | None) -> Fetched:
        """As the security's own source answers."""
        return self.of(security.symbol).fetch(security, start, end)

    @property
    def _all(self) -> list[Source]:
        """Each source once, in the order named."""
        return list(
            {source.name: source for source in (self.usual, *self.others.values())}.values()
        )
