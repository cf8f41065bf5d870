"""Pause, resume and hold: before the next body, and nothing is lost or sent late unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.errors import NotFoundError, NurtureError
from nurture.services import control
from tests.services.house import START, House
from tests.services.project import POLICY, project, workflow

ONE = workflow("a", "- {id: one, send: x/one, expires: 3d}\n- wait: 1d")


def _people(house: House, number: int, **values: object) -> list[int]:
    people = [house.person(f"p{i}@aozora.example", **values) for i in range(number)]
    for person in people:
        house.happens(person)
    return people


def test_resume_sends_the_backlog_at_the_policys_rate_and_drops_what_expired(
    house: House,
) -> None:
    house.publish(project(ONE, policy=POLICY + "resume: {per_hour: 2}\n"))
    control.pause(house.runtime, "everything", reason="障害")
    _people(house, 2)
    house.after(days=2)
    late = [house.person(f"late{i}@aozora.example") for i in range(3)]
    for person in late:
        house.happens(person)
    house.until(START + timedelta(days=3) - timedelta(seconds=1))
    assert house.to() == []
    house.clock.move(timedelta(seconds=1))
    assert control.backlog(house.runtime, "everything") == control.Backlog(2, 3)
    assert control.resume(house.runtime, "everything") == control.Backlog(2, 3)
    resumed = house.clock.now()
    house.after(hours=3)
    sent = [row.sent_at - resumed for row in house.rows(tables.message, state="sent")]
    assert sent == [timedelta(minutes=30) * index for index in range(3)]
    assert house.mails()[:2] == [("one", "cancelled", "expired")] * 2
    assert {row.state for row in house.rows(tables.enrolment)} == {"active"}


def test_a_backlog_can_be_thrown_away_and_journeys_go_on(house: House) -> None:
    house.publish(project(ONE))
    control.pause(house.runtime, "workflow", "a")
    _people(house, 3)
    house.turn()
    assert control.resume(house.runtime, "workflow", "a", discard=True).waiting == 3
    house.after(days=2)
    assert house.to() == []
    assert house.mails() == [("one", "cancelled", "withdrawn_by_hand")] * 3
    assert house.reasons(reason="withdrawn_by_hand") == [("dropped", "withdrawn_by_hand")] * 3
    assert house.enrolments() == [("a", "ended", "completed")] * 3


def test_a_mail_behind_two_pauses_waits_for_both(house: House) -> None:
    house.publish(project(ONE))
    control.pause(house.runtime, "everything")
    control.pause(house.runtime, "workflow", "a")
    _people(house, 1)
    house.turn()
    control.resume(house.runtime, "everything")
    house.turn()
    assert house.mails() == [("one", "deferred", "paused_workflow")]
    control.resume(house.runtime, "workflow", "a")
    house.turn()
    assert house.mails() == [("one", "sent", None)]


def test_a_pause_holds_only_what_it_names(house: House) -> None:
    other = workflow("b", "- {id: two, send: x/two, from: mori}")
    house.publish(project(ONE, other))
    control.pause(house.runtime, "workflow", "a")
    _people(house, 1)
    house.turn()
    assert house.mails() == [("one", "deferred", "paused_workflow"), ("two", "sent", None)]
    control.resume(house.runtime, "workflow", "a")
    control.pause(house.runtime, "sender", "mori")
    house.happens(1)
    house.turn()
    assert house.mails()[-1] == ("two", "deferred", "paused_sender")


OWNERS = workflow("a", "- {id: one, send: x/one, from: owner, expires: 3d}\n- wait: 1d")


def _moves_from_sato_to_mori(house: House) -> int:
    """Put a mail of a paused sender off, and give its reader to somebody else meanwhile."""
    house.publish(project(OWNERS))
    team = {row.key: row.id for row in house.rows(tables.team_member)}
    person = house.person(owner_id=team["sato"])
    control.pause(house.runtime, "sender", "sato")
    house.happens(person)
    house.turn()
    assert house.mails() == [("one", "deferred", "paused_sender")]
    house.change(tables.contact, person, owner_id=team["mori"])
    return person


@pytest.mark.parametrize("discard", [False, True])
def test_a_mail_whose_sender_changed_during_the_pause_is_not_forgotten(
    house: House, discard: bool
) -> None:
    """It is not the paused sender's any more: it goes even where that one's are thrown away."""
    _moves_from_sato_to_mori(house)
    assert control.backlog(house.runtime, "sender", "sato") == control.Backlog(0, 1)
    found = control.resume(house.runtime, "sender", "sato", discard=discard)
    assert found == control.Backlog(0, 0 if discard else 1)
    house.turn()
    assert house.mails() == [("one", "sent", None)]
    assert house.rows(tables.message)[0].sent_from == "mori@sample.example"


def test_a_mail_whose_new_sender_is_paused_too_waits_for_that_one(house: House) -> None:
    _moves_from_sato_to_mori(house)
    control.pause(house.runtime, "sender", "mori")
    assert control.resume(house.runtime, "sender", "sato") == control.Backlog(0, 0)
    house.turn()
    assert house.to() == []
    assert control.resume(house.runtime, "sender", "mori") == control.Backlog(0, 1)
    house.turn()
    assert house.mails() == [("one", "sent", None)]


def test_the_backlog_of_one_sender_is_left_alone_when_another_is_resumed(house: House) -> None:
    """It has its times already; another resume neither hurries it nor throws it away."""
    other = workflow("b", "- {id: two, send: x/two, from: mori, expires: 3d}")
    house.publish(project(OWNERS, other, policy=POLICY + "resume: {per_hour: 1}\n"))
    for name in ("sato", "mori"):
        control.pause(house.runtime, "sender", name)
    _people(house, 2)
    house.turn()
    control.resume(house.runtime, "sender", "sato")
    house.turn()
    waits = [(row.step, row.due_at) for row in house.rows(tables.message, state="deferred")]
    assert control.resume(house.runtime, "sender", "mori", discard=True) == control.Backlog(0, 2)
    house.turn()
    left = [(row.step, row.due_at) for row in house.rows(tables.message, state="deferred")]
    assert left == [one for one in waits if one[0] == "one"]
    assert len(left) == 1


def test_who_moved_to_an_account_on_hold_is_looked_at_again_when_the_hold_ends(
    house: House,
) -> None:
    house.publish(project(ONE))
    company = house.company(domain="aozora.example")
    (person,) = _people(house, 1)
    house.decide()
    house.change(tables.contact, person, account_id=company)
    control.hold(house.runtime, "aozora.example", "苦情の対応中")
    house.turn()
    assert house.mails() == [("one", "deferred", "account_hold")]
    assert control.unhold(house.runtime, "aozora.example")[1] == 1
    house.turn()
    assert house.mails() == [("one", "sent", None)]


def test_an_account_on_hold_gets_service_mails_alone(house: House) -> None:
    receipt = workflow("r", "- send: receipt/one", "trigger: [{form: c}]\npurpose: service")
    house.publish(project(ONE, receipt))
    company = house.company(domain="aozora.example")
    (person,) = _people(house, 1, account_id=company)
    control.hold(house.runtime, "aozora.example", "苦情の対応中")
    house.happens(person, "form.submitted", form="c")
    house.turn()
    states = {(step, state) for step, state, _ in house.mails()}
    assert states == {("one", "deferred"), ("receipt/one", "sent")}
    assert control.unhold(house.runtime, "aozora.example") == ("株式会社青空", 1)
    house.turn()
    assert len(house.to()) == 2


def test_what_cannot_be_paused_or_resumed_says_what_can(house: House) -> None:
    house.publish(project(ONE))
    with pytest.raises(NotFoundError, match="known: a"):
        control.pause(house.runtime, "workflow", "nothing")
    with pytest.raises(NotFoundError, match="mori, sato"):
        control.pause(house.runtime, "sender", "nobody")
    with pytest.raises(NurtureError, match="everything, a workflow or a sender"):
        control.pause(house.runtime, "weather")
    with pytest.raises(NotFoundError, match="not paused"):
        control.resume(house.runtime, "everything")
    with pytest.raises(NotFoundError):
        control.hold(house.runtime, "nobody.example", "")
    for _ in range(2):
        house.company("同名")
    with pytest.raises(NurtureError, match="use the domain"):
        control.hold(house.runtime, "同名", "")
