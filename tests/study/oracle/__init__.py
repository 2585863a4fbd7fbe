"""Returns of a simulated market and what other software says of events in it; `make.py`."""
