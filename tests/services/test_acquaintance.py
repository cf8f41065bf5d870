"""First mails and new owners, as the database tells of them, and as mails then say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import Any

import pytest

from nurture.compiler.release import compile_files
from nurture.db import tables
from nurture.db.acquaintance import Granted, LastLetter
from nurture.db.engine import read
from nurture.services.acquaintance import Known, load, load_for, values
from tests.services.house import House
from tests.services.project import POLICY, project, workflow

_KATO = "  kato: {name: {ja: 加藤実, en: Minoru Kato}, email: kato@sample.example}\n"
_POLICY = POLICY.replace("default_sender", f"{_KATO}default_sender")
_DEFINED = compile_files(project(policy=_POLICY))
#: the 12th in Tokyo
_OBTAINED = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
_LETTER = (
    "---\nsubject: 件名\npreheader: 中身\nlayout: letter\n---\n{{ contact | addressee }}\n\n"
    "[見る](https://www.sample.example/a)\n|{% if first_mail %}初めて{% else %}二度目{% endif %}|"
    "{{ origin | default('不明') }}|{% if predecessor %}{{ predecessor.name }}{% endif %}|\n"
)


def _mail(house: House, contact_id: int, state: str = "sent", **more: object) -> None:
    now = house.clock.now()
    row = {
        "dedupe_key": f"k{len(house.rows(tables.message))}", "contact_id": contact_id,
        "recipient": "a@b.example", "purpose": "marketing", "template": "x/y", "sender": "owner",
        "window": "business", "priority": 1, "state": state, "created_at": now,
        "recorded_at": now, "sent_at": now, "sent_from": "sato@sample.example",
        "values": {"contact": {"owner": "sato@sample.example"}},
    }  # fmt: skip
    house.add(tables.message, **{**row, **more})


def _consent(house: House, contact_id: int, **more: object) -> None:
    row = {
        "purpose": "marketing", "state": "granted", "basis": "business_card", "source": "改善展",
        "obtained_at": _OBTAINED, "recorded_at": house.clock.now(), "recorded_by": "import",
    }  # fmt: skip
    house.add(tables.consent, contact_id=contact_id, **{**row, **more})


def test_the_newest_grant_of_each_purpose_counts(house: House) -> None:
    person, other = house.person(consent=()), house.person("b@aozora.example", consent=())
    _consent(house, person, source="古い展示会")
    _consent(house, person, source="別の話", purpose="survey", basis="opt_in")
    _consent(house, person)
    _consent(house, person, state="withdrawn", source="unsubscribe link", basis=None)
    # what somebody chose on our own page is consent, but not how we met
    by_page = {"source": "preferences page", "basis": "opt_in", "recorded_by": "contact"}
    _consent(house, person, **by_page)
    # unless nothing else is known
    _consent(house, other, **by_page)
    with read(house.engine) as connection:
        found = load(connection, [person, other])
    assert found[person].grants == {
        "marketing": Granted("business_card", "改善展", _OBTAINED),
        "survey": Granted("opt_in", "別の話", _OBTAINED),
    }
    assert found[other].grants == {"marketing": Granted("opt_in", "preferences page", _OBTAINED)}


#: (state, purpose of a mail of ours, whether its reader has heard of us)
_PASTS = [
    ("sent", "marketing", True),
    ("delivered", "survey", True),
    ("complained", "referral", True),
    # it may have arrived
    ("in_doubt", "marketing", True),
    ("sending", "marketing", True),
    # a receipt is no letter
    ("sent", "service", False),
    # these never arrived
    ("failed", "marketing", False),
    ("bounced", "marketing", False),
    ("cancelled", "marketing", False),
    ("deferred", "marketing", False),
]


def test_a_mail_is_the_first_until_one_may_have_arrived(house: House) -> None:
    people = [house.person(f"p{n}@aozora.example") for n in range(len(_PASTS))]
    for person, (state, purpose, _) in zip(people, _PASTS, strict=True):
        _mail(house, person, state, purpose=purpose)
    with read(house.engine) as connection:
        found = load(connection, people)
        assert load(connection, []) == {}
    assert [found[one].written_to for one in people] == [heard for *_, heard in _PASTS]


def test_the_last_letter_is_the_newest_that_an_owner_wrote(house: House) -> None:
    house.publish(project(policy=_POLICY))
    followed, unowned, none = (house.person(f"p{n}@aozora.example") for n in range(3))
    kato = {
        "sent_from": "kato@sample.example",
        "values": {"contact": {"owner": "kato@sample.example"}},
    }
    _mail(house, followed)
    house.clock.move(timedelta(days=1))
    _mail(house, followed, sender=None, purpose="service", **kato)
    # later, but from the newsletter's sender, or never sent
    house.clock.move(timedelta(days=1))
    _mail(house, followed, sender="mori", sent_from="mori@sample.example")
    _mail(house, followed, "failed")
    # the default sender wrote for want of an owner, or for one who had left
    _mail(house, unowned, values={"contact": {}})
    _mail(house, unowned, values=None)
    _mail(house, unowned, values={"contact": {"owner": "left@sample.example"}})
    with read(house.engine) as connection:
        found = load(connection, [followed, unowned, none])
    assert found[followed].last_letter == LastLetter("kato@sample.example", "加藤実")
    assert found[unowned].last_letter is found[none].last_letter is None


def test_a_new_owners_letter_says_so_once(house: House) -> None:
    head = "trigger: [{event: page.viewed}]\nreentry: always"
    house.publish(project(workflow("w", "- send: x/y", head), policy=_POLICY, t_x__y=_LETTER))
    members = {row.key: row.id for row in house.rows(tables.team_member)}
    person = house.person(owner_id=members["sato"], consent=())
    _consent(house, person)
    told = []
    for owner in ("sato", "sato", "kato", "kato"):
        house.change(tables.contact, person, owner_id=members[owner])
        house.happens(person)
        house.turn()
        data = house.provider.accepted[-1].data
        part = message_from_bytes(data, policy=policy.default).get_body(("plain",))
        assert part is not None
        told.append(tuple(part.get_content().split("|")[1:4]))
    met = "2026年3月12日の「改善展」でお名刺を頂戴しました。"
    assert told == [
        ("初めて", met, ""), ("二度目", met, ""), ("二度目", met, "佐藤花子"), ("二度目", met, ""),
    ]  # fmt: skip


def _told(
    known: Known, owner: str | None, sender: str = "owner", purpose: str = "marketing",
    active: bool = True, locale: str = "ja",
) -> dict[str, Any]:  # fmt: skip
    row: Any = SimpleNamespace
    by_owner = sender == "owner" and owner is not None and active
    from_ = (owner or "") if by_owner else "sato" if sender == "owner" else sender
    return dict(
        values(
            known,
            row(sender=sender, purpose=purpose),
            row(owner_key=owner, owner_active=active),
            _DEFINED.policy.senders[from_],
            _DEFINED.policy,
            _DEFINED.calendar,
            locale,
        )
    )


_SATO = LastLetter("sato@sample.example", "佐藤花子")


@pytest.mark.parametrize(
    ("last", "mail", "named"),
    [
        (_SATO, {"owner": "kato"}, "佐藤花子"),
        (_SATO, {"owner": "kato", "locale": "en"}, "Hanako Sato"),
        # it is still the same person; nobody wrote before
        (_SATO, {"owner": "sato"}, None),
        (None, {"owner": "kato"}, None),
        # in a receipt as in a letter
        (_SATO, {"owner": "kato", "purpose": "service"}, "佐藤花子"),
        # from the marketing team, by name or as an owner
        (_SATO, {"owner": "kato", "sender": "mori"}, None),
        (_SATO, {"owner": "mori"}, None),
        # the default sender follows nobody: there is no owner, or one who left
        (LastLetter("kato@sample.example", "加藤実"), {"owner": None}, None),
        (LastLetter("kato@sample.example", "加藤実"), {"owner": "mori", "active": False}, None),
        # the marketing team is nobody's predecessor
        (LastLetter("mori@sample.example", "森由紀"), {"owner": "kato"}, None),
        # who has left the policy is still known by name in our team; else by none
        (LastLetter("maeda@sample.example", "前田直"), {"owner": "kato"}, "前田直"),
        (LastLetter("maeda@sample.example", ""), {"owner": "kato"}, None),
    ],
)
def test_a_predecessor_is_named_by_the_owner_who_follows(
    last: LastLetter | None, mail: dict[str, Any], named: str | None
) -> None:
    found = _told(Known({}, True, last), **mail)["predecessor"]
    assert (found and found["name"]) == named


def test_a_mail_of_service_is_nobodys_first_letter() -> None:
    assert _told(Known(), "kato")["first_mail"] is True
    assert _told(Known(), "kato", purpose="service")["first_mail"] is False
    assert "origin" not in _told(Known(), "kato")


def test_of_several_that_leave_together_one_is_the_first(house: House) -> None:
    person = house.person()
    row: Any = SimpleNamespace
    mails: list[Any] = [
        row(id=1, contact_id=person, purpose="service"),
        row(id=2, contact_id=person, purpose="marketing"),
        row(id=3, contact_id=person, purpose="survey"),
        row(id=4, contact_id=None, purpose="service"),
    ]
    with read(house.engine) as connection:
        found = load_for(connection, mails)
    assert [found[one].written_to for one in (1, 2, 3, 4)] == [False, False, True, False]
