# ruff: noqa: B018  (a cell shows its last expression)
"""A notebook to think in: SQL cells on the store, Polars frames, Plotly charts.

`watchlist notebook` copies it into the project and opens it with marimo; change it freely. It also
runs as a plain script: `WATCHLIST_STORE=watchlist.duckdb python notebook.py`.
"""

import marimo

app = marimo.App(width="medium", app_title="watchlist")


@app.cell
def _():
    import os

    import duckdb
    import marimo as mo
    import plotly.graph_objects as go

    store = duckdb.connect(os.environ.get("WATCHLIST_STORE", "watchlist.duckdb"), read_only=True)
    store.execute("SET TimeZone = 'UTC'")
    return go, mo, store


@app.cell
def _(mo, store):
    ((kind, last),) = store.execute(
        "SELECT (SELECT value FROM meta WHERE key = 'kind'), max(session) FROM bars"
    ).fetchall()
    mo.md(
        f"# What did policy do to these stocks?\n\nPrices: **{kind.upper()}**, up to {last}. "
        "Choose an event; every cell below follows. `watchlist schema` explains the views."
    )


@app.cell
def _(mo, store):
    events = mo.sql(
        """
        SELECT e.event_id, t.day0, e.title, e.category, list(t.symbol ORDER BY t.symbol) AS targets
        FROM events AS e
        JOIN event_targets AS t USING (event_id)
        WHERE t.day0 <= (SELECT max(session) FROM bars)
        GROUP BY ALL
        ORDER BY t.day0 DESC
        """,
        engine=store,
    )
    return (events,)


@app.cell
def _(events, mo):
    names = events["event_id"].unique(maintain_order=True).to_list()
    event = mo.ui.dropdown(
        names, value="mp-dod-2025" if "mp-dod-2025" in names else names[0], label="event"
    )
    event
    return (event,)


@app.cell
def _(event, mo, store):
    cars = mo.sql(f"FROM car('{event.value}', -1, 5)", engine=store)
    return (cars,)


@app.cell
def _(event, mo, store):
    path = mo.sql(f"FROM event_path('{event.value}', -10, 20)", engine=store)
    return (path,)


@app.cell
def _(event, go, path):
    chart = go.Figure()
    for (symbol,), rows in path.group_by("symbol", maintain_order=True):
        chart.add_scatter(x=rows["day"], y=rows["car"], name=symbol, mode="lines+markers")
    chart.add_vline(x=0, line_dash="dot")
    chart.update_layout(
        title=f"Cumulative abnormal return around {event.value}",
        xaxis_title="sessions from day 0",
        yaxis_title="CAR",
        yaxis_tickformat=".0%",
    )
    chart
    return (chart,)


@app.cell
def _(cars):
    import polars as pl

    # the same table, as one would go on with it in Polars
    strongest = cars.select(
        "symbol", "relation", pl.col("car").round(4), pl.col("scar").round(2)
    ).sort(pl.col("scar").abs(), descending=True)
    strongest
    return (strongest,)


if __name__ == "__main__":
    app.run()
