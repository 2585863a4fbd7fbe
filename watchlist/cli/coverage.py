"""`watchlist coverage read`: what texts say, held against the event list."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchlist.cli import console, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.cli.options import ProjectDir, Simulated, one_of, open_project, parse_date
from watchlist.disk import trouble
from watchlist.errors import ConfigError, WatchlistError

if TYPE_CHECKING:
    from watchlist.catalog import Catalog
    from watchlist.coverage.document import Document
    from watchlist.coverage.lexicon import Mention
    from watchlist.coverage.reading import Reading

ENDINGS = (".txt", ".md", ".html", ".htm", ".xhtml")


app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="Read texts against the event list.")
app.add_typer(group, name="coverage")


@group.command(epilog="Example: watchlist coverage read article.html --date 2026-02-03")
def read(
    places: Annotated[
        list[str],
        typer.Argument(metavar="FILE|DIR|-", help="Text or HTML; a folder; - for stdin."),
    ],
    written_on: Annotated[
        date | None,
        typer.Option("--date", metavar="DATE", parser=parse_date, help="The text's own date."),
    ] = None,
    keep_text: Annotated[
        bool, typer.Option("--keep-text", help="Store the text too, not only what it says.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what is found and store nothing.")
    ] = False,
    style: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="F",
            callback=one_of("--format", ("text", "json")),
            help="text or json.",
        ),
    ] = "text",
    simulated: Simulated = False,
    project: ProjectDir = None,
) -> None:
    """Find companies, dates, amounts and claims; link events; propose; report contradictions.

    No network and no language model. What is proposed waits in `watchlist events candidates`.
    """
    from watchlist.catalog import load_catalog

    found, _ = open_project(project, simulated=simulated)
    catalog = load_catalog(found)
    readings, failed = _read_all(places, written_on, catalog)
    if readings and not dry_run:
        _store(found, readings, keep_text)
    if style == "json":
        told = [_as_data(reading) for reading in readings]
        output.write(json.dumps(told, ensure_ascii=False, indent=1, default=str))
    else:
        output.write("\n\n".join(_as_text(reading, catalog) for reading in readings) or "")
    if failed:
        raise typer.Exit(ExitCode.PARTIAL if readings else ExitCode.USAGE)


def _read_all(
    places: list[str], written_on: date | None, catalog: Catalog
) -> tuple[list[Reading], int]:
    """The readings, and how many texts were refused; each refusal is told."""
    from watchlist.coverage.reading import read

    files = _files(places)
    readings: list[Reading] = []
    failed = 0
    with console.progress("read") as step:
        for done, file in enumerate(files):
            step(done, len(files), str(file))
            try:
                readings.append(read(_document(file, written_on), catalog))
            except (WatchlistError, OSError) as error:
                told = error if isinstance(error, WatchlistError) else trouble(error)
                if told is None:
                    raise
                failed += 1
                console.fail(told)
    return readings, failed


def _files(places: list[str]) -> list[Path | None]:
    """The files to read, those of a folder by name; None is standard input."""
    found: list[Path | None] = []
    for place in places:
        path = Path(place)
        if place == "-":
            found.append(None)
        elif path.is_dir():
            inside = sorted(
                p for p in path.iterdir() if p.suffix.lower() in ENDINGS and p.is_file()
            )
            if not inside:
                raise ConfigError(f"{place}: no text in it", f"files end in {', '.join(ENDINGS)}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigError(f"{place}: no such file or folder")
    return found


def _document(file: Path | None, written_on: date | None) -> Document:
    from watchlist.coverage.document import MAX_BYTES, read_document

    if file is None:
        return read_document(sys.stdin.buffer.read(MAX_BYTES + 1), "stdin", written_on)
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise ConfigError(
            f"{file}: {size:,} bytes; an article has at most {MAX_BYTES:,}",
            "give the article alone",
        )
    return read_document(file.read_bytes(), file.name, written_on)


def _store(project: Any, readings: list[Reading], keep_text: bool) -> None:
    from watchlist.clock import SystemClock
    from watchlist.feeds import tables
    from watchlist.store import open_build

    clock = SystemClock()
    with open_build(project, clock) as build:
        now = clock.now()
        for reading in readings:
            tables.save_reading(build.con, reading, now, keep_text=keep_text)
        proposals = [p for reading in readings for p in reading.proposals]
        saved = tables.save_candidates(build.con, proposals, now)
        build.publish()
    if saved.new:
        console.say(f"{saved.new} proposed: watchlist events candidates")


def _as_data(reading: Reading) -> dict[str, Any]:
    document = reading.document
    return {
        "document_id": document.document_id,
        "source": document.source,
        "title": document.title,
        "dated_on": document.dated_on,
        "date_basis": document.date_basis,
        "events": [
            {
                "event_id": link.event_id,
                "weight": round(link.weight, 2),
                "why": list(link.why),
                "evidence": link.sentence.text,
                "first_char": link.sentence.first,
                "last_char": link.sentence.last,
            }
            for link in reading.links
        ],
        "mentions": [vars(mention) for mention in reading.mentions],
        "contradictions": [vars(found) for found in reading.contradictions],
        "proposals": [
            {
                "candidate_id": p.candidate_id,
                "title": p.title,
                "announced_on": p.announced_on,
                "category": p.category,
                "symbols": list(p.symbols),
                "score": p.score,
            }
            for p in reading.proposals
        ],
    }


def _as_text(reading: Reading, catalog: Catalog) -> str:
    document = reading.document
    basis = {
        "given": "as given",
        "found": "found in the page",
        "content": "by the events that it speaks of",
        "unknown": "",
    }[document.date_basis]
    when = f"{document.dated_on}, {basis}" if document.dated_on else "date not known"
    lines = [document.title or document.source, f"  {document.source} · {when}"]
    for kind, heading in (("company", "companies"), ("amount", "amounts"), ("date", "dates")):
        counts = Counter(_value(m) for m in reading.mentions if m.kind == kind)
        if counts:
            told = ", ".join(f"{v} ×{n}" if n > 1 else v for v, n in counts.most_common())
            lines.append(f"  {heading}: {told}")
    lines.append("  events")
    lines += [
        f"    {catalog.event(event_id).announced_on}  {event_id}: {catalog.event(event_id).title}"
        for event_id in reading.event_ids
    ] or ["    none of the event list"]
    if reading.contradictions:
        lines.append("  contradicted")
    for found in reading.contradictions:
        lines += [
            f"    {found.claim}",
            f"      but {found.event_id}: {found.fact}",
            f"      “{_cut(document.text[found.first_char : found.last_char])}”",
        ]
    if reading.proposals:
        lines.append("  proposed")
    lines += [f"    {p.candidate_id}  {p.title}" for p in reading.proposals]
    return "\n".join(lines)


def _value(mention: Mention) -> str:
    """A sum in millions or billions, anything else as it is."""
    if mention.kind != "amount" or mention.number is None or "/" in (mention.unit or "/"):
        return mention.value
    for scale, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if mention.number >= scale:
            return f"{mention.unit} {mention.number / scale:.4g} {word}"
    return f"{mention.unit} {mention.number:,.0f}"


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 120 else plain[:119] + "…"
