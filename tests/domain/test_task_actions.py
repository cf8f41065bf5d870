"""Tasks: what they offer, what their forms take, which events follow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain import glossary, task_words
from nurture.domain.lifecycle import Stage
from nurture.domain.task_actions import ACTIONS, closes, events_of, offers
from nurture.domain.task_answers import read

TOKYO = ZoneInfo("Asia/Tokyo")
#: 23:30 on 12 May in UTC is the 13th in Tokyo
NOW = datetime(2026, 5, 12, 23, 30, tzinfo=UTC)

#: (kind, stage, stage of the deal, accepted, what is offered)
OFFERS: list[tuple[str, str | None, str | None, bool, str]] = [
    # a lead that was just handed off: call it, take it on, give it back
    ("call", "mql", None, False, "called meeting_set accepted returned done"),
    # taken on already: not asked again
    ("call", "tql", None, True, "called meeting_set returned done"),
    # sales has it: nothing to give back
    ("call", "sal", None, False, "called meeting_set done"),
    # a customer is no lead
    ("call", "customer", "won", False, "called meeting_set done"),
    ("reply", "lead", None, False, "done called meeting_set accepted returned"),
    ("quote", "sql", "meeting", False, "proposed done met won lost meeting_set"),
    # the day after a meeting
    ("record", "sql", "meeting", False, "met proposed won lost meeting_set done"),
    ("todo", "sql", "proposal", False, "done called won lost met meeting_set"),
    # a deal that was lost is over: the next one begins with a meeting
    ("call", "lost", "lost", False, "called meeting_set done"),
    ("escalation", "mql", None, False, "called done meeting_set accepted returned"),
    ("meeting", "sal", None, False, "meeting_set called done"),
    # the customer decides behind closed doors
    (
        "approval-pack",
        "sql",
        "meeting",
        False,
        "send_pack done called met proposed won lost meeting_set",
    ),
    # decided already, or no lead of ours any more: nobody is to be sent a pack
    ("approval-pack", "customer", "won", False, "done called meeting_set"),
    ("approval-pack", "lost", "lost", False, "done called meeting_set"),
    # a kind of the company's own, a stage of the CRM's own
    ("お礼状", "sal", "negotiation", False, "done called meeting_set"),
    # about nobody: only to be done
    ("call", None, None, False, "done"),
]


@pytest.mark.parametrize(("kind", "stage", "deal", "accepted", "wanted"), OFFERS)
def test_a_task_offers_what_fits_its_kind_stage_and_deal(
    kind: str, stage: str | None, deal: str | None, accepted: bool, wanted: str
) -> None:
    assert offers(kind, stage, deal, accepted) == tuple(wanted.split())


#: (kind, action, values, whether the task is over)
CLOSING: list[tuple[str, str, dict[str, Any], bool]] = [
    ("call", "called", {"result": "talked"}, True),
    # nobody at the phone: try again
    ("call", "called", {"result": "no_answer"}, False),
    # whoever takes a lead on: the hand-off is over, what follows is a task of its own
    ("call", "accepted", {}, True),
    # the first meeting is still to be arranged
    ("meeting", "called", {"result": "talked"}, False),
    ("meeting", "meeting_set", {}, True),
    # the quotation is still to be written, whatever else happens
    ("quote", "called", {"result": "talked"}, False),
    ("quote", "meeting_set", {}, False),
    ("quote", "proposed", {}, True),
    ("call", "meeting_set", {}, True),
    ("record", "met", {}, True),
    ("call", "returned", {}, True),
    ("quote", "lost", {}, True),
    # the approval comes after the proposal
    ("approval-pack", "proposed", {}, False),
    ("approval-pack", "send_pack", {}, True),
    ("approval-pack", "won", {}, True),
]


@pytest.mark.parametrize(("kind", "action", "values", "over"), CLOSING)
def test_an_action_closes_a_task_when_nothing_is_left_to_do(
    kind: str, action: str, values: dict[str, Any], over: bool
) -> None:
    assert closes(kind, action, values) is over


#: (action, answers, values or faults)
ANSWERS: list[tuple[str, dict[str, Any], dict[str, Any] | str]] = [
    ("accepted", {"note": "not asked"}, {}),
    (
        "called",
        {"result": "talked", "need": " 転記が \n 負担 "},
        {"result": "talked", "need": "転記が 負担"},
    ),
    ("called", {}, "result: choose"),
    ("called", {"result": "sold"}, "result: unknown_choice"),
    # qualified says that something was learnt
    ("called", {"result": "qualified"}, "budget: bant"),
    (
        "called",
        {"result": "qualified", "timeline": "3か月"},
        {"result": "qualified", "timeline": "3か月"},
    ),
    ("called", {"result": "later"}, "revisit_at: revisit_needed"),
    ("called", {"result": "talked", "budget": "x" * 301}, "budget: too_long"),
    ("called", {"result": "talked", "note": "x" * 4001}, "note: too_long"),
    # lines of a note stay
    ("done", {"note": "一\r\n二"}, {"note": "一\n二"}),
    ("done", {"note": ""}, {}),
    ("returned", {"reason": "no_fit"}, {"reason": "no_fit"}),
    ("returned", {"reason": "later"}, "revisit_at: revisit_needed"),
    (
        "returned",
        {"reason": "later", "revisit_at": "2026-10-01"},
        {"reason": "later", "revisit_at": "2026-10-01"},
    ),
    # today is the 13th in Tokyo: too soon to come back
    ("returned", {"reason": "later", "revisit_at": "2026-05-13"}, "revisit_at: past"),
    ("returned", {"reason": "later", "revisit_at": "2036-05-14"}, "revisit_at: too_far"),
    ("lost", {"reason": "competitor", "revisit_at": "2026/02/30"}, "revisit_at: not_a_date"),
    # a date as people write it, full-width
    (
        "lost",
        {"reason": "no_budget", "revisit_at": "２０２７年4月1日"},
        {"reason": "no_budget", "revisit_at": "2027-04-01"},
    ),
    (
        "meeting_set",
        {"day": "2026-05-20", "time": "14:00", "attendees": "山田部長", "decider": "yes"},
        {"at": "2026-05-20T14:00:00+09:00", "attendees": "山田部長", "decider": True},
    ),
    # today still goes
    (
        "meeting_set",
        {"day": "2026-05-13", "time": "9時00分", "decider": "no"},
        {"at": "2026-05-13T09:00:00+09:00", "decider": False},
    ),
    (
        "meeting_set",
        {"day": "2026-05-12", "time": "25:00"},
        "day: past_today, time: not_a_time, decider: choose",
    ),
    ("meeting_set", {}, "day: required, time: required, decider: choose"),
    (
        "met",
        {"decider_met": "on", "next_step": "見積書を送付", "next_at": "2026-05-20", "note": "可"},
        {
            **{"decider_met": True, "requirements": False, "budget": False},
            **{"next_step": "見積書を送付", "next_at": "2026-05-20", "note": "可"},
        },
    ),
    # a next step, or the word that there is none
    ("met", {}, "next_step: next_step_needed"),
    ("met", {"no_next_step": "on"}, {"decider_met": False, "requirements": False, "budget": False}),
    ("met", {"next_step": "見積書"}, "next_at: required"),
    (
        "met",
        {"next_step": "見積書", "next_at": "2026-05-20", "no_next_step": "on"},
        "no_next_step: next_step_or_none",
    ),
    # as the demo and programs give it
    (
        "met",
        {"no_next_step": True, "budget": True},
        {"decider_met": False, "requirements": False, "budget": True},
    ),
    ("won", {"amount": "1,200,000"}, {"amount": 1_200_000}),
    ("won", {"amount": "１２０万円"}, {"amount": 1_200_000}),
    ("won", {"amount": "1.5億"}, {"amount": 150_000_000}),
    ("won", {"amount": 1_200_000.0}, {"amount": 1_200_000}),
    ("proposed", {"amount": "¥ 50000"}, {"amount": 50_000}),
    ("proposed", {"amount": "about a million"}, "amount: not_an_amount"),
    ("proposed", {"amount": "-5"}, "amount: not_an_amount"),
    ("proposed", {"amount": "9" * 400}, "amount: not_an_amount"),
]  # fmt: skip


#: pasted from a terminal or a chat: what nobody sees is not kept
PASTED = ("done", {"note": "一\0行\x1b[1m\r\n\t二\ud800"}, {"note": "一行[1m\n\t二"})


@pytest.mark.parametrize(("action", "answers", "wanted"), [*ANSWERS, PASTED])
def test_a_form_is_read_or_says_what_is_wrong_beside_the_field(
    action: str, answers: dict[str, Any], wanted: dict[str, Any] | str
) -> None:
    found = read(ACTIONS[action], answers, TOKYO, NOW)
    if isinstance(wanted, str):
        assert ", ".join(f"{name}: {code}" for name, code in found.faults.items()) == wanted
    else:
        assert (found.values, found.faults) == (wanted, {})


@given(
    st.sampled_from(sorted(ACTIONS)),
    st.dictionaries(st.sampled_from(sorted(task_words.ASKED)), st.text(max_size=40)),
)
def test_whatever_is_typed_is_taken_or_named_with_words(name: str, answers: dict[str, str]) -> None:
    found = read(ACTIONS[name], answers, TOKYO, NOW)
    for field, code in found.faults.items():
        assert ACTIONS[name].field(field) is not None
        assert code in task_words.FAULTS


def test_a_deal_is_opened_before_something_happens_to_it() -> None:
    values = {"at": "2026-05-20T14:00:00+09:00", "decider": True}
    made = events_of(ACTIONS["meeting_set"], values, "sato", (7, "call"), opens={"deal": "D-7"})
    assert made == [
        ("deal.opened", {"deal": "D-7", "by": "sato"}),
        ("deal.meeting_set", {**values, "by": "sato", "deal": "D-7"}),
    ]


def test_the_deal_under_way_is_the_one_that_is_meant() -> None:
    made = events_of(ACTIONS["won"], {"amount": 5}, "sato", (7, "quote"), deal="CRM-1")
    assert made == [("deal.won", {"amount": 5, "by": "sato", "deal": "CRM-1"})]
    # one that the CRM never named: the contact's newest open one
    made = events_of(ACTIONS["won"], {"amount": 5}, "sato", (7, "quote"))
    assert made == [("deal.won", {"amount": 5, "by": "sato"})]


KINDS = ("call", "escalation", "reply", "quote", "record", "card", "todo", "approval-pack")

#: (kind of task, whether a call from it names it)
CALLS = [("call", True), ("escalation", True), ("first-call", True), ("reply", False)]


@pytest.mark.parametrize(("kind", "named"), CALLS)
def test_a_call_names_the_task_that_asked_for_it(kind: str, named: bool) -> None:
    ((event, properties),) = events_of(ACTIONS["called"], {"result": "talked"}, "sato", (7, kind))
    assert event == "call.logged"
    assert properties.get("task") == (7 if named else None)


def test_everything_offered_exists_and_has_words_in_both_languages() -> None:
    assert set(glossary.TASK_KINDS) >= {*KINDS}
    for stage in (*Stage, None):
        for deal in (*task_words.DEAL_STAGES, None):
            for kind in KINDS:
                assert set(offers(kind, stage, deal)) <= set(ACTIONS)
    assert set(task_words.PRESSES) <= set(ACTIONS)
    assert set(ACTIONS) == set(task_words.ACTIONS) == set(task_words.MEANINGS)
    asked = {field.words for action in ACTIONS.values() for field in action.fields}
    assert asked <= set(task_words.ASKED)
