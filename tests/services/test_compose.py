"""Contacts of whom something is not known: each mail reads right, or is stopped visibly."""

from __future__ import annotations

from email import message_from_bytes, policy
from itertools import product

import pytest

from nurture.db import tables
from tests.services.house import House
from tests.services.project import POLICY, letter, project, workflow

_HEAD = "trigger: [{event: page.viewed}]"
_JA = letter("{{ sender.company }}の{{ sender.name }}です。{{ contact | short_name }}")
_EN = letter("This is {{ sender.name }}.", "Subject").replace("見る", "See")
_POLICY = POLICY.replace("{default: ja}", "{default: ja, also: [en]}")
_FILES = {
    **project(workflow("w", "- send: x/y", _HEAD), policy=_POLICY, t_x__y=_JA),
    "templates/email/x/y.en.md": _EN.encode(),
    "templates/email/team/notify.en.md": b"---\nsubject: Notice\n---\n{{ notice.text }}\n",
}

#: (name, company) → the line that addresses the reader in Japanese and in English;
#: None: there is nobody to address
_LINES = {
    (True, True): ("株式会社青空 営業部 部長 田中花子様", "Dear 田中花子"),
    (False, True): ("株式会社青空 営業部 ご担当者様", "Hello"),
    (True, False): ("田中花子様", "Dear 田中花子"),
    (False, False): (None, "Hello"),
}
#: locale of the contact → the mail's: theirs, theirs by language, the policy's
_LOCALES = {"ja": "ja", "en": "en", "en-GB": "en", None: "ja", "fr": "ja", "": "ja"}
_SHOWN = {
    ("ja", True): "森由紀（株式会社見本）",
    ("ja", False): "佐藤花子（株式会社見本）",
    ("en", True): "Yuki Mori, Sample, Inc.",
    ("en", False): "Hanako Sato, Sample, Inc.",
}


def test_whatever_is_missing_a_mail_reads_right_or_says_why_not(house: House) -> None:
    house.publish(_FILES)
    owner = next(row.id for row in house.rows(tables.team_member, key="mori"))
    account = house.company("㈱青空 御中")
    cases = list(product((True, False), (True, False), _LOCALES, (True, False)))
    people = {}
    for number, (named, employed, locale, owned) in enumerate(cases):
        people[number] = house.person(
            f"p{number}@aozora.example",
            family_name="田中" if named else None,
            given_name="花子 様" if named else None,
            department="営業部" if employed else None,
            title="部長様" if employed else None,
            account_id=account if employed else None,
            owner_id=owner if owned else None,
            locale=locale,
        )
        house.happens(people[number])
    house.turn()
    mails = {
        one.recipient: message_from_bytes(one.data, policy=policy.default)
        for one in house.provider.accepted
    }
    for number, (named, employed, locale, owned) in enumerate(cases):
        written_in = _LOCALES[locale]
        line = _LINES[named, employed][written_in == "en"]
        (row,) = house.rows(tables.message, contact_id=people[number])
        if line is None:
            assert (row.state, row.reason) == ("cancelled", "no_addressee")
            continue
        mail = mails[f"p{number}@aozora.example"]
        part = mail.get_body(("plain",))
        assert part is not None
        assert part.get_content().splitlines()[0] == line
        assert mail["From"].addresses[0].display_name == _SHOWN[written_in, owned]
        assert "None" not in part.get_content()
        assert row.locale == written_in


@pytest.mark.parametrize("value", ["", None])
def test_a_value_that_a_letter_cannot_do_without_stops_it_with_its_name(
    house: House, value: str | None
) -> None:
    house.publish(
        project(workflow("w", "- send: x/y", _HEAD), t_x__y=letter("{{ contact.phone }}"))
    )
    person = house.person(phone=value)
    house.happens(person)
    house.turn()
    assert house.mails() == [("x/y", "failed", "does_not_render")]
    (why,) = [row.detail for row in house.rows(tables.decision, reason="does_not_render")]
    assert "contact.phone is missing" in why["why"]


def test_an_owner_who_left_gives_way_to_the_default_sender(house: House) -> None:
    house.publish(_FILES)
    owner = next(row.id for row in house.rows(tables.team_member, key="mori"))
    house.change(tables.team_member, owner, active=False)
    house.happens(house.person(owner_id=owner))
    house.turn()
    mail = message_from_bytes(house.provider.accepted[0].data, policy=policy.default)
    assert mail["From"].addresses[0].addr_spec == "sato@sample.example"
