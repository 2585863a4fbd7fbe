"""What a sweep lays out: one row a pair and day, and none for a day that the calendar lacks."""

from __future__ import annotations

import numpy as np

from watchlist.steps.sweep_market import Market
from watchlist.steps.sweep_results import _abnormal, _Names
from watchlist.study.arrow import words
from watchlist.study.design import StudyDesign
from watchlist.study.sweep import MarketFactor, SweepPairs


def test_days_outside_the_calendar_have_no_row() -> None:
    days = np.arange(100, 110)  # ten sessions; day 0 is the second, the sixth and the last but one
    pairs = SweepPairs(np.arange(3), np.arange(3), np.array([1, 5, 8]))
    names = [words([f"{kind}{n}" for n in range(3)]).dictionary_encode() for kind in "es"]
    market = Market(pairs, names[0], names[1], MarketFactor(days, np.zeros(10)), {}, frozenset())
    design = StudyDesign(name="sweep", factors=("MKT",), windows=((-2, 2),), chart=(-2, 2))
    length, skip = design.event_days[1] - design.event_days[0] + 1, -2 - design.event_days[0]
    ar = np.arange(3.0 * length).reshape(3, length)
    results = {"ret": 3 * ar, "ar": ar, "day_se": np.full_like(ar, 2.0)}

    rows = _abnormal(_Names(market, pairs, 7), results, design).read_all().to_pydict()

    expected = [
        (f"e{pair}", f"s{pair}", day, int(zero + day), ar[pair, skip + 2 + day])
        for pair, zero in enumerate(pairs.day0)
        for day in range(-2, 3)
        if 0 <= zero + day < len(days)
    ]
    sessions = [(s - np.datetime64("1970-01-01").item()).days - 100 for s in rows["session"]]
    found = zip(rows["event_id"], rows["symbol"], rows["day"], sessions, rows["ar"], strict=True)
    assert list(found) == expected
    assert len(expected) == 13
    assert rows["expected"] == [2 * value for value in rows["ar"]]
    assert rows["sar"] == [value / 2 for value in rows["ar"]]
