"""A study is light: what it does not need is not loaded."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from tests.study.market import events_on, market
from watchlist.study import StudyDesign, event_study
design = StudyDesign(windows=((0, 0),), chart=(-1, 1), placebo_days=50, draws=99)
event_study(market(), events_on(market(), {"a": 200, "b": 300}), design, tests="all")
heavy = {"scipy.stats", "arch", "pandas", "statsmodels", "plotly", "duckdb", "scipy.optimize"}
print(sorted(heavy & set(sys.modules)))
"""


def test_a_study_loads_no_heavy_library() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_itself_loads_nothing() -> None:
    code = "import sys, watchlist.study; print('numpy' in sys.modules or 'polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
