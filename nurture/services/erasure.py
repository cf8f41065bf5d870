"""Erasing a person at their wish: what is theirs goes, in one transaction, and figures stay.

個人情報保護法 第35条 and GDPR Art. 17. Rows stay under a tombstone, so that reports add up; the
address stays as a keyed hash, so that nothing goes there and no list brings them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import choices, contacts, erasing, erasure_ends, mentions, outcomes, referrals
from nurture.db import rewards as reward_rows
from nurture.db.engine import read
from nurture.db.erasing import Whom
from nurture.db.events import NewEvent, record
from nurture.db.mentions import Looked
from nurture.db.retrying import write_again
from nurture.domain.addresses import address_hash, canonical
from nurture.domain.erasure import written
from nurture.domain.referral import CLOSED, Reason, RewardState, State
from nurture.domain.rewards import Move
from nurture.domain.rewards import Reason as RewardReason
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services import referral_moves, reward_promises, rewards
from nurture.services.mail_address import fault_of_address
from nurture.services.runtime import DECIDE, Runtime

#: what is written down of an erasure, on what is left of the contact
ERASED = "contact.erased"

#: rewards that somebody still had to get
_OWED = (RewardState.PENDING, RewardState.EARNED, RewardState.DUE)


class LeavingError(NurtureError):
    """A mail to them is being handed over at this very moment."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did, or would do."""

    #: the tombstone; None: they were never a contact
    contact_id: int | None
    #: they were erased before
    already: bool = False
    #: kind (nurture.domain.erasure_words.KINDS) → rows that were emptied or removed
    rows: Mapping[str, int] = field(default_factory=dict)
    cancelled_mails: int = 0
    ended_journeys: int = 0


class _OnlyLookingError(Exception):
    def __init__(self, found: Erased) -> None:
        super().__init__()
        self.found = found


def erase(
    runtime: Runtime, who: str | int, by: str, via: str, *, look_only: bool = False
) -> Erased:
    """Erase a person, named by address or by contact id, for good; and ring.

    Duplicates that became them are erased with them. With `look_only` nothing is changed, and
    the answer says what would be. Idempotent: who was erased before is `already`. `by` is who
    of us did it and `via` where (cli, api, team): both are kept, with the numbers of rows.

    Raises NotFoundError where nothing is held of them, LeavingError where a mail to them is
    on its way this moment, NurtureError where `who` is no address.
    """
    if isinstance(who, str) and (why := fault_of_address(who)):
        raise NurtureError(say("'{email}' is not an e-mail address: {why}", email=who, why=why))
    now = runtime.clock.now()

    with read(runtime.engine) as connection:
        # Here, where no writer waits for it: a million rows take seconds.
        whom = _whom(runtime, connection, who)
        circle = mentions.circle_of(connection, whom)
        looked = mentions.look(connection, mentions.marks_of(connection, whom, circle), circle)

    def act(connection: Connection) -> Erased:
        done = _erase(runtime, connection, who, by, via, now, looked, wait=not look_only)
        if look_only:
            raise _OnlyLookingError(done)
        return done

    try:
        done = write_again(runtime.engine, act)
    except _OnlyLookingError as looked:
        return looked.found
    runtime.ring(DECIDE)
    return done


def readmit(runtime: Runtime, email: str, by: str, via: str) -> bool:
    """Let an address come in again whose person was erased; False where it was not.

    For who comes back of their own will: what was erased stays so. Raises NurtureError where
    `email` is no address.
    """
    if why := fault_of_address(email):
        raise NurtureError(say("'{email}' is not an e-mail address: {why}", email=email, why=why))
    hashed = address_hash(email, runtime.hash_key)
    now = runtime.clock.now()

    def act(connection: Connection) -> bool:
        if not contacts.readmit(connection, [hashed]):
            return False
        said = {"by": by, "via": via}
        event = NewEvent("contact.readmitted", None, now, "engine", said, act=False)
        record(connection, [event], now)
        return True

    return write_again(runtime.engine, act)


