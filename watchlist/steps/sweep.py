"""The market-wide study: every event x target of a large store, streamed security by security."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from watchlist import __version__
from watchlist.errors import StudyError
from watchlist.steps.executors import Executor
from watchlist.study.design import StudyDesign
from watchlist.study.power import detectable_ratio
from watchlist.study.sample import Sample
from watchlist.study.significance import tests_named
from watchlist.study.sweep import SweepPairs, estimate_tape, matrix, result_schema
from watchlist.study.tails import student_p

if TYPE_CHECKING:
    import duckdb

_SQL = Path(__file__).parent / "sweep_sql"

Step = Callable[[int, int, str], None]

SECURITIES = 500
"""Securities a unit of work: 2 million bars of 25 years, about 50 MB."""


BUFFER_MB = 1024
"""Memory of DuckDB's own: it would else keep every block that was read."""


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


@dataclass(frozen=True)
class Market:
    """What every unit of work is given, and the names behind the integers."""

    pairs: SweepPairs
    events: NDArray[np.object_]
    symbols: NDArray[np.object_]
    returns: NDArray[np.float64]
    """(T,) of the market factor, by session number."""
    days: NDArray[np.int64]
    """(T,) sessions of the market's calendar as days since 1970."""
    lives: dict[int, tuple[int, int]]
    paying: frozenset[int]


