"""What a sweep writes: fits, abnormal returns, effects, drops, and the tests over all pairs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from watchlist import __version__
from watchlist.cores import usable_cores
from watchlist.steps.sweep_market import Market
from watchlist.store.frames import transaction, write_rows
from watchlist.study.arrow import column, numbers, words
from watchlist.study.design import StudyDesign
from watchlist.study.power import detectable_ratio
from watchlist.study.sample import Sample
from watchlist.study.significance import tests_named
from watchlist.study.sweep import SweepPairs
from watchlist.study.tails import student_p

if TYPE_CHECKING:
    import duckdb

Results = Mapping[str, Any]

ROW_GROUP = 122_880
"""Rows that DuckDB stores together. Laid out that many at a time, arrays stay small and are taken
in while the next are made; batches that fill no row group whole would be rewritten at the end."""

FEW = 1024
"""Rows moved at a time: they pass through the processor's cache."""

TABLES = (
    "studies", "study_fits", "abnormal_returns", "event_effects", "study_drops", "study_tests",
)  # fmt: skip

NO_VARIANCE = "returns do not vary, or the market's do not"


@dataclass(frozen=True)
class SweepSummary:
    """What a sweep ends with."""

    study_id: int
    pairs: int
    dropped: int

    @property
    def talk(self) -> tuple[str, ...]:
        """What a person wants to hear."""
        return (f"sweep: {self.pairs:,} pairs studied, {self.dropped:,} left out",)


def write_sweep(
    con: duckdb.DuckDBPyConnection,
    design: StudyDesign,
    market: Market,
    results: Results,
    as_of: date,
    tests: str | tuple[str, ...],
) -> SweepSummary:
    """Test the pairs together and write every table of the study, in place of an earlier sweep.

    Parameters
    ----------
    results : of `watchlist.study.sweep.collect`; used up
    """
    study_id = int(as_of.strftime("%Y%m%d")) * 100 + 99
    good = (results["observations"] >= design.min_observations) & (results["sigma2"] > 0)
    pairs = market.pairs.of(results["pair"])
    drops = _drops(_Names(market, pairs.of(~good), study_id), results, design, ~good)
    results = {name: _keep(values, good) for name, values in results.items()}
    pairs = pairs.of(good)
    names = _Names(market, pairs, study_id)
    study = {
        "study_id": study_id,
        "name": design.name,
        "model": design.model,
        "headline": False,
        "as_of": as_of,
        "design": design.as_json(),
        "design_hash": hashlib.sha256(design.as_json().encode()).hexdigest()[:16],
        "events": len(np.unique(numbers(names.event.indices))),
        "pairs": len(pairs.day0),
        "dates": len(np.unique(pairs.day0)),
        "dropped": len(drops),
        "warnings": [],
        "version": __version__,
    }
    with ThreadPoolExecutor(1) as pool, transaction(con):
        # worked out side by side, while DuckDB takes in the rest
        rows = pool.submit(_tests, results, pairs, design, tests)
        for table in TABLES:
            con.execute(f"DELETE FROM base.{table} WHERE study_id = $id", {"id": study_id})
        _insert(con, "study_fits", _fits(names, results, design))
        _insert(con, "abnormal_returns", _abnormal(names, results, design))
        _insert(con, "event_effects", _effects(names, results, design))
        _insert(con, "study_drops", drops)
        write_rows(con, "studies", [study])
        write_rows(con, "study_tests", [{"study_id": study_id, **row} for row in rows.result()])
    return SweepSummary(study_id, len(pairs.day0), len(drops))


def _keep(values: NDArray[Any], good: NDArray[np.bool_]) -> NDArray[Any]:
    """The good rows, moved up in place: a copy would take as much memory again."""
    if good.all():
        return values
    end, kept = 0, np.flatnonzero(good)
    for begin in range(0, len(kept), FEW):
        some = values[kept[begin : begin + FEW]]
        values[end : end + len(some)] = some
        end += len(some)
    return values[:end]


