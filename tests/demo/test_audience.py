"""The audience against the real pages, mailbox and services, on a clock that is told to move."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from sqlalchemy import Engine

from nurture.clock import FrozenClock
from nurture.db.tables import event, participant
from nurture.demo.audience import NAME, Audience
from nurture.demo.browser import Web
from nurture.demo.diary import Diary
from nurture.demo.dice import Dice
from nurture.demo.postbox import Postbox
from nurture.demo.site import Site
from nurture.demo.temperament import Gateway, Mood, gateway_of, temperament_of
from nurture.demo.world import World
from nurture.emails.tokens import Purpose
from nurture.providers.mailbox import serve
from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.providers.patterns import AddressPatterns
from nurture.services import api_keys
from nurture.services.link_targets import remember_links
from nurture.web.public import make_public
from tests.web.scene import TEMPLATE, Scene, make_scene

ROOT = Path(__file__).parents[2]
SEED = 2026


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class Stage:
    """A running house in this process, and who plays in it."""

    scene: Scene
    mailbox: MailboxStore
    world: World
    clock: FrozenClock
    address: str
    contact: int

    def deliver(self, number: int) -> None:
        """Put a mail of ours into the mailbox, with links that the pages know."""
        mail = self.scene.mail(self.contact, sent_at=self.clock.now(), recipient=self.address)
        base, token = self.world.web.base, self.scene.token
        page = (
            f'<a href="{base}/c/{self.scene.link(mail, self.contact, 1)}">読む</a>'
            f'<a href="{base}/u/{token(Purpose.UNSUBSCRIBE, mail, self.contact)}">停止</a>'
            f'<img src="{base}/o/{token(Purpose.OPEN, mail, self.contact)}.gif">'
        )
        raw = (
            f"Message-ID: <n{mail}.mail@sample.example>\r\nFrom: <sato@sample.example>\r\n"
            f"Subject: mail {number}\r\n"
            f"List-Unsubscribe: <{base}/u/{token(Purpose.UNSUBSCRIBE, mail, self.contact)}>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            f"Content-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n"
        )
        self.mailbox.add([Received("b@sample.example", (self.address,), raw.encode())])

    def events(self) -> list[str]:
        """Return the types of all events so far."""
        return [row.type for row in self.scene.rows(event)]


Opens = Callable[[str], Stage]


def somebody(mood: Mood, gateway: Gateway | None = None) -> str:
    """Return an address whose reader has a mood and a gateway before them."""
    dice = Dice(SEED)
    for number in range(20_000):
        address = f"r{number}@d{number}.example"
        reader = temperament_of(dice, address)
        if (
            reader.mood is mood
            and not reader.prefetches
            and gateway_of(dice, f"d{number}.example") is gateway
        ):
            return address
    raise AssertionError(mood)


@pytest.fixture
def open_stage(engine: Engine, tmp_path: Path) -> Iterator[Opens]:
    """Yield a function that opens a stage for one address."""
    scene = make_scene(engine, tmp_path)
    stop = threading.Event()
    mailbox = MailboxStore(
        tmp_path / "mailbox.sqlite", scene.clock.now, AddressPatterns(["*@sample.example"])
    )
    port: list[int] = []
    ready = threading.Event()

    def listening(number: int) -> None:
        port.append(number)
        ready.set()

    post = threading.Thread(
        target=serve, args=(mailbox, "127.0.0.1", 0, AddressPatterns(), listening, stop)
    )
    post.start()
    ready.wait(10)
    server = make_server("127.0.0.1", 0, lambda *_: [], _Server, _Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    scene.runtime = replace(scene.runtime, public_url=base, links_file=tmp_path / "links.jsonl")
    server.set_app(make_public(scene.runtime, tmp_path))
    pages = threading.Thread(target=server.serve_forever)
    pages.start()

    def open_it(address: str) -> Stage:
        scene.release()
        targets = {TEMPLATE.hex(): ["https://www.nurture.example/product"]}
        remember_links(scene.runtime, targets, scene.runtime.links_file)
        contact = scene.person(address)
        scene.agree(contact, "marketing")
        key = api_keys.add(scene.runtime, "site")
        (tmp_path / "examples").mkdir()
        shutil.copy(ROOT / "examples/introductions.yaml", tmp_path / "examples")
        (tmp_path / "examples" / "season.yaml").write_text(
            "{publications: [], dry_runs: [], holds: []}"
        )
        world = World(
            runtime=scene.runtime,
            mailbox=mailbox,
            web=Web(base, key),
            postbox=Postbox(port[0]),
            site=Site.read(ROOT / "examples/site.yaml"),
            project=tmp_path,
            diary=Diary(tmp_path),
        )
        return Stage(scene, mailbox, world, scene.clock, address, contact)

    yield open_it
    stop.set()
    server.shutdown()
    server.server_close()
    pages.join()
    post.join()
    mailbox.close()


def live(stage: Stage, mails: int, turns: int = 60) -> list[str]:
    """Let somebody get mails day by day and act; return the wall times at which they did."""
    audience = Audience(stage.world, SEED, 100)
    audience.announce()
    moments = []
    try:
        for number in range(mails):
            stage.deliver(number)
            assert audience.step()
            until = stage.clock.now() + timedelta(days=3)
            for _ in range(turns):
                (row,) = (one for one in stage.scene.rows(participant) if one.name == NAME)
                assert not row.busy
                if row.next_at is None or row.next_at >= until:
                    break
                stage.clock.move_to(row.next_at)
                before = len(stage.events())
                audience.step()
                if len(stage.events()) > before:
                    moments.append(f"{row.next_at:%M:%S.%f}")
            stage.clock.move_to(until)
    finally:
        audience.close()
    return moments


def test_a_keen_reader_opens_and_clicks_and_the_site_reports_the_visit(open_stage: Opens) -> None:
    stage = open_stage(somebody(Mood.KEEN))
    moments = live(stage, mails=8)
    assert {"email.opened", "email.clicked", "page.viewed"} <= set(stage.events())
    assert all(int(moment[:2]) % 5 == 0 and moment.endswith("00.000000") for moment in moments)
    visits = [row for row in stage.scene.rows(event) if row.type == "page.viewed"]
    assert {row.contact_id for row in visits} == {stage.contact}
    assert "machine" not in {hit["verdict"] for hit in stage.scene.hits()}


def test_a_scanner_is_there_before_business_time_moves(open_stage: Opens) -> None:
    stage = open_stage(somebody(Mood.SILENT, Gateway.DISGUISED))
    stage.deliver(1)
    audience = Audience(stage.world, SEED, 100)
    audience.step()
    audience.close()
    hits = stage.scene.hits()
    assert hits
    assert {hit["occurred_at"] for hit in hits} == {stage.clock.now()}
    assert {hit["verdict"] for hit in hits} <= {"machine", "prefetch"}


def test_the_annoyed_leave_once_by_the_button_of_their_mail_program(open_stage: Opens) -> None:
    stage = open_stage(somebody(Mood.ANNOYED))
    live(stage, mails=8)
    assert stage.events().count("contact.unsubscribed") == 1


def test_the_audience_tells_the_clock_what_it_has_seen(open_stage: Opens) -> None:
    stage = open_stage(somebody(Mood.KEEN))
    for number in range(4):
        stage.deliver(number)
    audience = Audience(stage.world, SEED, 100)
    audience.announce()
    (waiting,) = stage.scene.rows(participant)
    audience.step()
    (seen,) = stage.scene.rows(participant)
    assert (waiting.mailbox_number, seen.mailbox_number) == (0, stage.mailbox.last_number())
    assert seen.next_at > stage.clock.now()
    audience.close()
    (gone,) = stage.scene.rows(participant)
    assert (gone.busy, gone.next_at, gone.mailbox_number) == (False, None, None)
