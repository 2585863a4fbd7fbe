"""Tests of single days: is the mean abnormal return (AAR) of day t zero?

A test of one day is the test of its window [t, t]; ranks are taken over the estimation rows and all
days of the chart.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from watchlist.study.group_tests import TEST_SCHEMA, Study, row_of, sample_lines
from watchlist.study.groups import Group
from watchlist.study.models import Floats, Ints
from watchlist.study.sample import Sample
from watchlist.study.windows import day_errors


def day_tests(study: Study, groups: list[Group], tests: str | tuple[str, ...]) -> pl.DataFrame:
    """The registry's tests of every group and chart day; first_day = last_day = the day."""
    rows: list[tuple[object, ...]] = []
    errors = day_errors(study.fits)
    first, last = study.design.chart
    for group in groups:
        for day in range(first, last + 1):
            sample = day_sample(study, errors, group.members, day)
            if sample is None:
                continue
            missing = len(group.members) - sample.n
            note = f"{missing} pairs have no return that day" if missing else None
            head = (group.scope, group.value, day, day)
            lines = sample_lines(sample, tests, headline=group.scope == "event")
            rows += [row_of(head, sample, line, note) for line in lines]
    return pl.DataFrame(rows, schema=TEST_SCHEMA, orient="row")


def day_sample(study: Study, errors: Floats, members: Ints, day: int) -> Sample | None:
    """The pairs that have a return on that day; None if none has.

    Parameters
    ----------
    errors : (P, E) from `windows.day_errors`
    """
    design, fits = study.design, study.fits
    column = day - design.event_days[0]
    some = members[np.isfinite(fits.ar[members, column] / errors[members, column])]
    if not len(some):
        return None
    chart = slice(
        design.chart[0] - design.event_days[0], design.chart[1] - design.event_days[0] + 1
    )
    at = day - design.chart[0]
    car, se = fits.ar[some, column], errors[some, column]
    return Sample(
        ar=fits.ar[some, chart],
        tested=slice(at, at + 1),
        car=car,
        se=se,
        scar=car / se,
        resid=fits.resid[some],
        sigma=fits.sigma[some],
        observations=fits.observations[some],
        parameters=fits.parameters,
        dates=study.pairs.rows[some],
        convention=design.correlation,
        known_correlation=study.correlation(some),
        draws=design.draws,
        seed=design.seed,
    )
