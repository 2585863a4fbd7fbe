"""Judge signals against what came after them; nothing is fitted, so everything is out of sample.

Every rank uses only the session itself or sessions before it, every result only sessions after it.
"""

from watchlist.signals.judging.frames import summary_frame, verdict_frame
from watchlist.signals.judging.judge import HORIZONS, Judgement, judge

__all__ = ["HORIZONS", "Judgement", "judge", "summary_frame", "verdict_frame"]
