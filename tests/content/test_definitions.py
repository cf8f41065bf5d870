"""The shipped tracks: they compile without a remark and keep what they promise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.evaluate import holds
from nurture.domain.facts import EventFact, Facts
from nurture.domain.lifecycle import Temperature, temperature
from nurture.domain.referral import CLOSED, EVENT_OF
from nurture.domain.schedule import firings_after
from nurture.domain.steps import Duration, Send, WaitUntil
from nurture.domain.workflow import Existing, Purpose, Workflow
from tests.content.shipped import definitions

SHIPPED = definitions()
NOW = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)


def _sends(workflow: Workflow) -> dict[str, Send]:
    return {step.id: step for step in workflow.graph.steps.values() if isinstance(step, Send)}


def _points(rule: str) -> float:
    return next(r.points for r in SHIPPED.scoring.rules if r.name == rule)


def _contact(**fields: object) -> Facts:
    contact = {"lifecycle": "lead", "temperature": "warm", "score": 0.0, **fields}
    return Facts(contact_id=1, now=NOW, contact=contact)


def _reaches(stage: str, facts: Facts) -> bool:
    return any(
        holds(rule.condition, facts)
        for rule in SHIPPED.scoring.lifecycle
        if rule.stage == stage and facts.contact["lifecycle"] in rule.come_from
    )


def test_every_shipped_file_compiles_without_a_remark() -> None:
    assert [str(problem) for problem in SHIPPED.problems] == []
    assert set(SHIPPED.workflows) >= {
        "cold-nurture", "cold-webinars", "warm-nurture", "hot-follow-up", "closing-support",
        "document-follow-up", "seminar-follow-up", "re-activation", "after-loss", "revisit",
        "customer-onboarding", "referral-notice", "referral-ask", "referrer-updates",
    }  # fmt: skip


def test_customers_are_asked_on_the_first_business_day_of_each_quarter() -> None:
    """1 to 3 January are closed, 1 April 2028 is a Saturday."""
    (trigger,) = SHIPPED.workflows["quarterly-review"].schedules
    moments = firings_after(trigger.schedule, SHIPPED.calendar, NOW.replace(year=2027, month=12))
    walls = [
        one.astimezone(ZoneInfo("Asia/Tokyo")).isoformat(" ")[:16] for one in islice(moments, 3)
    ]
    assert walls == ["2028-01-04 10:00", "2028-04-03 10:00", "2028-07-03 10:00"]


def test_the_keener_the_contact_the_earlier_its_mail() -> None:
    order = [
        "hot-follow-up",
        "seminar-follow-up",
        "closing-support",
        "document-follow-up",
        "after-loss",
        "warm-nurture",
        "re-activation",
        "cold-webinars",
        "cold-nurture",
    ]
    priorities = [SHIPPED.workflows[name].priority for name in order]
    assert priorities == sorted(set(priorities), reverse=True)


@pytest.mark.parametrize("name", ["cold-nurture", "warm-nurture", "hot-follow-up"])
def test_a_track_of_a_temperature_takes_in_those_who_have_it_already(name: str) -> None:
    (trigger,) = SHIPPED.workflows[name].state_triggers
    assert trigger.kind == "temperature"
    assert trigger.existing is Existing.ENROL


@pytest.mark.parametrize(
    ("workflow", "step"),
    [
        ("hot-follow-up", "thanks"),
        ("seminar-follow-up", "thanks"),
        ("referrer-receipt", "receipt"),
    ],
)
def test_what_is_promised_within_a_day_may_leave_every_day_and_expires(
    workflow: str, step: str
) -> None:
    journey = SHIPPED.workflows[workflow]
    send = _sends(journey)[step]
    window = SHIPPED.calendar.windows[send.window or journey.window]
    assert window.days is None
    assert send.expires.days == send.expires.business_days == 0
    assert timedelta(hours=12) <= send.expires.elapsed <= timedelta(hours=24)


def test_a_cold_contact_gets_at_most_two_letters_in_thirty_days() -> None:
    (cap,) = [cap for cap in SHIPPED.policy.caps if cap.temperature == "cold"]
    assert (cap.per, cap.mails, cap.within) == ("contact", 2, timedelta(days=30))
    assert cap.purpose == Purpose.MARKETING


def test_the_hearing_comes_two_weeks_after_the_first_contact() -> None:
    graph = SHIPPED.workflows["warm-nurture"].graph
    wait = graph.steps[graph.first or ""]
    assert isinstance(wait, WaitUntil)
    assert (wait.field, wait.offset) == (("contact", "first_touch"), Duration(days=14))
    assert wait.next == "hearing"


@pytest.mark.parametrize("event", ["document", "attended"])
def test_a_paper_or_a_seminar_alone_makes_a_contact_warm_but_never_hot(event: str) -> None:
    score = _points(event)
    assert temperature(Temperature.COLD, score, None, SHIPPED.scoring, NOW) is Temperature.WARM
    assert temperature(Temperature.COLD, 99, None, SHIPPED.scoring, NOW) is Temperature.WARM


def test_a_warm_contact_who_asks_for_a_quote_is_hot() -> None:
    score, until = _points("document") + _points("quote"), NOW + SHIPPED.scoring.intent_within
    assert temperature(Temperature.WARM, score, until, SHIPPED.scoring, NOW) is Temperature.HOT


@pytest.mark.parametrize(
    ("score", "qualified"),
    [
        (59.0, False),
        (60.0, False),  # the documents say "exceeds"
        (61.0, True),
    ],
)
def test_sixty_points_must_be_passed_to_be_qualified(score: float, qualified: bool) -> None:
    assert _reaches("mql", _contact(score=score)) is qualified


def _events(kind: str, times: int, **properties: object) -> Iterator[EventFact]:
    for number in range(times):
        yield EventFact(
            id=number,
            type=kind,
            occurred_at=NOW - timedelta(days=number),
            properties=properties,
            message_id=number,
        )


@pytest.mark.parametrize(
    ("opens", "clicks", "qualified"),
    [
        (3, 1, True),
        (2, 1, False),  # three opens are wanted
        (3, 0, False),  # opens alone may be a machine's
    ],
)
def test_three_opens_count_where_a_click_shows_a_person(
    opens: int, clicks: int, qualified: bool
) -> None:
    facts = _contact()
    facts.events = {
        "email.opened": list(_events("email.opened", opens)),
        "email.clicked": list(_events("email.clicked", clicks)),
    }
    assert _reaches("mql", facts) is qualified


@pytest.mark.parametrize(
    ("result", "confirmed"),
    [("qualified", True), ("later", False), ("absent", False)],
)
def test_only_a_call_that_confirms_bant_qualifies_for_sales(result: str, confirmed: bool) -> None:
    facts = _contact(lifecycle="mql")
    facts.events = {"call.logged": list(_events("call.logged", 1, result=result))}
    assert _reaches("tql", facts) is confirmed


def test_only_customers_are_asked_after_a_result_and_a_complaint_ends_it() -> None:
    journey = SHIPPED.workflows["referral-ask"]
    assert holds(journey.only_if, _contact(lifecycle="customer"))
    assert not holds(journey.only_if, _contact(lifecycle="sql"))
    complaint = [one for one in journey.exits if one.outcome == "complaint"]
    assert len(complaint) == 1


def test_each_referral_is_reported_for_itself_and_to_its_end() -> None:
    journeys = [SHIPPED.workflows[f"referrer-{name}"] for name in ("receipt", "updates", "closing")]
    assert {journey.subject_field for journey in journeys} == {"referral"}
    starts = {trigger.match.event for one in journeys for trigger in one.event_triggers}
    # Consent is between us and them: the receipt has told of it.
    silent = {"referral.received"}
    assert starts == set(EVENT_OF.values()) - silent
    ends = {EVENT_OF[state] for state in CLOSED}
    assert {trigger.match.event for trigger in journeys[2].event_triggers} == ends
