"""What a fresh answer of the vendor says about the bars already stored; frames in, frames out.

Yahoo's prices are split-adjusted, so a split rescales all earlier bars by one constant ratio; a
dividend rescales adj_close alone; late trades raise the volume for days; the bar of an open
session is provisional; anything else is a correction. Every difference gets its cause here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

PRICES = ("open", "high", "low", "close")
ACTIONS = ("dividend", "split")
FIELDS = (*PRICES, "volume", *ACTIONS)
"""Compared one by one; adj_close has a rule of its own."""

SAME = 1e-6
"""Relative difference up to which two prices are the same number: single precision, rounded."""

SAME_ADJUSTED = 1e-5
"""The same for adj_close, which the vendor computes anew for each download."""

SETTLED_VOLUME = 0.25
"""A volume that moves by at most this share is late trades; by more, a correction."""

MOST_REBASE_STEPS = 60
"""adj_close that changes by a few constant ratios was re-based by dividends; by more, corrected."""

CHANGES = pl.Schema(
    {
        "session": pl.Date(),
        "field": pl.String(),
        "old_value": pl.Float64(),
        "new_value": pl.Float64(),
        "cause": pl.String(),
        "old_pulled_at": pl.Datetime("us", "UTC"),
    }
)


@dataclass(frozen=True)
class Comparison:
    """The differences between stored and fetched bars of one security."""

    new: pl.DataFrame
    """Fetched bars of sessions that are not stored, as fetched."""

    updated: pl.DataFrame
    """Stored bars with a value that changed: session and every column as it must be now."""

    changes: pl.DataFrame
    """`CHANGES`, one row per value; a late bar has the field `bar`."""

    withdrawn: pl.DataFrame
    """Stored bars that the vendor no longer gives, inside the range that it gave."""

    rebased: bool
    """adj_close has another basis than the stored one."""

    basis: int | None
    """The stored basis that the fetched adj_close shares; None where it has a new one."""

    comparable: int
    """Final stored bars that could be compared by their close."""

    strange: int
    """Of these, how many differ by more than one percent and by no common ratio."""

    ratio: float | None
    """The constant ratio of a split, new over old prices."""

    @property
    def sessions_changed(self) -> int:
        """Stored bars with a changed value, late bars included; re-based ones are not."""
        return self.changes.filter(~_rebase())["session"].n_unique() + self.withdrawn.height

    @property
    def outcome(self) -> str:
        """new, unchanged or restated; see `store.log.OUTCOMES`."""
        causes = set(self.changes["cause"])
        if causes - {"final"} or not self.withdrawn.is_empty():
            return "restated"
        return "new" if causes or not self.new.is_empty() else "unchanged"

    @property
    def reason(self) -> str | None:
        """What was restated: `split: 1540 bars, prices times 0.2; late: 3 bars`; else None."""
        if self.outcome != "restated":
            return None
        counts = Counter(self.changes.select("cause", "session").unique()["cause"])
        parts = []
        for cause, count in sorted(counts.items()):
            scale = f", prices times {self.ratio:.6g}" if cause == "split" and self.ratio else ""
            parts.append(f"{cause}: {count} bar{'s' if count > 1 else ''}{scale}")
        if not self.withdrawn.is_empty():
            parts.append(f"withdrawn: {self.withdrawn.height}")
        return "; ".join(parts)

    @property
    def needs_whole_history(self) -> bool:
        """Whether the change may reach further back than the sessions compared."""
        deep = pl.col("cause").is_in(["split", "correction"])
        return self.rebased or not self.changes.filter(deep).is_empty()


def compare(stored: pl.DataFrame, fetched: pl.DataFrame) -> Comparison:
    """Compare bars of one security over the same sessions.

    A value that the vendor leaves out says nothing: the stored one stays.

    Parameters
    ----------
    stored : DataFrame
        Columns of `base.bars`, sorted by session, unique.
    fetched : DataFrame
        Columns of `sources.protocol.BAR_SCHEMA` and `final`, sorted by session, unique.
    """
    both = stored.join(fetched, on="session", how="inner", suffix="_new", maintain_order="left")
    fresh = fetched.filter(~is_empty()).join(
        stored, on="session", how="anti", maintain_order="left"
    )
    ratio = _common_ratio(both)
    both = both.with_columns(_cause(ratio).alias("cause"))
    adjusted, rebased = _adjusted_changes(both)
    late = fresh.filter(
        pl.col("session").is_between(stored["session"].min(), stored["session"].max())
    )
    changes = pl.concat([_field_changes(both), adjusted, _late(late)])
    compared = both.filter(pl.col("final") & pl.col("close").is_not_null() & ~_null("close"))
    far = (pl.col("close_new") / pl.col("close") - 1).abs() > 0.01
    strange = compared.filter((pl.col("cause") == "correction") & far)
    return Comparison(
        new=fresh,
        updated=_updated(both, changes, rebased=rebased),
        changes=changes.sort("session", "field"),
        withdrawn=_withdrawn(stored, fetched),
        rebased=rebased,
        basis=None if rebased else _basis(both),
        comparable=compared.height,
        strange=strange.height,
        ratio=ratio,
    )


def is_empty() -> pl.Expr:
    """A fetched row that says nothing: no price and no action."""
    prices = [pl.col(name).is_null() for name in (*PRICES, "adj_close")]
    nothing_paid = pl.col("dividend").fill_null(0) == 0
    not_split = pl.col("split").fill_null(1) == 1
    return pl.all_horizontal(*prices, nothing_paid, not_split)


def _null(name: str) -> pl.Expr:
    return pl.col(f"{name}_new").is_null()


def _rebase() -> pl.Expr:
    return (pl.col("cause") == "dividend") & (pl.col("field") == "adj_close")


def _differs(name: str, tolerance: float = SAME) -> pl.Expr:
    old, new = pl.col(name), pl.col(f"{name}_new")
    if name == "volume":
        tolerance = 0
    apart = (new - old).abs() > tolerance * pl.max_horizontal(new.abs(), old.abs())
    return new.is_not_null() & (old.is_null() | apart)


def _grid(values: pl.Expr) -> pl.Expr:
    """Half the last decimal that prices are written with: cents, or ten-thousandths."""
    return (
        pl.when(((values * 100) - (values * 100).round()).abs().max() < 1e-4)
        .then(0.0051)
        .otherwise(0.000051)
    )


def _follows(name: str, ratio: float) -> pl.Expr:
    """Whether the new price is the old one times `ratio`, as far as rounding lets one see."""
    old, new = pl.col(name), pl.col(f"{name}_new")
    return (new - ratio * old).abs() <= _grid(new) + ratio * _grid(old)


def _common_ratio(both: pl.DataFrame) -> float | None:
    """The one ratio by which the changed closes changed, if there is one.

    Half of the changed closes must share it, and either every compared bar up to the last
    changed one does or the vendor reports a split.
    """
    final = both.filter(pl.col("final") & pl.col("close").is_not_null() & ~_null("close"))
    final = final.filter(pl.col("close") > 0)
    moved = final.filter(_differs("close"))
    if moved.is_empty():
        return None
    ratio = moved.select((pl.col("close_new") / pl.col("close")).median()).item()
    if not ratio > 0 or abs(ratio - 1) < 1e-3:
        return None
    like = moved.filter(_follows("close", ratio))
    if 2 * like.height <= moved.height:
        return None
    whole = final.filter(pl.col("session") <= like["session"].max())
    reported = both.filter((pl.col("split_new").fill_null(1) - 1).abs() > SAME)
    if like.height == final.height or (not reported.is_empty() and 2 * like.height > whole.height):
        return float(ratio)
    return None


def _cause(ratio: float | None) -> pl.Expr:
    """Why a row differs, for the row as a whole; single fields may know better."""
    split = pl.lit(False) if ratio is None else _follows("close", ratio) & _differs("close")
    prices = pl.any_horizontal(_differs(name) for name in PRICES)
    return (
        pl.when(~pl.col("final"))
        .then(pl.lit("final"))
        .when(split)
        .then(pl.lit("split"))
        .when(prices)
        .then(pl.lit("correction"))
    )


def _field_changes(both: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for name in FIELDS:
        own = {"volume": _volume_cause(), "dividend": pl.lit("dividend"), "split": pl.lit("split")}
        filled = pl.when(pl.col(name).is_null()).then(pl.lit("late"))
        cause = pl.coalesce(
            pl.when(pl.col("cause").is_in(["final", "split"])).then(pl.col("cause")),
            filled,
            own.get(name, pl.col("cause")),
        )
        parts.append(_change(both.filter(_differs(name)), name, cause))
    settled = both.filter(~pl.col("final") & pl.col("final_new"))
    parts.append(_change(settled, "final", pl.lit("final")))
    return pl.concat(parts)


def _volume_cause() -> pl.Expr:
    old, new = pl.col("volume"), pl.col("volume_new")
    late = (new - old).abs() <= SETTLED_VOLUME * pl.max_horizontal(new, old)
    return pl.when(late).then(pl.lit("late")).otherwise(pl.lit("correction"))


def _change(rows: pl.DataFrame, name: str, cause: pl.Expr) -> pl.DataFrame:
    return rows.select(
        "session",
        pl.lit(name).alias("field"),
        pl.col(name).cast(pl.Float64).alias("old_value"),
        pl.col(f"{name}_new").cast(pl.Float64).alias("new_value"),
        cause.alias("cause"),
        pl.col("pulled_at").alias("old_pulled_at"),
    ).cast(CHANGES)


def _adjusted_changes(both: pl.DataFrame) -> tuple[pl.DataFrame, bool]:
    """Changes of adj_close, and whether it now has another basis.

    Rows whose prices changed keep their own cause. Where only adj_close moved, and by a few
    constant ratios, dividends re-based it: one change per ex-date says it all, on the session
    before, with the ratio of that dividend alone between its old and new value.
    """
    known = both.filter(pl.col("adj_close").is_not_null() & ~_null("adj_close"))
    differs = _differs("adj_close", SAME_ADJUSTED)
    moved = both.filter(differs)
    if moved.is_empty():
        return pl.DataFrame(schema=CHANGES), False
    explained = pl.col("cause").is_not_null() | pl.col("adj_close").is_null()
    cause = pl.coalesce(pl.col("cause"), pl.lit("late"))
    by_row = _change(moved.filter(explained), "adj_close", cause)
    alone = known.filter(~explained)
    moved_alone = alone.filter(differs)
    rebased = known.filter(differs & pl.col("final")).height > 0
    if moved_alone.is_empty():
        return by_row, rebased
    steps = _rebase_steps(alone)
    if steps.height > MOST_REBASE_STEPS:
        steps = _change(moved_alone, "adj_close", pl.lit("correction"))
    return pl.concat([by_row, steps]), rebased


def _basis(both: pl.DataFrame) -> int | None:
    shared = both.filter(pl.col("adj_close").is_not_null() & ~_null("adj_close"))["adj_basis"]
    return int(shared[-1]) if shared.len() else None


def _rebase_steps(rows: pl.DataFrame) -> pl.DataFrame:
    """Where the ratio new/old of adj_close changes, going through the sessions."""
    ratio = pl.col("adj_close_new") / pl.col("adj_close")
    after = ratio.shift(-1).fill_null(1.0)
    ends = ((after / ratio) - 1).abs() > SAME_ADJUSTED
    return (
        rows.with_columns(
            (pl.col("adj_close") * ratio / after).alias("adj_close_new"), ends.alias("ends")
        )
        .filter("ends")
        .pipe(_change, "adj_close", pl.lit("dividend"))
    )


def _late(fresh: pl.DataFrame) -> pl.DataFrame:
    return fresh.select(
        "session",
        pl.lit("bar").alias("field"),
        pl.lit(None).alias("old_value"),
        pl.coalesce("close", "adj_close").alias("new_value"),
        pl.lit("late").alias("cause"),
        pl.lit(None).alias("old_pulled_at"),
    ).cast(CHANGES)


def _updated(both: pl.DataFrame, changes: pl.DataFrame, *, rebased: bool) -> pl.DataFrame:
    """The stored rows that must be written again, each value the fetched one where it is known."""
    columns = ("session", *FIELDS, "adj_close", "final")
    touched = changes.filter(~_rebase())["session"].unique()
    values = [
        pl.when(_differs(name, SAME_ADJUSTED if name == "adj_close" else SAME))
        .then(pl.col(f"{name}_new"))
        .otherwise(pl.col(name))
        .alias(name)
        for name in (*FIELDS, "adj_close")
    ]
    rows = both.with_columns(
        *values,
        (pl.col("final") | pl.col("final_new")).alias("final"),
        pl.col("session").is_in(touched.implode()).alias("restated"),
        (pl.lit(rebased) & pl.col("adj_close_new").is_not_null()).alias("rebased"),
    )
    return rows.filter(pl.col("restated") | pl.col("rebased")).select(
        *columns, "restated", "rebased"
    )


def _withdrawn(stored: pl.DataFrame, fetched: pl.DataFrame) -> pl.DataFrame:
    if fetched.is_empty() or stored.is_empty():
        return stored.clear()
    inside = stored.filter(
        pl.col("session").is_between(fetched["session"].min(), fetched["session"].max())
    )
    return inside.join(fetched, on="session", how="anti", maintain_order="left")
