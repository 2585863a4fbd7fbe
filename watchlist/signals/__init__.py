"""Signals: what is unusual about each symbol today, and whether such signals can be believed."""

from __future__ import annotations

from watchlist.signals import moves, policy, trends
from watchlist.signals.events import Events
from watchlist.signals.panel import Panel
from watchlist.signals.registry import Measured, Registry, Rule, Signal

__all__ = ["REGISTRY", "Events", "Measured", "Panel", "Registry", "Rule", "Signal"]

REGISTRY = Registry((*moves.SIGNALS, *policy.SIGNALS, *trends.SIGNALS))
"""The packaged signals, in the order of tables and pages."""
