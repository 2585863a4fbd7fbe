"""What the package may weigh: figures that a change may lower, and raise only on purpose."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.house.measure import House

FILE = Path(__file__).with_name("ratchet.toml")
AT_LEAST = {"told_per_cent"}
"""Figures that a change may raise, and lower only on purpose."""


def limits() -> dict[str, float]:
    """The figures of `ratchet.toml`."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def figures(house: House) -> dict[str, float]:
    """The same figures of the working copy."""
    return {
        "lines": house.lines,
        "modules": len(house.modules),
        "longest_function": house.functions[0][1].lines,
        "longest_module": max(len(module.lines) for module in house.modules),
        "cycles": len(house.cycles),
        "copied_lines": house.copied,
        "named_once": len(house.used_once),
        # not TOML: that is data, and an event more is welcome
        "shipped_lines": sum(n for ending, n in house.shipped.items() if ending != "toml"),
        "told_per_cent": round(100 * house.share_told, 1),
    }
