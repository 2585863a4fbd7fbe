"""`watchlist study` and `watchlist study sweep` of one store and design give one answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from polars.testing import assert_frame_equal

from tests.stores import DEMO_ON, REAL_ON, demo_project, real_project
from watchlist.config import Config
from watchlist.project import Project
from watchlist.store.reading import published_file
from watchlist.study import event_study, pieces
from watchlist.study.pieces import Threads, run_sweep
from watchlist.study.question import Question, make_design
from watchlist.study.stored import TABLES, read_data

__all__ = ["demo_project", "real_project"]

SETTINGS = {"windows": ((0, 0), (-1, 1), (-10, 10)), "chart": (-10, 20)}
QUESTIONS = {
    "market": Question(settings=SETTINGS),
    "market+sector": Question(model="market+sector", settings=SETTINGS),
    "long, kept": Question(settings={**SETTINGS, "estimation": (-260, -11), "overlap": "keep"}),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("kind", ["demo", "real"])
def test_every_table_of_a_sweep_is_that_of_the_study(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: str,
    question: Question,
) -> None:
    """Pairs, drops with reasons, masks, overlaps, effects, placebo ranks, bands and tests."""
    monkeypatch.setattr(pieces, "SECURITIES", 5)
    project: Project = request.getfixturevalue(f"{kind}_project")
    file = tmp_path / "store.duckdb"
    shutil.copyfile(published_file(project), file)
    as_of = DEMO_ON if kind == "demo" else REAL_ON
    config = Config()
    design = make_design(config, question)
    with duckdb.connect(str(file)) as con:
        data = read_data(con, config, as_of=as_of, estimation=design.estimation)
        study = event_study(
            data.panel, data.events, design,
            sectors=data.sectors, tests="all", scopes=("all",), contrasts=(),
        )  # fmt: skip
        number = run_sweep(con, config, design, Threads(2), as_of=as_of).study_id
        for name in TABLES:
            rows = con.sql(f"FROM base.{name} WHERE study_id = {number}").pl()
            expected = study.tables[name]
            assert_frame_equal(
                rows.drop("study_id").cast(dict(expected.schema)), expected,
                rel_tol=1e-12, abs_tol=1e-12,
            )  # fmt: skip
    assert study.fits.height > 300
    assert study.drops.height > 5
    assert (study.fits["masked"] > 0).any() == (design.overlap == "mask")
    placebo = study.tests.filter(test="placebo")
    assert placebo["p"].is_not_null().all()
