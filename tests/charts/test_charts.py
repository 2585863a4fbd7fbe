"""Every figure is one that Plotly accepts, and one that can be seen."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from tests.report.small_store import PEERS
from tests.report.test_daily import context
from watchlist.charts import style
from watchlist.charts.prices import price
from watchlist.charts.signals import overview
from watchlist.charts.study import BINS, FULL_COLOUR, car_path, forest, heatmap, placebo
from watchlist.report.figures import daily_charts

PATH = pl.DataFrame({"day": [-1, 0, 1, 2], "car": [0.0, 0.5, None, 0.4]})
BAND = pl.DataFrame({"day": [-1, 0, 1], "lo": [-0.1, -0.2, -0.3], "hi": [0.1, 0.2, 0.3]})
NO_BAND = pl.DataFrame(schema={"day": pl.Int64, "lo": pl.Float64, "hi": pl.Float64})
CLOSES = pl.DataFrame({"session": ["2025-07-09", "2025-07-10"], "close": [30.03, 45.23]})
EVENT_SCHEMA = {
    "session": pl.String,
    "close": pl.Float64,
    "title": pl.String,
    "direction": pl.String,
}
FOREST = pl.DataFrame(
    {
        "value": ["all events", "loan"],
        "estimate": [0.04, -0.01],
        "lo": [0.01, None],
        "hi": [0.07, None],
        "pairs": [40, 2],
        "dates": [20, 1],
    }
)


def test_every_figure_of_a_report_is_valid_plotly() -> None:
    charts = daily_charts(context(peers=PEERS, calibrated=True))

    assert {name.split("-")[0] for name in charts} == {
        "car",
        "lead",
        "heatmap",
        "forest",
        "price",
        "timeline",
        "calibration",
    }
    for chart in charts.values():
        figure = go.Figure(json.loads(chart.json))
        assert len(figure.data) >= 1
        assert chart.label.endswith(".")
        assert chart.height == figure.layout.height


def test_path_stands_on_its_band_and_its_end_is_marked() -> None:
    traces = car_path(PATH, BAND)["data"]

    assert [trace.get("fill") for trace in traces] == [None, "tonexty", None, None]
    assert traces[2]["y"] == [0.0, 0.5, None, 0.4]
    assert traces[3]["x"] == [2]
    assert traces[3]["y"] == [0.4]


def test_path_without_a_band_is_a_line() -> None:
    assert len(car_path(PATH, NO_BAND)["data"]) == 2


def test_heatmap_colours_standard_errors_and_caps_them() -> None:
    cells = pl.DataFrame(
        {
            "event_id": ["a", "b"],
            "symbol": ["MP", "NB"],
            "car": [2.11, -0.05],
            "scar": [50.0, -1.0],
        }
    )
    events = pl.DataFrame(
        {"event_id": ["a", "b"], "title": ["A <b>", "B"], "day0": ["2025-10-07", "2025-10-08"]}
    )
    figure = heatmap(cells, events, ["MP", "NB"])
    trace = figure["data"][0]

    assert trace["z"] == [[FULL_COLOUR, None], [None, -1.0]]
    assert trace["text"] == [["+211", ""], ["", "−5.0"]]
    assert "<" not in figure["layout"]["yaxis"]["ticktext"][0]


def test_price_marks_events_by_shape_and_escapes_their_titles() -> None:
    events = pl.DataFrame(
        [["2025-07-10", 45.23, "<b>x</b>", "adverse"]], schema=EVENT_SCHEMA, orient="row"
    )
    traces = price(CLOSES, events)["data"]

    assert traces[1]["marker"]["symbol"] == "triangle-down"
    assert traces[1]["text"] == ["&lt;b&gt;x&lt;/b&gt;"]
    assert len(price(CLOSES, pl.DataFrame(schema=EVENT_SCHEMA))["data"]) == 1


def test_forest_draws_no_interval_where_there_is_none() -> None:
    bars, dots = forest(FOREST)["data"]

    assert bars["x"] == [0.01, 0.07, None]
    assert dots["marker"]["symbol"] == ["circle", "circle-open"]


def test_placebo_counts_every_ordinary_day_and_reaches_the_observed() -> None:
    values = pl.Series([0.01 * n for n in range(-10, 11)])
    trace = placebo(values, 0.5)["data"][0]

    assert len(trace["x"]) == BINS
    assert sum(trace["y"]) == len(values)
    assert trace["x"][-1] == pytest.approx(0.5, abs=0.01)


def test_a_frame_and_a_dict_of_lists_give_the_same_figure() -> None:
    assert car_path(PATH, BAND) == car_path(
        PATH.to_dict(as_series=False), BAND.to_dict(as_series=False)
    )
    assert forest(FOREST) == forest(FOREST.to_dict(as_series=False))


def test_hover_lines_break_between_words_and_cut_only_what_is_too_long() -> None:
    assert style.wrapped("a stake  in\na miner", 7) == ["a stake", "in a", "miner"]
    assert style.wrapped("x" * 9 + " & <y>", 4) == ["xxxx", "xxxx", "x &amp;", "&lt;y&gt;"]
    assert style.wrapped("", 4) == []


@pytest.mark.parametrize(
    "figure",
    [
        heatmap(
            {"event_id": ["a"], "symbol": ["MP"], "car": [0.1], "scar": [1.0]},
            {"event_id": ["a"], "title": ["A"], "day0": ["2025-10-07"]},
            ["MP"],
        ),
        overview(
            pl.DataFrame({"symbol": ["MP"], "signal": ["gap"], "z": [6.0], "state": ["up"]}),
            {"gap": "Opening gap"},
        ),
    ],
    ids=["heatmap", "overview"],
)
def test_what_a_phone_changes_is_there_to_be_changed(figure: style.Spec) -> None:
    for path in figure["layout"]["meta"]["narrow"]:
        *keys, last = path.split(".")
        node: Any = figure
        for key in keys:
            node = node[int(key)] if isinstance(node, list) else node[key]
        assert last in node or last == "tickangle", path


def luminance(colour: str) -> float:
    def linear(byte: int) -> float:
        share = byte / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("colour", "least"),
    [(style.INK, 4.5), (style.MUTED, 4.5), (style.UP, 3.0), (style.DOWN, 3.0)],
    ids=["ink", "muted", "up", "down"],
)
def test_palette_has_contrast_on_paper_light_and_dark(colour: str, least: float) -> None:
    assert contrast(colour, style.PAPER) >= least
    assert contrast(style.DARK[colour], style.DARK[style.PAPER]) >= least


def test_json_may_stand_in_a_script_element() -> None:
    text = style.to_json({"data": [{"text": "</script>\u2028"}], "layout": {}})

    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text)["data"][0]["text"] == "</script>\u2028"


def test_figure_is_the_same_as_a_plotly_object() -> None:
    made = style.figure([style.trace("scatter", x=[1], y=[2])], height=100)

    assert isinstance(made, go.Figure)
    assert made.layout.height == 100
