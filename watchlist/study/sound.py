"""Pairs that stay in a study; those that do not leave with their reason."""

from __future__ import annotations

import numpy as np
import polars as pl

from watchlist.study.design import StudyDesign
from watchlist.study.drops import Drop
from watchlist.study.models import Fits
from watchlist.study.pairs import Pairs
from watchlist.study.panel import Panel


def without_overlaps(pairs: Pairs, overlapping: pl.DataFrame) -> tuple[Pairs, list[Drop]]:
    """Leave out pairs whose windows hold another event of the security (overlap = drop)."""
    counts = {
        (event, symbol): (number, nearest)
        for event, symbol, number, nearest in overlapping.group_by(
            "event_id", "symbol", maintain_order=True
        )
        .agg(pl.len(), pl.col("other_event_id").first())
        .iter_rows()
    }
    keys = list(zip(pairs.events, pairs.symbols, strict=True))
    drops = [
        Drop(
            *key, "overlap", f"{counts[key][0]} other events in its windows, first {counts[key][1]}"
        )
        for key in keys
        if key in counts
    ]
    return pairs.take(np.array([key not in counts for key in keys], dtype=bool)), drops


def sound(
    panel: Panel, pairs: Pairs, fits: Fits, design: StudyDesign
) -> tuple[Pairs, Fits, list[Drop]]:
    """Leave out pairs that cannot be estimated or have no event day, with the reason."""
    first = design.event_days[0]
    low, high = min(a for a, _ in design.windows), max(b for _, b in design.windows)
    span = fits.ar[:, low - first : high - first + 1]
    short = fits.observations < design.min_observations
    flat = ~short & ~(fits.sigma2 > 0)
    silent = ~short & ~flat & ~np.isfinite(span).any(axis=1)
    drops = []
    for i in np.flatnonzero(short | flat | silent):
        key = pairs.events[i], pairs.symbols[i]
        day0 = panel.sessions[pairs.rows[i]]
        if short[i]:
            reason = _trouble(fits, int(i)) or (
                f"{fits.observations[i]} usable estimation rows before {day0}, "
                f"{design.min_observations} are asked for"
            )
            drops.append(Drop(*key, "short-estimation", reason))
        elif flat[i]:
            reason = f"returns before {day0} do not vary, or factors are constant or collinear"
            drops.append(Drop(*key, "short-estimation", reason))
        else:
            reason = f"no return of it or of its factors on days {low} to {high} around {day0}"
            drops.append(Drop(*key, "no-bars", reason))
    good = ~(short | flat | silent)
    return pairs.take(good), fits.take(good), drops


def _trouble(fits: Fits, i: int) -> str | None:
    note = None if fits.notes is None else fits.notes[i]
    return None if note is None else str(note)
