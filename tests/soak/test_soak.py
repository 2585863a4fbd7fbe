"""A month of bad nights; the long run is `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.run import soak


@pytest.mark.network
def test_a_month_of_bad_nights_ends_in_the_truth(tmp_path: Path) -> None:
    result = soak(tmp_path, seed=7, nights=25)
    assert result.restatements > 0
    assert result.as_known_checked > 0
