"""What a referral owes, to whom it is credited and what is doubtful about it: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.calendar import NoOpeningError, add_business_time, at_wall
from nurture.domain.policy import Calendar
from nurture.domain.referral import CLOSED, PROGRESS, Flag, State
from nurture.domain.referral_program import Cadence, Program, Review, Timers

#: letters of a ref: none that are mistaken for one another when read out
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

#: who never agreed: the address goes when the introduction ends, the name so long after, when
#: the referrer has heard of it
FORGET_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme promises about its referrals; the defaults where there is none."""

    timers: Timers = field(default_factory=Timers)
    cadence: Cadence = Cadence.MILESTONES
    review: Review = Review.DELICATE
    attribution: str = "first"
    window: timedelta = timedelta(days=90)
    write_for_consent: bool = False
    handled_by: str = "owner"


def terms_of(program: Program | None) -> Terms:
    """Return a programme's terms; a programme that is gone leaves the usual ones behind."""
    if program is None:
        return Terms()
    return Terms(
        program.timers,
        program.cadence,
        program.review,
        program.attribution,
        program.window,
        program.write_for_consent,
        program.handled_by,
    )


def ref_of(digest: bytes) -> str:
    """Return a ref (`R-7K2M9Q`) out of at least six random bytes."""
    return "R-" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:6])


def end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the midnight that ends a moment's day in a zone (UTC)."""
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return at_wall(day, time(0), zone)


# -- doubts ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a referred person and of who refers them."""

    #: canonical addresses of the referrer
    referrer_addresses: frozenset[str] = frozenset()
    #: domains of the referrer's company, public mail left out
    referrer_domains: frozenset[str] = frozenset()
    address: str = ""
    #: lifecycle of the contact that has the address; empty: nobody has it
    lifecycle: str = ""
    #: a deal of that contact, or of their company, is under way
    open_deal: bool = False
    #: their company has bought
    customer_account: bool = False
    #: somebody else referred the same address, and that is not over
    others: bool = False
    disposable: bool = False
    suppressed: bool = False
    #: the contact's newest word on marketing or referrals is a withdrawal
    unsubscribed: bool = False


def doubts(known: Known) -> tuple[Flag, ...]:
    """Return what is doubtful about a referral, in the order of the flags."""
    domain = known.address.rpartition("@")[2]
    found = {
        Flag.SELF: known.address in known.referrer_addresses,
        Flag.SAME_DOMAIN: bool(domain) and domain in known.referrer_domains,
        Flag.CUSTOMER: known.lifecycle == "customer" or known.customer_account,
        Flag.OPEN_DEAL: known.open_deal,
        Flag.DUPLICATE: known.others,
        Flag.DISPOSABLE: known.disposable,
        Flag.SUPPRESSED: known.suppressed,
        Flag.UNSUBSCRIBED: known.unsubscribed,
    }
    return tuple(flag for flag, holds in found.items() if holds)


# -- attribution -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touch:
    """What ties somebody to a referrer."""

    referrer_id: int
    way: str
    at: datetime
    #: breaks ties: the id of its row
    id: int = 0


@dataclass(frozen=True, slots=True)
class Credit:
    """To whom a conversion is credited, and why."""

    referrer_id: int
    way: str
    #: `attributed/first/introduce/2026-05-12`, or `attributed/only/…`
    reason: str


def credit(
    touches: Iterable[Touch], terms: Terms, at: datetime, zone: ZoneInfo, own: Touch
) -> Credit:
    """Return whose referral a conversion at `at` is: the oldest touch within the window wins.

    With `last` it is the newest. `own` is the introduction that was agreed to; it counts
    however old it is, so that there is always somebody.
    """
    valid = [one for one in touches if at - terms.window <= one.at <= at]
    if own not in valid:
        valid.append(own)
    ordered = sorted(valid, key=lambda one: (one.at, one.id))
    won = ordered[-1] if terms.attribution == "last" else ordered[0]
    people = {one.referrer_id for one in valid}
    rule = terms.attribution if len(people) > 1 else "only"
    day = won.at.astimezone(zone).date().isoformat()
    return Credit(won.referrer_id, won.way, f"attributed/{rule}/{won.way}/{day}")


# -- timers ------------------------------------------------------------------------------

#: what was promised: acknowledge | contact | report
TIMERS = ("acknowledge", "contact", "report")


@dataclass(frozen=True, slots=True)
class Clockwork:
    """A referral as its timers see it."""

    state: State
    created_at: datetime
    acknowledge_by: datetime | None = None
    acknowledged_at: datetime | None = None
    contact_by: datetime | None = None
    contacted_at: datetime | None = None
    report_by: datetime | None = None
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    #: name and address of somebody who never agreed are still there
    holds_stranger: bool = False
    #: timers that are known to be broken
    breaches: tuple[str, ...] = ()


