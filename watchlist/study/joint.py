"""Overlapping event windows estimated together: days that two share are divided between them.

One regression per pair and window on the estimation rows and the rows of all windows that meet: a
constant, the factors, and one dummy an event over its whole window. The effect is L times the own
dummy's coefficient; without overlap that is the CAR of the two-step estimate, with the same
variance. Binder 1985, Journal of Accounting Research 23:370; Schipper & Thompson 1983, JAR 21:184.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from watchlist.study.models import Ints, Rows
from watchlist.study.windows import Effects


def joint_effects(
    effect: Effects, rows: Rows, first_day: int, day0: Ints, others: list[Ints]
) -> Effects:
    """The effects of a window with overlapping pairs re-estimated jointly.

    Parameters
    ----------
    rows : of the P pairs; `keep` leaves out other events' rows of the estimation window
    first_day : day of the first event row
    day0 : (P,) session rows
    others : for each pair the session rows of the security's other events
    """
    car, se, scar = effect.car.copy(), effect.se.copy(), effect.scar.copy()
    notes = dict(effect.notes)
    for p, theirs in enumerate(others):
        apart = np.unique(theirs - day0[p])
        meeting = apart[np.abs(apart) < effect.length]
        if not len(meeting):
            continue
        if (meeting == 0).any():
            car[p] = se[p] = scar[p] = np.nan
            notes[p] = "another event has the same day 0: no regression can tell them apart"
            continue
        found = _own_dummy(effect, rows, p, first_day, meeting)
        if found is None:
            car[p] = se[p] = scar[p] = np.nan
            notes[p] = "the windows that meet leave too few rows to tell the events apart"
            continue
        car[p], se[p] = found
        scar[p] = car[p] / se[p]
        notes[p] = f"estimated jointly with {len(meeting)} events whose windows meet this one"
    return replace(effect, car=car, se=se, scar=scar, notes=notes)


def _own_dummy(
    effect: Effects, rows: Rows, p: int, first_day: int, meeting: Ints
) -> tuple[float, float] | None:
    """CAR and its standard error, or None where it is not identified."""
    m, days = rows.y.shape[1], rows.event_y.shape[1]
    day = np.concatenate([np.full(m, np.iinfo(np.int32).min), first_day + np.arange(days)])
    y = np.concatenate([rows.y[p], rows.event_y[p]])
    x = np.concatenate([rows.x[p], rows.event_x[p]], axis=1).T
    windows = [
        (day >= effect.first + shift) & (day <= effect.last + shift) for shift in (0, *meeting)
    ]
    dummies = np.column_stack(windows).astype(float)
    used = np.isfinite(y) & np.isfinite(x).all(axis=1)
    used[:m] &= True if rows.keep is None else rows.keep[p]
    used[m:] &= dummies[m:].any(axis=1)
    own_days = int((used & windows[0]).sum())
    design = np.column_stack([np.ones(len(y)), x, dummies])[used]
    freedom = len(design) - design.shape[1]
    if own_days == 0 or freedom < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ y[used])
    resid = y[used] - design @ coefficients
    own = 1 + x.shape[1]
    sigma2 = float(resid @ resid) / freedom
    return own_days * float(coefficients[own]), own_days * float(
        np.sqrt(sigma2 * inverse[own, own])
    )
