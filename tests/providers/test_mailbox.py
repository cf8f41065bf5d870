"""The local mailbox: what it takes, refuses, keeps and finds."""

from __future__ import annotations

import smtplib
import sqlite3
from pathlib import Path

import pytest

from nurture.errors import NurtureError
from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.providers.patterns import AddressPatterns
from tests.providers.running_mailbox import NOW, running_mailbox

MAIL = (
    b"From: =?utf-8?b?5L2Q6Jek6Iqx5a2Q?= <sato@n.example>\r\n"
    b"Subject: =?utf-8?q?=E6=97=A5=E6=9C=AC?=\r\nMessage-ID: <m1@n.example>\r\n\r\nhello\r\n"
)


def store_of(path: Path, ours: str = "") -> MailboxStore:
    return MailboxStore(path, lambda: NOW, AddressPatterns.listed(ours))


def received(subject: str, to: str = "t@e.example") -> Received:
    return Received("b@n.example", (to,), f"Subject: {subject}\r\n\r\nx\r\n".encode())


def test_a_mail_is_kept_with_what_a_list_shows(tmp_path: Path) -> None:
    with running_mailbox(tmp_path / "m.sqlite") as (store, port):
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("b+1@n.example", ["tanaka@e.example"], MAIL)
        [head] = store.page()
        mail = store.get(head.number)
    assert mail is not None
    assert mail.raw == MAIL
    assert (mail.number, mail.received_at, mail.size) == (1, NOW, len(MAIL))
    assert (mail.mail_from, mail.rcpt_to) == ("b+1@n.example", "tanaka@e.example")
    assert mail.subject == "日本"
    assert mail.sender == "佐藤花子 <sato@n.example>"
    assert mail.message_id == "m1@n.example"
    assert not mail.is_ours


def test_each_recipient_has_a_mail_of_its_own_and_ours_are_marked(tmp_path: Path) -> None:
    with running_mailbox(tmp_path / "m.sqlite", ours="*@n.example") as (store, port):
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("", ["tanaka@e.example", "Bounce+1@N.example"], MAIL)
        assert [(m.rcpt_to, m.is_ours) for m in store.since(0)] == [
            ("tanaka@e.example", False),
            ("Bounce+1@N.example", True),
        ]
        assert [m.rcpt_to for m in store.since(0, ours=True)] == ["Bounce+1@N.example"]
        assert [m.rcpt_to for m in store.page(ours=False)] == ["tanaka@e.example"]


def test_recipients_who_are_gone_are_refused_at_rcpt(tmp_path: Path) -> None:
    patterns = "*@gone.example, *.invalid"
    with running_mailbox(tmp_path / "m.sqlite", refuse=patterns) as (store, port):
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            client.mail("b@n.example")
            assert client.rcpt("a@gone.example")[0] == 550
            assert client.rcpt("a@mx.deep.INVALID") == (550, b"5.1.1 User unknown")
            assert client.rcpt("a@e.example")[0] == 250
        assert store.last_number() == 0


def test_a_mail_too_large_is_refused(tmp_path: Path) -> None:
    with running_mailbox(tmp_path / "m.sqlite", size_limit=1000) as (store, port):
        with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPException):
            client.sendmail("b@n.example", ["a@e.example"], MAIL + b"y\r\n" * 1000)
        assert store.last_number() == 0


def test_a_mail_that_cannot_be_stored_is_not_taken(tmp_path: Path) -> None:
    with running_mailbox(tmp_path / "m.sqlite") as (_, port):
        with sqlite3.connect(tmp_path / "m.sqlite") as other:
            other.execute("DROP TABLE mail")
        with smtplib.SMTP("127.0.0.1", port) as client:
            with pytest.raises(smtplib.SMTPDataError) as caught:
                client.sendmail("b@n.example", ["a@e.example"], MAIL)
            assert caught.value.smtp_code == 452


def test_mails_are_still_there_after_a_restart_and_numbers_go_on(tmp_path: Path) -> None:
    first = store_of(tmp_path / "m.sqlite")
    first.add([received("one"), received("two")])
    first.close()
    second = store_of(tmp_path / "m.sqlite")
    second.add([received("three")])
    assert [(m.number, m.subject) for m in second.since(0)] == [
        (1, "one"),
        (2, "two"),
        (3, "three"),
    ]
    assert second.last_number() == 3


def test_a_reader_goes_on_from_the_last_number_it_saw(tmp_path: Path) -> None:
    store = store_of(tmp_path / "m.sqlite")
    store.add([received(str(number)) for number in range(5)])
    assert [m.number for m in store.since(2, limit=2)] == [3, 4]
    assert [m.number for m in store.since(4, limit=2)] == [5]
    assert store.since(5) == []


def test_pages_go_back_in_time(tmp_path: Path) -> None:
    store = store_of(tmp_path / "m.sqlite")
    store.add([received(str(number)) for number in range(5)])
    assert [m.number for m in store.page(limit=2)] == [5, 4]
    assert [m.number for m in store.page(before=4, limit=2)] == [3, 2]
    assert store.get(99) is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("セミナー", {1}),
        ("SEMINAR", {2}),
        ("t2@e.example seminar", {2}),
        ("seminar nobody", set()),
        # signs that mean something to LIKE, and to SQL
        ("100%", {3}),
        ("a_b", {4}),
        ("%", {3}),
        ("_", {4}),
        ("!", set()),
        ("' OR 1=1 --", set()),
        ("", {1, 2, 3, 4}),
    ],
)
def test_a_search_finds_words_as_they_are_written(
    tmp_path: Path, query: str, found: set[int]
) -> None:
    store = store_of(tmp_path / "m.sqlite")
    store.add(
        [
            received("=?utf-8?b?44K744Of44OK44O8?="),
            received("Seminar", "t2@e.example"),
            received("100% off"),
            received("a_b"),
        ]
    )
    assert {m.number for m in store.page(query=query)} == found


def test_headers_of_strangers_are_kept_as_text(tmp_path: Path) -> None:
    store = store_of(tmp_path / "m.sqlite")
    store.add([Received("", ("t@e.example",), b"Subject: \xff\x00=?utf-7?q?+2AA-?=\r\n\xfe: x")])
    store.add([Received("", ("t@e.example",), b"")])
    assert len(store.page()) == 2
    assert "\0" not in store.page()[1].subject


def test_a_file_that_is_no_mailbox_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.sqlite").write_text("this is no database, it only looks like one" * 100)
    with pytest.raises(NurtureError, match=r"m\.sqlite cannot be opened"):
        store_of(tmp_path / "m.sqlite")


def test_a_mailbox_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "m.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(NurtureError, match="version 99"):
        store_of(tmp_path / "m.sqlite")


@pytest.mark.parametrize(
    ("pattern", "address", "fits"),
    [
        ("*@gone.example", "a@gone.example", True),
        ("*@gone.example", "A@GONE.example", True),
        ("*@gone.example", "a@sub.gone.example", False),
        ("gone.example", "a@gone.example", True),
        ("*.invalid", "a@x.invalid", True),
        ("*.invalid", "a.invalid@e.example", False),
        ("tanaka@*", "tanaka@e.example", True),
        ("t?@e.example", "t1@e.example", True),
        # brackets mean themselves
        ("a@[192.0.2.1]", "a@[192.0.2.1]", True),
        ("[ab]@e.example", "a@e.example", False),
        ("", "a@e.example", False),
    ],
)
def test_patterns_over_addresses(pattern: str, address: str, fits: bool) -> None:
    assert AddressPatterns.listed(f"nobody@nowhere.example, {pattern} ,").match(address) is fits
