"""Journeys walk, hold, wait and leave, each walk in the transaction that decided it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from nurture.db import tables
from nurture.services.advance import advance
from nurture.services.ingest import ingest
from tests.services.house import START, House
from tests.services.project import POLICY, project, workflow


def _at(house: House) -> str | None:
    """Return the step at which the only active journey stands."""
    (row,) = house.rows(tables.enrolment, state="active")
    step: str | None = row.step
    return step


def test_a_send_holds_until_its_mail_met_its_fate_and_waits_count_from_then(house: House) -> None:
    steps = "- {id: one, send: x/one, window: office}\n- wait: 1d\n- {id: two, send: x/two}"
    house.publish(project(workflow("a", steps)))
    house.clock.move(timedelta(hours=8))  # shut until tomorrow 09:00
    house.happens(house.person())
    opens = START + timedelta(hours=23)
    house.until(opens - timedelta(minutes=1))
    assert (_at(house), house.mails()) == ("one", [("one", "deferred", "window")])
    house.until(opens + timedelta(days=2))
    sent = {row.step: row.sent_at for row in house.rows(tables.message)}
    assert sent == {"one": opens, "two": opens + timedelta(days=1)}


def test_an_awaited_event_moves_the_journey_at_once(house: House) -> None:
    steps = """
- id: one
  send: x/one
- id: answer
  wait_for: [{form: hearing}, {reply: one}]
  within: 7d
  then: [{send: x/thanks}]
  otherwise: [{send: x/reminder}]
"""
    house.publish(project(workflow("a", steps)))
    person = house.person()
    house.happens(person)
    house.after(days=2)
    house.happens(person, "form.submitted", form="other")
    house.turn()
    assert _at(house) == "answer"
    house.happens(person, "form.submitted", form="hearing")
    house.turn()
    mail = house.rows(tables.message)[-1]
    assert (mail.step, mail.sent_at) == ("x/thanks", START + timedelta(days=2))
    assert mail.caused_by == house.events("form.submitted")[-1].id


def test_a_wait_that_runs_out_is_final(house: House) -> None:
    steps = """
- wait_for: [{form: hearing}]
  within: 2d
  then: [{send: x/thanks}]
  otherwise: [{send: x/reminder}, {wait: 5d}]
"""
    house.publish(project(workflow("a", steps)))
    person = house.person()
    house.happens(person)
    house.after(days=2, seconds=1)
    house.happens(person, "form.submitted", form="hearing", at=START + timedelta(days=1))
    house.after(days=9)
    assert [step for step, _, _ in house.mails()] == ["x/reminder"]


def test_a_reply_that_came_before_the_wait_was_reached_counts(house: House) -> None:
    steps = """
- {id: one, send: x/one}
- wait: 3d
- wait_for: [{form: hearing}]
  within: 5d
  then: [{send: x/thanks}]
  otherwise: [{send: x/reminder}]
"""
    house.publish(project(workflow("a", steps)))
    person = house.person()
    house.happens(person)
    house.after(days=1)
    house.happens(person, "form.submitted", form="hearing")
    house.after(days=3)
    assert [step for step, _, _ in house.mails()] == ["one", "x/thanks"]


LEAVES: list[tuple[str, str, Any, str]] = [
    ("goal", "goal: {temperature: warm}", ("document.downloaded", {}), "converted"),
    ("exit by state", "exit: [{customer: true}]", ("deal.won", {}), "exited"),
    ("exit by event", "exit: [{form: stop}]", ("form.submitted", {"form": "stop"}), "exited"),
]


@pytest.mark.parametrize(
    "steps",
    [
        "- wait: 30d",
        "- wait_for: [{form: x}]\n  within: 30d",
        "- {send: x/one, window: office}",
        "- wait_until: {weekday: friday, at: '10:00'}",
    ],
)
@pytest.mark.parametrize(("head", "happens", "outcome"), [one[1:] for one in LEAVES])
def test_goals_and_exits_act_at_once_inside_any_wait(
    house: House, steps: str, head: str, happens: tuple[str, dict[str, Any]], outcome: str
) -> None:
    house.publish(project(workflow("a", steps, f"trigger: [{{event: page.viewed}}]\n{head}")))
    house.clock.move(timedelta(hours=8))
    person = house.person()
    house.happens(person)
    house.after(hours=1)
    assert house.enrolments() == [("a", "active", None)]
    house.happens(person, happens[0], **happens[1])
    house.turn()
    assert house.enrolments() == [("a", "ended", outcome)]
    house.after(days=40)
    assert [state for _, state, _ in house.mails()] in ([], ["cancelled"])


def test_a_goal_that_time_alone_reaches_is_looked_at_when_it_comes_true(house: House) -> None:
    head = "trigger: [{event: document.downloaded}]\nexit: [{score: '< 10'}]"
    house.publish(project(workflow("a", "- wait: 90d", head)))
    house.happens(house.person(), "document.downloaded")
    house.after(days=60)
    (row,) = house.rows(tables.enrolment)
    assert (row.state, row.outcome) == ("ended", "exited")
    assert timedelta(days=30) <= row.ended_at - START <= timedelta(days=30, seconds=5)


def test_what_a_walk_sets_is_seen_by_its_own_branches_and_by_segments(house: House) -> None:
    steps = """
