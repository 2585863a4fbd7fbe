"""Fixtures that every part of the tests may use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# the same examples every time, and no failure because the machine is busy
settings.register_profile("watchlist", deadline=None, derandomize=True)
settings.load_profile("watchlist")

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("WATCHLIST_SHARED", ROOT.parent / "shared"))
"""Real bars, recorded answers and oracles; may lie beside the checkout and adds to the tests."""


def newest_duckdb() -> Path:
    """The folder of the newest duckdb 2; first on PYTHONPATH it hides the pinned release."""
    folder = Path(sys.prefix) / "duckdb2"
    if not folder.is_dir():
        pytest.skip("the newest duckdb 2 is not installed; make duckdb2 installs it")
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real bars, recorded responses and oracles; it is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip(f"real test material is not here ({SHARED.name}/ beside the checkout)")
    return SHARED
