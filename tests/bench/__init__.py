"""Benchmarks: ratios of two things measured in turn, A B A B, never a bare time."""
