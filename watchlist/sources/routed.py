"""Several sources in one run: most symbols from the usual one, some from their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from watchlist.sources.protocol import BadRow, Fetched, Source

if TYPE_CHECKING:
    from watchlist.catalog import Security


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
