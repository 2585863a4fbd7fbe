"""The archive's front door: every report, event and symbol, searchable; and a feed of headlines."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from watchlist.report.events import EventCard
from watchlist.report.rows import Certainty, Direction, PageHead, Phase, Role, Status, pick

if TYPE_CHECKING:
    from watchlist.report.facts import Facts

FEED_ITEMS = 50


class Digest(TypedDict):
    """What the index keeps of a daily page."""

    as_of: date
    title: str
    level: Literal["ok", "attention", "bad"]
    headlines: Annotated[list[str], Field(min_length=1)]
    symbols: list[str]
    simulated: bool


class IndexEvent(TypedDict):
    """An event of the list."""

    event_id: str
    title: str
    on: date
    category: str
    direction: Direction
    certainty: Certainty
    status: Status
    phase: Phase
    symbols: list[str]
    publishers: list[str]


class IndexSymbol(TypedDict):
    """A symbol of the list."""

    symbol: str
    name: str
    role: Role


class IndexPage(PageHead):
    """The JSON twin of index.html. Returns and everything made of them are fractions.

    A field may be added within version 1; none is removed or changes its meaning.
    """

    schema: Literal["watchlist.index/1"]
    kind: Literal["index"]
    as_of: date | None
    """Session of the newest report."""
    reports: list[Digest]
    """The newest first."""
    events: list[IndexEvent]
    symbols: list[IndexSymbol]


def digest(daily: dict[str, Any]) -> Digest:
    """What the index keeps of a daily twin."""
    return {
        "as_of": date.fromisoformat(daily["as_of"]),
        "title": daily["title"],
        "level": daily["data"]["level"],
        "headlines": [headline["text"] for headline in daily["headlines"]],
        "symbols": [row["symbol"] for row in daily["watchlist"]],
        "simulated": daily["simulated"],
    }


def index_page(
    digests: list[Digest], facts: Facts, cards: list[EventCard], *, version: str
) -> IndexPage:
    """The index page of the reports in the archive."""
    newest = sorted(digests, key=lambda d: d["as_of"], reverse=True)
    return {
        "schema": "watchlist.index/1",
        "version": version,
        "kind": "index",
        "simulated": any(d["simulated"] for d in digests),
        "as_of": newest[0]["as_of"] if newest else None,
        "title": "The Watchlist, all reports",
        "reports": newest,
        "events": [_event(card) for card in cards],
        "symbols": [pick(IndexSymbol, row) for row in facts.securities],
    }


def _event(card: EventCard) -> IndexEvent:
    symbols = [target["symbol"] for target in card["targets"]]
    publishers = [source["publisher"] for source in card["sources"]]
    return pick(IndexEvent, card, symbols=symbols, publishers=publishers)


def feed(digests: list[Digest], *, base_url: str) -> str:
    """JSON Feed 1.1 of the newest reports; without a base URL its links are relative."""
    base = base_url if not base_url or base_url.endswith("/") else base_url + "/"
    newest = sorted(digests, key=lambda d: d["as_of"], reverse=True)[:FEED_ITEMS]
    simulated = any(d["simulated"] for d in newest)
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Watchlist" + (" (SIMULATED prices)" if simulated else ""),
        "language": "en",
        "items": [
            {
                "id": f"{base}daily/{d['as_of']}.html",
                "url": f"{base}daily/{d['as_of']}.html",
                "title": ("SIMULATED: " if d["simulated"] else "") + d["headlines"][0],
                "content_text": "\n\n".join(d["headlines"]),
                "date_published": f"{d['as_of']}T21:00:00Z",
                "tags": d["symbols"],
            }
            for d in newest
        ],
    }
    if base:
        document |= {"home_page_url": f"{base}index.html", "feed_url": f"{base}feed.json"}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
