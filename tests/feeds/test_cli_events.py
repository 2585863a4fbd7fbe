"""`watchlist events` as a person uses it, the feeds played by servers on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.feeds.federal import EO_14241, FederalRegister, document
from tests.feeds.sec import Edgar, Row
from tests.loopback.server import Loopback
from watchlist.catalog import load_catalog
from watchlist.cli.commands import build_app
from watchlist.errors import CatalogError, ConfigError, SourceError, StoreError
from watchlist.project import Project

NOTICE = document(
    "2026-00123",
    "Rare Earths and Critical Minerals Stockpile; Request for Information",
    publication_date="2026-01-20",
)


class Desk:
    """The command line in one project folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runner = CliRunner()

    def __call__(self, *words: str) -> Result:
        return self.runner.invoke(build_app(), [*words, "--project", str(self.folder)])

    def ok(self, *words: str) -> str:
        result = self(*words)
        assert result.exit_code == 0, (words, result.output, result.exception)
        return result.stdout

    def rows(self, *words: str) -> list[dict]:
        return json.loads(self.ok(*words, "--format", "json"))

    def configure(self, text: str) -> None:
        (self.folder / "watchlist.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def register(desk: Desk) -> Iterator[FederalRegister]:
    server = FederalRegister([EO_14241, NOTICE])
    with Loopback(server) as loopback:
        desk.configure(f'[feeds]\nfederal_register = "{loopback.url}"\n')
        yield server


def ask(desk: Desk) -> list[dict]:
    return desk.rows(
        "events", "candidates", "--source", "federal-register", "--since", "2025-03-01"
    )


def test_list_filters_and_gives_day_zero(desk: Desk) -> None:
    rows = desk.rows("events", "list", "--symbol", "TMQ", "--category", "equity-stake")
    days = {row["event_id"]: row["day0"] for row in rows}
    assert days["tmq-dow-stake-2025"] == "2025-10-07"
    assert {row["category"] for row in rows} == {"equity-stake"}
    window = desk.rows("events", "list", "--since", "2025-09-23", "--until", "2025-09-30")
    assert [row["event_id"] for row in window] == [
        "uamy-dla-245m-2025",  # before the open
        "lac-reuters-stake-2025",  # after the close
        "lac-doe-agreement-2025",
    ]
    chain = desk.rows("events", "list", "--chain", "lac-doe-stake", "--certainty", "confirmed")
    assert len(chain) == 3
    antimony = {row["event_id"] for row in desk.rows("events", "list", "--mineral", "antimony")}
    assert "uamy-dla-245m-2025" in antimony
    assert "lac-reuters-stake-2025" not in antimony


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--symbol", "TMCQ", "did you mean 'TMQ'"),
        ("--mineral", "litium", "did you mean 'lithium'"),
        ("--category", "lone", "did you mean 'loan'"),
    ],
)
def test_a_filter_that_fits_nothing_is_refused(
    desk: Desk, option: str, value: str, said: str
) -> None:
    result = desk("events", "list", option, value)
    assert isinstance(result.exception, ConfigError)
    assert said in str(result.exception)


def test_show_tells_why(desk: Desk) -> None:
    told = desk.ok("events", "show", "lac-reuters-stake-2025")
    for part in (
        "after-close (basis: reported)",
        "2025-09-24",
        "closed at 16:00",
        "https://en.oninvest.com/",
        "lac-doe-agreement-2025",
        "not studied yet",
    ):
        assert part in told
    data = json.loads(desk.ok("events", "show", "korea-zinc-tennessee-2025", "--format", "json"))
    assert data["day0"]["XNYS"]["day0"] == "2025-12-15"
    assert data["day0"]["XKRX"]["day0"] == "2025-12-16"


def test_show_as_toml_can_be_added_again(desk: Desk, tmp_path: Path) -> None:
    text = desk.ok("events", "show", "mp-dod-2025", "--format", "toml")
    (tmp_path / "one.toml").write_text(text.replace("mp-dod-2025", "mp-copy"), encoding="utf-8")
    desk.ok("events", "add", str(tmp_path / "one.toml"))
    assert load_catalog(Project(tmp_path)).event("mp-copy").amount_usd == 4e8


def test_show_of_nothing_names_the_nearest(desk: Desk) -> None:
    result = desk("events", "show", "mp-dodd-2025")
    assert isinstance(result.exception, CatalogError)
    assert "did you mean 'mp-dod-2025'" in str(result.exception)


def test_check_passes_and_fails_with_a_code(desk: Desk, tmp_path: Path) -> None:
    assert desk("events", "check").exit_code == 0
    (tmp_path / "events.toml").write_text('[[events]]\nevent_id = "x"\n', encoding="utf-8")
    result = desk("events", "check", "--format", "json")
    assert result.exit_code == 2
    rows = [row for row in json.loads(result.stdout) if row["check"] == "file"]
    assert any("announced_on is missing" in row["message"] for row in rows)


