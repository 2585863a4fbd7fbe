"""Long frames of returns become one dense array, sessions by securities; NaN is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.errors import StudyError, nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Axes:
    """Sessions and symbols by number."""

    sessions: Days
    """(T,) datetime64[D], ascending."""
    symbols: tuple[str, ...]
    """(S,) in the order of the columns."""

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {symbol: i for i, symbol in enumerate(self.symbols)}

    def has(self, symbol: str) -> bool:
        """Whether there is such a series."""
        return symbol in self._columns

    def column(self, symbol: str) -> int:
        """The column of a symbol or factor."""
        try:
            return self._columns[symbol]
        except KeyError:
            raise StudyError(
                f"no returns of {symbol!r} in the panel", nearest(symbol, list(self.symbols))
            ) from None


@dataclass(frozen=True)
class Panel(Axes):
    """Returns of all securities on one axis of sessions."""

    returns: Floats
    """(T, S) simple returns, fractions."""
    volume: Floats | None = None
    """(T, S) shares traded; NaN = not known."""
    dollar_volume: Floats | None = None
    """(T, S) price times shares traded."""
    trade_returns: Floats | None = None
    """(T, S) return since the last session with a bar."""
    gaps: Floats | None = None
    """(T, S) sessions that it spans; 1 = an ordinary return."""

    def __post_init__(self) -> None:
        shape = (len(self.sessions), len(self.symbols))
        if self.returns.shape != shape:
            raise StudyError(f"returns of shape {self.returns.shape} on axes of {shape}")
        if len(self.sessions) > 1 and not (np.diff(self.sessions).astype(int) > 0).all():
            raise StudyError("sessions are not ascending and unique", "sort the returns by session")

    @cached_property
    def by_security(self) -> Floats:
        """(S, T) the same returns, contiguous along time for fast gathering."""
        return np.ascontiguousarray(self.returns.T)

    def with_series(self, name: str, series: Floats) -> Panel:
        """The panel with one more column of returns, e.g. a basket or a risk factor."""
        blank = np.full((len(self.sessions), 1), np.nan)

        def widened(values: Floats | None) -> Floats | None:
            return None if values is None else np.hstack([values, blank])

        return Panel(
            self.sessions,
            (*self.symbols, name),
            np.column_stack([self.returns, series]),
            widened(self.volume),
            widened(self.dollar_volume),
            widened(self.trade_returns),
            widened(self.gaps),
        )

    def with_factors(self, table: pl.DataFrame) -> Panel:
        """The panel with the columns of a factor table, joined by its column `session`."""
        return _join_factors(self, table)

    def in_logs(self) -> Panel:
        """The same panel with log(1 + ret) in place of simple returns."""
        return replace(self, returns=np.log1p(self.returns))


def panel_from_frame(
    returns: pl.DataFrame,
    *,
    sessions: pl.Series | None = None,
    factors: pl.DataFrame | None = None,
) -> Panel:
    """Make the dense panel.

    Parameters
    ----------
    returns : symbol, session, ret; optional volume, dollar_volume, and for trade-to-trade trade_ret
        and gap. One row a symbol and session; a missing row, a null and a NaN are all "missing".
    sessions : the axis; default every session that the returns have. Returns on other days are
        left out (another exchange was open).
    factors : session and one column a factor (fractions), e.g. Fama-French; joined by session.

    Raises
    ------
    StudyError
        A needed column is not there, the frame is empty, or a (symbol, session) occurs twice.
    """
    for column in ("symbol", "session", "ret"):
        if column not in returns.columns:
            raise StudyError(
                f"the frame of returns has no column {column!r}", nearest(column, returns.columns)
            )
    if returns.is_empty():
        raise StudyError("the frame of returns is empty", "pull bars first: watchlist pull")
    axis = returns["session"] if sessions is None else sessions
    days = np.unique(axis.to_numpy().astype("datetime64[D]"))
    symbols = tuple(sorted(returns["symbol"].unique().to_list()))
    if sessions is not None:
        returns = returns.filter(pl.col("session").is_in(sessions.implode()))
    row = np.searchsorted(days, returns["session"].to_numpy().astype("datetime64[D]"))
    codes = returns["symbol"].cast(pl.Enum(list(symbols))).to_physical().to_numpy()
    flat = row * len(symbols) + codes.astype(np.int64)
    if len(np.unique(flat)) < len(flat):
        twice = returns.filter(returns.select("symbol", "session").is_duplicated()).row(
            0, named=True
        )
        raise StudyError(
            f"{twice['symbol']} has two returns on {twice['session']}", "one row a session"
        )

    def dense(column: str) -> Floats:
        out = np.full(len(days) * len(symbols), np.nan)
        out[flat] = returns[column].cast(pl.Float64).to_numpy()
        out[~np.isfinite(out)] = np.nan
        return out.reshape(len(days), len(symbols))

    panel = Panel(
        days,
        symbols,
        dense("ret"),
        *(
            dense(column) if column in returns.columns else None
            for column in ("volume", "dollar_volume", "trade_ret", "gap")
        ),
    )
    return panel if factors is None else _join_factors(panel, factors)


def _join_factors(panel: Panel, factors: pl.DataFrame) -> Panel:
    if "session" not in factors.columns:
        raise StudyError(
            "the factor table has no column 'session'", nearest("session", factors.columns)
        )
    days = factors["session"].to_numpy().astype("datetime64[D]")
    at = np.searchsorted(panel.sessions, days)
    known = at < len(panel.sessions)
    known[known] = panel.sessions[at[known]] == days[known]
    if not known.any():
        raise StudyError(
            f"the factor table ({days.min()} to {days.max()}) and the returns "
            f"({panel.sessions[0]} to {panel.sessions[-1]}) share no session",
            "use a newer factor file",
        )
    for name in factors.columns:
        if name == "session":
            continue
        if panel.has(name):
            raise StudyError(f"the factor table and the returns both hold {name!r}", "rename one")
        series = np.full(len(panel.sessions), np.nan)
        series[at[known]] = factors[name].cast(pl.Float64).to_numpy()[known]
        panel = panel.with_series(name, series)
    return panel
