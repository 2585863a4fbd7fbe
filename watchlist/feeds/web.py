"""Plain GETs that a hostile or failing server cannot hurt: limits of size, time, pace and tries."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from watchlist import __version__
from watchlist.catalog.models import visible
from watchlist.clock import Clock
from watchlist.errors import PermanentSourceError, TransientSourceError

MAX_BYTES = 30_000_000
"""Of one answer, unpacked. The largest honest one, a company's whole filing list, is about 3 MB."""
TIMEOUT_SECONDS = 30.0
ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 120.0

Params = Sequence[tuple[str, str]]


class _LaterError(TransientSourceError):
    """A transient failure for which the server itself named a waiting time."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass
class Web:
    """One polite client: a name, a pace, a limit; use as a context manager."""

    clock: Clock
    user_agent: str = f"watchlist/{__version__}"
    per_second: float = 5.0
    """Most requests a second, retries included."""
    max_bytes: int = MAX_BYTES
    _client: httpx.Client = field(init=False, repr=False)
    _last: datetime | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(
            headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip"},
            timeout=TIMEOUT_SECONDS,
            follow_redirects=True,
            max_redirects=3,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, url: str, params: Params = ()) -> bytes:
        """The body of an answer with status 200, unpacked.

        Raises
        ------
        TransientSourceError
            429 or a server error after all tries, a timeout, no network.
        PermanentSourceError
            Any other status, an answer that is too large, an address that is not http or https.
        """
        if not url.startswith(("http://", "https://")):
            raise PermanentSourceError(f"{url}: only http and https addresses are asked")
        waits = wait_exponential_jitter(initial=1, max=LONGEST_WAIT_SECONDS)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, _LaterError):
                return min(error.seconds, LONGEST_WAIT_SECONDS)
            return waits(state)

        return Retrying(
            retry=retry_if_exception_type(TransientSourceError),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait,
            sleep=self.clock.sleep,
            reraise=True,
        )(self._get_once, url, params)

    def get_json(self, url: str, params: Params = ()) -> dict[str, Any]:
        """The JSON object of an answer.

        Raises
        ------
        PermanentSourceError
            As `get`, or the body is not a JSON object.
        """
        body = self.get(url, params)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            shown = body[:60].decode("utf-8", "replace").strip()
            raise PermanentSourceError(f"{url}: not JSON: {shown!r}") from None
        if not isinstance(found, dict):
            raise PermanentSourceError(f"{url}: JSON, but not an object")
        return found

    def _get_once(self, url: str, params: Params) -> bytes:
        self._pace()
        try:
            with self._client.stream("GET", url, params=list(params) or None) as answer:
                body = self._read(answer)
        except httpx.TimeoutException:
            raise TransientSourceError(f"{url}: no answer in {TIMEOUT_SECONDS:.0f} s") from None
        except (httpx.TransportError, httpx.TooManyRedirects) as error:
            raise TransientSourceError(f"{url}: {error or type(error).__name__}") from None
        _judge(url, answer, body)
        return body

    def _pace(self) -> None:
        now = self.clock.now()
        if self._last is not None:
            left = 1 / self.per_second - (now - self._last).total_seconds()
            if left > 0:
                self.clock.sleep(left)
        self._last = self.clock.now()

    def _read(self, answer: httpx.Response) -> bytes:
        """The body, unpacked piece by piece, so that a bomb is stopped before it is large."""
        packed = answer.headers.get("content-encoding", "").lower()
        if packed not in ("", "identity", "gzip"):
            raise PermanentSourceError(f"{answer.url}: packed as {packed}, which was not asked for")
        unpack = zlib.decompressobj(wbits=31) if packed == "gzip" else None
        parts: list[bytes] = []
        size = 0
        try:
            for piece in answer.iter_raw():
                room = self.max_bytes - size + 1
                part = unpack.decompress(piece, room) if unpack else piece
                parts.append(part)
                size += len(part)
                if size > self.max_bytes:
                    raise PermanentSourceError(
                        f"{answer.url}: more than {self.max_bytes:,} bytes; not read further"
                    )
        except zlib.error as error:
            raise TransientSourceError(f"{answer.url}: damaged gzip: {error}") from None
        if unpack is not None and parts and not unpack.eof:
            raise TransientSourceError(f"{answer.url}: the gzip answer ends too early")
        return b"".join(parts)


def _judge(url: str, answer: httpx.Response, body: bytes) -> None:
    """Raise for every status but 200, with what the server said where it said it in JSON."""
    status = answer.status_code
    if status == 200:
        return
    said = _complaint(body)
    if status == 429:
        seconds = answer.headers.get("retry-after", "")
        text = f"{url}: 429, too many requests"
        raise _LaterError(text, float(seconds) if seconds.isdigit() else 10.0)
    if status >= 500:
        raise TransientSourceError(f"{url}: {status}{said}")
    if status == 403:
        raise PermanentSourceError(
            f"{url}: 403, refused{said}",
            'SEC EDGAR wants to know who asks: [feeds] contact = "Name name@domain"',
        )
    if status == 404:
        raise PermanentSourceError(f"{url}: 404, no such page")
    raise PermanentSourceError(f"{url}: {status}{said}")


def _complaint(body: bytes) -> str:
    """What an error answer says, if it says it in JSON; a web page says nothing for us."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    said = found.get("errors") or found.get("message") or found.get("error")
    return f": {json.dumps(said, ensure_ascii=False)[:200]}" if said else ""


# ---- fields of answers, as far as they can be believed


def as_day(field: object) -> date | None:
    """A day from ISO text; None for anything else."""
    try:
        return date.fromisoformat(str(field)) if field else None
    except ValueError:
        return None


def as_link(field: object) -> str | None:
    """An address that a browser may follow."""
    return field if isinstance(field, str) and re.match(r"https?://\S+$", field) else None


def as_text(field: object) -> str:
    """Text without markup and invisible characters, single blanks between words."""
    return " ".join(visible(re.sub(r"<[^>]*>", " ", str(field or ""))).split())
