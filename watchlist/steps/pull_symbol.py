"""One security: which sessions to ask for, what the answer means, what is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from watchlist.catalog import Security
from watchlist.errors import PermanentSourceError, SourceError, TransientSourceError
from watchlist.sources import AbsentSymbolError, Fetched, Source
from watchlist.store import bars, sync
from watchlist.store.restate import Comparison, compare, is_empty

if TYPE_CHECKING:
    import duckdb

FIRST_SESSION = date(2000, 1, 1)
"""No older bar is asked for unless `--since` says so: no event of the catalogue needs one."""

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
class SymbolPull:
    """How the pull of one symbol ended; the columns of `pulls`."""

    symbol: str
    source: str
    started_at: datetime
    finished_at: datetime
    outcome: str
    """new, unchanged, restated, failed, skipped"""
    kind: str | None = None
    """transient or permanent where bars were due and did not come."""
    reason: str | None = None
    attempts: int = 1
    whole: bool = False
    rows_new: int = 0
    rows_changed: int = 0
    first_session: date | None = None
    last_session: date | None = None

    @property
    def had(self) -> bool:
        """The source answered with bars."""
        return self.outcome in {"new", "unchanged", "restated"}

    @property
    def lacking(self) -> bool:
        """It was due and could not be had."""
        return self.kind is not None


class Window(NamedTuple):
    """The sessions that a pull asks for."""

    start: date
    end: date | None
    whole: bool
    """No stored bar lies outside."""


@dataclass(frozen=True)
class Known:
    """What the store says of every security, read at once: asking costs more than the rows do."""

    numbers: dict[str, int]
    """By symbol."""
    compared: dict[tuple[str, str], date]
    """The UTC day on which a symbol's whole history was last compared with a source."""
    closes: dict[str, pl.DataFrame]
    """session, close_at of each calendar."""


def read_known(con: duckdb.DuckDBPyConnection, sessions: pl.DataFrame) -> Known:
    """For `sessions` of the calendars (calendar, session, close_at), once they are stored."""
    closes = sessions.select("calendar", "session", "close_at").partition_by(
        "calendar", as_dict=True, include_key=False
    )
    return Known(
        sync.security_ids(con),
        bars.full_pulls(con),
        {str(calendar): frame for (calendar,), frame in closes.items()},
    )


def pull_symbol(
    con: duckdb.DuckDBPyConnection,
    security: Security,
    source: Source,
    *,
    known: Known,
    pull_id: int,
    at: datetime,
    on: date | None,
    since: date | None,
    full: bool,
) -> SymbolPull:
    """Ask for one security's bars, compare them with the stored ones, write what differs.

    Parameters
    ----------
    known : Known
        Read before the first symbol of the run.
    at : datetime
        The moment before the source is asked, UTC.
    on : date or None
        Ask for no bar after it.
    since : date or None
        Begin the history there, not at `FIRST_SESSION`.
    full : bool
        The user wants the whole history, and believes what the source now says.

    Raises
    ------
    SourceError
        The source failed, or what it gave cannot be this security's bars; nothing was written.
    """
    security_id = known.numbers[security.symbol]
    closes = known.closes[security.calendar]
    end = min((day for day in (on, security.valid_to) if day), default=None)
    stored = _inside(bars.stored_bars(con, security_id), security.valid_from, end)
    if not full and _is_complete(security, stored):
        return skipped(security, source, at, f"delisted, all bars to {security.valid_to} stored")
    due = not stored.is_empty() and _verification_due(known, security, source, stored, at)
    window = _window(security, stored, end, since, full=full, due=due)
    asked = _ask(source, security, window, closes, at, expected=not stored.is_empty())
    found = compare(_inside(stored, window.start, None), asked.bars)
    attempts = asked.attempts
    if not window.whole and (found.needs_whole_history or not found.withdrawn.is_empty()):
        window = Window(stored["session"][0], end, whole=True)
        asked = _ask(source, security, window, closes, at, expected=True)
        attempts += asked.attempts
        found = compare(stored, asked.bars)
    own = found.withdrawn.filter(pl.col("source") == source.name)
    found = replace(found, withdrawn=own if window.whole else own.clear())
    if not full:
        _refuse_if_broken(security, source, found, stored.height)
    bars.apply(con, security_id, found, pull_id=pull_id, source=source.name, at=at)
    return SymbolPull(
        symbol=security.symbol,
        source=source.name,
        started_at=at,
        finished_at=at,
        outcome=_outcome(found),
        reason=_reason(found),
        attempts=attempts,
        whole=window.whole,
        rows_new=found.new.height,
        rows_changed=found.sessions_changed,
        first_session=asked.bars["session"][0],
        last_session=asked.bars["session"][-1],
    )


