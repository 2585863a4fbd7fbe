"""The figures of a page, made from its twin: what the twin says is what the chart shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from watchlist.charts import style
from watchlist.formatting import Readable
from watchlist.report import format as fmt

if TYPE_CHECKING:
    from datetime import date

    from watchlist.report.daily import DailyPage
    from watchlist.report.events import EventPage, TimelineEvent
    from watchlist.report.index import IndexEvent
    from watchlist.report.rows import Prices
    from watchlist.report.signals import SignalsPage
    from watchlist.report.studies import CalibrationFound, Heatmap
    from watchlist.report.study_rows import ForestRow, OrdinaryDays, Path

EVENT_PATHS = 8
"""Targets with a chart of their own on an event's page."""

HEATMAP_SHOWN = 30
"""Rows of the heatmap that are drawn; the table under it has them all."""

SIGNAL_HORIZON = 5
"""The horizon whose buckets are drawn: a week."""


TIMELINE_FIELDS = ("event_id", "title", "category", "direction", "certainty", "status")
"""What the timeline draws of an event, beside its date and publishers."""


@dataclass(frozen=True)
class Chart:
    """A figure in its place on the page."""

    chart_id: str
    json: str
    height: int
    label: str
    """What a reader who cannot see the chart should know."""


Columns = dict[str, Sequence[Any]]
"""Columns of one length, as a chart takes them."""

Charts = dict[str, Chart]
"""The charts of a page by their id."""


def daily_charts(page: DailyPage) -> Charts:
    """All charts of the daily page."""
    paths = page["study"]["paths"]
    return _by_id(
        _lead(page),
        *(
            path_chart(f"car-{n}-{m}", path["title"], line)
            for n, path in enumerate(paths)
            for m, line in enumerate(path["lines"])
        ),
        heatmap_chart(page["study"]["heatmap"]),
        forest_chart(page["study"]["forest"]),
        timeline_chart(page["timeline"], today=page["as_of"]),
        calibration_chart(page["method"]["calibration"]),
        *(price_chart(f"price-{n}", row) for n, row in enumerate(page["prices"])),
    )


def event_charts(page: EventPage) -> Charts:
    """The paths of the first targets, and the reactions among ordinary days."""
    return _by_id(
        *(
            path_chart(f"car-{n}", page["title"], line)
            for n, line in enumerate(page["paths"][:EVENT_PATHS])
        ),
        *(placebo_chart(f"placebo-{n}", row) for n, row in enumerate(page["placebo"])),
    )


def signals_charts(page: SignalsPage) -> Charts:
    """Overview, histories, and the evidence for each signal."""
    from watchlist.charts import signals as draw

    charts = []
    titles = {signal["signal"]: signal["title"] for signal in page["signals"]}
    if page["current"]:
        loud = [row for row in page["current"] if row["state"] != "quiet"]
        spoken = "; ".join(f"{r['symbol']} {titles[r['signal']]} {r['state']}" for r in loud)
        label = f"Each signal of each watched symbol. Not quiet: {spoken or 'none'}."
        columns = _columns(page["current"], "symbol", "signal", "z", "state")
        charts.append(_chart("overview", draw.overview(columns, titles), label))
    rules = {signal["signal"]: signal["rule"] for signal in page["signals"]}
    for past in page["history"]:
        label = (
            f"Abnormal moves of {past['symbol']} in standard errors; {sum(past['alert'])} alerts."
        )
        line: Columns = {
            "session": past["session"],
            "shown": past["z"],
            "state": past["state"],
            "alert": past["alert"],
        }
        figure = draw.history(line, "standard errors", _levels(rules[past["signal"]]))
        charts.append(_chart(f"history-{past['symbol']}", figure, label))
    for signal in page["signals"]:
        for verdict in signal["verdicts"]:
            if verdict["horizon"] != SIGNAL_HORIZON:
                continue
            if any(mean is not None for mean in verdict["buckets"]):
                label = f"Mean result of the next week by fifth of {signal['title']}."
                figure = draw.buckets(verdict["buckets"])
                charts.append(_chart(f"buckets-{signal['signal']}", figure, label))
            if any(ic is not None for _, ic in verdict["decay"]):
                label = f"Rank correlation of {signal['title']} with later results, by horizon."
                figure = draw.decay(verdict["decay"], verdict["mde"])
                charts.append(_chart(f"decay-{signal['signal']}", figure, label))
    return _by_id(*charts)


