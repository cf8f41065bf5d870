"""Logged calls: BANT is kept, the right task is done, another call is asked for, a few times."""

from __future__ import annotations

from typing import Any

import pytest

from nurture.db import tables
from tests.domain.calendars import tokyo
from tests.services.house import House
from tests.services.leads import lead, on_sqlite, opened, tasks, told


def calls(house: House) -> list[tuple[str, str, Any]]:
    return [(row.title, row.state, row.due_at) for row in house.rows(tables.task)]


def test_what_was_learnt_is_kept_and_what_was_not_asked_stays(house: House) -> None:
    person = lead(opened(house), fields={"authority": "部長", "seats": 3})
    said = {"budget": " 300万円 ", "authority": "", "need": "転記の削減", "timeline": None}
    told(house, person, "call.logged", result="qualified", **said)
    fields = {"authority": "部長", "seats": 3, "budget": "300万円", "need": "転記の削減"}
    assert house.contact(person).fields == fields
    assert house.contact(person).lifecycle == "tql"
    (updated,) = house.events("contact.updated")
    assert updated.properties == {"source": "call", "fields": ["budget", "need"]}
    (task,) = house.rows(tables.task)
    assert (task.result["budget"], task.outcome) == (" 300万円 ", "called")
    # The same said again changes nothing.
    told(house, person, "call.logged", result="talked", budget="300万円")
    assert len(house.events("contact.updated")) == 1


@on_sqlite
def test_nobody_at_the_phone_asks_for_another_call_three_times(house: House) -> None:
    # a Friday: the next calls are on Monday, Tuesday and Wednesday
    opened(house).clock.move_to(tokyo("2026-05-15 16:00"))
    person = lead(house)
    for _ in range(4):
        told(house, person, "call.logged", result="no_answer", by="nakamura")
        house.after(hours=2)
    assert calls(house) == [
        ("初回電話", "done", tokyo("2026-05-18 16:00")),
        ("初回電話（再架電2回目）", "done", tokyo("2026-05-18 16:00")),
        ("初回電話（再架電3回目）", "done", tokyo("2026-05-18 18:00")),
        ("初回電話（再架電4回目）", "done", tokyo("2026-05-18 20:00")),
    ]
    assert house.reasons(kind="moved")[-1] == ("moved", "no_answer_often")
    assert [reason for _, reason in house.reasons()].count("no_answer") == 3


@on_sqlite
def test_a_lead_whose_next_call_is_open_is_not_handed_off_again(house: House) -> None:
    person = lead(opened(house))
    told(house, person, "call.logged", result="no_answer")
    house.change(tables.contact, person, lifecycle="lead")
    told(house, person, "document.downloaded")
    assert house.contact(person).lifecycle == "mql"
    assert tasks(house) == [("call", "done", "called"), ("call", "open", None)]
    assert ("moved", "handed_off_already") in house.reasons()


def test_a_call_names_its_task_and_pressed_again_does_no_other(house: House) -> None:
    person = lead(opened(house))
    other = house.add(
        tables.task, dedupe_key="x", contact_id=person, kind="call", title="別件",
        assignee="owner", created_at=house.clock.now(),
    )  # fmt: skip
    told(house, person, "call.logged", result="talked", task=other)
    told(house, person, "call.logged", result="talked", task=other)
    assert tasks(house) == [("call", "open", None), ("call", "done", "called")]
    # A task of somebody else is nobody's business here.
    stranger = house.person("s@aozora.example")
    told(house, stranger, "call.logged", result="talked", task=other - 1)
    assert tasks(house)[0] == ("call", "open", None)


#: what a call asks for, the day to come back
REVISITS = [
    ({"result": "later", "revisit_at": "2026-07-20", "note": "予算確定後"}, "2026-07-21 09:00"),
    ({"result": "not_now", "revisit_at": "2026-07-01"}, "2026-07-01 09:00"),
    # a Saturday
    ({"result": "later", "revisit_at": "2026-05-16T00:00"}, "2026-05-18 09:00"),
    # today, in the middle of the day: at once
    ({"result": "later", "revisit_at": "2026-05-12"}, "2026-05-12 10:00"),
    # a day that has passed, and none
    ({"result": "later", "revisit_at": "2026-05-11"}, None),
    ({"result": "later"}, None),
    # who talked makes no such promise
    ({"result": "talked", "revisit_at": "2026-07-01"}, None),
]


@on_sqlite
@pytest.mark.parametrize(("said", "back"), REVISITS)
def test_later_is_a_day_on_which_we_come_back(
    house: House, said: dict[str, str], back: str | None
) -> None:
    person = lead(opened(house))
    told(house, person, "call.logged", **said)
    house.until(tokyo("2026-09-01 09:00"))
    due = [row.occurred_at for row in house.events("revisit.due")]
    assert due == ([tokyo(back)] if back else [])


@on_sqlite
def test_an_erased_person_is_not_come_back_to(house: House) -> None:
    person = lead(opened(house))
    told(house, person, "call.logged", result="later", revisit_at="2026-07-01")
    house.change(tables.contact, person, erased=True)
    house.after(days=90)
    assert house.events("revisit.due") == []
    assert house.contact(person).revisit_at is None
    assert [row.reminded_at for row in house.rows(tables.task, state="open")] == []


@on_sqlite
def test_time_passes_to_the_end_whatever_is_open(house: House) -> None:
    person = lead(opened(house))
    told(house, person, "deal.meeting_set", deal="D-1", at="2026-05-13T15:00")
    told(house, person, "call.logged", result="later", revisit_at="2026-06-01")
    house.after(days=120)
    assert house.next_moment() is None
