"""Pull: ask the source for each security, compare, write; every outcome is a row in `pulls`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from watchlist import calendar
from watchlist.catalog import Catalog, Security
from watchlist.clock import Clock
from watchlist.errors import NothingNewError, SourceError
from watchlist.sources import RunStoppedError, Source
from watchlist.sources.routed import RoutedSource
from watchlist.steps.pull_symbol import (
    FIRST_SESSION,
    SETTLING,
    Known,
    SymbolPull,
    failed,
    pull_symbol,
    read_known,
    skipped,
)
from watchlist.store import Build, checks, log, sync, write_frame
from watchlist.store.frames import first_row, transaction
from watchlist.store.schema import set_meta

Step = Callable[[int, int, str], None]

OUTCOMES = ("new", "unchanged", "restated", "failed", "skipped")


@dataclass(frozen=True)
class PullSummary:
    """What a pull ends with."""

    as_of: date
    """The last session that studies and reports of this run may know."""

    source: str
    outcomes: tuple[SymbolPull, ...]

    left_out: int = 0
    """Rows of a file that are no bars and were left out on the user's word."""

    @property
    def failed(self) -> tuple[str, ...]:
        """Symbols that were due and could not be had."""
        return tuple(pull.symbol for pull in self.outcomes if pull.lacking)

    @property
    def talk(self) -> tuple[str, ...]:
        """What a person wants to hear, line by line."""
        counts = {name: sum(p.outcome == name for p in self.outcomes) for name in OUTCOMES}
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        lines = [f"pulled from {self.source}: {told or 'nothing to do'}"]
        if self.left_out:
            lines.append(f"  bad rows left out: {self.left_out}; findings of file_rows name them")
        lines += [
            f"  {pull.symbol} {pull.outcome}: {pull.reason}"
            for pull in self.outcomes
            if pull.lacking or pull.outcome == "restated"
        ]
        return tuple(lines)


def pull_bars(
    build: Build,
    catalog: Catalog,
    source: Source,
    *,
    clock: Clock,
    on: date | None = None,
    since: date | None = None,
    full: bool = False,
    symbols: Collection[str] = (),
    step: Step | None = None,
) -> PullSummary:
    """Bring the bars of every pulled security up to date in the build.

    Whoever publishes the build checks its data first: `store.checks.record`.

    Parameters
    ----------
    on : date, optional
        Ask for no bar after it.
    since : date, optional
        Begin histories there, not at `pull_symbol.FIRST_SESSION`.
    full : bool
        Compare whole histories, not only the last sessions.
    symbols : collection of str
        Only these; empty means all that the catalogue pulls.

    Raises
    ------
    NothingNewError
        No symbol could be had. The build must then not be published.
    """
    con, now = build.con, clock.now()
    sessions = _sessions(build, catalog, since, now)
    sync.catalog(con, catalog, sessions)
    as_of = _as_of(catalog, sessions, on, now)
    run_id = log.begin_run(con, "pull", source.name, as_of, now)
    due = [s for s in catalog.securities if s.pulled and (not symbols or s.symbol in symbols)]
    outcomes: list[SymbolPull] = []
    stopped: dict[str, str] = {}
    first_id, known = log.next_pull_id(con), read_known(con, sessions)
    for done, security in enumerate(due):
        if step is not None:
            step(done, len(due), security.symbol)
        pull_id, at = first_id + done, clock.now()
        own = source.of(security.symbol) if isinstance(source, RoutedSource) else source
        if own.name not in stopped:
            pull, why = _guarded(
                build,
                security,
                own,
                known=known,
                pull_id=pull_id,
                at=at,
                on=on,
                since=since,
                full=full,
            )
            if why is not None:
                stopped[own.name] = why
        else:
            reason = f"not asked, {own.name} is out for this run: {stopped[own.name]}"
            pull = skipped(security, own, at, reason, kind="transient")
        outcomes.append(replace(pull, finished_at=clock.now()))
    log.write_pulls(
        con,
        [
            {"pull_id": pull_id, "run_id": run_id, **asdict(pull)}
            for pull_id, pull in enumerate(outcomes, start=first_id)
        ],
    )
    if step is not None:
        step(len(due), len(due), "")
    summary = PullSummary(as_of, source.name, tuple(outcomes))
    if due and not any(pull.had for pull in outcomes):
        later = any(pull.kind != "permanent" for pull in outcomes)
        then = "try again later" if later else "mend that, or name another --source"
        raise NothingNewError(_nothing(summary), f"the store stays as it was; {then}")
    summary = replace(summary, left_out=_keep_bad_rows(build, source))
    _keep_planted_truth(build, source)
    set_meta(con, "as_of", as_of.isoformat())
    log.end_run(con, run_id, clock.now(), "partial" if summary.failed else "done")
    return summary


