"""The catalogue of questions: `queries/*.sql`, packaged and the user's own, with their headers.

A header is comment lines at the top of the file:

    -- title: What moved on the last session
    -- why: The first look of the day.
    -- param: role VARCHAR = watchlist [watchlist | peer | factor]: Which symbols
    -- column: ret DOUBLE, fraction: Return since the session before
    -- example: --param role=peer

A parameter without `=` must be given; `= NULL` stands for "no restriction". A long line goes on
in the next one, indented: `--     …`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchlist.disk import replacing
from watchlist.errors import ConfigError, nearest
from watchlist.project import Project, packaged
from watchlist.sql.parameters import TYPES, typed

PARAM = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+(?:\[\])?)(?: = (?P<default>[^\[:]*?))?"
    r"(?: \[(?P<choices>[^\]]+)\])?: (?P<meaning>.+)"
)
COLUMN = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+(?:\[\])?)(?:, (?P<unit>[^:]+))?: (?P<meaning>.+)"
)
NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Parameter:
    """One `$name` of a query."""

    name: str
    type: str
    default: str | None
    """As written in the header; None: it must be given."""

    choices: tuple[str, ...]
    meaning: str

    def value(self, text: str) -> object:
        """A text as this parameter's type.

        Raises
        ------
        ConfigError
            Not of the type, or not one of the choices.
        """
        value = typed(self.name, text, self.type)
        if value is not None and self.choices:
            for part in value if isinstance(value, list) else [value]:
                if str(part) not in self.choices:
                    raise ConfigError(
                        f"--param {self.name}={text}: not one of the choices",
                        nearest(str(part), list(self.choices)),
                    )
        return value


@dataclass(frozen=True)
class ResultColumn:
    """One column that the query answers with."""

    name: str
    type: str
    unit: str | None
    meaning: str


@dataclass(frozen=True)
class Query:
    """One file of the catalogue."""

    name: str
    path: Path
    own: bool
    """From the user's project, not packaged."""

    title: str
    why: str
    parameters: tuple[Parameter, ...]
    columns: tuple[ResultColumn, ...]
    example: str
    """Arguments after `watchlist query run NAME`."""

    text: str
    """The whole file."""

    def values(self, given: Mapping[str, str]) -> dict[str, object]:
        """Typed values for all parameters: those given, defaults for the rest.

        Raises
        ------
        ConfigError
            An unknown name (with the nearest), one that must be given, a value of another type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                hint = nearest(name, list(known)) if known else "it has no parameters"
                raise ConfigError(f"query {self.name} has no parameter {name!r}", hint)
        values: dict[str, object] = {}
        for parameter in self.parameters:
            text = given.get(parameter.name, parameter.default)
            if text is None:
                raise ConfigError(
                    f"query {self.name} wants {parameter.name}: {parameter.meaning}",
                    f"watchlist query run {self.name} {self.example}".rstrip(),
                )
            values[parameter.name] = parameter.value(text)
        return values


def load(project: Project) -> dict[str, Query]:
    """All queries by name, in alphabetical order; a user's own replaces a packaged one.

    Raises
    ------
    ConfigError
        A header is wrong: names the file and the line; or a folder cannot be read.
    """
    found: dict[str, Query] = {}
    for folder, own in ((packaged("queries"), False), (project.own("queries"), True)):
        if own and folder.is_dir() and folder.samefile(packaged("queries")):
            continue
        for path in _files(folder):
            found[path.stem] = read(path, own=own)
    return dict(sorted(found.items()))


def _files(folder: Path) -> list[Path]:
    """The query files of a folder, if there is one; `glob` takes a forbidden one for empty."""
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ConfigError(
            f"{folder}: cannot be read: {error.strerror}",
            "give yourself the right to read that folder, or move it away",
        ) from None
    return sorted(folder.glob("*.sql"))


def find(project: Project, name: str) -> Query:
    """One query by name.

    Raises
    ------
    ConfigError
        No such query (with the nearest name), or its header is wrong.
    """
    queries = load(project)
    if name not in queries:
        raise ConfigError(
            f"there is no query {name!r}",
            f"{nearest(name, list(queries))}  (watchlist query list shows all)",
        )
    return queries[name]


def read(path: Path, *, own: bool = False) -> Query:
    """Read a query file.

    Raises
    ------
    ConfigError
        A header line that cannot be read, or one that is missing; or the file is no text.
    """
    text = read_text(path)
    fields: dict[str, list[tuple[int, str]]] = {}
    for number, key, value in _header(text):
        if key not in {"title", "why", "param", "column", "example"}:
            raise ConfigError(
                f"{path}:{number}: unknown header field {key!r}",
                nearest(key, ["title", "why", "param", "column", "example"]),
            )
        fields.setdefault(key, []).append((number, value))
    for key in ("title", "why"):
        if key not in fields:
            raise ConfigError(f"{path}: the header has no line `-- {key}: …`")
    return Query(
        name=path.stem,
        path=path,
        own=own,
        title=fields["title"][0][1],
        why=fields["why"][0][1],
        parameters=tuple(_parameter(path, *line) for line in fields.get("param", [])),
        columns=tuple(_column(path, *line) for line in fields.get("column", [])),
        example=fields.get("example", [(0, "")])[0][1],
        text=text,
    )


def read_text(path: Path) -> str:
    """A query file as text.

    Raises
    ------
    ConfigError
        It is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text", "save it as UTF-8") from None


