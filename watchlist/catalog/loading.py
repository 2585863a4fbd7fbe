"""Reading the packaged TOML and the user's own, with errors that name the place and the remedy."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from watchlist.catalog.models import Catalog, Event, Holding, Security, Table
from watchlist.catalog.models import EventSource as Source
from watchlist.config import load_config
from watchlist.errors import CatalogError, ConfigError, nearest
from watchlist.project import Project

PACKAGED = Path(__file__).parent
MAX_FILE_BYTES = 20_000_000
"""A catalogue is kilobytes; more than this is not one."""
MAX_SHOWN = 10


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a catalogue file."""

    file: str
    line: int | None
    table: str
    """Such as `events[3] (mp-dod-2025)`."""
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.table}: {self.text}" if self.table else f"{place}: {self.text}"


@dataclass
class Parsed:
    """What could be read, by id, and what could not."""

    securities: dict[str, Security] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    places: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    """Where each event and security stands: file and line."""
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Kind:
    name: str
    """The TOML array of tables."""
    model: type[Table]
    key: str


_SECURITIES = _Kind("securities", Security, "symbol")
_EVENTS = _Kind("events", Event, "event_id")


def load_catalog(project: Project) -> Catalog:
    """The packaged catalogue with the project's own `securities.toml` and `events.toml` over it.

    A table of the project's with a known `symbol` or `event_id` replaces the packaged one whole.
    `symbols` in `watchlist.toml` says who is on the watchlist; the others become peers.

    Raises
    ------
    CatalogError
        A file is not TOML, a table has an unknown key or a wrong value, an id stands twice in a
        file, or a symbol is not in the catalogue. Names file, line, table, field and value.
    ConfigError
        `symbols` names a security that the catalogue lacks.
    """
    parsed = parse_catalog(project)
    if parsed.problems:
        raise catalog_error(parsed.problems)
    return assemble(parsed, load_config(project).symbols)


def packaged_catalog() -> Catalog:
    """The catalogue that ships with the package, without any project's own."""
    parsed = Parsed()
    read_files(parsed, PACKAGED)
    check_references(parsed)
    if parsed.problems:
        raise catalog_error(parsed.problems)
    return assemble(parsed, ())


def parse_catalog(project: Project) -> Parsed:
    """Everything that can be read and every problem, without raising for a bad table."""
    parsed = Parsed()
    read_files(parsed, PACKAGED)
    read_files(parsed, project.root)
    check_references(parsed)
    return parsed


def read_files(parsed: Parsed, folder: Path) -> None:
    """Add the folder's `securities.toml` and `events.toml`, where they exist."""
    _read(parsed, folder / "securities.toml", _SECURITIES, parsed.securities)
    _read(parsed, folder / "events.toml", _EVENTS, parsed.events)


def read_events(path: Path, parsed: Parsed) -> list[str]:
    """Add the events of one file; the ids that it holds, in its order."""
    before = dict(parsed.events)
    _read(parsed, path, _EVENTS, parsed.events)
    return [key for key, event in parsed.events.items() if before.get(key) is not event]


def assemble(parsed: Parsed, watchlist: tuple[str, ...]) -> Catalog:
    """The catalogue, with the roles that a configured watchlist gives.

    Raises
    ------
    ConfigError
        The watchlist names a symbol that is not there.
    """
    securities = list(parsed.securities.values())
    watchlist = tuple(dict.fromkeys(watchlist))
    if watchlist:
        known = list(parsed.securities)
        for symbol in watchlist:
            if symbol not in parsed.securities:
                raise ConfigError(
                    f"symbols: {symbol!r} is not in the catalogue; {nearest(symbol, known)}",
                    "or describe it in the project's securities.toml",
                )
        chosen = [parsed.securities[s].model_copy(update={"role": "watchlist"}) for s in watchlist]
        others = [
            s.model_copy(update={"role": "peer"}) if s.role == "watchlist" else s
            for s in securities
            if s.symbol not in watchlist
        ]
        securities = chosen + others
    events = sorted(
        parsed.events.values(),
        key=lambda e: (e.announced_on, *_hour(e), e.event_id),
    )
    return Catalog(securities=tuple(securities), events=tuple(events))


def _hour(event: Event) -> tuple[int, str]:
    """For the order within a day: the part of the day, then the time where it is known."""
    order = ("non-trading-day", "pre-market", "intraday", "unknown", "after-close")
    return order.index(event.timing), str(event.announced_time or "")


def check_references(parsed: Parsed) -> None:
    """Every symbol that a table names must be in the catalogue, every holding's event too."""
    symbols = list(parsed.securities)
    known = set(symbols)

    def unknown(key: str, kind: str, where: str, symbol: str) -> None:
        file, line = parsed.places[key]
        text = f"{where} = {symbol!r} is not in the catalogue; {nearest(symbol, symbols)}"
        parsed.problems.append(Problem(file, line, f"{kind} ({key})", text))

    for security in parsed.securities.values():
        for name in ("market", "sector_factor", "successor"):
            symbol = getattr(security, name)
            if symbol is not None and symbol not in known:
                unknown(security.symbol, "securities", name, symbol)
        for holding in security.holdings:
            if holding.event_id is not None and holding.event_id not in parsed.events:
                file, line = parsed.places[security.symbol]
                remedy = nearest(holding.event_id, list(parsed.events))
                text = f"holdings.event_id = {holding.event_id!r} is no event; {remedy}"
                problem = Problem(file, line, f"securities ({security.symbol})", text)
                parsed.problems.append(problem)
    for event in parsed.events.values():
        for target in event.targets:
            if target.symbol not in known:
                unknown(event.event_id, "events", target.relation, target.symbol)