def failed(security: Security, source: Source, at: datetime, error: SourceError) -> SymbolPull:
    """The outcome of an error; a security that is delisted, or that a file lacks, is skipped."""
    ended = SymbolPull(
        security.symbol,
        source.name,
        at,
        at,
        "failed",
        reason=error.message,
        attempts=error.attempts,
    )
    if isinstance(error, AbsentSymbolError):
        return replace(ended, outcome="skipped")
    transient = isinstance(error, TransientSourceError)
    if security.valid_to is not None and security.valid_to < at.date() and not transient:
        gone = f"delisted {security.valid_to}; {error.message}"
        return replace(ended, outcome="skipped", reason=gone)
    return replace(ended, kind="transient" if transient else "permanent")


def skipped(
    security: Security, source: Source, at: datetime, reason: str, kind: str | None = None
) -> SymbolPull:
    """A symbol for which the source was not asked; with a `kind` it was due all the same."""
    return SymbolPull(security.symbol, source.name, at, at, "skipped", kind, reason, attempts=0)


def _inside(frame: pl.DataFrame, first: date | None, last: date | None) -> pl.DataFrame:
    return frame.filter(
        pl.col("session").is_between(first or date.min, last or date.max, closed="both")
    )


def _is_complete(security: Security, stored: pl.DataFrame) -> bool:
    """A security that no longer trades has its last bar, and it is final."""
    if security.valid_to is None or stored.is_empty():
        return False
    return bool(stored["session"][-1] == security.valid_to and stored["final"][-1])


def _verification_due(
    known: Known,
    security: Security,
    source: Source,
    stored: pl.DataFrame,
    at: datetime,
) -> bool:
    """Whether whole histories must be compared: once a calendar week, and with a new source.

    A correction further back than the overlap is found that way.
    """
    if stored["source"][-1] != source.name:
        return True
    last = known.compared.get((security.symbol, source.name))
    return last is None or last.isocalendar()[:2] != at.date().isocalendar()[:2]


def _window(
    security: Security,
    stored: pl.DataFrame,
    end: date | None,
    since: date | None,
    *,
    full: bool,
    due: bool,
) -> Window:
    begin = max(since or FIRST_SESSION, security.valid_from or date.min)
    if stored.is_empty():
        return Window(begin, end, whole=True)
    first: date = stored["session"][0]
    if full or (since is not None and begin < first):
        return Window(min(begin, first), end, whole=True)
    if due:
        return Window(first, end, whole=True)
    overlap: date = stored["session"][-min(OVERLAP, stored.height)]
    provisional = stored.filter(~pl.col("final"))["session"]
    return Window(min([overlap, *provisional]), end, whole=False)


def _ask(
    source: Source,
    security: Security,
    window: Window,
    closes: pl.DataFrame,
    at: datetime,
    *,
    expected: bool,
) -> Fetched:
    """The source's answer with the column `final`; an answer that says nothing is an error."""
    asked = source.fetch(security, window.start, window.end)
    if asked.currency is not None and asked.currency != security.currency:
        raise PermanentSourceError(
            f"{source.name} gives {asked.currency}, the catalogue says {security.currency}",
            "one of them is another listing: mend source_symbols or currency in securities.toml",
        )
    given = _inside(asked.bars, window.start, window.end)
    if given.filter(~is_empty()).is_empty():
        said = asked.note or f"no bars from {window.start} to {window.end or 'today'}"
        if expected:
            raise TransientSourceError(f"{said}, though the store has some there")
        raise PermanentSourceError(said)
    return replace(asked, bars=_with_final(given, closes, at))


def _with_final(given: pl.DataFrame, closes: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Whether each bar's session had closed, with a margin, before the source was asked.

    A date that the exchange's calendar does not know counts as closed two days later.
    """
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


def _outcome(found: Comparison) -> str:
    causes = set(found.changes["cause"])
    if causes - {"final"} or not found.withdrawn.is_empty():
        return "restated"
    return "new" if causes or not found.new.is_empty() else "unchanged"


def _reason(found: Comparison) -> str | None:
    """What was restated, in words: `split: 1540 bars, prices times 0.2; late: 3 bars`."""
    if _outcome(found) != "restated":
        return None
    counts = Counter(cause for cause, _ in set(found.changes.select("cause", "session").rows()))
    parts = []
    for cause, count in sorted(counts.items()):
        scale = f", prices times {found.ratio:.6g}" if cause == "split" and found.ratio else ""
        parts.append(f"{cause}: {count} bar{'s' if count > 1 else ''}{scale}")
    if not found.withdrawn.is_empty():
        parts.append(f"withdrawn: {found.withdrawn.height}")
    return "; ".join(parts)