def _guarded(
    build: Build,
    security: Security,
    source: Source,
    *,
    known: Known,
    pull_id: int,
    at: datetime,
    on: date | None,
    since: date | None,
    full: bool,
) -> tuple[SymbolPull, str | None]:
    """One symbol in one transaction: whatever its source does, the others are not harmed.

    The second value says why the source must not be asked again in this run, if it must not.
    """
    try:
        with transaction(build.con):
            pull = pull_symbol(
                build.con,
                security,
                source,
                known=known,
                pull_id=pull_id,
                at=at,
                on=on,
                since=since,
                full=full,
            )
    except SourceError as error:
        stopped = error.message if isinstance(error, RunStoppedError) else None
        return failed(security, source, at, error), stopped
    return pull, None


def _sessions(build: Build, catalog: Catalog, since: date | None, now: datetime) -> pl.DataFrame:
    """Sessions of every exchange: from the first bar stored or wanted to the end of next year."""
    row = first_row(build.con, "SELECT min(session) FROM base.bars")
    starts = [day for day in (FIRST_SESSION, since, row[0] if row else None) if day]
    last_event = max((event.announced_on for event in catalog.events), default=FIRST_SESSION)
    end = max(date(now.year + 1, 12, 31), last_event + timedelta(days=30))
    # a company that only events name needs no sessions, and some calendars take seconds to make
    used = {s.calendar for s in catalog.securities if s.pulled}
    return calendar.sessions(used, min(starts), end)


def _as_of(catalog: Catalog, sessions: pl.DataFrame, on: date | None, now: datetime) -> date:
    """The last session of the market's exchange that has closed, and is not after `on`."""
    lead = next((s for s in catalog.securities if s.role == "watchlist"), catalog.securities[0])
    closed = sessions.filter(
        (pl.col("calendar") == lead.calendar)
        & (pl.col("close_at") + SETTLING <= now)
        & (pl.col("session") <= (on or date.max))
    )
    if closed.is_empty():
        raise NothingNewError(f"no session of {lead.calendar} has closed by {on or now.date()}")
    last: date = closed["session"].sort()[-1]
    return last


def _nothing(summary: PullSummary) -> str:
    reasons: dict[str, list[str]] = {}
    for pull in summary.outcomes:
        reasons.setdefault(pull.reason or pull.outcome, []).append(pull.symbol)
    lines = [f"  {', '.join(symbols)}: {reason}" for reason, symbols in reasons.items()]
    return "\n".join([f"nothing could be had from {summary.source}", *lines])


def _keep_bad_rows(build: Build, source: Source) -> int:
    """Rows left out of a file on the user's word stay visible until its next import; how many."""
    rows = [
        {
            "check_name": "file_rows",
            "severity": "warning",
            "symbol": row.symbol,
            "message": str(row),
        }
        for row in source.bad_rows
    ]
    checks.keep(build.con, ["file_rows"], rows, build.started_at)
    return len(rows)


def _keep_planted_truth(build: Build, source: Source) -> None:
    """What a simulated market knows about itself, so that studies can be checked against it."""
    planted = getattr(source, "planted", None)
    if callable(planted):
        write_frame(build.con, "planted_effects", planted(), replace={})
