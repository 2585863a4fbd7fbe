"""Who is watched and what happened: securities and dated, sourced policy events."""

from watchlist.catalog.loading import load_catalog, packaged_catalog
from watchlist.catalog.models import Catalog, Event, EventSource, Holding, Security, Target

__all__ = [
    "Catalog",
    "Event",
    "EventSource",
    "Holding",
    "Security",
    "Target",
    "load_catalog",
    "packaged_catalog",
]
