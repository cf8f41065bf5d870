"""What `policy.yaml` and `calendar.yaml` say, as frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from nurture.domain.conditions import Condition
from nurture.domain.kpi_policy import DEFAULT as COUNTED_AS_USUAL
from nurture.domain.kpi_policy import KpiPolicy

if TYPE_CHECKING:
    from nurture.domain.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail comes from: a person with a monitored address."""

    key: str
    name: Mapping[str, str]
    email: str
    title: Mapping[str, str] = field(default_factory=dict)
    phone: str = ""
    #: sales | inside-sales | marketing | …: what `task: {for: …}` may name
    role: str = "sales"
    #: language in which they read their tasks; "": the policy's
    locale: str = ""
    #: what they know and what they are like, for pages that introduce them
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegalIdentity:
    """Who we are, as 特定電子メール法, CAN-SPAM and GDPR want it said; texts by locale."""

    company: Mapping[str, str]
    address: Mapping[str, str]
    contact: str
    website: str = ""


@dataclass(frozen=True, slots=True)
class MailCap:
    """At most `mails` within a rolling span, for one contact or one account.

    `purpose` None counts all purposes except service; `temperature` limits the rule to
    contacts of that temperature; `workflow` to one journey.
    """

    name: str
    per: str
    mails: int
    within: timedelta
    purpose: str | None = None
    temperature: str | None = None
    workflow: str | None = None
    #: holds back only mails whose workflow has a lower priority; others still count
    below: int | None = None


@dataclass(frozen=True, slots=True)
class EvidencePolicy:
    """How opens and clicks are judged."""

    #: a click without a sign of a machine waits this long before it counts
    hold: timedelta = timedelta(seconds=10)
    #: faster than this after sending is no person
    too_soon: timedelta = timedelta(seconds=3)
    #: so many different links of one mail within `burst_within` is a scanner
    burst_links: int = 4
    burst_within: timedelta = timedelta(seconds=10)
    #: one address opening mails of so many recipients within `sweep_within` is a scanner
    sweep_recipients: int = 20
    sweep_within: timedelta = timedelta(minutes=10)
    count_unknown_opens: bool = True
    #: user agents of our own list, on top of the public one (case-insensitive substrings)
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a reader may turn off by itself: letters, seminars, cases."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Who takes care of contacts for whom the condition holds; the first rule wins."""

    condition: Condition
    #: sender key
    owner: str


@dataclass(frozen=True, slots=True)
class TaskPolicy:
    """How people are told of what they have to do."""

    #: each: a mail per task; digest: in the morning mail only
    mail: str = "each"
    #: kinds that always get a mail of their own at once
    at_once: tuple[str, ...] = ("call", "escalation", "reply", "quote")
    #: how long a signed button works after its task was made
    links_for: timedelta = timedelta(days=90)
    #: a meeting that nobody wrote about so long afterwards is stale
    stale_after: timedelta = timedelta(hours=24)
    #: time of day of the morning mail, in the calendar's zone; None: no morning mail
    digest_at: time | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours at which no marketing, survey or referral mail leaves, whatever its window says.

    Mails of purpose `service` answer what their reader asked for, and go.
    """

    #: from, to; where `to` is not later it is on the next day
    hours: tuple[tuple[time, time], ...]
    #: weekdays (Monday is 0) on which the spans begin; None: every day
    days: frozenset[int] | None = None
    #: on the reader's own clock, else on the calendar's
    readers: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything `policy.yaml` says."""

    senders: Mapping[str, Sender]
    default_sender: str
    legal: LegalIdentity
    default_locale: str = "ja"
    locales: tuple[str, ...] = ("ja", "en")
    caps: tuple[MailCap, ...] = ()
    #: templates that the `service` purpose may use
    service_templates: tuple[str, ...] = ()
    evidence: EvidencePolicy = EvidencePolicy()
    #: open pixel and click links on by default
    tracking: bool = True
    #: declared custom fields: name → text | number | boolean | date
    contact_fields: Mapping[str, str] = field(default_factory=dict)
    account_fields: Mapping[str, str] = field(default_factory=dict)
    quiet: tuple[QuietHours, ...] = ()
    #: mails a day after which `publish` wants --yes N
    publish_limit: int = 100
    #: mails per hour after `resume`
    resume_rate: int = 500
    #: where a visitor who confirmed an opt-out may find us, privacy notice
    privacy_url: str = ""
    #: topics by name, in the order in which readers see them
    topics: Mapping[str, Topic] = field(default_factory=dict)
    tasks: TaskPolicy = TaskPolicy()
    #: who gets contacts that have no owner when they are handed off
    owners: tuple[OwnerRule, ...] = ()
    #: weekday (Monday is 0) → what the team does that day
    routine: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    #: names of chat rooms; their addresses are secrets of the machine
    chats: tuple[str, ...] = ()
    #: chat room that hears of hand-offs and late first calls; "": none
    chat_for_leads: str = ""
    #: endpoints that `webhook` steps call: name → address
    webhooks: Mapping[str, str] = field(default_factory=dict)
    #: share of MQLs that should become SQLs, 0 to 1
    mql_to_sql_target: float = 0.6
    #: how referrals, money and customers are counted
    kpis: KpiPolicy = COUNTED_AS_USUAL
    #: when last month's results are reported by themselves; None: by hand
    results_report: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Hours in which mails may leave; `days` None: all, else weekdays (Monday is 0).

    Named weekdays leave out holidays and closed days, `all` ignores both. Hours are
    half-open [from, to) in the contact's zone, ascending, not overlapping.
    """

    name: str
    days: frozenset[int] | None
    hours: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """Yearly closed days from (month, day) to (month, day), both included; may wrap."""

    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Zone, holidays (already a set of dates), closed days and windows."""

    zone: str
    holidays: frozenset[date]
    closed: tuple[ClosedSpan, ...]
    windows: Mapping[str, Window]
    closed_dates: frozenset[date] = frozenset()
