"""Events act once or not at all, whatever order they come in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert

from nurture.db import tables
from nurture.db.engine import write
from nurture.db.events import DEEPEST, NewEvent, record
from nurture.services.ingest import ingest
from tests.services.house import START, House
from tests.services.project import SCORING, project, workflow


class CrashError(Exception):
    """The process dies here."""


class Faults:
    """Dies in the middle of the n-th statement from now on."""

    def __init__(self, house: House) -> None:
        self._left = -1
        self.seen = 0
        event.listen(house.engine, "before_cursor_execute", self._count)

    def arm(self, number: int) -> None:
        self._left, self.seen = number, 0

    def disarm(self) -> None:
        self._left = -1

    def _count(self, *_: Any) -> None:
        self.seen += 1
        if self._left >= 0:
            if self._left == 0:
                raise CrashError
            self._left -= 1


#: every table that ingesting may write
WRITTEN = (
    tables.contact,
    tables.contact_tag,
    tables.deal,
    tables.decision,
    tables.enrolment,
    tables.event,
    tables.event_evidence,
    tables.inbox,
    tables.ledger,
    tables.message,
    tables.segment_member,
    tables.task,
)


def everything(house: House) -> list[Any]:
    """Return all that ingesting may change, without machine times."""
    return [
        [{k: v for k, v in row._mapping.items() if k != "recorded_at"} for row in house.rows(table)]
        for table in WRITTEN
    ]


BUSY = project(
    workflow("docs", "- send: x/one", "trigger: [{downloaded: true}]"),
    workflow("waits", "- wait_for: [{event: form.submitted}]\n  within: 5d"),
    workflow("leaves", "- wait: 9d", "trigger: [{event: page.viewed}]\nexit: [{downloaded: true}]"),
    workflow("keen", "- wait: 1d", "trigger: [{segment: readers}]"),
    segments="  readers: {downloaded: true}",
)


def test_a_crash_between_any_two_statements_leaves_nothing_half_done(house: House) -> None:
    house.publish(BUSY)
    person = house.person(account_id=house.company())
    house.happens(person, "page.viewed")
    house.turn()
    for kind, properties in (
        ("document.downloaded", {"kind": "whitepaper"}),
        ("form.submitted", {"form": "quote"}),
        ("deal.won", {"deal": "D-1", "amount": 300}),
        ("call.logged", {"result": "qualified"}),
    ):
        house.happens(person, kind, **properties)
    house.click(_sent_mail(house, person))
    house.clock.move(timedelta(seconds=11))
    before = everything(house)
    faults = Faults(house)
    crashes = 0
    while True:
        faults.arm(crashes)
        try:
            ingest(house.runtime)
        except CrashError:
            faults.disarm()
            assert everything(house) == before, f"after {crashes} statements"
            crashes += 1
            continue
        break
    faults.disarm()
    assert crashes > 20
    house.turn()
    assert house.rows(tables.inbox) == []
    assert len(house.enrolments(workflow="docs")) == 1
    assert house.contact(person).lifecycle == "customer"


def _sent_mail(house: House, person: int) -> int:
    return house.add(
        tables.message,
        dedupe_key="k",
        contact_id=person,
        recipient="tanaka@aozora.example",
        purpose="marketing",
        template="x/one",
        window="business",
        priority=1,
        state="sent",
        created_at=START,
        recorded_at=START,
        sent_at=START,
    )


def test_the_same_event_told_twice_acts_once(house: House) -> None:
    house.publish(project())
    person = house.person()
    first = house.happens(person, "document.downloaded", key="d-1")
    again = house.happens(person, "document.downloaded", key="d-1")
    house.turn()
    late = house.happens(person, "document.downloaded", key="d-1")
    house.turn()
    assert [first.status, again.status, late.status] == ["taken", "duplicate", "duplicate"]
    assert first.event_id == again.event_id == late.event_id
    assert house.contact(person).engagement == pytest.approx(20)
    assert len(house.rows(tables.ledger)) == 1


def test_order_of_arrival_does_not_change_the_score(house: House) -> None:
    """`page` pays once per day: the earliest of a day is paid, whenever it arrives."""
    house.publish(project())
    orders = [(0, 3, 1, 26), (26, 1, 3, 0), (3, 26, 0, 1)]
    people = [house.person(f"p{i}@aozora.example") for i in range(len(orders))]
    for person, order in zip(people, orders, strict=True):
        for hours in order:
            house.happens(person, "page.viewed", at=START - timedelta(days=3, hours=-hours))
            house.turn()
    values = [house.contact(person).engagement for person in people]
    assert values == [pytest.approx(values[0])] * 3
    for person in people:
        paid: dict[Any, float] = {}
        for row in house.rows(tables.ledger, contact_id=person):
            paid[row.occurred_at] = paid.get(row.occurred_at, 0) + row.points
        assert [at - START for at, points in sorted(paid.items()) if points] == [
            timedelta(days=-3),
            timedelta(days=-3, hours=26),
        ]


def test_an_event_from_the_future_happens_now_and_keeps_what_its_source_said(house: House) -> None:
    house.publish(project())
    person = house.person()
    claimed = START + timedelta(days=40)
    house.happens(person, "document.downloaded", at=claimed)
    house.turn()
    (row,) = house.events("document.downloaded")
    assert (row.occurred_at, row.claimed_at) == (START, claimed)
    assert house.contact(person).engagement == pytest.approx(20)


def test_an_old_event_is_worth_what_is_left_of_it(house: House) -> None:
    house.publish(project())
    person = house.person()
    house.happens(person, "document.downloaded", at=START - timedelta(days=30))
    house.turn()
    assert house.contact(person).engagement == pytest.approx(10)


def test_an_event_of_nobody_is_kept_aside_and_shown(house: House) -> None:
    house.publish(project())
    told = house.happens(4711, "page.viewed")
    house.turn()
    assert told.status == "aside"
    (stray,) = house.rows(tables.stray_event)
    assert (stray.type, stray.properties["contact"]) == ("page.viewed", "4711")


def test_an_event_without_a_person_waits_for_nobody(house: House) -> None:
    """A click on a mail to our own team, say: there is no contact to look at."""
    house.publish(project())
    with write(house.engine) as connection:
        record(connection, [NewEvent("email.opened", None, START, "tracking")], START)
    house.turn()
    assert house.rows(tables.inbox) == []
    assert house.next_moment() is None


def test_nothing_is_taken_in_before_the_first_release_and_all_of_it_after(house: House) -> None:
    person = house.person()
    house.happens(person, "document.downloaded")
    house.turn()
    assert len(house.rows(tables.inbox)) == 1
    house.publish(project())
    house.turn()
    assert house.contact(person).temperature == "warm"


def test_events_for_a_duplicate_are_taken_in_for_the_person_it_became(house: House) -> None:
    house.publish(project(workflow("docs", "- send: x/one", "trigger: [{downloaded: true}]")))
    person = house.person()
    duplicate = house.person("tanaka.old@aozora.example")
    early = house.happens(duplicate, "document.downloaded")
    house.change(tables.contact, duplicate, merged_into=person)
    late = house.happens(duplicate, "page.viewed")
    house.turn()
    assert (early.contact_id, late.contact_id) == (duplicate, person)
    assert house.rows(tables.inbox) == []
    assert house.enrolments(contact_id=duplicate) == []
    assert house.enrolments(contact_id=person) == [("docs", "ended", "completed")]
    assert house.contact(person).engagement == pytest.approx(25)
    assert house.contact(duplicate).engagement == 0
    assert house.to() == ["tanaka@aozora.example"]


def test_what_an_erased_person_did_moves_nothing_and_stops_nobody(house: House) -> None:
    house.publish(project(workflow("docs", "- send: x/one", "trigger: [{downloaded: true}]")))
    gone, other = house.person("gone@aozora.example"), house.person()
    house.happens(gone, "document.downloaded")
    house.happens(other, "document.downloaded")
    house.change(tables.contact, gone, erased=True, email=None, review_at=START)
    house.turn()
    assert house.enrolments(contact_id=gone) == []
    assert house.to() == ["tanaka@aozora.example"]
    assert house.contact(gone).review_at is None


def test_one_who_brings_many_events_does_not_keep_the_others_waiting(house: House) -> None:
    house.publish(project())
    people = [house.person(f"p{i}@aozora.example") for i in range(3)]
    for _ in range(12):
        house.happens(people[0], "page.viewed")
    house.happens(people[1], "document.downloaded")
    house.happens(people[2], "document.downloaded")
    while ingest(house.runtime, limit=5):
        pass
    assert house.rows(tables.inbox) == []
    assert [house.contact(p).temperature for p in people] == ["cold", "warm", "warm"]


def test_two_workflows_that_start_each_other_come_to_rest(house: House) -> None:
    house.publish(
        project(
            workflow("a", "- wait: 1m\n- start_workflow: b"),
            workflow("b", "- start_workflow: a", "trigger: [{event: never.happens}]"),
        )
    )
    person = house.person()
    house.happens(person)
    house.after(hours=1)
    depths = [row.depth for row in house.events("workflow.requested")]
    assert max(depths) == DEEPEST + 1
    assert ("failed", "too_deep") in house.reasons()
    assert {state for _, state, _ in house.enrolments()} == {"ended"}
    assert house.rows(tables.inbox) == []


def test_a_workflow_that_changes_what_starts_it_comes_to_rest(house: House) -> None:
    steps = "- set: {budget: a}\n- set: {budget: b}\n- set: {tag: seen}"
    house.publish(project(workflow("a", steps, "trigger: [{event: contact.updated}]")))
    person = house.person()
    now = house.clock.now()
    with write(house.engine) as connection:
        record(connection, [NewEvent("contact.updated", person, now, "import")], now)
    house.turn()
    assert max(row.depth for row in house.events("contact.updated")) <= DEEPEST + 1
    assert house.contact(person).fields == {"budget": "b"}
    assert house.rows(tables.inbox) == []


def test_a_set_that_changes_nothing_is_no_change(house: House) -> None:
    house.publish(project(workflow("a", "- set: {role: user, budget: big, tag: seen}")))
    person = house.person()
    house.happens(person)
    house.turn()
    assert len(house.events("contact.updated")) == 1
    house.happens(person)
    house.turn()
    assert len(house.enrolments()) == 2
    assert len(house.events("contact.updated")) == 1


def test_when_we_first_met_is_when_somebody_first_did_something(house: House) -> None:
    house.publish(project())
    person = house.person()
    house.happens(person, "page.viewed", at=START - timedelta(days=2))
    house.happens(person, "page.viewed", at=START - timedelta(days=5))
    house.turn()
    assert house.contact(person).first_touch_at == START - timedelta(days=5)


def test_a_rule_that_is_gone_leaves_its_points_and_later_events_go_on(house: House) -> None:
    house.publish(project())
    person = house.person()
    house.happens(person, "document.downloaded")
    house.turn()
    without = SCORING.replace("- {id: document, event: document.downloaded, points: 20}", "")
    house.publish(project(scoring=without))
    house.happens(person, "document.downloaded")
    house.happens(person, "page.viewed")
    house.turn()
    assert house.contact(person).engagement == pytest.approx(25)


def test_the_ledger_adds_up_to_the_score_at_any_time(house: House) -> None:
    house.publish(project())
    person = house.person()
    for hours, kind in ((0, "page.viewed"), (30, "document.downloaded"), (55, "page.viewed")):
        house.until(START + timedelta(hours=hours))
        house.happens(person, kind, at=house.clock.now() - timedelta(hours=3))
        house.turn()
    house.after(days=4)
    row, now = house.contact(person), house.clock.now()
    faded = sum(
        entry.points * 2 ** (-((now - entry.occurred_at) / timedelta(days=30)))
        for entry in house.rows(tables.ledger)
    )
    age = (now - row.scored_at) / timedelta(days=30)
    assert row.engagement * 2**-age == pytest.approx(faded)


def test_an_inbox_row_taken_away_by_a_person_does_no_harm(house: House) -> None:
    house.publish(project())
    person = house.person()
    house.happens(person, "document.downloaded")
    with write(house.engine) as connection:
        connection.execute(delete(tables.inbox))
    house.turn()
    assert house.contact(person).engagement == 0
    with write(house.engine) as connection:
        (row,) = house.events("document.downloaded")
        values = {"event_id": row.id, "contact_id": person, "available_at": START}
        connection.execute(insert(tables.inbox).values(**values))
    house.turn()
    assert house.contact(person).engagement == pytest.approx(20)
