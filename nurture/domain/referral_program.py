"""A referral programme as its file says it (`referral_program:`)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

#: texts by locale; the compiler fills in every locale of the policy
Texts = Mapping[str, str]

#: how a programme works: by customers, partners, an incentive, a platform, colleagues
TYPES = ("customer_matching", "partner", "incentive", "platform", "employee")
#: friends and followers of a prototype; customers come with growth
PHASES: Mapping[str, tuple[str, ...]] = {
    "prototype": ("prospect", "community", "employee", "partner"),
    "growth": ("customer", "partner", "employee", "community", "prospect"),
}
#: what somebody can do for us who cannot refer
ADVOCACY = ("talk", "case_study", "comment", "review", "share")
#: what an amount counts where it is no money
UNITS = ("percent", "days", "months", "hours", "seats", "points")

#: what rewards may be; money stands last and behind a switch
KINDS = ("discount", "training", "seminar", "extension", "donation", "gift", "points", "cash")
#: why somebody would refer
MOTIVES = ("trusted", "relation", "value")
#: which days the hours of a promise count: every day (by the clock), or business days alone
COUNTED = ("all", "business")
#: when an ask may come; each can be switched
TIMINGS = (
    "result_reported", "onboarding_completed", "upsell_completed", "renewal", "followup",
    "deal_lost", "negotiation", "regular", "by_hand",
)  # fmt: skip


class Cadence(enum.StrEnum):
    """How often a referrer hears between receipt, first contact and the end."""

    #: at each milestone
    MILESTONES = "milestones"
    #: one letter a week with all of their open referrals
    WEEKLY = "weekly"
    #: after request, meeting, contract
    THREE = "three"


class Review(enum.StrEnum):
    """Which mails to referrers wait for the owner's glance."""

    NONE = "none"
    #: lost and declined ones
    DELICATE = "delicate"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom we want to meet: industry **and** problem, until a face appears."""

    industries: tuple[str, ...]
    #: 紙の日報を表計算に書き写し、月末の残業にお困りの方
    people: Texts
    problem: Texts
    #: 従業員50名以上
    size: Texts = field(default_factory=dict)
    #: age, state, worry, the words they use; by locale
    persona: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reward:
    """What one side gets."""

    kind: str
    title: Texts
    amount: float | None = None
    #: ISO 4217; "" where the amount is no money
    currency: str = ""
    #: one of UNITS; "" where it is money
    unit: str = ""
    #: whom a donation goes to
    recipient: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a referrer and the person they refer get, and when."""

    key: str
    title: Texts
    #: the referrer's benefit in a sentence; never empty
    benefit: Texts
    #: emotional | economic
    benefit_type: str = "economic"
    #: None: a benefit without a reward (information, an invitation)
    referrer: Reward | None = None
    referred: Reward | None = None
    #: state of the referral at which it is earned: received | meeting | proposal | won
    stage: str = "won"
    #: promised within so long of being earned
    within: timedelta = timedelta(days=30)
    #: goes to referrers of these kinds only; empty: to all
    kinds: tuple[str, ...] = ()
    #: suits these motives; empty: all
    motives: tuple[str, ...] = ()
    #: industries of the referrer that it suits; empty: all
    industries: tuple[str, ...] = ()
    #: motive | hurdle: what it moves (it raises the motive, or lowers the hurdle)
    lever: str = "motive"
    #: the day it was last looked at
    reviewed: date | None = None

    @property
    def is_incentive(self) -> bool:
        """Whether the referrer gets something for it: what passives need."""
        return self.referrer is not None


