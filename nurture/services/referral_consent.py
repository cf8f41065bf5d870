"""The referred person's word: they agree and become a contact, or they decline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import choices, referral_people, referrals
from nurture.db import contacts as people
from nurture.db.events import NewEvent, record
from nurture.domain.addresses import address_hash
from nurture.domain.contact_row import LONGEST, ContactRow, RowError
from nurture.domain.loop_words import REFERRAL_STATES
from nurture.domain.person_name import company_name, split_name
from nurture.domain.referral import ACCEPTED, CLOSED, REOPENED, Flag, Reason, State, Way
from nurture.domain.referral_life import Touch, credit, next_review
from nurture.domain.row_remarks import sentence
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Word, say
from nurture.services import referral_intake as intake
from nurture.services import referral_moves as moves
from nurture.services.mail_address import check_address
from nurture.services.runtime import Runtime
from nurture.services.upsert_contacts import upsert_contacts

#: who says so in steps and consent records
REFERRED = "contact"

#: doubts that somebody's own word leaves standing: who they are, not whether to write
_OF_AGREED = frozenset(
    {Flag.SELF, Flag.SAME_DOMAIN, Flag.CUSTOMER, Flag.OPEN_DEAL, Flag.DISPOSABLE, Flag.SUPPRESSED}
)

#: what such a contact's source is
SOURCE = "referral"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What came of the referred person's yes."""

    #: the referral that is followed: another one's, where attribution says so
    id: int
    ref: str
    state: State
    contact_id: int
    #: they had agreed before: nothing was written
    again: bool = False


def agree(
    runtime: Runtime,
    connection: Connection,
    referral_id: int,
    now: datetime,
    consent_text: str,
    *,
    name: str = "",
    company: str = "",
    email: str = "",
    marketing: bool = False,
    numbers: bool = False,
    visitor: str = "",
    by: str = REFERRED,
) -> Agreed:
    """Take the referred person's consent in: they become a contact, and the 24 hours run.

    `consent_text` is what they saw; `marketing` and `numbers` are boxes they ticked. What
    they corrected (name, company, address) wins over what the referrer wrote. Of several
    referrals of the same person the programme's rule chooses which is followed; the others
    become duplicates. Who agrees late, after it expired, has agreed. Idempotent. Raises
    NotFoundError where there is no such referral, NurtureError where it is over or there is
    no address to write to.
    """
    row = referrals.get(connection, referral_id)
    if row is None:
        raise NotFoundError(say("there is no such referral"))
    if row.contact_id is not None:
        if by_deal(row):
            _word_after_deal(connection, row, consent_text, marketing, numbers, by, now)
        return _agreed_before(connection, row)
    if State(row.state) in CLOSED - {State.EXPIRED}:
        raise NurtureError(
            say(
                "referral {ref} is over: {state}",
                ref=row.ref,
                state=Word(*REFERRAL_STATES[row.state]),
            )
        )
    contact_row = _contact_row(row, name or row.name or "", company or row.company or "", email)
    outcome = upsert_contacts(
        connection,
        [contact_row],
        now=now,
        origin=SOURCE,
        recorded_by=by,
        hash_key=runtime.hash_key,
        # Their own word counts, also of who was erased once.
        themselves=True,
    ).landings[0]
    contact_id = outcome.contact_id
    assert contact_id is not None
    _grant(connection, row, contact_id, consent_text, marketing, by, now)
    # The contact's row is held from here on; referrals come after contacts.
    held = referrals.get(connection, referral_id, lock=True)
    assert held is not None
    if held.contact_id is not None:
        return _agreed_before(connection, held)
    desk = moves.desk_of(runtime, connection, now, by)
    engine = replace(desk, by=moves.ENGINE)
    hashed = address_hash(contact_row.address, runtime.hash_key)
    told = {
        "name": (name or row.name or "")[:200] or None,
        "company": (company or row.company or "")[:300] or None,
        "email": contact_row.email[:320],
        "address_hash": hashed,
        "numbers_agreed": numbers,
    }
    going = _going(connection, contact_id, held.id)
    if going is not None:
        return _join(desk, held, going, contact_id, hashed)
    won, why = _credited(desk, held, hashed, contact_id, visitor)
    if won.id != held.id:
        referrals.change(connection, held.id, now, contact_id=contact_id)
        held = referrals.get(connection, held.id) or held
        moves.become(engine, held, State.DUPLICATE, reason=str(Reason.KNOWN))
    followed = _receive(desk, won, contact_id, told, why)
    for other in referrals.of_address(connection, hashed):
        if other.id != followed.id and State(other.state) is State.AWAITING_CONSENT:
            referrals.change(connection, other.id, now, contact_id=contact_id)
            moves.become(engine, other, State.DUPLICATE, reason=str(Reason.KNOWN))
    _take_owner(connection, contact_id, followed.owner_id)
    if contact_id != people.current(connection, followed.referrer_id):
        # Who introduced themselves is no guest of a friend: a doubt, and no welcome.
        _tell_accepted(connection, followed, contact_id, now)
    return Agreed(followed.id, followed.ref, State(followed.state), contact_id)


