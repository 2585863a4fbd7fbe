"""The timeline figure: lanes, marks, hover texts that are no markup."""

from __future__ import annotations

from datetime import date

import polars as pl

from watchlist.charts import style
from watchlist.charts.prices import first_drawn, timeline


def events(*rows: dict) -> pl.DataFrame:
    base = {
        "event_id": "a",
        "announced_on": date(2025, 7, 10),
        "title": "A stake",
        "category": "equity-stake",
        "direction": "supportive",
        "certainty": "confirmed",
        "status": "happened",
        "sources": ["SEC EDGAR"],
    }
    return pl.DataFrame([base | row for row in rows])


def test_each_category_has_a_lane_and_each_direction_its_mark() -> None:
    fig = timeline(
        events(
            {},
            {"event_id": "b", "category": "loan", "announced_on": date(2025, 8, 1)},
            {"event_id": "c", "direction": "adverse", "announced_on": date(2026, 1, 28)},
        )
    )
    assert fig["layout"]["yaxis"]["ticktext"] == ["equity-stake", "loan"]
    marks = {trace["name"]: trace["marker"]["symbol"] for trace in fig["data"]}
    assert marks == {
        "supportive": ["triangle-up", "triangle-up"],
        "adverse": ["triangle-down"],
    }
    assert style.to_json(fig)


def test_what_is_not_sure_or_not_yet_is_hollow() -> None:
    fig = timeline(events({"certainty": "single-source"}, {"event_id": "b", "status": "scheduled"}))
    assert fig["data"][0]["marker"]["symbol"] == ["triangle-up-open", "triangle-up-open"]


def test_hover_names_the_sources_and_escapes_markup() -> None:
    fig = timeline(events({"title": "<script>alert(1)</script>", "sources": ["A & B"]}))
    text = fig["data"][0]["text"][0]
    assert "&lt;script&gt;" in text
    assert "A &amp; B" in text
    assert "<script" not in style.to_json(fig)


def test_an_event_before_a_long_silence_is_only_in_the_list() -> None:
    frame = events({"announced_on": date(2010, 9, 22)}, {"event_id": "b"})
    assert first_drawn(frame) == date(2025, 7, 10)
    fig = timeline(frame)
    assert len(fig["data"][0]["x"]) == 1
    assert "1 earlier" in fig["layout"]["xaxis"]["title"]["text"]


def test_neighbours_of_a_lane_step_apart() -> None:
    fig = timeline(events({}, {"event_id": "b"}, {"event_id": "c"}))
    assert len(set(fig["data"][0]["y"])) == 3
