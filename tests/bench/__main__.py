"""`make bench`: every `*_bench.py` of this folder; prints a table, writes results.json, RESULTS.md.

`python -m tests.bench NAME…` runs only the named parts (study, store, …) and replaces theirs.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.pairs import Ratio

HERE = Path(__file__).parent
HEAD = """\
# Results of `make bench`

Ratios of two things measured in turn (A B A B …) on one machine in one run; the median is to be
used. Seconds are not shown: they mean nothing on another machine. What a sweep costs by listings
and by pairs: [cost.svg](cost.svg).
"""
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


def section(part: str, found: dict[str, Any]) -> str:
    """One part of RESULTS.md."""
    ratios = [Ratio(**{k: v for k, v in row.items() if k != "met"}) for row in found["ratios"]]
    facts = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    notes = "".join(f"\n- {r.name}: {r.note}" for r in ratios if r.note)
    return f"## {part}\n\n{facts}\n\n{table(ratios)}\n{notes}\n"


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
    """Run the parts, print, and put their results in the place of the earlier ones."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it
    parts = sorted(p.stem.removesuffix("_bench") for p in HERE.glob("*_bench.py"))
    kept = HERE / "results.json"
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for part in names or parts:
        print(f"… {part}", file=sys.stderr)
        facts = machine()
        module = import_module(f"tests.bench.{part}_bench")
        ratios: list[Ratio] = module.run()
        results[part] = {"machine": facts, "ratios": [r.as_dict() for r in ratios]}
        print(section(part, results[part]))
        kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    write(results)


def write(results: dict[str, Any]) -> None:
    """RESULTS.md of all parts that were ever run, and of what limits them (limits.md)."""
    limits = (HERE / "limits.md").read_text(encoding="utf-8")
    sections = [section(part, found) for part, found in sorted(results.items())]
    (HERE / "RESULTS.md").write_text("\n".join([HEAD, limits, *sections]), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
