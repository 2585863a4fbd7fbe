"""Judge signals against what came after them; nothing is fitted, so everything is out of sample.

Every rank uses only the session itself or sessions before it, every result only sessions after it.
"""

from watchlist.signals.judging.judge import HORIZONS, Judgement, judge, verdict_frame

__all__ = ["HORIZONS", "Judgement", "judge", "verdict_frame"]
