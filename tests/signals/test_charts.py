"""Every chart of the signals is a figure that Plotly itself accepts."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

go = pytest.importorskip("plotly.graph_objects")

from watchlist.charts import signals as charts  # noqa: E402
from watchlist.charts.style import to_json  # noqa: E402


def test_history_marks_the_sessions_on_which_a_state_began() -> None:
    frame = pl.DataFrame(
        {
            "session": [date(2025, 10, day) for day in (3, 6, 7, 8)],
            "shown": [0.4, 6.4, float("nan"), 0.1],
            "state": ["quiet", "on", "quiet", "quiet"],
            "alert": [False, True, False, False],
        }
    )
    drawn = charts.history(frame, "deviations", [3.5])
    go.Figure(drawn)
    assert drawn["data"][1]["x"] == ["2025-10-06"]
    assert drawn["data"][0]["y"][2] is None
    assert drawn["layout"]["shapes"][0]["y0"] == 3.5
    assert "NaN" not in to_json(drawn)


def test_buckets_and_decay_show_the_numbers_given() -> None:
    bars = charts.buckets([-0.01, None, 0.0, 0.002, 0.01])
    line = charts.decay([(1, -0.07), (5, None), (20, 0.01)], mde=0.02)
    go.Figure(bars)
    go.Figure(line)
    assert bars["data"][0]["y"] == [-0.01, None, 0.0, 0.002, 0.01]
    assert line["data"][0]["y"] == [-0.07, None, 0.01]
    assert (line["layout"]["shapes"][0]["y0"], line["layout"]["shapes"][0]["y1"]) == (-0.02, 0.02)


def test_overview_has_a_row_a_signal_in_the_given_order() -> None:
    frame = pl.DataFrame(
        {
            "symbol": ["MP", "MP", "LAC"],
            "signal": ["gap", "beta", "beta"],
            "z": [6.0, None, -3.1],
            "state": ["up", "quiet", "down"],
        }
    )
    drawn = charts.overview(frame, {"beta": "Market beta", "gap": "Opening gap", "none": "x"})
    go.Figure(drawn)
    assert drawn["layout"]["yaxis"]["ticktext"] == ["Market beta", "Opening gap"]
    assert drawn["data"][0]["z"] == [[-1, 0], [None, 1]]
    assert drawn["data"][0]["text"][0] == ["−3.1", ""]
