"""Stores for these tests."""

from tests.stores import demo_project

__all__ = ["demo_project"]
