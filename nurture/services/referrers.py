"""Those who refer: marked by hand, measured by what came of it, and referred to in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import referral_people, referrals
from nurture.db import referrer_records as rows
from nurture.db.engine import read
from nurture.db.events import NewEvent, record
from nurture.db.retrying import write_again
from nurture.domain.addresses import canonical
from nurture.domain.referral import Channel, State, Way
from nurture.domain.referral_program import MOTIVES
from nurture.domain.referrer_record import Partner, Record, route
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.language.hints import did_you_mean
from nurture.services import referral_moves as moves
from nurture.services.referrals import Introduction, ensure_referrer, introduce
from nurture.services.runtime import DECIDE, Runtime

#: tags that say what kind of referrer somebody is, for conditions of workflows
TAGS = tuple(str(one) for one in Channel)

#: on a referrer: what we know of them was written down by hand
MARKED = "referrer.marked"
#: on a partner: we refer somebody to them, who has agreed to it
SENT = "partner.referred"

_REACH = range(4)


@dataclass(frozen=True, slots=True)
class Card:
    """A referrer and what came of their introductions."""

    row: Row[Any]
    record: Record


@dataclass(frozen=True, slots=True)
class Sent:
    """A customer whom we referred to a partner."""

    ref: str
    partner_id: int
    #: how the partner is named
    partner: str


def mark(
    runtime: Runtime,
    email: str,
    by: str,
    *,
    kind: str | None = None,
    certifications: Sequence[str] | None = None,
    reach: int | None = None,
    motive: str | None = None,
) -> bool:
    """Write down what kind of referrer a contact is; False: it was so already.

    What is None stays as it is. The contact gets the kind's tag, and `referrer.marked` tells
    the house. Raises NotFoundError where nobody is known by the address, NurtureError for a
    kind, reach or motive that there is not.
    """
    _known("kind", kind, TAGS)
    _known("motive", motive, MOTIVES)
    if reach is not None and reach not in _REACH:
        raise NurtureError(
            say("a reach is 0 to 3, not {reach}", reach=reach),
            say("0 unknown, 1 few, 2 some, 3 many people"),
        )

    def write(connection: Connection) -> bool:
        now = runtime.clock.now()
        contact_id = _contact(connection, email)
        people.lock(connection, [contact_id], wait=True)
        was = referral_people.referrer_of(connection, contact_id)
        row = ensure_referrer(connection, contact_id, kind or str(Channel.CUSTOMER), now)
        wanted: dict[str, Any] = {
            "kind": kind,
            "certifications": _names(certifications),
            "network_reach": reach,
            "motive": motive,
        }
        changes = {
            name: value
            for name, value in wanted.items()
            if value is not None and row._mapping[name] != value
        }
        if was is not None and not changes:
            return False
        if changes:
            rows.mark(connection, contact_id, **changes)
        now_kind = changes.get("kind", row.kind)
        rows.tag(connection, contact_id, now_kind, TAGS)
        said = {"kind": now_kind, "by": by[:100]}
        record(connection, [NewEvent(MARKED, contact_id, now, "team", said)], now)
        return True

    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


def cards(runtime: Runtime, kind: str = "") -> list[Card]:
    """Return referrers with their records: those who brought most first, by what came of it."""
    _known("kind", kind or None, TAGS)
    with read(runtime.engine) as connection:
        found = rows.listed(connection, kind)
        known = rows.records(connection)
    made = [Card(row, known.get(row.contact_id, Record())) for row in found]
    return sorted(made, key=_worth)


def _worth(one: Card) -> tuple[float, int, int, int]:
    # Currencies are not added: the largest of them ranks.
    most = max(one.record.revenue.values(), default=0.0)
    return (-most, -one.record.won, -one.record.met, -one.record.introduced)


def refer_out(
    runtime: Runtime, email: str, speciality: str, consent: str, by: str, why: str = ""
) -> Sent:
    """Refer one of our contacts to the partner who is certified for what they need.

    `consent` is how they agreed to it: without their word nothing of them goes to a partner.
    Of several partners it is the one to whom we owe most. The partner hears by
    `partner.referred`, of the company and the speciality alone; who they are is told by the
    person who connects them. Raises NotFoundError (nobody is known by the address, nobody is
    certified), NurtureError without consent.
    """
    if not consent.strip():
        raise NurtureError(
            say("they have not agreed to it yet"), say("say how they did: --consent TEXT")
        )

    def write(connection: Connection) -> Sent:
        now = runtime.clock.now()
        contact_id = _contact(connection, email)
        known = rows.records(connection)
        partners = [
            Partner(
                row.contact_id,
                row.certifications or [],
                known.get(row.contact_id, Record()),
                row.network_reach,
            )
            for row in rows.partners(connection)
            if row.contact_id != contact_id
        ]
        found = route(partners, speciality)
        if found is None:
            raise _nobody(partners, speciality)
        people.lock(connection, [found.contact_id, contact_id], wait=True)
        home = referral_people.account_of(connection, contact_id)
        company = str(home.name or "") if home is not None else ""
        it = Introduction(
            _program(runtime, connection),
            found.contact_id,
            Way.OUTBOUND,
            name=referral_people.name_of(connection, contact_id),
            company=company,
            email=email,
            why=why or speciality,
        )
        made = introduce(runtime, connection, it, now, by)
        row = referrals.get(connection, made.id, lock=True)
        assert row is not None
        desk = moves.desk_of(runtime, connection, now, by)
        moves.become(
            desk,
            row,
            State.RECEIVED,
            reason=f"consent: {consent.strip()[:300]}",
            contact_id=contact_id,
            consented_at=now,
        )
        said = {
            "referral": made.ref,
            "way": str(Way.OUTBOUND),
            "speciality": speciality.strip()[:100],
            "company": company,
        }
        event = NewEvent(SENT, found.contact_id, now, moves.ENGINE, said)
        record(connection, [event], now)
        name = referral_people.name_of(connection, found.contact_id)
        name = name or referral_people.addresses_of(connection, found.contact_id)[0]
        return Sent(made.ref, found.contact_id, name)

    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


def _program(runtime: Runtime, connection: Connection) -> str:
    programs = runtime.releases.live(connection).definitions.programs
    if not programs:
        raise NurtureError(say("there is no referral programme"), say("write one and publish it"))
    return next(iter(sorted(programs)))


def _contact(connection: Connection, email: str) -> int:
    try:
        found = people.find(connection, people.EMAIL, canonical(email))
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError(say("nobody is known by '{email}'", email=email))
    return found


def _names(certifications: Sequence[str] | None) -> list[str] | None:
    if certifications is None:
        return None
    return sorted({one.strip()[:64] for one in certifications if one.strip()})


def _known(what: str, value: str | None, known: Sequence[str]) -> None:
    if value is not None and value not in known:
        raise NurtureError(
            say("'{value}' is no {what} of a referrer", value=value, what=what),
            did_you_mean(value, list(known)) or say("known: {known}", known=list(known)),
        )


def _nobody(partners: Sequence[Partner], speciality: str) -> NotFoundError:
    known = sorted({name for one in partners for name in one.certifications})
    return NotFoundError(
        say("no partner is certified for '{speciality}'", speciality=speciality),
        did_you_mean(speciality, known)
        or (
            say("certified for: {known}", known=known)
            if known
            else say("`nurture referrers set EMAIL --kind partner --certified NAME` says who is")
        ),
    )
