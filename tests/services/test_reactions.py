"""Scores, temperature and lifecycle; deals, calls and replies; one hand-off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.db import tables
from tests.services.house import START, House
from tests.services.project import SCORING, project, workflow


def _moves(house: House, kind: str) -> list[tuple[str, str]]:
    return [(row.properties["from"], row.properties["to"]) for row in house.events(kind)]


def test_temperature_rises_by_deeds_and_falls_by_time_alone(house: House) -> None:
    house.publish(project())
    person = house.person()
    house.happens(person, "document.downloaded")
    house.turn()
    house.happens(person, "form.submitted", form="quote")
    house.turn()
    assert house.contact(person).temperature == "hot"
    house.after(days=120)
    assert _moves(house, "temperature.changed") == [
        ("cold", "warm"),
        ("warm", "hot"),
        # 60 · 2^(−t/30) < 40 after 17.5 days, before the intent is over; < 15 after 60
        ("hot", "warm"),
        ("warm", "cold"),
    ]
    at = [row.occurred_at - START for row in house.events("temperature.changed")]
    assert timedelta(days=17.54) < at[2] < timedelta(days=17.56)
    assert timedelta(days=60) <= at[3] < timedelta(days=60, seconds=5)
    assert house.next_moment() is None


def test_hot_needs_intent_and_ends_with_it(house: House) -> None:
    house.publish(project())
    person = house.person()
    for _ in range(5):
        house.happens(person, "document.downloaded")
    house.turn()
    assert house.contact(person).temperature == "warm"
    house.happens(person, "form.submitted", form="quote")
    for _ in range(5):
        house.happens(person, "document.downloaded")
    house.turn()
    assert house.contact(person).temperature == "hot"
    house.until(START + timedelta(days=30))
    assert house.contact(person).temperature == "warm"


def test_a_lead_is_handed_over_once_however_often_it_qualifies(house: House) -> None:
    house.publish(project())
    (sato,) = house.rows(tables.team_member, key="sato")
    person = house.person(owner_id=sato.id)
    for _ in range(2):
        for _ in range(3):
            house.happens(person, "document.downloaded")
        house.turn()
        house.change(tables.contact, person, lifecycle="prospect")
    (task,) = house.rows(tables.task)
    assert (task.kind, task.assignee_id, task.due_at) == (
        "call",
        sato.id,
        START + timedelta(hours=24),
    )
    assert house.contact(person).lifecycle == "prospect"
    assert house.reasons(kind="handed_off") == [("handed_off", "handed_off")]


def test_a_lead_that_comes_back_is_handed_over_again_once_the_first_call_is_made(
    house: House,
) -> None:
    house.publish(project())
    person = house.person()
    for handed_over in (1, 2):
        for _ in range(3):
            house.happens(person, "document.downloaded")
        house.turn()
        assert house.contact(person).lifecycle == "mql"
        tasks = house.rows(tables.task)
        assert [task.state for task in tasks] == ["done"] * (handed_over - 1) + ["open"]
        assert len(house.reasons(kind="handed_off")) == handed_over
        house.happens(person, "call.logged", result="away")
        house.turn()
        house.change(tables.contact, person, lifecycle="lead")


def test_a_hand_off_for_a_role_goes_to_who_has_it(house: House) -> None:
    for_role = SCORING.replace(
        "{for: owner, title: 初回電話", "{for: inside-sales, title: 初回電話"
    )
    house.publish(project(scoring=for_role))
    person = house.person()
    for _ in range(3):
        house.happens(person, "document.downloaded")
    house.turn()
    (call,) = house.rows(tables.task)
    (sato,) = [one for one in house.rows(tables.team_member) if one.role == "inside-sales"]
    assert call.assignee_id == sato.id


def test_a_logged_call_completes_the_oldest_open_call_with_what_was_learnt(house: House) -> None:
    calls = "- task: {for: owner, title: 二本目, due: 3d, kind: call}\n- wait: 1d"
    house.publish(project(workflow("a", calls)))
    person, other = house.person(), house.person("o@aozora.example")
    for _ in range(3):
        house.happens(person, "document.downloaded")
    house.turn()
    house.happens(person)
    house.happens(other)
    house.turn()
    house.happens(person, "call.logged", result="qualified", budget="300万円")
    house.turn()
    first, second, third = house.rows(tables.task)
    assert (first.state, first.result["budget"], first.done_at) == ("done", "300万円", START)
    assert (second.state, third.state) == ("open", "open")
    assert house.contact(person).lifecycle == "tql"
    assert ("task_done", "task_closed") in house.reasons()


def test_deals_follow_their_events_by_id_and_old_news_changes_nothing(house: House) -> None:
    house.publish(project(workflow("won", "- wait: 1d", "trigger: [{event: deal.won}]")))
    person = house.person(account_id=house.company())
    house.happens(person, "deal.opened", deal="D-1", amount=100, at=START - timedelta(days=9))
    house.turn()
    house.happens(person, "deal.won", deal="D-1", amount=300)
    house.happens(person, "deal.proposed", deal="D-1", at=START - timedelta(days=2))
    house.turn()
    (deal,) = house.rows(tables.deal)
    assert (deal.stage, deal.amount, deal.closed_at) == ("won", 300, START)
    assert house.contact(person).lifecycle == "customer"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_deal_without_an_id_is_one_deal_in_whatever_order_its_news_comes(
    house: House, order: tuple[int, int]
) -> None:
    house.publish(project())
    person = house.person()
    news = [("deal.opened", START - timedelta(days=5)), ("deal.lost", START - timedelta(days=1))]
    for number in order:
        kind, at = news[number]
        house.happens(person, kind, at=at, reason="予算")
        house.turn()
    (deal,) = house.rows(tables.deal)
    assert deal.stage == "lost"
    house.happens(person, "deal.reopened")
    house.turn()
    assert [row.stage for row in house.rows(tables.deal)] == ["open"]


def test_old_news_of_a_deal_ends_no_journey(house: House) -> None:
    head = "trigger: [{event: page.viewed}]\nexit: [{expr: \"deal.stage == 'proposal'\"}]"
    house.publish(project(workflow("a", "- wait: 9d", head)))
    person = house.person()
    house.happens(person, "deal.met", deal="D-1")
    house.happens(person)
    house.turn()
    house.happens(person, "deal.proposed", deal="D-1", at=START - timedelta(days=2))
    house.turn()
    assert house.enrolments() == [("a", "active", None)]


def test_a_reply_cancels_what_its_journey_has_queued_and_asks_the_owner_to_answer(
    house: House,
) -> None:
    steps = "- {id: one, send: x/one}\n- wait: 1d\n- {id: two, send: x/two, window: office}"
    other = workflow("b", "- {send: x/other, window: office}", "trigger: [{form: later}]")
    house.publish(project(workflow("a", steps), other))
    house.clock.move(timedelta(hours=8))
    person = house.person()
    house.happens(person)
    house.after(days=1)
    house.happens(person, "form.submitted", form="later")
    house.turn()
    enrolment = house.rows(tables.enrolment, workflow="a")[0].id
    house.happens(person, "email.replied", enrolment_id=enrolment, subject="ありがとう")
    house.turn()
    assert house.mails() == [
        ("one", "sent", None),
        ("two", "cancelled", "replied"),
        ("x/other", "deferred", "window"),
    ]
    (task,) = house.rows(tables.task)
    assert (task.kind, task.title) == ("reply", "返信への対応")
    assert ("dropped", "replied") in house.reasons()
    assert house.enrolments(workflow="a") == [("a", "ended", "completed")]


def test_an_automatic_reply_cancels_nothing(house: House) -> None:
    house.publish(project(workflow("a", "- {id: one, send: x/one, window: office}")))
    house.clock.move(timedelta(hours=8))
    person = house.person()
    house.happens(person)
    house.turn()
    house.happens(person, "email.auto_replied", enrolment_id=1, subject="不在")
    house.turn()
    assert house.mails() == [("one", "deferred", "window")]
    assert house.rows(tables.task) == []


def test_one_reply_is_one_task_and_the_journey_says_what_it_is_called(house: House) -> None:
    steps = """
- {id: one, send: x/one}
- id: answer
  wait_for: [{event: email.replied}]
  within: 7d
  then:
    - score: {points: 3, reason: 返信}
    - task: {for: owner, title: ご回答を読み、お返事する, due: 2 business days, kind: reply}
- wait: 9d
"""
    house.publish(project(workflow("a", steps)))
    person = house.person()
    house.happens(person)
    house.turn()
    for _ in range(2):
        # The second has nobody who waits for it: the house's own task.
        house.happens(person, "email.replied", enrolment_id=house.rows(tables.enrolment)[0].id)
        house.turn()
    tasks = house.rows(tables.task)
    assert [(task.title, task.state) for task in tasks] == [
        ("ご回答を読み、お返事する", "open"),
        ("返信への対応", "open"),
    ]
    assert tasks[0].due_at == START + timedelta(days=2)
