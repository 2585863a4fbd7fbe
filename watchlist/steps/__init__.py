"""The thin edges: each reads the store, calls the pure core, and writes the store or files."""
