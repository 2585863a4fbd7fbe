"""A small store with every view filled: made up, seeded, in memory.

Prices are geometric noise with a jump on each event's day 0; the study rows are plain arithmetic
on them (return minus market), because what is tested here is what pages do with numbers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from watchlist.config import Config
from watchlist.store.schema import apply_views, migrate
from watchlist.study.stored import write_session_abnormal

START = date(2025, 1, 2)
AS_OF = date(2026, 1, 30)
WATCHED = ("MP", "LAC", "TMQ", "NB")
PEERS = ("USAR", "UUUU", "CRML", "UAMY", "PPTA", "ALB", "SLI", "TMC")
PULLED_AT = datetime(2026, 1, 30, 22, tzinfo=UTC)
COLUMNS = {
    "runs": "run_id, command, source, as_of, started_at, finished_at, outcome, version",
    "sessions": "calendar, session, open_at, close_at, early_close",
    "securities": (
        "security_id, symbol, name, role, exchange, calendar, currency, minerals, stage, "
        "market, sector_factor, valid_from, valid_to, successor, cik, note"
    ),
    "events": (
        "event_id, announced_on, announced_time, timing, timing_basis, title, summary, "
        "category, direction, actors, minerals, amount_usd, certainty, status, known_on, "
        "outcome, chain, chain_stage, note"
    ),
    "event_sources": "event_id, position, title, publisher, url, published_on",
    "event_targets": "event_id, symbol, relation, direction",
    "event_days": "event_id, calendar, day0, why",
    "pulls": (
        "pull_id, run_id, symbol, source, started_at, finished_at, outcome, kind, reason, "
        "attempts, whole, rows_new, rows_changed, first_session, last_session"
    ),
    "bars": (
        "security_id, session, open, high, low, close, adj_close, adj_basis, volume, "
        "dividend, split, source, pull_id, first_pulled_at, pulled_at, final"
    ),
    "studies": (
        "study_id, name, model, headline, as_of, design, design_hash, events, pairs, "
        "dates, dropped, warnings, version"
    ),
    "study_fits": (
        "study_id, event_id, symbol, day0, factors, alpha, betas, sigma, observations, "
        "masked, zero_return_share, zero_volume_share, note"
    ),
    "abnormal_returns": "study_id, event_id, symbol, day, session, ret, expected, ar, sar",
    "event_effects": (
        "study_id, event_id, symbol, first_day, last_day, ret, car, bhar, se, scar, t_p, "
        "placebo_p, placebo_floor, placebo_n, p_holm, p_bh, p_romano_wolf, mde, days, "
        "note"
    ),
    "placebo_bands": "study_id, event_id, symbol, day, lo, hi, draws",
    "study_drops": "study_id, event_id, symbol, code, reason",
    "calibrations": (
        "design_hash, as_of, scope, test, setting, first_day, last_day, n, nominal, rejected, "
        "repetitions"
    ),
    "study_tests": (
        "study_id, scope, value, first_day, last_day, test, headline, n, dates, estimate, "
        "se, statistic, df, p, p_holm, p_bh, r_bar, variance_ratio, mde, share_positive, "
        "warning"
    ),
}
WINDOWS = ((0, 0), (-1, 1), (0, 5), (-5, 5), (0, 20))


@dataclass(frozen=True)
class Event:
    """What the fixture lets a test say about an event."""

    event_id: str
    announced_on: date
    title: str
    targets: tuple[str, ...]
    timing: str = "after-close"
    time: time | None = time(16, 5)
    category: str = "equity-stake"
    direction: str = "supportive"
    status: str = "happened"
    known_on: date | None = None
    summary: str = "A department agrees to take a stake in a miner."
    source_title: str = "A newspaper's report"
    source_url: str | None = "https://example.org/report"
    publisher: str = "Example News"


EVENTS = (
    Event("stake-one", date(2025, 7, 9), "A department takes a stake in one miner", ("MP", "USAR")),
    Event("loan-two", date(2025, 9, 23), "Loan terms of another miner are reopened", ("LAC",)),
    Event("stake-three", date(2025, 10, 6), "Letter of intent for a stake in a third", ("TMQ",)),
    Event(
        "controls",
        date(2025, 10, 9),
        "Export controls are widened",
        WATCHED,
        timing="pre-market",
        time=time(8, 0),
        category="export-control",
        direction="mixed",
    ),
    Event(
        "order", date(2026, 1, 14), "An order on processed minerals", ("MP", "NB"), category="trade"
    ),
    Event(
        "fresh",
        date(2026, 1, 29),
        "A price floor is proposed",
        ("NB", "MP"),
        category="price-floor",
    ),
    Event(
        "ministerial",
        date(2026, 2, 4),
        "Ministers meet on critical minerals",
        WATCHED,
        timing="unknown",
        time=None,
        category="agreement",
        status="scheduled",
        known_on=date(2026, 1, 20),
    ),
)


def build(
    *,
    watched: tuple[str, ...] = WATCHED,
    peers: tuple[str, ...] = PEERS[:2],
    events: tuple[Event, ...] = EVENTS,
    with_bars: bool = True,
    failed: tuple[str, ...] = (),
    simulated: bool = False,
    with_study: bool = True,
    calibrated: bool = False,
    as_of: date = AS_OF,
    holidays: tuple[date, ...] = (),
    name: str = "{symbol} Corporation",
    file: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """The store as a connection, in memory or in a file; migrations and views are the real ones."""
    con = duckdb.connect(":memory:" if file is None else str(file))
    con.execute("SET TimeZone = 'UTC'")
    migrate(con, "simulated" if simulated else "real")
    apply_views(con)
    sessions = _sessions(holidays)
    _insert(con, "runs", [(1, "daily", "file", as_of, PULLED_AT, PULLED_AT, "done", "0.1.0")])
    _insert(con, "sessions", [_hours(session) for session in sessions])
    symbols = [*watched, *peers, "SPY", "REMX"]
    _insert(
        con,
        "securities",
        [_security(n, s, watched, peers, name) for n, s in enumerate(symbols)],
    )
    _insert_events(con, events, sessions)
    _insert(con, "pulls", [_pull(n, s, s in failed, as_of) for n, s in enumerate(symbols)])
    if not with_bars:
        return con
    past = [s for s in sessions if s <= as_of]
    returns = _returns(symbols, past, events, sessions)
    for n, symbol in enumerate(symbols):
        _insert(con, "bars", _bars(n, past[:-1] if symbol in failed else past, returns[symbol]))
    write_session_abnormal(con, Config(), as_of=as_of)
    if calibrated:
        _insert(con, "calibrations", _calibrations(as_of))
    if with_study:
        _insert_study(con, watched + peers, past, returns, events, sessions, as_of)
    return con


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        names = COLUMNS[table].split(", ")
        frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
        con.register("frame", frame)
        con.execute(f"INSERT INTO base.{table} BY NAME FROM frame")
        con.unregister("frame")


def _sessions(holidays: tuple[date, ...]) -> list[date]:
    days = (START + timedelta(days=n) for n in range(480))
    return [d for d in days if d.weekday() < 5 and d not in holidays]


def _hours(session: date) -> tuple[object, ...]:
    opened = datetime.combine(session, time(14, 30), UTC)
    return ("XNYS", session, opened, opened + timedelta(hours=6.5), False)


def _security(
    n: int, symbol: str, watched: tuple[str, ...], peers: tuple[str, ...], name: str
) -> tuple[object, ...]:
    role = (
        "watchlist"
        if symbol in watched
        else "peer"
        if symbol in peers
        else "benchmark"
        if symbol == "SPY"
        else "factor"
    )
    stock = role in {"watchlist", "peer"}
    return (
        n,
        symbol,
        name.format(symbol=symbol),
        role,
        "NYSE",
        "XNYS",
        "USD",
        ["rare earths"],
        "producer" if stock else None,
        "SPY" if stock else None,
        "REMX" if stock else None,
        None,
        None,
        None,
        None,
        None,
    )


def day_zero(event: Event, sessions: list[date]) -> date:
    """The first session that could react, by the fixture's own simple rule."""
    late = event.timing == "after-close"
    return next(
        s for s in sessions if s > event.announced_on or (s == event.announced_on and not late)
    )


