"""The page of the signals: ranking, overview, histories and evidence, from a whole store."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

go = pytest.importorskip("plotly.graph_objects")

from tests.stores import DEMO_ON  # noqa: E402
from watchlist import store  # noqa: E402
from watchlist.config import Config  # noqa: E402
from watchlist.errors import StoreError  # noqa: E402
from watchlist.project import Project  # noqa: E402
from watchlist.report.site import open_site, write_signals  # noqa: E402
from watchlist.signals import REGISTRY  # noqa: E402


@pytest.fixture(scope="module")
def page(demo_project: Project, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = Project(tmp_path_factory.mktemp("page"), simulated=True)
    with store.connect(demo_project) as con:
        site = open_site(con, out, Config(), as_of=DEMO_ON)
        return write_signals(con, site).read_text(encoding="utf-8")


def test_every_signal_and_every_watched_symbol_is_there(page: str) -> None:
    for signal in REGISTRY:
        assert f'id="{signal.name}"' in page
    ranked = page.split('id="ranking"')[1].split("</section>", maxsplit=1)[0]
    assert set(re.findall(r"<strong>(\w+)</strong>", ranked)) == {"MP", "LAC", "TMQ", "NB"}
    assert "SIMULATED" in page


def test_every_chart_is_a_figure_and_says_what_it_shows(page: str) -> None:
    figures = re.findall(
        r'<script type="application/json" class="figure"[^>]*>(.*?)</script>', page, flags=re.DOTALL
    )
    assert len(figures) >= 5
    for figure in figures:
        go.Figure(json.loads(figure))
    assert 'aria-label=""' not in page


def test_another_session_is_refused(demo_project: Project, tmp_path: Path) -> None:
    with (
        store.connect(demo_project) as con,
        pytest.raises(StoreError, match="no signals of 2025-01-03"),
    ):
        write_signals(con, open_site(con, Project(tmp_path), Config(), as_of=date(2025, 1, 3)))
