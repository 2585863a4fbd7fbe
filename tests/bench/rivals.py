"""Event-study packages of PyPI, each in an environment and a process of its own.

The environments are made beside this file on the first run. A package that cannot be had, or a
Python that it needs, is left out with a word on stderr. Each worker is fed the same CSV files as
its documentation has it, and answers with the CAAR of the whole window, which is checked.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from watchlist.study.panel import Ints, Panel

HERE = Path(__file__).parent

_LOOP = """
print("ready", flush=True)
for line in sys.stdin:
    print(study(int(line)), flush=True)
"""

_EVENTSTUDY = """\
import sys
import numpy as np
from eventstudy import Multiple, Single
Single.import_returns(sys.argv[1])
events = [line.strip().split(",") for line in open(sys.argv[2])]
events = [(ticker, np.datetime64(day)) for ticker, day in events]

def study(pairs):
    return Multiple(
        [
            Single.market_model(
                security_ticker=ticker, market_ticker="MKT", event_date=day,
                event_window=(-10, 10), estimation_size=120, buffer_size=1,
            )
            for ticker, day in events[:pairs]
        ],
        None,
    ).CAAR[-1]
"""

_ROBUST = """\
import sys
import pandas as pd
from robust_eventstudy.returns import MarketModel
wide = pd.read_csv(sys.argv[1], index_col="date", parse_dates=True)
events = [line.strip().split(",") for line in open(sys.argv[2])]
returns = {ticker: wide[ticker] for ticker in wide.columns}
model = MarketModel(estimation_window=119, gap_window=11, min_estimation_days=100)
model.set_market_returns(returns["MKT"])

def study(pairs):
    found = [
        model.compute_abnormal_returns(returns[ticker], day, (-10, 10), symbol=ticker)["car"]
        for ticker, day in events[:pairs]
    ]
    return sum(found) / len(found)
"""

_EASY = """\
import sys
import pandas as pd
from easy_event_study import EventStudy
from easy_event_study.utils import calculate_car_stats
wide = pd.read_csv(sys.argv[1], parse_dates=["date"]).rename(columns={"date": "Date"})
wide["Date"] = wide["Date"].dt.date.astype(object)
long = wide.drop(columns="MKT").melt("Date", var_name="ticker", value_name="Ret")
events = pd.read_csv(sys.argv[2], names=["ticker", "event_date"])
model = EventStudy(estimation_days=120, gap_days=1, window_before=10, window_after=10, n_cores=1)
model.add_returns(ret_df=long.assign(Volume=1.0))
model.add_factors(wide[["Date", "MKT"]].rename(columns={"MKT": "Mkt-RF"}))

def study(pairs):
    return calculate_car_stats(model.run_study(events.head(pairs)))["mean"].iloc[-1]
"""


@dataclass(frozen=True)
class Rival:
    """A package, how it is installed and what it is asked."""

    package: str
    computes: str
    code: str
    share: int
    """Pairs that it is timed on, at most: slow packages get fewer."""

    rounds: int = 3

    python: str = sys.executable
    install: tuple[tuple[str, ...], ...] = ()
    """Arguments of `pip install`, in turn; empty = the package with all that it asks for."""

    @property
    def label(self) -> str:
        """For the table."""
        return f"{self.package}, {self.computes}"


RIVALS = (
    Rival(
        "eventstudy==0.1a12",
        "t only",
        _EVENTSTUDY,
        share=800,
        rounds=15,
        # its own pins would take numpy back by years
        install=(("numpy", "scipy", "statsmodels", "matplotlib"),
                 ("--no-deps", "eventstudy==0.1a12")),
    ),
    Rival("robust-eventstudy==0.1.0", "AR and CAR only", _ROBUST, share=200),
    Rival("easy-event-study==0.1.3", "t only", _EASY, share=200, python="python3.12"),
)  # fmt: skip


@contextmanager
def worker(
    rival: Rival, panel: Panel, rows: Ints, cols: Ints
) -> Iterator[Callable[[int], float] | None]:
    """A process that studies as many of the pairs as it is told; None where it cannot be had."""
    python = _environment(rival)
    if python is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        returns, events, script = (Path(folder) / name for name in ("r.csv", "e.csv", "worker.py"))
        series = dict(zip(panel.symbols, panel.returns.T, strict=True))
        pl.DataFrame({"date": panel.sessions, **series}).write_csv(returns)
        events.write_text(
            "\n".join(
                f"{panel.symbols[col]},{panel.sessions[row]}"
                for col, row in zip(cols, rows, strict=True)
            )
        )
        script.write_text(rival.code + _LOOP, encoding="utf-8")
        with subprocess.Popen(
            [str(python), "-W", "ignore", str(script), str(returns), str(events)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            asked, answers = process.stdin, process.stdout
            if answers.readline().strip() != "ready":
                raise RuntimeError(f"{rival.package} did not start")

            def work(pairs: int) -> float:
                asked.write(f"{pairs}\n")
                asked.flush()
                return float(answers.readline())

            yield work
            asked.close()


def _environment(rival: Rival) -> Path | None:
    """The Python that has the package."""
    base = shutil.which(rival.python)
    folder = HERE / ".rivals" / rival.package
    python = folder / "bin" / "python"
    if base is not None and not python.exists():
        try:
            subprocess.run([base, "-m", "venv", str(folder)], check=True, capture_output=True)
            for arguments in rival.install or ((rival.package,),):
                pip = [str(python), "-m", "pip", "install", "--quiet", *arguments]
                subprocess.run(pip, check=True, capture_output=True)
        except subprocess.CalledProcessError:
            shutil.rmtree(folder, ignore_errors=True)
    if not python.exists():
        print(f"{rival.package} cannot be had; that comparison is left out", file=sys.stderr)
        return None
    return python
