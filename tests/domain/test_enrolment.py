"""What an enrolment remembers survives being stored; whole journeys keep their promises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain.advance import Emit, MakeTask, NotifyTeam, QueueMail
from nurture.domain.conditions import HasTag
from nurture.domain.enrolment import Memory
from nurture.domain.facts import StepFact
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
    Split,
    Step,
    Task,
    Variant,
    Wait,
    WaitFor,
    WaitUntil,
)
from tests.domain.calendars import tokyo
from tests.domain.journeys import START, Journey, workflow

NAMES = st.text(min_size=1, max_size=8)
MOMENTS = st.none() | st.datetimes(
    datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01")
).map(lambda wall: wall.replace(tzinfo=UTC))
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
MEMORIES = st.builds(
    Memory,
    visits=st.dictionaries(NAMES, st.integers(1, 99), max_size=4),
    steps=st.dictionaries(
        NAMES,
        st.builds(
            StepFact,
            st.none() | NAMES,
            st.none() | st.integers(1),
            st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=2), max_size=3),
        ),
        max_size=4,
    ),
    resting=st.booleans(),
    arrived_at=MOMENTS,
    cursor=MOMENTS,
    last_send_at=MOMENTS,
)


@given(MEMORIES)
def test_memory_comes_back_as_it_was_stored(memory):
    assert Memory.from_json(json.loads(json.dumps(memory.as_json()))) == memory


def test_an_empty_store_is_an_empty_memory():
    assert Memory.from_json({}) == Memory()


def test_moments_are_stored_in_utc():
    stored = Memory(cursor=tokyo("2026-05-12 10:00")).as_json()
    assert stored["cursor"] == "2026-05-12T01:00:00+00:00"


LONG = Duration(days=3)
SIZE = 6


def step_at(number: int, kind: str, to: int, other: int) -> Step:
    """Return a step named by its number; steps lead forwards, only a goto leads back."""
    name = f"s{number}"
    forward = [f"s{number + 1 + one % SIZE}" for one in (to, other)]
    first, second = (one if int(one[1:]) < SIZE else None for one in forward)
    match kind:
        case "send":
            return Send(name, first, "warm/case")
        case "wait":
            return Wait(name, first, LONG)
        case "until":
            return WaitUntil(name, first, weekday=to % 7)
        case "for":
            return WaitFor(name, first, second, (EventMatch("form.submitted"),), LONG)
        case "branch":
            return Branch(name, ((HasTag("vip"), first),), second)
        case "split":
            return Split(name, (Variant("a", 1, first), Variant("b", 1, second)))
        case "set":
            return Set(name, first, (), ("vip",))
        case "score":
            return Score(name, first, 5, "x")
        case "task":
            return Task(name, first, "x", "owner", LONG)
        case "notify":
            return Notify(name, first, "owner", "x")
        case "goto":
            return Goto(name, first, f"s{to % (number + 1)}", 1 + other % 2)
        case _:
            return End(name, "ended")


KINDS = [
    "send",
    "wait",
    "until",
    "for",
    "branch",
    "split",
    "set",
    "score",
    "task",
    "notify",
    "goto",
    "end",
]
GRAPHS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 9), st.integers(0, 9)),
    min_size=SIZE,
    max_size=SIZE,
).map(lambda drawn: [step_at(n, *one) for n, one in enumerate(drawn)])


def key(effect: Any) -> tuple[str, str, int] | None:
    """Return what makes a mail, task, notice or event unique in its journey."""
    match effect:
        case QueueMail(step, visit) | MakeTask(step, visit) | NotifyTeam(step, visit):
            return type(effect).__name__, step.id, visit
        case Emit(kind, _, step_id, visit):
            return kind, step_id, visit
    return None


@settings(max_examples=300)
@given(
    GRAPHS,
    st.integers(1, 50),
    st.lists(st.integers(0, 40), max_size=3),
    st.sampled_from(["sent", "failed", "in_doubt", "dropped"]),
    st.integers(0, 30),
)
def test_every_journey_ends_and_asks_for_nothing_twice(steps, contact_id, forms, fate, late):
    """Any graph without a circle but by goto: due times lie ahead, keys are unique."""
    journey = Journey(workflow(*steps), contact_id=contact_id)
    for days in forms:
        journey.happens("form.submitted", START + timedelta(days=days, hours=1))
    now = START
    for _ in range(2000):
        decision = journey.walk(now)
        if decision.outcome is not None:
            assert decision.due_at is None
            break
        memory = journey.memory
        if decision.due_at is not None:
            assert decision.due_at > now
            assert memory.resting
            # Walked once more, nothing changes: a bell that rings twice does no harm.
            again = journey.walk(now)
            assert (again.step, again.due_at, again.effects) == (
                decision.step,
                decision.due_at,
                [],
            )
            now = decision.due_at + timedelta(minutes=late)
        elif decision.reason == "holds_for_mail":
            now += timedelta(hours=1)
            assert decision.step is not None
            journey.fate(decision.step, now, fate)
        else:
            assert decision.reason == "awaits_event"
    else:
        raise AssertionError("the journey did not end")
    keys = [one for effect in journey.effects if (one := key(effect)) is not None]
    assert len(keys) == len(set(keys))
    assert decision.outcome in ("completed", "ended")
