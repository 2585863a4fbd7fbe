"""Designs that cannot work are refused, with what would be right; the others repeat to the bit."""

from __future__ import annotations

from typing import Any

import pytest

from watchlist.errors import StudyError
from watchlist.study.design import StudyDesign

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"estimation": (-130, -5)}, "overlaps the event days", "end the estimation window at -11"),
    ({"windows": ((3, 1),)}, "ends before it begins", r"write \[1, 3\]"),
    (
        {"windows": ((3, 1),), "chart": (3, 1)},
        r"^window \[3, 1\] ends before it begins",
        r"write \[1, 3\]",
    ),
    ({"windows": ((0, 10**20),)}, "reaches more than 100,000 sessions", "no market"),
    ({"estimation": (-(10**11), -11)}, "reaches more than 100,000 sessions", "no market"),
    ({"windows": ()}, "needs an event window", "e.g."),
    ({"windows": ((0, 0), (0, 0))}, "named twice", "once"),
    ({"min_observations": 4}, "too few for 2 parameters", "use 5 or more"),
    (
        {"model": "factors", "factors": ("A", "B", "C"), "min_observations": 6},
        "M of at least k",
        "7",
    ),
    ({"estimation": (-40, -11)}, "has 30 rows, min_observations asks for 60", "lengthen"),
    ({"factors": ()}, "needs factors", "SPY"),
    ({"factors": ("SPY", "SPY")}, "one twice", "once"),
    ({"factors": ("SPY", "REMX")}, "takes one factor", "model 'factors'"),
    ({"model": "constant-mean"}, "takes no factors", "leave factors empty"),
    ({"model": "markt"}, "model 'markt' is not known", "did you mean 'market'"),
    ({"overlap": "masked"}, "overlap 'masked' is not known", "did you mean 'mask'"),
    ({"overlap": "joint", "model": "market-adjusted"}, "one least squares", "mask"),
    ({"model": "scholes-williams", "leads": 2}, "do not fit", "one of each"),
    ({"subject": "volume"}, "cannot use", "market-volume"),
    ({"draws": 10}, "give no p below", "999"),
]


@pytest.mark.parametrize(("fields", "message", "hint"), BAD, ids=lambda value: str(value)[:40])
def test_refused(fields: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        StudyDesign(**fields)
    assert caught.value.hint is not None
    assert caught.match(hint)


def test_written_down_and_read_again() -> None:
    design = StudyDesign(
        name="x", model="factors", factors=("SPY", "sector"), windows=((0, 0), (-1, 1)), seed=3
    )
    assert StudyDesign.from_json(design.as_json()) == design
    with pytest.raises(StudyError, match="setting 'modle' is not known"):
        StudyDesign.from_json('{"modle": "market"}')


@pytest.mark.parametrize(
    ("fields", "k"),
    [
        ({"model": "constant-mean", "factors": ()}, 1),
        ({"model": "market-adjusted"}, 0),
        ({"model": "market"}, 2),
        ({"model": "factors", "factors": ("SPY", "REMX")}, 3),
        ({"model": "dimson", "leads": 2, "lags": 1}, 5),
        ({"model": "scholes-williams"}, 2),
    ],
    ids=lambda value: str(value)[:30],
)
def test_parameters(fields: dict[str, Any], k: int) -> None:
    assert StudyDesign(**fields).parameters == k


def test_post_event_estimation_is_allowed() -> None:
    assert StudyDesign(estimation=(40, 159)).estimation_length == 120
