"""RSS and Atom: dates with their zones, undated entries, hostile titles and links."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.loopback.clock import FakeClock
from tests.loopback.server import Loopback, Reply
from watchlist.catalog import packaged_catalog
from watchlist.errors import PermanentSourceError
from watchlist.feeds import rss
from watchlist.feeds.web import Web

pytestmark = pytest.mark.network
CATALOG = packaged_catalog()


def ask(xml: str, since: date = date(2026, 1, 1)) -> list:
    reply = Reply(xml, content_type="application/rss+xml")
    with Loopback(lambda request: reply) as server, Web(FakeClock()) as web:
        return rss.candidates(web, CATALOG, since, (f"{server.url}/feed",))


def feed(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'


def item(title: str, when: str | None = None, link: str = "https://agency.example/1") -> str:
    date_tag = f"<pubDate>{when}</pubDate>" if when else ""
    return f"<item><title>{title}</title><link>{link}</link>{date_tag}<guid>{title}</guid></item>"


def test_an_entry_becomes_a_candidate_in_new_york_time() -> None:
    (found,) = ask(
        feed(
            item(
                "Department announces rare earths stockpile and loan to MP Materials",
                "Mon, 02 Feb 2026 22:30:00 GMT",
            )
        )
    )
    assert found.announced_on == date(2026, 2, 2)
    assert found.announced_time == time(17, 30)
    assert (found.timing, found.timing_basis) == ("after-close", "inferred")
    assert found.symbols == ("MP",)
    assert found.url == "https://agency.example/1"


def test_midnight_is_a_day_without_an_hour() -> None:
    (found,) = ask(feed(item("Critical minerals stockpile", "Mon, 02 Feb 2026 00:00:00 GMT")))
    assert found.announced_on == date(2026, 2, 2)
    assert (found.announced_time, found.timing) == (None, "unknown")


def test_atom_is_read_too() -> None:
    atom = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry>'
        "<title>Price floors for critical minerals</title><id>a1</id>"
        '<link href="https://agency.example/2"/><updated>2026-02-03T09:00:00-05:00</updated>'
        "</entry></feed>"
    )
    (found,) = ask(atom)
    assert found.announced_time == time(9, 0)
    assert found.timing == "pre-market"


def test_an_undated_entry_is_kept_and_an_old_one_is_not() -> None:
    found = ask(
        feed(
            item("Critical minerals list"),
            item("Rare earths and critical minerals", "Mon, 03 Feb 2025 10:00:00 GMT"),
        )
    )
    assert [c.announced_on for c in found] == [None]


def test_what_has_nothing_to_do_with_minerals_is_left() -> None:
    assert ask(feed(item("Secretary opens a playground", "Mon, 02 Feb 2026 10:00:00 GMT"))) == []


def test_code_in_titles_and_links_is_made_harmless() -> None:
    (found,) = ask(
        feed(
            item(
                "Critical minerals &lt;script&gt;alert(1)&lt;/script&gt; stockpile",
                "Mon, 02 Feb 2026 10:00:00 GMT",
                "javascript:alert(1)",
            )
        )
    )
    assert "<" not in found.title
    assert found.url is None


def test_what_is_no_feed_is_refused() -> None:
    with pytest.raises(PermanentSourceError, match="neither RSS nor Atom"):
        ask("<html><body>Not a feed</body></html>")


def test_entities_that_multiply_are_not_unfolded() -> None:
    doubled = [f"&l{n - 1};&l{n - 1};" if n else "ha" for n in range(40)]
    laughs = "".join(f'<!ENTITY l{n} "{text}">' for n, text in enumerate(doubled))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE rss [{laughs}]>'
        + feed(item("Critical minerals &l39;"))[21:]
    )
    try:
        found = ask(bomb)
    except PermanentSourceError:
        return
    assert all(len(c.title) <= 300 for c in found)
