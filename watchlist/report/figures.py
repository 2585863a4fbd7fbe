"""The figures of a page, made from its context: what the twin says is what the chart shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from watchlist.charts import style
from watchlist.formatting import Readable
from watchlist.report import format as fmt
from watchlist.report.facts import Row

HEATMAP_SHOWN = 30
"""Rows of the heatmap that are drawn; the table under it has them all."""


@dataclass(frozen=True)
class Chart:
    """A figure in its place on the page."""

    chart_id: str
    json: str
    height: int
    label: str
    """What a reader who cannot see the chart should know."""


def daily_figures(context: dict[str, Any]) -> dict[str, Chart]:
    """All charts of the daily page by id."""
    charts = [
        *lead_charts(context),
        *(
            path_chart(f"car-{n}-{m}", path["title"], line)
            for n, path in enumerate(context["study"]["paths"])
            for m, line in enumerate(path["lines"])
        ),
        *heatmap_charts(context["study"]["heatmap"]),
        *forest_charts(context["study"]["forest"]),
        *timeline_charts(context["timeline"], today=context["as_of"]).values(),
        *calibration_charts(context["method"]["calibration"]),
        *(
            price_chart(f"price-{n}", row)
            for n, row in enumerate(context["prices"])
            if row["close"]
        ),
    ]
    return {chart.chart_id: chart for chart in charts}


def lead_charts(context: dict[str, Any]) -> list[Chart]:
    """The picture beside the headline: the path of its event, else the price of its symbol."""
    first = context["headlines"][0]
    for path in context["study"]["paths"]:
        for line in path["lines"]:
            if (path["event_id"], line["symbol"]) == (first["event_id"], first["symbol"]):
                return [path_chart("lead", path["title"], line, narrow=False)]
    rows = [row for row in context["prices"] if row["close"]]
    wanted = [row for row in rows if row["symbol"] == first["symbol"]] or rows
    return [price_chart("lead", wanted[0])] if wanted else []


def path_chart(chart_id: str, title: str, line: Row, *, narrow: bool = True) -> Chart:
    """The CAR path of one symbol after one event."""
    from watchlist.charts.study import car_path

    band = {"day": line["band_day"], "lo": line["lo"], "hi": line["hi"]}
    return _chart(chart_id, car_path(line, band, narrow=narrow), path_label(title, line))


def path_label(title: str, line: Row) -> str:
    """The path in words: where it stands, and whether that is outside the band."""
    known = [(d, c) for d, c in zip(line["day"], line["car"], strict=True) if c is not None]
    if not known:
        return f"{line['symbol']} after “{title}”: no abnormal return is known yet."
    last, value = known[-1]
    text = (
        f"{line['symbol']} after “{title}”: cumulative abnormal return {fmt.percent(value)} "
        f"from day {Readable(known[0][0]):g} to day {Readable(last):g}"
    )
    band = dict(zip(line["band_day"], zip(line["lo"], line["hi"], strict=True), strict=True))
    if last in band and None not in band[last]:
        lo, hi = band[last]
        side = "above" if value > hi else "below" if value < lo else "inside"
        text += (
            f", {side} the range of 95 in 100 ordinary paths "
            f"({fmt.percent(lo)} to {fmt.percent(hi)})"
        )
    return text + "."


def heatmap_charts(heatmap: dict[str, Any]) -> list[Chart]:
    """The heatmap, if any pair was estimated."""
    from watchlist.charts.study import heatmap as draw

    events = heatmap["events"][:HEATMAP_SHOWN]
    ids = {event["event_id"] for event in events}
    cells = [c for c in heatmap["cells"] if c["event_id"] in ids]
    drawn = {cell["symbol"] for cell in cells}
    symbols = [symbol for symbol in heatmap["symbols"] if symbol in drawn]
    if not cells:
        return []
    fig = draw(
        _columns(cells, "event_id", "symbol", "car", "scar"),
        _columns(events, "event_id", "title", "day0"),
        symbols,
    )
    top = max(cells, key=lambda c: abs(c["scar"] or 0.0))
    label = (
        f"Day-0 abnormal returns of {len(symbols)} symbols on {len(events)} events; "
        f"the largest in standard errors is {top['symbol']} with {fmt.percent(top['car'])}."
    )
    return [_chart("heatmap", fig, label)]


def forest_charts(rows: list[Row]) -> list[Chart]:
    """The forest plot, if any category was tested."""
    from watchlist.charts.study import forest

    if not rows:
        return []
    columns = _columns(rows, "value", "estimate", "lo", "hi", "pairs", "dates")
    clear = [r["value"] for r in rows if r["lo"] is not None and (r["lo"] > 0 or r["hi"] < 0)]
    label = f"Mean day-0 abnormal return of {fmt.plural(len(rows), 'group')} of events. " + (
        f"The 95 % interval excludes zero for {fmt.listing(clear)}."
        if clear
        else "No 95 % interval excludes zero."
    )
    return [_chart("forest", forest(columns), label)]


def price_chart(chart_id: str, row: Row, *, tall: bool = False) -> Chart:
    """Closes of a symbol with the events that reached it."""
    from watchlist.charts.prices import price

    events = _columns(row["events"], "session", "close", "title", "direction")
    first, last = row["close"][0], row["close"][-1]
    label = (
        f"{row['symbol']} closed at {fmt.price(last)} {row['currency']} on "
        f"{fmt.day(row['session'][-1])}, {fmt.percent(last / first - 1)} since "
        f"{fmt.day(row['session'][0])}; {fmt.plural(len(row['events']), 'event')} marked."
    )
    return _chart(chart_id, price(row, events, tall=tall), label)


def placebo_chart(chart_id: str, row: Row) -> Chart:
    """The distribution of ordinary days with the observed one marked."""
    from watchlist.charts.study import placebo

    beyond = sum(abs(v) >= abs(row["observed"]) for v in row["ordinary"])
    label = (
        f"{row['symbol']}: abnormal return {fmt.percent(row['observed'])} on day 0; "
        f"{fmt.plural(beyond, 'session')} of {fmt.count(len(row['ordinary']))} ordinary ones "
        "were at least as large."
    )
    return _chart(chart_id, placebo(row["ordinary"], row["observed"]), label)


def calibration_charts(calibration: Row | None) -> list[Chart]:
    """How often the report's own tests reject when nothing happened, if that was measured."""
    from watchlist.charts.study import calibration_sizes

    rows = [] if calibration is None else calibration["own"]
    null = [row for row in rows if row["setting"] == "null"]
    if not null:
        return []
    spoken = (f"{row['label']} {fmt.percent(row['rejected'], sign=False)}" for row in null)
    label = (
        f"Share of true nulls rejected at {fmt.percent(null[0]['nominal'], 0, sign=False)}: "
        + "; ".join(spoken)
    )
    columns = _columns(rows, "setting", "nominal", "rejected", "repetitions")
    columns["test"] = [row["label"] for row in rows]
    return [_chart("calibration", calibration_sizes(columns, titled=False), label + ".")]


def timeline_charts(events: list[Row], *, today: str | None = None) -> dict[str, Chart]:
    """Every event by category and date, if there is any.

    With `today`, the compact one of a daily page: where the past ends, no sources on hover.
    """
    from watchlist.charts.prices import timeline

    if not events:
        return {}
    columns = {
        **_columns(events, "event_id", "title", "category", "direction", "certainty", "status"),
        "announced_on": [date.fromisoformat(e["on"]) for e in events],
    }
    if today is None:
        columns["sources"] = [e["publishers"] for e in events]
    first = min(e["on"] for e in events)
    label = f"{fmt.plural(len(events), 'event')} by category and date, the first on {first}."
    figure = timeline(columns, compact=today is not None, today=fmt.as_date(today))
    return {"timeline": _chart("timeline", figure, label)}


def _columns(rows: list[Row], *names: str) -> dict[str, list[Any]]:
    """Rows of the twin as the columns that a chart takes."""
    return {name: [row[name] for row in rows] for name in names}


def _chart(chart_id: str, fig: style.Spec, label: str) -> Chart:
    return Chart(chart_id, style.to_json(fig), int(fig["layout"]["height"]), label)
