"""Judgements as tables: the store's `signal_verdicts`, and the one that people read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from watchlist.formatting import finite
from watchlist.signals.judging.judge import Judgement


def summary_frame(judged: Iterable[Judgement]) -> pl.DataFrame:
    """One row a signal × horizon, with what a person asks first."""
    rows = []
    for j in judged:
        result = j.result
        rows.append(
            {
                "signal": j.signal.name,
                "horizon": j.horizon,
                "claims": j.signal.direction,
                "verdict": j.verdict,
                "caution": j.caution,
                "ic": finite(j.found.ic),
                "ic_one_later": finite(j.ic_delayed),
                "t": finite(j.found.t),
                "p_holm": finite(j.p_holm),
                "mde": finite(j.found.mde),
                "hit_rate": finite(j.hit_rate),
                "mean_forward": finite(j.mean_forward),
                "monotonicity": finite(j.monotonicity),
                "turnover": None if result is None else finite(result.turnover),
                "gross_per_year": None if result is None else finite(result.gross_per_year),
                "net_per_year": None if result is None else finite(result.net_per_year),
                "drawdown": None if result is None else finite(result.drawdown),
                "deflated_sharpe": None if result is None else finite(result.deflated_sharpe),
                "sessions": j.found.sessions,
                "n": j.found.observations,
                "first": j.first or None,
                "last": j.last or None,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def verdict_frame(judged: Iterable[Judgement], as_of: date) -> pl.DataFrame:
    """Rows of the table `signal_verdicts`."""
    rows = [
        {
            "signal": j.signal.name,
            "horizon": j.horizon,
            "as_of": as_of,
            "verdict": j.verdict,
            "ic": finite(j.found.ic),
            "t": finite(j.found.t),
            "p": finite(j.found.p),
            "p_adjusted": finite(j.p_holm),
            "hit_rate": finite(j.hit_rate),
            "mean_forward": finite(j.mean_forward),
            "mde": finite(j.found.mde),
            "n": j.found.observations,
            "detail": json.dumps(_detail(j), sort_keys=True),
        }
        for j in judged
    ]
    numbers = ("ic", "t", "p", "p_adjusted", "hit_rate", "mean_forward", "mde")
    schema = {
        "signal": pl.String,
        "horizon": pl.Int32,
        "as_of": pl.Date,
        "verdict": pl.String,
        **dict.fromkeys(numbers, pl.Float64),
        "n": pl.Int32,
        "detail": pl.String,
    }
    return pl.DataFrame(rows, schema=schema)


def _detail(j: Judgement) -> dict[str, Any]:
    result = None if j.result is None else {k: finite(v) for k, v in asdict(j.result).items()}
    return {
        "claim": j.signal.direction,
        "caution": j.caution,
        "ranked": "across symbols" if j.across else "among earlier values",
        "first": j.first,
        "last": j.last,
        "sessions": j.found.sessions,
        "symbols": j.symbols,
        "df": finite(j.found.df),
        "lag": j.found.lag,
        "p_bh": finite(j.p_bh),
        "variants_tried": j.signal.tried,
        "buckets": [finite(mean) for mean in j.buckets],
        "ic_one_session_later": finite(j.ic_delayed),
        "monotonicity": finite(j.monotonicity),
        "decay": [[h, finite(ic)] for h, ic in j.decay],
        "portfolio": result,
    }
