"""The state of the data: what a reader must know before believing anything below it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from watchlist.report import format as fmt
from watchlist.report.facts import Facts, Row

NEW_YORK = ZoneInfo("America/New_York")


def state(facts: Facts) -> dict[str, Any]:
    """Level (`ok`, `attention`, `bad`), one sentence, and the rows that prove it."""
    symbols = [_symbol(row) for row in facts.symbols]
    failures = [
        {"symbol": row["symbol"], "kind": row["kind"], "reason": row["reason"]}
        for row in facts.symbols
        if row["outcome"] == "failed"
    ]
    findings = [
        {
            "check": row["check_name"],
            "severity": row["severity"],
            "symbol": row["symbol"],
            "session": _iso(row["session"]),
            "message": row["message"],
        }
        for row in facts.findings
    ]
    return {
        "level": _level(symbols, failures, findings),
        "label": _label(symbols, failures, findings),
        "sentence": _sentence(facts, symbols, failures, findings),
        "symbols": symbols,
        "failures": failures,
        "findings": findings,
        "restated": len(facts.restatements),
    }


def session(facts: Facts) -> dict[str, Any]:
    """The as-of session: its close in New York and UTC, and when the exchange opens next."""
    row = next((r for r in facts.session if r["calendar"] == facts.market), None)
    if row is None:
        return {
            "date": facts.as_of.isoformat(),
            "close_new_york": None,
            "close_utc": None,
            "early_close": False,
            "next": None,
            "closed": [],
        }
    return {
        "date": facts.as_of.isoformat(),
        "close_new_york": row["close_at"].astimezone(NEW_YORK).strftime("%H:%M"),
        "close_utc": row["close_at"].astimezone(ZoneInfo("UTC")).strftime("%H:%M"),
        "early_close": row["early_close"],
        "next": _iso(row["next"]),
        "closed": [day.isoformat() for day in _closed_weekdays(facts.as_of, row["next"])],
    }


def _closed_weekdays(as_of: date, following: date | None) -> list[date]:
    if following is None:
        return []
    between = (as_of + timedelta(days=n) for n in range(1, (following - as_of).days))
    return [day for day in between if day.weekday() < 5]


def _symbol(row: Row) -> Row:
    return {
        "symbol": row["symbol"],
        "name": row["name"],
        "role": row["role"],
        "exchange": row["exchange"],
        "last_session": _iso(row["last_session"]),
        "sessions_behind": row["sessions_behind"] if row["last_session"] else None,
        "bars": row["bars"],
        "source": row["source"],
        "failed": row["outcome"] == "failed",
        "ended": _iso(row["valid_to"]),
        "successor": row["successor"],
    }


def _late(symbols: list[Row]) -> list[Row]:
    return [s for s in symbols if s["bars"] == 0 or s["sessions_behind"]]


def _level(symbols: list[Row], failures: list[Row], findings: list[Row]) -> str:
    late_watched = [s for s in _late(symbols) if s["role"] == "watchlist"]
    failed = {f["symbol"] for f in failures}
    if (
        not symbols
        or late_watched
        or any(s["role"] == "watchlist" and s["symbol"] in failed for s in symbols)
        or any(f["severity"] == "error" for f in findings)
    ):
        return "bad"
    if failures or _late(symbols) or any(f["severity"] == "warning" for f in findings):
        return "attention"
    return "ok"


def _label(symbols: list[Row], failures: list[Row], findings: list[Row]) -> str:
    """Two words for the lamp."""
    level = _level(symbols, failures, findings)
    if level == "bad":
        return "Look at the data first"
    if failures or _late(symbols):
        return "Data incomplete"
    return "Data complete" if level == "ok" else "Data complete, with warnings"


def _sentence(facts: Facts, symbols: list[Row], failures: list[Row], findings: list[Row]) -> str:
    as_of = fmt.day(facts.as_of)
    if not symbols:
        return "The store holds no securities yet; run `watchlist pull` first."
    with_bars = [s for s in symbols if s["bars"]]
    if not with_bars:
        tried = f" {_failed(failures, len(symbols))}" if failures else ""
        return f"No bar is stored for any of {fmt.plural(len(symbols), 'symbol')}.{tried}"
    parts = []
    late = [s for s in _late(symbols) if s["bars"]]
    missing = [s["symbol"] for s in symbols if not s["bars"]]
    current = len(symbols) - len(late) - len(missing)
    if current == len(symbols):
        parts.append(f"All {len(symbols)} symbols have their bar of {as_of}.")
    else:
        parts.append(f"{current} of {len(symbols)} symbols have their bar of {as_of}.")
    by_last: dict[str, list[str]] = {}
    for row in late:
        by_last.setdefault(row["last_session"], []).append(row["symbol"])
    for last, names in sorted(by_last.items(), reverse=True)[:4]:
        verb = "ends" if len(names) == 1 else "end"
        parts.append(f"{fmt.listing(names)} {verb} on {fmt.day(last)}.")
    if missing:
        parts.append(f"No bars of {fmt.listing(missing)}.")
    if failures:
        parts.append(_failed(failures, len(symbols)))
    errors = sum(f["severity"] == "error" for f in findings)
    warnings = sum(f["severity"] == "warning" for f in findings)
    if errors or warnings:
        found = [fmt.plural(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
        parts.append(f"The checks found {fmt.listing(found)}.")
    if facts.restatements:
        bars = {(r["symbol"], r["session"]) for r in facts.restatements}
        parts.append(f"The vendor restated {fmt.plural(len(bars), 'bar')}.")
    return " ".join(parts)


def _failed(failures: list[Row], total: int) -> str:
    names = [f["symbol"] for f in failures]
    if len(names) == total:
        return f"Every pull failed: {failures[0]['reason'] or 'no reason recorded'}."
    if len(names) > 6:
        return f"The last pull of {len(names)} symbols failed."
    return f"The last pull of {fmt.listing(names)} failed."


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
