"""The design of a study as one frozen value: written down with each run, it repeats the run.

A design that cannot work is refused when it is made, with what would be right.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from watchlist.errors import StudyError, nearest

Window = tuple[int, int]
Model = Literal[
    "constant-mean",
    "market-adjusted",
    "market",
    "factors",
    "scholes-williams",
    "dimson",
    "trade-to-trade",
    "garch",
    "egarch",
    "synthetic-control",
]
Overlap = Literal["keep", "mask", "drop", "joint"]
Returns = Literal["simple", "log"]
Subject = Literal["returns", "volume", "volatility"]
Correlation = Literal["shared-date", "calendar-overlap", "calendar-all", "relative-day"]

SECTOR = "sector"
"""Factor name that stands for each security's own sector factor."""
PEERS = "peers"
"""Factor name that stands for an equal-weighted basket of peers without the event's targets."""

MARKET_VOLUME = "market-volume"
"""Factor name, in studies of volume, that stands for the log volume of the other securities."""

PLACEHOLDERS = (SECTOR, PEERS, MARKET_VOLUME)

NO_FACTOR_MODELS = ("constant-mean", "synthetic-control")
ONE_FACTOR_MODELS = ("market-adjusted", "market", "scholes-williams", "dimson", "trade-to-trade")


FARTHEST = 100_000
"""Sessions from day 0 that a window may reach: four centuries, and still small in memory."""


