"""Signals around policy events: what is left of the move, who moved along, what comes next."""

from __future__ import annotations

import numpy as np

from watchlist.signals import analogue, regression
from watchlist.signals.pairs import (
    FIRST_DAY,
    LAST_DAY,
    MOVED,
    WATCHED,
    Cells,
    Pairs,
    anchors,
    car,
    cumulative_excess,
    on_pairs,
    pairs,
)
from watchlist.signals.panel import Ints, Panel
from watchlist.signals.registry import REGISTRY, Measured, Rule, Signal
from watchlist.signals.rolling import Bools, Floats, rolling_count, rolling_sum
from watchlist.signals.states import Z_LEAST

PLACEBO_SESSIONS = 250
PLACEBO_LEAST = 60
DENSITY_WINDOW = 21
AHEAD_WEEKDAYS = 20


def _drift(panel: Panel) -> Measured:
    anchor = anchors(panel, moved_only=False)
    row, column = np.nonzero(anchor >= 0)
    found = pairs(panel)
    day0 = found.day0[anchor[row, column]]
    length = row - day0 + 1
    total = car(panel, column, day0, row)
    sigma = regression.model(panel).sigma[day0, column]
    value, z = np.full(panel.shape, np.nan), np.full(panel.shape, np.nan)
    value[row, column] = np.where(np.isfinite(sigma), total, np.nan)
    z[row, column] = total / (sigma * np.sqrt(length))

    def percentile(rows: slice) -> Floats:
        out = np.full(panel.shape, np.nan)
        chosen = (row >= rows.start) & (row < rows.stop)
        pair = (x[chosen] for x in (column, day0, length, total))
        out[row[chosen], column[chosen]] = _placebo_rank(panel, *pair)
        return out[rows]

    return Measured(value, z, percentile)


def _placebo_rank(panel: Panel, column: Ints, day0: Ints, length: Ints, total: Floats) -> Floats:
    """Rank of each CAR among those of the same length that ended in the 250 sessions before."""
    cumulative = cumulative_excess(panel)
    known = np.isfinite(regression.model(panel).ar)
    first_known = np.where(known.any(axis=0), known.argmax(axis=0), len(known))
    ends = day0[:, None] - np.arange(PLACEBO_SESSIONS)[None, :]  # row after the stretch's last
    starts = ends - length[:, None]
    valid = starts >= first_known[column][:, None]
    across = column[:, None]
    placebo = cumulative[np.maximum(ends, 0), across] - cumulative[np.maximum(starts, 0), across]
    below = ((placebo < total[:, None]) & valid).sum(axis=1)
    count = valid.sum(axis=1)
    return np.where(count >= PLACEBO_LEAST, below / np.maximum(count, 1), np.nan)


def _kept(panel: Panel) -> Measured:
    anchor = anchors(panel, moved_only=True)
    row, column = np.nonzero(anchor >= 0)
    day0 = pairs(panel).day0[anchor[row, column]]
    later = row > day0
    row, column, day0 = row[later], column[later], day0[later]
    value = np.full(panel.shape, np.nan)
    value[row, column] = car(panel, column, day0, row) / car(panel, column, day0, day0)
    return Measured(value, value)


def kept_after(panel: Panel, sessions: int) -> list[tuple[int, int, float]]:
    """(event, column, share of the day-0 abnormal move kept after so many sessions).

    For pairs that moved by two standard errors and whose horizon lies in the panel.
    """
    found = pairs(panel)
    chosen = (np.abs(found.sar) >= MOVED) & (found.day0 + sessions < len(panel.sessions))
    event, column, day0 = found.event[chosen], found.column[chosen], found.day0[chosen]
    share = car(panel, column, day0, day0 + sessions) / car(panel, column, day0, day0)
    return list(zip(event.tolist(), column.tolist(), share.tolist(), strict=True))


def _sympathy(found: Pairs) -> Cells:
    events_with_named = np.unique(found.event[found.named & np.isfinite(found.sar)])
    chosen = ~found.named & np.isin(found.event, events_with_named)
    named_too = set(
        zip(found.day0[found.named].tolist(), found.column[found.named].tolist(), strict=True)
    )
    cells = {
        (day0, column): sar
        for day0, column, sar in zip(
            found.day0[chosen].tolist(),
            found.column[chosen].tolist(),
            found.sar[chosen].tolist(),
            strict=True,
        )
        if (day0, column) not in named_too
    }
    places = np.array(list(cells), np.int64).reshape(-1, 2)
    values = np.array(list(cells.values()), np.float64)
    return Cells(places[:, 0], places[:, 1], values, values)


