"""What a sweep writes: fits, abnormal returns, effects, drops, and the tests over all pairs."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from watchlist import __version__
from watchlist.steps.sweep_market import Market
from watchlist.study.design import StudyDesign
from watchlist.study.power import detectable_ratio
from watchlist.study.sample import Sample
from watchlist.study.significance import tests_named
from watchlist.study.sweep import SweepPairs, matrix
from watchlist.study.tails import student_p

if TYPE_CHECKING:
    import duckdb

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
    results: pa.Table,
    as_of: date,
    tests: str | tuple[str, ...],
) -> SweepSummary:
    """Test the pairs together and write every table of the study, in place of an earlier sweep."""
    study_id = int(as_of.strftime("%Y%m%d")) * 100 + 99
    observations = results["observations"].to_numpy()
    good = (observations >= design.min_observations) & (results["sigma2"].to_numpy() > 0)
    pairs = market.pairs.of(results["pair"].to_numpy())
    names = _Names(market, pairs, study_id)
    for table in ("study_fits", "abnormal_returns", "event_effects", "study_tests", "study_drops"):
        con.execute(f"DELETE FROM base.{table} WHERE study_id = $id", {"id": study_id})
    con.execute("DELETE FROM base.studies WHERE study_id = $id", {"id": study_id})
    kept = np.flatnonzero(good)
    with ThreadPoolExecutor(1) as pool:
        # the tests are worked out while DuckDB takes in the rest
        rows = pool.submit(_tests, results, pairs, design, good, tests)
        _insert(con, "study_fits", _fits(names, results, design, kept))
        _insert(con, "abnormal_returns", _abnormal(names, results, design, kept))
        _insert(con, "event_effects", _effects(names, results, design, kept))
        _insert(con, "study_drops", _drops(names, results, design, np.flatnonzero(~good)))
    found = pa.Table.from_pylist([{"study_id": study_id, **row} for row in rows.result()])
    _insert(con, "study_tests", found)
    study = {
        "study_id": study_id,
        "name": design.name,
        "model": design.model,
        "headline": False,
        "as_of": as_of,
        "design": design.as_json(),
        "design_hash": hashlib.sha256(design.as_json().encode()).hexdigest()[:16],
        "events": len(np.unique(market.events[pairs.number[kept]])),
        "pairs": len(kept),
        "dates": len(np.unique(pairs.day0[kept])),
        "dropped": int((~good).sum()),
        "version": __version__,
    }
    columns = {name: pa.array([value]) for name, value in study.items()}
    columns["warnings"] = pa.array([[]], pa.list_(pa.string()))
    _insert(con, "studies", pa.table(columns))
    return SweepSummary(study_id, len(kept), int((~good).sum()))


class _Names:
    """The strings of pairs, as dictionaries: a name is stored once, not once a row."""

    def __init__(self, market: Market, pairs: SweepPairs, study_id: int) -> None:
        self.study_id = study_id
        self.days = market.factor.days
        self.day0 = pairs.day0
        self._event = _encoded(market.events[pairs.number])
        self._symbol = _encoded(market.symbols[pairs.number])

    def columns(self, rows: NDArray[np.int64]) -> dict[str, Any]:
        """study_id, event_id and symbol of those rows."""
        index = pa.array(rows)
        return {
            "study_id": pa.array(np.full(len(rows), self.study_id, np.int32)),
            "event_id": self._event.take(index),
            "symbol": self._symbol.take(index),
        }

    def sessions(self, numbers: NDArray[np.int64]) -> pa.Array:
        """Session numbers as dates."""
        return pa.array(self.days[numbers].astype(np.int32)).cast(pa.date32())


def _encoded(values: NDArray[np.object_]) -> pa.DictionaryArray:
    return pa.array(values, pa.string()).dictionary_encode()


def _known(values: NDArray[np.float64]) -> pa.Array:
    """NaN becomes NULL."""
    return pa.array(values, mask=np.isnan(values))


def _fits(
    names: _Names, results: pa.Table, design: StudyDesign, rows: NDArray[np.int64]
) -> pa.Table:
    beta = results["beta"].to_numpy()[rows]
    return pa.table(
        {
            **names.columns(rows),
            "day0": names.sessions(names.day0[rows]),
            "factors": pa.array([list(design.factors)] * len(rows)),
            "alpha": _known(results["alpha"].to_numpy()[rows]),
            "betas": pa.ListArray.from_arrays(np.arange(len(rows) + 1), beta),
            "sigma": np.sqrt(results["sigma2"].to_numpy()[rows]),
            "observations": results["observations"].to_numpy()[rows],
            "masked": design.estimation_length - results["observations"].to_numpy()[rows],
            "note": results["note"].combine_chunks().take(pa.array(rows)),
        }
    )


def _abnormal(
    names: _Names, results: pa.Table, design: StudyDesign, rows: NDArray[np.int64]
) -> pa.Table:
    first, last = design.chart
    offset = first - design.event_days[0]
    span = slice(offset, offset + last - first + 1)
    ret, ar, se = (matrix(results[name])[rows, span] for name in ("ret", "ar", "day_se"))
    length = last - first + 1
    each = np.repeat(rows, length)
    day = np.tile(np.arange(first, last + 1), len(rows))
    number = names.day0[each] + day
    there = (number >= 0) & (number < len(names.days))
    each, day, number = each[there], day[there], number[there]
    flat = [values.ravel()[there] for values in (ret, ret - ar, ar, ar / se)]
    return pa.table(
        {
            **names.columns(each),
            "day": pa.array(day.astype(np.int16)),
            "session": names.sessions(number),
            **{n: _known(v) for n, v in zip(("ret", "expected", "ar", "sar"), flat, strict=True)},
        }
    )


def _effects(
    names: _Names, results: pa.Table, design: StudyDesign, rows: NDArray[np.int64]
) -> pa.Table:
    freedom = results["observations"].to_numpy()[rows] - design.parameters
    # few distinct numbers of observations, and each ratio is a root search
    distinct, which = np.unique(freedom, return_inverse=True)
    ratio = np.array([detectable_ratio(float(df)) for df in distinct])[which]
    parts = []
    for number, (first, last) in enumerate(design.windows):
        held = {
            name: matrix(results[name])[rows, number]
            for name in ("raw", "car", "bhar", "se", "scar", "days")
        }
        parts.append(
            pa.table(
                {
                    **names.columns(rows),
                    "first_day": pa.array(np.full(len(rows), first, np.int16)),
                    "last_day": pa.array(np.full(len(rows), last, np.int16)),
                    "ret": _known(held["raw"]),
                    "car": _known(held["car"]),
                    "bhar": _known(held["bhar"]),
                    "se": _known(held["se"]),
                    "scar": _known(held["scar"]),
                    "t_p": _known(student_p(held["scar"], freedom)),
                    "mde": _known(held["se"] * ratio),
                    "days": pa.array(held["days"].astype(np.int32)),
                }
            )
        )
    return pa.concat_tables(parts)


def _drops(
    names: _Names, results: pa.Table, design: StudyDesign, rows: NDArray[np.int64]
) -> pa.Table:
    some = results.select(["observations", "note"]).take(pa.array(rows))
    reasons = [
        note or (_too_few(n, design) if n < design.min_observations else NO_VARIANCE)
        for n, note in zip(*(column.to_pylist() for column in some.columns), strict=True)
    ]
    return pa.table(
        {
            **names.columns(rows),
            "code": pa.array(["short-estimation"] * len(rows), pa.string()),
            "reason": pa.array(reasons, pa.string()),
        }
    )


def _too_few(observations: int, design: StudyDesign) -> str:
    return f"{observations} usable estimation rows, {design.min_observations} are asked for"


def _tests(
    results: pa.Table,
    pairs: SweepPairs,
    design: StudyDesign,
    good: NDArray[np.bool_],
    tests: str | tuple[str, ...],
) -> list[dict[str, Any]]:
    """The battery over all pairs that have the whole window."""
    resid, ar = matrix(results["resid"]), matrix(results["ar"])
    sigma = np.sqrt(results["sigma2"].to_numpy())
    observations = results["observations"].to_numpy()
    rows = []
    for number, (first, last) in enumerate(design.windows):
        offset = first - design.event_days[0]
        span = slice(offset, offset + last - first + 1)
        whole = np.flatnonzero(good & np.isfinite(ar[:, span]).all(axis=1))
        sample = Sample(
            ar=ar[whole, span],
            tested=slice(None),
            car=matrix(results["car"])[whole, number],
            se=matrix(results["se"])[whole, number],
            scar=matrix(results["scar"])[whole, number],
            # nearly always all of them: do not copy what is the largest array of the run
            resid=resid if len(whole) == len(resid) else resid[whole],
            sigma=sigma[whole],
            observations=observations[whole],
            parameters=design.parameters,
            dates=pairs.day0[whole],
            draws=design.draws,
            seed=design.seed,
        )
        for test in tests_named(tests):
            outcome = test.apply(sample)
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
    return rows


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    if len(rows):
        con.register("_sweep", rows)
        con.execute(f"INSERT INTO base.{table} BY NAME SELECT * FROM _sweep")
        con.unregister("_sweep")
