"""How policy moves mining stocks: bars, dated events, event studies, signals and a daily report."""

__version__ = "0.1.0"
