"""A walk: what each kind of step does, and where it leads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nurture.domain.advance import (
    ChangeContact,
    Emit,
    MakeTask,
    NotifyTeam,
    QueueMail,
    StopOther,
)
from nurture.domain.conditions import Compare, Field, HasTag, Literal, Op, Scope, StepEvents
from nurture.domain.steps import (
    Branch,
    Duration,
    End,
    EventMatch,
    Goto,
    Notify,
    Score,
    Send,
    Set,
    SetLifecycle,
    StartWorkflow,
    Step,
    StopWorkflow,
    Task,
    Wait,
    WaitFor,
    WaitUntil,
)
from nurture.domain.workflow import Exit
from tests.domain.journeys import START, Journey, emitted, workflow

DAY = timedelta(days=1)
ONE_DAY, WEEK = Duration(days=1), Duration(days=7)


def industry_is(value: str) -> Compare:
    return Compare(Field(Scope.CONTACT, ("industry",)), Op.EQ, Literal(value))


SET = Set("set", None, (("industry", "care"),), ("vip",), ("new",))
TASK = Task("call", None, "初回電話", "owner", ONE_DAY, "call")
TELL = Notify("tell", None, "owner", "見てください")

#: steps that a walk passes and the effect each wants
PASSED: list[tuple[Step, object]] = [
    (SET, ChangeContact(SET)),
    (TASK, MakeTask(TASK, 1)),
    (TELL, NotifyTeam(TELL, 1)),
    (StopWorkflow("stop", None, "cold-nurture"), StopOther("cold-nurture")),
]


@pytest.mark.parametrize(("step", "effect"), PASSED)
def test_a_walk_does_and_passes(step, effect):
    decision = Journey(workflow(step)).walk(START)
    assert decision.effects == [effect]
    assert (decision.outcome, decision.reason, decision.step) == ("completed", "completed", None)
    assert decision.trail == [step.id]


#: steps that emit an event, its type and properties
EMITTED: list[tuple[Step, str, dict[str, object]]] = [
    (
        Score("plus", "rest", 5, "電話で好感触"),
        "score.adjusted",
        {"points": 5, "reason": "電話で好感触"},
    ),
    (
        SetLifecycle("up", "rest", "lead", "面談"),
        "lifecycle.assigned",
        {"stage": "lead", "reason": "面談"},
    ),
    (
        StartWorkflow("go", "rest", "hot-follow-up"),
        "workflow.requested",
        {"workflow": "hot-follow-up"},
    ),
]


@pytest.mark.parametrize(("step", "kind", "properties"), EMITTED)
def test_a_walk_stops_behind_the_event_it_emits_until_that_is_taken_in(step, kind, properties):
    journey = Journey(workflow(step, Wait("rest", None, ONE_DAY)))
    decision = journey.walk(START)
    expected = {**properties, "enrolment": 7, "step": step.id}
    assert decision.effects == [Emit(kind, expected, step.id, 1)]
    assert (decision.step, decision.due_at, decision.reason) == ("rest", None, "awaits_event")
    assert decision.outcome is None
    # Walked again, it goes on behind the step and emits nothing twice.
    decision = journey.walk(START)
    assert (decision.step, decision.due_at, emitted(decision)) == ("rest", START + DAY, [])


def test_an_event_emitted_at_the_end_completes_the_journey():
    decision = Journey(workflow(Score("plus", None, 5, "x"))).walk(START)
    assert (decision.outcome, emitted(decision)) == ("completed", ["score.adjusted"])


def test_a_workflow_without_steps_is_completed():
    decision = Journey(workflow()).walk(START)
    assert (decision.outcome, decision.reason) == ("completed", "completed")


def test_an_end_leaves_with_its_outcome():
    decision = Journey(workflow(End("end", "answered"))).walk(START)
    assert (decision.outcome, decision.reason) == ("answered", "ended")
    assert decision.detail == {"outcome": "answered"}


def test_a_send_queues_one_mail_and_holds_until_its_fate_is_known():
    send = Send("hearing", "end", "warm/hearing")
    journey = Journey(workflow(send, End("end", "sent-it")))
    decision = journey.walk(START)
    assert decision.effects == [QueueMail(send, 1)]
    assert (decision.step, decision.due_at, decision.reason) == ("hearing", None, "holds_for_mail")
    # Looked at again before that: nothing is queued twice.
    decision = journey.walk(START + DAY)
    assert (decision.step, decision.effects, decision.outcome) == ("hearing", [], None)
    journey.fate("hearing", START + 2 * DAY)
    assert journey.walk(START + 2 * DAY).outcome == "sent-it"


@pytest.mark.parametrize("fate", ["sent", "in_doubt", "failed", "dropped", "expired"])
def test_whatever_became_of_a_mail_its_journey_goes_on_and_knows(fate):
    journey = Journey(workflow(Send("hearing", "end", "warm/hearing"), End("end")))
    journey.walk(START)
    journey.fate("hearing", START + DAY, fate)
    assert journey.walk(START + DAY).outcome == "completed"
    assert journey.outcome("hearing") == fate


def test_a_branch_takes_the_first_case_that_holds_else_the_rest():
    branch = Branch(
        "branch",
        ((industry_is("care"), "a"), (industry_is("medical"), "b"), (HasTag("vip"), "c")),
        "d",
    )
    ends = [End(name, name) for name in "abcd"]
    for industry, tags, expected in (
        ("care", {"vip"}, "a"),
        ("medical", {"vip"}, "b"),
        ("retail", {"vip"}, "c"),
        ("retail", set(), "d"),
        (None, set(), "d"),
    ):
        journey = Journey(
            workflow(branch, *ends), contact={"industry": industry}, tags=frozenset(tags)
        )
        assert journey.walk(START).outcome == expected


def test_a_later_branch_sees_what_an_earlier_step_of_the_walk_has_set():
    steps = (
        Set("set", "by-field", (("industry", "care"),), ("vip",), ("new",)),
        Branch("by-field", ((industry_is("care"), "by-new"),), None),
        Branch("by-new", ((HasTag("new"), None),), "by-tag"),
        Branch("by-tag", ((HasTag("vip"), "end"),), None),
        End("end", "seen"),
    )
    journey = Journey(workflow(*steps), contact={"industry": "retail"}, tags=frozenset({"new"}))
    assert journey.walk(START).outcome == "seen"


def test_a_branch_on_a_click_means_the_steps_last_mail():
    clicked = Compare(StepEvents("email.clicked", "case"), Op.GT, Literal(0))
    steps = (
        Send("case", "branch", "warm/case"),
        Branch("branch", ((clicked, "end"),), "again"),
        Goto("again", None, "case", 1),
        End("end", "clicked"),
    )
    journey = Journey(workflow(*steps))
    journey.walk(START)
    journey.happens("email.clicked", START + DAY, about="case")
    journey.fate("case", START)
    assert journey.walk(START + 2 * DAY).outcome == "clicked"
    # A click on the first mail says nothing about the second.
    journey = Journey(workflow(*steps))
    journey.walk(START)
    journey.fate("case", START)
    first = journey.mails["case"]
    journey.walk(START + DAY)
    journey.happens("email.clicked", START + DAY, mail=first)
    journey.fate("case", START + DAY)
    assert journey.walk(START + 2 * DAY).outcome == "completed"


def test_a_goto_goes_back_so_many_times_and_then_on():
    steps = (
        Send("mail", "back", "warm/case"),
        Goto("back", "end", "mail", 2),
        End("end", "done"),
    )
    journey = Journey(workflow(*steps))
    keys = []
    now = START
    decision = journey.walk(now)
    while decision.outcome is None:
        keys += [(effect.step.id, effect.visit) for effect in decision.effects]
        now += DAY
        journey.fate("mail", now)
        decision = journey.walk(now)
    assert keys == [("mail", 1), ("mail", 2), ("mail", 3)]
    assert decision.outcome == "done"


TASK_THEN_BACK = Task("call", "back", "初回電話", "owner", ONE_DAY)


def test_a_walk_in_circles_is_stopped_and_wants_nothing_done():
    """The check refuses such loops; a release that slipped through must not flood anybody."""
    journey = Journey(workflow(TASK_THEN_BACK, Goto("back", None, "call", 10**9)))
    decision = journey.walk(START)
    assert (decision.outcome, decision.reason) == ("looped", "looped")
    assert decision.effects == []
    assert len(decision.trail) <= 1000


def test_a_step_that_is_gone_ends_the_journey_as_lost():
    journey = Journey(workflow(Wait("rest", None, ONE_DAY)))
    journey.walk(START)
    journey.workflow = workflow(Wait("other", None, ONE_DAY))
    decision = journey.walk(START + 2 * DAY)
    assert (decision.outcome, decision.reason, decision.step) == ("lost", "step_is_gone", "rest")


def test_a_next_that_does_not_exist_ends_the_journey_as_lost():
    decision = Journey(workflow(Set("set", "nowhere"))).walk(START)
    assert (decision.outcome, decision.step) == ("lost", "nowhere")


#: what a wait turned into in a new release, and what the journey does there
TURNED: list[tuple[Step, str | None, list[object]]] = [
    # does not rest any more: done and passed
    (Task("rest", None, "x", "owner", ONE_DAY), "completed", [MakeTask]),
    # a mail instead of a wait: queued, once
    (Send("rest", None, "warm/case"), None, [QueueMail]),
]


@pytest.mark.parametrize(("turned", "outcome", "kinds"), TURNED)
def test_a_step_of_another_kind_is_done_where_a_wait_was(turned, outcome, kinds):
    journey = Journey(workflow(Wait("rest", None, ONE_DAY)))
    journey.walk(START)
    journey.workflow = workflow(turned)
    decision = journey.walk(START + DAY)
    assert decision.outcome == outcome
    assert [type(effect) for effect in decision.effects] == kinds
    if outcome is None:
        assert journey.walk(START + 2 * DAY).effects == []


IS_CARE = industry_is("care")
RESTING: list[Step] = [
    Wait("rest", None, WEEK),
    WaitUntil("rest", None, on=date(2026, 6, 1)),
    WaitFor("rest", None, None, (EventMatch("form.submitted"),), WEEK),
    Send("rest", None, "warm/hearing"),
]


@pytest.mark.parametrize("step", RESTING)
def test_goals_and_exits_act_at_once_in_the_middle_of_any_wait(step):
    left = EventMatch("contact.left", Compare(Field(Scope.EVENT, ("why",)), Op.EQ, Literal("x")))
    exits = (Exit(HasTag("customer")), Exit(match=left, outcome="left"))
    for change, outcome, reason in (
        ("goal", "converted", "goal"),
        ("tag", "exited", "exit"),
        ("event", "left", "exit"),
    ):
        journey = Journey(workflow(step, goal=IS_CARE, exits=exits))
        journey.walk(START)
        event = None
        if change == "goal":
            journey.contact["industry"] = "care"
        elif change == "tag":
            journey.tags = frozenset({"customer"})
        else:
            other = journey.happens("contact.left", START, why="y")
            assert journey.walk(START, other).outcome is None
            event = journey.happens("contact.left", START, why="x")
        decision = journey.walk(START + DAY, event)
        assert (decision.outcome, decision.reason) == (outcome, reason)
        assert decision.effects == []
        assert decision.step == "rest"


def test_an_exit_with_an_event_needs_the_condition_beside_it_too():
    way_out = Exit(HasTag("vip"), EventMatch("deal.opened"), "deal")
    journey = Journey(workflow(Wait("rest", None, WEEK), exits=(way_out,)))
    journey.walk(START)
    event = journey.happens("deal.opened", START)
    assert journey.walk(START, event).outcome is None
    journey.tags = frozenset({"vip"})
    assert journey.walk(START, event).outcome == "deal"
    # and without the event being looked at, the tag alone says nothing
    assert Journey(journey.workflow, tags=journey.tags).walk(START).outcome is None