def _levels(rule: str) -> list[float]:
    """The thresholds of a rule such as `z ≥ 4 or z ≤ −4`."""
    words = rule.replace("−", "-").split()
    return [float(level) for sign, level in pairwise(words) if sign in ("≥", "≤")]


def _lead(page: DailyPage) -> Chart | None:
    """The picture beside the headline: the path of its event, else the price of its symbol."""
    first = page["headlines"][0]
    for path in page["study"]["paths"]:
        for line in path["lines"]:
            if (path["event_id"], line["symbol"]) == (first["event_id"], first["symbol"]):
                return path_chart("lead", path["title"], line, narrow=False)
    rows = [row for row in page["prices"] if row["close"]]
    wanted = [row for row in rows if row["symbol"] == first["symbol"]] or rows
    return price_chart("lead", wanted[0]) if wanted else None


def path_chart(chart_id: str, title: str, line: Path, *, narrow: bool = True) -> Chart:
    """The CAR path of one symbol after one event."""
    from watchlist.charts.study import car_path

    path: Columns = {"day": line["day"], "car": line["car"]}
    band: Columns = {"day": line["band_day"], "lo": line["lo"], "hi": line["hi"]}
    return _chart(chart_id, car_path(path, band, narrow=narrow), path_label(title, line))


def path_label(title: str, line: Path) -> str:
    """The path in words: where it stands, and whether that is outside the band."""
    known = [(d, c) for d, c in zip(line["day"], line["car"], strict=True) if c is not None]
    if not known:
        return f"{line['symbol']} after “{title}”: no abnormal return is known yet."
    last, value = known[-1]
    text = (
        f"{line['symbol']} after “{title}”: cumulative abnormal return {fmt.percent(value)} "
        f"from day {Readable(known[0][0]):g} to day {Readable(last):g}"
    )
    if last in line["band_day"]:
        at = line["band_day"].index(last)
        lo, hi = line["lo"][at], line["hi"][at]
        side = "above" if value > hi else "below" if value < lo else "inside"
        text += (
            f", {side} the range of 95 in 100 ordinary paths "
            f"({fmt.percent(lo)} to {fmt.percent(hi)})"
        )
    return text + "."


def heatmap_chart(heatmap: Heatmap) -> Chart | None:
    """The heatmap, if any pair was estimated."""
    from watchlist.charts.study import heatmap as draw

    events = heatmap["events"][:HEATMAP_SHOWN]
    ids = {event["event_id"] for event in events}
    cells = [cell for cell in heatmap["cells"] if cell["event_id"] in ids]
    if not cells:
        return None
    drawn = {cell["symbol"] for cell in cells}
    symbols = [symbol for symbol in heatmap["symbols"] if symbol in drawn]
    figure = draw(
        _columns(cells, "event_id", "symbol", "car", "scar"),
        _columns(events, "event_id", "title", "day0"),
        symbols,
    )
    top = max(cells, key=lambda cell: abs(cell["scar"] or 0.0))
    label = (
        f"Day-0 abnormal returns of {len(symbols)} symbols on {len(events)} events; "
        f"the largest in standard errors is {top['symbol']} with {fmt.percent(top['car'])}."
    )
    return _chart("heatmap", figure, label)


