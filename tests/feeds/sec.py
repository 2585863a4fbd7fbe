"""An EDGAR that answers in the form of the recorded samples: parallel arrays, headers, refusals."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass

from tests.loopback.server import Reply, Request


@dataclass(frozen=True)
class Row:
    """One filing of a company."""

    accession: str
    form: str
    filed: str
    reported: str
    accepted_z: str
    """As the list of submissions gives it: with a Z that may lie."""
    header: str | None
    """`<ACCEPTANCE-DATETIME>` of the header, always New York; None where there is no header."""
    items: str = ""


class Edgar:
    """Serves submissions, headers and the full-text search; refuses a client without a name."""

    def __init__(self, filings: dict[str, list[Row]], *, packed: bool = True) -> None:
        self.filings = filings
        self.packed = packed

    def __call__(self, request: Request) -> Reply:
        if "@" not in request.headers.get("user-agent", ""):
            return Reply("Undeclared automated tool", status=403, content_type="text/html")
        if match := re.fullmatch(r"/submissions/CIK(\d{10})\.json", request.path):
            return self._submissions(match.group(1))
        if match := re.fullmatch(r"/(\d+)/(\d{18})/([\d-]+)\.hdr\.sgml", request.path):
            return self._header(match.group(3))
        if request.path == "/search-index":
            return self._search()
        return Reply("<html>404</html>", status=404, content_type="text/html")

    def _submissions(self, cik: str) -> Reply:
        rows = self.filings.get(cik, [])
        recent = {
            "accessionNumber": [r.accession for r in rows],
            "filingDate": [r.filed for r in rows],
            "reportDate": [r.reported for r in rows],
            "acceptanceDateTime": [r.accepted_z for r in rows],
            "form": [r.form for r in rows],
            "items": [r.items for r in rows],
            "primaryDocument": ["a.htm" for _ in rows],
            "primaryDocDescription": ["CURRENT REPORT" for _ in rows],
        }
        body = json.dumps({"cik": cik, "filings": {"recent": recent, "files": []}}).encode()
        if self.packed:
            return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})
        return Reply(body)

    def _header(self, accession: str) -> Reply:
        for rows in self.filings.values():
            for row in rows:
                if row.accession == accession and row.header is not None:
                    return Reply(
                        f"<SEC-HEADER>\n<ACCEPTANCE-DATETIME>{row.header}\n<TYPE>{row.form}\n",
                        content_type="text/plain",
                    )
        return Reply("<html>404</html>", status=404, content_type="text/html")

    def _search(self) -> Reply:
        """One hit for each document of a filing, as the real service does."""
        hits = [
            {
                "_id": f"{row.accession}:{name}",
                "_source": {
                    "adsh": row.accession,
                    "ciks": [cik],
                    "display_names": [f"Company {int(cik)}  (ABC)  (CIK {cik})"],
                    "file_date": row.filed,
                    "file_type": row.form if name == "a.htm" else "EX-99.1",
                    "form": row.form,
                },
            }
            for cik, rows in self.filings.items()
            for row in rows
            for name in ("a.htm", "ex99-1.htm", "ex10-1.htm")
        ]
        return Reply(json.dumps({"hits": {"total": {"value": len(hits)}, "hits": hits}}))
