"""Renews what METHODS.md says of each signal: `python -m tests.signals.methods PROJECT`.

PROJECT is a folder with a store of real bars. The table of verdicts and the page of each signal
are written anew; the rest of the document is left as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.conftest import ROOT
from watchlist import store
from watchlist.catalog import load_catalog
from watchlist.config import Config
from watchlist.formatting import Readable, finite
from watchlist.project import Project
from watchlist.signals import REGISTRY, Signal
from watchlist.signals.judging import Judgement
from watchlist.signals.stored import compute_signals, judge_signals
from watchlist.store import last_session

CLAIMS = {
    "up": "a high value is said to forecast a higher abnormal return",
    "down": "a high value is said to forecast a lower abnormal return",
    "magnitude": "a high value is said to forecast a large move of either sign",
    "none": "it describes and forecasts nothing, so it is not judged",
}


def main(folder: Path) -> None:
    """Compute, judge, rewrite."""
    project, config = Project(folder), Config()
    with store.connect(project) as con:
        as_of = last_session(con, None)
        summary = compute_signals(con, load_catalog(project), config, as_of=as_of)
        judged = judge_signals(con, config, as_of=as_of)
    place = ROOT / "METHODS.md"
    text = place.read_text(encoding="utf-8")
    before, rest = text.split("\n### What the signals are worth here\n", 1)
    counts = {row["signal"]: row for row in summary.tables.signal_definitions.to_dicts()}
    pages = "\n\n".join(page(s, counts[s.name], of(judged, s), as_of) for s in REGISTRY)
    tail = re.split(r"\n## (?!#)", rest, maxsplit=1)
    ending = f"\n## {tail[1]}" if len(tail) > 1 else ""
    place.write_text(
        f"{before}\n### What the signals are worth here\n\n{worth(judged, as_of)}\n\n"
        f"### Each signal\n\n{pages}\n{ending}",
        encoding="utf-8",
    )


def of(judged: Iterable[Judgement], signal: Signal) -> list[Judgement]:
    """The judgements of one signal."""
    return [j for j in judged if j.signal.name == signal.name]


def worth(judged: list[Judgement], as_of: date) -> str:
    """The table of verdicts."""
    lines = [
        f"Judged on real bars of the packaged watchlist and its peers as of {as_of}, {len(judged)} "
        "signals × horizons together. IC is the mean rank information coefficient, “one later” the "
        "same with results that begin one session later, MDE the smallest IC that would have been "
        "found; net is the portfolio’s abnormal return a year after costs.",
        "",
        "| signal | horizon | verdict | IC | one later | t | p (Holm) | MDE | net a year "
        "| sessions |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for j in judged:
        found, net = j.found, None if j.result is None else j.result.net_per_year
        cells = (
            j.signal.name,
            str(j.horizon),
            j.verdict,
            told(found.ic, ".3f"),
            told(j.ic_delayed, ".3f"),
            told(found.t, ".1f"),
            told(j.p_holm, ".2g"),
            told(found.mde, ".3f"),
            told(net, "+.1%"),
            str(found.sessions),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def told(value: float | None, spec: str) -> str:
    """A number of the table; a dash where there is none."""
    return "–" if finite(value) is None else format(Readable(value or 0.0), spec)


def page(signal: Signal, counts: dict[str, object], judged: list[Judgement], as_of: date) -> str:
    """What METHODS.md says of one signal."""
    needs = signal.minimum_history
    rate, chance = counts["alerts_per_year"], counts["expected_per_year"]
    often = "" if rate is None else f", {rate:.2f} a symbol-year"
    by_chance = " (not a matter of chance)" if chance is None else f" ({chance:.2f} by chance)"
    return "\n".join(
        [
            f"#### {signal.title} (`{signal.name}`)",
            "",
            signal.definition,
            "",
            f"- Formula: {signal.formula}.",
            f"- Unit: {signal.unit}. Speaks when {signal.rule.words()}. "
            f"Needs {needs} session{'s' * (needs != 1)}. Claim: {CLAIMS[signal.direction]}.",
            f"- Source: {signal.source}.",
            f"- When it misleads: {signal.misleads[0].lower()}{signal.misleads[1:]}",
            f"- Alerts to {as_of}: {counts['alerts']} in {counts['symbol_years']:.0f} symbol-years"
            f"{often}{by_chance}.",
            f"- Verdict, judged {as_of}{verdict(judged)}",
        ]
    )


def verdict(judged: list[Judgement]) -> str:
    """Verdicts by horizon, and what they alone would hide."""
    if not judged:
        return ": not judged."
    horizons: dict[str, list[str]] = {}
    for j in judged:
        horizons.setdefault(j.verdict, []).append(str(j.horizon))
    words = "; ".join(f"{name} at {', '.join(days)}" for name, days in horizons.items())
    days = [j for j in judged if j.first]
    span = f" ({days[0].first} to {days[0].last})" if days else ""
    cautions = "; ".join(f"at {j.horizon}: {j.caution}" for j in judged if j.caution)
    return f"{span}: **{words}** sessions ahead." + (f" Caution: {cautions}." if cautions else "")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
