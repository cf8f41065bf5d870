"""Referrals: introduced, agreed to, moved forward, closed with a reason, opened again.

Every move is one transaction: the row, its step (append only), its event, and the tasks that
it settles. Personal data of the referred person stays in the referral until they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import referral_people, referrals
from nurture.db.events import NewEvent, record
from nurture.domain.loop_words import REFERRAL_STATES
from nurture.domain.referral import (
    CLOSED,
    CONTACTED_BY,
    NEEDS_REASON,
    Channel,
    Flag,
    State,
    Way,
)
from nurture.domain.referral import INTRODUCED as INTRODUCED
from nurture.domain.referral_life import end_of_day, further, next_review
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Word, say
from nurture.services import referral_intake as intake
from nurture.services import referral_mail
from nurture.services import referral_moves as moves
from nurture.services.referral_consent import Agreed as Agreed
from nurture.services.referral_consent import agree as agree
from nurture.services.referral_consent import refuse as refuse
from nurture.services.referral_consent import reopened
from nurture.services.referral_intake import Introduction as Introduction
from nurture.services.referral_intake import ensure_referrer as ensure_referrer
from nurture.services.runtime import Runtime

#: who says so in steps
REFERRER = "referrer"


#: why nothing is written to a referred person where nothing is the matter
_AS_USUAL = ("", "switched_off", "no_address", "not_vouched")


@dataclass(frozen=True, slots=True)
class Introduced:
    """What came of an introduction."""

    id: int
    ref: str
    state: State
    flags: tuple[Flag, ...] = ()
    #: this referrer's referral of the same person stood already: nothing was written
    again: bool = False


def introduce(
    runtime: Runtime, connection: Connection, it: Introduction, now: datetime, by: str
) -> Introduced:
    """Take an introduction in, inside an open write transaction.

    The same person by the same referrer again is the standing referral. Doubts become flags,
    never a block. With `consented` the person has agreed: they become a contact at once.
    Raises NurtureError (nothing is written) where the address is none, nobody is named, the
    programme or the referrer is unknown.
    """
    row = intake.row_of(runtime, connection, it, now)
    referrer_id = row["referrer_id"]
    held = referral_people.referrer_of(connection, referrer_id, lock=True)
    hashed = row["address_hash"]
    desk = moves.desk_of(runtime, connection, now, by)
    standing = intake.standing_of(connection, row) if it.way is not Way.OUTBOUND else None
    if standing is not None:
        return _again(runtime, desk, standing, it, row)
    terms = desk.terms(it.program)
    flags = intake.doubts_of(connection, referrer_id, row["email"], hashed)
    row |= {
        "channel": held.kind if held is not None else Channel.CUSTOMER,
        "flags": [str(flag) for flag in flags],
        "owner_id": intake.owner_of(runtime, connection, referrer_id, terms, now),
        "ref": intake.free_ref(runtime, connection, row, now),
    }
    if it.way is not Way.OUTBOUND:
        row["acknowledge_by"] = end_of_day(now, desk.zone)
    referral_id = referrals.add(connection, **row)
    made = referrals.get(connection, referral_id)
    assert made is not None
    review_at = next_review(moves.clock_of(made), terms, now, desk.zone)
    referrals.change(connection, referral_id, now, review_at=review_at)
    said = moves.said_of(made, terms, told=True, review=False)
    event_id = moves.emit(connection, made, INTRODUCED, said, now)
    referrals.add_step(
        connection,
        referral_id=referral_id,
        from_state=None,
        to_state=made.state,
        reason=None,
        by=by[:320],
        event_id=event_id,
        at=now,
    )
    moves.follow_with_rewards(desk, referral_id, None, State(made.state))
    touch = {"referrer_id": referrer_id, "way": str(it.way), "what": made.ref, "at": now}
    referrals.add_touch(connection, **touch, address_hash=hashed, visitor=it.visitor[:100] or None)
    if it.ask_id is not None and referrals.answer_ask(connection, it.ask_id, now):
        answer = {"ask": it.ask_id, "answer": "referred"}
        asked = NewEvent("referral.ask_answered", referrer_id, now, moves.ENGINE, answer)
        record(connection, [asked], now)
    if it.consented:
        return _consented(runtime, connection, referral_id, it, now, flags)
    _write_for_consent(desk, made, flags, it)
    return Introduced(referral_id, made.ref, State(made.state), flags)


def _again(
    runtime: Runtime, desk: moves.Desk, standing: Row[Any], it: Introduction, row: dict[str, Any]
) -> Introduced:
    """Answer an introduction of somebody whom this referrer introduced before.

    An address that was missing is added: by it we know who agrees, and what is doubtful.
    """
    connection, now = desk.connection, desk.now
    awaits = State(standing.state) is State.AWAITING_CONSENT
    flags = tuple(Flag(one) for one in standing.flags)
    if it.consented and awaits:
        return _consented(runtime, connection, standing.id, it, now, flags, again=True)
    hashed = row["address_hash"]
    if awaits and hashed is not None and standing.address_hash is None:
        flags = intake.doubts_of(connection, standing.referrer_id, row["email"], hashed)
        fresh = {name: row[name] for name in ("email", "address_hash", "vouched_at")}
        fresh |= {"flags": [str(one) for one in flags]}
        referrals.change(connection, standing.id, now, **fresh)
        touch = {"referrer_id": standing.referrer_id, "way": str(it.way), "at": now}
        referrals.add_touch(connection, **touch, what=standing.ref, address_hash=hashed)
        named = referrals.get(connection, standing.id)
        assert named is not None
        _write_for_consent(desk, named, flags, it)
    return Introduced(standing.id, standing.ref, State(standing.state), flags, again=True)


def _write_for_consent(
    desk: moves.Desk, row: Row[Any], flags: tuple[Flag, ...], it: Introduction
) -> None:
    why_not = referral_mail.ask_consent(desk, row, flags, bool(it.vouched_text))
    if why_not not in _AS_USUAL and it.way is not Way.OUTBOUND:
        referral_mail.note_silence(desk, row, why_not)


def _consented(
    runtime: Runtime,
    connection: Connection,
    referral_id: int,
    it: Introduction,
    now: datetime,
    flags: tuple[Flag, ...],
    again: bool = False,
) -> Introduced:
    done = agree(
        runtime,
        connection,
        referral_id,
        now,
        it.consent_text,
        name=it.name,
        company=it.company,
        email=it.email,
        marketing=it.marketing,
        numbers=it.numbers,
        visitor=it.visitor,
    )
    return Introduced(done.id, done.ref, done.state, flags, again)


def advance(
    runtime: Runtime,
    connection: Connection,
    referral_id: int,
    to: State,
    now: datetime,
    by: str,
    *,
    reason: str = "",
    contacted_by: str = "",
    result: str = "",
    happened: datetime | None = None,
) -> bool:
    """Move a referral forward or close it; False: it is there already, or further.

    `reason` closes it (needed for lost and declined), `contacted_by` says how the first
    contact was made (phone | mail | meeting | online) and `happened` when, `result` is what
    may be told of a win. Raises NotFoundError, NurtureError with a sentence where it may not.
    """
    row = referrals.get(connection, referral_id, lock=True)
    if row is None:
        raise NotFoundError(say("there is no such referral"))
    old = State(row.state)
    reason = reason.strip()[: intake.LONGEST_WHY]
    if old is to or (old not in CLOSED and to not in CLOSED and further([old, to]) is old):
        return False
    _may(row, old, to, reason, contacted_by)
    columns: dict[str, Any] = {}
    if contacted_by and row.contacted_by is None:
        columns["contacted_by"] = contacted_by
    elif row.contacted_at is None and to in (State.MEETING, State.PROPOSAL):
        columns["contacted_by"] = "meeting"
    if result:
        columns["result"] = result.strip()[: intake.LONGEST_WHY]
    desk = moves.desk_of(runtime, connection, now, by)
    moved = moves.become(desk, row, to, reason=reason, happened=happened, **columns)
    return moved is not None


def reopen(
    runtime: Runtime, connection: Connection, referral_id: int, now: datetime, by: str
) -> bool:
    """Open a closed referral again where it stood; False: it is open.

    What somebody declined themselves, or a duplicate, stays closed: NurtureError.
    """
    row = referrals.get(connection, referral_id, lock=True)
    if row is None:
        raise NotFoundError(say("there is no such referral"))
    old = State(row.state)
    if old not in CLOSED:
        return False
    if old is State.DUPLICATE or row.reason == "refused":
        raise NurtureError(
            say("referral {ref} stays closed: {state}", ref=row.ref, state=state_word(old))
        )
    to = moves.stood(referrals.steps_of(connection, row.id))
    reopened(moves.desk_of(runtime, connection, now, by), row, to)
    return True


def state_word(state: State) -> Word:
    """Return a state as people read it."""
    return Word(*REFERRAL_STATES[str(state)])


def _may(row: Row[Any], old: State, to: State, reason: str, contacted_by: str) -> None:
    if old in CLOSED:
        raise NurtureError(
            say("referral {ref} is over: {state}", ref=row.ref, state=state_word(old)),
            say("reopen it first"),
        )
    if old is State.AWAITING_CONSENT and to not in CLOSED - {State.WON}:
        raise NurtureError(
            say("nobody has agreed to referral {ref} yet", ref=row.ref),
            say("the referred person agrees by the link, or their consent is written down"),
        )
    if to is State.EXPIRED and old is not State.AWAITING_CONSENT:
        raise NurtureError(say("referral {ref} was agreed to: it does not expire", ref=row.ref))
    if to in NEEDS_REASON and not reason:
        raise NurtureError(
            say("why is referral {ref} closed as {state}?", ref=row.ref, state=state_word(to)),
            say("give a reason: timing, requirements, not_icp …, or words of your own"),
        )
    if contacted_by and contacted_by not in CONTACTED_BY:
        raise NurtureError(
            say("'{way}' is not a way to contact somebody", way=contacted_by),
            say("known: {known}", known=CONTACTED_BY),
        )
