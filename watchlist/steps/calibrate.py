"""Calibration at the edge: the daily study's design on the store's own quiet days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from watchlist import store
from watchlist.errors import StudyError, nearest
from watchlist.steps.study import daily_designs, fingerprint, read_data
from watchlist.study.calibrate import Calibration, Scope, calibrate_study
from watchlist.study.design import StudyDesign, Window

if TYPE_CHECKING:
    import duckdb

    from watchlist.config import Config

Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class CalibrationSummary:
    """A finished calibration and what it was made of."""

    as_of: date
    design: StudyDesign
    design_hash: str
    """Of the design and of every return and event that the calibration saw."""
    calibration: Calibration


def run_calibration(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    *,
    as_of: date,
    study: str = "daily-market",
    scopes: Sequence[Scope] = ("event", "all"),
    tests: str | tuple[str, ...] = "all",
    windows: Sequence[Window] | None = None,
    planted: Sequence[float] = (0.05,),
    repetitions: int = 500,
    step: Step | None = None,
) -> CalibrationSummary:
    """Calibrate one of the daily studies; reads only.

    Parameters
    ----------
    study : name of the daily study whose design is calibrated
    windows : default the study's
    planted : abnormal returns, fractions

    Raises
    ------
    StudyError
        No such study, no pair can be estimated, an event date has too few quiet days.
    """
    designs = {design.name: design for design in daily_designs(config)}
    if study not in designs:
        raise StudyError(f"no daily study {study!r}", nearest(study, list(designs)))
    design = designs[study]
    data = read_data(con, config, as_of=as_of)
    calibration = calibrate_study(
        data.panel,
        data.events,
        design,
        sectors=data.sectors,
        scopes=scopes,
        tests=tests,
        windows=windows,
        planted=planted,
        repetitions=repetitions,
        step=step,
    )
    return CalibrationSummary(as_of, design, fingerprint(design, data), calibration)


def write_calibration(con: duckdb.DuckDBPyConnection, summary: CalibrationSummary) -> None:
    """Put the result in the place of an earlier one of the same design and data."""
    frame = summary.calibration.table.insert_column(
        0, pl.lit(summary.design_hash).alias("design_hash")
    ).insert_column(1, pl.lit(summary.as_of).alias("as_of"))
    store.write_frame(con, "calibrations", frame, replace={"design_hash": summary.design_hash})
