"""Scenarios: what is given, what happens, and what must have come of it.

A marketer's test of a journey. It is compiled with the files it is about and run on virtual
time by `nurture test`; no release holds it, and nothing that is live reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TypeAlias

from nurture.domain.conditions import Condition, Scalar
from nurture.domain.metric_row import MetricRow
from nurture.domain.scenario_wording import ANY as ANY_WORDING
from nurture.domain.scenario_wording import Wording
from nurture.domain.steps import Duration
from nurture.errors import Place

#: the name of the contact where a scenario has only one
ONLY = "contact"


@dataclass(frozen=True, slots=True)
class Underway:
    """A journey that somebody is in when the scenario begins."""

    workflow: str
    #: the step at which they stand, arrived a moment ago; None: at the start
    step: str | None
    #: properties of the event that enrolled, as `trigger.*`
    trigger: Mapping[str, Scalar] = field(default_factory=dict)
    #: the properties that `per:` asks for; "": none
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that somebody had before the scenario begins: it uses up room under caps."""

    template: str
    at: datetime
    #: marketing | survey | referral | service
    purpose: str = "marketing"


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that somebody did before the scenario begins: known and scored, starts nothing."""

    type: str
    at: datetime
    properties: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as given; what is not said is unknown."""

    #: what the scenario calls them
    name: str
    place: Place
    #: fields of the contact, custom ones too
    fields: Mapping[str, Scalar] = field(default_factory=dict)
    #: fields of the account, custom ones too; `name` is the company
    account: Mapping[str, Scalar] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    #: purposes they agreed to
    consent: tuple[str, ...] = ()
    #: purposes they withdrew
    withdrawn: tuple[str, ...] = ()
    #: key of a sender of the policy
    owner: str | None = None
    temperature: str | None = None
    lifecycle: str | None = None
    #: points, whatever they came of
    score: float | None = None
    #: when we met, an instant
    first_touch: datetime | None = None
    #: when they came into the list; None: when the scenario begins
    created: datetime | None = None
    history: tuple[Happened, ...] = ()
    mails: tuple[Received, ...] = ()
    underway: tuple[Underway, ...] = ()
    #: metrics of their account; `account` of a row is left empty
    metrics: tuple[MetricRow, ...] = ()


# -- what happens --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """An event arrives."""

    type: str
    properties: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reaction:
    """A person does something with the newest mail that fits."""

    #: opened | clicked | replied | bounced
    verb: str
    #: template, or a pattern such as `cold/*`
    mail: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A person answers the newest survey that they were asked."""

    #: 0-10
    score: int
    drivers: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """We move what is followed up with a person: contacted | resolved | closed."""

    state: str


@dataclass(frozen=True, slots=True)
class Glance:
    """Whoever a mail waits for looks at it: it leaves, or it is kept back."""

    #: approved | withheld
    verb: str
    #: template, or a pattern such as `referrer/*`
    mail: str


@dataclass(frozen=True, slots=True)
class Introduce:
    """A person introduces somebody, as the form on their page does."""

    name: str = ""
    company: str = ""
    email: str = ""
    why: str = ""
    #: a programme of the files; "": the one for customers
    program: str = ""
    #: what was promised for it; "": what they were told when they were asked
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Refer:
    """What a person's newest introduction comes to: a state of `nurture.domain.referral`."""

    #: a State, or `reopened`
    state: str
    reason: str = ""
    #: how the first contact was made
    contacted_by: str = ""
    #: of a win, what may be told where they agreed to it
    result: str = ""
    #: who was introduced agrees that numbers are told
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """A person stops mails of some purposes."""

    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Become:
    """Fields, tags or states change from outside, as a person or a CRM changes them."""

    fields: Mapping[str, Scalar] = field(default_factory=dict)
    account: Mapping[str, Scalar] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    owner: str | None = None
    temperature: str | None = None
    lifecycle: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What must have come of it by now, before the next thing happens."""

    expect: tuple[Expectation, ...]


Deed: TypeAlias = (
    Event | Reaction | Answer | Loop | Glance | Introduce | Refer | Unsubscribe | Become | Check
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of `when`: a moment, and what happens then; without a deed time passes."""

    place: Place
    person: str
    #: counted from the entry before
    after: Duration = field(default_factory=Duration)
    #: a fixed instant instead
    at: datetime | None = None
    deed: Deed | None = None


