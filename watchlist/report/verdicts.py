"""What judging said of each signal, in the few words that stand beside it."""

from __future__ import annotations

from watchlist.report.facts import Facts, group


def verdict_words(facts: Facts) -> dict[str, str]:
    """Signal → `supported at 1, 5; not distinguishable from chance at 20 sessions ahead`."""
    out = {}
    for signal, rows in group(facts.verdicts, "signal").items():
        horizons: dict[str, list[int]] = {}
        for row in sorted(rows, key=lambda r: r["horizon"]):
            horizons.setdefault(row["verdict"], []).append(row["horizon"])
        parts = [f"{said} at {', '.join(map(str, at))}" for said, at in horizons.items()]
        out[signal] = "; ".join(parts) + " sessions ahead"
    return out
