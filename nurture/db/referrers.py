"""Named queries behind the pages of a referrer: who they are, what came of their referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from nurture.db.contacts import current, everyone
from nurture.db.tables import (
    account,
    contact,
    enrolment,
    message,
    referral,
    referral_ask,
    referral_step,
    referral_touch,
    referrer,
    results_report,
    reward,
    team_member,
)

#: states of a mail that has left
_LEFT = ("sent", "delivered")

_PERSON: Select[Any] = (
    select(
        contact.c.id,
        contact.c.email,
        contact.c.family_name,
        contact.c.given_name,
        contact.c.locale,
        contact.c.zone,
        contact.c.erased,
        account.c.name.label("company"),
        account.c.zone.label("account_zone"),
        team_member.c.key.label("owner_key"),
        team_member.c.active.label("owner_active"),
    )
    .outerjoin(account, account.c.id == contact.c.account_id)
    .outerjoin(team_member, team_member.c.id == contact.c.owner_id)
)


@dataclass(frozen=True, slots=True)
class Referrer:
    """Somebody who refers, as the contact they are today."""

    #: the row of `referrer`; of a duplicate that was merged, still the duplicate's
    row: Row[Any]
    #: the living contact: names, company, owner
    person: Row[Any]
    #: the contact and the duplicates that became it: whatever is theirs hangs on these
    ids: tuple[int, ...]

    @property
    def id(self) -> int:
        """The living contact's id."""
        return int(self.person.id)


def of_contact(connection: Connection, contact_id: int) -> Referrer | None:
    """Return the referrer that a contact is, following merges; None: none, or erased."""
    person = current(connection, contact_id)
    if person is None:
        return None
    ids = everyone(connection, person)
    rows = connection.execute(select(referrer).where(referrer.c.contact_id.in_(ids))).all()
    if not rows:
        return None
    return _living(connection, min(rows, key=lambda row: row.contact_id != person), person, ids)


def of_code(connection: Connection, code: str) -> Referrer | None:
    """Return the referrer of a personal link, following merges; None: none, or erased."""
    row = connection.execute(select(referrer).where(referrer.c.code == code)).first()
    person = current(connection, row.contact_id) if row is not None else None
    if row is None or person is None:
        return None
    return _living(connection, row, person, everyone(connection, person))


def of_code_in_any_case(connection: Connection, code: str) -> Referrer | None:
    """Return the referrer of a code whose case a mail program may have changed; None: as `of_code`.

    Two whose codes differ by case alone are told apart by the exact code, or not at all.
    """
    rows = connection.execute(
        select(referrer.c.code).where(func.lower(referrer.c.code) == code.lower())
    )
    codes = list(rows.scalars())
    if code not in codes and len(codes) != 1:
        return None
    return of_code(connection, code if code in codes else codes[0])


def _living(
    connection: Connection, row: Row[Any], person: int, ids: tuple[int, ...]
) -> Referrer | None:
    found = connection.execute(_PERSON.where(contact.c.id == person)).first()
    return Referrer(row, found, ids) if found is not None and not found.erased else None


def asked_last(connection: Connection, ids: Sequence[int]) -> str:
    """Return the programme of somebody's newest ask, "" where nobody asked them."""
    return (
        connection.execute(
            select(referral_ask.c.program)
            .where(referral_ask.c.contact_id.in_(ids), ~referral_ask.c.void)
            .order_by(referral_ask.c.asked_at.desc())
            .limit(1)
        ).scalar()
        or ""
    )


def open_ask(connection: Connection, ids: Sequence[int], program: str) -> int | None:
    """Return the newest ask of a programme that somebody has not answered."""
    return connection.execute(
        select(referral_ask.c.id)
        .where(
            referral_ask.c.contact_id.in_(ids),
            referral_ask.c.program == program,
            referral_ask.c.answer.is_(None),
            ~referral_ask.c.void,
        )
        .order_by(referral_ask.c.asked_at.desc())
        .limit(1)
    ).scalar()


