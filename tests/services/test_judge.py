"""Clicks: held, judged by their company, and taken back when later evidence comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from tests.services.house import START, House
from tests.services.project import POLICY, project, workflow

FOLLOWS = workflow(
    "follows",
    "- send: x/one\n- wait: 1d\n- send: x/two",
    "trigger: [{event: email.clicked}]",
)


def _mail(house: House, person: int, key: str = "") -> int:
    return house.add(
        tables.message,
        dedupe_key=f"mail/{person}/{key}",
        contact_id=person,
        recipient=house.contact(person).email,
        purpose="marketing",
        template="x/one",
        window="business",
        priority=1,
        state="sent",
        created_at=START,
        recorded_at=START,
        sent_at=START,
    )


def _verdicts(house: House, event_id: int) -> list[tuple[str, str]]:
    return [(r.verdict, r.reason) for r in house.rows(tables.event_evidence, event_id=event_id)]


def test_a_click_without_a_sign_of_a_machine_acts_when_its_hold_is_over(house: House) -> None:
    house.publish(project(FOLLOWS))
    person = house.person()
    click = house.click(_mail(house, person))
    house.after(seconds=9)
    assert house.enrolments() == []
    assert house.contact(person).engagement == 0
    house.after(seconds=1)
    assert house.enrolments() == [("follows", "active", None)]
    assert _verdicts(house, click) == [("unknown", "on_hold"), ("human", "held")]
    assert house.contact(person).engagement == pytest.approx(7, rel=1e-3)


def test_what_a_machine_clicked_never_acts(house: House) -> None:
    house.publish(project(FOLLOWS))
    person = house.person()
    mail = _mail(house, person)
    house.click(mail, verdict="machine")
    house.click(mail, verdict="machine", hidden=True)
    house.after(days=1)
    assert house.enrolments() == []
    assert house.contact(person).engagement == 0


def test_a_burst_of_links_is_a_machine_even_when_it_ends_after_the_first_hold(house: House) -> None:
    house.publish(project(FOLLOWS))
    person = house.person()
    mail = _mail(house, person)
    clicks = []
    for link in (1, 2, 3):
        clicks.append(house.click(mail, link))
        house.after(seconds=4)
    house.after(seconds=20)
    assert {_verdicts(house, click)[-1] for click in clicks} == {("machine", "burst")}
    assert house.contact(person).engagement == 0
    assert [state for _, state, _ in house.enrolments()] in ([], ["ended"])


def test_a_hidden_link_followed_late_takes_back_points_and_journey_and_reports_what_left(
    house: House,
) -> None:
    house.publish(project(FOLLOWS))
    person = house.person()
    mail = _mail(house, person)
    click = house.click(mail)
    house.after(hours=1)
    assert house.mails(workflow="follows") == [("x/one", "sent", None)]
    house.click(mail, verdict="machine", hidden=True)
    house.after(days=3)
    assert house.contact(person).engagement == pytest.approx(0)
    assert house.enrolments() == [("follows", "ended", "revised")]
    (report,) = house.events("evidence.revised")
    (sent,) = house.rows(tables.message, workflow="follows")
    assert report.properties == {"click": click, "sent": [sent.id]}
    assert _verdicts(house, click)[-1] == ("machine", "hidden_link")


def test_what_a_machine_started_and_is_not_sent_is_cancelled(house: House) -> None:
    held = FOLLOWS.replace("send: x/one", "{send: x/one, window: office}")
    house.publish(project(held))
    house.clock.move(timedelta(hours=12))  # the office is shut
    person = house.person()
    mail = _mail(house, person)
    house.click(mail)
    house.after(seconds=11)
    assert house.mails(workflow="follows") == [("x/one", "deferred", "window")]
    house.click(mail, verdict="machine", hidden=True)
    house.after(days=3)
    assert house.mails(workflow="follows") == [("x/one", "cancelled", "evidence_revised")]
    assert house.to() == []
    assert house.events("evidence.revised") == []


def test_a_wait_that_a_machine_ended_loses_its_mail_and_the_journey_goes_on(house: House) -> None:
    steps = """
