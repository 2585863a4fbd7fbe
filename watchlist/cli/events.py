"""`watchlist events`: the chronology, its sources and checks, and changes to your own events."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchlist.cli import candidates, console, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.cli.options import FrameFormat, ProjectDir, one_of, open_project, parse_date
from watchlist.errors import ConfigError, StoreError, nearest

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Event
    from watchlist.catalog.writing import Merged
    from watchlist.project import Project

HOME = "XNYS"
OVERLAP = 5
"""Sessions within which two events of one target overlap."""

Since = Annotated[
    date | None,
    typer.Option("--since", metavar="DATE", parser=parse_date, help="Announced on it or later."),
]
Until = Annotated[
    date | None,
    typer.Option("--until", metavar="DATE", parser=parse_date, help="Announced on it or before."),
]
EventId = Annotated[str, typer.Argument(metavar="ID")]

app = typer.Typer()
events = typer.Typer(no_args_is_help=True, help="Dated policy events with their sources.")
app.add_typer(events, name="events")
candidates.add_to(events)


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

    def chosen(self, catalog: Catalog) -> list[Event]:
        """The events that pass every filter, oldest first.

        Raises
        ------
        ConfigError
            A filter names a category, symbol, mineral, certainty or chain that nothing has.
        """
        every = catalog.events
        asked: list[tuple[str, str | None, set[str]]] = [
            ("symbol", self.symbol, set(catalog.symbols)),
            ("mineral", self.mineral, {m for event in every for m in event.minerals}),
            ("chain", self.chain, {event.chain for event in every if event.chain}),
            ("certainty", self.certainty, {"confirmed", "single-source", "unconfirmed"}),
            *(("category", c, {str(event.category) for event in every}) for c in self.categories),
        ]
        for name, value, known in asked:
            if value is not None and value not in known:
                hint = nearest(value, sorted(known))
                raise ConfigError(f"--{name} {value}: no event has it; {hint}")
        return [event for event in every if self._passes(event)]

    def _passes(self, event: Event) -> bool:
        return (
            (self.since is None or event.announced_on >= self.since)
            and (self.until is None or event.announced_on <= self.until)
            and (not self.categories or event.category in self.categories)
            and (self.mineral is None or self.mineral in event.minerals)
            and (self.symbol is None or self.symbol in event.named + event.exposed)
            and (self.certainty is None or event.certainty == self.certainty)
            and (self.chain is None or event.chain == self.chain)
        )


@events.command("list", epilog="Example: watchlist events list --symbol MP --since 2025-07-01")
def list_(
    since: Since = None,
    until: Until = None,
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="C", help="May be repeated.")
    ] = None,
    mineral: Annotated[
        str | None, typer.Option("--mineral", metavar="M", help="Such as lithium.")
    ] = None,
    symbol: Annotated[
        str | None, typer.Option("--symbol", metavar="S", help="Named or exposed.")
    ] = None,
    certainty: Annotated[
        str | None,
        typer.Option(metavar="C", help="confirmed, single-source or unconfirmed."),
    ] = None,
    chain: Annotated[
        str | None, typer.Option(metavar="NAME", help="Events that are one story.")
    ] = None,
    style: FrameFormat = "table",
    project: ProjectDir = None,
) -> None:
    """The events, oldest first, with the session that could react first."""
    import polars as pl

    from watchlist.calendar import day_zero, sessions_around
    from watchlist.catalog import load_catalog

    filters = Filters(since, until, tuple(category or ()), mineral, symbol, certainty, chain)
    chosen = filters.chosen(load_catalog(open_project(project)[0]))
    schema: dict[str, Any] = dict.fromkeys(
        ("event_id", "announced_on", "timing", "day0", "category", "direction", "certainty",
         "named", "title"),
        pl.String(),
    )  # fmt: skip
    schema |= {"announced_on": pl.Date(), "day0": pl.Date()}
    home = sessions_around(HOME, [event.announced_on for event in chosen])
    rows = [
        event.model_dump(include=set(schema))
        | {"day0": day_zero(event, home).session, "named": ",".join(event.named)}
        for event in chosen
    ]
    output.write_frame(pl.DataFrame(rows, schema=schema), style)
    if not rows:
        console.say("no event fits; see all with: watchlist events list")


@events.command(epilog="Example: watchlist events show lac-reuters-stake-2025")
def show(
    event_id: EventId,
    style: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="F",
            callback=one_of("--format", ("text", "json", "toml")),
            help="text, json or toml.",
        ),
    ] = "text",
    project: ProjectDir = None,
) -> None:
    """One event: sources, timing and why, day 0 per exchange, targets, overlaps, reactions."""
    from watchlist.catalog import load_catalog

    place, _ = open_project(project)
    catalog = load_catalog(place)
    event = catalog.event(event_id)
    if style == "toml":
        from watchlist.catalog.writing import event_document

        output.write(event_document(event))
        return
    facts = event.model_dump(exclude={"phrases"}) | {
        "day0": _day_zeros(catalog, event),
        "overlapping": _overlapping(catalog, event),
        "reactions": _reactions(place, event),
    }
    if style == "json":
        output.write(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
    else:
        output.write(_as_text(event, facts))


@events.command(epilog="Example: watchlist events check")
def check(style: FrameFormat = "table", project: ProjectDir = None) -> None:
    """Look for missing sources, dates that disagree, duplicates, passed deadlines."""
    import polars as pl

    from watchlist.catalog.checking import check_project
    from watchlist.clock import SystemClock

    found = check_project(open_project(project)[0], SystemClock().now().date())
    if not found:
        console.say("nothing to remark")
        return
    output.write_frame(pl.DataFrame([vars(finding) for finding in found]), style)
    counts = Counter(finding.severity for finding in found)
    console.say(", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in counts.most_common()))
    if counts["error"]:
        raise typer.Exit(ExitCode.USAGE)


@events.command(epilog="Example: watchlist events timeline --since 2025-01-01 --out events.html")
def timeline(
    since: Since = None,
    until: Until = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="[default: timeline.html in the reports' folder]"),
    ] = None,
    project: ProjectDir = None,
) -> None:
    """Draw the events by category with their sources on hover; prints the page's path."""
    from watchlist.catalog import load_catalog
    from watchlist.report.site import write_timeline

    place, _ = open_project(project)
    chosen = Filters(since, until).chosen(load_catalog(place))
    if not chosen:
        raise ConfigError("no event lies between these dates", "see: watchlist events list")
    output.write(str(write_timeline(place, chosen, out)))


