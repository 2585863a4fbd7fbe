"""A vendor's world over many nights: what is true, and what it serves meanwhile.

Everything follows from the seed. Truth moves as Yahoo's does: a split rescales all earlier
prices, a dividend rescales adj_close, corrections change old bars, volumes rise for some days,
bars come late or as nulls and are filled later.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from random import Random

import polars as pl

from watchlist.sources.protocol import bar_frame

PRICES = ("open", "high", "low", "close", "adj_close")


def rounded(price: float) -> float:
    """As a vendor writes it: four decimals."""
    return round(price, 4)


@dataclass
class Bar:
    session: date
    open: float
    high: float
    low: float
    close: float
    adj_close: float
    volume: int
    dividend: float = 0.0
    split: float = 1.0


@dataclass
class Series:
    """One symbol's truth."""

    symbol: str
    random: Random
    price: float
    bars: list[Bar] = field(default_factory=list)
    settling: list[tuple[int, int]] = field(default_factory=list)
    """(sessions left, bar index): volumes that still rise."""
    blank: dict[date, int] = field(default_factory=dict)
    """Sessions that are served as nulls for so many nights more."""

    def next_session(self, session: date) -> None:
        """One trading day, with what may happen to a stock."""
        roll = self.random.random
        split = dividend = 0.0
        if roll() < 0.004:
            split = self.random.choice([2.0, 4.0, 10.0, 0.1, 0.05])
            self.rescale(split)
        if roll() < 0.012:
            dividend = rounded(self.price * self.random.uniform(0.002, 0.02))
            self.pay(dividend)
        move = math.exp(self.random.gauss(0, 0.03))
        opened, closed = self.price, max(0.05, self.price * move)
        high = max(opened, closed) * (1 + abs(self.random.gauss(0, 0.01)))
        low = min(opened, closed) * (1 - min(0.5, abs(self.random.gauss(0, 0.01))))
        self.price = closed
        self.bars.append(
            Bar(
                session,
                rounded(opened),
                rounded(high),
                rounded(low),
                rounded(closed),
                rounded(closed),
                int(self.random.lognormvariate(13, 0.6)),
                dividend,
                split or 1.0,
            )
        )
        if roll() < 0.10:
            self.settling.append((self.random.randint(1, 4), len(self.bars) - 1))
        if roll() < 0.02:
            self.blank[session] = self.random.randint(1, 3)

    def rescale(self, split: float) -> None:
        """All earlier prices, volumes and dividends in new shares."""
        self.price /= split
        for bar in self.bars:
            for name in PRICES:
                setattr(bar, name, getattr(bar, name) / split)
            bar.volume = round(bar.volume * split)
            bar.dividend /= split

    def pay(self, dividend: float) -> None:
        """All earlier adjusted closes without the dividend."""
        if self.bars:
            factor = 1 - dividend / self.bars[-1].close
            for bar in self.bars:
                bar.adj_close *= factor

    def after_close(self) -> None:
        """What a vendor does to old bars over night."""
        rising = []
        for left, index in self.settling:
            bar = self.bars[index]
            bar.volume = round(bar.volume * self.random.uniform(1.001, 1.08))
            if left > 1:
                rising.append((left - 1, index))
        self.settling = rising
        self.blank = {day: left - 1 for day, left in self.blank.items() if left > 1}
        if self.bars and self.random.random() < 0.01:
            far = self.random.random() < 0.5
            oldest = 0 if far else max(0, len(self.bars) - 8)
            bar = self.bars[self.random.randrange(oldest, len(self.bars))]
            bar.close = bar.close * self.random.uniform(0.9, 1.1)
            bar.high = max(bar.high, bar.close)
            bar.low = min(bar.low, bar.close)

    def served(self, *, partial: bool = False) -> pl.DataFrame:
        """What the vendor gives now: nulls for some days, and of an open session half a bar."""
        rows = [vars(bar).copy() for bar in self.bars]
        for row in rows:
            if row["session"] in self.blank:
                row.update(dict.fromkeys((*PRICES, "volume")))
        if partial and rows:
            last = rows[-1]
            if last["close"] is not None:
                middle = (last["open"] + last["close"]) / 2
                last |= {"close": middle, "adj_close": middle, "volume": last["volume"] // 3}
        return bar_frame(pl.DataFrame(rows, schema_overrides={"session": pl.Date}))
