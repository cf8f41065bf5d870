"""Named queries over referrers, referrals, their steps, and what ties people to a referrer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from nurture.db.contacts import everyone
from nurture.db.engine import is_sqlite
from nurture.db.survivors import everybody
from nurture.db.tables import (
    deal,
    enrolment,
    message,
    referral,
    referral_ask,
    referral_step,
    referral_touch,
)
from nurture.domain.referral import CLOSED, State

# -- referrals ---------------------------------------------------------------------------


def get(connection: Connection, referral_id: int, lock: bool = False) -> Row[Any] | None:
    """Return a referral; with `lock` (always after contacts) nobody else moves it."""
    query = select(referral).where(referral.c.id == referral_id)
    if lock and not is_sqlite(connection):
        query = query.with_for_update()
    return connection.execute(query).first()


def with_ref(connection: Connection, ref: str) -> Row[Any] | None:
    """Return the referral of a ref, in whatever case it is written."""
    return connection.execute(select(referral).where(referral.c.ref == ref.strip().upper())).first()


def known_refs(connection: Connection, refs: Iterable[str]) -> set[str]:
    """Return those of the refs that are some referral's."""
    rows = connection.execute(select(referral.c.ref).where(referral.c.ref.in_(sorted(set(refs)))))
    return {row.ref for row in rows}


def promised(connection: Connection, refs: Iterable[str]) -> dict[str, datetime]:
    """Return ref → until when its first contact is promised, of those that have a promise."""
    wanted = sorted({ref.strip().upper() for ref in refs})
    if not wanted:
        return {}
    query = select(referral.c.ref, referral.c.contact_by).where(
        referral.c.ref.in_(wanted), referral.c.contact_by.is_not(None)
    )
    return {row.ref: row.contact_by for row in connection.execute(query)}


def add(connection: Connection, **values: Any) -> int:
    """Insert a referral and return its id."""
    done = connection.execute(insert(referral).values(**values).returning(referral.c.id))
    return int(done.scalar_one())


def change(connection: Connection, referral_id: int, now: datetime, **values: Any) -> None:
    """Write columns of a referral."""
    connection.execute(
        update(referral).where(referral.c.id == referral_id).values(updated_at=now, **values)
    )


def move(
    connection: Connection, referral_id: int, old: State, now: datetime, **values: Any
) -> bool:
    """Write a new state and what belongs to it where the state is still the old one."""
    done = connection.execute(
        update(referral)
        .where(referral.c.id == referral_id, referral.c.state == str(old))
        .values(updated_at=now, **values)
    )
    return bool(done.rowcount)


def add_step(connection: Connection, **values: Any) -> None:
    """Append a step of a referral's life."""
    connection.execute(insert(referral_step).values(**values))


def steps_of(connection: Connection, referral_id: int) -> list[Row[Any]]:
    """Return the steps of a referral's life, oldest first."""
    return list(
        connection.execute(
            select(referral_step)
            .where(referral_step.c.referral_id == referral_id)
            .order_by(referral_step.c.id)
        )
    )


def open_by(connection: Connection, referrer_ids: Sequence[int]) -> list[Row[Any]]:
    """Return the referrals of a referrer, who is these contacts, that are not over.

    Oldest first; outbound ones are left out.
    """
    return list(
        connection.execute(
            select(referral)
            .where(
                referral.c.referrer_id.in_(referrer_ids),
                referral.c.way != "outbound",
                referral.c.state.not_in([str(state) for state in CLOSED]),
            )
            .order_by(referral.c.id)
        )
    )


def of_address(connection: Connection, hashed: str) -> list[Row[Any]]:
    """Return every referral of an address, oldest first."""
    return list(
        connection.execute(
            select(referral).where(referral.c.address_hash == hashed).order_by(referral.c.id)
        )
    )


def of_contact(connection: Connection, contact_id: int) -> list[Row[Any]]:
    """Return the referrals by which a contact came, duplicates left out, oldest first.

    Those of contacts that became this one are theirs as well.
    """
    same = everyone(connection, contact_id)
    return list(
        connection.execute(
            select(referral)
            .where(referral.c.contact_id.in_(same), referral.c.state != "duplicate")
            .order_by(referral.c.id)
        )
    )


def weekly_of(connection: Connection, referrer_ids: Sequence[int], program: str) -> list[Row[Any]]:
    """Return the open referrals of a referrer, who is these contacts, that had a contact."""
    return list(
        connection.execute(
            select(referral.c.ref, referral.c.news_at)
            .where(
                referral.c.referrer_id.in_(referrer_ids),
                referral.c.program == program,
                referral.c.contacted_at.is_not(None),
                referral.c.state.not_in([str(state) for state in CLOSED]),
                referral.c.way != "outbound",
            )
            .order_by(referral.c.id)
        )
    )


def of_deal(connection: Connection, deal_id: int) -> Row[Any] | None:
    """Return the referral that a deal came from."""
    query = select(referral).where(referral.c.deal_id == deal_id, referral.c.state != "duplicate")
    return connection.execute(query.order_by(referral.c.id).limit(1)).first()


