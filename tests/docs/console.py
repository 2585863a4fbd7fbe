"""Run the `console` blocks of a Markdown file and compare, or renew, the output that it shows.

A block is a shell session: lines that begin with `$ ` are commands, the rest is what they print.
A line `...` stands for any number of lines. `python -m tests.docs.console README.md` renews the
output in place; a command whose shown output ends in `...` keeps its first lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """One command and the lines that the document says it prints."""

    line: str
    shown: list[str] = field(default_factory=list)

    def matches(self, printed: list[str]) -> bool:
        """Is what was printed what is shown?"""
        pattern = "\n".join(
            r"(?:.*\n)*?.*" if line.strip() == "..." else re.escape(line) for line in self.shown
        )
        return re.fullmatch(pattern, "\n".join(printed)) is not None

    def renewed(self, printed: list[str]) -> list[str]:
        """The lines to show after a change."""
        if self.shown and self.shown[-1].strip() == "...":
            return [*printed[: len(self.shown) - 1], "..."]
        return printed


def commands(block: str) -> list[Command]:
    """The commands of one block."""
    found: list[Command] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        elif found:
            found[-1].shown.append(line)
    return found


def run(command: str, folder: Path) -> list[str]:
    """What a command prints (both streams), as a person with an 100-column terminal sees it."""
    bin_dir = Path(sys.executable).parent
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{bin_dir}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "TERM": "dumb",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return [line.rstrip() for line in done.stdout.replace(str(folder), ".").splitlines()]


def sessions(document: Path) -> Iterator[tuple[re.Match[str], list[Command]]]:
    """Each console block with its commands."""
    for match in BLOCK.finditer(document.read_text(encoding="utf-8")):
        yield match, commands(match.group(1))


def renew(document: Path) -> None:
    """Write what the commands print now into the document."""
    text = document.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        for match, block in list(sessions(document)):
            lines: list[str] = []
            for command in block:
                lines += [f"$ {command.line}", *command.renewed(run(command.line, Path(folder)))]
            text = text.replace(match.group(0), "```console\n" + "\n".join(lines) + "\n```")
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    renew(Path(sys.argv[1]))