- set: {role: user, seats: 5, tags: {add: [keen], remove: [old]}}
- branch:
    - if: {role: user, tag: keen, not: {tag: old}, seats: 5}
      steps: [{send: x/seen}]
    - else:
      steps: [{send: x/unseen}]
"""
    starts = workflow("s", "- wait: 1d", "trigger: [{segment: keen}]")
    house.publish(project(workflow("a", steps), starts, segments="  keen: {tag: keen}"))
    person = house.person(role="it")
    house.happens(person)
    house.turn()
    assert [step for step, _, _ in house.mails()] == ["x/seen"]
    assert house.contact(person).role == "user"
    assert house.contact(person).fields == {"seats": 5}
    assert [row.tag for row in house.rows(tables.contact_tag)] == ["keen"]
    assert ("s", "active", None) in house.enrolments()


def test_points_and_stages_that_a_walk_gives_are_in_force_for_its_next_step(house: House) -> None:
    steps = """
- score: {points: 60, reason: 紹介}
- branch:
    - if: {score: ">= 60", lifecycle: mql}
      steps: [{id: yes, send: x/yes}]
    - else:
      steps: [{id: no, send: x/no}]
- lifecycle: {to: tql, reason: 電話で確認}
- branch:
    - if: {lifecycle: tql}
      steps: [{id: later, send: x/later}]
"""
    house.publish(project(workflow("a", steps)))
    person = house.person()
    house.happens(person)
    house.turn()
    assert [step for step, _, _ in house.mails()] == ["yes", "later"]
    assert house.enrolments() == [("a", "ended", "completed")]
    (handoff,) = house.rows(tables.task)
    assert (handoff.kind, handoff.due_at) == ("call", START + timedelta(hours=24))
    assert house.contact(person).lifecycle == "tql"


def test_a_workflow_stops_another_in_the_middle_of_its_wait(house: House) -> None:
    other = workflow("b", "- {send: x/b, window: office}\n- wait: 9d")
    stops = workflow("a", "- stop_workflow: b\n- wait: 1d", "trigger: [{form: stop}]")
    house.publish(project(stops, other))
    house.clock.move(timedelta(hours=8))
    person = house.person()
    house.happens(person)
    house.after(hours=1)
    house.happens(person, "form.submitted", form="stop")
    house.turn()
    assert house.enrolments() == [("b", "ended", "stopped"), ("a", "active", None)]
    assert house.mails() == [("x/b", "cancelled", "enrolment_over")]
    house.after(days=3)
    assert house.to() == []


def test_a_journey_that_ends_in_the_walk_that_another_stops_it_in_keeps_its_own_end(
    house: House,
) -> None:
    first = workflow("b", "- wait: 1d\n- end: read")
    stops = workflow("s", "- wait: 1d\n- stop_workflow: b", "trigger: [{event: page.viewed}]")
    house.publish(project(first, stops))
    house.happens(house.person())
    house.after(days=2)
    assert sorted(house.enrolments()) == [("b", "ended", "read"), ("s", "ended", "completed")]
    assert len(house.rows(tables.decision, kind="ended")) == 2


def test_tasks_are_made_once_for_whom_they_name(house: House) -> None:
    steps = """
- task: {for: owner, title: お電話, due: 1 business day, kind: call}
- task: {for: marketing, title: お礼状, due: 2d, kind: card}
"""
    house.publish(project(workflow("a", steps)))
    (mori,) = house.rows(tables.team_member, key="mori")
    (sato,) = house.rows(tables.team_member, key="sato")
    house.happens(house.person(owner_id=sato.id))
    house.turn()
    tasks = [(row.assignee, row.assignee_id, row.kind) for row in house.rows(tables.task)]
    assert tasks == [("owner", sato.id, "call"), ("marketing", mori.id, "card")]


def test_a_task_for_a_role_that_nobody_has_any_more_is_made_and_is_nobodys(house: House) -> None:
    steps = "- wait: 1d\n- task: {for: marketing, title: お礼状, due: 2d}"
    house.publish(project(workflow("a", steps)))
    house.happens(house.person())
    house.turn()
    house.publish(project(policy=POLICY.replace("role: marketing", "role: sales")))
    house.after(days=2)
    assert [(row.assignee, row.assignee_id) for row in house.rows(tables.task)] == [
        ("marketing", None)
    ]


def test_a_split_keeps_its_people_and_goto_its_promise(house: House) -> None:
    steps = """