def consent_was_asked(connection: Connection, hashed: str) -> bool:
    """Say whether anybody at this address was ever written to for consent."""
    query = select(referral.c.id).where(
        referral.c.address_hash == hashed, referral.c.asked_consent_at.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def awaiting(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Return those addresses of which some referral still awaits consent."""
    rows = connection.execute(
        select(referral.c.address_hash).where(
            referral.c.address_hash.in_(hashes),
            referral.c.state == str(State.AWAITING_CONSENT),
        )
    )
    return {row.address_hash for row in rows}


def forget_consent_mail(connection: Connection, hashed: str) -> None:
    """Take address and words out of the mail that asked somebody for consent.

    One that has not left yet is left as it is: it is dropped by itself.
    """
    connection.execute(
        update(message)
        .where(message.c.dedupe_key == f"introduction/{hashed}", message.c.sent_at.is_not(None))
        .values(recipient=None, values=None)
    )


def refused(connection: Connection, hashed: str) -> bool:
    """Say whether the person at this address has declined an introduction before."""
    query = select(referral.c.id).where(
        referral.c.address_hash == hashed, referral.c.reason == "refused"
    )
    return connection.execute(query.limit(1)).first() is not None


def name_in_deal(connection: Connection, deal_id: int, ref: str) -> None:
    """Let a deal name the referral it came from, where it names none."""
    connection.execute(
        update(deal).where(deal.c.id == deal_id, deal.c.referral.is_(None)).values(referral=ref)
    )


def promised_offer(connection: Connection, referrer_ids: Sequence[int], program: str) -> str | None:
    """Return the offer that a referrer was promised last, by an ask that reached them."""
    query = (
        select(referral_ask.c.offer)
        .where(
            referral_ask.c.contact_id.in_(referrer_ids),
            referral_ask.c.program == program,
            ~referral_ask.c.void,
        )
        .order_by(referral_ask.c.asked_at.desc(), referral_ask.c.id.desc())
    )
    return connection.execute(query.limit(1)).scalar()


def answer_ask(connection: Connection, ask_id: int, now: datetime) -> bool:
    """Note that an ask led to a referral; False: it was answered so before."""
    done = connection.execute(
        update(referral_ask)
        .where(
            referral_ask.c.id == ask_id,
            or_(referral_ask.c.answer.is_(None), referral_ask.c.answer != "referred"),
        )
        .values(answer="referred", answered_at=now)
    )
    return bool(done.rowcount)


# -- touches -----------------------------------------------------------------------------


def add_touch(connection: Connection, **values: Any) -> int:
    """Write down what ties somebody to a referrer; return its id."""
    done = connection.execute(
        insert(referral_touch).values(**values).returning(referral_touch.c.id)
    )
    return int(done.scalar_one())


def touches(
    connection: Connection,
    hashed: str | None,
    contact_id: int | None,
    visitor: str | None,
    since: datetime,
) -> list[Row[Any]]:
    """Return what ties a person to any referrer since a moment, oldest first."""
    columns = referral_touch.c
    whom = [
        column == value
        for column, value in (
            (columns.address_hash, hashed),
            (columns.contact_id, contact_id),
            (columns.visitor, visitor),
        )
        if value
    ]
    if not whom:
        return []
    query = select(referral_touch).where(or_(*whom), columns.at >= since)
    return list(connection.execute(query.order_by(columns.at, columns.id)))


# -- timers ------------------------------------------------------------------------------


def due(
    connection: Connection, now: datetime, limit: int, only: Sequence[int] | None = None
) -> list[Row[Any]]:
    """Return (id, referrer_id, contact_id) of referrals about which something is due.

    `only`: of these alone.
    """
    query = select(referral.c.id, referral.c.referrer_id, referral.c.contact_id)
    query = query.where(referral.c.review_at <= now)
    if only is not None:
        query = query.where(referral.c.id.in_(only))
    return list(connection.execute(query.order_by(referral.c.review_at).limit(limit)))


def take_due(connection: Connection, ids: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Take referrals whose time is still up out of the queue, and return them whole."""
    done = connection.execute(
        update(referral)
        .where(referral.c.id.in_(ids), referral.c.review_at <= now)
        .values(review_at=None)
        .returning(referral)
    )
    return sorted(done, key=lambda row: row.id)


def mails_told(
    connection: Connection, refs: Mapping[str, int]
) -> dict[str, list[tuple[str, datetime]]]:
    """Return ref → (step, sent_at) of the mails about it that left for its referrer, oldest first.

    `refs`: ref → referrer. A mail is about a referral where its journey goes `per` its ref.
    """
    # A referrer who was a duplicate hears of it as who they became.
    who = everybody(connection)
    theirs = {one for of in refs.values() for one in (of, who.who(of))}
    rows = connection.execute(
        select(enrolment.c.subject, message.c.step, message.c.sent_at, message.c.contact_id)
        .join(enrolment, enrolment.c.id == message.c.enrolment_id)
        .where(
            enrolment.c.subject.in_(sorted(refs)),
            enrolment.c.contact_id.in_(sorted(theirs)),
            message.c.sent_at.is_not(None),
        )
        .order_by(message.c.sent_at)
    )
    found: dict[str, list[tuple[str, datetime]]] = {}
    for row in rows:
        whose = refs.get(row.subject)
        if whose is not None and who.who(whose) == who.who(row.contact_id):
            found.setdefault(row.subject, []).append((str(row.step), row.sent_at))
    return found