- id: first
  send: x/one
- wait_for: [{clicked: first}]
  within: 5d
  then: [{send: x/two, window: office}]
- wait: 1d
- send: x/three
"""
    house.publish(project(workflow("a", steps)))
    person = house.person()
    house.happens(person)
    house.turn()
    (mail,) = house.rows(tables.message)
    house.clock.move(timedelta(hours=12))
    house.click(mail.id)
    house.after(seconds=11)
    assert house.mails()[1] == ("x/two", "deferred", "window")
    house.click(mail.id, verdict="machine", hidden=True)
    house.after(days=2)
    assert house.mails()[1:] == [
        ("x/two", "cancelled", "evidence_revised"),
        ("x/three", "sent", None),
    ]


def test_a_network_that_sweeps_recipients_is_a_machine_for_all_of_them(house: House) -> None:
    """Three recipients within ten minutes, the first two past their hold already."""
    house.publish(project(FOLLOWS.replace("send: x/one", "wait: 2d")))
    people = [house.person(f"p{i}@aozora.example") for i in range(3)]
    clicks = []
    for person in people:
        clicks.append(house.click(_mail(house, person)))
        house.after(minutes=1)
    house.after(minutes=1)
    assert {_verdicts(house, click)[-1] for click in clicks} == {("machine", "sweep")}
    assert [house.contact(p).engagement for p in people] == [pytest.approx(0, abs=1e-9)] * 3
    assert {(state, out) for _, state, out in house.enrolments()} == {("ended", "revised")}
    assert house.rows(tables.inbox) == []


def test_colleagues_behind_one_address_over_the_day_are_people(house: House) -> None:
    house.publish(project(FOLLOWS))
    people = [house.person(f"p{i}@aozora.example") for i in range(6)]
    clicks = []
    for person in people:
        clicks.append(house.click(_mail(house, person)))
        house.after(minutes=6)
    # one of them comes back to the mail of the morning
    clicks.append(house.click(house.rows(tables.message, contact_id=people[0])[0].id))
    house.after(minutes=6)
    assert {_verdicts(house, click)[-1] for click in clicks} == {("human", "held")}


def test_a_click_that_comes_back_for_another_look_starts_nothing_again(house: House) -> None:
    """Two sweeps overlap in one click; `reentry: always` would start it once more."""
    house.publish(project(FOLLOWS.replace("- send: x/one", "- end: done")))
    people = [house.person(f"p{i}@aozora.example") for i in range(4)]
    early = house.click(_mail(house, people[0]))
    house.after(minutes=9)
    assert _verdicts(house, early)[-1] == ("human", "held")
    for person in people[1:]:
        house.click(_mail(house, person))
        house.after(minutes=4)
    house.after(minutes=1)
    # near one click of the sweep, so looked at again, but itself in company of one only
    assert _verdicts(house, early)[-1] == ("human", "held")
    assert len(house.rows(tables.enrolment, contact_id=people[0])) == 1


def test_opens_that_the_policy_does_not_count_start_nothing(house: House) -> None:
    strict = POLICY.replace("{hold: 10s,", "{count_unknown_opens: false, hold: 10s,")
    opened = workflow("opened", "- wait: 1d", "trigger: [{event: email.opened}]")
    house.publish(project(opened, policy=strict))
    person = house.person()
    mail = _mail(house, person)
    for verdict in ("unknown", "prefetch", "machine"):
        evidence = (verdict, "image_proxy")
        seen = NewEvent(
            "email.opened", person, START, "tracking", {}, message_id=mail, evidence=evidence
        )
        with write(house.engine) as connection:
            record(connection, [seen], START)
    house.turn()
    assert house.enrolments() == []
