"""`make bench`: every `*_bench.py` of this folder; prints a table, writes results.json, RESULTS.md.

`python -m tests.bench NAME…` runs only the named parts (study, store, …).
"""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from tests.bench.pairs import Ratio

HERE = Path(__file__).parent
LIBRARIES = ("duckdb", "polars", "numpy", "scipy", "plotly", "typer", "yfinance")


def machine() -> dict[str, object]:
    """What the ratios were measured on."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load_before": round(os.getloadavg()[0], 1),
        **{name: version(name) for name in LIBRARIES},
    }


def table(ratios: list[Ratio]) -> str:
    """The ratios as a Markdown table."""
    lines = [
        "| what | A | B | ratio, median [min–max] | n | goal | reached |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in ratios:
        sign = "≤" if r.smaller_is_better else "≥"
        reached = {True: "yes", False: "**no**", None: ""}[r.met]
        kind = "A/B" if r.smaller_is_better else "B/A"
        lines.append(
            f"| {r.name} | {r.a} | {r.b} | {kind} {r.median:.2f} [{r.low:.2f}–{r.high:.2f}] "
            f"| {r.rounds} | {f'{sign} {r.goal:g}' if r.goal else ''} | {reached} |"
        )
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Run the parts, print, and keep the results beside this file."""
    parts = sorted(p.stem for p in HERE.glob("*_bench.py"))
    chosen = [p for p in parts if not names or p.removesuffix("_bench") in names]
    facts = machine()
    sections, results = [], {}
    for part in chosen:
        print(f"… {part}", file=sys.stderr)
        module = import_module(f"tests.bench.{part}")
        ratios: list[Ratio] = module.run()
        results[part] = [r.as_dict() for r in ratios]
        notes = "".join(f"\n- {r.name}: {r.note}" for r in ratios if r.note)
        sections.append(f"## {part.removesuffix('_bench')}\n\n{table(ratios)}\n{notes}\n")
        print(sections[-1])
    if names:
        return
    (HERE / "results.json").write_text(
        json.dumps({"machine": facts, "ratios": results}, indent=1) + "\n", encoding="utf-8"
    )
    head = (
        "# Results of `make bench`\n\nRatios of two things measured in turn (A B A B …) on one "
        "machine in one run; the median is to be used.\n\n"
        + "\n".join(f"- {key}: {value}" for key, value in facts.items())
        + "\n\n"
    )
    (HERE / "RESULTS.md").write_text(head + "\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
