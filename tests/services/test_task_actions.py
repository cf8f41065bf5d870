"""What salespeople press: events once, tasks closed, deals named, on both databases."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from nurture.db import tables
from nurture.errors import NotFoundError, NurtureError
from nurture.services.task_actions import (
    Acted,
    AnswersError,
    NotOfferedError,
    NotYoursError,
    act,
)
from tests.services.desk import Desk
from tests.services.house import House

MEETING = {"day": "2026-05-20", "time": "14:00", "attendees": "山田部長", "decider": "yes"}


@pytest.fixture
def both(house: House) -> Desk:
    """Return a desk on both databases, for what locks or writes."""
    return Desk(house)


def _press(desk: Desk, task: int, action: str, **answers: Any) -> Acted:
    return act(desk.house.runtime, task, action, answers, "nakamura", "mail")


def _told(desk: Desk) -> list[tuple[str, dict[str, Any]]]:
    rows = desk.house.rows(tables.event, source="task")
    return [(row.type, row.properties) for row in rows]


def test_a_call_is_an_event_and_closes_its_task_at_once(both: Desk) -> None:
    who = both.lead()
    task = both.task(who, review_at=both.house.clock.now())
    done = _press(both, task, "called", result="talked", need="転記", note="前向き")
    assert (done.status, done.by, done.over) == ("recorded", "中村健", True)
    row = both.house.row(tables.task, task)
    assert (row.state, row.outcome, row.done_by) == ("done", "called", both.members["nakamura"])
    assert (row.done_at, row.review_at) == (both.house.clock.now(), None)
    assert _told(both) == [
        (
            "call.logged",
            {
                **{"result": "talked", "need": "転記", "note": "前向き"},
                **{"by": "nakamura", "task": task, "via": "mail"},
            },
        )
    ]
    both.house.decide()
    assert both.house.contact(who).fields["need"] == "転記"


def test_the_same_form_sent_twice_does_it_once(desk: Desk) -> None:
    task = desk.task(desk.lead(), "quote")
    for revision in (0, 0):
        done = act(
            desk.house.runtime, task, "meeting_set", MEETING, "nakamura", "mail", revision=revision
        )
    assert (done.status, done.by) == ("already", "中村健")
    assert len(desk.house.events("deal.meeting_set")) == 1
    # a form of now is another date, not the same one again
    again = act(desk.house.runtime, task, "meeting_set", MEETING, "nakamura", "mail", revision=1)
    assert again.status == "recorded"


def _sent(desk: Desk, task: int, action: str, revision: int, **answers: Any) -> Acted:
    further = bool(answers.pop("further", False))
    return act(
        desk.house.runtime, task, action, answers, "nakamura", "mail", revision, further=further
    )


def test_what_is_learnt_on_a_second_try_is_not_taken_for_a_double_press(desk: Desk) -> None:
    who = desk.lead()
    task = desk.task(who)
    assert _sent(desk, task, "called", 0, result="no_answer").status == "recorded"
    # back in the browser, and the same form again with what the next try brought
    learnt = {"result": "qualified", "budget": "今期300万円"}
    told = _sent(desk, task, "called", 0, **learnt)
    assert (told.status, told.said, told.adds) == ("differs", {"result": "no_answer"}, True)
    assert len(desk.house.events("call.logged")) == 1
    for expected in ("recorded", "already"):
        assert _sent(desk, task, "called", told.revision, **learnt).status == expected
    desk.house.decide()
    assert desk.house.contact(who).fields["budget"] == "今期300万円"


def test_a_closed_task_takes_another_answer_only_when_told_to(desk: Desk) -> None:
    who = desk.lead()
    task = desk.task(who)
    _sent(desk, task, "called", 0, result="talked")
    learnt = {"result": "qualified", "need": "転記"}
    cases = (
        # sent again as it was, an empty line more or less
        (0, {"result": "talked", "note": " "}, "already"),
        (0, learnt, "differs"),
        # a form of now on a task that is over
        (1, learnt, "differs"),
        (1, {**learnt, "further": True}, "recorded"),
        (1, {**learnt, "further": True}, "already"),
        # a number that no form of ours has
        (9999, {**learnt, "further": True}, "already"),
    )
    for revision, answers, expected in cases:
        assert _sent(desk, task, "called", revision, **answers).status == expected, answers
    assert len(desk.house.events("call.logged")) == 2
    # what can be done once is not done twice with another reason
    lost = desk.task(who, "quote")
    _sent(desk, lost, "returned", 0, reason="no_need")
    told = _sent(desk, lost, "returned", 0, reason="no_budget", further=True)
    assert (told.status, told.adds, told.said) == ("differs", False, {"reason": "no_need"})


def test_two_browsers_at_the_same_moment_do_it_once(both: Desk) -> None:
    task = both.task(both.lead())
    found: list[Acted] = []

    def press() -> None:
        form = {"result": "talked"}
        found.append(act(both.house.runtime, task, "called", form, "nakamura", "mail", revision=0))

    threads = [threading.Thread(target=press) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.status for one in found) == ["already"] * 3 + ["recorded"]
    assert len(both.house.events("call.logged")) == 1


def test_a_task_that_somebody_else_closed_says_so_and_takes_nothing(desk: Desk) -> None:
    task = desk.task(desk.lead())
    act(desk.house.runtime, task, "called", {"result": "talked"}, "ueda", "team")
    done = _press(desk, task, "returned", reason="no_need")
    assert (done.status, done.action, done.by) == ("closed", "called", "上田麻衣")
    assert desk.house.events("lead.returned") == []


def test_the_first_meeting_opens_a_deal_and_the_next_news_goes_on_with_it(both: Desk) -> None:
    who = both.lead(lifecycle="sal")
    first, second = both.task(who, "meeting"), both.task(who, "quote")
    _press(both, first, "meeting_set", **MEETING)
    # nobody has taken the opening in yet: it is the deal under way all the same
    _press(both, second, "meeting_set", **{**MEETING, "day": "2026-05-21"})
    both.house.decide()
    third = both.task(who, "record")
    _press(both, third, "met", decider_met="on", next_step="見積書", next_at="2026-05-25")
    both.house.decide()
    _press(both, both.task(who, "quote"), "proposed", amount="120万")
    both.house.decide()
    _press(both, both.task(who, "todo"), "won", amount="1,100,000")
    both.house.decide()
    (deal,) = both.house.rows(tables.deal)
    assert (deal.external_id, deal.stage, deal.amount) == (f"D-{first}", "won", 1_100_000)
    assert [kind for kind, _ in _told(both)] == [
        *("deal.opened", "deal.meeting_set", "deal.meeting_set"),
        *("deal.met", "deal.proposed", "deal.won"),
    ]


#: (what the CRM called it, how news names it)
DEALS = [("CRM-7", "CRM-7"), (None, "#1")]


@pytest.mark.parametrize(("called", "named"), DEALS)
def test_the_deal_of_the_crm_is_reused(desk: Desk, called: str | None, named: str) -> None:
    who = desk.lead(lifecycle="sal")
    desk.house.happens(who, "deal.opened", **({"deal": called} if called else {}))
    desk.house.decide()
    _press(desk, desk.task(who, "quote"), "proposed", amount="100")
    ((_, properties),) = _told(desk)
    assert properties["deal"] == named
    desk.house.decide()
    (deal,) = desk.house.rows(tables.deal)
    assert (deal.stage, deal.amount) == ("proposal", 100)


#: (what is asked of the task, the error)
REFUSED: list[tuple[dict[str, Any], type[NurtureError]]] = [
    ({"action": "called", "answers": {}}, AnswersError),
    # a lead without a deal has nothing to win
    ({"action": "won", "answers": {"amount": "5"}}, NotOfferedError),
    ({"action": "sold"}, NotOfferedError),
    ({"by": "nobody"}, NurtureError),
    ({"task_id": 999}, NotFoundError),
]


@pytest.mark.parametrize(("asked", "error"), REFUSED)
def test_what_cannot_be_taken_changes_nothing(
    desk: Desk, asked: dict[str, Any], error: type[NurtureError]
) -> None:
    task = desk.task(desk.lead())
    before = desk.everything()
    given = {"task_id": task, "action": "called", "answers": {"result": "talked"}} | asked
    with pytest.raises(error):
        act(desk.house.runtime, **{"by": "nakamura", "source": "mail", **given})
    assert desk.everything() == before


def test_whoever_had_it_before_cannot_act_any_more(desk: Desk) -> None:
    task = desk.task(desk.lead(), assignee_id=desk.members["ueda"])
    nakamura = desk.members["nakamura"]
    with pytest.raises(NotYoursError):
        act(desk.house.runtime, task, "accepted", {}, "nakamura", "mail", holder=nakamura)
    assert _told(desk) == []


def test_who_heard_of_a_late_call_and_makes_it_closes_it(desk: Desk) -> None:
    who = desk.lead()
    late = desk.task(who)
    alarm = desk.task(who, "escalation", result={"late": late}, assignee_id=desk.members["sato"])
    act(desk.house.runtime, alarm, "called", {"result": "talked"}, "sato", "mail")
    assert desk.house.row(tables.task, late).outcome == "called"
    assert desk.house.row(tables.task, alarm).state == "done"


def test_nobody_at_the_phone_asks_for_another_call(desk: Desk) -> None:
    who = desk.lead()
    task = desk.task(who)
    done = _press(desk, task, "called", result="no_answer")
    assert not done.over
    desk.house.decide()
    rows = desk.house.rows(tables.task, contact_id=who, state="open", kind="call")
    assert [row.id for row in rows] != [task]
    assert len(rows) == 1
    assert _press(desk, task, "called", result="no_answer").status == "already"


def test_a_task_about_nobody_is_done_without_an_event(desk: Desk) -> None:
    task = desk.task(None, "todo")
    assert _press(desk, task, "done", note="済み").over
    assert _told(desk) == []
    assert desk.house.rows(tables.stray_event) == []


def test_a_lead_that_was_taken_on_is_not_offered_again_until_it_is_given_back(desk: Desk) -> None:
    who = desk.lead()
    first, second = desk.task(who), desk.task(who, "reply")
    _press(desk, first, "accepted")
    with pytest.raises(NotOfferedError):
        _press(desk, second, "accepted")
    _press(desk, second, "returned", reason="no_fit")
    assert _press(desk, desk.task(who), "accepted").status == "recorded"
