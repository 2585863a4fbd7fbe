"""The public views as a folder of files, with a data dictionary."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from watchlist.disk import replacing
from watchlist.errors import ConfigError, nearest
from watchlist.sql import files, formats, run, statements
from watchlist.sql.schema import View, as_json, render

if TYPE_CHECKING:
    import duckdb

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
    con: duckdb.DuckDBPyConnection,
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
        statement = statements.parse(f'FROM "{view.name}" ORDER BY ALL')
        with replacing(folder / f"{view.name}.{style}") as part:
            if style == "parquet":
                rows += files.write_parquet(run.run_arrow(con, statement), part, con)[0]
            else:
                rows += _write_csv(run.run(con, statement), part, excel_safe=excel_safe)
    dictionary = [{**as_json(view), "file": f"{view.name}.{style}"} for view in views]
    _write_text(
        folder / "dictionary.json", json.dumps(dictionary, indent=2, ensure_ascii=False) + "\n"
    )
    _write_text(folder / "dictionary.md", "# Data dictionary\n\n" + render(views, "markdown"))
    return rows


def _write_csv(result: run.Result, target: Path, *, excel_safe: bool) -> int:
    rows = 0

    def counted() -> Iterator[list[run.Row]]:
        nonlocal rows
        for batch in result.batches():
            rows += len(batch)
            yield batch

    with target.open("w", encoding="utf-8", newline="") as handle:
        handle.writelines(formats.csv_lines(result.columns, counted(), excel_safe=excel_safe))
    return rows


def _write_text(target: Path, text: str) -> None:
    with replacing(target) as part:
        part.write_text(text, encoding="utf-8")