def by_deal(row: Row[Any]) -> bool:
    """Say whether a deal made somebody a contact who has not said yet what they agree to."""
    undecided = State(row.state) not in CLOSED - {State.WON}
    return row.contact_id is not None and row.consented_at is None and undecided


def _word_after_deal(
    connection: Connection,
    row: Row[Any],
    text: str,
    marketing: bool,
    numbers: bool,
    by: str,
    now: datetime,
) -> None:
    """Write down what somebody agrees to with whom we are in talks already; no state moves."""
    contact_id = people.current(connection, row.contact_id) or row.contact_id
    _grant(connection, row, contact_id, text, marketing, by, now)
    referrals.change(connection, row.id, now, consented_at=now, numbers_agreed=numbers)


def _going(connection: Connection, contact_id: int, but: int) -> Row[Any] | None:
    """Return the referral by which this person is looked after already."""
    others = referrals.of_contact(connection, contact_id)
    going = [one for one in others if one.id != but and one.way != Way.OUTBOUND]
    return next((one for one in going if State(one.state) not in CLOSED), None)


def _join(desk: moves.Desk, row: Row[Any], going: Row[Any], contact_id: int, hashed: str) -> Agreed:
    """Close an introduction of somebody who is looked after by another one.

    The other was agreed to first, and stays: nobody is received twice or called by two. Its
    referrer hears it, unless it is the same one.
    """
    engine = replace(desk, by=moves.ENGINE)
    for one in (row, *referrals.of_address(desk.connection, hashed)):
        # What expired was told as that; its page leads to the other from now on.
        if State(one.state) is not State.AWAITING_CONSENT or one.contact_id is not None:
            continue
        referrals.change(desk.connection, one.id, desk.now, contact_id=contact_id)
        held = referrals.get(desk.connection, one.id)
        told = going.referrer_id != one.referrer_id
        if held is not None:
            moves.become(engine, held, State.DUPLICATE, reason=str(Reason.KNOWN), told=told)
    return Agreed(going.id, going.ref, State(going.state), contact_id, again=True)


def _agreed_before(connection: Connection, row: Row[Any]) -> Agreed:
    followed = row
    if State(row.state) is State.DUPLICATE:
        others = referrals.of_contact(connection, row.contact_id)
        followed = others[0] if others else row
    state = State(followed.state)
    return Agreed(followed.id, followed.ref, state, row.contact_id, again=True)


def refuse(
    runtime: Runtime, connection: Connection, referral_id: int, now: datetime, by: str = REFERRED
) -> None:
    """Take the referred person's no in, politely and for good: they are written nothing.

    Name and address are erased with it, the address's hash stays so that it is remembered.
    Idempotent; a referral that is over stays as it is.
    """
    row = referrals.get(connection, referral_id, lock=True)
    if row is None:
        raise NotFoundError(say("there is no such referral"))
    if State(row.state) is State.EXPIRED:
        # A late no is remembered like one in time: nobody is to write to them for another.
        referrals.change(connection, row.id, now, reason=str(Reason.REFUSED))
        return
    desk = moves.desk_of(runtime, connection, now, by)
    moves.become(desk, row, State.DECLINED, reason=str(Reason.REFUSED))


def _contact_row(row: Row[Any], name: str, company: str, email: str) -> ContactRow:
    written = email or row.email or ""
    try:
        address, as_written = check_address(written)
    except RowError as error:
        remark = error.remarks[0]
        raise NurtureError(
            say("{why}", why=Word(sentence(remark, "ja"), sentence(remark, "en")))
        ) from None
    said = split_name(name)
    contact = {
        "family_name": said.family[: LONGEST["family_name"]],
        "given_name": said.given[: LONGEST["given_name"]],
        "source": SOURCE,
    }
    if row.locale:
        contact["locale"] = row.locale
    account = company_name(company)[: LONGEST["company"]] if company else ""
    return ContactRow(
        address,
        as_written,
        contact={key: value for key, value in contact.items() if value},
        account={"name": account} if account else {},
    )


