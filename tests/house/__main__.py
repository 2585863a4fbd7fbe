"""`make house`: what the package weighs, beside what it may weigh."""

from __future__ import annotations

from tests.house.measure import House
from tests.house.ratchet import AT_LEAST, figures, limits

SHOWN = 12


def main() -> None:
    """Print the measures and the worst places."""
    house = House()
    allowed = limits()
    print(f"{'':<22}{'is':>10}{'may be':>10}")
    for name, value in figures(house).items():
        sign = "≥" if name in AT_LEAST else "≤"
        print(f"{name:<22}{value:>10,}{f'{sign} {allowed[name]:,}':>10}")
    print("\nbeside Python:", ", ".join(f"{n:,} lines of {e}" for e, n in house.shipped.items()))
    print("\nlongest functions")
    for name, place in house.functions[:SHOWN]:
        print(f"  {place.lines:>4}  {name}  {place}")
    print("\nlongest modules")
    for module in sorted(house.modules, key=lambda m: -len(m.lines))[:SHOWN]:
        print(f"  {len(module.lines):>4}  {module.name}")
    print("\ncycles")
    for group in house.cycles:
        print("  " + " ".join(group))
    print(f"\ncopies of at least six lines ({house.copied} lines)")
    for one, two in house.copies[:SHOWN]:
        print(f"  {two.lines:>4}  {one}  {two}")
    share = len(house.used_once) / len(house.functions)
    print(
        f"\nfunctions named once elsewhere: {share:.0%} of {len(house.functions):,}; the shortest"
    )
    for name, place in house.used_once[: -SHOWN - 1 : -1]:
        print(f"  {place.lines:>4}  {name}  {place}")


if __name__ == "__main__":
    main()
