"""Studies and the store: what is read from its views, and the tables that are written."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from watchlist import __version__, store
from watchlist.errors import StudyError
from watchlist.study.design import SECTOR, Overlap, StudyDesign, Window
from watchlist.study.group_tests import SCOPES
from watchlist.study.panel import Axes, Days, Panel, panel_from_frame
from watchlist.study.run import StudyResult, event_study
from watchlist.study.sessions import session_frame

if TYPE_CHECKING:
    import duckdb

    from watchlist.catalog import Catalog
    from watchlist.config import Config

_SQL = Path(__file__).parent / "sql"

Step = Callable[[int, int, str], None]

SYMBOLS = 100
"""Read and estimated at a time: a whole market never stands in memory."""

KEPT_ROWS = 5_000_000
"""Rows that a store keeps at most, some 300 MB: twenty years of a thousand symbols."""

DRAWS = 1_999
"""Of the daily studies, where the exact law is too large: p down to 0.0005."""

TABLES = (
    "study_fits",
    "abnormal_returns",
    "event_effects",
    "study_tests",
    "study_drops",
    "study_factors",
    "study_overlaps",
    "placebo_bands",
)


@dataclass(frozen=True)
class StudySummary:
    """What a run of the daily studies ends with."""

    as_of: date
    results: tuple[StudyResult, ...]
    talk: tuple[str, ...]
    """What a person wants to hear at the end, line by line."""


@dataclass(frozen=True)
class StudyData:
    """What a study reads from the store."""

    panel: Panel
    events: pl.DataFrame
    """event_id, symbol, relation, day0, announced_on, category, direction, chain, chain_stage,
    minerals"""
    sectors: dict[str, str]


@dataclass(frozen=True)
class StoredAxes:
    """What a study reads but for the returns."""

    axes: Axes
    listed: pl.DataFrame
    """Securities that have bars: security_id, symbol, calendar, first_day, last_day (life under the
    symbol, days since 1970), first, last (sessions with a bar)."""
    events: pl.DataFrame
    """event_id, symbol, relation, day0, announced_on, category, direction, chain, chain_stage,
    minerals"""
    sectors: dict[str, str]


def read_axes(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    *,
    as_of: date,
    estimation: Window | None = None,
) -> StoredAxes:
    """Sessions, securities and events as of a session.

    Parameters
    ----------
    estimation : of the design, default the configured one: so much is read before the first event

    Raises
    ------
    StudyError
        The market factor has no returns: nothing can be judged against it.
    """
    market = config.study.market
    sessions = read(con, "sessions", as_of=as_of, market=market)["session"]
    events = read(con, "events", as_of=as_of)
    listed = read(con, "listed", as_of=as_of)
    if market not in listed["symbol"] or sessions.is_empty():
        raise StudyError(
            f"no returns of the market factor {market} up to {as_of}",
            f"pull it: watchlist pull {market}; or set [study] market in watchlist.toml",
        )
    sessions = sessions.filter(sessions >= listed["first"].min())
    needed = config.study.history - (estimation or config.study.estimation)[0]
    start = _start(sessions, events, listed, needed)
    sessions = sessions.filter(sessions >= start)
    listed = listed.filter(pl.col("last") >= start)
    axes = Axes(sessions.to_numpy().astype("datetime64[D]"), tuple(listed["symbol"]))
    return StoredAxes(axes, listed, events, dict(read(con, "sectors").iter_rows()))


def read_data(
    con: duckdb.DuckDBPyConnection, config: Config, *, as_of: date, estimation: Window | None = None
) -> StudyData:
    """Returns, events and sector factors as of a session, from the public views.

    Raises
    ------
    StudyError
        As `read_axes`.
    """
    held = read_axes(con, config, as_of=as_of, estimation=estimation)
    panel = read_panel(con, held.axes.sessions, as_of=as_of)
    return StudyData(panel, held.events, held.sectors)


def read_panel(
    con: duckdb.DuckDBPyConnection, sessions: Days, *, as_of: date, symbols: list[str] | None = None
) -> Panel:
    """The returns of all securities, or of some, on an axis of sessions."""
    since = sessions[0].item()
    returns = read(con, "returns", as_of=as_of, since=since, symbols=symbols)
    return panel_from_frame(returns, sessions=pl.Series(sessions))


def daily_designs(config: Config) -> tuple[StudyDesign, ...]:
    """The studies of every day: against the market, and against market and sector.

    The overlap rule of the configuration leads; its counterpart (`keep` beside `mask`) stands
    beside it under the name with the rule appended.
    """
    settings = config.study
    base = StudyDesign(
        factors=(settings.market,),
        estimation=settings.estimation,
        windows=settings.windows,
        min_observations=settings.min_observations,
        overlap=settings.overlap,
        draws=DRAWS,
    )
    other: Overlap = "mask" if settings.overlap == "keep" else "keep"
    sector = (settings.market, SECTOR)
    return (
        replace(base, name="daily-market", headline=True),
        replace(base, name="daily-sector", model="factors", factors=sector),
        replace(base, name=f"daily-market-{other}", overlap=other),
        replace(base, name=f"daily-sector-{other}", model="factors", factors=sector, overlap=other),
    )


def run_study(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    config: Config,
    *,
    as_of: date,
    as_known: date | None = None,
    step: Step | None = None,
) -> StudySummary:
    """Run the daily studies as of a session and write them; a second run changes nothing.

    Parameters
    ----------
    as_known : given, the connection must already be one that knows only that much
        (`store.connect(..., as_known=...)`); it is recorded with the studies
    """
    tell = step or (lambda done, total, what: None)
    data = read_data(con, config, as_of=as_of)
    designs = daily_designs(config)
    if as_known is not None:
        labels = {"as_known": as_known.isoformat()}
        designs = tuple(replace(design, labels=labels) for design in designs)
    results = []
    for number, design in enumerate(designs):
        tell(number, len(designs), design.name)
        # the studies that stand beside the first two are there for single pairs and dates
        scopes = tuple(SCOPES) if number < 2 else ("event",)
        result = event_study(data.panel, data.events, design, sectors=data.sectors, scopes=scopes)
        results.append(result)
    studies = [
        (study_number(as_of, place), result, fingerprint(result.design, data))
        for place, result in enumerate(results)
    ]
    write_studies(con, studies, as_of=as_of)
    tell(len(designs), len(designs), "written")
    return StudySummary(as_of, tuple(results), _talk(results))


def write_session_abnormal(con: duckdb.DuckDBPyConnection, config: Config, *, as_of: date) -> int:
    """Compute the table `session_abnormal` up to a session anew; gives its rows.

    Without returns of the market factor the table is empty: nothing can be judged against it.
    """
    con.execute("DELETE FROM base.session_abnormal")
    designs = daily_designs(config)[:2]
    axis = read(con, "sessions", as_of=as_of, market=config.study.market)["session"]
    kept = read(con, "kept_sessions", as_of=as_of, rows=KEPT_ROWS)["first"].item()
    if axis.is_empty() or kept is None:
        return 0
    first = int(axis.search_sorted(kept))
    axis = axis[max(first + config.study.estimation[0], 0) :]
    events = read(con, "events", as_of=as_of)
    symbols = read(con, "symbols")
    written = 0
    for start in range(0, len(symbols), SYMBOLS):
        some = symbols[start : start + SYMBOLS]
        names = {*some["symbol"], *some["sector"].drop_nulls(), config.study.market}
        returns = read(con, "returns", symbols=sorted(names), since=axis[0], as_of=as_of)
        if returns.is_empty():
            continue
        panel = panel_from_frame(returns, sessions=axis)
        rows = slice(int(axis.search_sorted(kept)), len(axis))
        frame = session_frame(panel, dict(some.iter_rows()), events, designs, rows)
        written += store.write_frame(con, "session_abnormal", frame)
    return written


def model_name(design: StudyDesign) -> str:
    """How a design's model is called in tables and reports."""
    if SECTOR in design.factors and design.model == "factors":
        return "market+sector"
    return design.model


