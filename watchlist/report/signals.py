"""The page of the signals: who is unusual today and why, and what each signal is worth."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from watchlist.charts import style
from watchlist.report.facts import Row, group
from watchlist.report.figures import Chart

SCHEMA = "watchlist.signals/1"
HISTORY = "abnormal_move"
"""The signal whose three years are drawn for every watched symbol."""
SHOWN_HORIZON = 5
"""The horizon whose buckets are drawn: a week."""


@dataclass(frozen=True)
class SignalFacts:
    """Rows of the public views."""

    as_of: date
    simulated: bool
    rankings: list[Row]
    definitions: list[Row]
    verdicts: list[Row]
    current: list[Row]
    """Signals of the session, watchlist only."""
    history: list[Row]
    """symbol, session, z, state, alert of the signal `HISTORY`, watchlist only."""


def signals_context(facts: SignalFacts, *, version: str) -> dict[str, Any]:
    """The whole page as JSON values."""
    verdicts = group(facts.verdicts, "signal")
    return {
        "schema": SCHEMA,
        "version": version,
        "kind": "signals",
        "simulated": facts.simulated,
        "as_of": facts.as_of.isoformat(),
        "title": "Signals",
        "ranking": [
            {"symbol": r["symbol"], "score": r["score"], "reasons": list(r["reasons"])}
            for r in facts.rankings
        ],
        "signals": [
            {
                **{name: d[name] for name in _DEFINED},
                "verdicts": [_verdict(v) for v in verdicts.get(d["signal"], [])],
            }
            for d in facts.definitions
        ],
        "judged": max((v["as_of"].isoformat() for v in facts.verdicts), default=None),
        "current": [
            {name: _finite(row[name]) for name in ("symbol", "signal", "z", "state")}
            for row in facts.current
        ],
        "history": [
            {
                "symbol": symbol,
                "signal": HISTORY,
                "session": [row["session"].isoformat() for row in rows],
                "z": [_finite(row["z"]) for row in rows],
                "state": [row["state"] for row in rows],
                "alert": [row["alert"] for row in rows],
            }
            for symbol, rows in group(facts.history, "symbol").items()
        ],
    }


_DEFINED = (
    "signal",
    "title",
    "definition",
    "formula",
    "source",
    "unit",
    "rule",
    "lies",
    "direction",
    "alerts",
    "symbol_years",
    "alerts_per_year",
    "expected_per_year",
)


def _verdict(row: Row) -> Row:
    detail = json.loads(row["detail"])
    portfolio = detail["portfolio"]
    return {
        **{name: row[name] for name in ("horizon", "verdict", "ic", "t", "p_adjusted", "mde", "n")},
        "caution": detail["caution"],
        "ic_one_session_later": detail["ic_one_session_later"],
        "net_per_year": None if portfolio is None else portfolio["net_per_year"],
        "buckets": detail["buckets"],
        "decay": detail["decay"],
    }


def _finite(value: Any) -> Any:
    """JSON has no word for a number that is none."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def signals_figures(context: dict[str, Any]) -> dict[str, Chart]:
    """The charts of the page by id."""
    from watchlist.charts import signals as draw

    charts = []
    current = context["current"]
    if current:
        titles = {s["signal"]: s["title"] for s in context["signals"]}
        columns = {name: [row[name] for row in current] for name in current[0]}
        spoken = "; ".join(
            f"{r['symbol']} {titles[r['signal']]} {r['state']}"
            for r in current
            if r["state"] != "quiet"
        )
        label = f"Each signal of each watched symbol. Not quiet: {spoken or 'none'}."
        charts.append(_chart("overview", draw.overview(columns, titles), label))
    rules = {s["signal"]: s["rule"] for s in context["signals"]}
    for past in context["history"]:
        label = (
            f"Abnormal moves of {past['symbol']} in standard errors; {sum(past['alert'])} alerts."
        )
        line = {**past, "shown": past["z"]}
        figure = draw.history(line, "standard errors", _levels(rules[past["signal"]]))
        charts.append(_chart(f"history-{past['symbol']}", figure, label))
    for signal in context["signals"]:
        shown = [v for v in signal["verdicts"] if v["horizon"] == SHOWN_HORIZON]
        for verdict in shown:
            if any(mean is not None for mean in verdict["buckets"]):
                label = f"Mean result of the next week by fifth of {signal['title']}."
                figure = draw.buckets(verdict["buckets"])
                charts.append(_chart(f"buckets-{signal['signal']}", figure, label))
            if any(ic is not None for _, ic in verdict["decay"]):
                label = f"Rank correlation of {signal['title']} with later results, by horizon."
                figure = draw.decay([(h, ic) for h, ic in verdict["decay"]], verdict["mde"])
                charts.append(_chart(f"decay-{signal['signal']}", figure, label))
    return {chart.chart_id: chart for chart in charts}


def _levels(rule: str) -> list[float]:
    words = rule.replace("−", "-").split()
    return [float(b) for a, b in pairwise(words) if a in ("≥", "≤")]


def _chart(chart_id: str, figure: style.Spec, label: str) -> Chart:
    return Chart(chart_id, style.to_json(figure), int(figure["layout"]["height"]), label)