def run_sweep(
    con: duckdb.DuckDBPyConnection,
    design: StudyDesign,
    executor: Executor,
    *,
    as_of: date,
    tests: str | tuple[str, ...] = "all",
    step: Step | None = None,
) -> SweepSummary:
    """Study every pair against the market, test them together, and write the study.

    Memory: one unit of bars a thread, and about 8 (M + 3 E) bytes a pair for the results.

    Raises
    ------
    StudyError
        The design is not a market model with `mask` or `keep`, the market factor has no returns,
        or no event has a target.
    """
    if design.model != "market" or design.overlap not in ("mask", "keep"):
        raise StudyError(
            f"a sweep of a whole market cannot use {design.model!r} with overlap "
            f"{design.overlap!r}",
            "use model 'market' and overlap 'mask' or 'keep'",
        )
    tell = step or (lambda done, total, what: None)
    con.execute(f"SET memory_limit = '{BUFFER_MB}MiB'")
    market = read_market(con, design, as_of)
    units = sorted(set((market.pairs.security // SECURITIES).tolist()))
    load, work = make_units(con, market, design, as_of)
    parts = []
    for part in executor.run(units, load, work, result_schema(design)):
        parts.append(part)
        tell(len(parts), len(units) + 1, f"{SECURITIES * len(parts):,} securities")
    # one contiguous piece a column, so that the arrays of the tests are views of it
    results = pa.concat_tables(parts).combine_chunks()
    parts.clear()
    summary = _write(con, design, market, results, as_of, tests)
    tell(len(units) + 1, len(units) + 1, "written")
    return summary


def last_session(con: duckdb.DuckDBPyConnection, design: StudyDesign) -> date:
    """The newest session of the market factor.

    Raises
    ------
    StudyError
        It has no bars.
    """
    factor = design.factors[0]
    row = con.execute(_sql("last_session"), {"market": factor}).fetchone()
    if row is None or row[0] is None:
        raise StudyError(f"no bars of the market factor {factor}", f"watchlist pull {factor}")
    found: date = row[0]
    return found


def read_market(con: duckdb.DuckDBPyConnection, design: StudyDesign, as_of: date) -> Market:
    """Pairs, calendar and market factor; small beside the bars."""
    factor = design.factors[0]
    days = _read(con, "sessions", market=factor, as_of=as_of)["day"].astype(np.int64)
    held = _read(con, "market", market=factor, as_of=as_of)
    if not len(held["day"]):
        raise StudyError(
            f"no returns of the market factor {factor} up to {as_of}", f"watchlist pull {factor}"
        )
    returns = np.full(len(days), np.nan)
    returns[np.searchsorted(days, held["day"])] = held["ret"]
    found = _read(con, "pairs", market=factor, as_of=as_of)
    if not len(found["security_id"]):
        raise StudyError("no event has a target with a day 0", "watchlist events check")
    day0 = found["day0"].astype("datetime64[D]").astype(np.int64)
    number = np.minimum(np.searchsorted(days, day0), len(days) - 1)
    known = days[number] == day0
    pairs = SweepPairs(
        np.arange(int(known.sum())), found["security_id"][known].astype(np.int64), number[known]
    )
    lives = _read(con, "lives")
    return Market(
        pairs,
        found["event_id"][known],
        found["symbol"][known],
        returns,
        days,
        {
            int(s): (int(a), int(b))
            for s, a, b in zip(
                lives["security_id"], lives["first_day"], lives["last_day"], strict=True
            )
        },
        frozenset(_read(con, "paying")["security_id"].tolist()),
    )


def make_units(
    con: duckdb.DuckDBPyConnection, market: Market, design: StudyDesign, as_of: date
) -> tuple[Callable[[int], pa.Table], Callable[[int, pa.Table], pa.Table]]:
    """How the bars of a unit are read, and the pure work on them."""
    plain, paying = _sql("tape"), _sql("tape_paying")
    numbers = np.full(int(market.days[-1]) + 1, -1)
    numbers[market.days] = np.arange(len(market.days))
    pays = {security // SECURITIES for security in market.paying}
    unit_of = market.pairs.security // SECURITIES
    own = {unit: market.pairs.of(unit_of == unit) for unit in np.unique(unit_of).tolist()}

    def load(unit: int) -> pa.Table:
        query = paying if unit in pays else plain
        first = unit * SECURITIES
        bounds = {"first": first, "last": first + SECURITIES - 1, "as_of": as_of}
        bars = con.cursor().sql(query, params=bounds).to_arrow_table()
        return _on_sessions(bars, numbers, market.lives)

    returns = market.returns

    def work(unit: int, bars: pa.Table) -> pa.Table:
        return estimate_tape(bars, own[unit], returns, design)

    return load, work


def _on_sessions(
    bars: pa.Table, numbers: NDArray[np.int64], lives: dict[int, tuple[int, int]]
) -> pa.Table:
    """Bars by session number, without those on no session or of another company's life."""
    day, security = bars["day"].to_numpy(), bars["security_id"].to_numpy()
    number = numbers[np.clip(day, 0, len(numbers) - 1)]
    good = (number >= 0) & (day < len(numbers))
    for other in set(np.unique(security).tolist()) & set(lives):
        first, last = lives[other]
        good &= (security != other) | ((day >= first) & (day <= last))
    bars = bars.set_column(bars.column_names.index("day"), "day", pa.array(number))
    return bars if good.all() else bars.filter(pa.array(good))


def _write(
    con: duckdb.DuckDBPyConnection,
    design: StudyDesign,
    market: Market,
    results: pa.Table,
    as_of: date,
    tests: str | tuple[str, ...],
) -> SweepSummary:
    study_id = int(as_of.strftime("%Y%m%d")) * 100 + 99
    observations = results["observations"].to_numpy()
    good = (observations >= design.min_observations) & (results["sigma2"].to_numpy() > 0)
    pairs = market.pairs.of(results["pair"].to_numpy())
    names = _Names(market, pairs, study_id)
    for table in ("study_fits", "abnormal_returns", "event_effects", "study_tests", "study_drops"):
        con.execute(f"DELETE FROM base.{table} WHERE study_id = $id", {"id": study_id})
    con.execute("DELETE FROM base.studies WHERE study_id = $id", {"id": study_id})
    kept = np.flatnonzero(good)
    _insert(con, "study_fits", _fits(names, results, design, kept))
    _insert(con, "abnormal_returns", _abnormal(names, results, design, kept))
    _insert(con, "event_effects", _effects(names, results, design, kept))
    _insert(con, "study_drops", _drops(names, observations, design, np.flatnonzero(~good)))
    rows = _tests(results, pairs, design, good, tests)
    _insert(con, "study_tests", pa.Table.from_pylist([{"study_id": study_id, **r} for r in rows]))
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
        self.days = market.days
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
    names: _Names, observations: NDArray[np.int64], design: StudyDesign, rows: NDArray[np.int64]
) -> pa.Table:
    reasons = [
        f"{n} usable estimation rows, {design.min_observations} are asked for"
        if n < design.min_observations
        else "returns do not vary, or the market's do not"
        for n in observations[rows].tolist()
    ]
    return pa.table(
        {
            **names.columns(rows),
            "code": pa.array(["short-estimation"] * len(rows), pa.string()),
            "reason": pa.array(reasons, pa.string()),
        }
    )


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


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _read(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> dict[str, Any]:
    return con.execute(_sql(name), parameters).fetchnumpy()
