"""Each kind of expectation, once true and once false; and what a false one says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.conditions import All, Compare, Field, HasTag, Literal, Op, Scope
from nurture.domain.facts import Facts
from nurture.domain.scenario import (
    Dropped,
    Enrolled,
    Exits,
    Expectation,
    Held,
    Holds,
    NotSent,
    Owner,
    Score,
    Sent,
    State,
    Tally,
    TaskMade,
    Timing,
    Waits,
)
from nurture.domain.scenario_end import SETTLES, end_of
from nurture.domain.scenario_match import judge
from nurture.domain.scenario_seen import Seen, SeenJourney, SeenMail, SeenTask, Why
from nurture.domain.scenario_wording import Wording
from nurture.domain.scenario_words import MISSES
from nurture.domain.steps import Duration
from nurture.errors import Place
from tests.domain.calendars import JAPAN

TOKYO = ZoneInfo("Asia/Tokyo")
#: a Friday, 18:00 in Tokyo: when something happened last
ANCHOR = datetime(2026, 4, 3, 9, tzinfo=UTC)
HERE: dict[str, Any] = {"place": Place("f.yaml", 3, 5), "person": "contact"}

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TWO_HOURS, A_DAY = Duration(elapsed=2 * HOUR), Duration(elapsed=DAY)
#: the next morning at 8:00 in Tokyo
MORNING = ANCHOR + 14 * HOUR

WINDOW = Why(ANCHOR + HOUR, "deferred", "window", {"window": "courtesy"})
THANKS = SeenMail(
    1,
    "seminar/thanks",
    "sent",
    ANCHOR + HOUR,
    workflow="seminar-follow-up",
    sent_at=MORNING,
    subject="ご参加のお礼",
    text="資料を\nお届けします。",
    sender="sato",
    attached=("case-any", "workflows/files/slides.ja.pdf"),
    decisions=(WINDOW,),
)
HEARING = SeenMail(2, "warm/hearing", "queued", ANCHOR + HOUR, due_at=MORNING + DAY)
CASE = SeenMail(
    3,
    "library/case",
    "cancelled",
    ANCHOR,
    reason="expired",
    decisions=(Why(MORNING, "dropped", "no_consent", {}),),
)
CALL = SeenTask("call", "初回電話（背景の確認）", "owner", "sato", ANCHOR + HOUR, ANCHOR + DAY)
UNDER_WAY = SeenJourney("warm-nurture", True, ANCHOR, "answer", MORNING + DAY)
REST = Why(MORNING, "ended", "goal")
OVER = SeenJourney("after-loss", False, ANCHOR, ended_at=MORNING, outcome="rested", why=REST)
GIVEN = SeenJourney("cold-nurture", True, ANCHOR - DAY, "tuesday", given=True)

SEEN = Seen(
    anchor=ANCHOR,
    now=ANCHOR + 3 * DAY,
    zone=TOKYO,
    temperature="warm",
    lifecycle="lead",
    score=59.96,
    owner="sato",
    facts=Facts(1, ANCHOR, {"industry": "medical"}, tags=frozenset({"vip"})),
    mails=(THANKS, HEARING, CASE),
    tasks=(CALL,),
    journeys=(UNDER_WAY, OVER, GIVEN),
    refusals=(("referral-ask", Why(ANCHOR, "not_enrolled", "only_if", {})),),
)

VIP = HasTag("vip")
CARE = Compare(Field(Scope.CONTACT, ("industry",)), Op.EQ, Literal("care"))


def sent(mail: str = "seminar/thanks", **more: Any) -> Expectation:
    return Sent(**HERE, mail=mail, **more)


def task(**more: Any) -> Expectation:
    return TaskMade(**HERE, **more)


#: what holds
TRUE: list[Expectation] = [
    sent(),
    sent("seminar/*"),
    sent(timing=Timing(within=A_DAY)),
    sent(timing=Timing(at=MORNING)),
    sent(timing=Timing(not_before=TWO_HOURS)),
    sent(timing=Timing(not_before=MORNING)),
    sent(timing=Timing(between=(TWO_HOURS, A_DAY))),
    sent(timing=Timing(hours=(time(8), time(20)))),
    sent(times=Tally(1, 1)),
    # at most so many: none will do
    sent("cold/*", times=Tally(0, 2)),
    sent(wording=Wording(subject=("お礼",), not_subject=("お詫び",))),
    # line breaks of the text part do not count
    sent(wording=Wording(text=("資料をお届けします",), not_text=("ご予算",))),
    sent(sender="sato"),
    sent(attached="case-any"),
    sent(attached="*/slides.*"),
    NotSent(**HERE, mail="cold/*"),
    NotSent(**HERE, mail="seminar/thanks", within=TWO_HOURS),
    # queued is not sent
    NotSent(**HERE, mail="warm/hearing"),
    Held(**HERE, mail="seminar/thanks", reason="window"),
    Dropped(**HERE, mail="library/case", reason="no_consent"),
    task(kind="call", assignee="owner", title="背景", due=A_DAY),
    task(assignee="sato", timing=Timing(within=TWO_HOURS), times=Tally(1, 1)),
    task(kind="quote", times=Tally(0, 0)),
    Enrolled(**HERE, workflow="warm-nurture", timing=Timing(within=TWO_HOURS)),
    Enrolled(**HERE, workflow="hot-follow-up", times=Tally(0, 0)),
    # in it from the start: it has not begun
    Enrolled(**HERE, workflow="cold-nurture", times=Tally(0, 0)),
    Waits(**HERE, workflow="warm-nurture", step="answer", until=MORNING + DAY),
    Waits(**HERE, workflow="cold-nurture"),
    Exits(**HERE, workflow="after-loss", outcome="rested", timing=Timing(within=A_DAY)),
    State(**HERE, what="temperature", words=("warm", "hot")),
    State(**HERE, what="lifecycle", words=("lead",)),
    # what is shown as 60.0 is 60
    Score(**HERE, low=60, high=60),
    Owner(**HERE, key="sato"),
    Holds(**HERE, condition=VIP),
    Holds(**HERE, condition=CARE, truth=False),
]

#: what does not, and the code of what is said
FALSE: list[tuple[Expectation, str]] = [
    (sent("cold/checklist"), "never_made"),
    (sent("warm/hearing"), "not_gone"),
    (sent(timing=Timing(within=TWO_HOURS)), "too_late"),
    (sent(timing=Timing(at=MORNING + HOUR)), "other_moment"),
    (sent(timing=Timing(not_before=A_DAY)), "too_early"),
    (sent(timing=Timing(between=(A_DAY, Duration(days=2)))), "too_early"),
    (sent(timing=Timing(hours=(time(9), time(17)))), "outside_hours"),
    (sent(times=Tally(2, 2)), "times"),
    (sent("seminar/*", times=Tally(0, 0)), "times"),
    (sent(wording=Wording(subject=("お詫び",))), "subject_lacks"),
    (sent(wording=Wording(not_subject=("お礼",))), "subject_holds"),
    (sent(wording=Wording(text=("別の言葉",))), "text_lacks"),
    (sent(wording=Wording(not_text=("資料を お届け",))), "text_holds"),
    (sent(sender="mori"), "other_sender"),
    (sent(attached="*/rollout.*"), "other_file"),
    (NotSent(**HERE, mail="seminar/*"), "was_sent"),
    (Held(**HERE, mail="seminar/thanks", reason="cap"), "held_for_other"),
    (Held(**HERE, mail="warm/hearing"), "not_held"),
    (Dropped(**HERE, mail="library/case", reason="expired"), "dropped_for_other"),
    (Dropped(**HERE, mail="seminar/thanks"), "not_dropped"),
    (task(kind="quote"), "no_such_task"),
    (task(kind="call", title="見積"), "task_title"),
    (task(kind="call", assignee="mori"), "task_assignee"),
    (task(kind="call", due=TWO_HOURS), "task_due"),
    (task(kind="call", timing=Timing(within=Duration(elapsed=HOUR / 2))), "task_too_late"),
    (task(kind="call", times=Tally(2, 2)), "task_times"),
    (task(times=Tally(0, 0)), "task_there"),
    (Enrolled(**HERE, workflow="referral-ask"), "not_enrolled"),
    (Enrolled(**HERE, workflow="cold-nurture"), "enrolled_as_given"),
    (Enrolled(**HERE, workflow="warm-nurture", times=Tally(0, 0)), "was_enrolled"),
    (Enrolled(**HERE, workflow="warm-nurture", times=Tally(2, 2)), "enrolled_times"),
    (
        Enrolled(**HERE, workflow="warm-nurture", timing=Timing(not_before=A_DAY)),
        "enrolled_too_early",
    ),
    (Waits(**HERE, workflow="warm-nurture", step="seat"), "stands_elsewhere"),
    (Waits(**HERE, workflow="warm-nurture", until=MORNING), "waits_until_other"),
    (Waits(**HERE, workflow="after-loss"), "has_ended"),
    (Waits(**HERE, workflow="hot-follow-up"), "not_enrolled"),
    (Exits(**HERE, workflow="warm-nurture"), "still_under_way"),
    (Exits(**HERE, workflow="after-loss", outcome="converted"), "other_outcome"),
    (Exits(**HERE, workflow="after-loss", timing=Timing(within=TWO_HOURS)), "ended_too_late"),
    (Exits(**HERE, workflow="hot-follow-up"), "not_enrolled"),
    (State(**HERE, what="temperature", words=("hot",)), "temperature_is"),
    (State(**HERE, what="lifecycle", words=("mql", "sal")), "lifecycle_is"),
    (Score(**HERE, low=61, high=70), "score_is"),
    (Owner(**HERE, key="mori"), "owner_is"),
    (Holds(**HERE, condition=CARE), "does_not_hold"),
    (Holds(**HERE, condition=All((VIP, CARE))), "parts_do_not_hold"),
    (Holds(**HERE, condition=VIP, truth=False), "does_hold"),
]


@pytest.mark.parametrize("expected", TRUE)
def test_what_came_as_expected_is_not_remarked_on(expected: Expectation) -> None:
    assert judge(expected, SEEN, JAPAN) is None


@pytest.mark.parametrize(("expected", "code"), FALSE)
def test_what_did_not_come_is_said_with_what_came_instead(expected: Expectation, code: str) -> None:
    miss = judge(expected, SEEN, JAPAN)
    assert miss is not None
    assert miss.code == code
    assert code in MISSES


def test_every_kind_of_expectation_stands_on_both_sides() -> None:
    kinds = {type(one).__name__ for one in TRUE}
    assert kinds == {type(one).__name__ for one, _ in FALSE}
    # by name: a dataclass with slots is made twice
    assert kinds == {one.__name__ for one in Expectation.__subclasses__()}


def test_a_mail_from_before_the_last_thing_that_happened_does_not_come_within_it() -> None:
    later = replace(SEEN, anchor=MORNING + HOUR)
    miss = judge(sent(timing=Timing(within=A_DAY)), later, JAPAN)
    assert miss is not None
    assert miss.code == "before_anchor"


def test_a_late_mail_says_how_late_and_why() -> None:
    miss = judge(sent(timing=Timing(within=TWO_HOURS)), SEEN, JAPAN)
    assert miss is not None
    assert (miss.detail["late"], miss.why) == (12 * HOUR, (WINDOW,))


def test_a_journey_that_did_not_begin_says_why() -> None:
    miss = judge(Enrolled(**HERE, workflow="referral-ask"), SEEN, JAPAN)
    assert miss is not None
    assert [why.reason for why in miss.why] == ["only_if"]


@pytest.mark.parametrize(
    ("expected", "ends"),
    [
        # states are looked at once what happens at once has happened
        (State(**HERE, what="temperature", words=("warm",)), ANCHOR + SETTLES),
        (sent(timing=Timing(within=A_DAY)), ANCHOR + DAY),
        (NotSent(**HERE, mail="a/b", within=TWO_HOURS), ANCHOR + 2 * HOUR),
        (sent(timing=Timing(between=(TWO_HOURS, MORNING))), MORNING),
        # that very minute has to pass
        (sent(timing=Timing(at=MORNING)), MORNING + SETTLES),
    ],
)
def test_a_scenario_runs_until_everything_can_be_judged(
    expected: Expectation, ends: datetime
) -> None:
    assert end_of([expected], ANCHOR, ANCHOR, JAPAN, TOKYO) == ends
