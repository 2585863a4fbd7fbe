"""SEC EDGAR: filings of the catalogue's companies that may announce a deal.

`acceptanceDateTime` ends in Z and is yet New York time for about a fifth of the filers. The
`<ACCEPTANCE-DATETIME>` of the filing's own header is always New York time, so only that is used;
where the header cannot be had, the time stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from watchlist.catalog.candidate import Candidate, usual_timing
from watchlist.catalog.models import visible
from watchlist.errors import PermanentSourceError
from watchlist.feeds.scoring import WEIGHTS, score
from watchlist.feeds.web import Web, as_day

if TYPE_CHECKING:
    from watchlist.catalog import Catalog, Security

DATA_URL = "https://data.sec.gov"
ARCHIVES_URL = "https://www.sec.gov/Archives/edgar/data"
SEARCH_URL = "https://efts.sec.gov/LATEST/search-index"
PER_SECOND = 8.0
"""The SEC allows ten requests a second."""

ITEMS = WEIGHTS["items"]
FORMS = ("8-K", "8-K/A", "6-K", "6-K/A")

_HEADER_TIME = re.compile(rb"<ACCEPTANCE-DATETIME>\s*(\d{14})")
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")


@dataclass(frozen=True)
class Filing:
    """One filing, as the list of submissions gives it."""

    cik: str
    accession: str
    form: str
    filed_on: date
    reported_on: date | None
    """The day of the event by the filing."""
    items: tuple[str, ...]
    description: str

    @property
    def folder(self) -> str:
        """Its place under `ARCHIVES_URL`."""
        return f"{int(self.cik)}/{self.accession.replace('-', '')}"


def candidates(
    web: Web,
    catalog: Catalog,
    since: date,
    *,
    data_url: str = DATA_URL,
    archives_url: str = ARCHIVES_URL,
    step: Callable[[int, int, str], None] | None = None,
) -> list[Candidate]:
    """Filings from `since` on of every security with a CIK, with the telling items.

    Raises
    ------
    SourceError
        As `Web.get`.
    """
    companies = [security for security in catalog.securities if security.cik]
    made: list[Candidate] = []
    for done, security in enumerate(companies):
        if step is not None:
            step(done, len(companies), security.symbol)
        for filing in submissions(web, security.cik or "", since, data_url):
            if filing.form in FORMS and (
                filing.form.startswith("6-K") or any(item in ITEMS for item in filing.items)
            ):
                accepted = accepted_at(web, filing, archives_url)
                made.append(
                    _candidate(filing, security, security.name, accepted, archives_url, catalog)
                )
    return sorted(made, key=lambda c: (-c.score, c.candidate_id))


def submissions(web: Web, cik: str, since: date, url: str = DATA_URL) -> Iterator[Filing]:
    """A company's filings from `since` on; older pages are asked for only where they reach in."""
    answer = web.get_json(f"{url}/submissions/CIK{cik}.json")
    filings = answer.get("filings") or {}
    yield from _rows(filings.get("recent") or {}, cik, since)
    for older in filings.get("files") or []:
        if str(older.get("filingTo", "")) >= since.isoformat() and _safe_name(older.get("name")):
            page = web.get_json(f"{url}/submissions/{older['name']}")
            yield from _rows(page, cik, since)


def accepted_at(web: Web, filing: Filing, url: str = ARCHIVES_URL) -> datetime | None:
    """When EDGAR took the filing, New York wall time; None where its header cannot be had."""
    try:
        header = web.get(f"{url}/{filing.folder}/{filing.accession}.hdr.sgml")
    except PermanentSourceError:
        return None
    found = _HEADER_TIME.search(header[:20_000])
    if found is None:
        return None
    try:
        return datetime.strptime(found.group(1).decode(), "%Y%m%d%H%M%S")
    except ValueError:
        return None


def search_candidates(
    web: Web,
    catalog: Catalog,
    words: str,
    since: date,
    until: date,
    *,
    search_url: str = SEARCH_URL,
    archives_url: str = ARCHIVES_URL,
) -> list[Candidate]:
    """Filings of any company whose text has the words, such as `Department of War`.

    Raises
    ------
    SourceError
        As `Web.get`.
    """
    known = {security.cik: security for security in catalog.securities if security.cik}
    made = []
    for filing, name in full_text_search(web, words, since, until, search_url):
        security = known.get(filing.cik)
        accepted = accepted_at(web, filing, archives_url)
        plain = _candidate(filing, security, name, accepted, archives_url, catalog)
        made.append(replace(plain, title=f"{plain.title} ({words})", matched=(words, filing.form)))
    return sorted(made, key=lambda c: (-c.score, c.candidate_id))


