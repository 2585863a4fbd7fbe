"""Sparklines and small bars as inline SVG: no script, no picture file."""

from __future__ import annotations

from markupsafe import Markup

WIDTH, HEIGHT = 110, 30


def sparkline(closes: list[float], label: str) -> Markup:
    """A line of closes with its last point marked; nothing for fewer than two."""
    if len(closes) < 2:
        return Markup("")
    low, high = min(closes), max(closes)
    span = (high - low) or 1.0
    step = (WIDTH - 8) / (len(closes) - 1)
    at = [
        (4 + n * step, HEIGHT - 4 - (close - low) / span * (HEIGHT - 8))
        for n, close in enumerate(closes)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    x, y = at[-1]
    return Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="{label}"><polyline points="{line}"/>'
        '<circle cx="{x}" cy="{y}" r="2.5"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, label=label, line=line, x=f"{x:.1f}", y=f"{y:.1f}")


def bar(share: float, label: str) -> Markup:
    """How much was kept: the full day-0 move is the marked line."""
    width, zero, scale = 140, 40, 60
    end = max(2.0, min(width - 2.0, zero + share * scale))
    left, size = min(zero, end), abs(end - zero)
    return Markup(
        '<svg class="bar {side}" viewBox="0 0 {w} 16" width="{w}" height="16" role="img" '
        'aria-label="{label}"><rect x="{left}" y="4" width="{size}" height="8"/>'
        '<line x1="{zero}" x2="{zero}" y1="0" y2="16"/>'
        '<line class="full" x1="{full}" x2="{full}" y1="0" y2="16"/></svg>'
    ).format(
        side="above" if share >= 0 else "below",
        w=width,
        label=label,
        left=f"{left:.1f}",
        size=f"{size:.1f}",
        zero=zero,
        full=zero + scale,
    )