def write_studies(
    con: duckdb.DuckDBPyConnection,
    studies: list[tuple[int, StudyResult, str]],
    *,
    as_of: date,
) -> None:
    """Write studies in place of those of the same numbers, and forget old ones of their names.

    Parameters
    ----------
    studies : number, result and fingerprint of each
    """
    gone = [number for number, _, _ in studies]
    for _, result, _ in studies:
        gone += _outdated(con, result.design.name, as_of)
    for table in ("studies", *TABLES):
        con.execute(
            f"DELETE FROM base.{table} WHERE list_contains($gone, study_id)", {"gone": gone}
        )
    rows = [_study_row(*study, as_of) for study in studies]
    schema = {"warnings": pl.List(pl.String())}
    store.write_frame(con, "studies", pl.DataFrame(rows, schema_overrides=schema))
    # each table is written once for all studies: what a statement costs is mostly its own
    for table in TABLES:
        parts = [
            result.tables[table].select(pl.lit(number, pl.Int32).alias("study_id"), pl.all())
            for number, result, _ in studies
        ]
        store.write_frame(con, table, pl.concat(parts))


def _study_row(
    number: int, result: StudyResult, fingerprint: str, as_of: date
) -> dict[str, object]:
    """One row of `studies`."""
    design = result.design
    return {
        "study_id": number,
        "name": design.name,
        "model": model_name(design),
        "headline": design.headline,
        "as_of": as_of,
        "design": design.as_json(),
        "design_hash": fingerprint,
        "events": result.fits["event_id"].n_unique(),
        "pairs": result.fits.height,
        "dates": result.fits["day0"].n_unique(),
        "dropped": result.drops.height,
        "warnings": list(result.warnings),
        "version": __version__,
    }