def _insert_events(
    con: duckdb.DuckDBPyConnection, events: tuple[Event, ...], sessions: list[date]
) -> None:
    _insert(
        con,
        "events",
        [
            (
                e.event_id,
                e.announced_on,
                e.time,
                e.timing,
                "reported" if e.time else "unknown",
                e.title,
                e.summary,
                e.category,
                e.direction,
                ["Department"],
                ["rare earths"],
                400_000_000.0,
                "confirmed",
                e.status,
                e.known_on,
                None,
                None,
                None,
                None,
            )
            for e in events
        ],
    )
    _insert(
        con,
        "event_sources",
        [
            (e.event_id, 1, e.source_title, e.publisher, e.source_url, e.announced_on)
            for e in events
        ],
    )
    _insert(
        con,
        "event_targets",
        [
            (e.event_id, s, "exposed" if n else "named", e.direction)
            for e in events
            for n, s in enumerate(e.targets)
        ],
    )
    _insert(
        con,
        "event_days",
        [(e.event_id, "XNYS", day_zero(e, sessions), "first close after it") for e in events],
    )


def _pull(n: int, symbol: str, failed: bool, as_of: date) -> tuple[object, ...]:
    return (
        n,
        1,
        symbol,
        "file",
        PULLED_AT,
        PULLED_AT,
        "failed" if failed else "new",
        "transient" if failed else None,
        "HTTP 429: too many requests" if failed else None,
        1,
        True,
        0 if failed else 270,
        0,
        None,
        None if failed else as_of,
    )


