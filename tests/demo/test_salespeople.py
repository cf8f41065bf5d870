"""Salespeople: when they take a task up, which button they press, and what the form gets."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from nurture.db.demo_people import OpenDeal, OpenTask
from nurture.demo.dice import Dice
from nurture.demo.salespeople import News, Press, Salespeople
from nurture.demo.visitors import Visit
from nurture.domain.task_actions import ACTIONS, offers
from nurture.domain.task_answers import read
from tests.demo.worlds import HOURS, MONDAY

SALES = Salespeople(Dice(2026), HOURS)
TOKYO = ZoneInfo("Asia/Tokyo")
DEAL = OpenDeal("D-1", "meeting", met=False)


def tasks(
    kind: str, lifecycle: str = "mql", deal: OpenDeal | None = None, workflow: str | None = None
) -> list[OpenTask]:
    """Return one task of a kind for each of a hundred and twenty people."""
    return [
        OpenTask(
            number,
            kind,
            MONDAY,
            f"r{number}@sample.example",
            "ja" if number % 3 else "en",
            lifecycle,
            workflow,
            "R-7" if workflow else None,
            "sato",
            deal,
        )
        for number in range(120)
    ]


#: kind of task, stage, deal → what has to be pressed by somebody, and nothing else but `done`
CASES: list[tuple[str, str, OpenDeal | None, str | None, set[str]]] = [
    # a hand-off: called, taken on at once, or given back
    ("call", "mql", None, None, {"called", "accepted", "returned"}),
    # a customer is called and never given back
    ("call", "customer", None, None, {"called"}),
    ("meeting", "sal", None, None, {"meeting_set"}),
    # nobody wrote about the meeting; then about what came of it
    ("record", "sal", DEAL, None, {"met"}),
    ("record", "sql", OpenDeal("D-1", "meeting", met=True), None, {"proposed"}),
    ("quote", "sql", DEAL, None, {"proposed"}),
    ("approval-pack", "sql", DEAL, None, {"send_pack"}),
    ("reply", "mql", None, None, {"done"}),
    ("escalation", "mql", None, None, {"called", "done"}),
    ("call", "customer", None, "referrer-updates", {"called"}),
]


@pytest.mark.parametrize(("kind", "stage", "deal", "workflow", "expected"), CASES)
def test_every_form_is_answered_so_that_it_is_taken(
    kind: str, stage: str, deal: OpenDeal | None, workflow: str | None, expected: set[str]
) -> None:
    offered = offers(kind, stage, deal.stage if deal is not None else None)
    pressed: Counter[str] = Counter()
    for one in tasks(kind, stage, deal, workflow):
        press = SALES.presses(one, offered, MONDAY)
        assert press is not None
        assert press.action in offered
        reading = read(ACTIONS[press.action], press.answers, TOKYO, MONDAY)
        assert not reading.faults, (press, reading.faults)
        pressed[press.action] += 1
    assert expected <= set(pressed) <= expected | {"done"}


def test_what_is_not_offered_is_not_pressed() -> None:
    for one in tasks("quote"):
        assert SALES.presses(one, ("done",), MONDAY) == Press("done", {})
        assert SALES.presses(one, (), MONDAY) is None


def test_most_calls_are_made_in_time_and_some_late_and_a_reminder_hurries() -> None:
    made = [SALES.takes_up(one, "made", MONDAY) for one in tasks("call")]
    late = [at for at in made if at is not None and at - MONDAY > timedelta(hours=24)]
    assert None not in made
    assert 5 < len(late) < 40
    reminded = [SALES.takes_up(one, "reminder", MONDAY) for one in tasks("call")]
    assert {at is None for at in reminded} == {True, False}
    assert all(at - MONDAY < timedelta(hours=2) for at in reminded if at is not None)


def test_a_few_tasks_are_left_lying() -> None:
    left = [SALES.takes_up(one, "made", MONDAY) is None for one in tasks("follow-up")]
    assert 1 < sum(left) < 30


def test_what_follows_a_talk_follows_at_the_desk() -> None:
    followed: list[Visit | News] = []
    for one in tasks("call"):
        press = Press("called", {"result": "qualified"})
        followed += SALES.goes_on(one, press, MONDAY)
        followed += SALES.goes_on(one, Press("proposed", {}), MONDAY)
        assert not list(SALES.goes_on(one, Press("contacted", {"how": "phone"}), MONDAY))
    assert {one.what for one in followed if isinstance(one, News)} == {"end"}
    assert {one.deed.type for one in followed if isinstance(one, Visit)} == {"lead.accepted"}
    assert all(HOURS.is_business_day(HOURS.day_of(one.at)) for one in followed)


def test_some_write_down_a_meeting_on_its_day_and_others_wait_to_be_asked() -> None:
    told = [
        list(SALES.goes_on(one, Press("meeting_set", {"day": "2026-05-12"}), MONDAY))
        for one in tasks("meeting")
    ]
    assert {len(one) for one in told} == {0, 1}
    days = {str(HOURS.day_of(news.at)) for one in told for news in one}
    assert days == {"2026-05-12"}


def test_deals_are_won_and_lost_and_a_loss_for_the_time_being_names_a_day() -> None:
    ends = [SALES.ends(one.email, one.locale, MONDAY) for one in tasks("record")]
    assert {one.action for one in ends} == {"won", "lost"}
    for one in ends:
        assert not read(ACTIONS[one.action], one.answers, TOKYO, MONDAY).faults
        assert ("revisit_at" in one.answers) == (
            one.answers.get("reason") in ("later", "no_budget")
        )


def test_whoever_was_introduced_and_spoken_to_gets_a_deal_that_ends_in_most_cases() -> None:
    went = []
    for one in tasks("first-contact", "lead", None, "referred-lead"):
        follows = list(SALES.goes_on(one, Press("contacted", {"how": "phone"}), MONDAY))
        went.append([type(each) for each in follows])
        if follows:
            opened, met, end = follows
            assert isinstance(opened, Visit)
            assert opened.deed.type == "deal.opened"
            assert [each.what for each in follows if isinstance(each, News)] == ["met", "end"]
            assert MONDAY < opened.at < met.at < end.at
    assert [Visit, News, News] in went
    assert [] in went


def test_who_is_not_whom_we_want_to_meet_is_declined_the_next_day() -> None:
    (one, *_) = tasks("first-contact", "lead", None, "referred-lead")
    sales = Salespeople(SALES.dice, HOURS, {one.email})
    (news,) = sales.goes_on(one, Press("contacted", {"how": "phone"}), MONDAY)
    assert isinstance(news, News)
    assert (news.what, news.referral) == ("decline", "R-7")
