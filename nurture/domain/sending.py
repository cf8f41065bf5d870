"""May this mail go? Asked when it is claimed, and again just before its body is written."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from nurture.domain.best_hour import BestHours, best_moment
from nurture.domain.calendar import NoOpeningError, next_opening
from nurture.domain.policy import Calendar, MailCap, Policy, QuietHours, Window
from nurture.domain.preferences import ASKED_FOR, UNASKED, Preferences
from nurture.domain.purpose import OWN_AFFAIR, Purpose
from nurture.domain.quiet import free_until, is_quiet, next_free
from nurture.domain.spreading import slot


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now; `until` None: until somebody changes something."""

    until: datetime | None
    reason: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drop:
    """Never."""

    reason: str
    detail: dict[str, Any] = field(default_factory=dict)


Verdict: TypeAlias = Send | Defer | Drop


@dataclass(frozen=True, slots=True)
class PastMail:
    """A mail that uses up a slot under a cap."""

    at: datetime
    purpose: str
    workflow: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """The message that asks."""

    id: int
    purpose: Purpose
    workflow: str | None
    window: str
    priority: int
    recipient: str | None
    template: str
    #: sender key it resolved to
    sender: str | None
    created_at: datetime
    expires_at: datetime | None
    has_enrolment: bool
    #: topic of the policy, where it has one
    topic: str | None = None
    #: tells of a change of what the reader was told before: no cap holds it back
    corrects: bool = False
    #: the mails of its batch leave over a span as long as this
    spread: timedelta | None = None
    #: it leaves at the hour at which its reader reads
    at_best_hour: bool = False
    #: what names it for ever (nurture.db.tables.message.dedupe_key), its place in a spread
    key: str = ""


@dataclass(slots=True)
class Situation:
    """What is true of its contact, account and the house at this moment."""

    zone: ZoneInfo
    temperature: str
    suppressed: bool = False
    #: purposes that the newest consent record grants
    consents: frozenset[str] = frozenset()
    #: purposes that the newest consent record withdraws
    withdrawn: frozenset[str] = frozenset()
    enrolment_active: bool = True
    account_hold: str | None = None
    #: what the reader asked for
    preferences: Preferences = UNASKED
    #: (kind, name) pairs: ("everything", ""), ("workflow", NAME), ("sender", KEY)
    paused: frozenset[tuple[str, str]] = frozenset()
    #: live | allowlist | off
    sending: str = "live"
    allowed: Sequence[str] = ()
    contact_mails: list[PastMail] = field(default_factory=list)
    #: (priority, mail) of what only waits for its own moment: it goes before what is less
    #: important, so its slot under a cap is taken
    reserved: list[tuple[int, PastMail]] = field(default_factory=list)
    account_mails: list[PastMail] = field(default_factory=list)
    #: when they read, where it is known and they let us measure
    best_hours: BestHours | None = None


#: reasons for which a mail waits for a moment of its own, and not for want of room
OWN_MOMENT = ("spread", "best_hour")

#: window of mails to our own team: no calendar shuts it
ALWAYS_OPEN = "always"

#: how long to leave alone what SENDING=off holds back
_OFF = timedelta(minutes=15)

#: how long to leave alone what has no window to leave in. A publication looks at it at once;
#: this finds what was put off by the older release at that very moment
_NO_WINDOW = timedelta(hours=1)


def may_send(
    mail: Candidate, facts: Situation, policy: Policy, calendar: Calendar, now: datetime
) -> Verdict:
    """Return whether a mail may go now, later or never, with the reason.

    The order matters: what ends a mail for good comes before what puts it off, so that a
    mail that can never go does not wait for a window first.
    """
    dropped = _never(mail, facts, policy, now)
    if dropped is not None:
        return dropped
    deferred = _not_now(mail, facts, policy, calendar, now)
    if deferred is None:
        return Send()
    if mail.expires_at is not None:
        # Looked at again when it expires at the latest, so that it is dropped visibly.
        until = min(deferred.until or mail.expires_at, mail.expires_at)
        return Defer(until, deferred.reason, deferred.detail)
    return deferred


