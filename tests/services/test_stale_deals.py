"""Deals: what is learnt makes an SQL, silence after a meeting is asked for, news ends the wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nurture.db import tables
from tests.domain.calendars import tokyo
from tests.services.house import START, House
from tests.services.leads import OFFICE, RULES, TEAM, lead, member, on_sqlite, opened, tasks, told
from tests.services.project import project

MEETING = "2026-05-13T15:00"
STALE = tokyo("2026-05-14 15:00")


def test_a_meeting_without_a_record_is_asked_for_once(house: House) -> None:
    person = lead(opened(house))
    told(house, person, "deal.meeting_set", deal="D-1", at=MEETING, product="月次プラン")
    house.until(STALE - timedelta(minutes=1))
    assert house.rows(tables.deal)[0].stale_at is None
    house.until(STALE + timedelta(days=20))
    (deal,) = house.rows(tables.deal)
    assert (deal.stale_at, deal.review_at) == (STALE, None)
    (event,) = house.events("deal.stale")
    assert (event.occurred_at, event.properties["deal"]) == (STALE, "D-1")
    (task,) = house.rows(tables.task, kind="record")
    assert (task.title, task.deal_id) == ("商談記録の更新（月次プラン）", deal.id)
    assert task.assignee_id == member(house, "nakamura")
    assert task.due_at == tokyo("2026-05-15 15:00")
    # The record comes late: nothing is asked for any more.
    told(house, person, "deal.met", deal="D-1", decider_met=True, by="nakamura")
    (deal,) = house.rows(tables.deal)
    assert (deal.stale_at, deal.facts["decider_met"]) == (None, True)
    assert tasks(house, kind="record") == [("record", "done", "done")]


#: what is told, hours after the meeting; whether the record is asked for
NEWS = [
    ("deal.met", {"deal": "D-1"}, 1, False),
    ("deal.proposed", {"deal": "D-1", "amount": 100}, 2, False),
    ("deal.updated", {"deal": "D-1", "note": "延期のご連絡"}, 23, False),
    ("deal.won", {"deal": "D-1"}, 3, False),
    ("deal.lost", {"deal": "D-1", "reason": "予算"}, 3, False),
    # a call about it is a note too
    ("call.logged", {"result": "talked"}, 20, False),
    # before the meeting it says nothing of it
    ("call.logged", {"result": "talked"}, -20, True),
    ("deal.updated", {"deal": "D-1", "note": "資料送付"}, -1, True),
    # another meeting is another one's
    ("deal.updated", {"deal": "D-2", "note": "別件"}, 1, True),
]


@on_sqlite
@pytest.mark.parametrize(("kind", "said", "hours", "asked"), NEWS)
def test_news_after_the_meeting_ends_the_wait(
    house: House, kind: str, said: dict[str, Any], hours: int, asked: bool
) -> None:
    person = lead(opened(house))
    told(house, person, "deal.meeting_set", deal="D-1", at=MEETING)
    house.until(tokyo("2026-05-13 15:00") + timedelta(hours=hours))
    told(house, person, kind, **said)
    house.until(STALE + timedelta(days=5))
    assert (tasks(house, kind="record") != []) is asked


def test_a_meeting_that_moves_is_asked_for_on_its_new_day(house: House) -> None:
    person = lead(opened(house))
    told(house, person, "deal.meeting_set", at=MEETING)
    told(house, person, "deal.meeting_set", at="2026-05-20T15:00")
    house.until(tokyo("2026-06-30 09:00"))
    (event,) = house.events("deal.stale")
    # a deal of ours, which no CRM has named
    assert event.properties["deal"] == f"#{house.rows(tables.deal)[0].id}"
    assert event.occurred_at == tokyo("2026-05-21 15:00")
    told(house, person, "deal.met", deal=event.properties["deal"], next_at="2026-07-03 10:00")
    (deal,) = house.rows(tables.deal)
    assert (deal.meeting_at, deal.stale_at) == (tokyo("2026-07-03 10:00"), None)


CRITERIA = RULES.replace(
    "  - {to: customer",
    '  - {to: sql, from: [mql, tql, sal],\n'
    '     when: {expr: "deal.decider_met and (deal.requirements or deal.budget)"}}\n'
    "  - {to: customer",
)  # fmt: skip

#: what a meeting brought to light, whether it makes an SQL
FINDINGS = [
    ({"decider_met": True, "requirements": True}, "sql"),
    ({"decider_met": True, "budget": True}, "sql"),
    ({"decider_met": True}, "mql"),
    ({"requirements": True, "budget": True}, "mql"),
]


@on_sqlite
@pytest.mark.parametrize(("found", "stage"), FINDINGS)
def test_an_sql_has_met_its_decider_and_something_moves(
    house: House, found: dict[str, bool], stage: str
) -> None:
    house.publish(project(scoring=CRITERIA, policy=TEAM, calendar=OFFICE))
    person = lead(house)
    told(house, person, "deal.met", deal="D-1", **found)
    assert house.contact(person).lifecycle == stage
    told(house, person, "deal.met", deal="D-1", decider_met=True, requirements=True)
    assert house.contact(person).lifecycle == "sql"


def test_a_lost_deal_sets_the_lead_aside_until_its_day(house: House) -> None:
    person = lead(opened(house))
    told(house, person, "deal.opened", deal="D-1")
    told(house, person, "deal.lost", deal="D-1", reason="budget", revisit_at="2027-04-01")
    row = house.contact(person)
    assert (row.lifecycle, row.revisit_at) == ("lost", tokyo("2027-04-01 09:00"))
    assert row.counts_from == START
    assert tasks(house) == [("call", "done", "lost")]
    assert house.rows(tables.deal)[0].reason == "budget"
    # Won after all: no need to come back.
    told(house, person, "deal.reopened", deal="D-1")
    told(house, person, "deal.won", deal="D-1")
    assert house.contact(person).revisit_at is None
    assert house.contact(person).lifecycle == "customer"


@on_sqlite
def test_a_deal_that_was_lost_before_somebody_was_a_lead_does_not_lose_the_lead(
    house: House,
) -> None:
    person = opened(house).person()
    told(house, person, "deal.lost", deal="D-1", reason="budget")
    assert house.contact(person).lifecycle == "prospect"
    house.after(days=1)
    for _ in range(3):
        told(house, person, "document.downloaded")
    assert house.contact(person).lifecycle == "mql"