def _erase(
    runtime: Runtime,
    connection: Connection,
    who: str | int,
    by: str,
    via: str,
    now: datetime,
    looked: Looked,
    wait: bool,
) -> Erased:
    whom = _whom(runtime, connection, who)
    contacts.lock(connection, whom.contacts, wait=True)
    contact_id = whom.contacts[0] if whom.contacts else None
    already = contact_id is not None and choices.is_erased(connection, contact_id)
    if wait and erasure_ends.are_leaving(connection, whom):
        raise LeavingError(
            say("a mail to them is being handed over at this moment"),
            say("nothing was erased: try again in a minute"),
        )
    circle = mentions.circle_of(connection, whom)
    marks = mentions.marks_of(connection, whom, circle)
    erasing.forget_referrals(connection, whom)
    _close_referrals(runtime, connection, whom, by, now)
    mails = erasure_ends.mails(connection, whom)
    journeys = erasure_ends.journeys(connection, whom, now)
    erasure_ends.tasks_and_calls(connection, whom, now)
    outcomes.append_decisions(connection, [*journeys, *mails], now)
    rows = erasing.empty(connection, whom, now)
    if mentioned := mentions.take_out(connection, marks, circle, looked):
        rows["mentions"] = mentioned
    if contact_id is None and contacts.erased(connection, whom.hashes):
        return Erased(None, already=True)
    if contact_id is None and not rows:
        raise NotFoundError(
            say("nothing is held of '{who}'", who=str(who)),
            say("`nurture unsubscribe` keeps an address from ever being written to"),
        )
    contacts.forget_address(connection, whom.hashes, now)
    if already:
        # What a worker wrote meanwhile is gone now, too; it was told of before.
        return Erased(contact_id, already=True)
    said = {"by": by, "via": via, "rows": rows}
    record(connection, [NewEvent(ERASED, contact_id, now, "engine", said, act=False)], now)
    return Erased(contact_id, False, rows, len(mails), len(journeys))


def _whom(runtime: Runtime, connection: Connection, who: str | int) -> Whom:
    """Return everything by which a person's rows are found; their living contact first."""
    if isinstance(who, int):
        found = contacts.current(connection, who)
        if found is None:
            raise NotFoundError(say("there is no contact {id}", id=who))
        addresses: set[str] = set()
    else:
        found = contacts.find(connection, contacts.EMAIL, canonical(who))
        addresses = {who}
    ids = contacts.everyone(connection, found) if found is not None else ()
    addresses |= erasure_ends.addresses_of(connection, ids)
    known = {_canonical(one) for one in addresses} - {""}
    hashes = {address_hash(one, runtime.hash_key) for one in known}
    written_so = sorted(known | {written(one) for one in addresses})
    mails = erasing.mails_of(connection, ids, written_so, sorted(hashes))
    return Whom(ids, tuple(written_so), tuple(sorted(hashes)), mails)


def _canonical(address: str) -> str:
    try:
        return canonical(address)
    except (ValueError, UnicodeError):
        return ""


def _close_referrals(
    runtime: Runtime, connection: Connection, whom: Whom, by: str, now: datetime
) -> None:
    """End the referrals by which they came, and what they were still to get.

    Their referrers hear no more than that it came to nothing. Whom they referred themselves
    goes on as before.
    """
    desk = referral_moves.desk_of(runtime, connection, now, by)
    for row in erasure_ends.referrals_of(connection, whom):
        if State(row.state) in CLOSED:
            continue
        held = referrals.get(connection, row.id, lock=True)
        if held is None or State(held.state) in CLOSED:
            continue
        if State(held.state) is State.AWAITING_CONSENT:
            referral_moves.become(desk, held, State.EXPIRED, reason=str(Reason.NO_ANSWER))
        else:
            referral_moves.become(desk, held, State.DECLINED, reason=str(Reason.OTHER))
    if desk.release is None:
        return
    owed = erasure_ends.rewards_of(connection, whom, _OWED)
    reward_rows.hold_referrers(connection, {row.referrer_id for row in owed})
    with_rewards = reward_promises.Desk(connection, desk.release, now, by)
    for one in reward_rows.locked(connection, sorted(row.id for row in owed)):
        if one.state in _OWED:
            rewards.move(with_rewards, one, Move.REVERSE, RewardReason.ERASED)