@dataclass(frozen=True, kw_only=True)
class StudyDesign:
    """What is estimated, on which rows, and what is asked of it.

    Days are sessions from day 0; windows are inclusive at both ends.
    """

    name: str = "study"
    subject: Subject = "returns"
    """What is studied: returns, log dollar volume, or |AR| against its usual size."""
    model: Model = "market"
    factors: tuple[str, ...] = ("SPY",)
    """Columns of the panel, or "sector", "peers", "market-volume": another series for each pair."""
    risk_free: str | None = None
    """Column of the risk-free return; when given, excess returns are modelled."""
    estimation: Window = (-130, -11)
    windows: tuple[Window, ...] = ((0, 0), (-1, 1), (0, 5), (-5, 5), (0, 20))
    chart: Window = (-10, 20)
    """Days for which abnormal returns are kept."""
    min_observations: int = 60
    """Estimation rows a pair needs after missing and masked rows are left out."""
    returns: Returns = "simple"
    overlap: Overlap = "mask"
    """What other events of the same security do to a pair: see `watchlist.study.pairs`."""
    mask_days: Window = (0, 1)
    """Days of another event that leave the estimation window."""
    peers_without_targets: bool = False
    """Baskets of peers leave out every target of the event, not only the security itself."""
    leads: int = 1
    """Leads of the market in Scholes-Williams (always 1) and Dimson."""
    lags: int = 1
    correlation: Correlation = "shared-date"
    """Which pairs count for r̄: see `watchlist.study.sample`."""
    placebo_days: int = 100
    """With fewer clean placebo days than this, days near other events are let in (and named)."""
    draws: int = 9_999
    """Monte Carlo draws where the exact distribution is too large."""
    seed: int = 20250710
    headline: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    """Free notes of the caller; recorded, not used."""

    def __post_init__(self) -> None:
        _known("model", self.model, get_args(Model))
        _known("overlap", self.overlap, get_args(Overlap))
        _known("returns", self.returns, get_args(Returns))
        _known("subject", self.subject, get_args(Subject))
        _known("correlation", self.correlation, get_args(Correlation))
        self._check_factors()
        self._check_windows()
        self._check_rows()

    @property
    def event_days(self) -> Window:
        """First and last day that any window or the chart needs."""
        spans = (*self.windows, self.chart)
        return min(a for a, _ in spans), max(b for _, b in spans)

    @property
    def estimation_length(self) -> int:
        """M: rows of the estimation window."""
        return self.estimation[1] - self.estimation[0] + 1

    @property
    def parameters(self) -> int:
        """k: parameters that the model fits to each pair."""
        if self.model == "market-adjusted":
            return 0
        if self.model == "constant-mean":
            return 1
        if self.model == "synthetic-control":
            return 0
        if self.model == "dimson":
            return 2 + self.leads + self.lags
        return 1 + len(self.factors)

    def as_json(self) -> str:
        """Canonical JSON: equal designs give equal text."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> StudyDesign:
        """The design that `as_json` wrote."""
        raw: dict[str, Any] = json.loads(text)
        known = [item.name for item in fields(cls)]
        for name in raw:
            _known("setting", name, tuple(known))
        for name in ("factors", "estimation", "chart", "mask_days"):
            if name in raw:
                raw[name] = tuple(raw[name])
        if "windows" in raw:
            raw["windows"] = tuple(tuple(window) for window in raw["windows"])
        return cls(**raw)

    def _check_factors(self) -> None:
        count = len(self.factors)
        if len(set(self.factors)) < count:
            raise StudyError(f"factors {list(self.factors)} name one twice", "name each once")
        if self.model in NO_FACTOR_MODELS and count:
            raise StudyError(
                f"model {self.model!r} takes no factors, not {list(self.factors)}",
                "leave factors empty, or use model 'factors'",
            )
        if self.model not in NO_FACTOR_MODELS and not count:
            raise StudyError(f"model {self.model!r} needs factors", "name one, e.g. SPY")
        if self.model in ONE_FACTOR_MODELS and count != 1:
            raise StudyError(
                f"model {self.model!r} takes one factor, the market, not {list(self.factors)}",
                "use model 'factors' for several",
            )
        if self.subject == "volume" and self.factors not in ((), (MARKET_VOLUME,)):
            raise StudyError(
                f"a study of volume cannot use {list(self.factors)}",
                f"use {MARKET_VOLUME!r} with model 'market', or none with 'constant-mean'",
            )
        if self.subject == "returns" and MARKET_VOLUME in self.factors:
            raise StudyError(f"{MARKET_VOLUME!r} is no factor of returns", "use subject 'volume'")

    def _check_windows(self) -> None:
        if not self.windows:
            raise StudyError("a study needs an event window", "e.g. [0, 0]")
        spans = {"estimation": self.estimation, "chart": self.chart, "mask_days": self.mask_days}
        for what, (first, last) in (*(("window", w) for w in self.windows), *spans.items()):
            if max(abs(first), abs(last)) > FARTHEST:
                raise StudyError(
                    f"{what} [{first}, {last}] reaches more than {FARTHEST:,} sessions from day 0",
                    "no market has that many",
                )
            if first > last:
                raise StudyError(
                    f"{what} [{first}, {last}] ends before it begins", f"write [{last}, {first}]"
                )
        if len(set(self.windows)) < len(self.windows):
            raise StudyError("an event window is named twice", "name each once")
        first, last = self.event_days
        if self.estimation[0] <= last and first <= self.estimation[1]:
            raise StudyError(
                f"estimation [{self.estimation[0]}, {self.estimation[1]}] overlaps the event days "
                f"[{first}, {last}]: the event would explain itself",
                f"end the estimation window at {first - 1} or earlier",
            )

    def _check_rows(self) -> None:
        least = self.parameters + 3
        if self.min_observations < least:
            raise StudyError(
                f"min_observations {self.min_observations} is too few for {self.parameters} "
                "parameters: Patell's variance (M-k)/(M-k-2) needs M of at least k+3",
                f"use {least} or more",
            )
        if self.estimation_length < self.min_observations:
            raise StudyError(
                f"the estimation window has {self.estimation_length} rows, min_observations asks "
                f"for {self.min_observations}",
                "lengthen the window or lower min_observations",
            )
        least_squares = ("constant-mean", "market", "factors", "dimson")
        if self.overlap == "joint" and self.model not in least_squares:
            raise StudyError(
                f"overlap 'joint' is one least squares regression, model {self.model!r} is not",
                "use overlap 'mask', or model 'market'",
            )
        if (
            self.leads < 0
            or self.lags < 0
            or (self.model == "scholes-williams" and self.leads != 1)
        ):
            raise StudyError(
                f"leads {self.leads} and lags {self.lags} do not fit model {self.model!r}",
                "Scholes-Williams has one of each; Dimson takes 0 or more",
            )
        if self.draws < 99:
            raise StudyError(f"{self.draws} draws give no p below 0.01", "use 999 or more")


def _known(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise StudyError(f"{what} {value!r} is not known", nearest(value, list(known)))
