"""Pull: ask the source for each security, compare, write; every outcome is a row in `pulls`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from watchlist.catalog import Catalog, Security
from watchlist.clock import Clock
from watchlist.errors import (
    NothingNewError,
    PermanentSourceError,
    SourceError,
    TransientSourceError,
)
from watchlist.sources import AbsentSymbolError, Fetched, RoutedSource, RunStoppedError, Source
from watchlist.store import Build, bars, checks, log, sync, write_frame
from watchlist.store.frames import transaction
from watchlist.store.log import OUTCOMES, SymbolPull
from watchlist.store.restate import Comparison, compare, is_empty
from watchlist.store.schema import set_meta

if TYPE_CHECKING:
    import duckdb

Step = Callable[[int, int, str], None]
"""Readable of progress: done, total, what comes next."""

OVERLAP = 10
"""Stored sessions that each pull asks for again: where they differ, the vendor changed its mind."""

SETTLING = timedelta(minutes=20)
"""A bar pulled sooner after the close may still change with the closing auction's prints."""

WITHDRAWN_SHARE = 0.02
WITHDRAWN_FEW = 5
"""A vendor that lacks more of the stored bars than both is broken, not right."""

STRANGE_SHARE = 0.5
STRANGE_FEW = 20
"""With more closes than this share different by no common ratio, it is another security."""


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
        """Symbols whose bars were due and did not come."""
        return tuple(pull.symbol for pull in self.outcomes if pull.missing)

    @property
    def talk(self) -> tuple[str, ...]:
        """What a person wants to hear, line by line."""
        counts = {name: sum(p.outcome == name for p in self.outcomes) for name in OUTCOMES}
        ended = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        lines = [f"pulled from {self.source}: {ended or 'nothing to do'}"]
        if self.left_out:
            lines.append(f"  bad rows left out: {self.left_out}; findings of file_rows name them")
        lines += [
            f"  {pull.symbol} {pull.outcome}: {pull.reason}"
            for pull in self.outcomes
            if pull.missing or pull.outcome == "restated"
        ]
        return tuple(lines)


class Window(NamedTuple):
    """The sessions that are asked for."""

    start: date
    end: date | None
    whole: bool
    """No stored bar lies outside."""


