"""Steps: the nodes of a workflow graph.

Nesting in YAML is flattened: every step has an `id` unique in its workflow and the id of
the step that follows (`None`: the journey is completed). An enrolment stands at one step.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TypeAlias

from nurture.domain.conditions import ALWAYS, Condition, Scalar
from nurture.domain.library import Pick, first_template
from nurture.domain.purpose import Purpose
from nurture.domain.winner import Winner


@dataclass(frozen=True, slots=True)
class Duration:
    """A span as a marketer writes it: `30m 24h 14d 2w`, `3 business days`.

    Exactly one of the three is non-zero. Days keep the wall clock of the zone; hours and
    minutes are elapsed time; business days count days of the `business` window.
    """

    #: elapsed time (minutes, hours)
    elapsed: timedelta = timedelta(0)
    #: calendar days (weeks are seven of them)
    days: int = 0
    #: business days
    business_days: int = 0


@dataclass(frozen=True, slots=True)
class EventMatch:
    """An event that a trigger or wait accepts: a type, plus conditions on it."""

    event: str
    #: may read Scope.EVENT
    where: Condition = ALWAYS
    #: `reply: hearing`, `clicked: hearing`: must refer to this step's last visit
    step: str | None = None


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """The mail asks the question of a survey."""

    #: name of its file
    survey: str


@dataclass(frozen=True, slots=True)
class ReferralQuestion:
    """The mail asks for an introduction."""

    #: name of the programme's file
    program: str
    #: key of the offer; "": the one that suits them
    offer: str = ""
    #: one of nurture.domain.referral_program.TIMINGS
    timing: str = "by_hand"
    #: criteria | named
    mode: str = "criteria"
    #: whom we want to meet, where it is a name
    named: str = ""
    #: why it is them whom we ask (あなただから), by locale; "" is the one for all
    reason: tuple[tuple[str, str], ...] = ()


#: what a mail asks that guards must allow (nurture.domain.guard)
Question: TypeAlias = SurveyQuestion | ReferralQuestion


@dataclass(frozen=True, slots=True)
class Glance:
    """A person looks at a mail before it leaves."""

    #: `owner`, a sender key or a role, as a task is given
    by: str = "owner"
    #: how long it waits for them
    within: Duration = Duration(elapsed=timedelta(hours=4))
    #: nobody looked in time: held until it expires, else it leaves
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Queue one mail and hold until its fate is known.

    With a `question` only where its guards allow it; else go on as `not_asked`.
    """

    id: str
    next: str | None
    template: str
    #: overrides the template's subject (Jinja in it is rendered)
    subject: str | None = None
    #: `owner`, a sender key of the policy, or None for the workflow's
    sender: str | None = None
    #: window name, or None for the workflow's
    window: str | None = None
    expires: Duration = Duration(days=7)
    #: picked from the library per contact; `template` is then the fall-back, or ""
    pick: Pick | None = None
    #: paths of files in the release that go with it
    attach: tuple[str, ...] = ()
    #: SERVICE where it answers a request of the reader's own, SURVEY and REFERRAL where it asks
    #: a question; None: the workflow's
    purpose: Purpose | None = None
    #: the same by locale (locale, text), instead of one for all; in a language without one,
    #: the template's own subject stays
    subjects: tuple[tuple[str, str], ...] = ()
    #: the mails of a batch leave over a span as long as this; None: as the workflow says
    spread: timedelta | None = None
    #: what it asks, where guards are asked first
    question: Question | None = None
    #: who looks at it before it leaves; None: nobody
    review: Glance | None = None
    #: line and column of the subject in the file, from 1; moving a line changes no step
    subject_at: tuple[int, int] = field(default=(1, 1), compare=False)
    #: the same of each of `subjects`
    subjects_at: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    @property
    def shown(self) -> str:
        """What it sends, in a word: its template, or where items of its kind are shown."""
        return first_template(self.template, self.pick)


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a span, counted from the outcome of the last send, else from arrival."""

    id: str
    next: str | None
    duration: Duration


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Wait for a moment in the contact's zone; already past: goes on at once.

    Exactly one of: `weekday` (with `at`), `on` (with `at`), `at` alone (the next time the
    clock shows it), or `field` (scope.name of a date or datetime) plus `offset`, optionally
    with `at` for the time of day.
    """

    id: str
    next: str | None
    #: Monday is 0
    weekday: int | None = None
    on: date | None = None
    at: time | None = None
    field: tuple[str, str] | None = None
    offset: Duration = Duration()
    #: the offset is subtracted (`event: {starts_at: -1d}`)
    before: bool = False


