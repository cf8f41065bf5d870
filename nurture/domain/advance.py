"""The heart: where does an enrolment go from here, and what does it want done?

`advance` is pure. It walks from step to step until time must pass or something must
happen, and returns one Decision; the service writes it in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain import calendar as cal
from nurture.domain.decision import (
    CallWebhook,
    ChangeContact,
    Decision,
    Divide,
    Effect,
    Emit,
    LeaveUnasked,
    MakeTask,
    NotifyTeam,
    QueueMail,
    StopOther,
)
from nurture.domain.enrolment import Memory, Standing
from nurture.domain.evaluate import holds
from nurture.domain.facts import EventFact, Facts, SplitFact, StepFact
from nurture.domain.guard import NOT_ASKED
from nurture.domain.matching import accepts, leaves
from nurture.domain.policy import Calendar
from nurture.domain.steps import (
    Branch,
    End,
    Goto,
    Notify,
    Score,
    Send,
    Set,
    SetLifecycle,
    Since,
    Split,
    StartWorkflow,
    Step,
    StopWorkflow,
    Task,
    Wait,
    WaitFor,
    WaitUntil,
    Webhook,
)
from nurture.domain.variants import assign, choose
from nurture.domain.workflow import Workflow

__all__ = [
    "CallWebhook",
    "ChangeContact",
    "Decision",
    "Divide",
    "Effect",
    "Emit",
    "LeaveUnasked",
    "MakeTask",
    "NotifyTeam",
    "QueueMail",
    "StopOther",
    "advance",
    "assign",
]

#: a walk longer than this goes in circles; the check should have refused it
_LONGEST_WALK = 1000

#: how long after its deadline a wait is kept for an open or click that is not judged yet
_KEPT = timedelta(days=1)

#: when to look again where its hold is over and its judgement is about to come
_LOOK_AGAIN = timedelta(seconds=1)


@dataclass(slots=True)
class _Walk:
    """The state of one walk."""

    workflow: Workflow
    standing: Standing
    facts: Facts
    now: datetime
    calendar: Calendar
    zone: ZoneInfo
    decision: Decision

    @property
    def memory(self) -> Memory:
        return self.decision.memory


def advance(
    workflow: Workflow,
    standing: Standing,
    facts: Facts,
    now: datetime,
    calendar: Calendar,
    zone: ZoneInfo,
) -> Decision:
    """Walk an enrolment as far as it goes now and return the decision.

    Goals and exits come first, whatever it waits for. `facts.steps` is overlaid with the
    enrolment's own memory, `facts.contact` and `facts.tags` with its own `set` steps.
    """
    memory = standing.memory
    decision = Decision(standing.id, standing.step, memory)
    facts.steps = memory.steps
    walk = _Walk(workflow, standing, facts, now, calendar, zone, decision)
    if memory.cursor is None:
        memory.cursor = standing.started_at
    left = leaves(workflow, facts)
    if left is not None:
        decision.outcome, decision.reason = left
        return decision
    current = standing.step
    if current is None and not memory.visits:
        current = workflow.graph.first
    for _ in range(_LONGEST_WALK):
        if current is None:
            decision.step, decision.outcome, decision.reason = None, "completed", "completed"
            return decision
        step = workflow.graph.steps.get(current)
        if step is None:
            decision.step, decision.outcome, decision.reason = current, "lost", "step_is_gone"
            return decision
        decision.step = current
        moved = _resume(walk, step) if memory.resting else _arrive(walk, step)
        if moved is None:
            return decision
        memory.resting = False
        memory.arrived_at = None
        current = moved.to
        if moved.pause:
            # The walk goes on once the event it emitted is ingested.
            decision.step, decision.due_at, decision.reason = current, None, "awaits_event"
            if current is None:
                decision.outcome, decision.reason = "completed", "completed"
            return decision
    # What a circle wanted done a thousand times is better not done at all.
    decision.effects.clear()
    decision.outcome, decision.reason = "looped", "looped"
    return decision


@dataclass(frozen=True, slots=True)
class _Move:
    to: str | None
    pause: bool = False


def _arrive(walk: _Walk, step: Step) -> _Move | None:
    """Do what a step does on arrival; None: the enrolment rests there."""
    memory, decision = walk.memory, walk.decision
    if step.id in memory.skips:
        # Done before the journey crossed to this order of steps.
        memory.skips -= {step.id}
        return _Move(getattr(step, "next", None))
    visit = memory.visits.get(step.id, 0) + 1
    if not isinstance(step, Goto):
        memory.visits[step.id] = visit
    decision.trail.append(step.id)
    match step:
        case Send() if (refusal := walk.facts.refusals.get(step.id)) is not None:
            decision.effects.append(LeaveUnasked(step, refusal))
            memory.steps[step.id] = StepFact(outcome=NOT_ASKED, event={"reason": refusal.reason})
        case Send():
            decision.effects.append(QueueMail(step, visit))
            memory.steps[step.id] = StepFact()
            _rest(walk, None, "holds_for_mail", {"template": step.shown})
            return None
        case Webhook():
            decision.effects.append(CallWebhook(step, visit))
            memory.steps[step.id] = StepFact()
            memory.arrived_at = walk.now
            return _await_answer(walk, step)
        case Wait() | WaitUntil() | WaitFor():
            memory.resting, memory.arrived_at = True, walk.now
            return _resume(walk, step)
        case Branch():
            return _Move(_branch(walk, step))
        case Split():
            return _Move(_divide(walk, step))
        case Set():
            _overlay(walk, step)
            decision.effects.append(ChangeContact(step))
        case Score():
            properties = {"points": step.points, "reason": step.reason}
            return _emit(walk, step, step.next, "score.adjusted", properties, visit)
        case SetLifecycle():
            properties = {"stage": step.stage, "reason": step.reason}
            return _emit(walk, step, step.next, "lifecycle.assigned", properties, visit)
        case StartWorkflow():
            properties = {"workflow": step.workflow}
            return _emit(walk, step, step.next, "workflow.requested", properties, visit)
        case StopWorkflow():
            decision.effects.append(StopOther(step.workflow))
        case Task():
            decision.effects.append(MakeTask(step, visit))
        case Notify():
            decision.effects.append(NotifyTeam(step, visit))
        case Goto():
            return _Move(_goto(walk, step))
        case End():
            decision.outcome, decision.reason = step.outcome, "ended"
            decision.detail = {"outcome": step.outcome}
            return None
    return _Move(step.next)


def _resume(walk: _Walk, step: Step) -> _Move | None:
    """Look again at a step where the enrolment rests; None: it goes on resting."""
    memory = walk.memory
    match step:
        case Send():
            fact = memory.steps.get(step.id)
            if fact is None:
                # A new release turned the step into a send: its mail is not queued yet.
                return _arrive(walk, step)
            if fact.outcome is None:
                _rest(walk, None, "holds_for_mail", {"template": step.shown})
                return None
            return _Move(step.next)
        case Wait():
            base = memory.cursor or walk.standing.started_at
            until = cal.shift(walk.calendar, base, step.duration, walk.zone)
        case WaitUntil():
            base = memory.arrived_at or walk.now
            until = cal.wait_until(step, _base(walk, step), base, walk.calendar, walk.zone)
        case WaitFor():
            return _wait_for(walk, step)
        case Webhook():
            if step.id not in memory.steps:
                return _arrive(walk, step)
            return _await_answer(walk, step)
        case _:
            # A new release turned the step into one that does not rest: do it.
            return _arrive(walk, step)
    if until > walk.now:
        _rest(walk, until, "waits", {"until": until.isoformat()})
        return None
    memory.cursor = max(until, memory.cursor or until)
    return _Move(step.next)


def _rest(walk: _Walk, due_at: datetime | None, reason: str, detail: dict[str, Any]) -> None:
    """Stay at the step until `due_at`, or until something happens."""
    walk.memory.resting = True
    walk.memory.arrived_at = walk.memory.arrived_at or walk.now
    walk.decision.due_at = due_at
    walk.decision.reason, walk.decision.detail = reason, detail


def _wait_for(walk: _Walk, step: WaitFor) -> _Move | None:
    memory = walk.memory
    arrived = memory.arrived_at or walk.now
    base = max(memory.cursor or arrived, walk.standing.started_at)
    deadline = cal.shift(walk.calendar, base, step.within, walk.zone)
    match step.since:
        case Since.LAST_SEND:
            since = memory.last_send_at or walk.standing.started_at
        case Since.ARRIVAL:
            since = arrived
        case Since.ENROLMENT:
            since = walk.standing.started_at

    def ends_it(event: EventFact) -> bool:
        return (
            since <= event.occurred_at <= deadline
            and event.id != walk.standing.caused_by
            and any(accepts(match, event, walk.facts) for match in step.events)
        )

    kinds = sorted({match.event for match in step.events})
    candidates = sorted(
        (event for kind in kinds for event in walk.facts.events.get(kind, ()) if ends_it(event)),
        key=lambda event: (event.occurred_at, event.id),
    )
    if candidates:
        first = candidates[0]
        # With its type, so that a wait for several events can tell afterwards which one came.
        event = {**first.properties, "type": first.type}
        memory.steps[step.id] = StepFact(outcome="event", event=event)
        memory.cursor = max(first.occurred_at, memory.cursor or first.occurred_at)
        walk.decision.cause = first.id
        return _Move(step.then)
    until = deadline
    held = [one.available_at for one in walk.facts.on_hold if ends_it(one.event)]
    if held and walk.now >= deadline:
        # What came in time counts, also where it is judged after the deadline.
        until = max(min(held), walk.now + _LOOK_AGAIN)
    if walk.now >= until or until > deadline + _KEPT:
        memory.steps[step.id] = StepFact(outcome="timeout")
        memory.cursor = max(deadline, memory.cursor or deadline)
        return _Move(step.otherwise)
    _rest(walk, until, "waits_for", {"events": kinds, "until": until.isoformat()})
    return None


def _await_answer(walk: _Walk, step: Webhook) -> _Move | None:
    """Hold until the endpoint has answered, or the time for it is over."""
    memory = walk.memory
    if memory.steps[step.id].outcome is not None:
        return _Move(step.next)
    arrived = memory.arrived_at or walk.now
    until = cal.shift(walk.calendar, arrived, step.within, walk.zone)
    if until <= walk.now:
        memory.steps[step.id] = StepFact(outcome="timeout")
        memory.cursor = max(until, memory.cursor or until)
        return _Move(step.next)
    _rest(walk, until, "holds_for_answer", {"endpoint": step.endpoint, "until": until.isoformat()})
    return None


def _base(walk: _Walk, step: WaitUntil) -> datetime | date | None:
    if step.field is None:
        return None
    scope, name = step.field
    found: Any = {
        "contact": walk.facts.contact,
        "account": walk.facts.account,
        "deal": walk.facts.deal,
        "trigger": walk.facts.trigger,
    }.get(scope, {}).get(name)
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found)
        except ValueError:
            return None
    if isinstance(found, datetime) and found.tzinfo is None:
        # Sources write local times; the contact's zone is what they mean.
        found = found.replace(tzinfo=walk.zone)
    return found if isinstance(found, date) else None


def _branch(walk: _Walk, step: Branch) -> str | None:
    for number, (condition, target) in enumerate(step.cases, 1):
        if holds(condition, walk.facts):
            walk.memory.steps[step.id] = StepFact(outcome=str(number))
            return target
    walk.memory.steps[step.id] = StepFact(outcome="else")
    return step.otherwise


def _divide(walk: _Walk, step: Split) -> str | None:
    here = walk.memory.steps.get(step.id, StepFact()).outcome
    known = walk.facts.splits.get(step.id, SplitFact())
    found = choose(step, walk.workflow.name, walk.standing.contact_id, known, here)
    walk.memory.steps[step.id] = StepFact(outcome=found.variant.name)
    walk.decision.effects.append(Divide(step, found.variant.name, found.reason))
    return found.variant.next


def _goto(walk: _Walk, step: Goto) -> str | None:
    taken = walk.memory.visits.get(step.id, 0)
    if taken >= step.at_most:
        return step.next
    walk.memory.visits[step.id] = taken + 1
    return step.target


def _overlay(walk: _Walk, step: Set) -> None:
    walk.facts.contact.update(step.fields)
    walk.facts.tags = (walk.facts.tags | set(step.add_tags)) - set(step.remove_tags)


def _emit(
    walk: _Walk,
    step: Score | SetLifecycle | StartWorkflow,
    following: str | None,
    event_type: str,
    properties: dict[str, Any],
    visit: int,
) -> _Move:
    properties = {**properties, "enrolment": walk.standing.id, "step": step.id}
    walk.decision.effects.append(Emit(event_type, properties, step.id, visit))
    return _Move(following, pause=True)