def referrals_of(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Return whom somebody referred, the newest first."""
    query = select(referral).where(referral.c.referrer_id.in_(ids))
    return list(connection.execute(query.order_by(referral.c.created_at.desc(), referral.c.id)))


def steps_of(connection: Connection, referrals: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Return referral → the steps of its life, oldest first."""
    found: dict[int, list[Row[Any]]] = {one: [] for one in referrals}
    rows = connection.execute(
        select(referral_step)
        .where(referral_step.c.referral_id.in_(referrals))
        .order_by(referral_step.c.id)
    )
    for row in rows:
        found[row.referral_id].append(row)
    return found


def told_of(connection: Connection, ids: Sequence[int]) -> dict[str, datetime]:
    """Return ref → when the newest mail about that referral left for its referrer."""
    rows = connection.execute(
        select(enrolment.c.subject, func.max(message.c.sent_at).label("at"))
        .join(message, message.c.enrolment_id == enrolment.c.id)
        .where(
            enrolment.c.contact_id.in_(ids),
            enrolment.c.subject != "",
            message.c.state.in_(_LEFT),
            message.c.sent_at.is_not(None),
        )
        .group_by(enrolment.c.subject)
    )
    return {row.subject: row.at for row in rows}


def rewards_of(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Return what somebody earned by referring, the newest first."""
    return list(
        connection.execute(
            select(*reward.c, referral.c.ref, referral.c.program)
            .join(referral, referral.c.id == reward.c.referral_id)
            .where(reward.c.contact_id.in_(ids), reward.c.side == "referrer")
            .order_by(reward.c.created_at.desc(), reward.c.id.desc())
        )
    )


def newest_result(connection: Connection, contact_id: int) -> int | None:
    """Return the newest results report of somebody's account."""
    return connection.execute(
        select(results_report.c.id)
        .join(contact, contact.c.account_id == results_report.c.account_id)
        .where(contact.c.id == contact_id)
        .order_by(results_report.c.month.desc())
        .limit(1)
    ).scalar()


def came_lately(connection: Connection, ids: Sequence[int], since: datetime) -> int:
    """Return how many referrals somebody's pages brought since a moment."""
    return int(
        connection.execute(
            select(func.count())
            .select_from(referral)
            .where(referral.c.referrer_id.in_(ids), referral.c.created_at > since)
        ).scalar_one()
    )


def choose_name(connection: Connection, contact_id: int, shown_as: str) -> None:
    """Keep how a referrer is named on the pages that they hand on."""
    connection.execute(
        update(referrer).where(referrer.c.contact_id == contact_id).values(shown_as=shown_as)
    )


def stop_updates(connection: Connection, contact_id: int, at: datetime | None) -> bool:
    """Stop the progress of somebody's own referrals, or send it again (None).

    False where it is so already.
    """
    column = referrer.c.updates_stopped_at
    changes = column.is_(None) if at is not None else column.is_not(None)
    done = connection.execute(
        update(referrer)
        .where(referrer.c.contact_id == contact_id, changes)
        .values(updates_stopped_at=at)
        .returning(referrer.c.contact_id)
    )
    return done.first() is not None


def stop_asking(connection: Connection, ids: Sequence[int], never: bool) -> bool:
    """Keep that somebody is never asked again, or may be; False where it is so already."""
    done = connection.execute(
        update(referrer)
        .where(referrer.c.contact_id.in_(ids), referrer.c.do_not_ask.is_(not never))
        .values(do_not_ask=never)
        .returning(referrer.c.contact_id)
    )
    return done.first() is not None


# -- what ties somebody to a referrer ----------------------------------------------------


def touch(
    connection: Connection,
    contact_id: int,
    way: str,
    what: str,
    now: datetime,
    address_hash: str | None = None,
) -> None:
    """Write down that something a referrer handed on was taken up; by whom, where they said so."""
    connection.execute(
        insert(referral_touch).values(
            referrer_id=contact_id, way=way, what=what[:200], at=now, address_hash=address_hash
        )
    )


def touches_since(connection: Connection, ids: Sequence[int], since: datetime) -> int:
    """Return how many touches somebody's links brought since a moment."""
    return int(
        connection.execute(
            select(func.count())
            .select_from(referral_touch)
            .where(referral_touch.c.referrer_id.in_(ids), referral_touch.c.at > since)
        ).scalar_one()
    )