@events.command(epilog="Example: watchlist events add new-events.toml")
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML with [[events]] tables.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over events of the same id.")
    ] = False,
    project: ProjectDir = None,
) -> None:
    """Check the events of a file and merge them into the project's events.toml."""
    from watchlist.catalog.writing import add_file
    from watchlist.clock import SystemClock

    place, _ = open_project(project)
    _tell_merged(place, add_file(place, file, SystemClock().now(), replace=replace))


@events.command(
    "edit-free",
    epilog="Example: watchlist events edit-free tmq-loi-deadline-2026 "
    "--set outcome='closed on 2026-05-29'",
)
def edit_free(
    event_id: EventId,
    changes: Annotated[
        list[str],
        typer.Option("--set", metavar="FIELD=VALUE", help="May be repeated; empty clears."),
    ],
    project: ProjectDir = None,
) -> None:
    """Change fields of an event without an editor; the project's events.toml keeps its form."""
    from watchlist.catalog import load_catalog
    from watchlist.catalog.writing import change_event, put_events

    place, _ = open_project(project)
    event = change_event(load_catalog(place).event(event_id), changes)
    _tell_merged(place, put_events(place, [event]))


def _tell_merged(place: Project, merged: Merged) -> None:
    for word in ("added", "replaced", "unchanged"):
        if ids := getattr(merged, word):
            console.say(f"{word}: {', '.join(ids)}")
    output.write(str(merged.path))
    candidates.tell_findings(place, {*merged.added, *merged.replaced})


def _day_zeros(catalog: Catalog, event: Event) -> dict[str, dict[str, Any]]:
    """Day 0 and why, by exchange: New York's, then those of the targets."""
    from watchlist.calendar import day_zero, sessions_around

    abroad = {catalog.security(target.symbol).calendar for target in event.targets} - {HOME}
    found = {
        calendar: day_zero(event, sessions_around(calendar, [event.announced_on]))
        for calendar in (HOME, *sorted(abroad))
    }
    return {calendar: {"day0": day.session, "why": day.why} for calendar, day in found.items()}


def _overlapping(catalog: Catalog, event: Event) -> list[dict[str, Any]]:
    """Other events of the same targets with day 0 at most five sessions apart."""
    from watchlist.calendar import day_zero, sessions_around

    near = [
        other
        for other in catalog.events
        if abs((other.announced_on - event.announced_on).days) <= 3 * OVERLAP
    ]
    home = sessions_around(HOME, [other.announced_on for other in near])
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
    from watchlist import catalog, store

    query = (Path(catalog.__file__).parent / "reactions.sql").read_text(encoding="utf-8")
    try:
        con = store.connect(project)
    except StoreError:
        return []
    with con:
        found: list[dict[str, Any]] = (
            con.sql(query, params={"event_id": event.event_id}).pl().to_dicts()
        )
    return found


def _as_text(event: Event, facts: dict[str, Any]) -> str:
    lines = [event.title, f"  {event.event_id}"]
    if event.summary:
        lines += ["", event.summary]
    known = f", known since {event.known_on}" if event.known_on else ""
    told = {
        "category": f"{event.category}, {event.direction}",
        "certainty": f"{event.certainty}, {event.status}{known}",
        "timing": f"{event.timing} (basis: {event.timing_basis})",
        "outcome": event.outcome,
        "chain": f"{event.chain}: {event.chain_stage}" if event.chain else None,
        "amount": None if event.amount_usd is None else f"USD {event.amount_usd:,.0f}",
        **{name: ", ".join(facts[name]) for name in ("actors", "minerals", "named", "exposed")},
        "note": event.note,
    }
    lines += ["", *(f"{name:<10} {text}" for name, text in told.items() if text)]
    lines += ["", "day 0"]
    lines += [f"  {c:<6} {found['day0']}  {found['why']}" for c, found in facts["day0"].items()]
    lines += ["", "sources"]
    for source in event.sources:
        says = {
            "published": source.published_on,
            "says": source.says_on,
            "says USD": source.says_amount_usd and f"{source.says_amount_usd:,.0f}",
        }
        extra = ", ".join(f"{word} {value}" for word, value in says.items() if value)
        lines.append(f"  {source.publisher}: {source.title}")
        lines += [f"    {line}" for line in (extra, source.url) if line]
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
    ret, car = (
        "      -" if row[name] is None else f"{100 * row[name]:+6.1f}%" for name in ("ret", "car")
    )
    window = f"[{row['first_day']},{row['last_day']}]"
    p = "-" if row["t_p"] is None else f"{row['t_p']:.3f}"
    return f"  {row['symbol']:<6} {window:<8} return {ret}  CAR {car}  p {p}  ({row['study']})"
