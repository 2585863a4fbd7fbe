"""Signals around policy events: what is left of the move, who moved along, what comes next."""

from __future__ import annotations

import numpy as np

from watchlist.signals import analogue
from watchlist.signals.events import FIRST_DAY, LAST_DAY, MOVED, WATCHED, Events, Reactions, react
from watchlist.signals.moves import FIRST_ESTIMATE
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Cells, Measured, Rule, Signal, on_reactions
from watchlist.signals.rolling import (
    YEAR_LEAST,
    Bools,
    Floats,
    Ints,
    own_z,
    rolling_count,
    rolling_sum,
)

PLACEBO_SESSIONS = 250
PLACEBO_LEAST = 60
DENSITY_WINDOW = 21
AHEAD_WEEKDAYS = 20


def followed(panel: Panel, *, moved_only: bool) -> Ints:
    """(sessions, symbols): the pair each symbol is followed from, -1 for none.

    The latest event within 60 sessions that named the symbol or, if it only reaches it, moved it
    on day 0; with `moved_only`, named ones too must have moved it.
    """
    found = panel.reactions
    moved = np.abs(found.sar) >= MOVED
    out = np.full(panel.shape, -1, np.int64)
    for pair in np.flatnonzero(moved if moved_only else (moved | found.named)):
        start = found.day0[pair]
        out[start : start + WATCHED + 1, found.column[pair]] = pair
    return out


def _drift(panel: Panel) -> Measured:
    pair_at = followed(panel, moved_only=False)
    row, column = np.nonzero(pair_at >= 0)
    found, pair = panel.reactions, pair_at[row, column]
    since = row - found.day0[pair]
    value, z = np.full(panel.shape, np.nan), np.full(panel.shape, np.nan)
    value[row, column], z[row, column] = found.car[pair, since], found.scar[pair, since]

    def percentile(rows: slice) -> Floats:
        chosen = np.isin(row, range(*rows.indices(len(z))))
        out = np.full(panel.shape, np.nan)
        out[row[chosen], column[chosen]] = _placebo_ranks(panel, pair[chosen], since[chosen])
        return out[rows]

    return Measured(value, z, percentile)


def _placebo_ranks(panel: Panel, pair: Ints, since: Ints) -> Floats:
    """Rank of each SCAR[0, k] among those as long that ended in the 250 sessions before day 0.

    Every such session is taken for the day 0 of an event and measured by the same engine.
    """
    found = panel.reactions
    out = np.full(len(pair), np.nan)
    for column in np.unique(found.column[pair]):
        mine = np.flatnonzero(found.column[pair] == column)
        days = found.day0[pair[mine]]
        first = max(int(days.min()) - PLACEBO_SESSIONS - WATCHED, 0)
        starts = np.arange(first, int(days.max()))
        placebo = react(
            Events(
                event_ids=("placebo",),
                categories=("",),
                pair_event=np.zeros(len(starts), np.int64),
                pair_column=np.full(len(starts), column),
                pair_named=np.ones(len(starts), np.bool_),
                pair_day0=starts,
            ),
            panel.returns,
            panel.market,
            panel.design,
            panel.masked,
        )
        for i in mine:
            length, day0 = since[i] + 1, found.day0[pair[i]]
            ended = placebo.day0 + length
            fair = (ended <= day0) & (ended > day0 - PLACEBO_SESSIONS)
            theirs = placebo.scar[fair, since[i]]
            theirs = theirs[np.isfinite(theirs)]
            if len(theirs) >= PLACEBO_LEAST:
                out[i] = np.mean(theirs < found.scar[pair[i], since[i]])
    return out


def _kept(panel: Panel) -> Measured:
    pair_at = followed(panel, moved_only=True)
    row, column = np.nonzero(pair_at >= 0)
    found, pair = panel.reactions, pair_at[row, column]
    since = row - found.day0[pair]
    share = found.car[pair, since] / found.car[pair, 0]
    value = np.full(panel.shape, np.nan)
    value[row, column] = np.where(since > 0, share, np.nan)
    return Measured(value, value)