def _ahead(panel: Panel) -> Measured:
    value = np.full(panel.shape, np.nan)
    events, sessions = panel.events, panel.sessions
    scheduled = ~np.isnat(events.known_on[events.pair_event])
    for event, column in zip(
        events.pair_event[scheduled], events.pair_column[scheduled], strict=True
    ):
        known, due = events.known_on[event], events.announced_on[event]
        first, last = np.searchsorted(sessions, known), np.searchsorted(sessions, due)
        rows = np.arange(first, last)
        weekdays = np.busday_count(sessions[rows], due).astype(np.float64)
        rows, weekdays = rows[weekdays <= AHEAD_WEEKDAYS], weekdays[weekdays <= AHEAD_WEEKDAYS]
        value[rows, column] = np.fmin(value[rows, column], weekdays)
    value[~_listed(panel)] = np.nan
    return Measured(value, value)


def _listed(panel: Panel) -> Bools:
    """Symbols that had a bar within the last 21 sessions."""

    def recent() -> Bools:
        return rolling_count(np.isfinite(panel.close), DENSITY_WINDOW) > 0

    return panel.remember("listed", recent)


def _density(panel: Panel, row: Ints, column: Ints) -> Measured:
    count = np.zeros(panel.shape)
    inside = row < len(panel.sessions)
    np.add.at(count, (row[inside], column[inside]), 1.0)
    recent = rolling_sum(count, DENSITY_WINDOW)
    recent[~_listed(panel)] = np.nan
    # where nothing ever happened no day is unusual
    return Measured(recent, None if inside.any() else np.full(panel.shape, np.nan))


def _event_density(panel: Panel) -> Measured:
    found = pairs(panel)
    return _density(panel, found.day0, found.column)


def _coverage_density(panel: Panel) -> Measured:
    return _density(panel, panel.events.mention_row, panel.events.mention_column)


