"""`watchlist init` and `watchlist demo`: from nothing to a project folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from watchlist.cli import console, output
from watchlist.cli.options import OnDate

DEMO_SESSION = date(2026, 2, 4)
"""The day of the ministerial, two after Project Vault: events fresh, running and ahead."""


def register(app: typer.Typer) -> None:
    """Add `init` and `demo`."""

    @app.command(epilog="Example: watchlist init minerals && cd minerals && watchlist daily")
    def init(
        folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    ) -> None:
        """Make a project folder: watchlist.toml, events.toml, queries/, reports/."""
        from watchlist.scaffold import write_project

        for path in write_project(folder):
            console.say(f"wrote {path}")
        output.write(str(folder))

    @app.command(epilog="Example: watchlist demo demo")
    def demo(
        folder: Annotated[
            Path, typer.Argument(metavar="DIR", help="Folder to make or go on with.")
        ] = Path("watchlist-demo"),
        on: OnDate = None,
    ) -> None:
        """Run the whole job on the built-in simulated market, offline."""
        from watchlist.cli.daily import run_and_tell
        from watchlist.scaffold import write_project

        write_project(folder, source="simulated")
        run_and_tell(folder, source=None, on=on or DEMO_SESSION)
