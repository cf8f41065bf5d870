"""A mail that waits for somebody's look: let go, kept back, or decided by time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.services import glances
from nurture.services.task_actions import NotOfferedError, act
from tests.services.asking import files, happy
from tests.services.house import START, House
from tests.services.project import SCORING, project, workflow


def _begin(house: House, otherwise: str, **said: bool) -> int:
    review = f"{{by: owner, for: 4h, otherwise: {otherwise}}}"
    house.publish(
        project(workflow("a", f"- {{id: one, send: x/one, expires: 2d, review: {review}}}"))
    )
    sato = house.rows(tables.team_member, key="sato")[0].id
    contact = house.person(owner_id=sato)
    house.happens(contact, **said)
    house.turn()
    return contact


def _task(house: House) -> int:
    (task,) = house.rows(tables.task, kind="mail-review")
    return int(task.id)


def test_nothing_leaves_before_its_owner_has_looked_and_then_at_once(house: House) -> None:
    _begin(house, "hold")
    house.after(hours=1)
    assert house.to() == []
    task = house.row(tables.task, _task(house))
    assert task.due_at == START + timedelta(hours=4)
    letter = glances.letter(house.runtime, task.result["message"])
    assert letter is not None and letter.subject == "件名" and "田中様" in letter.text
    act(house.runtime, task.id, "approved", {}, "sato", "mail")
    # Pressed twice.
    assert act(house.runtime, task.id, "approved", {}, "sato", "mail").status == "already"
    house.turn()
    assert house.to() == ["tanaka@aozora.example"]
    assert house.row(tables.task, task.id).state == "done"
    assert glances.letter(house.runtime, task.result["message"]) is None


def test_what_was_kept_back_never_leaves_and_its_journey_goes_on(house: House) -> None:
    contact = _begin(house, "send")
    act(house.runtime, _task(house), "withheld", {"note": "電話で伝えた"}, "sato", "mail")
    house.after(days=3)
    assert house.to() == []
    assert house.mails()[0][1:] == ("cancelled", "withheld")
    assert house.enrolments() == [("a", "ended", "completed")]
    assert ("dropped", "withheld") in house.reasons(contact_id=contact)


@pytest.mark.parametrize(("otherwise", "gone"), [("send", 1), ("hold", 0)])
def test_where_nobody_looks_the_step_says_what_becomes_of_it(
    house: House, otherwise: str, gone: int
) -> None:
    _begin(house, otherwise)
    house.until(START + timedelta(hours=4, seconds=-1))
    assert house.to() == []
    house.after(seconds=1)
    assert len(house.to()) == gone
    house.after(days=3)
    assert len(house.to()) == gone
    # Nobody has anything left to decide.
    assert house.row(tables.task, _task(house)).state == "cancelled"
    if not gone:
        assert house.mails()[0][1:] == ("cancelled", "expired")


def test_a_letter_that_nobody_looks_at_is_told_to_somebody_else(house: House) -> None:
    escalate = "handoff: {at: mql, escalate: {after: 4h, to: mori},"
    scoring = SCORING.replace("handoff: {at: mql,", escalate)
    steps = "- {id: one, send: x/one, expires: 2d, review: {by: owner, for: 4h, otherwise: hold}}"
    house.publish(project(workflow("a", steps), scoring=scoring))
    sato = house.rows(tables.team_member, key="sato")[0].id
    house.happens(house.person(owner_id=sato))
    house.after(hours=9)
    (late,) = house.rows(tables.task, kind="escalation")
    mori = house.rows(tables.team_member, key="mori")[0].id
    assert late.assignee_id == mori and "件名" not in late.title
    assert house.to() == []


def test_news_of_a_referral_needs_no_look_where_the_event_says_so_and_a_request_does(
    house: House,
) -> None:
    step = "- {id: one, send: x/one, expires: 2d, review: {by: owner, for: 4h, otherwise: hold}}"
    news = workflow("news", step).replace("purpose: marketing", "purpose: progress")
    assert "progress" in news
    house.publish(project(news, workflow("request", step)))
    house.happens(house.person(), review=False)
    house.turn()
    sent = [row.workflow for row in house.rows(tables.message, state="sent") if row.workflow]
    assert sent == ["news"]
    assert len(house.rows(tables.task, kind="mail-review")) == 1


def test_such_a_task_offers_those_two_answers_alone(house: House) -> None:
    _begin(house, "hold")
    with pytest.raises(NotOfferedError):
        act(house.runtime, _task(house), "done", {}, "sato", "mail")


def test_a_request_may_wait_for_a_look_and_counts_for_nothing_if_it_is_kept_back(
    house: House,
) -> None:
    ask = "- {id: ask, ask_referral: default, timing: result_reported, review: {by: owner}}"
    house.publish(files(steps=ask))
    sato = house.rows(tables.team_member, key="sato")[0].id
    people = [happy(house, f"{name}@aozora.example") for name in ("a", "b")]
    for person in people:
        house.change(tables.contact, person, owner_id=sato)
        house.happens(person)
    house.turn()
    first, second = house.rows(tables.task, kind="mail-review")
    shown = glances.letter(house.runtime, first.result["message"])
    # What they will read is shown to whoever decides, whom we look for and how to say no.
    assert shown is not None
    assert "転記にお困りの方" in shown.text
    assert "心当たりがない https://links.sample.example/a/" in shown.text
    act(house.runtime, first.id, "withheld", {}, "sato", "mail")
    act(house.runtime, second.id, "approved", {}, "sato", "mail")
    house.turn()
    kept, sent = house.rows(tables.referral_ask)
    assert (kept.void, sent.void) == (True, False)
    told = [one.contact_id for one in house.rows(tables.event) if one.type == "referral.asked"]
    assert told == [sent.contact_id]
