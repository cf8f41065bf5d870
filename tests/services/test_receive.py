"""Mails that come back become events, each once, whatever they look like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from nurture.db import tables
from nurture.emails.identifiers import message_id, return_path
from nurture.emails.tokens import Keyring, Purpose, Token
from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.providers.patterns import AddressPatterns
from nurture.services.receive import receive
from tests.services.house import House
from tests.services.project import project, workflow

JOURNEY = """
- {id: one, send: x/one}
- id: answer
  wait_for: [{reply: one}]
  within: 5d
  then: [{end: answered}]
  otherwise: [{send: x/two}]
"""
ADDRESS = "tanaka@aozora.example"


@pytest.fixture
def store(house: House, tmp_path: Path) -> Iterator[MailboxStore]:
    ours = AddressPatterns(["*@sample.example"])
    found = MailboxStore(tmp_path / "mailbox.sqlite", house.clock.now, ours)
    yield found
    found.close()


def _sent(house: House) -> int:
    """Send the first mail of the journey and return its message."""
    house.publish(project(workflow("a", JOURNEY)))
    house.happens(house.person())
    house.turn()
    house.clock.move(timedelta(hours=3))
    (row,) = house.rows(tables.message)
    return int(row.id)


def _reply(house: House, to: int | None, text: str = "お願いします", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = headers.pop("sender", ADDRESS), "sato@sample.example"
    mail["Subject"] = "Re: 件名"
    mail["Message-ID"] = "<theirs@aozora.example>"
    if to is not None:
        mail["In-Reply-To"] = message_id(to, "sample.example")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def _arrives(
    store: MailboxStore, raw: bytes, mail_from: str = ADDRESS, to: str = "sato@sample.example"
) -> None:
    store.add([Received(mail_from, (to,), raw)])


def _return_path(house: House) -> str:
    """Return where servers send back the last mail that left."""
    return house.provider.accepted[-1].return_path


def test_a_reply_ends_the_wait_of_its_journey_and_asks_for_an_answer(
    house: House, store: MailboxStore
) -> None:
    sent = _sent(house)
    _arrives(store, _reply(house, sent))
    assert receive(house.runtime, store) == 1
    house.turn()
    (event,) = house.events("email.replied")
    assert (event.message_id, event.properties["step"]) == (sent, "one")
    assert "お願いします" in event.properties["text"]
    assert house.enrolments() == [("a", "ended", "answered")]
    assert [row.kind for row in house.rows(tables.task)] == ["reply"]


def test_a_reply_is_taken_in_once_however_often_the_mailbox_is_read(
    house: House, store: MailboxStore
) -> None:
    sent = _sent(house)
    _arrives(store, _reply(house, sent))
    assert [receive(house.runtime, store) for _ in range(3)] == [1, 0, 0]
    assert len(house.events("email.replied")) == 1


def test_a_reply_that_names_no_mail_is_to_the_newest_one(house: House, store: MailboxStore) -> None:
    sent = _sent(house)
    _arrives(store, _reply(house, None))
    receive(house.runtime, store)
    house.turn()
    assert house.events("email.replied")[0].message_id == sent
    assert house.enrolments() == [("a", "ended", "answered")]


def test_an_out_of_office_note_moves_nothing(house: House, store: MailboxStore) -> None:
    sent = _sent(house)
    _arrives(store, _reply(house, sent, Auto_Submitted="auto-replied"))
    receive(house.runtime, store)
    house.turn()
    assert len(house.events("email.auto_replied")) == 1
    assert house.enrolments() == [("a", "active", None)]


def _bounce(to: int, status: str) -> bytes:
    name = message_id(to, "sample.example")
    return f"""From: MAILER-DAEMON@aozora.example
To: bounces@sample.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.aozora.example

Final-Recipient: rfc822; {ADDRESS}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} said so

--b
Content-Type: text/rfc822-headers

Message-ID: {name}
To: {ADDRESS}

