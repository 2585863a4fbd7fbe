"""Signals: what is unusual about each symbol today, and whether such signals can be believed."""

from __future__ import annotations

from watchlist.signals import moves, policy, trends
from watchlist.signals.panel import Events, Panel
from watchlist.signals.registry import REGISTRY, Measured, Rule, Signal

__all__ = ["REGISTRY", "Events", "Measured", "Panel", "Rule", "Signal", "moves", "policy", "trends"]
