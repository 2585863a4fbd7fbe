"""The `watchlist.toml` that `init` writes tells the truth about the defaults."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

from watchlist.config import Config, Fetch
from watchlist.errors import ConfigError
from watchlist.project import find_project
from watchlist.scaffold import CONFIG


def test_the_settings_shown_are_valid_and_the_defaults() -> None:
    written = CONFIG.replace("{source}", "yahoo")
    assert Config.model_validate(tomllib.loads(written)) == Config()
    shown = re.sub(r"^# (?=\[\w+\]|\w+ = )", "", written, flags=re.MULTILINE)
    config = Config.model_validate(tomllib.loads(shown))
    assert config.fetch == Fetch()
    assert config.sources == {"NB": "tiingo"}


def test_a_folder_that_cannot_hold_a_project_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    for place in (tmp_path / "loop", tmp_path / "file", tmp_path / "gone"):
        with pytest.raises(ConfigError, match=f"{re.escape(str(place))}: no such folder"):
            find_project(place)


@pytest.mark.skipif(sys.platform != "linux", reason="names are UTF-8 here")
def test_a_folder_that_duckdb_cannot_open_is_told(tmp_path: Path) -> None:
    unreadable = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    unreadable.mkdir()
    with pytest.raises(ConfigError, match=r"not UTF-8.*\n.*rename it"):
        find_project(unreadable)
