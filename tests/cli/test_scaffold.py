"""The `watchlist.toml` that `init` writes tells the truth about the defaults."""

from __future__ import annotations

import re
import tomllib

from watchlist.config import Config, Fetch
from watchlist.scaffold import CONFIG


def test_the_settings_shown_are_valid_and_the_defaults() -> None:
    written = CONFIG.replace("{source}", "yahoo")
    assert Config.model_validate(tomllib.loads(written)) == Config()
    shown = re.sub(r"^# (?=\[\w+\]|\w+ = )", "", written, flags=re.MULTILINE)
    config = Config.model_validate(tomllib.loads(shown))
    assert config.fetch == Fetch()
    assert config.sources == {"NB": "tiingo"}
