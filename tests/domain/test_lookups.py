"""What a release listens to: nothing that a decision reads may be missing from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    HasTag,
    Literal,
    Not,
    Op,
    Scope,
    StepEvents,
    Truthy,
)
from nurture.domain.definitions import Definitions
from nurture.domain.lookups import event_types_of, journey_types, leaving_conditions, look_up
from nurture.domain.policy import LegalIdentity, Policy
from nurture.domain.reads import Reads, reads
from nurture.domain.scoring import FitRule, LifecycleRule, PointRule, Scoring, Threshold
from nurture.domain.steps import Branch, Duration, EventMatch, WaitFor
from nurture.domain.wakes import wakes
from nurture.domain.workflow import EventTrigger, Exit, StateTrigger, Workflow
from tests.domain.calendars import JAPAN
from tests.domain.journeys import workflow

ROLE = Field(Scope.CONTACT, ("role",))
STAGE = Field(Scope.DEAL, ("stage",))


def more_than_none(value: Count | StepEvents) -> Compare:
    return Compare(value, Op.GT, Literal(0))


VIEWED = more_than_none(Count("page.viewed"))

#: condition, what it reads
READS: list[tuple[Condition, Reads]] = [
    (ALWAYS, Reads()),
    (HasTag("vip"), Reads(tags=True)),
    (Truthy(ROLE), Reads(fields=frozenset({(Scope.CONTACT, "role")}))),
    (VIEWED, Reads(event_types=frozenset({"page.viewed"}))),
    # either side, however deep
    (
        Not(AnyOf((Compare(Literal(7), Op.LT, DaysSince("form.submitted")), HasTag("vip")))),
        Reads(event_types=frozenset({"form.submitted"}), tags=True),
    ),
    (
        All((Compare(ROLE, Op.IN, ("user",)), Compare(ROLE, Op.EQ, STAGE))),
        Reads(fields=frozenset({(Scope.CONTACT, "role"), (Scope.DEAL, "stage")})),
    ),
    (
        more_than_none(StepEvents("email.clicked", "case")),
        Reads(event_types=frozenset({"email.clicked"}), steps=True),
    ),
    (Truthy(Field(Scope.STEP, ("case", "outcome"))), Reads(steps=True)),
]


@pytest.mark.parametrize(("condition", "expected"), READS)
def test_a_condition_reads(condition, expected):
    assert reads(condition) == expected


@given(st.lists(st.sampled_from([condition for condition, _ in READS]), max_size=5))
def test_conditions_together_read_what_each_reads(conditions):
    together = reads(*conditions)
    assert together == reads(All(tuple(conditions))) == reads(Not(AnyOf(tuple(conditions))))
    for condition in conditions:
        assert reads(condition) | together == together


JOURNEY = workflow(
    Branch("branch", ((more_than_none(StepEvents("email.clicked", "case")), "wait"),), None),
    WaitFor(
        "wait",
        None,
        None,
        (EventMatch("form.submitted"), EventMatch("email.replied", step="case")),
        Duration(days=7),
    ),
    priority=10,
    only_if=more_than_none(Count("seminar.attended")),
    event_triggers=(EventTrigger(EventMatch("document.downloaded")),),
    goal=All((VIEWED, HasTag("vip"))),
    exits=(Exit(Truthy(STAGE)), Exit(match=EventMatch("deal.won"))),
)


def test_a_journey_listens_to_what_starts_continues_and_ends_it():
    found = wakes(JOURNEY)
    assert found.starts == {"document.downloaded"}
    assert found.continues == {"form.submitted", "email.replied"}
    assert found.ends == {"page.viewed", "deal.won"}
    assert found.end_fields == {(Scope.DEAL, "stage")}
    assert found.end_tags
    assert found.event_types == found.starts | found.continues | found.ends


def test_a_journey_reads_the_events_of_its_branches_waits_and_ways_out():
    assert journey_types(JOURNEY) == {
        "email.clicked",
        "form.submitted",
        "email.replied",
        "page.viewed",
    }
    assert leaving_conditions(JOURNEY) == (JOURNEY.goal, Truthy(STAGE), ALWAYS)


def definitions(*workflows: Workflow) -> Definitions:
    scoring = Scoring(
        timedelta(days=30),
        (PointRule("quote", "form.submitted", 40),),
        (FitRule("role", Truthy(ROLE), 3),),
        Threshold(20, 15),
        Threshold(50, 40),
        (("email.replied", ()),),
        timedelta(days=30),
        lifecycle=(LifecycleRule("mql", ("lead",), more_than_none(Count("email.opened"))),),
    )
    legal = LegalIdentity({}, {}, "privacy@nurture.example")
    return Definitions(
        {one.name: one for one in workflows}, scoring, JAPAN, Policy({}, "", legal), {}
    )


def named(name: str, **written) -> Workflow:
    journey = workflow(**written)
    return Workflow(
        name,
        name,
        journey.purpose,
        journey.graph,
        journey.priority,
        journey.event_triggers,
        journey.state_triggers,
        journey.only_if,
    )


def test_an_event_finds_the_workflows_it_starts_by_priority():
    trigger = (EventTrigger(EventMatch("form.submitted")),)
    found = look_up(
        definitions(
            named("late", event_triggers=trigger, priority=10),
            named("b", event_triggers=trigger, priority=90),
            named("a", event_triggers=trigger, priority=90),
            named("none"),
        )
    )
    assert [one.name for one, _ in found.starts["form.submitted"]] == ["a", "b", "late"]


def test_states_find_the_workflows_they_start():
    keen = StateTrigger("segment", "keen", VIEWED)
    warm = StateTrigger("temperature", "warm", Compare(ROLE, Op.EQ, Literal("x")))
    found = look_up(definitions(named("one", state_triggers=(keen, warm))))
    assert [one.name for one, _ in found.on_temperature["warm"]] == ["one"]
    assert [one.name for one, _ in found.on_segment["keen"]] == ["one"]
    assert found.trigger_segments == {"keen": VIEWED}
    assert "page.viewed" in found.event_types


def test_ingest_loads_what_points_stages_and_gates_read():
    found = look_up(definitions(JOURNEY))
    assert found.event_types >= {
        "form.submitted",
        "email.replied",
        "email.opened",
        "seminar.attended",
    }
    assert found.journey_types["warm-nurture"] == journey_types(JOURNEY)
    assert found.needs_deal
    assert not look_up(definitions(named("none"))).needs_deal


def test_types_of_several_conditions_are_gathered():
    assert event_types_of([VIEWED, ALWAYS, more_than_none(Count("a.b"))]) == {"page.viewed", "a.b"}
