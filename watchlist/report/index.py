"""The archive's front door: every report, event and symbol, searchable; and a feed of headlines."""

from __future__ import annotations

import json
from typing import Any

from watchlist.report.facts import Row
from watchlist.report.files import safe_name

FEED_ITEMS = 50

_OF_EVENT = (
    "event_id",
    "title",
    "on",
    "category",
    "direction",
    "certainty",
    "status",
    "phase",
)


def digest(context: dict[str, Any]) -> Row:
    """What the index keeps of a daily twin."""
    return {
        "as_of": context["as_of"],
        "title": context["title"],
        "level": context["data"]["level"],
        "headlines": [h["text"] for h in context["headlines"]],
        "symbols": [row["symbol"] for row in context["watchlist"]],
        "simulated": context["simulated"],
    }


def index_context(
    digests: list[Row], events: list[Row], symbols: list[Row], *, version: str
) -> dict[str, Any]:
    """The index page; `digests` of daily twins, cards of events, rows of the store's symbols."""
    newest = sorted(digests, key=lambda d: d["as_of"], reverse=True)
    return {
        "schema": "watchlist.index/1",
        "version": version,
        "kind": "index",
        "simulated": any(d["simulated"] for d in digests),
        "as_of": newest[0]["as_of"] if newest else None,
        "title": "The Watchlist, all reports",
        "reports": newest,
        "events": [
            {k: c[k] for k in _OF_EVENT}
            | {
                "symbols": [t["symbol"] for t in c["targets"]],
                "publishers": [s["publisher"] for s in c["sources"]],
            }
            for c in events
        ],
        "symbols": [{k: s[k] for k in ("symbol", "name", "role")} for s in symbols],
    }


def feed(digests: list[Row], *, base_url: str) -> str:
    """JSON Feed 1.1 of the newest reports; without a base URL its links are relative."""
    base = base_url if not base_url or base_url.endswith("/") else base_url + "/"
    newest = sorted(digests, key=lambda d: d["as_of"], reverse=True)[:FEED_ITEMS]
    simulated = any(d["simulated"] for d in newest)
    title = "The Watchlist" + (" (SIMULATED prices)" if simulated else "")
    items = [
        {
            "id": f"{base}daily/{d['as_of']}.html",
            "url": f"{base}daily/{d['as_of']}.html",
            "title": ("SIMULATED: " if d["simulated"] else "") + d["headlines"][0],
            "content_text": "\n\n".join(d["headlines"]),
            "date_published": f"{d['as_of']}T21:00:00Z",
            "tags": d["symbols"],
        }
        for d in newest
    ]
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "language": "en",
        "items": items,
    }
    if base:
        document["home_page_url"] = f"{base}index.html"
        document["feed_url"] = f"{base}feed.json"
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def event_file(event_id: str) -> str:
    """Where an event's page lies in the reports folder."""
    return f"events/{safe_name(event_id)}.html"


def symbol_file(symbol: str) -> str:
    """Where a symbol's page lies in the reports folder."""
    return f"symbols/{safe_name(symbol)}.html"
