"""What `watchlist init` writes: a folder that explains itself."""

from __future__ import annotations

from pathlib import Path

from watchlist.disk import replacing
from watchlist.project import CONFIG_NAME

CONFIG = """\
# watchlist.toml: every setting may be left out; the value shown is the default.

# Where bars come from: "yahoo", "tiingo", "simulated", or the path of a CSV or Parquet file
# or of a folder of them.
source = "{source}"

# The symbols that the report leads with. Empty: the packaged four (MP, LAC, TMQ, NB).
# Peers, market and sector factors come with the catalogue.
symbols = []

# Symbols whose bars come from elsewhere. Tiingo's token is read from the environment variable
# TIINGO_API_TOKEN.
# [sources]
# NB = "tiingo"

# How patiently Yahoo and Tiingo are asked.
# [fetch]
# attempts = 4               # requests for one symbol; only failures that may pass are tried again
# first_wait_seconds = 2.0   # doubles with each attempt; five times as long after a rate limit
# timeout_seconds = 10.0     # for one answer
# budget_seconds = 900.0     # for the whole run; what is left after that is told as skipped

# Official feeds that propose events: watchlist events candidates --source federal-register
# [feeds]
# contact = "Name name@domain"   # SEC EDGAR refuses whoever does not say who asks
# rss = ["https://…"]            # agencies' RSS or Atom pages
"""

EVENTS = """\
# Your own events; an entry with the id of a packaged event replaces it.
# `watchlist events check` tells what is missing. An example:
#
# [[events]]
# event_id = "my-mine-permit-2026"
# announced_on = 2026-03-02          # New York date
# announced_time = 07:00:00          # New York time, where known
# timing = "pre-market"              # pre-market, intraday, after-close, non-trading-day, unknown
# timing_basis = "reported"          # reported, inferred, calendar, unknown
# title = "State permits My Mine"
# category = "permitting"
# direction = "supportive"
# actors = ["State of Nevada"]
# minerals = ["lithium"]
# certainty = "single-source"
# named = ["LAC"]
# exposed = ["ALB"]
# directions = { ALB = "adverse" }   # targets that it means something else for
# sources = [{ title = "Permit notice", publisher = "Nevada", url = "https://example.org/permit" }]
"""

QUERIES = """\
Put your own questions here, one `.sql` file each; `watchlist query new NAME` writes the first lines
and `watchlist query list` shows them beside the packaged ones.
"""

REPORTS = """\
A folder NAME with a `report.html` template and the queries it names is your own report:
`watchlist report NAME`. What is generated goes to `out/`.
"""


def write_project(folder: Path, source: str = "yahoo") -> list[Path]:
    """Write the files of a project that are not there yet; what is there stays as it is.

    Returns
    -------
    list of Path
        The files that were written, empty when the folder was complete.
    """
    contents = {
        CONFIG_NAME: CONFIG.format(source=source),
        "events.toml": EVENTS,
        "queries/README.md": QUERIES,
        "reports/README.md": REPORTS,
        ".gitignore": "watchlist*.duckdb\n.watchlist/\nreports/out/\n",
    }
    written = []
    for name, text in contents.items():
        path = folder / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
        written.append(path)
    return written
