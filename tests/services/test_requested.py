"""What somebody asked for reaches them, whatever they turned off; nothing comes after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.domain.workflow import Purpose
from nurture.services.unsubscribe import unsubscribe
from tests.services.desk import Desk
from tests.services.project import POLICY, project, workflow

_TOPIC = "topics: [{topic: letters, title: お便り}]\n"
_PAPER = """
- {id: paper, send: receipt/paper, purpose: service, window: office}
- wait: 1d
- {id: more, send: x/more}
- branch:
    - if: {expr: "steps.more.outcome == 'dropped'"}
      steps: [{end: quiet}]
"""
_HEAD = "trigger: [{downloaded: true}]\ntopic: letters"


@pytest.mark.parametrize("state", ["withdrawn", None], ids=["opted out", "never agreed"])
def test_a_request_is_answered_without_consent_and_nothing_follows(
    desk: Desk, state: str | None
) -> None:
    house = desk.house
    house.publish(project(workflow("a", _PAPER, _HEAD), policy=POLICY + _TOPIC))
    person = house.person(consent=())
    if state:
        house.consent(person, "marketing", state)
    for _ in range(2):
        house.happens(person, "document.downloaded", key="the same click twice")
    house.after(days=3)
    paper, more = house.rows(tables.message)
    assert (paper.state, paper.purpose, paper.topic) == ("sent", "service", None)
    why = "unsubscribed" if state else "no_consent"
    assert (more.state, more.reason, more.topic) == ("cancelled", why, "letters")
    assert house.enrolments() == [("a", "ended", "quiet")]
    (envelope,) = house.provider.accepted
    assert b"List-Unsubscribe" not in envelope.data


@pytest.mark.parametrize("walked", [False, True], ids=["before the walk", "while it waits"])
def test_who_asks_and_then_opts_out_still_gets_what_they_asked_for(
    desk: Desk, walked: bool
) -> None:
    house = desk.house
    house.publish(project(workflow("a", _PAPER, _HEAD), policy=POLICY + _TOPIC))
    house.clock.move(timedelta(hours=8))  # the office is shut until tomorrow
    person = house.person()
    house.happens(person, "document.downloaded")
    if walked:
        house.turn()
    assert unsubscribe(house.runtime, person, 0, [Purpose.MARKETING]).ended_journeys == 0
    house.after(days=3)
    assert [(s, r) for s, _, r in house.mails()] == [("paper", None), ("more", "unsubscribed")]


def test_who_opts_out_after_it_leaves_the_journey(desk: Desk) -> None:
    house = desk.house
    house.publish(project(workflow("a", _PAPER, _HEAD), policy=POLICY + _TOPIC))
    person = house.person()
    house.happens(person, "document.downloaded")
    house.after(hours=1)
    assert unsubscribe(house.runtime, person, 0).ended_journeys == 1
    house.after(days=3)
    assert [step for step, _, _ in house.mails()] == ["paper"]
