"""A Federal Register that answers in the form of the recorded samples, with its traps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.loopback.server import Reply, Request
from watchlist.feeds.federal_register import FIELDS

MOST_PAGED = 2000


def document(number: str, title: str, **more: Any) -> dict[str, Any]:
    """One result with every field that the search gives."""
    return {
        "abstract": None,
        "agencies": [{"name": "Executive Office of the President", "slug": "executive-office"}],
        "citation": "90 FR 13673",
        "docket_ids": [],
        "document_number": number,
        "executive_order_number": None,
        "excerpts": 'words about <span class="match">critical minerals</span> in context',
        "html_url": f"https://www.federalregister.gov/documents/{number}/a-title",
        "proclamation_number": None,
        "publication_date": "2025-03-25",
        "signing_date": None,
        "subtype": None,
        "title": title,
        "type": "Notice",
        **more,
    }


EO_14241 = document(
    "2025-05212",
    "Immediate Measures To Increase American Mineral Production",
    executive_order_number="14241",
    html_url="https://www.federalregister.gov/documents/2025/03/25/2025-05212/immediate-measures-to-increase-american-mineral-production",
    signing_date="2025-03-20",
    subtype="Executive Order",
    type="Presidential Document",
)


class FederalRegister:
    """Filters by publication date, pages, and fails as the real one does."""

    def __init__(
        self,
        documents: Iterable[dict[str, Any]],
        inspected: Iterable[dict[str, Any]] = (),
    ) -> None:
        self.documents = list(documents)
        self.inspected = list(inspected)

    def __call__(self, request: Request) -> Reply:
        if request.path == "/public-inspection-documents/current.json":
            body = {"count": len(self.inspected), "results": self.inspected}
            return Reply(json.dumps(body))
        if request.path != "/documents.json":
            return Reply("<html>404</html>", status=404, content_type="text/html")
        if request.query["fields[]"] not in FIELDS:
            return Reply(json.dumps({"errors": {"fields": "is not valid"}}), status=400)
        first = request.query["conditions[publication_date][gte]"]
        last = request.query["conditions[publication_date][lte]"]
        hits = [d for d in self.documents if first <= d["publication_date"] <= last]
        if not hits:
            return Reply(json.dumps({"description": "nothing", "count": 0}))
        size, page = int(request.query["per_page"]), int(request.query["page"])
        rows = hits[(page - 1) * size : page * size] if page * size <= MOST_PAGED else []
        body = {
            "description": "Documents matching",
            "count": min(len(hits), 10_000),
            "total_pages": -(-len(hits) // size),
            "results": rows,
        }
        return Reply(json.dumps(body))