class _Names:
    """The strings of pairs, as dictionaries: a name is stored once, not once a row."""

    def __init__(self, market: Market, pairs: SweepPairs, study_id: int) -> None:
        self.study_id = study_id
        self.days = market.factor.days
        self.day0 = pairs.day0
        self.all = np.arange(len(pairs.day0))
        order = column(pairs.number)
        self.event = market.events.take(order)
        self.symbol = market.symbols.take(order)

    def columns(self, rows: NDArray[np.int64]) -> dict[str, Any]:
        """study_id, event_id and symbol of those rows."""
        index = column(rows)
        return {
            "study_id": _constant(self.study_id, rows, np.int32),
            "event_id": self.event.take(index),
            "symbol": self.symbol.take(index),
        }

    def sessions(self, number: NDArray[np.int64]) -> pa.Array:
        """Session numbers as dates."""
        return column(self.days[number].astype(np.int32)).view(pa.date32())


def _constant(value: int, rows: NDArray[np.int64], kind: type[np.integer[Any]]) -> pa.Array:
    return column(np.full(len(rows), value, kind))


def _known(values: NDArray[np.float64]) -> pa.Array:
    """NaN becomes NULL."""
    return column(values, missing=np.isnan(values))


def _fits(names: _Names, results: Results, design: StudyDesign) -> pa.Table:
    # lists of one: there is one factor
    each = column(np.arange(len(names.all) + 1, dtype=np.int32))
    factor = words(design.factors).take(column(np.zeros(len(names.all), np.int32)))
    return pa.table(
        {
            **names.columns(names.all),
            "day0": names.sessions(names.day0),
            "factors": pa.ListArray.from_arrays(each, factor),
            "alpha": _known(results["alpha"]),
            "betas": pa.ListArray.from_arrays(each, column(results["beta"])),
            "sigma": column(np.sqrt(results["sigma2"])),
            "observations": column(results["observations"]),
            "masked": column(design.estimation_length - results["observations"]),
            "note": words(results["note"]),
        }
    )


