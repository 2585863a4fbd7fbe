"""A large store is studied in pieces of some hundred securities, on threads or on Spark.

The same `fit_pairs` as for a panel in memory reads each piece as a panel of its own: masks and fits
need no other security, so nothing shows of how the market was cut. What comes back is put in its
place, and tests and tables are made of all pairs together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
import pyarrow as pa

from watchlist.cores import usable_cores
from watchlist.errors import ConfigError, StudyError
from watchlist.store import lake
from watchlist.study.design import PEERS, SECTOR, StudyDesign
from watchlist.study.estimate import every_day, fit_pairs, masked_rows
from watchlist.study.models import Fits, Floats, Ints, collected
from watchlist.study.pairs import Pairs, make_pairs
from watchlist.study.panel import Axes, Panel
from watchlist.study.returns import Listings, at_day, by_day, listings_of, returns_of
from watchlist.study.run import Asked, StudyResult, study_pairs
from watchlist.study.stored import (
    StoredAxes,
    read,
    read_axes,
    read_panel,
    sql,
    study_number,
    write_studies,
)
from watchlist.study.windows import Effects

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession

    from watchlist.config import Config

Step = Callable[[int, int, str], None]

SECURITIES = 500
"""Securities a piece: two million bars of 25 years. Smaller ones cost more reading, since DuckDB
decodes whole row groups."""

ROWS = SECURITIES * 8_192
"""More bars than a piece has in 32 years: they lie in one array then, and need not be joined."""

PLACE = 99
"""Last of the numbers of a day's studies: the daily ones come first."""

READ_BUFFER = "256MiB"
"""Memory of DuckDB's own: it would else keep every block that was read, and none is read twice."""

NO_BARS = pa.table(
    {"security": pa.array([], pa.int32()), "day": pa.array([], pa.int32()),
     "close": pa.array([], pa.float64()), "volume": pa.array([], pa.float64())}
)  # fmt: skip

PLACEBO_DAYS = 500_000
"""Sessions of all series together up to which each is fitted to every session: half a gigabyte."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Some securities and what is asked of them: all that their bars are estimated with.

    Columns count the securities of the piece, then the factors. Pure, and sent to other machines.
    """

    design: StudyDesign
    listings: Listings
    factors: Panel
    """Its sessions are the axis of the study."""
    events: tuple[Ints, Ints]
    """Rows and columns of all pairs that mask one another."""
    rows: Ints | None
    """(P,) session row of each pair's day 0; None asks for every session of each series."""
    cols: Ints
    """(P,) columns of the pairs, or (Q,) of the series."""
    factor_cols: Ints
    """(P, K) or (Q, K)"""

    def fit(self, bars: pa.Table) -> Fits:
        """Fit the pairs to the bars: security, day (since 1970), close, volume, and what
        `returns_of` needs where dividends are paid or not known.
        """
        panel = self.panel(bars)
        masked = masked_rows(*self.events, panel, self.design)
        if self.rows is not None:
            return fit_pairs(panel, self.rows, self.cols, self.factor_cols, self.design, masked)
        series, total = np.column_stack([self.cols, self.factor_cols]), len(panel.sessions)
        return collected(
            (
                (np.arange(q * total, (q + 1) * total), every_day(panel, each, self.design, masked))
                for q, each in enumerate(series)
            ),
            len(series) * total,
        )

    def panel(self, bars: pa.Table) -> Panel:
        """The securities and factors, sessions by columns."""
        sessions = self.factors.sessions
        days = sessions.astype(np.int64)
        frame = pl.DataFrame(bars)
        bars_of = {name: frame[name].to_numpy() for name in frame.columns}
        columns = returns_of(bars_of, self.listings)
        if self.design.returns == "log":
            columns["ret"] = np.log1p(columns["ret"])
        row = at_day(by_day(days, np.arange(len(days))), columns["day"])
        on_row = row >= 0
        shape = len(self.listings.security) + len(self.factors.symbols), len(days)
        place = columns["symbol"].astype(np.int64) * len(days) + row
        if not on_row.all():
            place = place[on_row]
            columns = {name: columns[name][on_row] for name in ("ret", "volume")}

        def dense(values: Floats, factors: Floats | None) -> Floats:
            # security by security, as bars lie and as windows are cut
            out = np.full(shape, np.nan)
            out.reshape(-1)[place] = values
            if factors is not None:
                out[len(self.listings.security) :] = factors.T
            return out.T

        names = (*map(str, self.listings.security), *self.factors.symbols)
        panel = Panel(sessions, names, dense(columns["ret"], self.factors.returns))
        return replace(panel, volume=dense(columns["volume"], None))


Load = Callable[[int], pa.Table]
"""The bars of a piece."""
Work = Callable[[int, pa.Table], Fits]
"""(number of the piece, its bars) -> fits of its pairs."""


