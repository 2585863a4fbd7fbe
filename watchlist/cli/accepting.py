"""Accepting a candidate: the event into the project's `events.toml`, the decision to the store."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchlist.cli import console, output
from watchlist.errors import CatalogError, nearest

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Event
    from watchlist.clock import Clock
    from watchlist.project import Project


def accept_candidate(
    project: Project, candidate_id: str, changes: list[str], into: str | None, clock: Clock
) -> None:
    """Write the event first, then mark the candidate: a failure between leaves it open."""
    from watchlist.catalog import load_catalog
    from watchlist.catalog.candidate import known_event, with_source
    from watchlist.catalog.writing import put_events
    from watchlist.cli.events_show import remarks
    from watchlist.feeds import tables
    from watchlist.store import open_build

    catalog = load_catalog(project)
    with open_build(project, clock) as build:
        candidate = tables.find_candidate(build.con, candidate_id)
        if candidate["state"] == "accepted":
            raise CatalogError(f"{candidate_id} was accepted already, as {candidate['event_id']}")
        known = _named(catalog, into) if into else known_event(catalog, candidate)
        if known is not None:
            event = with_source(known, candidate)
            if changes:
                raise CatalogError(
                    f"{candidate_id} is the known event {known.event_id}, so --set says nothing",
                    f"change it with: watchlist events edit-free {known.event_id} --set …",
                )
        else:
            event = _new_event(candidate, changes, catalog, clock.now())
        if known is None or event is not known:
            merged = put_events(project, [event])
            output.write(str(merged.path))
        else:
            console.say(f"{event.event_id} has this source already; nothing to write")
        tables.decide_candidate(build.con, candidate_id, "accepted", clock.now(), event.event_id)
        build.publish()
    console.say(f"accepted: {candidate_id} as {event.event_id}")
    for remark in remarks(project, {event.event_id}):
        console.warn(remark)
    _tell_day_zero(event)


def _named(catalog: Catalog, event_id: str) -> Event:
    try:
        return catalog.event(event_id)
    except KeyError:
        ids = [event.event_id for event in catalog.events]
        raise CatalogError(
            f"--as {event_id}: no such event; {nearest(event_id, ids[-30:])}"
        ) from None


def _new_event(
    candidate: dict[str, Any], changes: list[str], catalog: Catalog, now: datetime
) -> Event:
    from watchlist.calendar import sessions
    from watchlist.catalog.candidate import event_from
    from watchlist.catalog.writing import toml_value

    fields: dict[str, Any] = {"entered_at": now.replace(microsecond=0)}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise CatalogError(f"--set {change}: no '='", "write it as --set category=loan")
        fields[name.strip()] = toml_value(value)
    on = fields.get("announced_on") or candidate["announced_on"]
    around = (on - timedelta(days=10), on + timedelta(days=10)) if on else None
    home = sessions(["XNYS"], *around) if around else sessions([], date.min, date.min)
    event = event_from(candidate, fields, home)
    if event.event_id in {known.event_id for known in catalog.events}:
        raise CatalogError(
            f"event_id {event.event_id!r} is taken", "give another: --set event_id=…"
        )
    return event


def _tell_day_zero(event: Event) -> None:
    from watchlist.calendar import day_zero
    from watchlist.cli.events_show import home_sessions

    found = day_zero(event, home_sessions([event]))
    console.say(f"day 0 {found.session}: {found.why}")