class Since(enum.StrEnum):
    """From when on a `wait_for` accepts events."""

    #: the enrolment's last send, else its start (the default)
    LAST_SEND = "last_send"
    #: arrival at the wait
    ARRIVAL = "arrival"
    #: the start of the enrolment
    ENROLMENT = "enrolment"


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Wait for the first of several events; `otherwise` when `within` has passed."""

    id: str
    #: taken where an event came
    then: str | None
    #: taken on time-out; final
    otherwise: str | None
    events: tuple[EventMatch, ...]
    within: Duration
    since: Since = Since.LAST_SEND


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case that holds, else `otherwise`."""

    id: str
    cases: tuple[tuple[Condition, str | None], ...]
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One arm of a split."""

    name: str
    #: relative weight; shares need not add up to 100
    share: int
    next: str | None
    #: the steps of this arm alone, in file order
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Assign to a variant by a stable hash of contact, workflow and step."""

    id: str
    variants: tuple[Variant, ...]
    #: what decides it; None: a person, or nobody
    winner: Winner | None = None
    #: says what it is an experiment on (`variants.fingerprint`): two releases in which it is
    #: the same go on with one experiment
    digest: str = field(default="", compare=False)

    def variant(self, name: str | None) -> Variant | None:
        """Return the variant of a name, or None."""
        return next((one for one in self.variants if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Set:
    """Change fields of the contact and add or remove tags."""

    id: str
    next: str | None
    fields: tuple[tuple[str, Scalar], ...] = ()
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Add points with a reason (`score.adjusted`)."""

    id: str
    next: str | None
    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class SetLifecycle:
    """Move the contact's lifecycle with a reason."""

    id: str
    next: str | None
    stage: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StartWorkflow:
    """Start another workflow for the same contact."""

    id: str
    next: str | None
    workflow: str


@dataclass(frozen=True, slots=True)
class StopWorkflow:
    """End another workflow's enrolment of the same contact."""

    id: str
    next: str | None
    workflow: str


@dataclass(frozen=True, slots=True)
class Task:
    """A person's to-do; the journey goes on without waiting for it."""

    id: str
    next: str | None
    title: str
    #: `owner` or a role of the team
    assignee: str
    due: Duration
    #: call, card, follow-up …: what kind of work it is
    kind: str = "todo"
    #: due by what the programme promises about the referral that the journey is about, instead
    promised: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """A mail to the team, or a line in a chat room, sent at once."""

    id: str
    next: str | None
    #: `owner`, a role, or an address; "" where it goes to a chat room
    to: str
    text: str
    #: a chat room of the policy; "" where it is a mail
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Call an endpoint of the policy and hold until its answer, or until `within` has passed."""

    id: str
    next: str | None
    #: name of the endpoint in the policy
    endpoint: str
    #: how long the journey waits for an answer; it goes on without one then
    within: Duration = Duration(days=1)
    #: (scope, name) of what is told of the contact: its own fields, its account's, the trigger's
    fields: tuple[tuple[str, str], ...] = ()
    #: constants that are told as well
    data: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class Goto:
    """Go back to a step, at most so many times in one enrolment; then go on."""

    id: str
    next: str | None
    target: str
    at_most: int


@dataclass(frozen=True, slots=True)
class End:
    """Leave the journey with a named outcome."""

    id: str
    outcome: str = "completed"


Step: TypeAlias = (
    Send
    | Wait
    | WaitUntil
    | WaitFor
    | Branch
    | Split
    | Set
    | Score
    | SetLifecycle
    | StartWorkflow
    | StopWorkflow
    | Task
    | Notify
    | Webhook
    | Goto
    | End
)


def followers(step: Step) -> tuple[str | None, ...]:
    """Return the ids a step can lead to, in the order they are written."""
    match step:
        case Branch():
            return (*(to for _, to in step.cases), step.otherwise)
        case Split():
            return tuple(variant.next for variant in step.variants)
        case WaitFor():
            return (step.then, step.otherwise)
        case Goto():
            return (step.target, step.next)
        case End():
            return ()
        case _:
            return (step.next,)


#: steps at which a walk stops because time must pass or something must happen
RESTS = (Send, Wait, WaitUntil, WaitFor, Webhook)

#: steps that emit an event and end the walk until it is ingested
EMITS = (Score, SetLifecycle, StartWorkflow)


@dataclass(frozen=True, slots=True)
class Graph:
    """The steps of a workflow by id, in file order, and where a journey starts."""

    first: str | None
    steps: dict[str, Step] = field(default_factory=dict)
