"""What came in of an introduction: who is meant, what is doubtful, who takes care of it."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import asks, referral_people, referrals
from nurture.db import contacts as people
from nurture.domain.addresses import address_hash
from nurture.domain.contact_row import RowError
from nurture.domain.owners import assignee
from nurture.domain.public_mail import is_public
from nurture.domain.referral import CLOSED, Channel, Flag, State, Way
from nurture.domain.referral_life import Known, Terms, doubts, ref_of
from nurture.domain.referral_same import Meant, standing_among
from nurture.domain.row_remarks import sentence
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Word, say
from nurture.services.batch import Batch, load_people
from nurture.services.disposable import is_disposable
from nurture.services.mail_address import check_address
from nurture.services.runtime import Runtime

#: longest text of a reason or a thought, characters
LONGEST_WHY = 2000


@dataclass(frozen=True, slots=True)
class Introduction:
    """What came in of somebody whom a referrer thinks of."""

    program: str
    referrer_id: int
    way: Way
    name: str = ""
    company: str = ""
    email: str = ""
    #: why the referrer thinks of them
    why: str = ""
    locale: str = ""
    #: the referred person acted themselves (landing page, ticket)
    consented: bool = False
    #: what they saw
    consent_text: str = ""
    #: boxes that they ticked
    marketing: bool = False
    numbers: bool = False
    #: the referrer ticked 「ご本人の了承を得ています」: what they saw
    vouched_text: str = ""
    ask_id: int | None = None
    ticket_id: int | None = None
    offer: str = ""
    #: site visitor, whose earlier touches count
    visitor: str = ""


def ensure_referrer(connection: Connection, contact_id: int, kind: str, now: datetime) -> Row[Any]:
    """Return a contact's row as a referrer, made with a code for their link where it is new.

    `kind` is customer | partner | employee | community | prospect; a known referrer keeps theirs.
    """
    while True:
        found = referral_people.referrer_of(connection, contact_id)
        if found is not None:
            return found
        referral_people.make_referrer(connection, contact_id, asks.new_code(), kind, now)


def row_of(
    runtime: Runtime, connection: Connection, it: Introduction, now: datetime
) -> dict[str, Any]:
    """Return the row of a new referral, and make its referrer one; raises as `introduce` does."""
    referrer_id = people.current(connection, it.referrer_id)
    known = referral_people.lifecycle_of(connection, referrer_id) if referrer_id else None
    if referrer_id is None or known is None or known.erased:
        raise NotFoundError(say("nobody we know is the referrer"))
    _check_program(runtime, connection, it.program)
    name, company = it.name.strip()[:200], it.company.strip()[:300]
    email, hashed = it.email.strip(), None
    if email:
        try:
            address, email = check_address(email)
        except RowError as error:
            remark = error.remarks[0]
            raise NurtureError(
                say("{why}", why=Word(sentence(remark, "ja"), sentence(remark, "en")))
            ) from None
        hashed = address_hash(address, runtime.hash_key)
    if not (name or company or email):
        raise NurtureError(say("nobody is named"), say("a name, a company or an address is needed"))
    ensure_referrer(connection, referrer_id, str(Channel.CUSTOMER), now)
    why: str | None = it.why.strip()[:LONGEST_WHY] or None
    if hashed is not None and not it.consented and people.erased(connection, [hashed]):
        # They asked us to forget them: what others say of them is not kept either. Their
        # friend is told nothing of it, and they may still agree by themselves.
        name, email, why = "", "", None
    return {
        "program": it.program,
        "referrer_id": referrer_id,
        "way": str(it.way),
        "ask_id": it.ask_id,
        "ticket_id": it.ticket_id,
        # A ticket names its own; else what they were told when they were asked holds.
        "offer": it.offer
        or referrals.promised_offer(
            connection, people.everyone(connection, referrer_id), it.program
        ),
        "name": name or None,
        "company": company or None,
        "email": email or None,
        "address_hash": hashed,
        "why": why,
        "locale": it.locale or known.locale,
        "state": str(State.AWAITING_CONSENT),
        "vouched_at": now if it.vouched_text else None,
        "created_at": now,
        "updated_at": now,
    }


def _check_program(runtime: Runtime, connection: Connection, name: str) -> None:
    if not runtime.releases.published(connection):
        return
    programs = runtime.releases.live(connection).definitions.programs
    if programs and name not in programs:
        near = difflib.get_close_matches(name, programs, 1)
        hint = say("did you mean '{name}'?", name=near[0]) if near else None
        known = say("known: {known}", known=sorted(programs))
        raise NurtureError(say("there is no referral programme '{name}'", name=name), hint or known)


def standing_of(connection: Connection, row: dict[str, Any]) -> Row[Any] | None:
    """Return this referrer's open referral of the same person; None: it is a new one."""
    new = Meant(row["address_hash"], row["name"] or "", row["company"] or "")
    mine = (
        Meant(one.address_hash, one.name or "", one.company or "", one)
        for one in referrals.open_by(connection, people.everyone(connection, row["referrer_id"]))
    )
    found = standing_among(mine, new)
    return found.row if found is not None else None


