"""The headline test keeps its size in all twelve settings of the table of METHODS.md."""

from __future__ import annotations

import pytest

from tests.study_companions.size_table import SETTINGS, Setting, sizes


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.title)
def test_headline_size(setting: Setting) -> None:
    rejected = sizes(setting, ("kp",), 20_000)["kp"]
    assert 0.035 <= rejected <= 0.067


@pytest.mark.slow
def test_the_usual_default_lies() -> None:
    """What the headline is chosen over: the published normal law and unadjusted tests."""
    clustered = Setting(firms=12, correlation=0.3, days=3, variance=1.0)
    rejected = sizes(clustered, ("bmp", "patell", "cross-sectional-t"), 2_000)
    assert min(rejected.values()) > 0.25
    few = Setting(firms=4, correlation=0.3, days=3, variance=1.0)
    assert sizes(few, ("kp-normal",), 2_000)["kp-normal"] > 0.12
