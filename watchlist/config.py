"""`watchlist.toml`: every setting with its default and its reason."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from watchlist.errors import ConfigError, nearest

if TYPE_CHECKING:
    from watchlist.project import Project


class Section(BaseModel):
    """A table of `watchlist.toml`; a name that is not known is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Fetch(Section):
    """How patiently a live source is asked."""

    attempts: int = Field(4, ge=1, le=10)
    """Requests for one symbol before it is given up; only for failures that may pass."""

    first_wait_seconds: float = Field(2.0, gt=0, le=60)
    """Before the second request, with jitter; doubles each time, five times as long after a 429."""

    timeout_seconds: float = Field(10.0, gt=0, le=120)
    """For one answer."""

    budget_seconds: float = Field(900.0, gt=0)
    """For the whole run: past it no new request is made, and the rest is told as skipped."""


class RuleSettings(Section):
    """The thresholds of one signal; what is left out stays as packaged."""

    up: float | None = None
    """At or above: the signal is up (or on)."""

    down: float | None = None
    """At or below: the signal is down."""


class SignalSettings(Section):
    """When signals speak; `watchlist signals list` shows each signal's rule."""

    rules: dict[str, RuleSettings] = Field(default_factory=dict)
    """`[signals.rules.abnormal_move]` with `up = 4.0` and `down = -4.0`."""

    history: int = Field(default=756, ge=1)
    """Sessions of signals that the store keeps: three years."""


class Config(Section):
    """The whole file; every part may be left out."""

    symbols: tuple[str, ...] = ()
    """The watchlist; empty means the packaged one (MP, LAC, TMQ, NB)."""

    source: str = "yahoo"
    """yahoo, tiingo, simulated, or the path of a bar file or folder."""

    fetch: Fetch = Fetch()
    """Live sources: waiting, retrying, giving up."""

    signals: SignalSettings = SignalSettings()
    """When signals speak."""

    def with_source(self, source: str) -> Config:
        """The same configuration, with bars from elsewhere."""
        return self.model_copy(update={"source": source})


def load_config(project: Project) -> Config:
    """Read `watchlist.toml`, or the defaults where there is none.

    Raises
    ------
    ConfigError
        Not TOML (with line and column), an unknown name (with the nearest), a wrong value.
    """
    path = project.config_file
    if not path.is_file():
        return Config()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first_problem(error, raw)}") from None


def _first_problem(error: ValidationError, raw: dict[str, Any]) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        model: Any = Config
        for part in problem["loc"][:-1]:
            model = model.model_fields[str(part)].annotation
        hint = nearest(str(problem["loc"][-1]), list(model.model_fields))
        return f"{where}: no such setting; {hint}"
    return f"{where} = {problem['input']!r}: {problem['msg']}"
