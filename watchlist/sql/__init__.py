"""SQL for the curious: run a query in a sandbox, keep a catalogue of good ones, explain the schema.

The path of `watchlist sql` imports duckdb and nothing else that is heavy.
"""
