"""What became of the mails of mailings, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, false, func, or_, select

from nurture.db.contact_facts import fact_source
from nurture.db.mail_states import WAITING
from nurture.db.tables import consent, contact, event, mailing, message
from nurture.db.touched import NEWEST_VERDICT
from nurture.domain.message import UNSENT, State
from nurture.domain.workflow import Purpose

_LEFT = (State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED, State.IN_DOUBT)

#: events that tell of reactions; the first two need a verdict
_JUDGED = ("email.opened", "email.clicked")
_EVENTS = (*_JUDGED, "email.replied", "contact.unsubscribed")


@dataclass(slots=True)
class MailingCount:
    """Figures of one mailing; each mail counts once in each."""

    #: mails that were made
    made: int = 0
    #: of these: left, wait for their time, dropped or failed before they left
    sent: int = 0
    waiting: int = 0
    dropped: int = 0
    bounced: int = 0
    complained: int = 0
    #: opened and clicked by people, answered, left because of it
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    unsubscribed: int = 0


def of_mailings(
    connection: Connection, names: Sequence[str], count_unknown_opens: bool
) -> dict[str, MailingCount]:
    """Return the figures of mailings; nothing for those without a mail."""
    found: dict[str, MailingCount] = {}
    states = connection.execute(
        select(message.c.mailing, message.c.state, func.count().label("number"))
        .where(message.c.mailing.in_(names))
        .group_by(message.c.mailing, message.c.state)
    )
    for row in states:
        count = found.setdefault(row.mailing, MailingCount())
        count.made += row.number
        if row.state in _LEFT:
            count.sent += row.number
        elif row.state in (State.CANCELLED, State.FAILED):
            count.dropped += row.number
        else:
            count.waiting += row.number
        if row.state == State.BOUNCED:
            count.bounced += row.number
        elif row.state == State.COMPLAINED:
            count.complained += row.number
    for row in _reactions(connection, names, count_unknown_opens):
        count = found.setdefault(row.mailing, MailingCount())
        match row.type:
            case "email.opened":
                count.opened = row.number
            case "email.clicked":
                count.clicked = row.number
            case "email.replied":
                count.replied = row.number
            case "contact.unsubscribed":
                count.unsubscribed = row.number
    return found


def _reactions(
    connection: Connection, names: Sequence[str], count_unknown_opens: bool
) -> Sequence[Row[str | None, str, int]]:
    by_people = ["human", "unknown"] if count_unknown_opens else ["human"]
    unjudged = event.c.type.not_in(_JUDGED)
    clicked_by_people = (event.c.type == "email.clicked") & (NEWEST_VERDICT == "human")
    opened_by_people = (event.c.type == "email.opened") & (NEWEST_VERDICT.in_(by_people))
    return connection.execute(
        select(
            message.c.mailing,
            event.c.type,
            func.count(event.c.message_id.distinct()).label("number"),
        )
        .join(event, event.c.message_id == message.c.id)
        .where(
            message.c.mailing.in_(names),
            event.c.type.in_(_EVENTS),
            or_(unjudged, clicked_by_people, opened_by_people),
        )
        .group_by(message.c.mailing, event.c.type)
    ).all()


def waiting(connection: Connection) -> list[tuple[str, int, int]]:
    """Return (mailing, release it began in, mails that wait) of mailings with waiting mails."""
    rows = connection.execute(
        select(mailing.c.name, mailing.c.release_id, func.count().label("mails"))
        .join(message, message.c.mailing == mailing.c.name)
        .where(WAITING, mailing.c.release_id.is_not(None))
        .group_by(mailing.c.name, mailing.c.release_id)
        .order_by(mailing.c.name)
    )
    return [(row.name, row.release_id, row.mails) for row in rows]


def reasons(connection: Connection, name: str) -> Sequence[Row[str, str | None, int]]:
    """Return (state, reason, number) of the mails of a mailing that wait or were given up."""
    number = func.count().label("number")
    return connection.execute(
        select(message.c.state, message.c.reason, number)
        .where(
            message.c.mailing == name,
            message.c.state.in_([*UNSENT, State.CANCELLED, State.FAILED]),
        )
        .group_by(message.c.state, message.c.reason)
        .order_by(number.desc(), message.c.reason)
    ).all()


def how_many(connection: Connection, where: ColumnElement[bool], purpose: Purpose) -> int:
    """Return about how many would get a mailing: living, with an address, and consent."""
    query = _readers(func.count(), where, purpose)
    return int(connection.execute(query).scalar_one())


def who(connection: Connection, where: ColumnElement[bool], purpose: Purpose) -> list[int]:
    """Return the contacts who would get a mailing, as `how_many` counts them."""
    return list(connection.scalars(_readers(contact.c.id, where, purpose)))


def _readers(what: Any, where: ColumnElement[bool], purpose: Purpose) -> Select[Any]:
    newest = (
        select(consent.c.state)
        .where(consent.c.contact_id == contact.c.id, consent.c.purpose == str(purpose))
        .order_by(consent.c.id.desc())
        .limit(1)
        .correlate(contact)
        .scalar_subquery()
    )
    living = [contact.c.merged_into.is_(None), contact.c.erased == false()]
    query = (
        select(what).select_from(fact_source()).where(where, *living, contact.c.email.is_not(None))
    )
    if purpose is not Purpose.SERVICE:
        query = query.where(newest == "granted")
    return query
