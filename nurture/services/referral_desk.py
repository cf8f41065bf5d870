"""What people look at and do with referrals: pages, commands and the API come through here."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import referral_list, referrals
from nurture.db.engine import read
from nurture.db.retrying import write_again
from nurture.domain.addresses import canonical
from nurture.domain.referral import CLOSED, PROGRESS, State, Way, may_become
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services import referrals as life
from nurture.services.referral_mails import AboutIt, mails_of
from nurture.services.referral_timers import heard
from nurture.services.referrals import Introduced, Introduction
from nurture.services.runtime import DECIDE, Runtime

#: states of those that are under way
OPEN = tuple(state for state in PROGRESS if state not in CLOSED)

#: referrals of one page
PAGE = 200


@dataclass(frozen=True, slots=True)
class Promise:
    """Something promised to a referrer: until when, and whether it was kept."""

    #: acknowledge | contact | report
    timer: str
    by: datetime
    done: datetime | None
    broken: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A referral as a list shows it."""

    row: Row[Any]
    promises: tuple[Promise, ...]

    @property
    def next_promise(self) -> Promise | None:
        """The promise whose time is up next, or that is broken."""
        waiting = [one for one in self.promises if one.done is None]
        return min(waiting, key=lambda one: one.by, default=None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A referral with its whole life."""

    line: Line
    steps: Sequence[Row[Any]]
    rewards: Sequence[Row[Any]]
    #: what its referrer and who was referred got about it, or will
    mails: Sequence[AboutIt]
    #: the mail that asked for consent: (state, reason, sent_at)
    asked: Row[Any] | None
    #: what may be done with it now: states to go to, `reopen`
    moves: tuple[str, ...]


def overview(
    runtime: Runtime,
    states: Sequence[State] = OPEN,
    channel: str = "",
) -> tuple[list[Line], dict[str, int]]:
    """Return referrals of states, and how many stand in each state.

    Those with a broken promise come first, then who waits for a first contact, soonest due
    first, then the rest, newest first.
    """
    with read(runtime.engine) as connection:
        rows = referral_list.lines(connection, [str(one) for one in states], channel)
        told = referrals.mails_told(connection, {row.ref: row.referrer_id for row in rows})
        found = [_line(runtime, row, told.get(row.ref, [])) for row in rows]
        found.sort(key=lambda one: not (one.next_promise is not None and one.next_promise.broken))
        return found, referral_list.counts(connection)


def page(
    runtime: Runtime, states: Sequence[State], before: str = "", limit: int = PAGE
) -> tuple[list[Line], str | None]:
    """Return referrals of states, newest first, and the ref before which the next ones came.

    `before` is such a ref. None: there are no more. Raises NotFoundError where there is no
    referral `before`.
    """
    with read(runtime.engine) as connection:
        last = referral_list.line(connection, before) if before else None
        if before and last is None:
            raise _unknown(before)
        known = [str(one) for one in states]
        rows = referral_list.page(connection, known, last.id if last else None, limit + 1)
        more = len(rows) > limit
        rows = rows[:limit]
        told = referrals.mails_told(connection, {row.ref: row.referrer_id for row in rows})
        found = [_line(runtime, row, told.get(row.ref, [])) for row in rows]
    return found, rows[-1].ref if more else None


def sheet(runtime: Runtime, ref: str) -> Sheet:
    """Return a referral with its life; NotFoundError where there is none."""
    with read(runtime.engine) as connection:
        row = referral_list.line(connection, ref)
        if row is None:
            raise _unknown(ref)
        told = referrals.mails_told(connection, {row.ref: row.referrer_id}).get(row.ref, [])
        return Sheet(
            _line(runtime, row, told),
            referrals.steps_of(connection, row.id),
            referral_list.rewards_of(connection, row.id),
            mails_of(runtime, connection, row),
            referral_list.consent_mail(connection, row.address_hash) if row.address_hash else None,
            _moves(row),
        )


def _unknown(ref: str) -> NotFoundError:
    return NotFoundError(
        say("there is no referral '{ref}'", ref=ref[:40]),
        say("`nurture referrals list` shows them"),
    )


def _line(runtime: Runtime, row: Row[Any], told: Sequence[tuple[str, datetime]]) -> Line:
    now = runtime.clock.now()
    learnt = heard(row, told)
    kept = {
        "acknowledge": (row.acknowledge_by, learnt.get("acknowledged_at", row.acknowledged_at)),
        "contact": (row.contact_by, row.contacted_at),
        "report": (row.report_by, learnt.get("reported_at", row.reported_at)),
    }
    over = State(row.state) in CLOSED
    promises = tuple(
        Promise(timer, by, done, timer in (row.breaches or ()) or (done is None and by <= now))
        for timer, (by, done) in kept.items()
        if by is not None and (done is not None or not over)
    )
    return Line(row, promises)


def _moves(row: Row[Any]) -> tuple[str, ...]:
    state = State(row.state)
    if state in CLOSED:
        return ("reopen",) if state is not State.DUPLICATE and row.reason != "refused" else ()
    forward = [str(one) for one in State if may_become(state, one) and one is not State.EXPIRED]
    if state is State.AWAITING_CONSENT:
        closing = {str(one) for one in CLOSED - {State.WON}}
        return ("received", *[one for one in forward if one in closing])
    return tuple(forward)


# -- what people do ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of a move."""

    reason: str = ""
    contacted_by: str = ""
    result: str = ""
    #: how the referred person agreed, where they told us and not the page
    consent: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    #: how long ago it happened
    happened: datetime | None = None


def move(runtime: Runtime, ref: str, to: str, by: str, answer: Answer) -> bool:
    """Bring a referral to a state, or open it again (`reopen`), and ring.

    `received` writes down a consent that was given to us in person: `answer.consent` says how
    and when. False: it is there already. Raises NotFoundError, NurtureError.
    """
    known = [str(one) for one in State] + ["reopen"]
    if to not in known:
        near = difflib.get_close_matches(to, known, 1)
        hint = say("did you mean '{name}'?", name=near[0]) if near else None
        raise NurtureError(
            say("a referral is never '{state}'", state=to[:40]),
            hint or say("known: {known}", known=known),
        )
    if answer.happened is not None:
        _check_moment(answer.happened, runtime.clock.now())

    def write(connection: Connection) -> bool:
        row = referrals.with_ref(connection, ref)
        if row is None:
            raise _unknown(ref)
        return _move(runtime, connection, row, to, by, answer)

    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


def _check_moment(moment: datetime, now: datetime) -> None:
    if moment > now + timedelta(minutes=5):
        raise NurtureError(say("what has happened does not lie in the future"))


def _move(
    runtime: Runtime, connection: Connection, row: Row[Any], to: str, by: str, answer: Answer
) -> bool:
    now = runtime.clock.now()
    if to == "reopen":
        return life.reopen(runtime, connection, row.id, now, by)
    state = State(to)
    if state is State.RECEIVED and State(row.state) is State.AWAITING_CONSENT:
        if not answer.consent.strip():
            raise NurtureError(
                say("how did they agree to referral {ref}?", ref=row.ref),
                say("write down who said so, when and how; it is kept as the consent record"),
            )
        life.agree(
            runtime,
            connection,
            row.id,
            now,
            answer.consent.strip()[:2000],
            name=answer.name,
            company=answer.company,
            email=answer.email,
            by=by,
        )
        return True
    return life.advance(
        runtime,
        connection,
        row.id,
        state,
        now,
        by,
        reason=answer.reason,
        contacted_by=answer.contacted_by,
        result=answer.result,
        happened=answer.happened,
    )


def add(
    runtime: Runtime, connection: Connection, referrer: str, it: Introduction, by: str
) -> Introduced:
    """Take an introduction in whose referrer is named by address; inside a write transaction.

    Raises NotFoundError where nobody is known by it, NurtureError as `introduce` does.
    """
    try:
        contact_id = people.find(connection, people.EMAIL, canonical(referrer))
    except ValueError:
        contact_id = None
    if contact_id is None:
        raise NotFoundError(say("nobody is known as '{address}'", address=referrer[:320]))
    known = Introduction(
        program=it.program or _only_program(runtime, connection),
        referrer_id=contact_id,
        way=it.way,
        name=it.name,
        company=it.company,
        email=it.email,
        why=it.why,
        locale=it.locale,
        consented=it.consented,
        consent_text=it.consent_text,
        vouched_text=it.vouched_text,
        offer=it.offer,
    )
    return life.introduce(runtime, connection, known, runtime.clock.now(), by)


def add_by_hand(runtime: Runtime, referrer: str, it: Introduction, by: str) -> Introduced:
    """Do what `add` does in a transaction of its own, and ring."""
    done = write_again(
        runtime.engine, lambda connection: add(runtime, connection, referrer, it, by)
    )
    runtime.ring(DECIDE)
    return done


def _only_program(runtime: Runtime, connection: Connection) -> str:
    """Return the one programme there is, or `default`, where none is named."""
    if not runtime.releases.published(connection):
        return "default"
    programs = sorted(runtime.releases.live(connection).definitions.programs)
    if len(programs) == 1 or "default" in programs or not programs:
        return programs[0] if len(programs) == 1 else "default"
    raise NurtureError(say("which referral programme?"), say("known: {known}", known=programs))


#: ways that people and systems may name
WAYS = (Way.BY_HAND, Way.API, Way.FORWARD, Way.INTRODUCE, Way.CC, Way.OUTBOUND)
