"""Plotly's own script, which draws what this Plotly writes."""

from __future__ import annotations


def plotly_js() -> str:
    """The whole bundle, 4.8 MB.

    The smaller official bundles are npm packages without a Python distribution, and lag behind.
    """
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
