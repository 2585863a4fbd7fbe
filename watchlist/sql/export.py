"""The public views as a folder of files, with a data dictionary."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from watchlist.disk import replacing
from watchlist.errors import ConfigError, nearest
from watchlist.sql.dictionary import as_json, render
from watchlist.sql.present import Format
from watchlist.sql.reader import Question
from watchlist.sql.sandbox import Sandbox
from watchlist.sql.schema import View

FORMATS = ("parquet", "csv")


def choose(views: Sequence[View], names: Sequence[str]) -> list[View]:
    """The views of these names, all of them for no names.

    Raises
    ------
    ConfigError
        No such view, with the nearest.
    """
    by_name = {view.name: view for view in views}
    for name in names:
        if name not in by_name:
            raise ConfigError(f"there is no view {name!r}", nearest(name, list(by_name)))
    return [by_name[name] for name in names] if names else list(views)


def export(
    box: Sandbox,
    views: Sequence[View],
    folder: Path,
    *,
    style: str = "parquet",
    excel_safe: bool = False,
    step: Callable[[int, int, str], None] | None = None,
) -> int:
    """Write each view to `folder/NAME.parquet` or `.csv`, rows in a fixed order.

    `dictionary.json` and `dictionary.md` say what each column means. A file is replaced whole or
    not at all; other files of the folder stay.

    Returns
    -------
    int
        Rows written, over all views.

    Raises
    ------
    ConfigError
        No such format.
    QueryError
        A view cannot be read within the limits.
    """
    if style not in FORMATS:
        raise ConfigError(f"--format {style}: no such format", nearest(style, list(FORMATS)))
    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    for done, view in enumerate(views):
        if step:
            step(done, len(views), view.name)
        question = Question(
            f'FROM "{view.name}" ORDER BY ALL', {}, Format(style), excel_safe=excel_safe
        )
        with replacing(folder / f"{view.name}.{style}") as part, part.open("wb") as handle:
            rows += box.ask(question, handle.write).rows
    dictionary = [{**as_json(view), "file": f"{view.name}.{style}"} for view in views]
    _write_text(
        folder / "dictionary.json", json.dumps(dictionary, indent=2, ensure_ascii=False) + "\n"
    )
    _write_text(folder / "dictionary.md", "# Data dictionary\n\n" + render(views, "markdown"))
    return rows


def _write_text(target: Path, text: str) -> None:
    with replacing(target) as part:
        part.write_text(text, encoding="utf-8")