POST_EVENT_DRIFT = REGISTRY.register(
    Signal(
        name="post_event_drift",
        title="Drift since the event",
        family="policy",
        definition="Abnormal return since day 0 of the latest event that named or moved the "
        "symbol, with its rank among stretches of the same length before the event.",
        formula="CAR[0, k] without intercepts; z = over s(day 0)·√(k+1); percentile among the "
        "CARs of the same length that ended in the 250 sessions before day 0",
        source="Bernard & Thomas 1989 JAR 27:1; placebo rank after Gelbach, Helland & Klick 2013 "
        "ALER 15:495",
        parameters={"followed": WATCHED, "moved": MOVED, "placebo": PLACEBO_SESSIONS},
        unit="fraction",
        direction="up",
        minimum_history=regression.FIRST,
        measure=_drift,
        rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
        sentences={
            "up": "{symbol} is {value:+.0%} beyond market and sector since its last event.",
            "down": "{symbol} is {value:+.0%} against market and sector since its last event.",
        },
        lies="Day 0 is in it: a jump that stands still looks like drift. A new event starts it "
        "again.",
        of_events=True,
    )
)
MOVE_KEPT = REGISTRY.register(
    Signal(
        name="move_kept",
        title="Share of the day-0 move kept",
        family="policy",
        definition="How much of the abnormal move of day 0 is still there; read it after 1, 5, "
        "20 and 60 sessions.",
        formula=f"CAR[0, k] / AR[0] where |SAR[0]| ≥ {MOVED:g}, k = 1 … {WATCHED}",
        source="De Bondt & Thaler 1985 JF 40:793 on overreaction",
        parameters={"followed": WATCHED, "moved": MOVED},
        unit="fraction of the move",
        direction="none",
        minimum_history=regression.FIRST + 1,
        measure=_kept,
        rule=Rule(on="value", up=1.75, down=0.0, until_up=1.25, until_down=0.25),
        sentences={
            "up": "{symbol} has gone on to {value:.0%} of its event-day move.",
            "down": "{symbol} has given back all of its event-day move.",
        },
        lies="The share of a small move is noise over noise.",
        by_chance=False,
        of_events=True,
    )
)
SYMPATHY = REGISTRY.register(
    Signal(
        name="sympathy",
        title="Sympathy",
        family="policy",
        definition="Day-0 abnormal move of a symbol that the event reaches but does not name.",
        formula="SAR on day 0 of events that name other symbols",
        source="Foster 1981 JAE 3:201; Cohen & Frazzini 2008 JF 63:1977",
        parameters={},
        unit="standard errors",
        direction="up",
        minimum_history=regression.FIRST,
        measure=on_pairs(_sympathy),
        cells=_sympathy,
        rule=Rule(on="value", up=2.5, down=-2.5),
        sentences={
            "up": "{symbol} rose {value:.1f} standard errors on an event that named others.",
            "down": "{symbol} fell {drop:.1f} standard errors on an event that named others.",
        },
        lies="Something else may have happened to the symbol on that day.",
        of_events=True,
    )
)
EVENT_ANALOGUE = REGISTRY.register(
    Signal(
        name="event_analogue",
        title="Event analogue",
        family="policy",
        definition="What the week after earlier events of the same category and relation did to "
        "this symbol and its peers, shrunk toward the group.",
        formula=f"posterior mean of CAR[{FIRST_DAY}, {LAST_DAY}], dates counted "
        "once; z = over its standard error",
        source="Efron & Morris 1975 JASA 70:311; DerSimonian & Laird 1986 CCT 7:177",
        parameters={
            "first_day": FIRST_DAY,
            "last_day": LAST_DAY,
            "least_dates": analogue.LEAST_DATES,
        },
        unit="fraction",
        direction="up",
        minimum_history=regression.FIRST,
        measure=on_pairs(analogue.cells),
        cells=analogue.cells,
        rule=Rule(on="z", up=2.0, down=-2.0),
        sentences={
            "up": "{symbol}: the week after such events was {value:+.1%} on average.",
            "down": "{symbol}: the week after such events was {value:+.1%} on average.",
        },
        lies="A handful of dates; the policies of a category are not alike.",
        of_events=True,
    )
)
EVENT_AHEAD = REGISTRY.register(
    Signal(
        name="event_ahead",
        title="Event ahead",
        family="policy",
        definition="Weekdays until the next dated event that was public and reaches the symbol.",
        formula=f"weekdays from the session to the date, up to {AHEAD_WEEKDAYS}",
        source="Lucca & Moench 2015 JF 70:329 on drift before scheduled announcements",
        parameters={"within": AHEAD_WEEKDAYS},
        unit="weekdays",
        direction="none",
        minimum_history=1,
        measure=_ahead,
        rule=Rule(on="value", down=5.0, low="on"),
        sentences={"on": "{symbol}: a dated event is {value:.0f} weekdays ahead."},
        lies="Deadlines move, and much policy has no date.",
        by_chance=False,
        of_events=True,
    )
)
EVENT_DENSITY = REGISTRY.register(
    Signal(
        name="event_density",
        title="Density of events",
        family="policy",
        definition="Events that reached the symbol in the last 21 sessions.",
        formula=f"count of day 0 within {DENSITY_WINDOW} sessions; z by its own year",
        source="Baker, Bloom & Davis 2016 QJE 131:1593 on counting policy news",
        parameters={"window": DENSITY_WINDOW},
        unit="events",
        direction="magnitude",
        minimum_history=1 + Z_LEAST,
        measure=_event_density,
        rule=Rule(on="z", up=3.0, until_up=2.0),
        sentences={"on": "{symbol}: {value:.0f} policy events in 21 sessions, many for it."},
        lies="The catalogue is denser where somebody looked harder.",
        by_chance=False,
        of_events=True,
    )
)
COVERAGE_DENSITY = REGISTRY.register(
    Signal(
        name="coverage_density",
        title="Density of coverage",
        family="policy",
        definition="Documents read in the last 21 sessions that mention the symbol.",
        formula=f"count of documents within {DENSITY_WINDOW} sessions, each from the session "
        "after its date; z by its own year",
        source="Fang & Peress 2009 JF 64:2023",
        parameters={"window": DENSITY_WINDOW},
        unit="documents",
        direction="magnitude",
        minimum_history=1 + Z_LEAST,
        measure=_coverage_density,
        rule=Rule(on="z", up=3.0, until_up=2.0),
        sentences={"on": "{symbol}: {value:.0f} documents in 21 sessions mention it."},
        lies="It counts what was given to read, not what was written.",
        by_chance=False,
        of_events=True,
    )
)