def catalog_error(problems: list[Problem]) -> CatalogError:
    """One error for all problems, the first ones in full."""
    lines = [str(problem) for problem in problems[:MAX_SHOWN]]
    if len(problems) > MAX_SHOWN:
        lines.append(f"… and {len(problems) - MAX_SHOWN} more")
    return CatalogError("\n  ".join(lines), "see them all with: watchlist events check")


def _read(parsed: Parsed, path: Path, kind: _Kind, into: dict[str, Any]) -> None:
    """Add a file's tables to `into`, by their key; what is wrong goes to `problems`."""
    name, model, key = kind.name, kind.model, kind.key
    if not path.is_file():
        return
    file = str(path) if path.parent != PACKAGED else f"packaged {path.name}"

    def problem(text: str, table: str = "", line: int | None = None) -> None:
        parsed.problems.append(Problem(file, line, table, text))

    if path.stat().st_size > MAX_FILE_BYTES:
        problem(f"{path.stat().st_size:,} bytes; a catalogue may have {MAX_FILE_BYTES:,}")
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except UnicodeDecodeError as error:
        problem(f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}")
        return
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problem(f"not valid TOML: {error}")
        return
    for other in sorted(set(raw) - {name}):
        problem(f"{other}: no such table; this file holds [[{name}]]")
    tables = raw.get(name, [])
    if not isinstance(tables, list):
        problem(f"{name} must be written as [[{name}]], once for each", name)
        return
    lines = [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if re.match(rf"\s*\[\[\s*{name}\s*\]\]", line)
    ]
    seen: dict[str, int] = {}
    for index, table in enumerate(tables):
        line = lines[index] if len(lines) == len(tables) else None
        given = table.get(key) if isinstance(table, dict) else None
        label = f"{name}[{index}]" + (f" ({given})" if isinstance(given, str) else "")
        try:
            item = model.model_validate(table)
        except ValidationError as error:
            for entry in error.errors(include_url=False):
                problem(explain_error(entry, model), label, line)
            continue
        value = getattr(item, key)
        if value in seen:
            problem(f"{key} = {value!r} already stands at {name}[{seen[value]}]", label, line)
            continue
        seen[value] = index
        into[value] = item
        parsed.places[value] = (file, line)


def explain_error(entry: Any, model: type[Table]) -> str:
    """A pydantic error in our words: field, value, what would be right."""
    where = ".".join(str(part) for part in entry["loc"])
    value = entry["input"]
    shown = str(value) if isinstance(value, date) else repr(value)
    shown = shown if len(shown) <= 80 else shown[:77] + "…"
    kind = entry["type"]
    if kind == "extra_forbidden":
        owner = _owner(model, entry["loc"])
        return f"{where}: no such field; {nearest(str(entry['loc'][-1]), list(owner.model_fields))}"
    if kind == "missing":
        return f"{where} is missing"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", entry["ctx"]["expected"])
        listed = ", ".join(choices)
        guess = nearest(str(value), choices)
        hint = guess if guess.startswith("did you") else f"one of: {listed}"
        return f"{where} = {shown}: {hint}"
    if kind == "string_pattern_mismatch":
        return f"{where} = {shown}: {_PATTERNS.get(entry['loc'][-1], _pattern_hint(where))}"
    if kind == "value_error":
        message = str(entry["ctx"]["error"])
        return f"{where}: {message}" if where else message
    return f"{where} = {shown}: {entry['msg']}"


_PATTERNS = {
    "url": "only http:// and https:// addresses without spaces",
    "source_url": "only http:// and https:// addresses without spaces",
    "event_id": "small letters, digits and single hyphens, such as mp-dod-2025",
    "chain": "small letters, digits and single hyphens, such as lac-doe-stake",
    "currency": "three capital letters, such as USD",
    "cik": "ten digits, with leading zeros",
}


def _pattern_hint(where: str) -> str:
    if where.partition(".")[0] in {
        "named",
        "exposed",
        "directions",
        "symbol",
        "market",
        "sector_factor",
    }:
        return "a symbol in capitals as Yahoo writes it, such as MP or LYC.AX"
    return "not in the form expected"


def _owner(model: type[Table], loc: tuple[Any, ...]) -> type[Table]:
    """The model of the table that the last part of `loc` lies in."""
    nested: dict[str, type[Table]] = {"holdings": Holding, "sources": Source}
    for part in loc[:-1]:
        if isinstance(part, str) and part in nested:
            return nested[part]
    return model
