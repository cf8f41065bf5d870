"""The shipped stages and timers, as the documents about leads want them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nurture.domain.facts import EventFact, Facts
from nurture.domain.lifecycle import Standing, next_rule
from nurture.domain.owners import Colleague, Colleagues, choose_owner
from nurture.domain.task_timers import due_moment, escalation, reminder
from tests.content.shipped import definitions
from tests.domain.calendars import tokyo

SHIPPED = definitions()
NOW = datetime(2026, 5, 12, 1, tzinfo=UTC)

QUALIFIED = ("call.logged", {"result": "qualified"})
ACCEPTED = ("lead.accepted", {})
WITH_DECIDER = ("deal.meeting_set", {"decider": True})
WITHOUT = ("deal.meeting_set", {"decider": False})
MET = {"decider_met": True}


def known(*events: tuple[str, dict[str, Any]], deal: Any = None, **fields: Any) -> Facts:
    found: dict[str, list[EventFact]] = {}
    for number, (kind, properties) in enumerate(events, 1):
        found.setdefault(kind, []).append(EventFact(number, kind, NOW, properties))
    contact = {"score": 0.0, **fields}
    return Facts(1, NOW, contact, deal=deal or {}, events=found)


#: stage, what is known, the stage it leads to
LEADS_TO = [
    ("prospect", known(("document.downloaded", {})), "lead"),
    ("prospect", known(("email.opened", {})), None),
    # inside sales confirms by phone, wherever the lead stands
    ("mql", known(QUALIFIED), "tql"),
    ("lead", known(QUALIFIED), "tql"),
    ("mql", known(("call.logged", {"result": "talked"})), None),
    # acceptance alone is not enough for a SAL, nor are its criteria without acceptance
    ("mql", known(ACCEPTED), None),
    ("mql", known(WITH_DECIDER, budget="確保済み"), None),
    ("tql", known(QUALIFIED), None),
    # accepted, and one of: budget, a meeting with the decider, a comparison, BANT
    ("mql", known(ACCEPTED, budget="今期の予算で確保済み"), "sal"),
    ("mql", known(ACCEPTED, WITH_DECIDER), "sal"),
    ("mql", known(ACCEPTED, WITHOUT), None),
    ("mql", known(ACCEPTED, comparison="他社と比較中"), "sal"),
    ("tql", known(ACCEPTED, QUALIFIED), "sal"),
    # an SQL's decider was met, and requirements or budget are on their way
    ("sal", known(deal={**MET, "requirements": True}), "sql"),
    ("sal", known(deal={**MET, "budget": True}), "sql"),
    ("sal", known(deal=MET), None),
    ("sal", known(deal={"requirements": True, "budget": True}), None),
    ("sal", known(("deal.won", {})), "customer"),
    ("sal", known(("deal.lost", {})), "lost"),
    ("customer", known(("deal.lost", {})), None),
    ("lost", known(("deal.reopened", {})), "sql"),
    ("lost", known(("form.submitted", {"form": "quote"})), "lead"),
]


@pytest.mark.parametrize(("stage", "facts", "leads_to"), LEADS_TO)
def test_what_leads_from_stage_to_stage(stage: str, facts: Facts, leads_to: str | None) -> None:
    rule = next_rule(stage, facts, SHIPPED.scoring, Standing())
    assert (rule.stage if rule is not None else None) == leads_to


def test_a_lead_of_the_last_working_evening_is_called_in_the_new_year() -> None:
    handoff, calendar = SHIPPED.scoring.handoff, SHIPPED.calendar
    assert handoff is not None and handoff.remind is not None and handoff.escalate is not None
    made = tokyo("2026-12-28 17:30")
    due = due_moment(calendar, made + handoff.due)
    assert due == tokyo("2027-01-04 17:30")
    assert reminder(calendar, made, due, handoff.remind) == tokyo("2027-01-04 13:30")
    assert escalation(calendar, due, handoff.escalate) == tokyo("2027-01-05 09:00")


def test_the_hand_off_says_who_hears_of_a_late_call_and_how_long_a_lead_rests() -> None:
    handoff, policy = SHIPPED.scoring.handoff, SHIPPED.policy
    assert handoff is not None
    assert (handoff.stage, handoff.due, handoff.rest) == (
        "mql",
        timedelta(hours=24),
        timedelta(days=30),
    )
    assert handoff.escalate_to in {sender.role for sender in policy.senders.values()}
    assert policy.tasks.stale_after == timedelta(hours=24)
    assert policy.mql_to_sql_target == 0.6


#: language, trade, who takes care
OWNERS = [
    ("ja", "manufacturing", "nakamura"),
    ("ja", "care", "yoshida"),
    ("ja", "logistics", "kimura"),
    # the language decides before the trade
    ("en", "manufacturing", "ueda"),
    # a trade that nobody has for himself
    ("ja", "finance", "sato"),
]


@pytest.mark.parametrize(("locale", "industry", "owner"), OWNERS)
def test_everybody_finds_somebody_who_takes_care(locale: str, industry: str, owner: str) -> None:
    team = Colleagues(
        Colleague(number, key, key, sender.email, sender.role, True)
        for number, (key, sender) in enumerate(SHIPPED.policy.senders.items())
    )
    facts = Facts(1, NOW, {"locale": locale}, account={"industry": industry})
    choice = choose_owner(None, facts, SHIPPED.policy, team)
    assert choice is not None
    assert choice.who.key == owner