class Executor(Protocol):
    """Runs pieces; results come in the order of the pieces."""

    def run(self, pieces: Sequence[int], load: Load, work: Work) -> Iterator[Fits]:
        """The fits of each piece."""
        ...


@dataclass(frozen=True)
class Threads:
    """Threads of this process: DuckDB and NumPy let go of the interpreter while they work."""

    count: int = usable_cores()

    def run(self, pieces: Sequence[int], load: Load, work: Work) -> Iterator[Fits]:
        """In order; at most one more piece than threads is in memory."""
        with ThreadPoolExecutor(self.count) as pool:
            waiting = []
            for piece in pieces:
                waiting.append(pool.submit(lambda number: work(number, load(number)), piece))
                if len(waiting) > self.count:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()


@dataclass(frozen=True)
class Spark:
    """`groupBy(piece).applyInArrow` on whatever cluster the session names (extra `spark`).

    A killed executor is Spark's to survive: it runs the lost pieces again elsewhere.
    """

    session: SparkSession
    batch: int = 128
    """Pieces sent at a time: bounds the memory of the driver."""

    def run(self, pieces: Sequence[int], load: Load, work: Work) -> Iterator[Fits]:
        """In order."""
        import pyarrow.compute as pc

        for begin in range(0, len(pieces), self.batch):
            some = pieces[begin : begin + self.batch]
            loaded = [load(piece) for piece in some]
            bars = pa.concat_tables(map(_labelled, loaded, some))
            # without a bar the fits are empty, and show the shapes that come back
            shapes = work(some[0], loaded[0].slice(0, 0))
            schema = ", ".join(
                [*(f"{name} array<{_spark(each)}>" for name, each in shapes.columns.items()),
                 "piece bigint"]
            )  # fmt: skip
            frame = self.session.createDataFrame(bars).repartition(len(some), "piece")
            done = frame.groupBy("piece").applyInArrow(_on_group(work), schema).toArrow()
            for piece in some:
                yield _fits_of(done.filter(pc.equal(done["piece"], piece)), shapes)


def _labelled(rows: pa.Table, piece: int) -> pa.Table:
    return rows.append_column("piece", pa.array([piece] * len(rows), pa.int64()))


def _on_group(work: Work) -> Callable[[pa.Table], pa.Table]:
    def on_group(bars: pa.Table) -> pa.Table:
        piece = bars["piece"][0].as_py()
        fits = work(piece, bars.drop_columns(["piece"]))
        return _labelled(_table_of(fits), piece)

    return on_group


def _table_of(fits: Fits) -> pa.Table:
    """One row a pair; every field a list, as Spark knows no arrays of more axes."""
    columns = {}
    for name, values in fits.columns.items():
        flat = values.reshape(len(values), -1)
        ends = np.arange(len(flat) + 1, dtype=np.int32) * flat.shape[1]
        columns[name] = pa.ListArray.from_arrays(pa.array(ends), pa.array(flat.ravel()))
    return pa.table(columns)


def _fits_of(rows: pa.Table, shapes: Fits) -> Fits:
    """The fits that `_table_of` wrote, with the shapes of others of the same design."""
    found = {}
    for name, like in shapes.columns.items():
        flat = rows[name].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        found[name] = flat.astype(like.dtype).reshape(len(rows), *like.shape[1:])
    return replace(shapes, **found)


def _spark(values: np.ndarray[Any, Any]) -> str:
    return {"f": "double", "i": "bigint", "O": "string"}[values.dtype.kind]


def open_executor(name: str) -> Executor:
    """`local`, or `spark` on the session that the environment configures.

    Raises
    ------
    ConfigError
        Another name, or pyspark is not installed.
    """
    if name == "local":
        return Threads()
    if name != "spark":
        raise ConfigError(f"executor {name!r} is not known", "use local or spark")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ConfigError(
            "executor spark needs pyspark", "pip install 'mining-watchlist[spark]', and Java 17"
        ) from None
    return Spark(SparkSession.builder.appName("watchlist").getOrCreate())