def _sympathy(found: Reactions) -> Cells:
    events_with_named = set(found.event[found.named & np.isfinite(found.sar)].tolist())
    named_too = set(
        zip(found.day0[found.named].tolist(), found.column[found.named].tolist(), strict=True)
    )
    cells = {
        (day0, column): sar
        for day0, column, sar, event, named in zip(
            *(x.tolist() for x in (found.day0, found.column, found.sar, found.event, found.named)),
            strict=True,
        )
        if not named and event in events_with_named and (day0, column) not in named_too
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
    return np.asarray(rolling_count(np.isfinite(panel.close), DENSITY_WINDOW) > 0)


def _density(panel: Panel, row: Ints, column: Ints) -> Measured:
    count = np.zeros(panel.shape)
    inside = row < len(panel.sessions)
    np.add.at(count, (row[inside], column[inside]), 1.0)
    recent = rolling_sum(count, DENSITY_WINDOW)
    recent[~_listed(panel)] = np.nan
    # where nothing ever happened no day is unusual
    return Measured(recent, own_z(recent) if inside.any() else np.full(panel.shape, np.nan))


def _event_density(panel: Panel) -> Measured:
    return _density(panel, panel.events.pair_day0, panel.events.pair_column)


def _coverage_density(panel: Panel) -> Measured:
    return _density(panel, panel.events.mention_row, panel.events.mention_column)


POST_EVENT_DRIFT = Signal(
    name="post_event_drift",
    title="Drift since the event",
    family="policy",
    definition="Abnormal return since day 0 of the latest event that named or moved the "
    "symbol, with its rank among stretches of the same length before the event.",
    formula="CAR[0, k] of the event study against the market; z = SCAR[0, k]; percentile among "
    "the SCARs of the same length that ended in the 250 sessions before day 0",
    source="Bernard & Thomas 1989 JAR 27:1; placebo rank after Gelbach, Helland & Klick 2013 "
    "ALER 15:495",
    parameters={"followed": WATCHED, "moved": MOVED, "placebo": PLACEBO_SESSIONS},
    unit="fraction",
    direction="up",
    minimum_history=FIRST_ESTIMATE,
    function=_drift,
    rule=Rule(on="z", up=3.0, down=-3.0, until_up=2.0, until_down=-2.0),
    sentences={
        "up": "{symbol} is {value:+.0%} against {market} since its last event ({z:+.1f} standard "
        "errors).",
        "down": "{symbol} is {value:+.0%} against {market} since its last event ({z:+.1f} standard "
        "errors).",
    },
    misleads="Day 0 is in it: a jump that stands still looks like drift. A new event starts it "
    "again.",
    of_events=True,
)
MOVE_KEPT = Signal(
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
    minimum_history=FIRST_ESTIMATE + 1,
    function=_kept,
    rule=Rule(on="value", up=1.75, down=0.0, until_up=1.25, until_down=0.25),
    sentences={
        "up": "{symbol} has gone on to {value:.0%} of its event-day move.",
        "down": "{symbol} has given back all of its event-day move.",
    },
    misleads="The share of a small move is noise over noise.",
    by_chance=False,
    of_events=True,
)
SYMPATHY = Signal(
    name="sympathy",
    title="Sympathy",
    family="policy",
    definition="Day-0 abnormal move of a symbol that the event reaches but does not name.",
    formula="SAR on day 0 of events that name other symbols",
    source="Foster 1981 JAE 3:201; Cohen & Frazzini 2008 JF 63:1977",
    parameters={},
    unit="standard errors",
    direction="up",
    minimum_history=FIRST_ESTIMATE,
    function=on_reactions(_sympathy),
    cells=_sympathy,
    rule=Rule(on="value", up=2.5, down=-2.5),
    sentences={
        "up": "{symbol} rose {value:.1f} standard errors against {market} on an event that named "
        "others.",
        "down": "{symbol} fell {drop:.1f} standard errors against {market} on an event that named "
        "others.",
    },
    misleads="Something else may have happened to the symbol on that day.",
    of_events=True,
)
EVENT_ANALOGUE = Signal(
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
    minimum_history=FIRST_ESTIMATE,
    function=on_reactions(analogue.cells),
    cells=analogue.cells,
    rule=Rule(on="z", up=2.0, down=-2.0),
    sentences={
        "up": "{symbol}: the week after such events was {value:+.1%} on average.",
        "down": "{symbol}: the week after such events was {value:+.1%} on average.",
    },
    misleads="A handful of dates; the policies of a category are not alike.",
    of_events=True,
)
EVENT_AHEAD = Signal(
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
    function=_ahead,
    rule=Rule(on="value", down=5.0, low="on"),
    sentences={"on": "{symbol}: a dated event is {value:.0f} weekdays ahead."},
    misleads="Deadlines move, and much policy has no date.",
    by_chance=False,
    of_events=True,
)
EVENT_DENSITY = Signal(
    name="event_density",
    title="Density of events",
    family="policy",
    definition="Events that reached the symbol in the last 21 sessions.",
    formula=f"count of day 0 within {DENSITY_WINDOW} sessions; z by its own year",
    source="Baker, Bloom & Davis 2016 QJE 131:1593 on counting policy news",
    parameters={"window": DENSITY_WINDOW},
    unit="events",
    direction="magnitude",
    minimum_history=1 + YEAR_LEAST,
    function=_event_density,
    judged_on="value",
    rule=Rule(on="z", up=3.0, until_up=2.0),
    sentences={"on": "{symbol}: {value:.0f} policy events in 21 sessions, many for it."},
    misleads="The catalogue is denser where somebody looked harder.",
    by_chance=False,
    of_events=True,
)
COVERAGE_DENSITY = Signal(
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
    minimum_history=1 + YEAR_LEAST,
    function=_coverage_density,
    judged_on="value",
    rule=Rule(on="z", up=3.0, until_up=2.0),
    sentences={"on": "{symbol}: {value:.0f} documents in 21 sessions mention it."},
    misleads="It counts what was given to read, not what was written.",
    by_chance=False,
    of_events=True,
)

SIGNALS = (
    POST_EVENT_DRIFT,
    MOVE_KEPT,
    SYMPATHY,
    EVENT_ANALOGUE,
    EVENT_AHEAD,
    EVENT_DENSITY,
    COVERAGE_DENSITY,
)
