"""The world of the pull tests, for what the store makes of a pull."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pull.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)