def forbidden(mail: Candidate, facts: Situation, policy: Policy) -> Drop | None:
    """Return why a mail must never go, or None.

    That is: enrolment over, suppressed, no consent, a topic the reader turned off.
    """
    if not mail.recipient:
        return Drop("no_address")
    if mail.has_enrolment and not facts.enrolment_active:
        return Drop("enrolment_over")
    if facts.suppressed:
        return Drop("suppressed")
    if mail.purpose is Purpose.SERVICE:
        if not any(fnmatch.fnmatchcase(mail.template, p) for p in policy.service_templates):
            return Drop("not_a_service_template", {"template": mail.template})
    elif mail.purpose is Purpose.INTRODUCTION:
        # Whether the referral still stands is asked where its row is known.
        return None
    elif mail.purpose in facts.withdrawn:
        return Drop("unsubscribed", {"purpose": str(mail.purpose)})
    elif mail.purpose is Purpose.PROGRESS:
        # Of their own referral; `withdrawn` names it where they stopped hearing of it.
        return None
    elif mail.purpose not in facts.consents:
        return Drop("no_consent", {"purpose": str(mail.purpose)})
    elif mail.topic in facts.preferences.topics_off:
        topic = policy.topics.get(mail.topic)
        title = dict(topic.title) if topic is not None else {"": mail.topic}
        return Drop("topic_off", {"topic": mail.topic, "title": title})
    return None


def _never(mail: Candidate, facts: Situation, policy: Policy, now: datetime) -> Drop | None:
    dropped = forbidden(mail, facts, policy)
    if dropped is not None:
        return dropped
    if mail.expires_at is not None and mail.expires_at <= now:
        return Drop("expired")
    if facts.sending == "allowlist" and not any(
        fnmatch.fnmatch(str(mail.recipient).lower(), pattern.lower()) for pattern in facts.allowed
    ):
        return Drop("not_on_allowlist")
    return None


def stopped(mail: Candidate, facts: Situation) -> Defer | None:
    """Return why a mail is held back by a switch (off, pause, hold), or None."""
    if ("everything", "") in facts.paused:
        return Defer(None, "paused_everything")
    if mail.workflow and ("workflow", mail.workflow) in facts.paused:
        return Defer(None, "paused_workflow", {"workflow": mail.workflow})
    if mail.sender and ("sender", mail.sender) in facts.paused:
        return Defer(None, "paused_sender", {"sender": mail.sender})
    if facts.account_hold and mail.purpose not in OWN_AFFAIR:
        return Defer(None, "account_hold", {"why": facts.account_hold})
    return None


def _not_now(
    mail: Candidate, facts: Situation, policy: Policy, calendar: Calendar, now: datetime
) -> Defer | None:
    if facts.sending == "off":
        return Defer(now + _OFF, "sending_off")
    held = stopped(mail, facts)
    if held is not None:
        return held
    asks = mail.purpose not in OWN_AFFAIR
    rests_until = facts.preferences.rests(now)
    if asks and rests_until is not None:
        return Defer(rests_until, "reader_pause")
    quiet = policy.quiet if asks else ()
    shut = _window(mail, facts.zone, calendar, quiet, now)
    if shut is not None:
        return shut
    if mail.spread or mail.at_best_hour:
        timed = _own_moment(mail, facts, calendar, quiet, now)
        if timed is not None:
            return timed
    if not asks or mail.corrects:
        return None
    capped, paced = _capped(mail, facts, policy.caps, now), _paced(mail, facts, now)
    # Both in the way: the one that frees later decides.
    if capped is None or paced is None:
        return capped or paced
    return max(paced, capped, key=lambda one: one.until or now)


def _paced(mail: Candidate, facts: Situation, now: datetime) -> Defer | None:
    """Return when the rhythm that the reader chose lets the next mail through, or None.

    It holds back marketing alone, and nothing that the reader asked for (ASKED_FOR).
    """
    span = facts.preferences.span
    if span is None or mail.purpose is not Purpose.MARKETING or mail.priority >= ASKED_FOR:
        return None
    gone = [sent.at for sent in facts.contact_mails if sent.purpose == Purpose.MARKETING]
    newest = max(gone, default=None)
    if newest is None or now - newest >= span:
        return None
    return Defer(newest + span, "reader_rhythm", {"days": span / timedelta(days=1)})


