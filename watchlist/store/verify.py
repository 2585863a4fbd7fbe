"""Verify: a second source is asked about the stored bars; where it disagrees is a finding."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from watchlist.catalog import Catalog, Security
from watchlist.clock import Clock
from watchlist.errors import SourceError
from watchlist.sources import RunStoppedError, Source
from watchlist.store import Build, bars, checks, sync
from watchlist.store.pull import Step

CLOSE_TOLERANCE = 0.005
"""Closes of two vendors agree within half a percent; thin names trade on several tapes."""

VOLUME_TOLERANCE = 0.5
"""Vendors count late and off-exchange trades differently: only one this far off is a finding."""

WINDOW = timedelta(days=365)
"""How far back from the last bar is compared."""


@dataclass(frozen=True)
class VerifySummary:
    """What a second source said."""

    source: str
    compared: int
    """Bars that both have."""

    disagreements: int
    unanswered: tuple[str, ...]
    """Symbols that the second source could not be asked about, with the reason."""

    @property
    def talk(self) -> tuple[str, ...]:
        """What a person wants to hear, line by line."""
        first = (
            f"verified against {self.source}: {self.compared} bars, "
            f"{self.disagreements} disagreements"
        )
        return (first, *(f"  {line}" for line in self.unanswered))


def run_verify(
    build: Build,
    catalog: Catalog,
    source: Source,
    *,
    clock: Clock,
    symbols: Collection[str] = (),
    step: Step | None = None,
) -> VerifySummary:
    """Compare the last year of stored bars with `source`; findings `verify_<source>` say where not.

    Nothing is overwritten. The findings of an earlier verification by that source are replaced.
    """
    due = [s for s in catalog.securities if s.pulled and (not symbols or s.symbol in symbols)]
    findings: list[checks.Finding] = []
    unanswered: list[str] = []
    compared = 0
    security_ids = sync.security_ids(build.con)
    for done, security in enumerate(due):
        if step is not None:
            step(done, len(due), security.symbol)
        stored = bars.stored_bars(build.con, security_ids[security.symbol])
        stored = stored.filter(pl.col("final"))
        if stored.is_empty():
            continue
        last: date = stored["session"][-1]
        try:
            given = source.fetch(security, last - WINDOW, last).bars
        except SourceError as error:
            unanswered.append(f"{security.symbol}: {error.message}")
            if isinstance(error, RunStoppedError):
                break
            continue
        both = stored.join(given, on="session", how="inner", suffix="_other", maintain_order="left")
        compared += both.height
        findings += _disagreements(security, source, both)
    checks.write_findings(build.con, [f"verify_{source.name}"], findings, clock.now())
    return VerifySummary(source.name, compared, len(findings), tuple(unanswered))


def _disagreements(security: Security, source: Source, both: pl.DataFrame) -> list[checks.Finding]:
    findings = []
    for field, tolerance, severity in (
        ("close", CLOSE_TOLERANCE, "warning"),
        ("volume", VOLUME_TOLERANCE, "note"),
    ):
        ratio = pl.col(f"{field}_other") / pl.col(field) - 1
        apart = both.filter((pl.col(field) > 0) & (ratio.abs() > tolerance))
        findings += [
            checks.Finding(
                check_name=f"verify_{source.name}",
                severity=severity,
                symbol=security.symbol,
                session=session,
                message=f"{field} {ours:g} here, {theirs:g} at {source.name}",
                value=theirs / ours - 1,
            )
            for session, ours, theirs in apart.select("session", field, f"{field}_other").rows()
        ]
    return findings
