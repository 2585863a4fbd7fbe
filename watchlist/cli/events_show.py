"""What `watchlist events` shows: rows, one event in full, the findings of the check."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchlist.catalog import Catalog, Event, load_catalog
from watchlist.clock import SystemClock
from watchlist.errors import CatalogError, ConfigError, StoreError, nearest

if TYPE_CHECKING:
    import polars as pl

    from watchlist.project import Project

HOME = "XNYS"
OVERLAP = 5
"""Sessions within which two events of one target overlap."""


@dataclass(frozen=True)
class Filters:
    """Which events are wanted; None or empty lets all through."""

    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] = ()
    mineral: str | None = None
    symbol: str | None = None
    certainty: str | None = None
    chain: str | None = None

    def keep(self, event: Event) -> bool:
        """Whether the event passes every filter."""
        return (
            (self.since is None or event.announced_on >= self.since)
            and (self.until is None or event.announced_on <= self.until)
            and (not self.categories or event.category in self.categories)
            and (self.mineral is None or self.mineral in event.minerals)
            and (self.symbol is None or self.symbol in event.named + event.exposed)
            and (self.certainty is None or event.certainty == self.certainty)
            and (self.chain is None or event.chain == self.chain)
        )


def event_frame(project: Project, filters: Filters) -> pl.DataFrame:
    """The events that pass, oldest first.

    Raises
    ------
    ConfigError
        A filter names a category, symbol, mineral, certainty or chain that nothing has.
    """
    import polars as pl

    from watchlist.calendar import day_zero

    catalog = load_catalog(project)
    _check_filters(catalog, filters)
    chosen = [event for event in catalog.events if filters.keep(event)]
    home = home_sessions(chosen)
    schema = {
        "event_id": pl.String(),
        "announced_on": pl.Date(),
        "timing": pl.String(),
        "day0": pl.Date(),
        "category": pl.String(),
        "direction": pl.String(),
        "certainty": pl.String(),
        "named": pl.String(),
        "title": pl.String(),
    }
    rows = [
        {
            **event.model_dump(include=set(schema) - {"day0", "named"}),
            "day0": day_zero(event, home).session,
            "named": ",".join(event.named),
        }
        for event in chosen
    ]
    return pl.DataFrame(rows, schema=schema)


def home_sessions(events: list[Event]) -> pl.DataFrame:
    """New York's sessions around the events."""
    from watchlist.calendar import sessions

    days = [event.announced_on for event in events] or [date(2025, 1, 1)]
    return sessions([HOME], min(days) - timedelta(days=10), max(days) + timedelta(days=20))


def _check_filters(catalog: Catalog, filters: Filters) -> None:
    minerals = sorted({m for event in catalog.events for m in event.minerals})
    chains = sorted({event.chain for event in catalog.events if event.chain})
    categories: list[str] = sorted({event.category for event in catalog.events})
    asked: list[tuple[str, str | None, list[str]]] = [
        ("symbol", filters.symbol, list(catalog.symbols)),
        ("mineral", filters.mineral, minerals),
        ("chain", filters.chain, chains),
        ("certainty", filters.certainty, ["confirmed", "single-source", "unconfirmed"]),
        *(("category", c, categories) for c in filters.categories),
    ]
    for name, value, known in asked:
        if value is not None and value not in known:
            raise ConfigError(f"--{name} {value}: no event has it; {nearest(value, known)}")


def known_event(project: Project, event_id: str) -> Event:
    """The event of that id.

    Raises
    ------
    CatalogError
        There is none; names the nearest.
    """
    catalog = load_catalog(project)
    try:
        return catalog.event(event_id)
    except KeyError:
        ids = [event.event_id for event in catalog.events]
        close = nearest(event_id, ids)
        told = close if close.startswith("did you mean") else "see: watchlist events list"
        raise CatalogError(f"no event {event_id!r}; {told}") from None


def describe(project: Project, event_id: str, style: str) -> str:
    """One event as text, JSON or TOML."""
    event = known_event(project, event_id)
    if style == "toml":
        import tomlkit

        from watchlist.catalog.writing import event_table

        document = tomlkit.document()
        listed = tomlkit.aot()
        listed.append(event_table(event))
        document.add("events", listed)
        return tomlkit.dumps(document)
    facts = _facts(project, event)
    if style == "json":
        return json.dumps(facts, ensure_ascii=False, indent=2, default=str)
    if style == "text":
        return _as_text(event, facts)
    raise ConfigError(f"--format {style}: no such format", nearest(style, ["text", "json", "toml"]))


def _facts(project: Project, event: Event) -> dict[str, Any]:
    from watchlist.calendar import day_zero, sessions

    catalog = load_catalog(project)
    around = (event.announced_on - timedelta(days=15), event.announced_on + timedelta(days=20))
    abroad = {catalog.security(target.symbol).calendar for target in event.targets} - {HOME}
    calendars = [HOME, *sorted(abroad)]
    days = {}
    for calendar in calendars:
        found = day_zero(event, sessions([calendar], *around))
        days[calendar] = {"day0": found.session, "why": found.why}
    return {
        **event.model_dump(exclude={"phrases"}),
        "day0": days,
        "overlapping": _overlapping(catalog, event),
        "reactions": _reactions(project, event),
    }


