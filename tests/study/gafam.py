"""An oracle's folder: five firms and a market, designs, every statistic in named conventions."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tests.conftest import ROOT, SHARED
from watchlist.study.design import Correlation, StudyDesign
from watchlist.study.estimate import estimate
from watchlist.study.models import Fits
from watchlist.study.panel import Panel, panel_from_frame
from watchlist.study.sample import Sample
from watchlist.study.windows import day_errors, effects

OWN = ROOT / "tests" / "study" / "oracle"
"""Simulated returns; made by `oracle/make.py`, which stands in for no shared file."""

REAL = SHARED / "oracle" / "gafam"
"""The same of real returns, where they are beside the checkout."""

DESIGNS = [
    (folder, name)
    for folder in (OWN, REAL)
    if folder.is_dir()
    for name in json.loads((folder / "designs.json").read_text())
]
"""Each: one date, several dates, one firm a date."""

WINDOWS = ((0, 0), (-1, 1), (0, 5), (-5, 5))
DESIGN = StudyDesign(windows=WINDOWS, chart=(-5, 5), overlap="keep")


@dataclass(frozen=True)
class Case:
    """One design: its pairs in the oracle's order, fitted."""

    panel: Panel
    fits: Fits
    rows: np.ndarray
    expected: dict[str, Any]

    def sample(
        self,
        window: tuple[int, int],
        convention: Correlation = "shared-date",
        day: int | None = None,
    ) -> Sample:
        """All pairs over a window, or over one day of it."""
        effect = effects(self.fits, -5, *window)
        ar = self.fits.ar[:, window[0] + 5 : window[1] + 6]
        whole = Sample(
            ar=ar,
            tested=slice(None),
            car=effect.car,
            se=effect.se,
            scar=effect.scar,
            resid=self.fits.resid,
            sigma=self.fits.sigma,
            observations=self.fits.observations,
            parameters=self.fits.parameters,
            dates=self.rows,
            convention=convention,
        )
        if day is None:
            return whole
        se = day_errors(self.fits)[:, window[0] + 5 + day]
        one = {"car": ar[:, day], "se": se, "scar": ar[:, day] / se}
        return replace(whole, tested=slice(day, day + 1), **one)


def load(folder: Path, design: str) -> Case:
    """Read returns, pairs and expected values of one design."""
    wide = pl.read_csv(folder / "returns.csv", try_parse_dates=True).rename({"date": "session"})
    panel = panel_from_frame(
        wide.unpivot(index="session", variable_name="symbol", value_name="ret")
    )
    pairs = json.loads((folder / "designs.json").read_text())[design]
    expected = json.loads(next(folder.glob("expected*.json")).read_text())
    rows = np.searchsorted(panel.sessions, np.array([p["date"] for p in pairs], "datetime64[D]"))
    cols = np.array([panel.column(pair["firm"]) for pair in pairs])
    market = np.full((len(pairs), 1), panel.column(wide.columns[-1]))
    fits = estimate(panel, rows, cols, market, DESIGN)
    return Case(
        panel,
        fits,
        rows,
        {
            key.split("|")[1]: value
            for key, value in expected.items()
            if key.startswith(f"{design}|")
        },
    )