def full_text_search(
    web: Web, words: str, since: date, until: date, url: str = SEARCH_URL
) -> list[tuple[Filing, str]]:
    """8-K and 6-K filings whose text has the words, newest first, each with its company's name.

    The service answers one hit for each document of a filing; here each filing comes once.
    """
    params = [
        ("q", f'"{words}"'),
        ("forms", "8-K,6-K"),
        ("dateRange", "custom"),
        ("startdt", since.isoformat()),
        ("enddt", until.isoformat()),
    ]
    answer = web.get_json(url, params)
    found: dict[str, tuple[Filing, str]] = {}
    for hit in (answer.get("hits") or {}).get("hits") or []:
        told = hit.get("_source") or {}
        accession = str(hit.get("_id", "")).partition(":")[0]
        ciks, filed = told.get("ciks") or [], as_day(told.get("file_date"))
        if not _ACCESSION.fullmatch(accession) or not ciks or filed is None:
            continue
        names = told.get("display_names") or ["a company"]
        filing = Filing(
            cik=str(ciks[0]).zfill(10),
            accession=accession,
            form=str(told.get("form") or told.get("file_type") or "8-K"),
            filed_on=filed,
            reported_on=as_day(told.get("period_ending")),
            items=tuple(told.get("items") or ()),
            description="",
        )
        found[accession] = (filing, visible(str(names[0])).partition("  (")[0])
    return sorted(found.values(), key=lambda row: (row[0].filed_on, row[0].accession), reverse=True)


def _rows(columns: dict[str, Any], cik: str, since: date) -> Iterator[Filing]:
    """Filings out of parallel arrays; arrays of unequal length would pair wrong values."""
    if not columns:
        return
    needed = [columns.get(name) for name in ("accessionNumber", "form", "filingDate")]
    lengths = {len(values) if isinstance(values, list) else -1 for values in needed}
    if len(lengths) != 1 or -1 in lengths:
        raise PermanentSourceError(f"EDGAR: the filing list of CIK {cik} is not in step")
    blank = [""] * lengths.pop()
    extra = [columns.get(name) or [] for name in ("reportDate", "items", "primaryDocDescription")]
    extra = [values if len(values) == len(blank) else blank for values in extra]
    for accession, form, filed, reported, items, description in zip(*needed, *extra, strict=True):
        if _ACCESSION.fullmatch(str(accession)) and str(filed) >= since.isoformat():
            yield Filing(
                cik=cik,
                accession=str(accession),
                form=str(form),
                filed_on=date.fromisoformat(str(filed)),
                reported_on=date.fromisoformat(reported) if reported else None,
                items=tuple(item for item in str(items or "").split(",") if item),
                description=str(description or ""),
            )


def _candidate(
    filing: Filing,
    security: Security | None,
    name: str,
    accepted: datetime | None,
    archives_url: str,
    catalog: Catalog,
) -> Candidate:
    known = {item: ITEMS[item] for item in filing.items if item in ITEMS}
    told = ", ".join(f"{item} {what['means']}" for item, what in known.items())
    title = f"{name} files Form {filing.form}" + (f": {told}" if told else "")
    bonus = sum(what["weight"] for what in known.values())
    bonus = bonus if known else WEIGHTS["words"]["foreign_filing"]
    found = score("", f"{name} {filing.description}", catalog.securities, bonus)
    best = max(known.values(), key=lambda what: what["weight"], default=None)
    at = accepted.time() if accepted else None
    on = accepted.date() if accepted else filing.filed_on
    note = (
        f"filed at {at:%H:%M:%S} New York time; a press release may have come before"
        if at
        else "the filing's header could not be fetched, so the hour is unknown"
    )
    if filing.reported_on and filing.reported_on != on:
        note += f"; the filing gives {filing.reported_on} as the day of the event"
    return Candidate(
        candidate_id=f"edgar:{filing.accession}",
        source="edgar",
        title=title,
        announced_on=on,
        announced_time=at,
        timing=usual_timing(at),
        timing_basis="inferred" if accepted else "unknown",
        score=found.value,
        published_on=filing.filed_on,
        url=f"{archives_url}/{filing.folder}/{filing.accession}-index.htm",
        matched=(filing.form, *known),
        symbols=(security.symbol,) if security else found.symbols,
        category=best["category"] if best else "company",
        note=note,
        raw={
            "accession": filing.accession,
            "form": filing.form,
            "items": list(filing.items),
            "cik": filing.cik,
        },
    )


def _safe_name(name: object) -> bool:
    """A page's file name, and nothing that leads elsewhere."""
    return isinstance(name, str) and re.fullmatch(r"CIK[\w\-]+\.json", name) is not None
