"""Where people decide: thanks in time, a call, sales first, silence in talks, a later date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.domain.evaluate import holds
from nurture.domain.matching import leaves
from nurture.domain.steps import Send
from nurture.domain.workflow import Purpose
from tests.content.tracks import SHIPPED, Life, Sent, tokyo

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)

#: hours at which an office thinks of going home
LATE = [
    "2026-04-03 18:00",  # a Friday evening
    "2026-12-28 17:30",  # the last minute of the last business day
    "2026-12-31 23:59",  # nobody is there, and nobody will be for days
    "2026-05-02 20:01",  # one minute after the courtesy window, Golden Week ahead
]


def _hot(at: str = "2026-06-09 10:00", **contact: str) -> Life:
    life = Life(tokyo(at), {"temperature": "hot", **contact})
    life.enrol("hot-follow-up")
    return life


@pytest.mark.parametrize("late", LATE)
def test_who_turns_hot_is_thanked_within_a_day_and_to_be_called_within_a_day(late: str) -> None:
    life = _hot(late)
    life.days(1)
    assert [one.template for one in life.sent] == ["hot/thanks"]
    assert life.sent[0].at - tokyo(late) <= DAY
    assert [(one.kind, one.assignee, one.due.elapsed) for one in life.tasks] == [
        ("call", "owner", DAY)
    ]


@pytest.mark.parametrize("late", LATE)
def test_who_asks_for_a_paper_has_it_at_once_whatever_went_out_this_week(late: str) -> None:
    life = Life(tokyo(late), {"temperature": "warm"})
    life.sent = [Sent(tokyo(late) - hours * HOUR, "warm-nurture", "any") for hours in (100, 50, 1)]
    life.happens("document.downloaded", kind="whitepaper")
    assert [one.template for one in life.sent][-1] == "document/thanks"
    assert life.sent[-1].at == tokyo(late)


def test_who_turned_hot_by_asking_for_a_quote_gets_one() -> None:
    life = Life(tokyo("2026-06-09 10:00"), {"temperature": "hot"})
    life.happens("form.submitted", form="quote")
    life.enrol("hot-follow-up")
    assert [one.kind for one in life.tasks] == ["call", "quote"]


def test_without_an_answer_a_decider_hears_of_cost_time_support_then_of_the_rollout() -> None:
    life = _hot()
    life.days(60)
    assert [one.template for one in life.sent] == [
        "hot/thanks",
        "hot/decider-questions",
        "hot/rollout",
    ]
    assert [one.kind for one in life.tasks] == ["call", "follow-up"]
    assert life.tracks[0].outcome == "completed"


@pytest.mark.parametrize(
    ("kind", "said", "outcome", "mails", "tasks"),
    [
        # budget and a date: sales first, and no more mail from us
        ("call.logged", {"result": "qualified"}, "sales-first", [], []),
        # no budget now: a paper for the budget round, and a date to agree on
        ("call.logged", {"result": "later"}, "next-term", ["hot/next-term"], ["follow-up"]),
        # given back for later: the date stands already
        ("lead.returned", {"reason": "no_budget"}, "next-term", ["hot/next-term"], []),
        ("lead.returned", {"reason": "no_fit"}, "returned", [], []),
        ("call.logged", {"result": "not_now"}, "not-now", [], []),
        # nobody there: called again, and the questions are answered meanwhile
        (
            "call.logged",
            {"result": "no_answer"},
            "completed",
            ["hot/decider-questions", "hot/rollout"],
            ["call", "follow-up"],
        ),
        ("form.submitted", {"form": "quote"}, "quote-asked", [], ["quote"]),
        ("form.submitted", {"form": "consultation"}, "in-talks", [], ["call"]),
    ],
)
def test_a_conversation_decides_who_goes_on(
    kind: str, said: dict[str, str], outcome: str, mails: list[str], tasks: list[str]
) -> None:
    life = _hot()
    life.days(1)
    life.happens(kind, **said)
    life.days(60)
    assert [one.template for one in life.sent][1:] == mails
    assert [one.kind for one in life.tasks][1:] == tasks
    assert life.tracks[0].outcome == outcome


def test_a_date_noted_right_after_the_call_does_not_lose_the_budget_paper() -> None:
    life = _hot()
    life.days(1)
    life.happens("call.logged", result="later")
    life.happens("lead.returned", reason="later", revisit_at="2026-10-01")
    life.days(5)
    assert life.sent[-1].template == "hot/next-term"


@pytest.mark.parametrize(
    ("name", "step", "paper"),
    [
        ("hot-follow-up", "decider-questions", "decider-faq"),
        ("hot-follow-up", "rollout", "rollout"),
        ("closing-support", "closing-pack", "roi-model"),
    ],
)
def test_what_is_handed_round_in_a_company_travels_as_a_pdf(
    name: str, step: str, paper: str
) -> None:
    send = SHIPPED.workflows[name].graph.steps[step]
    assert isinstance(send, Send)
    assert send.attach == (f"workflows/files/{paper}.{{locale}}.pdf",)


@pytest.mark.parametrize("after", [1, 3, 8])  # days: before the call, after the questions, later
def test_whenever_a_quote_is_asked_for_the_contract_draft_goes_with_it(after: int) -> None:
    life = _hot()
    life.days(after)
    life.happens("form.submitted", form="quote")
    assert [one for one in life.tasks if one.kind == "quote" and "契約書案" in one.title]


#: tracks that look at each mail for themselves, tested below or with the seminar's own
_ASKED_FOR = {"document-follow-up", "seminar-follow-up", "seminar-missed", "closing-support"}

#: tracks of somebody whom sales has let go of, or who never was with sales
_MARKETING = sorted(
    name
    for name, one in SHIPPED.workflows.items()
    if one.purpose is Purpose.MARKETING and name not in _ASKED_FOR
)


@pytest.mark.parametrize("stage", ["sal", "sql"])
@pytest.mark.parametrize("name", _MARKETING)
def test_while_sales_talks_with_somebody_marketing_is_silent(name: str, stage: str) -> None:
    life = Life(tokyo("2026-06-09 10:00"), {"lifecycle": stage})
    assert leaves(SHIPPED.workflows[name], life.facts()) is not None


@pytest.mark.parametrize("stage", ["sal", "sql"])
def test_no_letter_and_no_invitation_to_many_reaches_who_talks_with_sales(stage: str) -> None:
    life = Life(tokyo("2026-06-09 10:00"), {"lifecycle": stage, "temperature": "warm"})
    mailings = [one for one in SHIPPED.mailings.values() if one.purpose is Purpose.MARKETING]
    assert mailings
    assert [one.name for one in mailings if holds(one.condition, life.facts())] == []


@pytest.mark.parametrize(
    "change", [{"lifecycle": "sal"}, {"lifecycle": "sql"}, {"temperature": "hot"}]
)
@pytest.mark.parametrize("reacts", [True, False])
def test_who_talks_with_sales_gets_the_paper_and_nothing_behind_it(
    change: dict[str, str], reacts: bool
) -> None:
    life = Life(tokyo("2026-06-09 10:00"), {"temperature": "warm"})
    life.happens("document.downloaded", kind="whitepaper")
    life.days(1)
    if reacts:
        life.happens("page.viewed", page="product")
    life.becomes(**change)
    life.days(30)
    assert [one.template for one in life.sent] == ["document/thanks"]


@pytest.mark.parametrize(
    ("reacts", "contact", "kind", "then"),
    [
        (False, {}, "whitepaper", "document/usage-case"),
        (False, {}, "checklist", "document/usage-case"),
        (False, {}, "case", "document/case-steps"),
        (False, {}, "price", "document/budget-talk"),
        (False, {}, "guide", "document/budget-talk"),
        (True, {}, "whitepaper", "document/next-paper"),
        (True, {"role": "decision-maker"}, "whitepaper", "document/for-deciders"),
        (True, {"title": "部長"}, "case", "document/for-deciders"),
        (True, {"role": "it"}, "guide", "document/for-it"),
        (True, {"department": "情報システム部"}, "guide", "document/for-it"),
    ],
)
def test_what_follows_a_paper_fits_its_kind_and_its_reader(
    reacts: bool, contact: dict[str, str], kind: str, then: str
) -> None:
    life = Life(tokyo("2026-06-09 10:00"), {"temperature": "warm", **contact})
    life.happens("document.downloaded", kind=kind)
    life.days(1)
    if reacts:
        life.happens("email.clicked", about="document/thanks")
    life.days(30)
    assert [one.template for one in life.sent] == ["document/thanks", then]


def _in_a_deal() -> Life:
    life = Life(tokyo("2026-06-09 10:00"), {"lifecycle": "sql"})
    life.happens("lifecycle.changed", **{"from": "sal", "to": "sql"})
    return life


def test_a_deal_that_takes_shape_gives_the_owner_a_task_and_the_customer_no_mail() -> None:
    life = _in_a_deal()
    # whatever a note says: only the button sends
    life.happens("task.completed", task=1, note="稟議資料の内容を確認")
    life.days(366)
    assert [one.kind for one in life.tasks] == ["approval-pack"]
    assert life.sent == []
    assert life.tracks[0].outcome == "not-wanted"


@pytest.mark.parametrize("withdrawn", [frozenset(), frozenset({"marketing"})])
def test_the_closing_pack_goes_out_the_next_business_morning_where_the_owner_wants_it(
    withdrawn: frozenset[str],
) -> None:
    life = _in_a_deal()
    life.withdrawn = withdrawn
    life.days(3)  # a Friday
    life.happens("pack.requested", task=1, by="nakamura")
    life.days(5)
    (pack,) = life.sent
    assert (pack.template, pack.at) == ("hot/closing-pack", tokyo("2026-06-15 10:00"))
