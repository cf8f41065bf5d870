"""Hand-off, acceptance and return: one task per lead, whoever fires, and who is told when."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.services.ingest import ingest
from nurture.services.runtime import Runtime
from nurture.services.upkeep import keep_up
from tests.domain.calendars import tokyo
from tests.services.house import START, House
from tests.services.leads import OFFICE, RULES, TEAM, lead, member, on_sqlite, opened, tasks, told
from tests.services.project import project

HOUR = timedelta(hours=1)


def test_a_lead_without_an_owner_gets_one_by_the_rules_with_its_task(house: House) -> None:
    person = lead(opened(house))
    nakamura = member(house, "nakamura")
    assert house.contact(person).owner_id == nakamura
    (task,) = house.rows(tables.task)
    assert (task.assignee_id, task.due_at, task.state) == (nakamura, START + 24 * HOUR, "open")
    (changed,) = house.events("owner.changed")
    assert changed.properties == {"from": "", "to": "nakamura", "by": "handoff"}
    assert ("moved", "owner_by_rule") in house.reasons()


@on_sqlite
def test_an_owner_who_left_gives_way_to_the_rules_and_one_who_is_here_stays(house: House) -> None:
    opened(house)
    sato = member(house, "sato")
    gone = house.add(
        tables.team_member, name="前任", email="gone@sample.example", role="sales", active=False
    )
    first = lead(house, email="a@aozora.example", owner_id=gone)
    second = lead(house, email="b@aozora.example", owner_id=sato)
    assert house.contact(first).owner_id == member(house, "nakamura")
    assert house.contact(second).owner_id == sato
    assert [row.contact_id for row in house.events("owner.changed")] == [first]
    assert [row.assignee_id for row in house.rows(tables.task)] == [member(house, "nakamura"), sato]


def test_two_rules_and_two_workers_in_one_second_hand_a_lead_over_once(house: House) -> None:
    twice = RULES.replace(
        "  - {to: tql",
        "  - {to: mql, from: [lead], when: {event: {type: page.viewed}}}\n  - {to: tql",
    )
    house.publish(project(scoring=twice, policy=TEAM, calendar=OFFICE))
    people = [house.person(f"p{n}@aozora.example") for n in range(12)]
    for person in people:
        for _ in range(3):
            house.happens(person, "document.downloaded")
        house.happens(person, "page.viewed")

    def decide(runtime: Runtime) -> None:
        idle = 0
        while idle < 5:
            idle = 0 if ingest(runtime, limit=5) + keep_up(runtime) else idle + 1

    _both(house, decide)
    house.turn()
    assert sorted(row.contact_id for row in house.rows(tables.task)) == people
    assert len(house.reasons(kind="handed_off")) == len(people)
    assert len(house.events("owner.changed")) == len(people)


def _both(house: House, work: Callable[[Runtime], None]) -> None:
    begin = Barrier(2)

    def run() -> None:
        engine = make_engine(house.engine.url.render_as_string(hide_password=False))
        try:
            begin.wait(10)
            work(replace(house.runtime, engine=engine))
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run) for _ in range(2)]:
            done.result(60)


def test_the_assignee_is_reminded_once_and_the_manager_hears_of_a_late_call_once(
    house: House,
) -> None:
    # Monday 28 December, 17:30: due on 4 January at 17:30, when the office shuts
    opened(house).clock.move_to(tokyo("2026-12-28 17:30"))
    person = lead(house)
    (call,) = house.rows(tables.task)
    assert call.due_at == tokyo("2027-01-04 17:30")
    assert call.review_at == tokyo("2027-01-04 13:30")
    house.until(tokyo("2027-01-04 17:29"))
    (call,) = house.rows(tables.task)
    assert call.reminded_at == tokyo("2027-01-04 13:30")
    house.until(tokyo("2027-01-20 09:00"))
    call, alarm = house.rows(tables.task)
    assert (call.state, call.escalated_at) == ("open", tokyo("2027-01-05 09:00"))
    assert (alarm.kind, alarm.assignee_id) == ("escalation", member(house, "ishida"))
    assert alarm.result == {"late": call.id}
    # a title outlives an erasure: nobody but our own people stands in it
    assert alarm.title == f"期限超過: {call.title}（担当 中村健）"
    (overdue,) = house.events("task.overdue")
    assert overdue.properties == {
        "task": call.id, "kind": "call", "assignee": "nakamura", "escalated_to": "ishida",
    }  # fmt: skip
    assert house.reasons(kind="task_due") == [
        ("task_due", "task_reminded"),
        ("task_due", "task_overdue"),
    ]
    # Once the call is made nobody is to look after it any more.
    house.happens(person, "call.logged", task=call.id, result="talked", by="nakamura")
    house.turn()
    assert tasks(house) == [("call", "done", "called"), ("escalation", "done", "called")]
    assert house.row(tables.task, call.id).done_by == member(house, "nakamura")
    assert house.next_moment() is None or house.next_moment() > house.clock.now()


@on_sqlite
def test_a_call_in_time_is_neither_reminded_nor_escalated(house: House) -> None:
    person = lead(opened(house))
    house.happens(person, "call.logged", result="talked", by="sato@sample.example")
    house.after(days=9)
    assert tasks(house) == [("call", "done", "called")]
    assert house.reasons(kind="task_due") == []
    assert house.events("task.overdue") == []


def test_acceptance_makes_a_sal_and_asks_for_a_first_meeting(house: House) -> None:
    person = lead(opened(house))
    house.happens(person, "call.logged", result="qualified", by="nakamura")
    house.turn()
    house.happens(person, "lead.accepted", by="nakamura")
    house.happens(person, "lead.accepted", by="nakamura")
    house.turn()
    assert house.contact(person).lifecycle == "sal"
    assert tasks(house) == [("call", "done", "called"), ("meeting", "open", None)]
    told(house, person, "deal.meeting_set", deal="D-1", at="2026-05-20T15:00", decider=True)
    house.turn()
    assert tasks(house)[1:] == [("meeting", "done", "accepted")]


#: what a returned lead does, days after the return; whether it is handed off again
AFTER_A_RETURN = [
    ([], False),
    # new interest while it rests, and nothing after
    ([("document.downloaded", 3), ("document.downloaded", 4), ("document.downloaded", 5)], False),
    # a sign of intent ends the rest: with what it did before it is over the line
    ([("form.submitted", 3)], True),
    # enough of it, the last one after the rest
    ([("document.downloaded", day) for day in (25, 26, 27, 31)], True),
    # one deed after the rest, with nothing but old ones to join it
    ([("document.downloaded", 31)], False),
]


@on_sqlite
@pytest.mark.parametrize(("deeds", "again"), AFTER_A_RETURN)
def test_a_returned_lead_rests_until_it_shows_something_new(
    house: House, deeds: list[tuple[str, int]], again: bool
) -> None:
    person = lead(opened(house))
    house.happens(person, "call.logged", result="qualified")
    house.happens(person, "lead.accepted")
    house.turn()
    house.after(hours=1)
    returned_at = house.clock.now()
    house.happens(person, "lead.returned", reason="no_budget", note="来期に", by="nakamura")
    house.turn()
    row = house.contact(person)
    assert (row.lifecycle, row.rests_until) == ("lead", returned_at + timedelta(days=30))
    assert {state for _, state, _ in tasks(house)} == {"done"}
    assert tasks(house)[-1] == ("meeting", "done", "returned")
    for kind, days in deeds:
        house.until(returned_at + timedelta(days=days))
        house.happens(person, kind, form="quote")
        house.turn()
    house.until(returned_at + timedelta(days=60))
    hand_offs = [row for row in house.rows(tables.task) if row.dedupe_key.startswith("handoff/")]
    assert len(hand_offs) == (2 if again else 1)
    # what sales had found out before carries it no further
    assert house.contact(person).lifecycle == ("mql" if again else "lead")


def test_a_return_says_why_in_words_and_keeps_the_day_to_come_back(house: House) -> None:
    person = lead(opened(house))
    house.happens(
        person, "lead.returned", reason="later", note="来期の予算で", revisit_at="2027-04-01"
    )
    house.turn()
    row = house.contact(person)
    back = tokyo("2027-04-01 09:00")
    assert (row.revisit_at, row.revisit_reason, row.rests_until) == (back, "来期の予算で", back)
    (said,) = [one for one in house.rows(tables.decision) if one.reason == "returned"]
    assert (said.detail["cause"], said.detail["note"]) == ("later", " (来期の予算で)")
    house.until(back + HOUR)
    (due,) = house.events("revisit.due")
    assert (due.occurred_at, due.properties) == (back, {"reason": "来期の予算で"})
    assert house.contact(person).revisit_at is None
    house.after(days=30)
    assert len(house.events("revisit.due")) == 1


@on_sqlite
def test_a_return_of_somebody_who_is_no_lead_of_sales_changes_no_stage(house: House) -> None:
    opened(house)
    person = house.person(lifecycle="customer")
    house.happens(person, "lead.returned", reason="no_fit", revisit_at="last week")
    house.turn()
    assert house.contact(person).lifecycle == "customer"
    found = house.reasons()
    assert ("moved", "not_returned") in found
    assert ("moved", "revisit_unread") in found
