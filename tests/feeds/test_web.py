"""A client that a failing or hostile server cannot hurt."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from tests.loopback.clock import FakeClock
from tests.loopback.server import Loopback, Reply, Request
from watchlist.errors import PermanentSourceError, TransientSourceError
from watchlist.feeds.web import Web

pytestmark = pytest.mark.network


def replies(*given: Reply):
    """The replies in their order, the last one for ever."""
    queue = list(given)

    def answer(request: Request) -> Reply:
        return queue.pop(0) if len(queue) > 1 else queue[0]

    return answer


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def gzipped(data: bytes) -> Reply:
    return Reply(gzip.compress(data), headers={"Content-Encoding": "gzip"})


def test_gzip_is_asked_for_and_unpacked(clock: FakeClock) -> None:
    with Loopback(replies(gzipped(b'{"count": 1}'))) as server, Web(clock) as web:
        assert web.get_json(server.url) == {"count": 1}
        assert server.requests[0].headers["accept-encoding"] == "gzip"


def test_a_bomb_is_stopped_before_it_is_unpacked(clock: FakeClock) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=9)
    assert len(bomb) < 300_000
    reply = Reply(bomb, headers={"Content-Encoding": "gzip"})
    with Loopback(replies(reply)) as server, Web(clock, max_bytes=1_000_000) as web:
        tracemalloc.start()
        try:
            with pytest.raises(PermanentSourceError, match="more than 1,000,000 bytes"):
                web.get(server.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(server.requests) == 1
    assert peak < 10_000_000


def test_a_plain_flood_is_stopped_too(clock: FakeClock) -> None:
    with (
        Loopback(replies(Reply(b"x" * 2000))) as server,
        Web(clock, max_bytes=1000) as web,
        pytest.raises(PermanentSourceError, match="more than 1,000 bytes"),
    ):
        web.get(server.url)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(
            Reply(gzip.compress(b"a" * 500)[:-9], headers={"Content-Encoding": "gzip"}),
            id="ends too early",
        ),
        pytest.param(Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), id="is none"),
        pytest.param(Reply(b"{}", hang_up=True), id="hangs up"),
        pytest.param(Reply(b"x" * 100, cut=10), id="is cut"),
    ],
)
def test_a_damaged_answer_is_tried_again(clock: FakeClock, reply: Reply) -> None:
    with Loopback(replies(reply, Reply(b"{}"))) as server, Web(clock) as web:
        assert web.get_json(server.url) == {}
        assert len(server.requests) == 2


def test_a_packing_that_was_not_asked_for_is_refused(clock: FakeClock) -> None:
    reply = Reply(zlib.compress(b"{}"), headers={"Content-Encoding": "br"})
    with (
        Loopback(replies(reply)) as server,
        Web(clock) as web,
        pytest.raises(PermanentSourceError, match="packed as br"),
    ):
        web.get(server.url)


def test_429_waits_as_long_as_the_server_says(clock: FakeClock) -> None:
    busy = Reply(b"", status=429, headers={"Retry-After": "7"})
    with Loopback(replies(busy, busy, Reply(b"ok"))) as server, Web(clock) as web:
        assert web.get(server.url) == b"ok"
    assert [wait for wait in clock.slept if wait > 1] == [7.0, 7.0]


def test_429_for_ever_ends_as_transient(clock: FakeClock) -> None:
    with Loopback(replies(Reply(b"", status=429))) as server, Web(clock) as web:
        with pytest.raises(TransientSourceError, match="429, too many requests"):
            web.get(server.url)
        assert len(server.requests) == 4


def test_a_server_error_is_tried_again(clock: FakeClock) -> None:
    with Loopback(replies(Reply(b"", status=503), Reply(b"ok"))) as server, Web(clock) as web:
        assert web.get(server.url) == b"ok"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply("<html>no</html>", status=404, content_type="text/html"), "404, no such page"),
        (Reply('{"errors": {"fields": "sgning_date is not valid"}}', status=400), "sgning_date"),
        (Reply("denied", status=403), r"\[feeds\] contact"),
        (Reply("<html>hello</html>", content_type="text/html"), "not JSON: '<html>hello"),
        (Reply("[1, 2]"), "not an object"),
        (Reply("[" * 100_000), "not JSON"),
    ],
)
def test_what_another_try_cannot_mend_is_told_at_once(
    clock: FakeClock, reply: Reply, said: str
) -> None:
    with Loopback(replies(reply)) as server, Web(clock) as web:
        with pytest.raises(PermanentSourceError) as caught:
            web.get_json(server.url)
        assert len(server.requests) == 1
    import re

    assert re.search(said, str(caught.value))


def test_the_pace_is_kept(clock: FakeClock) -> None:
    with Loopback(replies(Reply(b"{}"))) as server, Web(clock, per_second=10) as web:
        for _ in range(5):
            web.get(server.url)
    assert clock.slept == pytest.approx([0.1] * 4)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "javascript:alert(1)", "ftp://a/b"])
def test_only_http_is_asked(clock: FakeClock, url: str) -> None:
    with Web(clock) as web, pytest.raises(PermanentSourceError, match="only http and https"):
        web.get(url)


def test_a_server_that_is_not_there_is_transient(clock: FakeClock) -> None:
    with Web(clock) as web, pytest.raises(TransientSourceError):
        web.get("http://127.0.0.1:9/")
