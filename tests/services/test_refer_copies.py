"""A mail that copies `intro+CODE@…` becomes a referral, once, and only from its referrer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from nurture.db import tables
from nurture.db.engine import write
from nurture.domain.referral import Way
from nurture.providers.incoming_copy import Copied, parse_copied
from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.providers.patterns import AddressPatterns
from nurture.services import referrals
from nurture.services.receive import receive
from nurture.services.refer_links import copy_address
from tests.services.house import House
from tests.services.referring import Referring, referring

REFERRER = "tanaka@aozora.example"
WHOM = "suzuki@kigyou.example"


@pytest.fixture
def refers(house: House) -> Referring:
    return referring(house)


@pytest.fixture
def store(house: House, tmp_path: Path) -> Iterator[MailboxStore]:
    ours = AddressPatterns(["*@sample.example"])
    found = MailboxStore(tmp_path / "mailbox.sqlite", house.clock.now, ours)
    yield found
    found.close()


def _address(refers: Referring) -> str:
    house = refers.house
    with write(house.engine) as connection:
        row = referrals.ensure_referrer(connection, refers.referrer, "customer", house.clock.now())
    return copy_address(house.runtime, row.code)


def _mail(copied: str, sender: str = REFERRER, **headers: str) -> bytes:
    """Return a mail to 鈴木 and a colleague of theirs, with us in copy."""
    mail = EmailMessage()
    mail["From"] = f"田中 花 <{sender}>"
    mail["To"] = f'sato@sample.example, "鈴木 一郎様" <{WHOM}>, kato@kigyou.example'
    mail["Cc"] = copied
    mail["Subject"] = "鈴木様のご紹介"
    mail["Message-ID"] = headers.pop("id", "<first@aozora.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("佐藤さん、鈴木様をご紹介します。")
    return mail.as_bytes()


def _arrives(
    refers: Referring, store: MailboxStore, raw: bytes, to: str, mail_from: str = REFERRER
) -> None:
    store.add([Received(mail_from, (to,), raw)])
    assert receive(refers.house.runtime, store) == 1
    refers.house.turn()


def test_a_mail_of_the_referrer_that_copies_us_is_an_introduction_that_waits_for_consent(
    refers: Referring, store: MailboxStore
) -> None:
    address = _address(refers)
    # Mail programs write addresses in lower case as they please.
    _arrives(refers, store, _mail(address.lower()), address.lower())
    (row,) = refers.house.rows(tables.referral)
    assert (row.way, row.state, row.program) == (Way.CC, "awaiting_consent", "main")
    assert (row.referrer_id, row.name, row.email) == (refers.referrer, "鈴木 一郎", WHOM)
    assert row.contact_id is None and row.asked_consent_at is None and row.vouched_at is None
    told = json.dumps([one.properties for one in refers.house.rows(tables.event)])
    assert "suzuki" not in told and json.dumps("鈴木").strip('"') not in told
    assert [one.recipient for one in refers.house.rows(tables.message)].count(WHOM) == 0
    assert not [one for one in refers.house.rows(tables.task) if one.dedupe_key.startswith("cop")]


def test_the_same_mail_again_and_the_next_one_to_the_same_person_make_no_second_referral(
    refers: Referring, store: MailboxStore
) -> None:
    address = _address(refers)
    _arrives(refers, store, _mail(address), address)
    _arrives(refers, store, _mail(address), address)
    assert len(refers.house.events("referral.copied")) == 1
    _arrives(refers, store, _mail(address, id="<next@aozora.example>"), address)
    assert len(refers.house.rows(tables.referral)) == 1
    assert len(refers.house.events("referral.introduced")) == 1


def test_a_strangers_mail_to_it_is_a_task_of_the_owner_and_nothing_else(
    refers: Referring, store: MailboxStore
) -> None:
    address = _address(refers)
    events = len(refers.house.rows(tables.event))
    for number in range(2):
        raw = _mail(address, sender="mallory@else.example", id=f"<{number}@else.example>")
        _arrives(refers, store, raw, address, "mallory@else.example")
    (task,) = refers.house.rows(tables.task)
    sato = refers.house.rows(tables.team_member, key="sato")[0].id
    assert (task.contact_id, task.assignee_id) == (refers.referrer, sato)
    assert "鈴木" not in task.title and "mallory" not in task.title
    assert refers.house.rows(tables.referral) == []
    assert len(refers.house.rows(tables.event)) == events


@pytest.mark.parametrize(
    ("headers", "mail_from"),
    [
        ({"Auto_Submitted": "auto-replied"}, REFERRER),
        ({"In_Reply_To": "<x@kigyou.example>", "X_Autoreply": "yes"}, REFERRER),
        ({}, ""),
    ],
)
def test_an_automatic_mail_to_it_is_ignored(
    refers: Referring, store: MailboxStore, headers: dict[str, str], mail_from: str
) -> None:
    address = _address(refers)
    _arrives(refers, store, _mail(address, **headers), address, mail_from)
    for table in (tables.referral, tables.task, tables.event, tables.stray_event):
        assert refers.house.rows(table) == []


def test_a_code_of_nobody_is_a_stray_mail_and_shown_as_one(
    refers: Referring, store: MailboxStore
) -> None:
    address = copy_address(refers.house.runtime, "Nobodys0ne")
    _arrives(refers, store, _mail(address), address)
    (stray,) = refers.house.rows(tables.stray_event)
    assert (stray.type, stray.properties) == ("email.received", {"from": REFERRER})
    assert "introduction address" in stray.reason
    assert refers.house.rows(tables.referral) == refers.house.rows(tables.task) == []


def test_a_mail_to_nobody_but_us_asks_the_owner_whom_is_meant(
    refers: Referring, store: MailboxStore
) -> None:
    address = _address(refers)
    raw = _mail(address).replace(WHOM.encode(), b"mori@sample.example")
    _arrives(refers, store, raw.replace(b"kato@kigyou.example", REFERRER.encode()), address)
    assert len(refers.house.rows(tables.task)) == 1
    assert refers.house.rows(tables.referral) == []


def test_a_name_with_commas_and_a_group_of_nobody_are_read_as_what_they_are() -> None:
    raw = (
        b"From: Hana <tanaka@aozora.example>\nTo: undisclosed-recipients:;\n"
        b'Cc: "Kigyou, Inc. \\"K\\"" <Info@kigyou.example>, =?utf-8?b?6Yi05pyo?= <s@k.example>,\n'
        b" plain@k.example\n\nHello\n"
    )
    assert parse_copied(raw, REFERRER) == Copied(
        REFERRER,
        (
            ('Kigyou, Inc. "K"', "Info@kigyou.example"),
            ("鈴木", "s@k.example"),
            ("", "plain@k.example"),
        ),
        automatic=False,
    )