def promised_by(
    moment: datetime, span: timedelta, timers: Timers, calendar: Calendar | None
) -> datetime:
    """Return until when a promise of `span` hours is to be kept that begins at `moment` (UTC).

    By the clock, or on business days alone, as the programme's `days` says. Without a
    calendar, or in one without business days, it is the clock.
    """
    if calendar is not None and timers.days == "business":
        try:
            return add_business_time(calendar, moment, span, ZoneInfo(calendar.zone))
        except NoOpeningError:
            pass
    return moment + span


def broken(clock: Clockwork, now: datetime) -> tuple[str, ...]:
    """Return the promises that are broken at `now` and not noted yet."""
    waits = {
        "acknowledge": (clock.acknowledge_by, clock.acknowledged_at, True),
        "contact": (clock.contact_by, clock.contacted_at, clock.state is State.RECEIVED),
        "report": (clock.report_by, clock.reported_at, clock.state not in CLOSED),
    }
    return tuple(
        name
        for name, (by, done, applies) in waits.items()
        if applies and by is not None and by <= now and done is None and name not in clock.breaches
    )


def expires_at(clock: Clockwork, timers: Timers) -> datetime | None:
    """Return when an introduction that nobody agreed to ends; None: it does not."""
    if clock.state is not State.AWAITING_CONSENT:
        return None
    return clock.created_at + timers.consent


def forgets_at(clock: Clockwork) -> datetime | None:
    """Return when name and address of somebody who never agreed are erased."""
    if clock.closed_at is None or not clock.holds_stranger:
        return None
    return clock.closed_at + FORGET_AFTER


#: when the weekly letter is due: Thursday morning, as the weekly routine has it
_WEEKDAY, _HOUR = 3, time(10)


def next_week(clock: Clockwork, terms: Terms, after: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a referral's weekly letter is due next; None: its referrer gets none.

    It begins with the first contact: before that the receipt and the report say all there is.
    """
    open_ = clock.state not in CLOSED and clock.contacted_at is not None
    if terms.cadence is not Cadence.WEEKLY or not open_:
        return None
    day = after.astimezone(zone).date()
    day += timedelta(days=(_WEEKDAY - day.weekday()) % 7)
    moment = at_wall(day, _HOUR, zone)
    return moment if moment > after else at_wall(day + timedelta(days=7), _HOUR, zone)


def next_review(clock: Clockwork, terms: Terms, after: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when something about a referral is due next, after `after`; None: nothing is."""
    moments = [
        expires_at(clock, terms.timers),
        forgets_at(clock),
        next_week(clock, terms, after, zone),
    ]
    if clock.acknowledged_at is None and "acknowledge" not in clock.breaches:
        moments.append(clock.acknowledge_by)
    if (
        clock.state is State.RECEIVED
        and clock.contacted_at is None
        and "contact" not in clock.breaches
    ):
        moments.append(clock.contact_by)
    if clock.state not in CLOSED and clock.reported_at is None and "report" not in clock.breaches:
        moments.append(clock.report_by)
    return min((one for one in moments if one is not None and one > after), default=None)


# -- what a referrer hears ---------------------------------------------------------------

#: progress that is told between receipt, first contact and the end, by cadence
_BETWEEN: Mapping[Cadence, frozenset[State]] = {
    Cadence.MILESTONES: frozenset({State.MEETING, State.PROPOSAL}),
    Cadence.THREE: frozenset({State.MEETING}),
    Cadence.WEEKLY: frozenset(),
}


def is_told(state: State, terms: Terms, happened: datetime, now: datetime) -> bool:
    """Say whether reaching a state is a mail to the referrer by the programme's cadence.

    Receipt, first contact and every end always are; what happened longer ago than the
    programme's `stale` is no news any more, ends excepted.
    """
    if state in CLOSED or state in (State.AWAITING_CONSENT, State.RECEIVED):
        return True
    if now - happened > terms.timers.stale:
        return False
    return state is State.CONTACTED or state in _BETWEEN[terms.cadence]


def is_reviewed(state: State, terms: Terms) -> bool:
    """Say whether the mail about reaching a state waits for the owner's glance."""
    if terms.review is Review.ALL:
        return state is not State.AWAITING_CONSENT
    return terms.review is Review.DELICATE and state in (State.LOST, State.DECLINED)


def week_of(moment: datetime, zone: ZoneInfo) -> str:
    """Return the ISO week of a moment in a zone: `2026-W20`."""
    day: date = moment.astimezone(zone).date()
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def further(states: Sequence[State]) -> State:
    """Return the state that lies furthest ahead; `received` where there is none."""
    return max(states, key=PROGRESS.index, default=State.RECEIVED)
