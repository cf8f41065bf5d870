"""What every way of sending keeps to, run over all of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import pytest
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as SmtpEnvelope

from nurture.providers.base import Envelope, Outcome, Provider
from nurture.providers.maildir import MaildirProvider
from nurture.providers.memory import MemoryProvider
from nurture.providers.smtp import SmtpProvider
from nurture.providers.smtp_dialogue import Relay, Timeouts
from tests.providers.running_mailbox import running_mailbox

#: return path, recipient, the lines of the mail
Arrived = tuple[str, str, list[bytes]]


@dataclass
class Way:
    provider: Provider
    #: what has arrived so far, in any order
    arrived: Callable[[], list[Arrived]]


class Collector:
    """What aiosmtpd calls; keeps every mail."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []

    async def handle_DATA(self, server: SMTP, session: object, envelope: SmtpEnvelope) -> str:  # noqa: N802
        lines = (envelope.original_content or b"").splitlines()
        # aiosmtpd keeps the brackets of the null path.
        sender = (envelope.mail_from or "").strip("<>")
        self.arrived.append((sender, envelope.rcpt_tos[0], lines))
        return "250 2.0.0 OK"


def smtp(port: int) -> SmtpProvider:
    return SmtpProvider(Relay("127.0.0.1", port), width=4, timeouts=Timeouts(piece=0.05))


def through_aiosmtpd(folder: Path) -> Iterator[Way]:
    collector, ready, stop = Collector(), Queue[int](), threading.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(collector, hostname="test", enable_SMTPUTF8=True, loop=loop),
            "127.0.0.1",
            0,
        )
        ready.put(server.sockets[0].getsockname()[1])
        while not stop.is_set():
            await asyncio.sleep(0.02)
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    yield Way(smtp(ready.get(timeout=10)), lambda: collector.arrived)
    stop.set()
    thread.join(10)


def through_mailbox(folder: Path) -> Iterator[Way]:
    with running_mailbox(folder / "mailbox.sqlite") as (store, port):
        yield Way(
            smtp(port),
            lambda: [(m.mail_from, m.rcpt_to, m.raw.splitlines()) for m in store.since(0)],
        )


def through_memory(folder: Path) -> Iterator[Way]:
    provider = MemoryProvider(width=4)
    yield Way(
        provider,
        lambda: [(e.return_path, e.recipient, e.data.splitlines()) for e in provider.accepted],
    )


def through_maildir(folder: Path) -> Iterator[Way]:
    def arrived() -> list[Arrived]:
        found = []
        for path in (folder / "mail" / "new").glob("*"):
            sender, recipient, *lines = path.read_bytes().splitlines()
            found.append(
                (
                    sender.decode().removeprefix("Return-Path: <").removesuffix(">"),
                    recipient.decode().removeprefix("Delivered-To: "),
                    lines,
                )
            )
        return found

    yield Way(MaildirProvider(folder / "mail", width=4), arrived)


@pytest.fixture(params=[through_aiosmtpd, through_mailbox, through_memory, through_maildir])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    ways = request.param(tmp_path)
    made = next(ways)
    yield made
    made.provider.close()
    for _ in ways:
        pytest.fail("a way yields once")


def mail(number: int, data: bytes = b"Subject: x\r\n\r\nhello\r\n", to: str = "") -> Envelope:
    return Envelope(number, f"b+{number}@n.example", to or f"t{number}@e.example", data)


def always() -> bool:
    return True


def test_a_mail_arrives_with_its_envelope(way: Way) -> None:
    [answer] = way.provider.wave([mail(1)], always)
    assert answer.outcome is Outcome.ACCEPTED
    assert answer.code == 250
    assert way.arrived() == [
        ("b+1@n.example", "t1@e.example", [b"Subject: x", b"", b"hello"]),
    ]


