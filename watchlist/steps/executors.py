"""Where the units of work of a sweep run: threads of this process, or a Spark cluster.

A unit takes one Arrow table (the bars of some securities) and gives one (results of their pairs).
Both executors cut the market into the same units, so their results are equal to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from watchlist.cores import usable_cores
from watchlist.errors import ConfigError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Unit = Callable[[int, pa.Table], pa.Table]
"""(number of the unit, its bars) -> results."""

Load = Callable[[int], pa.Table]
"""The bars of a unit."""


class Executor(Protocol):
    """Runs units; results come in the order of the units."""

    def run(
        self, units: Sequence[int], load: Load, work: Unit, schema: pa.Schema
    ) -> Iterator[pa.Table]:
        """The result of each unit."""
        ...


@dataclass(frozen=True)
class Local:
    """Threads of this process: DuckDB and NumPy let go of the interpreter while they work."""

    threads: int = usable_cores()

    def run(
        self, units: Sequence[int], load: Load, work: Unit, schema: pa.Schema
    ) -> Iterator[pa.Table]:
        """Results in order; at most one more unit than threads is in memory."""
        with ThreadPoolExecutor(self.threads) as pool:
            waiting = []
            for unit in units:
                waiting.append(pool.submit(lambda u: work(u, load(u)), unit))
                if len(waiting) > self.threads:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()


@dataclass(frozen=True)
class Spark:
    """`groupBy(unit).applyInArrow` on whatever cluster the session names (extra `spark`).

    A killed executor is Spark's to survive: it runs the lost units again elsewhere.
    """

    session: SparkSession
    batch: int = 128
    """Units sent at a time: bounds the memory of the driver."""

    def run(
        self, units: Sequence[int], load: Load, work: Unit, schema: pa.Schema
    ) -> Iterator[pa.Table]:
        """Results in order."""
        import pyarrow.compute as pc

        for begin in range(0, len(units), self.batch):
            some = units[begin : begin + self.batch]
            bars = pa.concat_tables([_labelled(load(unit), unit) for unit in some])
            frame = self.session.createDataFrame(bars).repartition(len(some), "unit")
            done = frame.groupBy("unit").applyInArrow(_on_group(work), _ddl(schema)).toArrow()
            for unit in some:
                rows = pc.equal(done["unit"], unit)
                yield done.filter(rows).drop_columns(["unit"]).cast(schema)


def _labelled(bars: pa.Table, unit: int) -> pa.Table:
    return bars.append_column("unit", pa.array([unit] * len(bars), pa.int64()))


def _on_group(work: Unit) -> Callable[[pa.Table], pa.Table]:
    def on_group(bars: pa.Table) -> pa.Table:
        unit = bars["unit"][0].as_py()
        return _labelled(_loosened(work(unit, bars.drop_columns(["unit"]))), unit)

    return on_group


def _loosened(table: pa.Table) -> pa.Table:
    """Lists of one length as lists of any: Spark knows no other."""
    fields = [
        pa.field(field.name, pa.list_(pa.float64()))
        if pa.types.is_fixed_size_list(field.type)
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _ddl(schema: pa.Schema) -> str:
    """The Spark schema of a unit's result."""
    columns = [f"{field.name} {_spark_type(field.type)}" for field in schema]
    return ", ".join([*columns, "unit bigint"])


def _spark_type(kind: pa.DataType) -> str:
    if pa.types.is_fixed_size_list(kind):
        return "array<double>"
    return {pa.int64(): "bigint", pa.float64(): "double", pa.string(): "string"}[kind]


def open_executor(name: str) -> Executor:
    """`local`, or `spark` on the session that the environment configures.

    Raises
    ------
    ConfigError
        Another name, or pyspark is not installed.
    """
    if name == "local":
        return Local()
    if name != "spark":
        raise ConfigError(f"executor {name!r} is not known", "use local or spark")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ConfigError(
            "executor spark needs pyspark", "pip install 'mining-watchlist[spark]', and Java 17"
        ) from None
    return Spark(SparkSession.builder.appName("watchlist").getOrCreate())
