"""Yahoo on this machine, in a process of its own: the simulated market answers at once.

Prints its address and serves until its standard input ends.
"""

from __future__ import annotations

import sys

from tests.loopback import YahooServer
from watchlist.catalog import packaged_catalog
from watchlist.clock import SystemClock
from watchlist.sources.simulated import SimulatedSource

TIME_ZONES = {
    "XNYS": "America/New_York",
    "XTSE": "America/Toronto",
    "XASX": "Australia/Sydney",
    "XKRX": "Asia/Seoul",
    "XLON": "Europe/London",
    "XTKS": "Asia/Tokyo",
    "XHKG": "Asia/Hong_Kong",
}
"""By calendar, as Yahoo names them."""


def packaged_market() -> YahooServer:
    """Bars of every security that the packaged watchlist pulls, under its name at Yahoo."""
    catalog = packaged_catalog()
    source = SimulatedSource(catalog, SystemClock())
    server = YahooServer()
    for security in catalog.securities:
        if security.pulled:
            name = security.source_symbol("yahoo")
            server.market[name] = source.fetch(security, None, None).bars
            server.currency[name] = security.currency
            server.time_zone[name] = TIME_ZONES[security.calendar]
    return server


if __name__ == "__main__":
    with packaged_market() as running:
        print(running.url, flush=True)
        sys.stdin.read()