def free_ref(runtime: Runtime, connection: Connection, row: dict[str, Any], now: datetime) -> str:
    """Return a ref that nobody has; the same facts give the same ref in every run."""
    about = f"{row['referrer_id']}/{row['address_hash']}/{row['name']}/{row['company']}/{now}"
    for attempt in range(1000):
        digest = hashlib.blake2b(
            f"{about}/{attempt}".encode(), key=runtime.hash_key[:64], person=b"referral"
        )
        ref = ref_of(digest.digest())
        if referrals.with_ref(connection, ref) is None:
            return ref
    raise AssertionError("a thousand refs are taken")


def owner_of(
    runtime: Runtime, connection: Connection, referrer_id: int, terms: Terms, now: datetime
) -> int | None:
    """Return who takes the referred person in hand: the referrer's owner, or a role."""
    if not runtime.releases.published(connection):
        return None
    release = runtime.releases.live(connection)
    batch = Batch(connection, release, runtime.releases, release.lookups, now)
    load_people(batch, [referrer_id])
    person = batch.people[referrer_id]
    policy = release.definitions.policy
    owner_id = person.row.owner_id
    who = assignee(terms.handled_by, owner_id, person.facts, policy, batch.colleagues)
    if who is None:
        who = assignee("owner", owner_id, person.facts, policy, batch.colleagues)
    return who.id if who is not None else None


def doubts_of(
    connection: Connection, referrer_id: int, email: str | None, hashed: str | None
) -> tuple[Flag, ...]:
    """Return what is doubtful about an introduction, by what is known of its address."""
    if hashed is None:
        return ()
    if email is None:
        # Its person was erased: nothing is written to them.
        return (Flag.SUPPRESSED,)
    address, _ = check_address(email)
    domain = address.rpartition("@")[2]
    referrer_id = people.current(connection, referrer_id) or referrer_id
    own = referral_people.addresses_of(connection, referrer_id)
    home = referral_people.account_of(connection, referrer_id)
    domains = {one.rpartition("@")[2] for one in own}
    domains |= {home.domain} if home is not None and home.domain else set()
    contact_id = people.find(connection, people.EMAIL, address)
    contact = referral_people.lifecycle_of(connection, contact_id) if contact_id else None
    account_id = contact.account_id if contact is not None else None
    # The company they named and the one whose mail they use: either may be a customer.
    at_domain = None if is_public(domain) else referral_people.account_at(connection, domain)
    accounts = {one for one in (account_id, at_domain) if one is not None}
    consents = (
        people.newest_consents(connection, [contact_id]).get(contact_id, {}) if contact_id else {}
    )
    known = referrals.of_address(connection, hashed)
    others = [
        one
        for one in known
        if one.referrer_id != referrer_id
        and State(one.state) not in CLOSED - {State.WON, State.LOST}
    ]
    won = any(State(one.state) is State.WON for one in known)
    silenced = people.suppressed(connection, [hashed])
    return doubts(
        Known(
            referrer_addresses=frozenset(own),
            referrer_domains=frozenset(one for one in domains if not is_public(one)),
            address=address,
            lifecycle=contact.lifecycle if contact is not None else "",
            open_deal=referral_people.has_open_deal(connection, contact_id, accounts),
            customer_account=won
            or any(referral_people.has_bought(connection, one) for one in accounts),
            others=bool(others),
            disposable=is_disposable(domain),
            suppressed=bool(silenced),
            unsubscribed="withdrawn" in (consents.get("marketing"), consents.get("referral"))
            or referrals.refused(connection, hashed),
        )
    )