@pytest.mark.parametrize(
    "data",
    [
        # lines that begin with dots, the end of a mail among them
        b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n\r\n.\r\nMAIL FROM:<evil@e.example>\r\n",
        # bare line feeds and carriage returns, and the sequences that smuggle
        b"Subject: x\n\nhello\n.\nMAIL FROM:<evil@e.example>\r\n",
        b"Subject: x\r\n\r\nhello\r.\rQUIT\r\n\n.\r\nQUIT\r\n\r.\r\nQUIT\r\n.\nQUIT",
        b"Subject: x\r\n\r\nno line end",
        "Subject: x\r\n\r\n\u3053\u3093\u306b\u3061\u306f\u0085\u2028\r\n".encode(),
        b"Subject: x\r\n\r\n" + (b"y" * 76 + b"\r\n") * 20_000,
    ],
    ids=["dots", "bare LF", "smuggling", "no line end", "8-bit", "long"],
)
def test_every_line_arrives_as_it_was(way: Way, data: bytes) -> None:
    [answer] = way.provider.wave([mail(1, data)], always)
    assert answer.outcome is Outcome.ACCEPTED
    [(_, _, lines)] = way.arrived()
    assert lines == data.splitlines()


def test_bounces_may_go_nowhere(way: Way) -> None:
    [answer] = way.provider.wave([Envelope(1, "", "t@e.example", b"Subject: x\r\n\r\n")], always)
    assert answer.outcome is Outcome.ACCEPTED
    assert [(sender, to) for sender, to, _ in way.arrived()] == [("", "t@e.example")]


@pytest.mark.parametrize(
    "address",
    [
        "a@e.example>\r\nRCPT TO:<b@e.example",
        "a@e.example\nDATA",
        "a b@e.example",
        "a@e.example\0",
        "a@e.example\u2028",
        "\ud800@e.example",
        "<a@e.example>",
        "a" * 300 + "@e.example",
        "",
    ],
)
def test_an_address_that_could_end_its_command_is_refused_here(way: Way, address: str) -> None:
    [answer] = way.provider.wave([Envelope(1, "b@n.example", address, b"x\r\n")], always)
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, None)
    assert way.arrived() == []


def test_answers_come_in_the_order_of_the_envelopes(way: Way) -> None:
    answers = way.provider.wave([mail(1), mail(2, to="a b"), mail(3), mail(4, to="<")], always)
    assert [a.outcome for a in answers] == ["accepted", "rejected", "accepted", "rejected"]
    assert sorted(to for _, to, _ in way.arrived()) == ["t1@e.example", "t3@e.example"]


def test_waves_follow_one_another_and_go_on_after_close(way: Way) -> None:
    for number in range(3):
        assert way.provider.wave([mail(number)], always)[0].outcome is Outcome.ACCEPTED
    way.provider.close()
    way.provider.close()
    assert way.provider.wave([mail(3)], always)[0].outcome is Outcome.ACCEPTED
    assert len(way.arrived()) == 4


def test_a_wave_may_not_be_wider_than_the_provider(way: Way) -> None:
    with pytest.raises(ValueError, match="5 mails over 4"):
        way.provider.wave([mail(number) for number in range(5)], always)
    assert way.arrived() == []


def test_an_empty_wave_asks_nothing(way: Way) -> None:
    assert way.provider.wave([], lambda: pytest.fail("asked")) == []


def test_no_body_begins_without_leave(way: Way) -> None:
    answers = way.provider.wave([mail(1), mail(2)], lambda: False)
    assert [a.outcome for a in answers] == [Outcome.NOT_SENT] * 2
    assert way.arrived() == []


def test_what_the_caller_raises_passes_through(way: Way) -> None:
    def fails() -> bool:
        raise OSError("the database has gone")

    with pytest.raises(OSError, match="database"):
        way.provider.wave([mail(1)], fails)
    assert way.arrived() == []
    assert way.provider.wave([mail(1)], always)[0].outcome is Outcome.ACCEPTED