- id: again
  send: x/one
- wait: 1d
- goto: {step: again, at_most: 2}
- end: tired
"""
    house.publish(project(workflow("a", steps)))
    house.happens(house.person())
    house.after(days=9)
    assert [row.dedupe_key for row in house.rows(tables.message)] == [
        f"1/again/{visit}" for visit in (1, 2, 3)
    ]
    assert house.enrolments() == [("a", "ended", "tired")]


def test_people_under_way_keep_their_steps_when_the_workflow_changes_or_goes(
    house: House,
) -> None:
    house.publish(project(workflow("a", "- wait: 1d\n- {id: old, send: x/old}")))
    first, second = house.person("f@aozora.example"), house.person("s@aozora.example")
    house.happens(first)
    house.turn()
    house.publish(project(workflow("a", "- {id: new, send: x/new}")))
    house.happens(second)
    house.turn()
    house.publish(project())
    house.after(days=2)
    assert [(r.contact_id, r.step, r.state) for r in house.rows(tables.message)] == [
        (second, "new", "sent"),
        (first, "old", "sent"),
    ]


def test_a_release_that_is_no_longer_understood_ends_its_journeys_and_says_so(
    house: House,
) -> None:
    house.publish(project(workflow("a", "- wait: 30d")))
    house.happens(house.person())
    house.turn()
    broken = project()
    broken["workflows/a.yaml"] = b"workflow: [\n"
    release = house.store(broken)
    (row,) = house.rows(tables.enrolment)
    house.change(tables.enrolment, row.id, release_id=release, review_at=START)
    house.publish(project())
    house.turn()
    assert house.enrolments() == [("a", "ended", "lost")]
    assert ("ended", "unknown_workflow") in house.reasons()


class CrashError(Exception):
    """The process dies here."""


def test_a_crash_between_any_two_statements_of_a_walk_leaves_nothing_half_done(
    house: House,
) -> None:
    steps = """
- set: {role: user, tag: seen}
- task: {for: owner, title: お電話, due: 2d}
- notify: {to: owner, text: 見て}
- stop_workflow: b
- {id: one, send: x/one}
- score: {points: 3, reason: r}
"""
    house.publish(project(workflow("a", steps), workflow("b", "- wait: 9d")))
    person = house.person()
    house.happens(person)
    assert ingest(house.runtime) == 1
    state = {"left": -1}

    def count(*_: Any) -> None:
        state["left"] -= 1
        if state["left"] == -1:
            raise CrashError

    tabled = (
        tables.contact,
        tables.contact_tag,
        tables.decision,
        tables.enrolment,
        tables.event,
        tables.inbox,
        tables.message,
        tables.task,
    )
    before = [house.rows(table) for table in tabled]
    event.listen(house.engine, "before_cursor_execute", count)
    crashes = 0
    while True:
        state["left"] = crashes
        try:
            advance(house.runtime)
            break
        except CrashError:
            state["left"] = -1
            assert [house.rows(table) for table in tabled] == before, crashes
            crashes += 1
    state["left"] = -1
    assert crashes > 12
    house.turn()
    assert house.enrolments(workflow="a") == [("a", "ended", "completed")]
    assert len(house.rows(tables.message)) == 2
    assert len(house.rows(tables.task)) == 1


def test_walking_many_costs_a_fixed_number_of_statements(house: House) -> None:
    steps = (
        "- set: {role: user, tag: seen}\n- task: {for: marketing, title: t, due: 2d}\n- wait: 1d"
    )
    house.publish(project(workflow("a", steps)))
    counted: list[int] = []
    seen = [0]

    def count(*_: Any) -> None:
        seen[0] += 1

    event.listen(house.engine, "before_cursor_execute", count)
    for number in (2, 40):
        for i in range(number):
            house.happens(house.person(f"p{number}-{i}@aozora.example"))
        while ingest(house.runtime):
            pass
        seen[0] = 0
        assert advance(house.runtime) == number
        counted.append(seen[0])
    assert counted[1] <= counted[0]