# -- what must have come of it ----------------------------------------------------------------

#: a moment, or a span since the last thing that happened
Bound: TypeAlias = Duration | datetime


@dataclass(frozen=True, slots=True)
class Timing:
    """When something must have happened; what is None is not asked.

    Spans count from the last thing that happened before the expectation is judged, and what
    happened earlier than that does not count for them.
    """

    within: Duration | None = None
    #: that very minute
    at: datetime | None = None
    not_before: Bound | None = None
    between: tuple[Bound, Bound] | None = None
    #: times of day in the contact's zone
    hours: tuple[time, time] | None = None

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return any(
            one is not None
            for one in (self.within, self.at, self.not_before, self.between, self.hours)
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How often: from `low` to `high`, both included; `high` None: any number from there on."""

    low: int = 1
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What all expectations have."""

    place: Place
    person: str


@dataclass(frozen=True, slots=True)
class Sent(Expectation):
    """A mail has gone out."""

    #: template, or a pattern such as `cold/*`
    mail: str
    timing: Timing = Timing()
    times: Tally = Tally()
    #: what it says; the mail as rendered is looked at
    wording: Wording = ANY_WORDING
    #: key of a sender of the policy
    sender: str | None = None
    #: a file of the release or a key of the library, or a pattern of either
    attached: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent(Expectation):
    """No such mail has gone out, or none that says so."""

    mail: str
    within: Duration | None = None
    wording: Wording = ANY_WORDING


@dataclass(frozen=True, slots=True)
class Held(Expectation):
    """A mail was held back for a while."""

    mail: str
    #: a code of nurture.domain.reasons; None: whatever for
    reason: str | None = None
    #: what it says: as it left, or as it would leave now
    wording: Wording = ANY_WORDING


@dataclass(frozen=True, slots=True)
class Dropped(Expectation):
    """A mail was taken back, or failed, before it went out."""

    mail: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TaskMade(Expectation):
    """Somebody of the team has a task; `times.high` 0: nobody has."""

    kind: str | None = None
    #: owner, a role, or a sender's key
    assignee: str | None = None
    title: str | None = None
    #: due that very minute, or at most so long after it was made
    due: Bound | None = None
    timing: Timing = Timing()
    times: Tally = Tally()


@dataclass(frozen=True, slots=True)
class Enrolled(Expectation):
    """A journey has begun; `times.high` 0: none has."""

    workflow: str
    timing: Timing = Timing()
    times: Tally = Tally()


@dataclass(frozen=True, slots=True)
class Waits(Expectation):
    """Somebody stands in a journey, at a step where one is named."""

    workflow: str
    step: str | None = None
    #: until that very minute
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exits(Expectation):
    """A journey has ended."""

    workflow: str
    outcome: str | None = None
    timing: Timing = Timing()


@dataclass(frozen=True, slots=True)
class State(Expectation):
    """Temperature or lifecycle is one of these."""

    #: temperature | lifecycle
    what: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score(Expectation):
    """The score lies between, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Owner(Expectation):
    """Somebody takes care of the contact: a sender's key."""

    key: str


@dataclass(frozen=True, slots=True)
class Holds(Expectation):
    """A condition holds for the contact, or (`truth` False) does not."""

    condition: Condition
    truth: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, checked against the files it is about."""

    title: str
    place: Place
    #: when it begins, an instant
    at: datetime
    people: Mapping[str, Person]
    moments: tuple[Moment, ...]
    expect: tuple[Expectation, ...]

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """Every expectation, those between things that happen included, in file order."""
        inner = [
            one
            for moment in self.moments
            if isinstance(moment.deed, Check)
            for one in moment.deed.expect
        ]
        return (*inner, *self.expect)
