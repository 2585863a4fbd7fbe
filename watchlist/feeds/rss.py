"""RSS and Atom pages that the user lists: agencies' press releases."""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from watchlist.calendar import NEW_YORK
from watchlist.catalog.candidate import Candidate, short_hash, usual_timing
from watchlist.errors import PermanentSourceError
from watchlist.feeds.scoring import WORTH_SHOWING, score
from watchlist.feeds.web import Web, as_link, as_text

if TYPE_CHECKING:
    from watchlist.catalog import Catalog

MOST_ENTRIES = 500


def candidates(web: Web, catalog: Catalog, since: date, urls: tuple[str, ...]) -> list[Candidate]:
    """Entries dated from `since` on (or undated) that score enough.

    Raises
    ------
    SourceError
        As `Web.get`; `PermanentSourceError` where an address gives no feed.
    """
    made: dict[str, Candidate] = {}
    for url in urls:
        for entry in _entries(web.get(url), url):
            candidate = _candidate(entry, url, catalog)
            recent = candidate.announced_on is None or candidate.announced_on >= since
            if recent and candidate.score >= WORTH_SHOWING:
                made[candidate.candidate_id] = candidate
    return sorted(made.values(), key=lambda c: (-c.score, c.candidate_id))


def _entries(body: bytes, url: str) -> list[Any]:
    import feedparser

    found = feedparser.parse(body, sanitize_html=True, resolve_relative_uris=False)
    if not found.entries and (found.bozo or not found.version):
        raise PermanentSourceError(f"{url}: neither RSS nor Atom")
    return list(found.entries)[:MOST_ENTRIES]


def _candidate(entry: Any, url: str, catalog: Catalog) -> Candidate:
    title = as_text(entry.get("title")) or "untitled"
    text = as_text(entry.get("summary"))
    found = score(title, text, catalog.securities)
    moment = _moment(entry)
    link = entry.get("link")
    # a feed that knows only the day writes midnight, which is no hour
    exact = moment is not None and (moment.hour, moment.minute, moment.second) != (0, 0, 0)
    there = moment.astimezone(NEW_YORK) if moment else None
    on = (there if exact else moment) if moment else None
    return Candidate(
        candidate_id=f"rss:{short_hash(str(entry.get('id') or link or title))}",
        source="rss",
        title=title[:300],
        announced_on=on.date() if on else None,
        announced_time=there.time() if there and exact else None,
        timing=usual_timing(there.time() if there and exact else None),
        timing_basis="inferred" if exact else "unknown",
        score=found.value,
        published_on=on.date() if on else None,
        url=as_link(link),
        matched=found.matched,
        symbols=found.symbols,
        category=found.category,
        note=f"the time is that of the entry in {url}" if exact else "the feed gives no hour",
        raw={"feed": url, "summary": text[:2000]},
    )


def _moment(entry: Any) -> datetime | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (OverflowError, ValueError):
        return None
