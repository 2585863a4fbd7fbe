"""What the package weighs, read from its source alone."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent.parent
PACKAGE = "watchlist"
SHIPPED = {"sql", "toml", "j2", "js"}
"""Endings of what is installed beside Python."""

SHORTEST_COPY = 6
"""That many lines of code in a row that stand twice are a copy."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """Some lines of a file, counted from 1."""

    file: str
    first: int
    last: int

    @property
    def lines(self) -> int:
        """How many."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.file}:{self.first}-{self.last}"


class Module:
    """One Python file, read once."""

    def __init__(self, path: Path, root: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.tree = ast.parse(self.text)
        self.tokens = list(tokenize.generate_tokens(io.StringIO(self.text).readline))

    def functions(self) -> Iterator[Function]:
        """Functions and methods, those within others too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    @cached_property
    def told(self) -> set[int]:
        """Numbers of the lines of docstrings and of lines that are comments."""
        found = {
            token.start[0]
            for token in self.tokens
            if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node):
                found |= lines_of(node.body[0])
        return found

    @cached_property
    def code(self) -> list[int]:
        """Numbers of the lines of code without blank lines, imports and any text about it."""
        others = self.told.union(
            *(
                lines_of(node)
                for node in ast.walk(self.tree)
                if isinstance(node, ast.Import | ast.ImportFrom)
                # a text below a constant or a field says what it is
                or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            )
        )
        return [
            number
            for number, line in enumerate(self.lines, 1)
            if line.strip() and number not in others
        ]


def lines_of(node: ast.stmt | ast.expr) -> set[int]:
    """Numbers of the lines that something of the source takes."""
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


class House:
    """The package as it stands in a checkout."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        paths = sorted((root / PACKAGE).rglob("*.py"))
        self.modules = [Module(path, root) for path in paths]

    @cached_property
    def lines(self) -> int:
        """Lines of Python."""
        return sum(len(module.lines) for module in self.modules)

    @cached_property
    def share_told(self) -> float:
        """Share of lines that are docstrings or comments."""
        return sum(len(module.told) for module in self.modules) / self.lines

    @cached_property
    def shipped(self) -> dict[str, int]:
        """Lines of what is installed beside Python, by ending."""
        found = Counter[str]()
        for folder in (self.root / name for name in (PACKAGE, "queries", "reports")):
            for path in folder.rglob("*"):
                ending = path.suffix.removeprefix(".")
                if ending in SHIPPED and "out" not in path.relative_to(folder).parts:
                    found[ending] += len(path.read_text(encoding="utf-8").splitlines())
        return dict(sorted(found.items()))

    @cached_property
    def functions(self) -> list[tuple[str, Place]]:
        """Name and place of every function, the longest first."""
        found = [
            (node.name, Place(module.name, node.lineno, node.end_lineno or node.lineno))
            for module in self.modules
            for node in module.functions()
        ]
        return sorted(found, key=lambda one: (-one[1].lines, str(one[1])))

    @cached_property
    def used_once(self) -> list[tuple[str, Place]]:
        """Functions whose name stands exactly once besides its definitions."""
        named = Counter(
            token.string
            for module in self.modules
            for token in module.tokens
            if token.type == tokenize.NAME
        )
        defined = Counter(name for name, _ in self.functions)
        return [one for one in self.functions if named[one[0]] - defined[one[0]] == 1]

    @cached_property
    def cycles(self) -> list[list[str]]:
        """Groups of modules that import each other; imports for types alone do not count.

        Of the package that is installed, whatever the checkout.
        """
        graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=True, cache_dir=None)
        return circles(
            {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
        )

    @cached_property
    def copies(self) -> list[tuple[Place, Place]]:
        """Pairs of places whose code is the same line by line; the longest first."""
        runs: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        for at, module in enumerate(self.modules):
            texts = [module.lines[number - 1].strip() for number in module.code]
            for start in range(len(texts) - SHORTEST_COPY + 1):
                runs[tuple(texts[start : start + SHORTEST_COPY])].append((at, start))
        found = list[tuple[Place, Place]]()
        covered = set[tuple[int, int]]()
        for places in runs.values():
            for at, start in places[1:]:
                if (at, start) not in covered:
                    found.append(self._copy(places[0], (at, start), covered))
        return sorted(found, key=lambda pair: -pair[1].lines)

    def _copy(
        self, one: tuple[int, int], two: tuple[int, int], covered: set[tuple[int, int]]
    ) -> tuple[Place, Place]:
        """Both places of a copy, as long as their lines stay the same."""
        first, second = self.modules[one[0]], self.modules[two[0]]
        length = 0
        for a, b in zip(first.code[one[1] :], second.code[two[1] :], strict=False):
            if first.lines[a - 1].strip() != second.lines[b - 1].strip():
                break
            covered.add((two[0], two[1] + length))
            length += 1
        return tuple(
            Place(module.name, module.code[start], module.code[start + length - 1])
            for module, start in ((first, one[1]), (second, two[1]))
        )  # type: ignore[return-value]

    @cached_property
    def copied(self) -> int:
        """Lines that stand somewhere else already."""
        return len(
            {(two.file, n) for _, two in self.copies for n in range(two.first, two.last + 1)}
        )


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected groups of two or more (each reaches each), by name."""

    def reached(start: str) -> set[str]:
        seen, todo = set[str](), [start]
        while todo:
            for name in imports[todo.pop()] - seen:
                seen.add(name)
                todo.append(name)
        return seen

    reach = {name: reached(name) for name in imports}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach[other])) for name in imports
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]