def _abnormal(names: _Names, results: Results, design: StudyDesign) -> pa.RecordBatchReader:
    piece = max(1, ROW_GROUP // (design.chart[1] - design.chart[0] + 1))
    pieces = (slice(begin, begin + piece) for begin in range(0, len(names.all), piece))
    none = _days_of(names, results, design, slice(0))
    batches = (_days_of(names, results, design, some) for some in pieces)
    return pa.RecordBatchReader.from_batches(none.schema, batches)


def _days_of(names: _Names, results: Results, design: StudyDesign, pairs: slice) -> pa.RecordBatch:
    """One row a pair and day of the chart."""
    first, last = design.chart
    length, offset = last - first + 1, first - design.event_days[0]
    ret, ar, se = (
        results[name][pairs, offset : offset + length] for name in ("ret", "ar", "day_se")
    )
    day = np.arange(first, last + 1)
    number = names.day0[pairs, None] + day
    each = np.repeat(names.all[pairs], length)
    there = ((number >= 0) & (number < len(names.days))).ravel()
    places = [each, np.tile(day, len(each) // length), number.ravel()]
    values = [cells.ravel() for cells in (ret, ret - ar, ar, ar / se)]
    if not there.all():
        places, values = ([cells[there] for cells in some] for some in (places, values))
    each, day, number = places
    return pa.record_batch(
        {
            **names.columns(each),
            "day": column(day.astype(np.int16)),
            "session": names.sessions(number),
            **dict(zip(("ret", "expected", "ar", "sar"), map(_known, values), strict=True)),
        }
    )


def _effects(names: _Names, results: Results, design: StudyDesign) -> pa.Table:
    freedom = results["observations"] - design.parameters
    # few distinct numbers of observations, and each ratio is a root search
    distinct, which = np.unique(freedom, return_inverse=True)
    ratio = np.array([detectable_ratio(float(df)) for df in distinct])[which]
    parts = []
    for number, (first, last) in enumerate(design.windows):
        held = {
            name: results[name][:, number] for name in ("raw", "car", "bhar", "se", "scar", "days")
        }
        parts.append(
            pa.table(
                {
                    **names.columns(names.all),
                    "first_day": _constant(first, names.all, np.int16),
                    "last_day": _constant(last, names.all, np.int16),
                    "ret": _known(held["raw"]),
                    "car": _known(held["car"]),
                    "bhar": _known(held["bhar"]),
                    "se": _known(held["se"]),
                    "scar": _known(held["scar"]),
                    "t_p": _known(student_p(held["scar"], freedom)),
                    "mde": _known(held["se"] * ratio),
                    "days": column(held["days"].astype(np.int32)),
                }
            )
        )
    return pa.concat_tables(parts)


def _drops(
    names: _Names, results: Results, design: StudyDesign, bad: NDArray[np.bool_]
) -> pa.Table:
    some = zip(results["observations"][bad].tolist(), results["note"][bad], strict=True)
    reasons = [
        note or (_too_few(n, design) if n < design.min_observations else NO_VARIANCE)
        for n, note in some
    ]
    return pa.table(
        {
            **names.columns(names.all),
            "code": words(["short-estimation"] * len(reasons)),
            "reason": words(reasons),
        }
    )


def _too_few(observations: int, design: StudyDesign) -> str:
    return f"{observations} usable estimation rows, {design.min_observations} are asked for"


def _tests(
    results: Results,
    pairs: SweepPairs,
    design: StudyDesign,
    tests: str | tuple[str, ...],
) -> list[dict[str, Any]]:
    """The battery over all pairs that have the whole window."""
    resid, ar, observations = results["resid"], results["ar"], results["observations"]
    sigma = np.sqrt(results["sigma2"])
    rows, known = [], None
    for number, (first, last) in enumerate(design.windows):
        offset = first - design.event_days[0]
        span = slice(offset, offset + last - first + 1)
        there = np.isfinite(ar[:, span]).all(axis=1)
        if not there.any():
            continue
        whole: slice | NDArray[np.int64] = slice(None) if there.all() else np.flatnonzero(there)
        # the largest array of the run is not copied for the sake of a few pairs at its last use
        last_use = number == len(design.windows) - 1
        sample = Sample(
            ar=ar[whole, span],
            tested=slice(None),
            car=results["car"][whole, number],
            se=results["se"][whole, number],
            scar=results["scar"][whole, number],
            resid=_keep(resid, there) if last_use else resid[whole],
            sigma=sigma[whole],
            observations=observations[whole],
            parameters=design.parameters,
            dates=pairs.day0[whole],
            known_correlation=known if there.all() else None,
            draws=design.draws,
            seed=design.seed,
        )
        named = tests_named(tests)
        # more threads than processors would only take turns at the interpreter
        with ThreadPoolExecutor(usable_cores()) as pool:
            outcomes = list(pool.map(lambda test, given=sample: test.apply(given), named))
        for test, outcome in zip(named, outcomes, strict=True):
            notes = [*test.warnings(sample), *([outcome.note] if outcome.note else [])]
            rows.append(
                {
                    "scope": "all",
                    "value": "all",
                    "first_day": first,
                    "last_day": last,
                    "test": test.name,
                    "headline": test.headline,
                    "n": sample.n,
                    "dates": len(np.unique(sample.dates)),
                    **{
                        name: value if np.isfinite(value) else None
                        for name, value in zip(
                            ("estimate", "se", "statistic", "df", "p"), outcome[:5], strict=True
                        )
                    },
                    "r_bar": sample.correlation.r_bar,
                    "variance_ratio": sample.variance_ratio,
                    "share_positive": float((sample.car > 0).mean()),
                    "warning": "; ".join(notes) or None,
                }
            )
        known = sample.correlation if there.all() else known
    return rows


def _insert(
    con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table | pa.RecordBatchReader
) -> None:
    con.register("_sweep", rows)
    con.execute(f"INSERT INTO base.{table} BY NAME SELECT * FROM _sweep")
    con.unregister("_sweep")
