"""A slip in a template of the user's, told with file and line; one in ours stays the bug it is."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError

from watchlist.errors import ConfigError
from watchlist.project import packaged

SLIPS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError,
)  # fmt: skip
"""What a template can make of a wrong name, type or number."""


@contextmanager
def told(folders: list[Path]) -> Iterator[None]:
    """Render within, with templates of `folders`.

    Raises
    ------
    ConfigError
        A template that is not packaged is wrong: names the file, the line and what is wrong.
    """
    try:
        yield
    except SLIPS as error:
        place = _place(error, [folder for folder in folders if folder != packaged("reports")])
        if place is None:
            raise
        kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
        raise ConfigError(
            f"{place}: {kind}{error}", "reports/README.md says what templates can use"
        ) from None


def _place(error: BaseException, own: list[Path]) -> str | None:
    """File and line of the innermost template of the user's."""
    if isinstance(error, TemplateSyntaxError):
        places = [(str(error.filename), error.lineno)]
    else:
        # jinja2 puts the lines of templates into the trace
        frames = traceback.extract_tb(error.__traceback__)
        places = [(frame.filename, frame.lineno or 0) for frame in reversed(frames)]
    for file, line in places:
        if any(Path(file).is_relative_to(folder) for folder in own):
            return f"{file}, line {line}"
    return None
