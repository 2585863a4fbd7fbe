"""The front page: what `watchlist --help` shows, without loading what it tells of.

Typer makes every option of a command before it can list the command's name. Who asks for the list
needs none of them, and who calls one command needs those of that one; a test keeps this page
equal to what the commands say of themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("project", "Make a project folder: watchlist.toml, events.toml, queries/, reports/."),
    "demo": ("project", "Run the whole job on the built-in simulated market, offline."),
    "daily": (
        "daily",
        "Pull, study, raise signals and write the report; prints the report's path.",
    ),
    "pull": (
        "pull",
        "Bring the bars up to date; tell what changed, and keep it in pulls and restatements.",
    ),
    "report": ("report", "Write a report from what the store holds; prints the paths."),
    "sql": (
        "sql",
        "Ask the published store in SQL: read-only, sandboxed, never in a writer's way.",
    ),
    "schema": ("sql", "The public views: their columns, units and meaning; as a picture too."),
    "export": ("sql", "Write the public views as Parquet or CSV, with a data dictionary."),
    "shell": (
        "sql",
        "A terminal SQL editor on the published store, read-only (harlequin, extra `shell`).",
    ),
    "notebook": (
        "sql",
        "A notebook with SQL, Polars and Plotly on the store (marimo, extra `notebook`).",
    ),
    "doctor": ("doctor", "Examine the store and its data; ends with 3 if a finding is an error."),
    "study": (
        "study",
        "Event studies: how far returns around events differ from what the market explains.",
    ),
    "signals": (
        "signals",
        "Raise signals, judge them, rank the watchlist by how unusual each symbol is.",
    ),
    "events": ("events", "Dated policy events with their sources."),
    "coverage": ("coverage", "Read texts against the event list."),
    "query": ("sql", "Good questions, ready to run."),
}
"""Each command or group: the module of this package that registers it, and its help."""


def wanted(arguments: Sequence[str]) -> frozenset[str] | None:
    """The modules that a call needs; None for all, as where a slip must be explained."""
    if not arguments or arguments[0] in ("-h", "--help"):
        return frozenset()
    if arguments[0] in COMMANDS:
        return frozenset({COMMANDS[arguments[0]][0]})
    return None
