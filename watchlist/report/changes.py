"""What changed since the report before: events, bars, verdicts, effects."""

from __future__ import annotations

from typing import Any

from watchlist.report.facts import Facts, Row, group
from watchlist.report.studies import headline, main_effects


def changes(facts: Facts, cards: list[Row]) -> dict[str, Any]:
    """The differences; `since` is None when this is the first report of the store."""
    if facts.previous is None:
        return {"since": None, "events": [], "restated": [], "verdicts": [], "effects": []}
    since = facts.previous.isoformat()
    return {
        "since": since,
        "events": [
            {"event_id": c["event_id"], "title": c["title"], "on": c["on"]}
            for c in cards
            if since < c["on"] and c["phase"] != "ahead"
        ],
        "restated": _restated(facts),
        "verdicts": [
            {
                "signal": v["signal"],
                "horizon": v["horizon"],
                "before": v["previous_verdict"],
                "now": v["verdict"],
            }
            for v in facts.verdicts
            if v["as_of"] == facts.as_of
            and v["previous_verdict"] is not None
            and v["verdict"] != v["previous_verdict"]
        ],
        "effects": _effects(facts, cards),
    }


def _restated(facts: Facts) -> list[Row]:
    out = []
    for (symbol, cause), rows in group(facts.restatements, "symbol", "cause").items():
        sessions = sorted({r["session"] for r in rows})
        out.append(
            {
                "symbol": symbol,
                "cause": cause,
                "bars": len(sessions),
                "first": sessions[0].isoformat(),
                "last": sessions[-1].isoformat(),
                "fields": sorted({r["field"] for r in rows}),
            }
        )
    return out


def _effects(facts: Facts, cards: list[Row]) -> list[Row]:
    """Day-0 effects that crossed the 5 % line or changed sign: a restated past, mostly."""
    study = headline(facts)
    if study is None:
        return []
    titles = {c["event_id"]: c["title"] for c in cards}
    before = {(r["event_id"], r["symbol"]): r for r in facts.previous_effects}
    out = []
    for now in main_effects(facts, study):
        then = before.get((now["event_id"], now["symbol"]))
        if then is None or None in {then["car"], now["car"], then["placebo_p"], now["placebo_p"]}:
            continue
        crossed = (then["placebo_p"] < 0.05) != (now["placebo_p"] < 0.05)
        flipped = (then["car"] > 0) != (now["car"] > 0)
        if crossed or (flipped and now["placebo_p"] < 0.05):
            out.append(
                {
                    "event_id": now["event_id"],
                    "title": titles.get(now["event_id"], now["event_id"]),
                    "symbol": now["symbol"],
                    "car_before": then["car"],
                    "car": now["car"],
                    "p_before": then["placebo_p"],
                    "p": now["placebo_p"],
                }
            )
    return out
