"""The study of a whole market: the same as any other, read security by security and stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from watchlist.errors import StudyError
from watchlist.steps.pieces import Executor, open_returns
from watchlist.steps.study import read_axes, study_number, write_studies
from watchlist.study.design import PEERS, SECTOR, StudyDesign
from watchlist.study.pairs import make_pairs
from watchlist.study.run import Asked, StudyResult, study_pairs

if TYPE_CHECKING:
    import duckdb

    from watchlist.config import Config

Step = Callable[[int, int, str], None]

PLACE = 99
"""Last of the numbers of a day's studies: the daily ones come first."""


@dataclass(frozen=True)
class SweepSummary:
    """What a sweep ends with."""

    study_id: int
    result: StudyResult

    @property
    def talk(self) -> tuple[str, ...]:
        """What a person wants to hear."""
        pairs, drops = self.result.fits.height, self.result.drops.height
        return (f"sweep: {pairs:,} pairs studied, {drops:,} left out", *self.result.warnings)


def run_sweep(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    design: StudyDesign,
    executor: Executor,
    *,
    as_of: date,
    tests: str | tuple[str, ...] = "all",
    step: Step | None = None,
) -> SweepSummary:
    """Study every pair, test them together, and write the study.

    Parameters
    ----------

    Memory: a piece of the bars a thread, and about 8 (M + 3 E) bytes a pair for the results.

    Raises
    ------
    StudyError
        The design needs other securities than each pair's own and its factors, the market factor
        has no returns, or no event has a target.
    """
    if (
        design.model in ("synthetic-control", "trade-to-trade")
        or PEERS in design.factors
        or design.subject == "volume"
        or design.overlap == "joint"
    ):
        raise StudyError(
            f"a sweep of a whole market cannot use {design.model!r} of {list(design.factors)} with "
            f"overlap {design.overlap!r}",
            "a pair is estimated from its own returns and those of its factors: model 'market', "
            "overlap 'mask' or 'keep'",
        )
    held = read_axes(con, config, as_of=as_of, estimation=design.estimation)
    if held.events.is_empty():
        raise StudyError("no event has a target with a day 0", "watchlist events check")
    keys = list(held.events.select("event_id", "symbol").iter_rows())
    own = {SECTOR: {key: held.sectors[key[1]] for key in keys if key[1] in held.sectors}}
    every, drops = make_pairs(held.axes, held.events, design, own)
    source = open_returns(con, held, design, every, executor, as_of)
    asked = Asked(tests, scopes=("all",), contrasts=())
    result, _ = study_pairs(source, design, held.events, every, drops, asked, step=step)
    number = study_number(as_of, PLACE)
    write_studies(con, [(number, result, _fingerprint(result))], as_of=as_of)
    return SweepSummary(number, result)


def _fingerprint(result: StudyResult) -> str:
    """Hash of the design and of what the returns gave; 16 hex digits."""
    digest = hashlib.sha256(result.design.as_json().encode())
    for frame, name in ((result.fits, "sigma"), (result.effects, "ret"), (result.effects, "car")):
        digest.update(frame[name].to_numpy().tobytes())
    return digest.hexdigest()[:16]