@dataclass(frozen=True, eq=False)
class StoredReturns:
    """The returns of a store, read for each question anew, piece by piece."""

    con: duckdb.DuckDBPyConnection
    design: StudyDesign
    as_of: date
    executor: Executor
    axes: Axes
    factors: Panel
    """In logs where the design is."""
    listings: Listings
    """Of every symbol, by its column in `axes`."""
    paying: Ints
    """Securities whose returns need more than closes."""
    every: Pairs

    def fit(self, pairs: Pairs, *, step: Step | None = None) -> Fits:
        """As `run.Source` has it; told (done, total, what) after each piece."""
        return self._run(pairs.rows, pairs.cols, pairs.factors, 1, step)

    def every_day(self, series: Ints) -> list[Fits]:
        """As `run.Source` has it."""
        total = len(self.axes.sessions)
        fits = self._run(None, series[:, 0], series[:, 1:], total, None)
        return [fits.take(slice(q * total, (q + 1) * total)) for q in range(len(series))]

    def why_no_placebo(self, series: int) -> str | None:
        """As `run.Source` has it."""
        total = len(self.axes.sessions)
        if series * total <= PLACEBO_DAYS:
            return None
        return (
            f"{series:,} series of {total:,} sessions are too many to be fitted to every day: no "
            "placebo rank"
        )

    def jointly(self, pairs: Pairs, windows: list[Effects]) -> list[Effects]:
        """Windows of events that meet are not estimated together here."""
        raise StudyError("a large store has no joint regressions", "use overlap 'mask' or 'keep'")

    def _run(
        self, rows: Ints | None, cols: Ints, factors: Ints, each: int, step: Step | None
    ) -> Fits:
        """The fits of pairs, or of series that have `each` so many, in their order."""
        number = self.listings.security[cols] // SECURITIES
        members = {int(n): np.flatnonzero(number == n) for n in np.unique(number)}
        pieces = {
            n: self._piece(None if rows is None else rows[own], cols[own], factors[own])
            for n, own in members.items()
        }
        if not pieces:
            return self._piece(rows, cols, factors).fit(NO_BARS)

        def parts() -> Iterator[tuple[Ints, Fits]]:
            found = self.executor.run(list(pieces), self._load, lambda n, bars: pieces[n].fit(bars))
            for done, (n, part) in enumerate(zip(pieces, found, strict=True), start=1):
                yield (members[n][:, None] * each + np.arange(each)).ravel(), part
                if step is not None:
                    step(done, len(pieces) + 1, f"{SECURITIES * done:,} securities")

        with _reading(self.con):
            return collected(parts(), len(cols) * each)

    def _piece(self, rows: Ints | None, cols: Ints, factors: Ints) -> Piece:
        """What the securities in some columns are estimated with; columns are counted anew."""
        own = np.unique(cols)
        own = own[np.argsort(self.listings.security[own])]
        place = np.full(len(self.axes.symbols), -1)
        place[own] = np.arange(len(own))
        control = np.unique(factors)
        factor_place = np.full(len(place), -1)
        factor_place[control] = [
            len(own) + self.factors.column(self.axes.symbols[column]) for column in control
        ]
        near = place[self.every.cols] >= 0
        return Piece(
            design=self.design,
            listings=self.listings.take(own),
            factors=self.factors,
            events=(self.every.rows[near], place[self.every.cols[near]]),
            rows=rows,
            cols=place[cols],
            factor_cols=factor_place[factors],
        )

    def _load(self, number: int) -> pa.Table:
        first = number * SECURITIES
        last = first + SECURITIES - 1
        pays = ((self.paying >= first) & (self.paying <= last)).any()
        query = sql("bars_paying" if pays else "bars")
        con = lake.another(self.con)
        # as variables: the answer to a query with parameters is first written out row by row
        for name, value in (("first", first), ("last", last), ("as_of", self.as_of)):
            con.execute(f"SET VARIABLE {name} = $value", {"value": value})
        return con.sql(query).to_arrow_table(ROWS)


def open_returns(
    con: duckdb.DuckDBPyConnection,
    held: StoredAxes,
    design: StudyDesign,
    every: Pairs,
    executor: Executor,
    as_of: date,
) -> StoredReturns:
    """The returns that a design needs of a store.

    Raises
    ------
    StudyError
        The design needs other securities beside each pair's own and its factors.
    """
    names = {held.axes.symbols[column] for column in np.unique(every.factors)}
    names |= {name for name in (*design.factors, design.risk_free) if held.axes.has(str(name))}
    names = names or {held.axes.symbols[0]}
    factors = read_panel(con, held.axes.sessions, as_of=as_of, symbols=sorted(names))
    listed = held.listed.with_row_index("column")
    listings = listings_of(listed, read(con, "calendars"))
    return StoredReturns(
        con=con,
        design=design,
        as_of=as_of,
        executor=executor,
        axes=held.axes,
        factors=factors.in_logs() if design.returns == "log" else factors,
        listings=listings.take(np.argsort(listings.columns)),
        paying=read(con, "paying")["security_id"].to_numpy(),
        every=every,
    )


@contextmanager
def _reading(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """DuckDB keeps little of the file that it reads, and each piece is read by its own thread."""
    if con.execute("SELECT current_database()").fetchone() == ("memory",):
        yield  # a database in memory keeps all that it has
        return
    con.execute(f"SET memory_limit = '{READ_BUFFER}'")
    con.execute("SET threads = 1")
    try:
        yield
    finally:
        con.execute("RESET memory_limit")
        con.execute("RESET threads")


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
