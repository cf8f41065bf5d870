"""Who starts a journey, who does not, and what is written down about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.db import tables
from tests.services.house import START, House
from tests.services.project import project, workflow

WAIT = "- wait: 30d"


def test_an_event_starts_what_it_triggers_and_nothing_else(house: House) -> None:
    house.publish(
        project(
            workflow("paper", WAIT, "trigger: [{downloaded: whitepaper}]"),
            workflow("any", WAIT, "trigger: [{downloaded: true}]"),
            workflow("form", WAIT, "trigger: [{form: quote}]"),
            workflow("where", WAIT, "trigger: [{event: page.viewed, where: {page: pricing}}]"),
        )
    )
    person = house.person()
    house.happens(person, "document.downloaded", kind="case")
    house.happens(person, "page.viewed", page="top")
    house.turn()
    assert [name for name, _, _ in house.enrolments()] == ["any"]
    house.happens(person, "document.downloaded", kind="whitepaper")
    house.happens(person, "form.submitted", form="quote")
    house.happens(person, "page.viewed", page="pricing")
    house.turn()
    assert sorted(name for name, _, _ in house.enrolments()) == ["any", "form", "paper", "where"]


def test_a_trigger_while_the_journey_is_under_way_is_recorded_as_ignored(house: House) -> None:
    house.publish(project(workflow("a", WAIT)))
    person = house.person()
    house.happens(person)
    house.happens(person)  # in the same batch
    house.turn()
    house.happens(person)  # later
    house.turn()
    assert house.enrolments() == [("a", "active", None)]
    assert house.reasons(kind="not_enrolled") == [("not_enrolled", "already_enrolled")] * 2


REENTRY = [
    # never is the default
    ("", timedelta(days=400), False),
    ("reentry: never", timedelta(days=400), False),
    ("reentry: always", timedelta(0), True),
    # counted from the end, not from the start, of the last journey (which lasts a day)
    ("reentry: after 90d", timedelta(days=90, seconds=-1), False),
    ("reentry: after 90d", timedelta(days=90), True),
]


@pytest.mark.parametrize(("reentry", "later", "enters"), REENTRY)
def test_reentry_counts_from_the_end_of_the_last_journey(
    house: House, reentry: str, later: timedelta, enters: bool
) -> None:
    head = f"trigger: [{{event: page.viewed}}]\n{reentry or 'reentry: never'}"
    text = workflow("a", "- wait: 1d", head)
    house.publish(project(text if reentry else text.replace("reentry: never\n", "")))
    person = house.person()
    house.happens(person)
    house.after(days=1)
    assert house.enrolments() == [("a", "ended", "completed")]
    house.until(house.clock.now() + later)
    house.happens(person)
    house.turn()
    assert len(house.enrolments()) == (2 if enters else 1)
    assert house.reasons(reason="reentry") == [] if enters else [("not_enrolled", "reentry")]


def test_only_if_is_asked_at_the_moment_of_the_trigger(house: House) -> None:
    head = "trigger: [{event: page.viewed}]\nonly_if: {role: user}"
    house.publish(project(workflow("a", WAIT, head)))
    person = house.person(role="it")
    house.happens(person)
    house.turn()
    assert house.reasons(workflow="a") == [("not_enrolled", "only_if")]
    house.change(tables.contact, person, role="user")
    house.happens(person)
    house.turn()
    assert house.enrolments() == [("a", "active", None)]


def test_a_journey_per_referral_may_be_under_way_once_for_each(house: House) -> None:
    head = "trigger: [{event: referral.made}]\nper: event.referral"
    house.publish(project(workflow("r", WAIT, head)))
    person = house.person()
    for referral in ("R-1", "R-2", "R-1", None):
        properties = {} if referral is None else {"referral": referral}
        house.happens(person, "referral.made", **properties)
        house.turn()
    assert [row.subject for row in house.rows(tables.enrolment)] == ["R-1", "R-2"]
    assert [why for _, why in house.reasons(kind="not_enrolled")] == [
        "already_enrolled",
        "no_subject",
    ]


def test_an_event_that_ends_a_journey_may_start_it_again(house: House) -> None:
    head = "trigger: [{form: restart}]\nexit: [{event: form.submitted, where: {form: restart}}]"
    house.publish(project(workflow("a", WAIT, head)))
    person = house.person()
    house.happens(person, "form.submitted", form="restart")
    house.turn()
    house.clock.move(timedelta(days=2))
    house.happens(person, "form.submitted", form="restart")
    house.turn()
    assert house.enrolments() == [("a", "ended", "exited"), ("a", "active", None)]
    assert house.rows(tables.enrolment)[1].started_at == START + timedelta(days=2)


def test_reaching_a_temperature_starts_its_journey_up_and_down(house: House) -> None:
    house.publish(
        project(
            workflow("warm", WAIT, "trigger: [{temperature: warm}]\nexit: [{temperature: cold}]"),
            workflow("cold", WAIT, "trigger: [{temperature: cold}]\nexit: [{temperature: warm}]"),
        )
    )
    person = house.person()
    house.happens(person, "document.downloaded")
    house.turn()
    assert house.enrolments() == [("warm", "active", None)]
    house.after(days=13)  # 20 · 2^(−12.45/30) < 15
    assert house.enrolments() == [("warm", "ended", "exited"), ("cold", "active", None)]
    (cooled,) = house.rows(tables.decision, reason="cooler")
    assert timedelta(days=12.44) < cooled.at - START < timedelta(days=12.46)


def test_a_segment_starts_its_journey_each_time_somebody_enters(house: House) -> None:
    house.publish(
        project(
            workflow("s", "- wait: 1d", "trigger: [{segment: busy}]"),
            segments="  busy: {event: {type: page.viewed, times: 2, within: 5d}}",
        )
    )
    person = house.person()
    house.happens(person)
    house.turn()
    assert house.enrolments() == []
    house.happens(person)
    house.turn()
    assert len(house.enrolments()) == 1
    assert len(house.rows(tables.segment_member)) == 1
    house.after(days=6)  # time alone ends it
    assert house.rows(tables.segment_member) == []
    assert len(house.events("segment.left")) == 1
    for _ in range(2):
        house.happens(person)
    house.turn()
    assert len(house.enrolments()) == 2


def test_a_workflow_started_by_another_says_who_asked(house: House) -> None:
    house.publish(
        project(
            workflow("a", "- start_workflow: b\n- wait: 1d"),
            workflow("b", "- wait: 5d", "trigger: [{event: never.happens}]"),
        )
    )
    person = house.person()
    house.happens(person)
    house.turn()
    assert house.enrolments() == [("a", "active", None), ("b", "active", None)]
    (asked,) = house.events("workflow.requested")
    assert house.rows(tables.enrolment, workflow="b")[0].caused_by == asked.id
    assert asked.depth == 1


def test_a_request_for_a_workflow_that_is_gone_is_written_down(house: House) -> None:
    two = workflow("b", "- wait: 5d", "trigger: [{event: never.happens}]")
    house.publish(project(workflow("a", "- wait: 1d\n- start_workflow: b\n- wait: 1d"), two))
    person = house.person()
    house.happens(person)
    house.turn()
    house.publish(project(workflow("a", "- wait: 1d")))
    house.after(days=2)
    assert ("not_enrolled", "unknown_workflow") in house.reasons()
    assert house.enrolments() == [("a", "ended", "completed")]


def test_contacts_of_one_batch_start_each_their_own(house: House) -> None:
    house.publish(project(workflow("a", "- send: x/one")))
    people = [house.person(f"p{i}@aozora.example") for i in range(30)]
    for person in people:
        house.happens(person)
    house.turn()
    assert [row.contact_id for row in house.rows(tables.enrolment)] == people
    assert sorted(house.to()) == sorted(f"p{i}@aozora.example" for i in range(30))
