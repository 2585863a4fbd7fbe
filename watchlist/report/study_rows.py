"""Rows of the answers about event studies; the others are in `rows.py`."""

from __future__ import annotations

from datetime import date
from typing import Literal

from typing_extensions import TypedDict

from watchlist.report.rows import Day, Direction, Fraction, PValue, Relation, Role, StandardErrors


class StudyDrops(TypedDict):
    """Pairs that a study left out for one reason."""

    code: str
    pairs: int
    example: str


class StudyRow(TypedDict):
    """A study of the as-of session."""

    study_id: int
    name: str
    model: str
    headline: bool
    """Whether the report leads with it."""
    design: str
    """JSON."""
    design_hash: str
    events: int
    pairs: int
    dates: int
    dropped: int
    drops: list[StudyDrops]
    warnings: list[str]
    version: str


class Path(TypedDict):
    """Cumulative abnormal returns of one target (view `car_paths`)."""

    symbol: str
    day: list[Day]
    car: list[Fraction | None]
    """Cumulated from the first day of the band."""
    band_day: list[Day]
    lo: list[Fraction]
    """2.5 % of ordinary paths lie below."""
    hi: list[Fraction]
    """2.5 % of ordinary paths lie above."""
    draws: int | None
    effect: Fraction | None
    """Abnormal return of day 0."""
    named: bool
    watched: bool


class Cell(TypedDict):
    """A day-0 abnormal return of the heatmap."""

    event_id: str
    symbol: str
    car: Fraction
    scar: StandardErrors | None
    p: PValue | None


class ForestRow(TypedDict):
    """A mean effect with its interval."""

    scope: Literal["all", "category"]
    value: str
    estimate: Fraction
    lo: Fraction | None
    """Ends of the 95 % interval over dates; None where the test has no standard error."""
    hi: Fraction | None
    p: PValue | None
    p_adjusted: PValue | None
    pairs: int
    dates: int
    test: str
    mde: Fraction | None
    """Smallest effect that would be found with power 0.8."""
    warning: str | None


class Kept(TypedDict):
    """How much of a day-0 move was kept (view `kept_moves`)."""

    event_id: str
    title: str
    day0: date
    symbol: str
    car0: Fraction
    car20: Fraction
    share: float
    """car20 over car0: 1 is all kept."""
    se: Fraction | None
    """Forecast standard error of car20."""
    named: bool
    others: int
    """Other events of the same day that reach the symbol."""


class Drift(TypedDict):
    """How far a watched target has gone since day 0."""

    symbol: str
    car: Fraction
    days: int
    p: PValue | None
    floor: PValue | None
    """Smallest p-value that the test can give."""
    beyond: bool | None
    """Whether fewer than 5 in 100 ordinary stretches of that length go as far."""


class TestRow(TypedDict):
    """A test over several pairs, window [0, 0]."""

    value: str
    test: str
    headline: bool
    first_day: Day
    last_day: Day
    pairs: int
    dates: int
    estimate: Fraction | None
    p: PValue | None
    p_adjusted: PValue | None
    r_bar: float | None
    """Mean correlation of estimation residuals on the same sessions."""
    variance_ratio: float | None
    """Of the event window over the estimation window."""
    mde: Fraction | None
    share_positive: Fraction | None
    warning: str | None


class Effect(TypedDict):
    """A window of a target under one study."""

    study: str
    symbol: str
    first_day: Day
    last_day: Day
    ret: Fraction | None
    car: Fraction | None
    se: Fraction | None
    scar: StandardErrors | None
    t_p: PValue | None
    placebo_p: PValue | None
    placebo_floor: PValue | None
    p_adjusted: PValue | None
    """By Romano and Wolf, else by Holm."""
    mde: Fraction | None
    days: int
    observations: int | None
    masked: int | None
    note: str | None


class ModelEffect(TypedDict):
    """A window of a target under one model."""

    car: Fraction | None
    scar: StandardErrors | None
    p: PValue | None
    floor: PValue | None


class Compared(TypedDict):
    """A window of a target, the models side by side."""

    symbol: str
    first_day: Day
    last_day: Day
    ret: Fraction | None
    days: int
    """Days of the window with a return."""
    by_model: list[ModelEffect]


class OrdinaryDays(TypedDict):
    """What the model of a pair leaves of ordinary days (view `ordinary_day_quantiles`)."""

    symbol: str
    observed: Fraction
    """On day 0."""
    ordinary: list[Fraction]
    at_least: int
    """Ordinary days on which it was at least as large."""
    quantiles: list[Fraction]
    """What 1, 5, 25, 50, 75, 95 and 99 % of them do not exceed."""


class Drop(TypedDict):
    """A target that could not be estimated."""

    symbol: str
    reason: str
    studies: list[str]
    all: bool
    """Whether all studies left it out."""


class Control(TypedDict):
    """Whether an event moved a factor that studies control for."""

    factor: str
    ar: Fraction | None
    sar: StandardErrors | None
    treated: bool
    why: str


class Sympathy(TypedDict):
    """The return on day 0 of a symbol that the event does not list."""

    symbol: str
    role: Role
    ret: Fraction


class Confounder(TypedDict):
    """Another event close enough to confound."""

    event_id: str
    title: str
    kind: str
    sessions_apart: int
    symbols: list[str]


class CalibrationRow(TypedDict):
    """How often one test rejected in a calibration (view `calibrations`)."""

    study: str | None
    as_of: date
    first_day: Day
    last_day: Day
    windows: int
    """Windows that were calibrated."""
    scope: Literal["event", "all"]
    test: str
    over: Literal["one pair", "one event", "all events"]
    setting: str
    n: int
    nominal: Fraction
    rejected: Fraction
    repetitions: int
    too_often: bool
    printed: bool
    """Whether p-values of the test stand on pages of this session."""


class ChangedEffect(TypedDict):
    """A day-0 effect that crossed the 5 % line or changed sign."""

    event_id: str
    title: str
    symbol: str
    car_before: Fraction
    car: Fraction
    p_before: PValue
    p: PValue


class Reaction(TypedDict):
    """An event that reached a symbol, with the effects of the leading study."""

    event_id: str
    title: str
    on: date
    day0: date | None
    category: str
    direction: Direction
    relation: Relation
    ret: Fraction | None
    car0: Fraction | None
    scar0: StandardErrors | None
    p0: PValue | None
    floor: PValue | None
    car5: Fraction | None
    """Of the days 0 to 5; None until they have passed."""
    car20: Fraction | None
