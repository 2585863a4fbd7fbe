"""The demo's store, which every part of these tests starts from."""

from tests.stores import demo_project

__all__ = ["demo_project"]
