"""Which pairs are tested together: an event's targets, a category, a mineral, all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from watchlist.errors import StudyError, nearest
from watchlist.study.pairs import Pairs

Ints = NDArray[np.int64]

SCOPES = {
    "event": "event_id",
    "category": "category",
    "mineral": "minerals",
    "relation": "relation",
    "chain-stage": "chain_stage",
    "direction": "direction",
    "all": None,
}
"""Scope name -> column of the frame of events that it groups by."""


@dataclass(frozen=True)
class Group:
    """Pairs that are tested together."""

    scope: str
    value: str
    members: Ints
    """Positions in the pairs; a security counts once a date, however many events fall there."""


def make_groups(pairs: Pairs, events: pl.DataFrame, scopes: tuple[str, ...]) -> list[Group]:
    """The groups of every scope whose column the frame of events has, in a stable order."""
    found: list[Group] = []
    index = pl.DataFrame(
        {"event_id": pairs.events, "symbol": pairs.symbols, "at": np.arange(len(pairs))},
        schema={"event_id": pl.String, "symbol": pl.String, "at": pl.Int64},
    )
    known = index.join(events, on=["event_id", "symbol"], how="left", maintain_order="left")
    for scope in scopes:
        if scope not in SCOPES:
            raise StudyError(f"no scope {scope!r}", nearest(scope, list(SCOPES)))
        column = SCOPES[scope]
        if column is None:
            found.append(Group(scope, "all", _once(pairs, np.arange(len(pairs)))))
            continue
        if column not in known.columns:
            continue
        valued = known.explode(column) if known.schema[column] == pl.List else known
        for (value,), part in valued.group_by(column, maintain_order=True):
            if value is not None:
                members = part["at"].to_numpy()
                found.append(Group(scope, str(value), _once(pairs, members)))
    return [group for group in found if len(group.members)]


def _once(pairs: Pairs, members: Ints) -> Ints:
    """The first of pairs with the same security and session."""
    key = pairs.rows[members] * (int(pairs.cols.max(initial=0)) + 1) + pairs.cols[members]
    _, first = np.unique(key, return_index=True)
    return np.asarray(members[np.sort(first)])