@pytest.mark.network
def test_an_order_comes_out_and_keeps_its_day_zero(desk: Desk, register: FederalRegister) -> None:
    rows = {row["candidate_id"]: row for row in ask(desk)}
    order = rows["fr:2025-05212"]
    assert (order["signed_on"], order["published_on"]) == ("2025-03-20", "2025-03-25")
    result = desk("events", "accept", "fr:2025-05212")
    assert result.exit_code == 0
    assert "accepted: fr:2025-05212 as eo-14241-2025" in result.stderr
    assert "day 0 2025-03-21" in result.stderr
    assert load_catalog(Project(desk.folder)).event("eo-14241-2025").timing == "after-close"


@pytest.mark.network
def test_a_rejected_candidate_does_not_return(desk: Desk, register: FederalRegister) -> None:
    assert {row["candidate_id"] for row in ask(desk)} == {"fr:2025-05212", "fr:2026-00123"}
    desk.ok("events", "reject", "fr:2026-00123")
    assert {row["candidate_id"] for row in ask(desk)} == {"fr:2025-05212"}
    rejected = desk.rows("events", "candidates", "--state", "rejected")
    assert [row["candidate_id"] for row in rejected] == ["fr:2026-00123"]


@pytest.mark.network
def test_a_new_candidate_becomes_an_event_with_its_source(
    desk: Desk, register: FederalRegister
) -> None:
    ask(desk)
    result = desk(
        "events",
        "accept",
        "fr:2026-00123",
        "--set",
        "event_id=stockpile-rfi-2026",
        "--set",
        "direction=supportive",
        "--set",
        'exposed=["MP", "USAR"]',
    )
    assert result.exit_code == 0, result.exception
    event = load_catalog(Project(desk.folder)).event("stockpile-rfi-2026")
    assert (event.announced_time, event.timing, event.timing_basis) == (None, "unknown", "unknown")
    assert event.sources[0].publisher == "Federal Register"
    assert event.certainty == "confirmed"
    assert event.entered_at is not None
    assert timedelta() <= datetime.now(UTC) - event.entered_at < timedelta(minutes=5)
    assert "the hour is unknown" in result.stderr
    again = desk("events", "accept", "fr:2026-00123")
    assert "accepted already, as stockpile-rfi-2026" in str(again.exception)
    accepted = desk.rows("events", "candidates", "--state", "accepted")
    assert [row["event_id"] for row in accepted] == ["stockpile-rfi-2026"]


@pytest.mark.network
def test_a_wrong_field_leaves_the_candidate_open(desk: Desk, register: FederalRegister) -> None:
    ask(desk)
    result = desk("events", "accept", "fr:2026-00123", "--set", "category=lone")
    assert "did you mean 'loan'" in str(result.exception)
    assert not (desk.folder / "events.toml").exists()
    assert len(desk.rows("events", "candidates")) == 2


@pytest.mark.network
def test_a_feed_that_is_down_leaves_the_store_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.configure(
        '[feeds]\nfederal_register = "http://127.0.0.1:9"\nrss = ["http://127.0.0.1:9"]\n'
    )
    monkeypatch.setattr("watchlist.clock.SystemClock.sleep", lambda self, seconds: None)
    result = desk("events", "candidates", "--source", "federal-register")
    assert isinstance(result.exception, SourceError)
    assert not (desk.folder / "watchlist.duckdb").exists()


@pytest.mark.network
def test_edgar_needs_a_contact_and_then_proposes(desk: Desk) -> None:
    assert "[feeds] contact" in str(desk("events", "candidates", "--source", "edgar").exception)
    row = Row(
        "0001279569-26-000999",
        "8-K",
        "2026-11-02",
        "2026-11-02",
        "2026-11-02T12:00:00.000Z",
        "20261102070000",
        "1.01,9.01",
    )
    with Loopback(Edgar({"0001543418": [row]})) as server:
        desk.configure(
            f'[feeds]\ncontact = "A Reader reader@example.org"\nedgar_data = "{server.url}"\n'
            f'edgar_archives = "{server.url}"\n'
        )
        (found,) = desk.rows("events", "candidates", "--source", "edgar", "--since", "2026-11-01")
    assert (found["candidate_id"], found["timing"]) == ("edgar:0001279569-26-000999", "pre-market")
    assert found["symbols"] == "TMQ"


def test_an_unknown_source_or_candidate_is_refused(desk: Desk) -> None:
    assert "did you mean 'edgar'" in str(desk("events", "candidates", "--source", "edgr").exception)
    assert isinstance(desk("events", "candidates").exception, StoreError)


def test_the_timeline_is_one_page_without_outside_requests(desk: Desk) -> None:
    path = Path(desk.ok("events", "timeline", "--since", "2025-01-01").strip())
    html = path.read_text(encoding="utf-8")
    assert "Pentagon becomes the largest shareholder" in html
    assert "2010" not in html.split("</main>", maxsplit=1)[0].split("<tbody>", maxsplit=1)[1]
    assert 'href="javascript' not in html
    assert "Content-Security-Policy" in html
