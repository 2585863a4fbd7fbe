"""`watchlist.toml`: every setting with its default and its reason."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from watchlist.errors import ConfigError, nearest
from watchlist.project import Project, read_settings


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


class SqlSettings(Section):
    """What one query may use; `watchlist sql` has an option for the first two."""

    timeout_seconds: float = Field(default=60.0, gt=0)
    """After that a query is interrupted."""

    rows: int = Field(default=1000, ge=0)
    """Rows that a table or Markdown shows; the other formats give all of them."""

    memory_mb: int = Field(default=2048, ge=128)
    """Memory of a query; more is refused, not taken from the machine."""

    temp_mb: int = Field(default=4096, ge=0)
    """Disk space for a query that is larger than its memory."""


class Report(Section):
    """What the pages show."""

    chart_days: int = Field(550, ge=30, le=3650)
    """Calendar days of prices in a chart: a year and a half holds a story from leak to closing."""

    base_url: str = ""
    """Where the reports folder is served, for the feed's links; empty for reading from disk."""

    browser: str = ""
    """Chromium or Chrome for --pdf and --png; empty to look for one."""


class StudySettings(Section):
    """The daily event study; `watchlist study` has an option for most of it."""

    market: str = "SPY"
    """Symbol of the market factor."""

    estimation: tuple[int, int] = (-130, -11)
    """First and last session of the estimation window, from day 0."""

    windows: tuple[tuple[int, int], ...] = ((0, 0), (0, 1), (-1, 1), (0, 5), (-5, 5), (0, 20))
    """Event windows, from day 0; [0, 1] is for events whose hour is unknown."""

    min_observations: int = 60
    """Estimation rows that a pair needs after missing and masked ones are left out."""

    overlap: Literal["keep", "mask", "drop", "joint"] = "mask"
    """What other events of the same security do: see METHODS.md. The other of keep and mask is
    always computed beside it."""

    history: int = Field(default=1000, ge=250)
    """Sessions before the first event that serve as placebo days."""


class StoreSettings(Section):
    """A team's store instead of the project's own file; see `watchlist.store.lake`."""

    url: str | None = None
    """`ducklake:postgres:dbname=lake host=db` or `md:NAME`; None is the file in the project."""

    data: str | None = None
    """Folder or object store for the lake's Parquet files."""

    wait_seconds: float = Field(default=60.0, ge=0)
    """How long a writer of a team's store queues behind another."""


class Feeds(Section):
    """Where `watchlist events candidates` looks for proposals."""

    contact: str = ""
    """`Name name@domain`: SEC EDGAR refuses whoever does not say who asks."""

    rss: tuple[str, ...] = ()
    """Addresses of agencies' RSS or Atom pages."""

    federal_register: str = "https://www.federalregister.gov/api/v1"
    """Another address only for a mirror."""

    edgar_data: str = "https://data.sec.gov"

    edgar_archives: str = "https://www.sec.gov/Archives/edgar/data"

    edgar_search: str = "https://efts.sec.gov/LATEST/search-index"


class Config(Section):
    """The whole file; every part may be left out."""

    symbols: tuple[str, ...] = ()
    """The watchlist; empty means the packaged one (MP, LAC, TMQ, NB)."""

    source: str = "yahoo"
    """yahoo, tiingo, simulated, or the path of a bar file or folder."""

    sources: dict[str, str] = Field(default_factory=dict)
    """Symbols with a source of their own: `[sources]` with `NB = "tiingo"`."""

    store: StoreSettings = StoreSettings()
    """A team's store."""

    fetch: Fetch = Fetch()
    """Live sources: waiting, retrying, giving up."""

    signals: SignalSettings = SignalSettings()
    """When signals speak."""

    sql: SqlSettings = SqlSettings()

    study: StudySettings = StudySettings()
    """The daily event study."""

    report: Report = Report()
    """Pages, feed, pictures."""

    feeds: Feeds = Feeds()
    """Official feeds that propose events."""

    def with_source(self, source: str) -> Config:
        """The same configuration, with the bars of all symbols from elsewhere."""
        return self.model_copy(update={"source": source, "sources": {}})


def load_config(project: Project) -> Config:
    """Read `watchlist.toml`, or the defaults where there is none.

    Raises
    ------
    ConfigError
        Not TOML (with line and column), an unknown name (with the nearest), a wrong value.
    """
    raw = read_settings(project)
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{project.config_file}: {_first_problem(error, raw)}") from None


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