@dataclass(frozen=True)
class Run:
    """What is the same for every symbol of a run; read once, before the first."""

    con: duckdb.DuckDBPyConnection
    on: date | None
    """Ask for no bar after it."""
    since: date | None
    """Begin histories there, not at `sync.FIRST_SESSION`."""
    full: bool
    """The user wants whole histories, and believes what the source now says."""
    security_ids: dict[str, int]
    compared_on: dict[tuple[str, str], date]
    """By symbol and source, the UTC day on which whole histories were last compared."""
    sessions: pl.DataFrame
    """calendar, session, close_at."""


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
        Begin histories there, not at `sync.FIRST_SESSION`.
    full : bool
        Compare whole histories, not only the last sessions.
    symbols : collection of str
        Only these; empty means all that the catalogue pulls.

    Raises
    ------
    NothingNewError
        No symbol could be fetched. The build must then not be published.
    """
    con, now = build.con, clock.now()
    sessions = sync.wanted_sessions(con, catalog, since, now)
    sync.write_catalog(con, catalog, sessions)
    as_of = _as_of(catalog, sessions, on, now)
    run_id = log.begin_run(con, "pull", source.name, as_of, now)
    run = Run(con, on, since, full, sync.security_ids(con), bars.full_pulls(con), sessions)
    due = [s for s in catalog.securities if s.pulled and (not symbols or s.symbol in symbols)]
    tell = step or (lambda done, total, symbol: None)
    outcomes: list[SymbolPull] = []
    stopped: dict[str, str] = {}
    first_id = log.next_pull_id(con)
    for done, security in enumerate(due):
        tell(done, len(due), security.symbol)
        at = clock.now()
        own = source.of(security.symbol) if isinstance(source, RoutedSource) else source
        if own.name in stopped:
            reason = f"not asked, {own.name} is out for this run: {stopped[own.name]}"
            pull = _skipped(security, own, at, reason, kind="transient")
        else:
            try:
                # one transaction: whatever its source does, the other symbols are not harmed
                with transaction(con):
                    pull = _pull_symbol(run, security, own, first_id + done, at)
            except SourceError as error:
                pull = _failed(security, own, at, error)
                if isinstance(error, RunStoppedError):
                    stopped[own.name] = error.message
        outcomes.append(replace(pull, finished_at=clock.now()))
    log.write_pulls(con, run_id, first_id, outcomes)
    tell(len(due), len(due), "")
    if due and not any(pull.answered for pull in outcomes):
        raise _nothing(source, outcomes)
    summary = PullSummary(as_of, source.name, tuple(outcomes), _keep_bad_rows(build, source))
    _keep_planted_truth(con, source)
    set_meta(con, "as_of", as_of.isoformat())
    log.end_run(con, run_id, clock.now(), "partial" if summary.failed else "done")
    return summary


def _pull_symbol(
    run: Run, security: Security, source: Source, pull_id: int, at: datetime
) -> SymbolPull:
    """Ask for one security's bars, compare them with the stored ones, write what differs.

    Parameters
    ----------
    at : datetime
        The moment before the source is asked, UTC.

    Raises
    ------
    SourceError
        The source failed, or what it gave cannot be this security's bars; nothing was written.
    """
    security_id = run.security_ids[security.symbol]
    end = min((day for day in (run.on, security.valid_to) if day), default=None)
    stored = _between(bars.stored_bars(run.con, security_id), security.valid_from, end)
    if not run.full and _is_complete(security, stored):
        return _skipped(security, source, at, f"delisted, all bars to {security.valid_to} stored")
    window = _window(run, security, source, stored, end, at)
    fetched = _fetch(run, security, source, window, at, expected=not stored.is_empty())
    found = compare(_between(stored, window.start, None), fetched.bars)
    attempts = fetched.attempts
    if not window.whole and (found.needs_whole_history or not found.withdrawn.is_empty()):
        window = Window(stored["session"][0], end, whole=True)
        fetched = _fetch(run, security, source, window, at, expected=True)
        attempts += fetched.attempts
        found = compare(stored, fetched.bars)
    own = found.withdrawn.filter(pl.col("source") == source.name)
    found = replace(found, withdrawn=own if window.whole else own.clear())
    if not run.full:
        _refuse_if_broken(security, source, found, stored.height)
    bars.apply(run.con, security_id, found, pull_id=pull_id, source=source.name, at=at)
    return SymbolPull(
        symbol=security.symbol,
        source=source.name,
        started_at=at,
        finished_at=at,
        outcome=found.outcome,
        reason=found.reason,
        attempts=attempts,
        whole=window.whole,
        rows_new=found.new.height,
        rows_changed=found.sessions_changed,
        first_session=fetched.bars["session"][0],
        last_session=fetched.bars["session"][-1],
    )


def _failed(security: Security, source: Source, at: datetime, error: SourceError) -> SymbolPull:
    """The outcome of an error; a security that is delisted, or that a file lacks, is skipped."""
    outcome, kind, reason = "failed", None, error.message
    transient = isinstance(error, TransientSourceError)
    if isinstance(error, AbsentSymbolError):
        outcome = "skipped"
    elif security.valid_to is not None and security.valid_to < at.date() and not transient:
        outcome, reason = "skipped", f"delisted {security.valid_to}; {reason}"
    else:
        kind = "transient" if transient else "permanent"
    return SymbolPull(
        security.symbol, source.name, at, at, outcome, kind, reason, attempts=error.attempts
    )


def _skipped(
    security: Security, source: Source, at: datetime, reason: str, kind: str | None = None
) -> SymbolPull:
    """A symbol for which the source was not asked; with a `kind` it was due all the same."""
    return SymbolPull(security.symbol, source.name, at, at, "skipped", kind, reason, attempts=0)


def _between(frame: pl.DataFrame, first: date | None, last: date | None) -> pl.DataFrame:
    return frame.filter(pl.col("session").is_between(first or date.min, last or date.max))


def _is_complete(security: Security, stored: pl.DataFrame) -> bool:
    """A security that no longer trades has its last bar, and it is final."""
    if security.valid_to is None or stored.is_empty():
        return False
    return bool(stored["session"][-1] == security.valid_to and stored["final"][-1])


def _window(
    run: Run,
    security: Security,
    source: Source,
    stored: pl.DataFrame,
    end: date | None,
    at: datetime,
) -> Window:
    """The last stored sessions again and all after them, or the whole history where that is due."""
    begin = max(run.since or sync.FIRST_SESSION, security.valid_from or date.min)
    if stored.is_empty():
        return Window(begin, end, whole=True)
    first: date = stored["session"][0]
    if run.full or (run.since is not None and begin < first):
        return Window(min(begin, first), end, whole=True)
    if _verification_due(run, security, source, stored, at):
        return Window(first, end, whole=True)
    overlap: date = stored["session"][-min(OVERLAP, stored.height)]
    provisional = stored.filter(~pl.col("final"))["session"]
    return Window(min([overlap, *provisional]), end, whole=False)


def _verification_due(
    run: Run, security: Security, source: Source, stored: pl.DataFrame, at: datetime
) -> bool:
    """Whether whole histories must be compared: once a calendar week, and with a new source.

    A correction further back than the overlap is found that way.
    """
    if stored["source"][-1] != source.name:
        return True
    last = run.compared_on.get((security.symbol, source.name))
    return last is None or last.isocalendar()[:2] != at.date().isocalendar()[:2]


def _fetch(
    run: Run, security: Security, source: Source, window: Window, at: datetime, *, expected: bool
) -> Fetched:
    """The source's answer with the column `final`; an answer that says nothing is an error."""
    fetched = source.fetch(security, window.start, window.end)
    if fetched.currency is not None and fetched.currency != security.currency:
        raise PermanentSourceError(
            f"{source.name} gives {fetched.currency}, the catalogue says {security.currency}",
            "one of them is another listing: mend source_symbols or currency in securities.toml",
        )
    given = _between(fetched.bars, window.start, window.end)
    if given.filter(~is_empty()).is_empty():
        said = fetched.note or f"no bars from {window.start} to {window.end or 'today'}"
        if expected:
            raise TransientSourceError(f"{said}, though the store has some there")
        raise PermanentSourceError(said)
    return replace(fetched, bars=_with_final(run, security, given, at))