def _overlapping(catalog: Catalog, event: Event) -> list[dict[str, Any]]:
    """Other events of the same targets with day 0 at most five sessions apart."""
    from watchlist.calendar import day_zero

    near = [
        other
        for other in catalog.events
        if abs((other.announced_on - event.announced_on).days) <= 3 * OVERLAP
    ]
    home = home_sessions(near)
    place = {session: n for n, session in enumerate(home["session"])}
    own = day_zero(event, home).session
    mine = {target.symbol for target in event.targets}
    found = []
    for other in near:
        theirs = day_zero(other, home).session
        shared = sorted(mine & {target.symbol for target in other.targets})
        if other.event_id == event.event_id or not shared or own is None or theirs is None:
            continue
        apart = place[theirs] - place[own]
        if abs(apart) <= OVERLAP:
            found.append({"event_id": other.event_id, "sessions": apart, "symbols": shared})
    return sorted(found, key=lambda row: (abs(row["sessions"]), row["event_id"]))


def _reactions(project: Project, event: Event) -> list[dict[str, Any]]:
    """What the latest headline studies of the store say; nothing where there is no store."""
    from watchlist import catalog as package
    from watchlist.store import connect

    query = (Path(package.__file__).parent / "reactions.sql").read_text(encoding="utf-8")
    try:
        con = connect(project)
    except StoreError:
        return []
    with con:
        cursor = con.execute(query, {"event_id": event.event_id})
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _as_text(event: Event, facts: dict[str, Any]) -> str:
    lines = [event.title, f"  {event.event_id}"]
    if event.summary:
        lines += ["", event.summary]
    lines += [
        "",
        f"category   {event.category}, {event.direction}",
        f"certainty  {event.certainty}, {event.status}"
        + (f", known since {event.known_on}" if event.known_on else ""),
        f"timing     {event.timing} (basis: {event.timing_basis})",
    ]
    if event.outcome:
        lines.append(f"outcome    {event.outcome}")
    if event.chain:
        lines.append(f"chain      {event.chain}: {event.chain_stage}")
    if event.amount_usd is not None:
        lines.append(f"amount     USD {event.amount_usd:,.0f}")
    for name in ("actors", "minerals", "named", "exposed"):
        if facts[name]:
            lines.append(f"{name:<10} {', '.join(facts[name])}")
    if event.directions:
        told = ", ".join(f"{symbol} {name}" for symbol, name in event.directions.items())
        lines.append(f"but for    {told}")
    if event.note:
        lines.append(f"note       {event.note}")
    entered = event.entered_at.astimezone(UTC) if event.entered_at else None
    lines.append(
        "entered    "
        + (f"{entered:%Y-%m-%d %H:%M} UTC" if entered else "unknown: entered with hindsight")
    )
    lines += ["", "day 0"]
    lines += [f"  {c:<6} {found['day0']}  {found['why']}" for c, found in facts["day0"].items()]
    lines += ["", "sources"]
    for source in event.sources:
        lines.append(f"  {source.publisher}: {source.title}")
        extra = [f"published {source.published_on}"] if source.published_on else []
        extra += [f"says {source.says_on}"] if source.says_on else []
        extra += [f"says USD {source.says_amount_usd:,.0f}"] if source.says_amount_usd else []
        if extra:
            lines.append(f"    {', '.join(extra)}")
        if source.url:
            lines.append(f"    {source.url}")
    lines += ["", "overlapping events"]
    lines += [
        f"  {row['sessions']:+d} sessions  {row['event_id']}  ({', '.join(row['symbols'])})"
        for row in facts["overlapping"]
    ] or ["  none within five sessions"]
    lines += ["", "reactions"]
    lines += [_reaction(row) for row in facts["reactions"]] or [
        "  not studied yet: watchlist daily, then watchlist study"
    ]
    return "\n".join(lines)


def _reaction(row: dict[str, Any]) -> str:
    def percent(value: float | None) -> str:
        return "      -" if value is None else f"{100 * value:+6.1f}%"

    window = f"[{row['first_day']},{row['last_day']}]"
    p = "-" if row["t_p"] is None else f"{row['t_p']:.3f}"
    return (
        f"  {row['symbol']:<6} {window:<8} return {percent(row['ret'])}  "
        f"CAR {percent(row['car'])}  p {p}  ({row['study']})"
    )


def findings(project: Project) -> tuple[pl.DataFrame, int]:
    """Every finding of the check, and how many are errors; unreadable tables are errors too."""
    import polars as pl

    from watchlist.calendar import sessions
    from watchlist.catalog.checking import Finding, check_events
    from watchlist.catalog.loading import assemble, parse_catalog

    parsed = parse_catalog(project)
    listed = [Finding("error", "file", p.table or "-", str(p)) for p in parsed.problems]
    today = SystemClock().now().date()
    catalog = assemble(parsed, ())
    days = [event.announced_on for event in catalog.events] + [today]
    home = sessions([HOME], min(days) - timedelta(days=10), max(days) + timedelta(days=20))
    listed += check_events(catalog, {HOME: home}, today)
    schema = {name: pl.String() for name in ("severity", "check", "event_id", "message")}
    frame = pl.DataFrame([vars(finding) for finding in listed], schema=schema)
    return frame, sum(finding.severity == "error" for finding in listed)


def remarks(project: Project, event_ids: set[str]) -> list[str]:
    """The findings about some events, in words."""
    frame, _ = findings(project)
    return [
        f"{row['event_id']}: {row['message']}"
        for row in frame.iter_rows(named=True)
        if row["event_id"] in event_ids
    ]
