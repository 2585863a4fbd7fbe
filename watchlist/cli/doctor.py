"""`watchlist doctor`: can the store be read, and is its data right?"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.exit_codes import ExitCode
from watchlist.cli.options import ProjectDir, SourceName, one_of, open_project

if TYPE_CHECKING:
    from watchlist.store.checks import Health

SHOWN = 5
"""Findings of one check that are listed; the rest is counted."""


app = typer.Typer()


@app.command(epilog="Example: watchlist doctor --format json")
def doctor(
    project: ProjectDir = None,
    source: SourceName = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Write the store anew: sorted, small, proved equal."),
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
) -> None:
    """Examine the store and its data; ends with 3 if a finding is an error."""
    from watchlist import store
    from watchlist.clock import SystemClock
    from watchlist.store.checks import examine, size

    place, _ = open_project(project, source)
    if repair:
        with store.connect(place, outdated=True) as con:
            before = size(con, place)
        with store.open_build(place, SystemClock()) as build:
            build.publish(compacted=True)
        with store.connect(place) as con:
            after = size(con, place)
        console.say(f"compacted: {before / 1e6:.1f} MB, now {after / 1e6:.1f} MB")
    with store.connect(place, outdated=True) as con:
        health = examine(con, place)
    output.write(_as_json(health) if style == "json" else _as_text(health))
    if health.errors:
        raise typer.Exit(ExitCode.PARTIAL)


def _as_text(health: Health) -> str:
    width = max(len(name) for name in health.facts)
    lines = [f"{name:<{width}}  {value}" for name, value in health.facts.items()]
    counts = Counter(finding.severity for finding in health.findings)
    told = ", ".join(
        f"{counts[s]} {s}{'s' * (counts[s] != 1)}" for s in ("error", "warning", "note")
    )
    lines += ["", f"findings: {told}"]
    seen: Counter[str] = Counter()
    checks = Counter(finding.check_name for finding in health.findings)
    for finding in health.findings:
        name = finding.check_name
        seen[name] += 1
        if seen[name] <= SHOWN:
            where = " ".join(str(part) for part in (finding.symbol, finding.session) if part)
            lines.append(f"  {finding.severity:<7}  {name}: {where}: {finding.message}")
        elif seen[name] == SHOWN + 1:
            lines.append(f"  {finding.severity:<7}  {name}: and {checks[name] - SHOWN} more")
    return "\n".join(lines)


def _as_json(health: Health) -> str:
    import json

    findings = [asdict(finding) for finding in health.findings]
    return json.dumps({"store": health.facts, "findings": findings}, default=str, indent=2)