def _with_final(run: Run, security: Security, given: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Whether each bar's session had closed, with a margin, before the source was asked.

    A date that the exchange's calendar does not know counts as closed two days later.
    """
    own = run.sessions.filter(pl.col("calendar") == security.calendar)
    closes = own.select("session", "close_at")
    joined = given.join(closes, on="session", how="left", maintain_order="left")
    final = (
        pl.when(pl.col("close_at").is_not_null())
        .then(pl.col("close_at") + SETTLING <= at)
        .otherwise(pl.col("session") < at.date() - timedelta(days=1))
    )
    return joined.with_columns(final.alias("final")).drop("close_at")


def _refuse_if_broken(security: Security, source: Source, found: Comparison, stored: int) -> None:
    """Good bars are not given up for an answer that cannot be right; `--full` overrules this."""
    hint = f"if the source is right: watchlist pull {security.symbol} --full"
    if found.comparable >= STRANGE_FEW and found.strange > STRANGE_SHARE * found.comparable:
        raise PermanentSourceError(
            f"{found.strange} of {found.comparable} closes differ from the stored ones by no "
            f"common ratio: {source.name} seems to give another security; the stored bars stand",
            hint,
        )
    gone = found.withdrawn.height
    if gone > WITHDRAWN_FEW and gone > WITHDRAWN_SHARE * stored:
        raise PermanentSourceError(
            f"{source.name} lacks {gone} of {stored} stored bars; the stored bars stand", hint
        )


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


def _nothing(source: Source, outcomes: list[SymbolPull]) -> NothingNewError:
    """No symbol could be fetched: each reason with its symbols, and what may help."""
    reasons: dict[str, list[str]] = {}
    for pull in outcomes:
        reasons.setdefault(pull.reason or pull.outcome, []).append(pull.symbol)
    lines = [f"  {', '.join(symbols)}: {reason}" for reason, symbols in reasons.items()]
    later = any(pull.kind != "permanent" for pull in outcomes)
    then = "try again later" if later else "mend that, or name another --source"
    return NothingNewError(
        "\n".join([f"nothing could be fetched from {source.name}", *lines]),
        f"the store stays as it was; {then}",
    )


def _keep_bad_rows(build: Build, source: Source) -> int:
    """Rows left out of a file on the user's word stay visible until its next import; how many."""
    findings = [
        checks.Finding("file_rows", "warning", row.symbol, None, str(row))
        for row in source.bad_rows
    ]
    checks.write_findings(build.con, ["file_rows"], findings, build.started_at)
    return len(findings)


def _keep_planted_truth(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """What a simulated market knows about itself, so that studies can be checked against it."""
    planted = getattr(source, "planted", None)
    if callable(planted):
        write_frame(con, "planted_effects", planted(), replace={})