--b--
""".replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("status", "state", "suppressed"),
    [
        ("5.1.1", "bounced", 1),  # user unknown
        ("4.2.2", "sent", 0),  # full for the moment
    ],
)
def test_a_bounce_ends_the_address_only_where_it_is_hard(
    house: House, store: MailboxStore, status: str, state: str, suppressed: int
) -> None:
    sent = _sent(house)
    _arrives(store, _bounce(sent, status), mail_from="", to=_return_path(house))
    receive(house.runtime, store)
    house.turn()
    assert house.row(tables.message, sent).state == state
    assert len(house.rows(tables.suppression)) == suppressed
    assert len(house.events("email.bounced")) == 1


def test_a_bounce_settles_a_mail_in_doubt(house: House, store: MailboxStore) -> None:
    sent = _sent(house)
    house.change(tables.message, sent, state="in_doubt")
    _arrives(store, _bounce(sent, "5.1.1"), mail_from="", to=_return_path(house))
    receive(house.runtime, store)
    assert house.row(tables.message, sent).state == "bounced"


def _complaint(to: int) -> bytes:
    bounce = _bounce(to, "5.1.1").decode()
    report = "Feedback-Type: abuse\r\nUser-Agent: loop/1\r\nVersion: 1"
    start, end = (
        bounce.index("Reporting-MTA"),
        bounce.index("\r\n\r\n--b\r\nContent-Type: text/rfc822"),
    )
    return (
        (bounce[:start] + report + bounce[end:])
        .replace("report-type=delivery-status", "report-type=feedback-report")
        .replace("message/delivery-status", "message/feedback-report")
        .replace("From: MAILER-DAEMON@aozora.example", f"From: {ADDRESS}")
        .encode()
    )


def test_a_complaint_that_came_to_the_return_path_ends_the_address(
    house: House, store: MailboxStore
) -> None:
    sent = _sent(house)
    _arrives(store, _complaint(sent), to=_return_path(house))
    receive(house.runtime, store)
    assert house.row(tables.message, sent).state == "complained"
    assert [row.reason for row in house.rows(tables.suppression)] == ["complaint"]


def _of_another_key(house: House) -> str:
    """Return a return path that somebody signed with a key of his own."""
    token = Keyring({1: b"f" * 32}, 1).sign(Token(Purpose.BOUNCE, 1, 1))
    return return_path(token, "sample.example")


def _of_a_link(house: House) -> str:
    """Return a return path made of a token that is ours but stands in every mail's links."""
    token = house.runtime.keyring.sign(Token(Purpose.UNSUBSCRIBE, 1, 1))
    return return_path(token, "sample.example")


@pytest.mark.parametrize("report", [_complaint, lambda to: _bounce(to, "5.1.1")])
@pytest.mark.parametrize("to", [lambda _: "sato@sample.example", _of_another_key, _of_a_link])
def test_a_report_that_anybody_could_have_written_ends_nothing_and_is_kept_aside(
    house: House, store: MailboxStore, report: Callable[[int], bytes], to: Callable[[House], str]
) -> None:
    """It names a mail of ours by a number that can be guessed, and says that it is its reader's."""
    sent = _sent(house)
    _arrives(store, report(sent), mail_from=ADDRESS, to=to(house))
    assert receive(house.runtime, store) == 1
    house.turn()
    assert house.row(tables.message, sent).state == "sent"
    assert house.rows(tables.suppression) == []
    assert house.events("email.bounced") + house.events("email.complained") == []
    assert ["return path" in row.reason for row in house.rows(tables.stray_event)] == [True]


def test_strangers_and_rubbish_are_kept_aside_and_hold_up_nobody(
    house: House, store: MailboxStore
) -> None:
    sent = _sent(house)
    _arrives(store, _reply(house, None, sender="stranger@nowhere.example"))
    _arrives(store, b"")
    _arrives(store, b"\xff\xfe\x00 not a mail \r\n\r\n\x00")
    _arrives(store, b"From: =?utf-8?B?broken\r\nContent-Type: multipart/mixed\r\n\r\nx")
    _arrives(store, _reply(house, 4711_000))
    _arrives(store, _reply(house, sent, "x" * 300_000))
    while receive(house.runtime, store):
        pass
    house.turn()
    assert house.enrolments() == [("a", "ended", "answered")]
    assert len(house.rows(tables.stray_event)) >= 3
    assert all(len(e.properties["text"]) <= 20_000 for e in house.events("email.replied"))


def test_a_notice_of_ours_that_lands_in_the_same_mailbox_is_no_reply(
    house: House, store: MailboxStore
) -> None:
    house.publish(project(workflow("n", "- notify: {to: owner, text: 見て}")))
    house.happens(house.person())
    house.turn()
    (notice,) = house.provider.accepted
    store.add([Received(notice.return_path, ("sato@sample.example",), notice.data)])
    receive(house.runtime, store)
    assert house.events("email.replied") == []
    assert house.rows(tables.stray_event) == []