def _grant(
    connection: Connection,
    row: Row[Any],
    contact_id: int,
    text: str,
    marketing: bool,
    by: str,
    now: datetime,
) -> None:
    """Record what they agreed to: who asks for a talk may be written to about it again.

    News is another thing: anybody can write an address into a form, so that a withdrawal of
    it stands until they take it back by their own link.
    """
    before = people.newest_consents(connection, [contact_id]).get(contact_id, {})
    news = marketing and before.get("marketing") != "withdrawn"
    purposes = ["referral", *(["marketing"] if news else [])]
    choices.grant(connection, contact_id, purposes, text, f"referral {row.ref}", by, now)


def _credited(
    desk: moves.Desk, row: Row[Any], hashed: str, contact_id: int, visitor: str
) -> tuple[Row[Any], str]:
    """Return the referral that this conversion is credited to, and why."""
    connection, zone, terms = desk.connection, desk.zone, desk.terms(row.program)
    since = desk.now - terms.window
    own = Touch(row.referrer_id, row.way, row.created_at)
    rows = referrals.touches(connection, hashed, contact_id, visitor or None, since)
    known = [Touch(one.referrer_id, one.way, one.at, one.id) for one in rows]
    # The introduction's own touch stands among them as a rule.
    mine = next((one for one in known if one.referrer_id == own.referrer_id), own)
    found = credit(known, terms, desk.now, zone, mine)
    if found.referrer_id == row.referrer_id:
        return row, found.reason
    for one in referrals.of_address(connection, hashed):
        open_still = State(one.state) in (State.AWAITING_CONSENT, State.EXPIRED)
        if one.referrer_id == found.referrer_id and open_still:
            return one, found.reason
    # Whose touch has no referral that could be followed has lost it: it was closed.
    return row, f"attributed/only/{row.way}/{own.at.astimezone(zone).date().isoformat()}"


def _receive(
    desk: moves.Desk,
    row: Row[Any],
    contact_id: int,
    told: dict[str, Any],
    why: str,
) -> Row[Any]:
    if State(row.state) is State.EXPIRED:
        row = reopened(desk, row, State.AWAITING_CONSENT)
    known = {name: value for name, value in told.items() if value is not None}
    # The address they wrote themselves may be another than the referrer's, or the first.
    found = intake.doubts_of(desk.connection, row.referrer_id, told["email"], told["address_hash"])
    flags = [*(row.flags or ()), *(str(one) for one in found if one in _OF_AGREED)]
    contact_by, report_by = desk.promised(row.program)
    moved = moves.become(
        desk,
        row,
        State.RECEIVED,
        reason=why,
        **known,
        flags=list(dict.fromkeys(flags)),
        contact_id=contact_id,
        consented_at=desk.now,
        contact_by=contact_by,
        report_by=report_by,
    )
    if moved is None:
        raise NurtureError(say("referral {ref} was moved by somebody else", ref=row.ref))
    return moved


def reopened(desk: moves.Desk, row: Row[Any], to: State) -> Row[Any]:
    """Open a closed referral (whose row we hold) again at a state, and say so."""
    connection, now, terms = desk.connection, desk.now, desk.terms(row.program)
    old = State(row.state)
    values: dict[str, Any] = {"state": str(to), "closed_at": None, "reason": None}
    review_at = next_review(moves.clock_of(row, **values), terms, now, desk.zone)
    if to is State.AWAITING_CONSENT and (review_at is None or review_at <= now):
        # The weeks for an answer begin anew.
        review_at = now + terms.timers.consent
    referrals.move(connection, row.id, old, now, **values, review_at=review_at)
    moved = referrals.get(connection, row.id)
    assert moved is not None
    said = moves.said_of(moved, terms, was=str(old), told=False, review=False)
    event_id = moves.emit(connection, moved, REOPENED, said, now)
    referrals.add_step(
        connection,
        referral_id=row.id,
        from_state=str(old),
        to_state=str(to),
        reason="reopened",
        by=desk.by[:320],
        event_id=event_id,
        at=now,
    )
    moves.follow_with_rewards(desk, row.id, old, to)
    return moved


def _take_owner(connection: Connection, contact_id: int, owner_id: int | None) -> None:
    known = referral_people.lifecycle_of(connection, contact_id)
    if owner_id is not None and known is not None and known.owner_id is None:
        referral_people.give_owner(connection, contact_id, owner_id)


def _tell_accepted(connection: Connection, row: Row[Any], contact_id: int, now: datetime) -> None:
    """Tell the referred person's own journeys: they know who introduced them."""
    referrer_id = people.current(connection, row.referrer_id) or row.referrer_id
    said = {
        "referral": row.ref,
        "referrer": referral_people.name_of(connection, referrer_id),
        "program": row.program,
        "offer": row.offer or "",
        "way": row.way,
        "channel": row.channel,
    }
    event = NewEvent(ACCEPTED, contact_id, now, moves.ENGINE, said)
    record(connection, [event], now)
