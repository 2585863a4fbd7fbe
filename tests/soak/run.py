"""Nights on end against a vendor that errs, with the pulling process shot now and then."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from tests.loopback import Reply, YahooServer
from tests.loopback.yahoo import (
    BAD_GATEWAY,
    DOWN_PAGE,
    HANG_UP,
    HTML_PAGE,
    NO_RESULT,
    NOT_FOUND,
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
)
from tests.soak.cast import SYMBOLS
from tests.soak.market import Series
from watchlist import calendar
from watchlist.project import Project
from watchlist.sources.protocol import bar_frame
from watchlist.store import connect

START = date(2024, 1, 2)
HISTORY = 30
TIMEOUT = 0.4
FAULTS = (
    NOT_FOUND,
    SERVER_ERROR,
    BAD_GATEWAY,
    HTML_PAGE,
    DOWN_PAGE,
    NO_RESULT,
    HANG_UP,
    TOO_MANY_REQUESTS,
    Reply('{"chart": {"result": [{"meta"', 200),
    Reply("{}" * 40, 200, cut=30),
    Reply("", 200, delay=3 * TIMEOUT),
)
KILLS = ("before replace", "after replace", "half copied", "write 1", "write 3")


class Worker:
    """The pulling process; begun anew when it was shot."""

    def __init__(self, folder: Path, url: str) -> None:
        self.command = [sys.executable, "-m", "tests.soak.worker", str(folder), url]
        self.process: subprocess.Popen[str] | None = None

    def night(self, order: dict[str, Any]) -> dict[str, Any] | None:
        """The answer, or None if the process died over it."""
        if self.process is None:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        status = self.process.wait()
        self.close()
        if status != -9 or not order["kill"]:
            raise AssertionError(f"the worker ended with {status} on {order}")
        return None

    def close(self) -> None:
        """End the process if it lives."""
        if self.process is not None:
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    stream.close()
            self.process.wait(30)
            self.process = None


@dataclass
class Result:
    """What a soak went through."""

    outcomes: Counter[str] = field(default_factory=Counter)
    shot: Counter[str] = field(default_factory=Counter)
    nothing: int = 0
    restatements: int = 0
    as_known_checked: int = 0


def soak(folder: Path, seed: int, nights: int) -> Result:
    """Run the nights; raises AssertionError where the store says anything but the truth."""
    random = Random(seed)
    series = {
        symbol: Series(symbol, Random(f"{seed} {symbol}"), price=random.uniform(2, 60))
        for symbol in SYMBOLS
    }
    days = _days(nights)
    project = Project(folder)
    result = Result()
    seen: dict[date, dict[str, pl.DataFrame]] = {}
    with YahooServer() as server, _worker(folder, server.url) as worker:
        server.currency["TMQ.TO"] = "CAD"
        server.time_zone["TMQ.TO"] = "America/Toronto"
        for number, (day, trading) in enumerate(days):
            for symbol in trading:
                series[symbol].next_session(day)
            if number < HISTORY:
                continue
            if random.random() < 0.15:
                _serve(server, series, partial=trading)
                _run(worker, result, random, day, time(18, 0), kill=None)
            _serve(server, series)
            _break(server, random)
            kill = _kill(random)
            _run(worker, result, random, day, time(23, 0), kill=kill)
            _forgive(server)
            if project.store_file.exists():
                now = _stored(project)
                _sound(project, now)
                if random.random() < 20 / nights:
                    seen[day] = now
            for one in series.values():
                one.after_close()
        for one in series.values():
            one.blank.clear()
        _serve(server, series)
        last = days[-1][0]
        order = _order(last + timedelta(days=1), time(23, 0), full=True, kill=None)
        answer = worker.night(order)
        assert answer is not None
        assert "error" not in answer, answer
    stored = _stored(project)
    for symbol, one in series.items():
        _same(stored[symbol], one.served(), f"seed {seed}, {symbol} at the end")
    for day, then in seen.items():
        for symbol, frame in _stored(project, as_known=day).items():
            _same(frame, then[symbol], f"seed {seed}, {symbol} as known on {day}")
            result.as_known_checked += 1
    with connect(project) as con:
        result.restatements = con.execute("SELECT count(*) FROM restatements").fetchall()[0][0]
    return result


@contextmanager
def _worker(folder: Path, url: str) -> Iterator[Worker]:
    worker = Worker(folder, url)
    try:
        yield worker
    finally:
        worker.close()


def _days(nights: int) -> list[tuple[date, list[str]]]:
    """Days on which either exchange trades, with the symbols that trade."""
    end = START + timedelta(days=2 * (nights + HISTORY) + 30)
    frame = calendar.sessions(set(SYMBOLS.values()), START, end)
    open_on: dict[date, set[str]] = {}
    for code, day in frame.select("calendar", "session").rows():
        open_on.setdefault(day, set()).add(code)
    days = sorted(open_on)[: nights + HISTORY]
    return [(day, [s for s, code in SYMBOLS.items() if code in open_on[day]]) for day in days]


def _serve(server: YahooServer, series: dict[str, Series], partial: Collection[str] = ()) -> None:
    server.market = {
        symbol: one.served(partial=symbol in partial) for symbol, one in series.items()
    }


def _break(server: YahooServer, random: Random) -> None:
    """Some nights one symbol fails, some nights all do."""
    roll = random.random()
    if roll < 0.04:
        for symbol in SYMBOLS:
            server.always(symbol, TOO_MANY_REQUESTS)
    elif roll < 0.06:
        for symbol in SYMBOLS:
            server.always(symbol, SERVER_ERROR)
    elif roll < 0.35:
        symbol = random.choice(list(SYMBOLS))
        fault = random.choice(FAULTS)
        if random.random() < 0.5:
            server.always(symbol, fault)
        else:
            server.script(symbol, *[fault] * random.randint(1, 3))


def _forgive(server: YahooServer) -> None:
    server._standing.clear()
    server._scripts.clear()


def _kill(random: Random) -> str | None:
    roll = random.random()
    if roll < 0.03:
        return random.choice(KILLS)
    return f"seconds {random.uniform(0.0, 0.8):.3f}" if roll < 0.06 else None


def _order(day: date, at: time, *, full: bool, kill: str | None) -> dict[str, Any]:
    now = datetime.combine(day, at).isoformat()
    return {"now": now, "full": full, "kill": kill, "timeout": TIMEOUT if not full else 20}


def _run(
    worker: Worker, result: Result, random: Random, day: date, at: time, kill: str | None
) -> None:
    answer = worker.night(_order(day, at, full=False, kill=kill))
    if answer is None:
        result.shot[(kill or "").split()[0]] += 1
        # the morning after: the scheduler's next try; nothing of the dead process is in the way
        if random.random() < 0.5:
            answer = worker.night(_order(day, time(23, 30), full=False, kill=None))
    if answer is not None and "error" in answer:
        result.nothing += 1
    elif answer is not None:
        result.outcomes.update(outcome for outcome, _ in answer["outcomes"].values())


def _stored(project: Project, as_known: date | None = None) -> dict[str, pl.DataFrame]:
    with connect(project, as_known=as_known) as con:
        return {
            symbol: con.sql(
                "SELECT * FROM bars WHERE symbol = $s ORDER BY session", params={"s": symbol}
            ).pl()
            for symbol in SYMBOLS
        }


def _sound(project: Project, stored: dict[str, pl.DataFrame]) -> None:
    """Whatever happened in the night, the published file is whole."""
    for symbol, frame in stored.items():
        assert frame["session"].n_unique() == frame.height, f"{symbol}: a session twice"
    assert not project.store_file.with_name(project.store_file.name + ".wal").exists()


def _same(found: pl.DataFrame, expected: pl.DataFrame, what: str) -> None:
    """Equal bar for bar; prices to a part in a million, adjusted closes to ten."""
    found, expected = bar_frame(found), bar_frame(expected)
    assert found["session"].to_list() == expected["session"].to_list(), f"{what}: other sessions"
    for name in found.columns[1:]:
        limit = 1e-5 if name == "adj_close" else 1e-6
        pairs = zip(found["session"], found[name], expected[name], strict=True)
        for session, ours, theirs in pairs:
            if ours is None or theirs is None:
                same = ours is None and theirs is None
            else:
                same = abs(ours - theirs) <= 2 * limit * max(abs(ours), abs(theirs))
            assert same, f"{what}: {session} {name} is {ours}, must be {theirs}"