def fingerprint(design: StudyDesign, data: StudyData) -> str:
    """Hash of the design and of every return and event it saw; 16 hex digits."""
    digest = hashlib.sha256(design.as_json().encode())
    digest.update(data.panel.sessions.tobytes())
    digest.update(",".join(data.panel.symbols).encode())
    digest.update(data.panel.returns.tobytes())
    digest.update(data.events.write_json().encode())
    return digest.hexdigest()[:16]


def _outdated(con: duckdb.DuckDBPyConnection, name: str, as_of: date) -> list[int]:
    """Numbers of the studies of that name that are to go: more would only fatten the file.

    What stays: this as-of session, the one before it, and the two newest.
    """
    held = con.execute(
        "SELECT study_id, as_of FROM base.studies WHERE name = $name ORDER BY as_of DESC",
        {"name": name},
    ).fetchall()
    before = [day for _, day in held if day < as_of][:1]
    keep = {as_of, *before, *[day for _, day in held][:2]}
    return [study_id for study_id, day in held if day not in keep]


def study_number(as_of: date, place: int) -> int:
    """Readable and the same for every run of that day: 2026073100, 2026073101, ..."""
    return int(as_of.strftime("%Y%m%d")) * 100 + place


def _start(sessions: pl.Series, events: pl.DataFrame, listed: pl.DataFrame, needed: int) -> date:
    """First session to read: enough before the first event that has bars before it."""
    known = events.join(listed, on="symbol").filter(pl.col("day0") > pl.col("first"))
    days: list[date] = sessions.to_list()
    earliest = min(known["day0"].to_list(), default=days[-1])
    return days[max(0, bisect_left(days, earliest) - needed)]


def _talk(results: list[StudyResult]) -> tuple[str, ...]:
    lead = results[0]
    treated = results[1].factors.filter(pl.col("treated"))
    lines = [
        f"study: {lead.fits.height} pairs of {lead.fits['event_id'].n_unique()} events on "
        f"{lead.fits['day0'].n_unique()} dates, {lead.drops.height} pairs left out"
    ]
    if len(treated):
        lines.append(f"study: {treated['event_id'].n_unique()} events moved their sector factor")
    return tuple(lines)


def read(con: duckdb.DuckDBPyConnection, name: str, **params: object) -> pl.DataFrame:
    """The rows of one of our queries."""
    frame: pl.DataFrame = con.sql(sql(name), params=params or None).pl()
    return frame


def sql(name: str) -> str:
    """The text of one of our queries."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
