"""What a signal is: its meaning, formula, source, rule, and the words of its alert.

A signal is a function of a panel that ends with the session itself; the tests cut panels at random
sessions and hold that no earlier value of any registered signal changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from watchlist.errors import ConfigError, nearest
from watchlist.formatting import Readable
from watchlist.signals.events import Reactions
from watchlist.signals.panel import Panel
from watchlist.signals.rolling import Floats, Ints

Direction = Literal["up", "down", "magnitude", "none"]
Family = Literal["move", "volume", "range", "trend", "risk", "policy"]


@dataclass(frozen=True, eq=False)
class Measured:
    """What a signal's function returns, (sessions, symbols)."""

    value: Floats
    """In the signal's unit."""
    z: Floats
    """Standardised: in standard errors, or by its own past (`rolling.own_z`)."""
    percentile: Callable[[slice], Floats] | None = None
    """Ranks of some rows among comparable stretches; None: among the symbol's own values of a
    year. Not computed for rows that nobody reads."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Values of single sessions of single symbols; parallel arrays, one entry a cell."""

    row: Ints
    column: Ints
    value: Floats
    z: Floats

    def measured(self, shape: tuple[int, int]) -> Measured:
        """The cells in a panel of nothing."""
        value, z = np.full(shape, np.nan), np.full(shape, np.nan)
        value[self.row, self.column] = self.value
        z[self.row, self.column] = self.z
        return Measured(value, z)

    def within(self, columns: Ints, first_row: int, width: int) -> Cells:
        """The cells of some columns out of `width`, by their order and by rows from the first."""
        place = np.full(width, -1)
        place[columns] = np.arange(len(columns))
        mine = place[self.column] >= 0
        row, column = self.row[mine] - first_row, place[self.column[mine]]
        return Cells(row, column, self.value[mine], self.z[mine])


@dataclass(frozen=True)
class Rule:
    """When a signal is not quiet."""

    on: Literal["value", "z"]
    up: float | None = None
    """At or above: state `up`, or `on` where there is no `down`."""
    down: float | None = None
    """At or below: state `down`."""
    until_up: float | None = None
    """`up` lasts while at or above this, so that a slow signal at the border does not alert every
    other day. None: while at or above `up`."""
    until_down: float | None = None
    """`down` lasts while at or below this. None: while at or below `down`."""

    low: Literal["down", "on"] = "down"
    """Name of the lower state: a count of days that has become small is on, not down."""

    @property
    def states(self) -> Mapping[int, str]:
        """Name of each state code."""
        return {1: "on" if self.down is None else "up", -1: self.low, 0: "quiet"}

    def with_thresholds(self, up: float | None, down: float | None) -> Rule:
        """The rule with the user's thresholds; where a state ends moves along in proportion."""
        return replace(
            self,
            up=self.up if up is None else up,
            down=self.down if down is None else down,
            until_up=_moved(self.until_up, self.up, up),
            until_down=_moved(self.until_down, self.down, down),
        )

    def words(self) -> str:
        """The rule as a person reads it."""
        parts = []
        if self.up is not None:
            parts.append(f"{self.on} ≥ {Readable(self.up):g}")
        if self.down is not None:
            parts.append(f"{self.on} ≤ {Readable(self.down):g}")
        return " or ".join(parts)


def _moved(until: float | None, old: float | None, new: float | None) -> float | None:
    if until is None or new is None or not old:
        return until
    return until * new / old


@dataclass(frozen=True, eq=False)
class Signal:
    """One signal: what it means, how it is computed, when it speaks."""

    name: str
    title: str
    family: Family
    definition: str
    """One sentence for people."""
    formula: str
    source: str
    """Who wrote it up first, year and page."""
    parameters: Mapping[str, float]
    unit: str
    direction: Direction
    """What a high value is said to forecast: a higher or lower abnormal return, a large one of
    either sign (magnitude), or nothing (none: a description, not judged)."""
    minimum_history: int
    """Sessions that a symbol needs before the rule can speak."""
    function: Callable[[Panel], Measured]
    rule: Rule
    sentences: Mapping[str, str]
    """State -> sentence with {symbol}, {value}, {z}, {drop} (−value), {times} (2 to the power
    of z), {market} and {sector}: the measured number and what it is measured against."""
    misleads: str
    """When it misleads."""
    judged_on: Literal["value", "z"] = "z"
    """What is held against later returns: the value where z is only by the symbol's own past."""
    tried: int = 1
    """Variants of the parameters that were looked at on real bars before these were chosen; the
    judge makes the signal pay for them."""
    by_chance: bool = True
    """Whether alerts can be counted on a market of noise: not those that count the catalogue."""
    of_events: bool = False
    """Has values only for symbols that an event or a document reaches."""
    cells: Callable[[Reactions], Cells] | None = None
    """For a signal that needs other symbols too: its values from all pairs of the market, as
    `function` gives them for a panel that holds all symbols. None: each symbol by itself."""

    def measure(self, panel: Panel) -> Measured:
        """The signal of every symbol and session of a panel."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.function(panel)


def on_reactions(cells: Callable[[Reactions], Cells]) -> Callable[[Panel], Measured]:
    """The function of a signal that is made of all pairs of the market."""

    def function(panel: Panel) -> Measured:
        return cells(panel.reactions).measured(panel.shape)

    return function


class Registry:
    """Signals by name, in a fixed order."""

    def __init__(self, signals: Iterable[Signal]) -> None:
        self._signals: dict[str, Signal] = {}
        for signal in signals:
            if signal.name in self._signals:
                raise ConfigError(f"signal {signal.name!r} is declared twice", "rename one of them")
            self._signals[signal.name] = signal

    def __iter__(self) -> Iterator[Signal]:
        return iter(self._signals.values())

    def __len__(self) -> int:
        return len(self._signals)

    def __getitem__(self, name: str) -> Signal:
        try:
            return self._signals[name]
        except KeyError:
            raise ConfigError(f"no signal {name!r}", nearest(name, list(self._signals))) from None

    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(self._signals)
