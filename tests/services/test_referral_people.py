"""Who is introduced twice, by themselves, or is somebody we know: one person, one referral."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.db import referrers, tables
from nurture.db.engine import make_engine, write
from nurture.domain.referral import Flag, State, Way
from tests.services.house import make_house
from tests.services.referring import TEXT, WRITES, Referring, referring


@pytest.fixture
def refers(tmp_path: Path) -> Iterator[Referring]:
    engine = make_engine(f"sqlite:///{tmp_path / 'people.sqlite'}")
    tables.metadata.create_all(engine)
    yield referring(make_house(engine), program=WRITES)
    engine.dispose()


def _later(refers: Referring) -> None:
    refers.house.turn()
    refers.house.clock.move_to(refers.house.clock.now() + timedelta(hours=1))


def test_who_agreed_by_one_friend_is_not_received_again_by_another(refers: Referring) -> None:
    first = refers.introduce(consented=True, consent_text=TEXT)
    _later(refers)
    other = refers.house.person("sasaki@betsu.example", family_name="佐々木")
    second = refers.introduce(referrer_id=other, way=Way.FORWARD, consented=True, consent_text=TEXT)
    assert second.id == first.id
    assert len(refers.house.events("introduction.accepted")) == 1
    (closed,) = refers.house.events("referral.duplicated")
    assert (closed.contact_id, closed.properties["told"]) == (other, True)
    # The same friend by another of their ways: nothing to tell them.
    again = refers.introduce(name="鈴木", company="別の名", email="suzuki@kigyou.example")
    assert again.id == first.id


def test_a_name_and_the_person_who_comes_by_the_link_are_one_referral(refers: Referring) -> None:
    named = refers.introduce("", name="鈴木一郎", company="企業")
    _later(refers)
    came = refers.introduce(way=Way.FORWARD, consented=True, consent_text=TEXT)
    assert (came.id, came.state) == (named.id, State.RECEIVED)
    # The form once more, still without an address.
    assert refers.introduce("", name="鈴木 一郎様", company="企業").id == named.id
    assert len(refers.house.rows(tables.referral)) == 1


def test_an_address_that_comes_later_joins_the_name_and_is_doubted_too(refers: Referring) -> None:
    named = refers.introduce("", name="山田花子", company="青空")
    copied = refers.introduce("yamada@aozora.example", name="山田 花子", company="", way=Way.CC)
    assert copied.id == named.id and Flag.SAME_DOMAIN in copied.flags
    row = refers.row(named.id)
    assert row.email == "yamada@aozora.example" and row.address_hash is not None
    # Nobody is written to by a copied mail, whatever the switch says.
    assert row.asked_consent_at is None


@pytest.mark.parametrize(
    ("address", "flags"),
    [
        ("tanaka@aozora.example", {"self", "same_domain", "customer"}),
        ("yamada@aozora.example", {"same_domain", "customer"}),
        ("kyaku@kaisha.example", {"customer"}),
        ("x@mailinator.com", {"disposable"}),
        ("suzuki@kigyou.example", set()),
    ],
)
def test_a_name_alone_is_doubted_by_the_address_that_agrees(
    refers: Referring, address: str, flags: set[str]
) -> None:
    refers.house.person("kyaku@kaisha.example", lifecycle="customer")
    made = refers.introduce("", name="鈴木一郎", company="企業")
    assert made.flags == ()
    refers.agree(made.id, email=address)
    assert set(refers.row(made.id).flags) == flags


def test_who_introduces_themselves_gets_no_welcome_as_a_guest(refers: Referring) -> None:
    made = refers.introduce("", name="田中", company="青空")
    refers.agree(made.id, email="tanaka@aozora.example")
    assert refers.row(made.id).state == "received"
    assert refers.house.events("introduction.accepted") == []


def test_who_became_a_customer_by_it_is_new_to_nobody(refers: Referring) -> None:
    made = refers.introduce(consented=True, consent_text=TEXT)
    refers.move(made.id, State.WON)
    _later(refers)
    again = refers.introduce(consented=True, consent_text=TEXT)
    assert again.id != made.id and Flag.CUSTOMER in again.flags


def test_anybody_can_write_an_address_so_news_that_were_stopped_stay_stopped(
    refers: Referring,
) -> None:
    known = refers.house.person("victim@betsu.example")
    refers.house.consent(known, "marketing", "withdrawn")
    made = refers.introduce("", name="鈴木一郎", company="企業")
    refers.agree(made.id, email="victim@betsu.example", marketing=True)
    states = [(r.purpose, r.state) for r in refers.house.rows(tables.consent, contact_id=known)]
    assert states == [
        ("marketing", "granted"), ("marketing", "withdrawn"), ("referral", "granted"),
    ]  # fmt: skip


def test_nobody_is_sent_after_a_referrer_who_wants_to_hear_no_more(refers: Referring) -> None:
    house = refers.house
    made = refers.introduce(consented=True, consent_text=TEXT)
    with write(house.engine) as connection:
        referrers.stop_updates(connection, refers.referrer, house.clock.now())
    house.after(days=4)
    # The person who agreed is still owed their call.
    (late,) = house.events("referral.overdue")
    assert late.properties["timer"] == "contact"
    assert [task.contact_id for task in house.rows(tables.task, kind="promise")] == [
        refers.row(made.id).contact_id
    ]


def test_however_a_first_contact_is_told_its_task_is_done(refers: Referring) -> None:
    house = refers.house
    made = refers.introduce(consented=True, consent_text=TEXT)
    contact = refers.row(made.id).contact_id
    task = house.add(
        tables.task,
        dedupe_key="journey/1/first",
        contact_id=contact,
        kind="first-contact",
        title="初回のご連絡",
        assignee="owner",
        state="open",
        created_at=house.clock.now(),
    )
    house.happens(contact, "deal.met", deal="D1")
    house.turn()
    assert refers.row(made.id).state == "meeting"
    assert house.row(tables.task, task).state == "done"