@dataclass(frozen=True, slots=True)
class AskLimits:
    """When an ask is out of the question."""

    #: between two asks of one contact
    cool_down: timedelta = timedelta(days=180)
    #: in any 365 days
    per_contact: int = 2
    per_account: int = 3
    #: a result was reported within so long
    result_within: timedelta = timedelta(days=60)
    #: an answer to a survey counts for so long
    score_within: timedelta = timedelta(days=365)
    #: 8 or 9
    candidate_from: int = 9
    #: no ask so long after a complaint, or while one is open
    complaint_within: timedelta = timedelta(days=180)
    #: somebody has listened to them (`hearing.held`) before the first ask
    hearing_first: bool = True
    #: readiness from which people are asked regularly, 0 to 100
    ready_from: float = 50


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of readiness counts; shares of 100, whatever they add up to."""

    #: the newest valid answer
    nps: float = 30
    #: a result was reported lately
    results: float = 20
    #: they read, click, answer
    engagement: float = 15
    #: community joined, events and seminars attended
    community: float = 10
    #: how many people they reach
    reach: float = 15
    #: asked little so far
    asks: float = 5
    #: a customer for long
    tenure: float = 5


@dataclass(frozen=True, slots=True)
class Advocacy:
    """What somebody can do who cannot refer, and what they get for it."""

    action: str
    title: Texts
    benefit: Texts


@dataclass(frozen=True, slots=True)
class Timers:
    """What is promised to referrers, and how soon."""

    #: first contact with the referred person, from their consent
    contact: timedelta = timedelta(hours=24)
    #: the referrer hears how and when, from the consent
    report: timedelta = timedelta(hours=48)
    #: an introduction that nobody agreed to ends
    consent: timedelta = timedelta(days=21)
    #: older news of a deal is no news
    stale: timedelta = timedelta(days=7)
    #: after a breach was made a task: then the owner's manager
    escalate: timedelta = timedelta(hours=4)
    #: one of COUNTED: how the hours of `contact` and `report` run; the promise in letters and on
    #: pages, the owner's task and the engine's watch all go by it
    days: str = "all"


@dataclass(frozen=True, slots=True)
class Pilot:
    """A small start: so many people, then a look back before it widens."""

    people: int = 3
    review_after: timedelta = timedelta(days=14)
    #: who looked back and when; None: it has not been widened
    widened: date | None = None


@dataclass(frozen=True, slots=True)
class RewardLimits:
    """What is owed at most, and what is held."""

    #: rewards of one referrer in a month, in all; None: no limit
    per_month: int | None = None
    in_all: int | None = None
    #: an earned reward waits so long before it is due (a deal may be reversed)
    hold: timedelta = timedelta(days=14)
    #: cash may be promised: who cleared it and when
    legal_approved: bool = False
    legal_approved_by: str = ""
    legal_approved_at: date | None = None


@dataclass(frozen=True, slots=True)
class Kit:
    """What a referrer is given to hand on: simple and brief."""

    #: one line each
    pitch: Texts
    outcome: Texts
    #: what it is about in a few words, for a subject: 日報の転記
    topic: Texts = field(default_factory=dict)
    #: what it does, functions, price, why we ask
    does: Texts = field(default_factory=dict)
    functions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price: Texts = field(default_factory=dict)
    why: Texts = field(default_factory=dict)
    #: library item: the case, and other items for tagged downloads
    case: str = ""
    items: tuple[str, ...] = ()
    #: text to hand on by mail, chat (one line) and SNS; `{link}` is the personal link
    mail: Texts = field(default_factory=dict)
    chat: Texts = field(default_factory=dict)
    sns: Texts = field(default_factory=dict)
    #: the day it was last looked at
    updated: date | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The public rules: nobody can refer before all of them are said."""

    payment: Texts
    exclusions: Texts
    #: what happens to the personal data of who is referred, for what purpose
    privacy: Texts
    #: how often the referrer hears; the words of `cadence`
    reports: Texts
    version: str = "1"


@dataclass(frozen=True, slots=True)
class Program:
    """All of it."""

    name: str
    title: Texts
    wanted: Wanted
    offers: Mapping[str, Offer]
    rules: Rules
    kit: Kit
    #: one of TYPES; figures are split by it
    type: str = "customer_matching"
    #: what each kind of referrer gains, for the public page: customer, partner-sales …
    benefits: Mapping[str, Texts] = field(default_factory=dict)
    #: what those can do who cannot refer
    advocacy: Mapping[str, Advocacy] = field(default_factory=dict)
    weights: Weights = Weights()
    cadence: Cadence = Cadence.MILESTONES
    review: Review = Review.DELICATE
    #: growth | prototype: which kinds of referrers are asked
    phase: str = "growth"
    #: who may refer: customer, partner, employee, community, prospect
    kinds: tuple[str, ...] = ("customer",)
    #: timings that are switched on
    timings: tuple[str, ...] = ("result_reported",)
    asks: AskLimits = AskLimits()
    timers: Timers = Timers()
    pilot: Pilot | None = None
    rewards: RewardLimits = RewardLimits()
    #: attribution: the oldest (`first`) or newest (`last`) touch within so long
    attribution: str = "first"
    window: timedelta = timedelta(days=90)
    #: we may write to a referred person for consent, where the referrer vouches; legal switch
    write_for_consent: bool = False
    #: how long a golden ticket lives; None: none are given
    ticket_for: timedelta | None = timedelta(days=60)
    #: sectors of the referrer or the referred that law watches, and those cleared
    regulated: tuple[str, ...] = ("medical", "finance")
    cleared: tuple[str, ...] = ()
    #: role that takes a referred person in hand: `owner` of the referrer or a team role
    handled_by: str = "owner"
    file: str = ""
