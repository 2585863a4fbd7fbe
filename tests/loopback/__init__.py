"""HTTP servers on this machine that speak as Yahoo and Tiingo do, and fail as they do."""

from tests.loopback.clock import FakeClock
from tests.loopback.server import Loopback, Reply, Request
from tests.loopback.yahoo import YahooServer, chart_body, yfinance_at

__all__ = ["FakeClock", "Loopback", "Reply", "Request", "YahooServer", "chart_body", "yfinance_at"]