def _returns(
    symbols: list[str], past: list[date], events: tuple[Event, ...], sessions: list[date]
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(20261122)
    market = rng.standard_t(5, len(past)) * 0.007
    out = {}
    for symbol in symbols:
        noise = rng.standard_t(5, len(past)) * (0.0005 if symbol == "SPY" else 0.02)
        out[symbol] = market + noise
    for n, event in enumerate(events):
        day0 = day_zero(event, sessions)
        if day0 in past:
            for symbol in event.targets:
                if symbol in out:
                    out[symbol][past.index(day0)] += (0.5, 0.95, 2.1, -0.08, 0.12, 0.22)[n % 6]
    return out


def _bars(n: int, past: list[date], ret: np.ndarray) -> list[tuple[object, ...]]:
    closes = 10.0 * np.cumprod(1 + ret[: len(past)])
    return [
        (
            n,
            session,
            close,
            close * 1.01,
            close * 0.99,
            close,
            close,
            1,
            1_000_000 + 1_000 * place,
            0.0,
            1.0,
            "file",
            n,
            PULLED_AT,
            PULLED_AT,
            True,
        )
        for place, (session, close) in enumerate(zip(past, closes.tolist(), strict=True))
    ]


def _insert_study(
    con: duckdb.DuckDBPyConnection,
    stocks: tuple[str, ...],
    past: list[date],
    returns: dict[str, np.ndarray],
    events: tuple[Event, ...],
    sessions: list[date],
    as_of: date,
) -> None:
    fits, daily, effects, bands = [], [], [], []
    drops: list[tuple[object, ...]] = []
    for event in events:
        day0 = day_zero(event, sessions)
        for symbol in event.targets:
            if symbol not in stocks:
                continue
            if day0 not in past:
                drops.append((1, event.event_id, symbol, "not-yet", "day 0 is still to come"))
                continue
            at = past.index(day0)
            own = returns[symbol] - returns["SPY"]
            sigma = float(np.std(own[max(0, at - 130) : at - 10], ddof=1))
            fits.append(
                (
                    1,
                    event.event_id,
                    symbol,
                    day0,
                    ["SPY"],
                    0.0,
                    [1.0],
                    sigma,
                    120,
                    0,
                    0.0,
                    0.0,
                    None,
                )
            )
            span = range(max(-10, -at), min(21, len(past) - at))
            for day in span:
                value = float(own[at + day])
                ret = float(returns[symbol][at + day])
                daily.append(
                    (
                        1,
                        event.event_id,
                        symbol,
                        day,
                        past[at + day],
                        ret,
                        ret - value,
                        value,
                        value / sigma,
                    )
                )
            for day in range(-5, 21):
                half = 1.96 * sigma * float(np.sqrt(day + 6))
                bands.append((1, event.event_id, symbol, day, -half, half, 180))
            for first, last in WINDOWS:
                inside = own[max(0, at + first) : at + last + 1]
                car, se = float(inside.sum()), sigma * float(np.sqrt(len(inside)))
                p = 0.004 if abs(car / se) > 3 else 0.3
                effects.append(
                    (
                        *(1, event.event_id, symbol, first, last, car, car, car, se, car / se),
                        *(p, p, 0.004, 250, p, p, p, 2.8 * se, len(inside), None),
                    )
                )
    _insert(
        con,
        "studies",
        [
            (
                1,
                "daily-sector",
                "market+sector",
                True,
                as_of,
                json.dumps({"estimation": [-130, -11], "factors": ["SPY"]}),
                "abc123",
                len(events),
                len(fits),
                len({f[3] for f in fits}),
                len(drops),
                ["4 pairs share a date"],
                "0.1.0",
            )
        ],
    )
    for table, rows in (
        ("study_fits", fits),
        ("abnormal_returns", daily),
        ("event_effects", effects),
        ("placebo_bands", bands),
        ("study_drops", drops),
    ):
        _insert(con, table, rows)
    _insert(con, "study_tests", _tests(events))


def _tests(events: tuple[Event, ...]) -> list[tuple[object, ...]]:
    out: list[tuple[object, ...]] = []
    scopes = [("all", "all"), *(("category", c) for c in sorted({e.category for e in events}))]
    for n, (scope, value) in enumerate(scopes):
        alone = n % 3 == 2
        out.append(
            (
                *(1, scope, value, 0, 0, "ibragimov-mueller", True, 6, 1 if alone else 4),
                *(0.08 * (-1) ** n + 0.05, None if alone else 0.05, 1.2, None if alone else 3.0),
                *(None if alone else 0.2, None, None, 0.3, 1.4, 0.12, 0.6),
                "one date only" if alone else None,
            )
        )
    return out


def _calibrations(as_of: date) -> list[tuple[object, ...]]:
    """The study's own, two windows, `bmp` crying wolf; and one of a study that is gone."""
    found = {
        ("event", "kp"): (0.05, 0.55),
        ("event", "bmp"): (0.20, 0.80),
        ("event", "pair-t"): (0.04, 0.35),
        ("all", "ibragimov-mueller"): (0.06, 1.0),
    }
    return [
        (design, as_of, scope, test, setting, 0, last_day, 4, 0.05, rejected, 400)
        for design in ("abc123", "000gone")
        for (scope, test), shares in found.items()
        for last_day in (0, 5)
        for setting, rejected in zip(("null", "planted +5%"), shares, strict=True)
    ]
