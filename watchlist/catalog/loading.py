"""Reading the packaged TOML and the user's own, with errors that name the place and the remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from watchlist.catalog.models import Catalog, Event, EventSource, Holding, Security, Table
from watchlist.config import load_config
from watchlist.errors import CatalogError, ConfigError, nearest
from watchlist.project import Project

PACKAGED = Path(__file__).parent
MAX_FILE_BYTES = 20_000_000
"""A catalogue is kilobytes; more than this is not one."""
MAX_SHOWN = 10

Kind = Literal["securities", "events"]
"""The TOML array of tables that a file holds."""
MODELS: Mapping[Kind, tuple[type[Table], str]] = {
    "securities": (Security, "symbol"),
    "events": (Event, "event_id"),
}
"""Its model, and the field that names a table."""


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

    def read_folder(self, folder: Path) -> None:
        """Add the folder's `securities.toml` and `events.toml`, where they exist."""
        for kind in MODELS:
            if (folder / f"{kind}.toml").is_file():
                self.read_file(folder / f"{kind}.toml", kind)

    def read_file(self, path: Path, kind: Kind) -> list[str]:
        """Add a file's tables by their key; the keys that it holds, in its order."""
        model, key = MODELS[kind]
        into: dict[str, Any] = self.events if kind == "events" else self.securities
        file = str(path) if path.parent != PACKAGED else f"packaged {path.name}"
        seen: dict[str, int] = {}
        for index, (table, line) in enumerate(self._tables(path, file, kind)):
            given = table.get(key) if isinstance(table, dict) else None
            label = f"{kind}[{index}]" + (f" ({given})" if isinstance(given, str) else "")
            try:
                item = model.model_validate(table)
            except ValidationError as error:
                texts = [explain_error(e, model) for e in error.errors(include_url=False)]
                self.problems += [Problem(file, line, label, text) for text in texts]
                continue
            value = getattr(item, key)
            if value in seen:
                text = f"{key} = {value!r} already stands at {kind}[{seen[value]}]"
                self.problems.append(Problem(file, line, label, text))
                continue
            seen[value] = index
            into[value] = item
            self.places[value] = (file, line)
        return list(seen)

    def _tables(self, path: Path, file: str, kind: Kind) -> Iterator[tuple[Any, int | None]]:
        """The raw tables of a file, each with its line; what is wrong goes to `problems`."""
        try:
            text = _text(path)
            raw = tomllib.loads(text)
        except CatalogError as error:
            self.problems.append(Problem(file, None, "", error.message))
            return
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            self.problems.append(Problem(file, None, "", f"not valid TOML: {error}"))
            return
        for other in sorted(set(raw) - {kind}):
            told = f"{other}: no such table; this file holds [[{kind}]]"
            self.problems.append(Problem(file, None, "", told))
        tables = raw.get(kind, [])
        if not isinstance(tables, list):
            told = f"{kind} must be written as [[{kind}]], once for each"
            self.problems.append(Problem(file, None, kind, told))
            return
        lines: list[int | None] = [
            number
            for number, line in enumerate(text.splitlines(), 1)
            if re.match(rf"\s*\[\[\s*{kind}\s*\]\]", line)
        ]
        known = lines if len(lines) == len(tables) else [None] * len(tables)
        yield from zip(tables, known, strict=True)

    def check_references(self) -> None:
        """Every symbol that a table names must be in the catalogue, every holding's event too."""
        for security in self.securities.values():
            for name in ("market", "sector_factor", "successor"):
                self._must_be(security.symbol, name, getattr(security, name), self.securities)
            for holding in security.holdings:
                self._must_be(security.symbol, "holdings.event_id", holding.event_id, self.events)
        for event in self.events.values():
            for target in event.targets:
                self._must_be(event.event_id, target.relation, target.symbol, self.securities)

    def _must_be(
        self, key: str, name: str, value: str | None, known: Mapping[str, Event | Security]
    ) -> None:
        """Note a problem where the table `key` names what is not known."""
        if value is None or value in known:
            return
        kind = "securities" if key in self.securities else "events"
        lack = "is no event" if known is self.events else "is not in the catalogue"
        text = f"{name} = {value!r} {lack}; {nearest(value, list(known))}"
        self.problems.append(Problem(*self.places[key], f"{kind} ({key})", text))

    def must_be_right(self) -> None:
        """Raise one `CatalogError` for all problems, the first ones in full."""
        if not self.problems:
            return
        lines = [str(problem) for problem in self.problems[:MAX_SHOWN]]
        if len(self.problems) > MAX_SHOWN:
            lines.append(f"… and {len(self.problems) - MAX_SHOWN} more")
        raise CatalogError("\n  ".join(lines), "see them all with: watchlist events check")


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
    parsed = parse_catalog(project.root)
    parsed.must_be_right()
    return assemble(parsed, load_config(project).symbols)


def packaged_catalog() -> Catalog:
    """The catalogue that ships with the package, without any project's own."""
    parsed = parse_catalog()
    parsed.must_be_right()
    return assemble(parsed, ())


def parse_catalog(folder: Path | None = None) -> Parsed:
    """The packaged tables and a folder's over them; no bad table raises."""
    parsed = Parsed()
    parsed.read_folder(PACKAGED)
    if folder is not None:
        parsed.read_folder(folder)
    parsed.check_references()
    return parsed


def assemble(parsed: Parsed, watchlist: tuple[str, ...]) -> Catalog:
    """The catalogue, with the roles that a configured watchlist gives.

    Raises
    ------
    ConfigError
        The watchlist names a symbol that is not there.
    """
    securities = list(parsed.securities.values())
    watchlist = tuple(dict.fromkeys(watchlist))
    for symbol in watchlist:
        if symbol not in parsed.securities:
            raise ConfigError(
                f"symbols: {symbol!r} is not in the catalogue; "
                f"{nearest(symbol, list(parsed.securities))}",
                "or describe it in the project's securities.toml",
            )
    if watchlist:
        chosen = [parsed.securities[s].model_copy(update={"role": "watchlist"}) for s in watchlist]
        others = [
            s.model_copy(update={"role": "peer"}) if s.role == "watchlist" else s
            for s in securities
            if s.symbol not in watchlist
        ]
        securities = chosen + others
    events = sorted(parsed.events.values(), key=lambda e: (e.announced_on, *_hour(e), e.event_id))
    return Catalog(securities=tuple(securities), events=tuple(events))


def _hour(event: Event) -> tuple[int, str]:
    """For the order within a day: the part of the day, then the time where it is known."""
    order = ("non-trading-day", "pre-market", "intraday", "unknown", "after-close")
    return order.index(event.timing), str(event.announced_time or "")


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise CatalogError(f"{size:,} bytes; a catalogue may have {MAX_FILE_BYTES:,}")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        told = f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}"
        raise CatalogError(told) from None


def valid_event(fields: Mapping[str, Any], subject: str, hint: str | None = None) -> Event:
    """An event from its fields.

    Raises
    ------
    CatalogError
        In the name of `subject`: every field that is missing or wrong, with what would be right.
    """
    try:
        return Event.model_validate(fields)
    except ValidationError as error:
        told = "; ".join(explain_error(entry, Event) for entry in error.errors())
        raise CatalogError(f"{subject}: {told}", hint) from None


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
    nested: dict[str, type[Table]] = {"holdings": Holding, "sources": EventSource}
    for part in loc[:-1]:
        if isinstance(part, str) and part in nested:
            return nested[part]
    return model
