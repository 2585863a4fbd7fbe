"""Changing the project's own `events.toml`: its comments, order and layout stay as they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from watchlist.catalog.loading import Parsed, parse_catalog, valid_event
from watchlist.catalog.models import Event
from watchlist.disk import replacing
from watchlist.errors import CatalogError

if TYPE_CHECKING:
    from watchlist.project import Project

HEADER = "# Events of this project: they join the packaged ones, or replace them by event_id."


@dataclass(frozen=True)
class Merged:
    """What a merge did, by event id."""

    path: Path
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    """In the project's own file, or a packaged event that the file now overrides."""
    unchanged: tuple[str, ...]


def add_file(project: Project, source: Path, now: datetime, *, replace: bool = False) -> Merged:
    """Check the events of a TOML file and merge them into the project's `events.toml`.

    Nothing is written unless every event of the file is valid. An event that is new gets
    `entered_at = now`, unless the file gives one.

    Raises
    ------
    CatalogError
        The file is missing, holds no event, or one is wrong; or an id is taken by another event
        and `replace` was not asked for.
    """
    if not source.is_file():
        raise CatalogError(f"{source}: no such file", "give a TOML file with [[events]] tables")
    parsed = parse_catalog(project.root)
    parsed.must_be_right()
    known = dict(parsed.events)
    ids = _read_checked(parsed, source)
    tables = {str(table["event_id"]): table for table in _tables(_document(source), source)}
    taken = [i for i in ids if i in known and not _same(parsed.events[i], known[i])]
    if taken and not replace:
        raise CatalogError(
            f"{source}: {', '.join(taken)} is already in the catalogue, and says something else",
            "give another event_id, or replace it with --replace",
        )
    unchanged = tuple(i for i in tables if i in known and i not in taken)
    now = now.replace(microsecond=0)
    for event_id, table in tables.items():
        entered = known[event_id].entered_at if event_id in known else now
        if entered is not None and "entered_at" not in table:
            table.add("entered_at", entered)
    return _merge(project, {i: tables[i] for i in tables if i not in unchanged}, known, unchanged)


def _same(given: Event, known: Event) -> bool:
    """Whether a file says of a known event what is known; when it entered need not be said."""
    if given.entered_at is None:
        known = known.model_copy(update={"entered_at": None})
    return given == known


def put_events(project: Project, events: Iterable[Event]) -> Merged:
    """Write events into the project's `events.toml`, over those of the same id.

    Raises
    ------
    CatalogError
        The file is not valid as it stands.
    """
    parsed = parse_catalog(project.root)
    parsed.must_be_right()
    return _merge(project, {e.event_id: event_table(e) for e in events}, parsed.events, ())


def change_event(event: Event, changes: Iterable[str]) -> Event:
    """The event with fields set from `FIELD=VALUE` texts; an empty value clears the field.

    Values are read as TOML where they are TOML (dates, numbers, lists), else as plain text.

    Raises
    ------
    CatalogError
        A text without `=`, or a field or value that an event cannot have.
    """
    changed = changed_fields(changes)
    if "event_id" in changed:
        raise CatalogError("--set event_id: an event keeps its id", "add it as a new event")
    fields = event.model_dump(exclude_none=True) | changed
    known = {name: value for name, value in fields.items() if value is not None}
    return valid_event(known, event.event_id)


def changed_fields(changes: Iterable[str]) -> dict[str, Any]:
    """The fields that `FIELD=VALUE` texts set; None for an empty value.

    Raises
    ------
    CatalogError
        A text without `=`.
    """
    fields: dict[str, Any] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise CatalogError(f"--set {change}: no '='", "write it as --set outcome='closed'")
        fields[name.strip()] = _toml_value(value) if value.strip() else None
    return fields


def _toml_value(text: str) -> Any:
    """A TOML value, or the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()


def event_document(event: Event) -> str:
    """The event as a file of events has it."""
    document, listed = tomlkit.document(), tomlkit.aot()
    listed.append(event_table(event))
    document.add("events", listed)
    return tomlkit.dumps(document)


def event_table(event: Event) -> Table:
    """The event as a TOML table, in the order of the packaged file; what is None is left out."""
    table = tomlkit.table()
    for name, value in event.model_dump(exclude_defaults=True).items():
        if name == "sources":
            continue
        table.add(name, _as_toml(value))
    sources = tomlkit.array().multiline(True)
    for source in event.sources:
        inline = tomlkit.inline_table()
        inline.update(source.model_dump(exclude_none=True))
        sources.append(inline)
    table.add("sources", sources)
    return table


def _as_toml(value: Any) -> Any:
    """A field as a file would have it: a list, an inline table, an amount without its ".0"."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read_checked(parsed: Parsed, source: Path) -> list[str]:
    ids = parsed.read_file(source, "events")
    if not parsed.problems:
        parsed.check_references()
    parsed.must_be_right()
    if not ids:
        raise CatalogError(
            f"{source}: no [[events]] table", "an example: watchlist events show mp-dod-2025"
        )
    return ids


def _document(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: not valid TOML: {error}") from None


def _merge(
    project: Project,
    tables: dict[str, Table],
    known: dict[str, Event],
    unchanged: tuple[str, ...],
) -> Merged:
    path = project.own("events.toml")
    document = _document(path) if path.is_file() else tomlkit.document()
    if not path.is_file():
        document.add(tomlkit.comment(HEADER.removeprefix("# ")))
        document.add(tomlkit.nl())
    listed = _tables(document, path)
    own = {str(table.get("event_id")): table for table in listed}
    for event_id, table in tables.items():
        if event_id in own:
            _update(own[event_id], table)
            continue
        if len(listed) and not listed[-1].as_string().endswith("\n\n"):
            listed[-1].add(tomlkit.nl())
        listed.append(table)
    if tables:
        _write_whole(path, tomlkit.dumps(document))
    return Merged(
        path=path,
        added=tuple(i for i in tables if i not in known),
        replaced=tuple(i for i in tables if i in known),
        unchanged=unchanged,
    )


def _tables(document: tomlkit.TOMLDocument, path: Path) -> AoT:
    listed = document.get("events")
    if listed is None:
        listed = tomlkit.aot()
        document.add("events", listed)
    if not isinstance(listed, AoT):
        raise CatalogError(f"{path}: events must be written as [[events]], once for each")
    return listed


def _update(table: Table, new: Table) -> None:
    """Make `table` say what `new` says; fields that agree keep their comments."""
    for name in [name for name in table if name not in new]:
        table.remove(name)
    for name, value in new.items():
        if name not in table or table[name] != value:
            table[name] = value


def _write_whole(path: Path, text: str) -> None:
    """Replace the file at once, after proving that the catalogue with it can be read again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as new:
        new.write_text(text, encoding="utf-8")
        parsed = parse_catalog(path.parent)
        parsed.read_file(new, "events")
        parsed.check_references()
        # the file that was tried is gone, and had the lines of the one that is meant
        tried = [problem for problem in parsed.problems if problem.file == str(new)]
        parsed.problems = [replace(p, file=str(path)) for p in tried] or parsed.problems
        parsed.must_be_right()