def _header(text: str) -> list[tuple[int, str, str]]:
    lines: list[tuple[int, str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("--"):
            break
        if line.startswith("--   ") and lines:
            first, key, value = lines[-1]
            lines[-1] = (first, key, f"{value} {line[2:].strip()}".strip())
        elif found := re.fullmatch(r"-- (\w+):\s*(.*)", line):
            lines.append((number, found[1], found[2].strip()))
    return lines


def _parameter(path: Path, number: int, line: str) -> Parameter:
    found = PARAM.fullmatch(line)
    if not found or found["type"].removesuffix("[]") not in TYPES:
        raise ConfigError(
            f"{path}:{number}: cannot read the parameter {line!r}",
            "write it as: -- param: name TYPE = default [one | other]: meaning; "
            f"TYPE is one of {', '.join(TYPES)}, also with []",
        )
    choices = tuple(part.strip() for part in (found["choices"] or "").split("|") if part.strip())
    default = found["default"]
    return Parameter(
        found["name"],
        found["type"],
        None if default is None else default.strip(),
        choices,
        found["meaning"],
    )


def _column(path: Path, number: int, line: str) -> ResultColumn:
    found = COLUMN.fullmatch(line)
    if not found:
        raise ConfigError(
            f"{path}:{number}: cannot read the column {line!r}",
            "write it as: -- column: name TYPE, unit: meaning",
        )
    return ResultColumn(found["name"], found["type"], found["unit"], found["meaning"])


def create(project: Project, name: str) -> Path:
    """Write a query to start from into the project's `queries` folder; returns its path.

    Raises
    ------
    ConfigError
        Not a name, or the file exists.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot name a query", "use small letters, digits and hyphens: my-miners"
        )
    path = project.own("queries") / f"{name}.sql"
    if path.exists():
        raise ConfigError(f"{path} exists", "edit it, or take another name")
    path.parent.mkdir(parents=True, exist_ok=True)
    template = Path(__file__).parent / "new_query.sql"
    with replacing(path) as part:
        part.write_text(
            template.read_text(encoding="utf-8").replace("{name}", name), encoding="utf-8"
        )
    return path


def listing(queries: Sequence[Query], style: str) -> str:
    """All queries, one a line, or as JSON with parameters and columns.

    Raises
    ------
    ConfigError
        No such format.
    """
    if style == "json":
        return json.dumps([_as_json(query) for query in queries], indent=2, ensure_ascii=False)
    if style != "table":
        raise ConfigError(f"--format {style}: no such format", nearest(style, ["table", "json"]))
    room = max(len(query.name) for query in queries)
    return "\n".join(
        f"{query.name:<{room}}  {query.title}{' (your own)' if query.own else ''}"
        for query in queries
    )


def _as_json(query: Query) -> dict[str, object]:
    """What a program needs to offer the query."""
    return {
        "name": query.name,
        "title": query.title,
        "why": query.why,
        "own": query.own,
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "default": parameter.default,
                "choices": list(parameter.choices),
                "meaning": parameter.meaning,
            }
            for parameter in query.parameters
        ],
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "unit": column.unit,
                "meaning": column.meaning,
            }
            for column in query.columns
        ],
        "example": f"watchlist query run {query.name} {query.example}".rstrip(),
    }
