"""What servers answer, what does not render, and what a mail remembers."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from typing import Any

import pytest

from nurture.db import tables
from nurture.providers.base import Answer, Outcome, Stage
from tests.services.house import START, House
from tests.services.project import letter, project, workflow

ONE = workflow("a", "- id: one\n  send: x/one\n- wait: 1d\n- id: two\n  send: x/two")
ADDRESS = "tanaka@aozora.example"


def _answer(
    outcome: Outcome, code: int | None, text: str, stage: Stage, **more: Any
) -> list[Answer]:
    return [Answer(outcome, code, text, stage=stage, **more)]


BUSY = _answer(Outcome.DEFERRED, 451, "4.7.1 greylisted, come back", Stage.RECIPIENT)
TAKEN = _answer(Outcome.ACCEPTED, 250, "2.0.0 OK", Stage.BODY)
UNKNOWN = _answer(Outcome.REJECTED, 550, "5.1.1 user unknown", Stage.RECIPIENT)
SPAM = _answer(Outcome.REJECTED, 554, "5.7.1 looks like spam", Stage.BODY)
SENDER = _answer(Outcome.REJECTED, 550, "5.1.8 bad sender", Stage.SENDER)
NO_RELAY = _answer(Outcome.DEFERRED, None, "no connection to the relay", Stage.SESSION)
BAD_LOGIN = _answer(Outcome.REJECTED, 535, "5.7.8 who are you", Stage.SESSION)
HUNG_UP = _answer(Outcome.NOT_SENT, None, "ended before the body", Stage.DATA)
DOUBT = _answer(Outcome.IN_DOUBT, None, "no answer to the mail", Stage.BODY)

FATES: list[tuple[str, list[Answer], tuple[str, str | None], str | None, bool]] = [
    # (name, answers, state and reason at once, outcome of the step, the next mail goes out)
    ("accepted", TAKEN, ("sent", None), "sent", True),
    # the address is dead: nothing more goes there
    ("unknown user", UNKNOWN, ("bounced", "rejected"), "failed", False),
    # the content is refused: the address is not to blame
    ("spam", SPAM, ("failed", "rejected"), "failed", True),
    ("bad sender", SENDER, ("failed", "rejected"), "failed", True),
    ("in doubt", DOUBT, ("in_doubt", "in_doubt"), "in_doubt", True),
    # not over yet: it holds its journey
    ("greylisted", BUSY, ("deferred", "try_later"), None, False),
    ("no relay", NO_RELAY, ("deferred", "try_later"), None, False),
    ("our login is refused", BAD_LOGIN, ("deferred", "try_later"), None, False),
    ("hung up before the body", HUNG_UP, ("deferred", "not_sent"), None, False),
]


@pytest.mark.parametrize(
    ("answers", "then", "outcome", "goes_on"),
    [fate[1:] for fate in FATES],
    ids=[fate[0] for fate in FATES],
)
def test_every_answer_has_its_fate(
    house: House,
    answers: list[Answer],
    then: tuple[str, str | None],
    outcome: str | None,
    goes_on: bool,
) -> None:
    house.publish(project(ONE))
    house.provider.script(ADDRESS, answers)
    person = house.person()
    house.happens(person)
    house.turn()
    assert house.mails() == [("one", *then)]
    (row,) = house.rows(tables.enrolment)
    assert row.memory["steps"]["one"]["outcome"] == outcome
    assert len(house.rows(tables.attempt)) == 1
    assert house.rows(tables.decision, message_id=1)[-1].kind == then[0]
    house.provider.script(ADDRESS, TAKEN)
    if outcome is not None:
        house.after(days=2)
        assert [step for step, state, _ in house.mails() if state == "sent"].count("two") == goes_on


def test_a_mail_in_doubt_is_never_sent_again(house: House) -> None:
    house.publish(project(ONE))
    house.provider.script(ADDRESS, [*DOUBT, *TAKEN])
    house.happens(house.person())
    house.after(days=30)
    assert house.mails() == [("one", "in_doubt", "in_doubt"), ("two", "sent", None)]
    assert len(house.provider.answered) == 2


def test_a_dead_address_is_suppressed_and_its_bounce_is_an_event(house: House) -> None:
    house.publish(project(ONE))
    house.provider.script(ADDRESS, UNKNOWN)
    person = house.person()
    house.happens(person)
    house.after(days=2)
    assert house.mails()[1] == ("two", "cancelled", "suppressed")
    (bounce,) = house.events("email.bounced")
    assert (bounce.contact_id, bounce.properties["hard"]) == (person, True)
    assert len(house.rows(tables.suppression)) == 1
    assert len(house.provider.answered) == 1


def test_a_server_that_asks_to_wait_is_asked_by_the_rhythm_of_rfc_5321(house: House) -> None:
    house.publish(project(ONE))
    house.provider.script(ADDRESS, BUSY)
    house.happens(house.person())
    house.after(days=6)
    tries = [row.at - START for row in house.rows(tables.attempt, message_id=1)]
    assert tries[:3] == [timedelta(0), timedelta(minutes=20), timedelta(minutes=55)]
    pauses = {later - earlier for earlier, later in pairwise(tries[2:])}
    assert pauses == {timedelta(hours=2, minutes=30)}
    assert timedelta(days=4) <= tries[-1] <= timedelta(days=5)
    assert house.mails()[0] == ("one", "failed", "too_many_tries")
    assert house.rows(tables.message)[0].tries == len(tries)


def test_a_hint_of_seconds_is_obeyed(house: House) -> None:
    house.publish(project(ONE))
    hint = _answer(
        Outcome.DEFERRED, 421, "try later", Stage.RECIPIENT, retry_after=timedelta(seconds=300)
    )
    house.provider.script(ADDRESS, [*hint, *TAKEN])
    house.happens(house.person())
    house.after(hours=1)
    assert [row.at - START for row in house.rows(tables.attempt)] == [
        timedelta(0),
        timedelta(seconds=300),
    ]


def test_a_relay_that_is_away_uses_up_no_try_and_the_mail_goes_when_it_is_back(
    house: House,
) -> None:
    house.publish(project(ONE))
    house.provider.script(ADDRESS, [*(NO_RELAY * 5), *TAKEN])
    house.happens(house.person())
    house.after(minutes=5)
    mail = house.rows(tables.message)[0]
    assert (mail.state, mail.tries) == ("sent", 0)
    assert len(house.rows(tables.attempt)) == 6


def test_a_busy_server_does_not_hold_up_other_domains(house: House) -> None:
    house.publish(project(ONE))
    house.provider.script("*@busy.example", BUSY)
    for address in ("a@busy.example", "b@aozora.example", "c@busy.example", "d@oozora.example"):
        house.happens(house.person(address))
    house.turn()
    assert house.to() == ["b@aozora.example", "d@oozora.example"]


def test_a_mail_that_waits_for_a_busy_server_is_dropped_when_its_time_is_over(
    house: House,
) -> None:
    house.publish(project(workflow("a", "- id: one\n  send: x/one\n  expires: 1h")))
    house.provider.script(ADDRESS, BUSY)
    house.happens(house.person())
    house.after(hours=2)
    assert house.mails()[0] == ("one", "cancelled", "expired")
    (dropped,) = house.rows(tables.decision, kind="dropped")
    assert dropped.at == START + timedelta(hours=1)


BROKEN = [
    # (what the letter says, the reason)
    ("{{ contact.budget }}", "does_not_render"),  # a missing value without a default
    ("{{ 1 / contact.seats }}", "does_not_render"),
    ("{{ contact.seats + contact.family_name }}", "does_not_render"),
    ("{% for i in range(100000000) %}x{% endfor %}", "does_not_render"),
    ("{{ contact.family_name.__class__ }}", "does_not_render"),
    ("{% if contact.seats %}", "does_not_render"),  # does not even compile
]


@pytest.mark.parametrize(("body", "why"), BROKEN)
def test_a_mail_that_does_not_render_fails_visibly_and_others_go(
    house: House, body: str, why: str
) -> None:
    broken = workflow("broken", "- id: bad\n  send: x/bad\n- send: x/after")
    house.store(project(broken, ONE, t_x__bad=letter(body)))
    poor = house.person("poor@aozora.example", fields={"seats": 0})
    house.happens(poor)
    house.turn()
    by_step = {step: (state, reason) for step, state, reason in house.mails()}
    assert by_step["bad"] == ("failed", why)
    assert by_step["one"] == by_step["x/after"] == ("sent", None)
    (row,) = house.rows(tables.decision, reason=why)
    assert (row.kind, row.step) == ("failed", "bad")
    assert row.detail["why"]


def test_without_name_and_company_there_is_nobody_to_address(house: House) -> None:
    house.publish(project(ONE))
    house.happens(house.person("info@nowhere.example", family_name=None))
    house.turn()
    assert house.mails() == [("one", "cancelled", "no_addressee")]
    assert ("dropped", "no_addressee") in house.reasons()


def test_a_template_that_the_live_release_lacks_is_read_from_the_newest_that_had_it(
    house: House,
) -> None:
    house.publish(project(ONE, t_x__two=letter("一番古い")))
    house.publish(project(ONE, t_x__two=letter("二番目")))
    house.happens(house.person())
    house.turn()
    done = house.publish(project(workflow("b", "- wait: 1d", "trigger: [{form: n}]")))
    assert sorted(done.needed.templates) == [("a", "x/one", 1), ("a", "x/two", 1)]
    house.after(days=2)
    assert house.mails()[-1] == ("two", "sent", None)
    assert "二番目".encode() in _text(house.provider.accepted[-1].data)


def _text(raw: bytes) -> bytes:
    body = message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).encode()


def test_a_template_that_no_release_ever_had_fails_visibly(house: House) -> None:
    files = project(ONE)
    del files["templates/email/x/one.ja.md"]
    house.store(files)
    house.happens(house.person())
    house.turn()
    assert house.mails() == [("one", "failed", "no_template")]


def test_all_tries_of_a_mail_share_one_message_id_and_the_last_values(house: House) -> None:
    house.publish(project(ONE, t_x__one=letter("{{ contact.budget }} {{ today | date }}")))
    house.provider.script(ADDRESS, [*BUSY, *TAKEN])
    person = house.person(fields={"budget": "100万円"})
    house.happens(person)
    house.turn()
    house.change(tables.contact, person, fields={"budget": "900万円"})
    house.after(hours=1)
    first, second = (envelope for envelope, _ in house.provider.answered)
    ids = [
        raw.split(b"Message-ID:")[1].split(b"\n")[0].strip() for raw in (first.data, second.data)
    ]
    assert ids[0] == ids[1]
    assert "100万円".encode() in _text(first.data)
    assert "900万円".encode() in _text(second.data)
    assert house.rows(tables.message)[0].values["contact"]["budget"] == "900万円"


def test_a_notice_to_the_team_leaves_at_once_without_consent_or_caps(house: House) -> None:
    caps = "  - {id: c, per: contact, mails: 1, within: 30d}"
    steps = "- notify: {to: owner, text: 電話をお願いします}\n- notify: {to: marketing, text: 見て}"
    house.publish(project(workflow("n", steps), caps=caps))
    (mori,) = house.rows(tables.team_member, key="mori")
    house.happens(house.person(owner_id=mori.id, consent=()))
    house.happens(house.person("b@aozora.example", consent=()))  # without an owner
    house.turn()
    assert sorted(house.to()) == [
        *["mori@sample.example"] * 3,
        "sato@sample.example",
    ]
    assert "電話をお願いします".encode() in _text(house.provider.accepted[0].data)
