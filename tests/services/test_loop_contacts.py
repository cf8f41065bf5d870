"""An unhappy customer counts as contacted by what their owner records, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nurture.db import tables as t
from nurture.services import survey_loops
from nurture.services.task_actions import act
from tests.services.desk import FILES, Desk
from tests.services.house import House
from tests.services.project import workflow

RECOVERY = workflow(
    "recovery",
    "- {id: call, task: {for: owner, title: お詫びの電話, due: 1d, kind: call}}\n"
    "- id: contact\n"
    "  wait_for: [{event: nps.loop_contacted}]\n"
    "  within: 5d\n"
    "  then: [{end: contacted}]\n"
    "  otherwise: [{end: silent}]",
    "purpose: survey\ntrigger: [{event: nps.loop_opened}]\nreentry: always",
)


class Unhappy:
    """A customer whose answer is followed up, and their owner's desk."""

    def __init__(self, house: House) -> None:
        self.house, self.desk = house, Desk(house)
        house.publish({**FILES, "workflows/recovery.yaml": RECOVERY.encode()})
        self.who = self.desk.lead(lifecycle="customer")
        self.loop = self.opens(self.who)
        house.turn()

    def opens(self, who: int) -> int:
        now = self.house.clock.now()
        key = f"s/{len(self.house.rows(t.survey_invitation))}"
        asked = self.house.add(
            t.survey_invitation, dedupe_key=key, survey="nps", round="2026-Q2", contact_id=who,
            asked_at=now, answered_at=now, score=2,
        )  # fmt: skip
        loop = self.house.add(
            t.survey_loop, invitation_id=asked, contact_id=who, state="open", opened_at=now
        )
        self.house.happens(who, "nps.loop_opened", loop=loop, survey="nps", score=2)
        return loop

    def task(self, kind: str = "call") -> int:
        (row,) = self.house.rows(t.task, kind=kind, state="open", contact_id=self.who)
        return int(row.id)

    def press(self, task: int, action: str, **answers: Any) -> None:
        self.house.clock.move(timedelta(hours=1))
        act(self.house.runtime, task, action, answers, "nakamura", "mail")
        self.house.turn()

    def state(self) -> str:
        return str(self.house.row(t.survey_loop, self.loop).state)

    def told(self) -> list[dict[str, Any]]:
        return [dict(row.properties) for row in self.house.events("nps.loop_contacted")]


@pytest.fixture
def unhappy(house: House) -> Unhappy:
    return Unhappy(house)


def test_a_call_in_which_they_were_spoken_to_is_contact_and_told_once(unhappy: Unhappy) -> None:
    unhappy.press(unhappy.task(), "called", result="talked")
    assert unhappy.state() == "contacted"
    assert unhappy.told() == [
        {"loop": unhappy.loop, "survey": "nps", "round": "2026-Q2", "how": "call", "by": "nakamura"}
    ]
    assert unhappy.house.enrolments(workflow="recovery") == [("recovery", "ended", "contacted")]
    row = unhappy.house.row(t.survey_loop, unhappy.loop)
    assert row.contacted_at == unhappy.house.clock.now()
    # Said once more, by whatever way, it stays one.
    unhappy.house.happens(unhappy.who, "call.logged", result="talked")
    unhappy.house.turn()
    assert survey_loops.move(unhappy.house.runtime, unhappy.loop, "contacted", "sato").already
    unhappy.house.turn()
    assert len(unhappy.told()) == 1


def test_a_call_that_nobody_answered_is_none_and_the_next_one_counts(unhappy: Unhappy) -> None:
    unhappy.press(unhappy.task(), "called", result="no_answer")
    assert (unhappy.state(), unhappy.told()) == ("open", [])
    unhappy.press(unhappy.task(), "called", result="later", revisit_at="2026-09-01")
    assert unhappy.state() == "contacted"


def test_the_follow_ups_own_task_done_is_contact_and_another_task_is_not(unhappy: Unhappy) -> None:
    other = unhappy.desk.task(unhappy.who, "todo")
    unhappy.press(other, "done")
    assert unhappy.state() == "open"
    late = unhappy.desk.task(unhappy.who, "escalation")
    unhappy.press(late, "done")
    assert unhappy.state() == "open"
    unhappy.press(unhappy.task(), "done", note="メールでお詫びした")
    assert (unhappy.state(), unhappy.told()[0]["how"]) == ("contacted", "task")


def test_an_answer_to_their_reply_is_contact(unhappy: Unhappy) -> None:
    house = unhappy.house
    house.clock.move(timedelta(hours=2))
    house.happens(unhappy.who, "email.replied", subject="Re: お詫び", text="実は…")
    house.turn()
    assert unhappy.state() == "open"
    unhappy.press(unhappy.task("reply"), "done", note="返信した")
    assert (unhappy.state(), unhappy.told()[0]["how"]) == ("contacted", "reply")


def test_what_happened_before_the_answer_is_no_contact(unhappy: Unhappy) -> None:
    before = unhappy.house.clock.now() - timedelta(days=1)
    unhappy.house.happens(unhappy.who, "call.logged", result="talked", at=before)
    unhappy.house.turn()
    assert unhappy.state() == "open"


def test_what_is_resolved_or_closed_already_stays_so(unhappy: Unhappy) -> None:
    survey_loops.move(unhappy.house.runtime, unhappy.loop, "resolved", "sato", "様式を直した")
    unhappy.house.turn()
    unhappy.press(unhappy.task(), "called", result="talked")
    assert (unhappy.state(), unhappy.told()) == ("resolved", [])


def test_a_call_with_a_duplicate_of_theirs_is_a_call_with_them(unhappy: Unhappy) -> None:
    house = unhappy.house
    survivor = house.person("t@aozora.example", lifecycle="customer")
    house.change(t.contact, unhappy.who, merged_into=survivor)
    house.clock.move(timedelta(hours=1))
    house.happens(survivor, "call.logged", result="talked")
    house.turn()
    assert unhappy.state() == "contacted"
    assert [row.contact_id for row in house.events("nps.loop_contacted")] == [survivor]
