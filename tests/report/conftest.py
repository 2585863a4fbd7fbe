"""Whole stores, for tests that look at every kind of page."""

from tests.stores import demo_project, real_project

__all__ = ["demo_project", "real_project"]