def _window(
    mail: Candidate,
    zone: ZoneInfo,
    calendar: Calendar,
    quiet: Sequence[QuietHours],
    now: datetime,
) -> Defer | None:
    """Return until when window or quiet hours keep a mail, or None where it may leave."""
    window: Window | None = None
    if mail.window != ALWAYS_OPEN:
        window = calendar.windows.get(mail.window)
        if window is None:
            return Defer(now + _NO_WINDOW, "unknown_window", {"window": mail.window})
    elif not quiet:
        return None
    try:
        opens = now if window is None else next_opening(calendar, window, zone, now)
        free = opens
        if quiet and is_quiet(quiet, calendar, zone, opens):
            free = next_free(calendar, window, quiet, zone, opens)
    except NoOpeningError:
        return Defer(now + _NO_WINDOW, "window_never_opens", {"window": mail.window})
    if free == now:
        return None
    # What keeps it now is what it says; until when both are over is when it is due.
    if opens == now:
        return Defer(free, "quiet_hours")
    return Defer(free, "window", {"window": mail.window})


def _own_moment(
    mail: Candidate,
    facts: Situation,
    calendar: Calendar,
    quiet: Sequence[QuietHours],
    now: datetime,
) -> Defer | None:
    """Return until when a mail waits for its reader's hour or its place in a spread, or None.

    Both count from when it could have left at all, so that a mail which something else held
    back longer does not wait again.
    """
    window = calendar.windows.get(mail.window)
    opens = next_free(calendar, window, quiet, facts.zone, mail.created_at)
    reason, detail = "spread", dict[str, Any]()
    if mail.at_best_hour and facts.best_hours is not None:
        best = facts.best_hours
        found = best_moment(best, calendar, window, quiet, facts.zone, opens, mail.expires_at)
        if found is not None:
            opens, hour = found
            reason, detail = "best_hour", {"hour": f"{hour}:00", "opens": best.opens}
    if mail.spread:
        ends = free_until(calendar, window, quiet, facts.zone, opens, mail.spread)
        if mail.expires_at is not None:
            ends = min(ends, mail.expires_at)
        if ends > opens:
            opens = slot(mail.key, opens, ends)
    return Defer(opens, reason, detail) if opens > now else None


def _capped(
    mail: Candidate, facts: Situation, caps: Sequence[MailCap], now: datetime
) -> Defer | None:
    """Return the cap that frees latest, or None where every cap has room."""
    worst: Defer | None = None
    for cap in caps:
        if cap.purpose is not None and cap.purpose != mail.purpose:
            continue
        if cap.temperature is not None and cap.temperature != facts.temperature:
            continue
        if cap.workflow is not None and cap.workflow != mail.workflow:
            continue
        if cap.below is not None and mail.priority >= cap.below:
            continue
        past = [
            *(facts.account_mails if cap.per == "account" else facts.contact_mails),
            *(one for priority, one in facts.reserved if priority > mail.priority),
        ]
        counted = sorted(
            (
                sent.at
                for sent in past
                if sent.purpose not in OWN_AFFAIR
                and (cap.purpose is None or sent.purpose == cap.purpose)
                and (cap.workflow is None or sent.workflow == cap.workflow)
                and now - sent.at < cap.within
            ),
            reverse=True,
        )
        if len(counted) < cap.mails:
            continue
        frees = (counted[cap.mails - 1] if cap.mails else now) + cap.within
        if worst is None or worst.until is None or frees > worst.until:
            detail = {"cap": cap.name, "mails": cap.mails, "days": cap.within / timedelta(days=1)}
            worst = Defer(frees, "cap", detail)
    return worst


def take_turns(mails: Sequence[Candidate]) -> list[Candidate]:
    """Return a contact's due mails in the order in which they may claim a slot."""
    return sorted(mails, key=lambda mail: (-mail.priority, mail.created_at, mail.id))
