"""Events as cards: fresh, running and ahead; when each became public and whom it reaches."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from watchlist.report import format as fmt
from watchlist.report.facts import Facts, Row, group

FRESH_SESSIONS = 3
"""An event is fresh on day 0 and the two sessions after it."""

RUNNING_SESSIONS = 20
"""Then its drift is followed to the end of the longest window."""

TIMELINE = timedelta(days=365)
"""A daily page charts the events of a year and those ahead; the index has all."""

_TIMING = {
    "pre-market": "before the open",
    "intraday": "during the session",
    "after-close": "after the close",
    "non-trading-day": "with the exchange closed",
    "unknown": "at an unknown time",
}
_BASIS = {
    "reported": "time as reported",
    "inferred": "time inferred",
    "calendar": "the hour does not matter: the exchange was closed",
    "unknown": "time not known",
}
_NEW_YORK = ZoneInfo("America/New_York")
_UTC = ZoneInfo("UTC")


def cards(facts: Facts) -> list[Row]:
    """Every event known by the as-of session, newest first."""
    targets = group(facts.event_targets, "event_id")
    sources = group(facts.event_sources, "event_id")
    place = {session: n for n, session in enumerate(facts.sessions())}
    return [
        _card(facts, row, targets.get(row["event_id"], []), sources.get(row["event_id"], []), place)
        for row in facts.events
    ]


def sort_out(all_cards: list[Row]) -> dict[str, list[Row]]:
    """The cards that a daily page shows, by how old they are."""
    return {
        "fresh": [c for c in all_cards if c["phase"] == "fresh"],
        "running": [c for c in all_cards if c["phase"] == "running"],
        "ahead": sorted(
            (c for c in all_cards if c["phase"] == "ahead"), key=lambda c: (c["on"], c["event_id"])
        ),
    }


def timeline(all_cards: list[Row], as_of: date) -> list[Row]:
    """The events of the last year and those ahead, newest first, as the timeline draws them."""
    since = (as_of - TIMELINE).isoformat()
    drawn = ("event_id", "title", "on", "category", "direction", "certainty", "status")
    return [{name: card[name] for name in drawn} for card in all_cards if card["on"] >= since]


def web_address(url: str | None) -> str | None:
    """The address if a browser may follow it (http or https), else None."""
    if url is None:
        return None
    cleaned = url.strip()
    return cleaned if cleaned.lower().startswith(("http://", "https://")) else None


def when(row: Row) -> str:
    """When an event became public, in words, in New York and UTC where the time is known."""
    text = fmt.day(row["announced_on"], weekday=True)
    if row["timing"] != "unknown" or row["status"] == "happened":
        text += f", {_TIMING[row['timing']]}"
    time = row["announced_time"]
    if time is None:
        return text
    moment = datetime.combine(row["announced_on"], time, _NEW_YORK)
    utc = moment.astimezone(_UTC)
    shift = "" if utc.date() == row["announced_on"] else f" on {fmt.day(utc.date(), year=False)}"
    return f"{text} ({moment:%H:%M} New York, {utc:%H:%M} UTC{shift})"


def _card(
    facts: Facts, row: Row, targets: list[Row], sources: list[Row], place: dict[date, int]
) -> dict[str, Any]:
    day0 = row["day0"]
    return {
        "event_id": row["event_id"],
        "title": row["title"],
        "summary": row["summary"],
        "category": row["category"],
        "direction": row["direction"],
        "certainty": row["certainty"],
        "status": row["status"],
        "on": row["announced_on"].isoformat(),
        "when": when(row),
        "basis": _BASIS[row["timing_basis"]],
        "timing": row["timing"],
        "day0": None if day0 is None else day0.isoformat(),
        "day0_why": row["day0_why"],
        "age": _age(facts, day0, place),
        "phase": _phase(facts, row, place),
        "actors": row["actors"],
        "minerals": row["minerals"],
        "amount_usd": row["amount_usd"],
        "chain": row["chain"],
        "chain_stage": row["chain_stage"],
        # what came of it is not known before its day
        "outcome": row["outcome"] if row["announced_on"] <= facts.as_of else None,
        "note": row["note"],
        "targets": [{k: t[k] for k in ("symbol", "relation", "direction")} for t in targets],
        "sources": [
            {
                "title": s["title"],
                "publisher": s["publisher"],
                "url": web_address(s["url"]),
                "published_on": None
                if s["published_on"] is None
                else s["published_on"].isoformat(),
            }
            for s in sources
        ],
    }


def _age(facts: Facts, day0: date | None, place: dict[date, int]) -> int | None:
    """Sessions from day 0 to the as-of session; negative while day 0 is to come."""
    if day0 is None or day0 not in place or facts.as_of not in place:
        return None
    return place[facts.as_of] - place[day0]


def _phase(facts: Facts, row: Row, place: dict[date, int]) -> str:
    if row["announced_on"] > facts.as_of:
        return "ahead"
    age = _age(facts, row["day0"], place)
    if age is None:
        return "past"
    if age < FRESH_SESSIONS:
        return "fresh"
    return "running" if age <= RUNNING_SESSIONS else "past"
