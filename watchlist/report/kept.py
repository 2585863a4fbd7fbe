"""What became of a day-0 move: how far running events have gone, how much old ones kept."""

from __future__ import annotations

from watchlist.report.facts import Facts, Row, group
from watchlist.report.studies import headline, main_effects

KEPT_WINDOW = (0, 20)
KEPT_LEAST = 0.02
"""Below a day-0 abnormal return of two percent a share of it is noise over noise."""

KEPT_SHOWN = 10


def drifts(facts: Facts, event_id: str) -> list[Row]:
    """How far each watched target has gone since day 0, and whether ordinary days go that far."""
    study = headline(facts)
    if study is None:
        return []
    watched = [s["symbol"] for s in facts.symbols if s["role"] == "watchlist"]
    return [
        {
            "symbol": e["symbol"],
            "car": e["car"],
            "days": e["days"],
            "p": e["placebo_p"],
            "floor": e["placebo_floor"],
            "beyond": None if e["placebo_p"] is None else e["placebo_p"] < 0.05,
        }
        for e in facts.of_event("effects", study["study_id"], event_id)
        if (e["first_day"], e["last_day"]) == KEPT_WINDOW
        and e["symbol"] in watched
        and e["car"] is not None
    ]


def kept(facts: Facts, study: Row, by_event: dict[str, Row]) -> list[Row]:
    """How much of the day-0 abnormal return was still there twenty sessions on."""
    windows = {
        (e["event_id"], e["symbol"]): e
        for e in facts.effects
        if e["study_id"] == study["study_id"] and (e["first_day"], e["last_day"]) == KEPT_WINDOW
    }
    watched = {s["symbol"] for s in facts.symbols if s["role"] == "watchlist"}
    named: dict[str, set[str]] = {}
    for target in facts.event_targets:
        if target["relation"] == "named":
            named.setdefault(target["event_id"], set()).add(target["symbol"])
    out = []
    for effect in main_effects(facts, study):
        later = windows.get((effect["event_id"], effect["symbol"]))
        card = by_event.get(effect["event_id"])
        if (
            card is None
            or later is None
            or effect["symbol"] not in watched
            or later["car"] is None
            or later["days"] <= KEPT_WINDOW[1]
            or effect["car"] is None
            or abs(effect["car"]) < KEPT_LEAST
        ):
            continue
        out.append(
            {
                "event_id": effect["event_id"],
                "title": card["title"],
                "day0": card["day0"],
                "symbol": effect["symbol"],
                "car0": effect["car"],
                "car20": later["car"],
                "share": later["car"] / effect["car"],
                "se": later["se"],
                "named": effect["symbol"] in named.get(effect["event_id"], set()),
            }
        )
    return _one_a_day(out)[:KEPT_SHOWN]


def _one_a_day(rows: list[Row]) -> list[Row]:
    """Events of one day share its return: one row a symbol and day, that names the symbol first."""
    out = []
    for found in group(rows, "symbol", "day0").values():
        best = min(found, key=lambda r: (not r["named"], r["event_id"]))
        out.append({**best, "others": len(found) - 1})
    return sorted(out, key=lambda r: (-abs(r["car0"]), r["event_id"], r["symbol"]))
