"""Abnormal returns of every session: each session of a security as day 0 of its own event study.

An event study asks about the days around events. A quiet day is measured by the same ruler here,
with the same functions: estimation window, forecast error, least rows and masks are the design's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.study.design import StudyDesign
from watchlist.study.estimate import estimate
from watchlist.study.pairs import event_rows
from watchlist.study.panel import Panel
from watchlist.study.windows import day_errors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class SessionReturns:
    """Abnormal returns of R sessions and S securities; (R, S) each.

    NaN where the estimation window has too few rows, or the security or a factor has no return.
    """

    ar: Floats
    """Abnormal return, fraction."""
    se: Floats
    """Its forecast standard error, fraction."""
    sar: Floats
    """ar / se."""
    alpha: Floats
    """Intercept of the session's model, fraction per session; known without a return too."""
    sigma: Floats
    """Residual standard deviation of that model, fraction per session."""
    beta: Floats
    """Slope on the first factor, the market."""
    observations: Ints
    """Rows of the estimation window that were used; 0 without a factor to be measured against."""

    @property
    def without_intercept(self) -> Floats:
        """ar + alpha: what is added up over weeks. The intercept of a window that holds a run-up
        would be subtracted day after day, and momentum would look like reversal."""
        return np.asarray(self.ar + self.alpha)


def session_returns(
    panel: Panel,
    cols: Ints,
    factors: Ints,
    design: StudyDesign,
    masked: Bools | None = None,
    *,
    rows: slice = slice(None),
) -> SessionReturns:
    """Day-0 abnormal return of each security with every session as day 0.

    Parameters
    ----------
    cols : (S,) columns of the securities
    factors : (S, K) columns of each one's factors; -1 anywhere = it has none, all NaN
    design : least squares on factors (`market`, `factors`); its windows do not matter
    masked : (T, all columns) rows that leave estimation windows, from `event_sessions`
    rows : the sessions wanted
    """
    day = replace(design, windows=((0, 0),), chart=(0, 0))
    wanted = np.arange(len(panel.sessions))[rows]
    shape = (len(wanted), len(cols))
    ar, se, alpha, sigma, beta = (np.full(shape, np.nan) for _ in range(5))
    observations = np.zeros(shape, dtype=np.int64)
    for place in np.flatnonzero((factors >= 0).all(axis=1)):
        col, count = cols[place], len(wanted)
        fits = estimate(
            panel, wanted, np.full(count, col), np.tile(factors[place], (count, 1)), day, masked
        )
        usable = (fits.observations >= design.min_observations) & (fits.sigma2 > 0)
        observations[:, place] = fits.observations
        for whole, part in (
            (ar, fits.ar[:, 0]),
            (se, day_errors(fits)[:, 0]),
            (alpha, fits.alpha),
            (sigma, fits.sigma),
            (beta, fits.betas[:, 0]),
        ):
            whole[usable, place] = part[usable]
    se[np.isnan(ar)] = np.nan
    return SessionReturns(ar, se, ar / se, alpha, sigma, beta, observations)


def session_frame(
    panel: Panel,
    sectors: Mapping[str, str | None],
    events: pl.DataFrame,
    designs: Sequence[StudyDesign],
    rows: slice,
) -> pl.DataFrame:
    """The series against the market, and against market and sector, by symbol and session.

    Parameters
    ----------
    sectors : the symbols wanted, each with its sector factor; those without returns are left out
    designs : the study against the market, and the one against market and sector

    Returns
    -------
    symbol, session, ret, market, sector and for either series ar, se, sar, observations; a row
    where one of the two is known
    """
    market = designs[0].factors[0]
    names = [symbol for symbol in sectors if panel.has(symbol)]
    cols = _columns(panel, names)
    alone = _columns(panel, [None if symbol == market else market for symbol in names])
    own = _columns(panel, [sectors[symbol] for symbol in names])
    own[(own == alone) | (own == cols)] = -1
    session, symbol = np.meshgrid(np.arange(len(panel.sessions))[rows], cols, indexing="ij")
    found: dict[str, NDArray[np.generic]] = {}
    factors = {"market": alone[:, None], "sector": np.column_stack([alone, own])}
    for (suffix, columns), design in zip(factors.items(), designs, strict=True):
        masked = event_sessions(panel, events, design)
        series = session_returns(panel, cols, columns, design, masked, rows=rows)
        for name in ("ar", "se", "sar", "observations"):
            found[f"{name}_{suffix}"] = getattr(series, name)
    known = np.isfinite(found["ar_market"]) | np.isfinite(found["ar_sector"])
    # transposed: by symbol, then session
    at, of = session.T[known.T], symbol.T[known.T]
    by_column = np.array([*panel.symbols, None], dtype=object)
    sector = np.broadcast_to(own, known.shape).T[known.T]
    frame = pl.DataFrame(
        {
            "symbol": by_column[of].tolist(),
            "session": panel.sessions[at],
            "ret": panel.returns[at, of],
            "sector": by_column[sector].tolist(),
            **{name: values.T[known.T] for name, values in found.items()},
        },
        schema_overrides={"symbol": pl.String, "sector": pl.String},
    )
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).with_columns(
        pl.lit(market).alias("market"),
        *(
            pl.when(pl.col(f"ar_{suffix}").is_not_null()).then(f"observations_{suffix}")
            for suffix in factors
        ),
    )


def _columns(panel: Panel, names: Sequence[str | None]) -> Ints:
    """The column of each name; -1 for none, or one without returns."""
    found = [panel.column(name) if name and panel.has(name) else -1 for name in names]
    return np.array(found, dtype=np.int64)


def event_sessions(panel: Panel, events: pl.DataFrame, design: StudyDesign) -> Bools | None:
    """(T, S) sessions of each security's own events that the design masks; None for no mask.

    Parameters
    ----------
    events : event_id, symbol, day0; null and out of the panel = no session of it
    """
    if design.overlap not in ("mask", "joint"):
        return None
    first, last = panel.sessions[0], panel.sessions[-1]
    reached = events.filter(
        pl.col("day0").is_between(first, last) & pl.col("symbol").is_in(panel.symbols)
    )
    days = np.searchsorted(panel.sessions, reached["day0"].to_numpy().astype("datetime64[D]"))
    cols = np.array([panel.column(symbol) for symbol in reached["symbol"]], dtype=np.int64)
    return event_rows(days, cols, panel.returns.shape, design.mask_days)