def forest_chart(rows: list[ForestRow]) -> Chart | None:
    """The forest plot, if any category was tested."""
    from watchlist.charts.study import forest

    if not rows:
        return None
    columns = _columns(rows, "value", "estimate", "lo", "hi", "pairs", "dates")
    ends = [(row["value"], row["lo"], row["hi"]) for row in rows]
    clear = [v for v, lo, hi in ends if lo is not None and hi is not None and (lo > 0 or hi < 0)]
    label = f"Mean day-0 abnormal return of {fmt.plural(len(rows), 'group')} of events. " + (
        f"The 95 % interval excludes zero for {fmt.listing(clear)}."
        if clear
        else "No 95 % interval excludes zero."
    )
    return _chart("forest", forest(columns), label)


def price_chart(chart_id: str, row: Prices, *, tall: bool = False) -> Chart | None:
    """Closes of a symbol with the events that reached it, if there are any."""
    from watchlist.charts.prices import price

    if not row["close"]:
        return None
    events = _columns(row["events"], "session", "close", "title", "direction")
    closes: Columns = {"session": row["session"], "close": row["close"]}
    first, last = row["close"][0], row["close"][-1]
    label = (
        f"{row['symbol']} closed at {fmt.price(last)} {row['currency']} on "
        f"{fmt.day(row['session'][-1])}, {fmt.percent(last / first - 1)} since "
        f"{fmt.day(row['session'][0])}; {fmt.plural(len(row['events']), 'event')} marked."
    )
    return _chart(chart_id, price(closes, events, tall=tall), label)


def placebo_chart(chart_id: str, row: OrdinaryDays) -> Chart:
    """The distribution of ordinary days with the observed one marked."""
    from watchlist.charts.study import placebo

    label = (
        f"{row['symbol']}: abnormal return {fmt.percent(row['observed'])} on day 0; "
        f"{fmt.plural(row['at_least'], 'session')} of {fmt.count(len(row['ordinary']))} ordinary "
        "ones were at least as large."
    )
    return _chart(chart_id, placebo(row["ordinary"], row["observed"]), label)


def calibration_chart(calibration: CalibrationFound | None) -> Chart | None:
    """How often the report's own tests reject when nothing happened, if that was measured."""
    from watchlist.charts.study import calibration_sizes

    rows = [] if calibration is None else calibration["own"]
    null = [row for row in rows if row["setting"] == "null"]
    if not null:
        return None
    spoken = (f"{row['label']} {fmt.percent(row['rejected'], sign=False)}" for row in null)
    label = (
        f"Share of true nulls rejected at {fmt.percent(null[0]['nominal'], 0, sign=False)}: "
        + "; ".join(spoken)
    )
    columns = _columns(rows, "setting", "nominal", "rejected", "repetitions")
    columns["test"] = [row["label"] for row in rows]
    return _chart("calibration", calibration_sizes(columns, titled=False), label + ".")


def timeline_chart(
    events: Sequence[TimelineEvent | IndexEvent], *, today: date | None = None
) -> Chart | None:
    """Every event by category and date, if there is any.

    With `today`, the compact one of a daily page: where the past ends, no sources on hover.
    """
    from watchlist.charts.prices import timeline

    if not events:
        return None
    columns = _columns(events, *TIMELINE_FIELDS)
    days = [event["on"] for event in events]
    columns["announced_on"] = days
    if today is None:
        columns |= {"sources": _columns(events, "publishers")["publishers"]}
    text = f"{fmt.plural(len(events), 'event')} by category and date, the first on {min(days)}."
    return _chart("timeline", timeline(columns, compact=today is not None, today=today), text)


def _columns(rows: Iterable[Mapping[str, Any]], *names: str) -> Columns:
    """Rows of the twin as the columns that a chart takes."""
    rows = list(rows)
    return {name: [row[name] for row in rows] for name in names}


def _chart(chart_id: str, figure: style.Spec, label: str) -> Chart:
    return Chart(chart_id, style.to_json(figure), int(figure["layout"]["height"]), label)


def _by_id(*charts: Chart | None) -> Charts:
    return {chart.chart_id: chart for chart in charts if chart is not None}
