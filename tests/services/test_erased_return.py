"""Who was erased does not come back: not by a list, a form, a reply or a friend's word."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from nurture.db import tables
from nurture.domain.referral import Way
from nurture.emails.identifiers import message_id
from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.providers.patterns import AddressPatterns
from nurture.services import erasure
from nurture.services.capture import Happening, capture
from nurture.services.import_contacts import ImportOptions, import_contacts
from nurture.services.receive import receive
from tests.services.erasing import everywhere
from tests.services.house import House
from tests.services.referring import Referring, referring

ADDRESS = "yurie@sakura.example"


@pytest.fixture
def world(house: House) -> Referring:
    """A house in which 勅使河原 was erased, who once had a mail of ours."""
    found = referring(house)
    now = house.clock.now()
    who = house.person(ADDRESS, family_name="勅使河原", given_name="百合絵")
    house.add(
        tables.message,
        dedupe_key="m/1",
        contact_id=who,
        recipient=ADDRESS,
        purpose="marketing",
        template="x/one",
        window="always",
        priority=1,
        state="sent",
        created_at=now,
        recorded_at=now,
        sent_at=now,
    )
    erasure.erase(house.runtime, ADDRESS, "mori", "cli")
    return found


@pytest.fixture
def store(house: House, tmp_path: Path) -> Iterator[MailboxStore]:
    ours = AddressPatterns(["*@sample.example"])
    found = MailboxStore(tmp_path / "mailbox.sqlite", house.clock.now, ours)
    yield found
    found.close()


def is_silent(house: House) -> bool:
    """Say whether nothing in the house names them."""
    words = ("勅使河原", "百合絵", "yurie")
    return not [text for text in everywhere(house) if any(word in text for word in words)]


def test_a_list_leaves_them_out_and_says_why(world: Referring, tmp_path: Path) -> None:
    house, path = world.house, tmp_path / "list.csv"
    path.write_text(
        f"email,family_name,company\n{ADDRESS.upper()},勅使河原,桜\nkato@sakura.example,加藤,桜\n"
    )
    people = len(house.rows(tables.contact))
    for dry_run in (True, False, False):
        options = ImportOptions(hash_key=house.runtime.hash_key, dry_run=dry_run)
        report = import_contacts(house.engine, house.clock, None, path, options)
        assert (report.read, report.erased, report.rejected) == (2, 1, 0)
        assert report.remarks["erased"] == 1
    assert len(house.rows(tables.contact)) == people + 1
    assert is_silent(house)


def test_forms_and_systems_bring_nobody_back(world: Referring) -> None:
    house = world.house
    events = len(house.rows(tables.event))
    (tomb,) = [row.id for row in house.rows(tables.contact) if row.erased]
    told = [
        Happening("form.submitted", email=ADDRESS, properties={"name": "勅使河原"}, key="f/1"),
        Happening("page.viewed", email=ADDRESS, properties={"page": "勅使河原"}),
        Happening("call.logged", contact_id=tomb, properties={"note": "勅使河原様"}),
    ]
    answers = capture(house.runtime, told, "api")
    assert {(one.status, one.contact_id, one.event_id) for one in answers} == {
        ("aside", None, None)
    }
    assert "erased" in answers[0].why
    assert len(house.rows(tables.event)) == events
    assert house.rows(tables.stray_event) == []
    assert is_silent(house)


def test_of_their_replies_nothing_is_kept(world: Referring, store: MailboxStore) -> None:
    house = world.house
    (mail,) = house.rows(tables.message)
    events = len(house.rows(tables.event))
    for number, to in enumerate((mail.id, None)):
        reply = EmailMessage()
        reply["From"], reply["To"] = f"勅使河原 <{ADDRESS}>", "sato@sample.example"
        reply["Subject"], reply["Message-ID"] = "勅使河原です", f"<{number}@sakura.example>"
        if to is not None:
            reply["In-Reply-To"] = message_id(to, "sample.example")
        reply.set_content("勅使河原と申します")
        store.add([Received(ADDRESS, ("sato@sample.example",), reply.as_bytes())])
    assert receive(house.runtime, store) == 2
    house.turn()
    assert len(house.rows(tables.event)) == events
    assert house.rows(tables.stray_event) == []
    assert is_silent(house)


def test_a_friend_who_names_them_leaves_no_name_and_hears_nothing_of_it(world: Referring) -> None:
    house = world.house
    found = world.introduce(
        ADDRESS, name="勅使河原 百合絵", why="ゴルフ仲間です", vouched_text="了承済み"
    )
    row = world.row(found.id)
    assert (row.name, row.email, row.why, row.state) == (None, None, None, "awaiting_consent")
    assert row.flags == ["suppressed"]
    house.turn()
    assert [one for one in house.rows(tables.message) if one.purpose == "introduction"] == []
    assert is_silent(house)


def test_who_agrees_by_themselves_comes_back_of_their_own_will(world: Referring) -> None:
    house = world.house
    found = world.introduce(
        ADDRESS, way=Way.FORWARD, consented=True, consent_text="同意します", name="勅使河原 百合絵"
    )
    (fresh,) = [row for row in house.rows(tables.contact) if row.email == ADDRESS]
    assert not fresh.erased
    assert world.row(found.id).contact_id == fresh.id
    # What was erased stays erased: it is somebody new.
    assert len([row for row in house.rows(tables.contact) if row.erased]) == 1


def test_somebody_of_ours_may_let_them_in_again(world: Referring) -> None:
    house = world.house
    assert erasure.readmit(house.runtime, ADDRESS, "mori", "cli")
    assert not erasure.readmit(house.runtime, ADDRESS, "mori", "cli")
    (answer,) = capture(house.runtime, [Happening("form.submitted", email=ADDRESS)], "api")
    assert answer.new_contact
    (said,) = house.events("contact.readmitted")
    assert said.properties == {"by": "mori", "via": "cli"}
