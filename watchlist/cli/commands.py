"""The commands: what each is called, what it is for, and the module that has it.

A module is loaded when one of its commands is named; the front page shows names and a line each.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("project", "Make a project folder: watchlist.toml, events.toml, queries/, reports/."),
    "demo": ("project", "Run the whole job on the built-in simulated market, offline."),
    "daily": (
        "project",
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
"""Each command or group: the module of this package whose `app` has it, and its help."""

EPILOG = (
    "Exit codes: 0 done, 1 bug, 2 wrong usage or configuration, or a file that cannot be "
    "written, 3 partial (some symbols failed, report written), 4 nothing new could be fetched, "
    "5 another run holds the store, 6 a query was refused or timed out, "
    "129 stopped by SIGHUP, 130 by Ctrl-C, 143 by SIGTERM."
)


class LazyGroup(TyperGroup):
    """Has every command by name, and loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first argument names, with its options."""
        if args[0] in COMMANDS:
            module = import_module(f"watchlist.cli.{COMMANDS[args[0]][0]}")
            self.commands.update(typer.main.get_group(module.app).commands)
        return super().resolve_command(ctx, args)


def build_app() -> typer.Typer:
    """The command line; building it loads no command."""
    app = typer.Typer(
        cls=LazyGroup,
        name="watchlist",
        help="How policy moves mining stocks: bars, dated events, event studies, a daily report.",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, (_, help_) in COMMANDS.items():
        app.command(name, help=help_)(_not_loaded)
    return app


def _not_loaded() -> None:
    """Stands for a command until it is called by its name."""
