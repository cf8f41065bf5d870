"""One task and what surrounds it: who has it, whom it is about, what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from nurture.db.deals import CLOSED
from nurture.db.engine import is_sqlite
from nurture.db.tables import contact, deal, enrolment, event, inbox, message, task, team_member
from nurture.db.touched import NEWEST_VERDICT
from nurture.domain.message import UNSENT, State

_DOER = team_member.alias("doer")

#: a task's contact is not there any more: erased, or a duplicate of somebody
CONTACT_GONE = or_(contact.c.erased, contact.c.merged_into.is_not(None))


def find(connection: Connection, task_id: int) -> Row[Any] | None:
    """Return a task with its assignee (`member_…`) and who closed it (`doer_name`), or None."""
    return connection.execute(_whole().where(task.c.id == task_id)).first()


def find_all(connection: Connection, task_ids: Collection[int]) -> list[Row[Any]]:
    """Return tasks as `find` does, by id."""
    return list(
        connection.execute(_whole().where(task.c.id.in_(sorted(task_ids))).order_by(task.c.id))
    )


def _whole() -> Any:
    return (
        select(
            task,
            team_member.c.key.label("member_key"),
            team_member.c.name.label("member_name"),
            team_member.c.email.label("member_email"),
            team_member.c.active.label("member_active"),
            _DOER.c.name.label("doer_name"),
            CONTACT_GONE.label("contact_gone"),
        )
        .outerjoin(team_member, team_member.c.id == task.c.assignee_id)
        .outerjoin(_DOER, _DOER.c.id == task.c.done_by)
        .outerjoin(contact, contact.c.id == task.c.contact_id)
    )


def hold(connection: Connection, task_id: int) -> None:
    """Lock a task's row; the caller holds its contact already. SQLite's writer is alone."""
    if not is_sqlite(connection):
        connection.execute(select(task.c.id).where(task.c.id == task_id).with_for_update())


def note(connection: Connection, task_id: int, result: Mapping[str, Any]) -> None:
    """Write what is known of an open task's course."""
    connection.execute(update(task).where(task.c.id == task_id).values(result=dict(result)))


def key_of(connection: Connection, task_id: int, contact_id: int) -> str | None:
    """Return the `dedupe_key` of a task about a contact, or None."""
    query = select(task.c.dedupe_key).where(task.c.id == task_id, task.c.contact_id == contact_id)
    return connection.execute(query).scalar()


def cancel_mails(connection: Connection, task_ids: Sequence[int]) -> None:
    """Cancel what was not sent yet about tasks: they are over."""
    connection.execute(
        update(message)
        .where(message.c.task_id.in_(task_ids), message.c.state.in_(UNSENT))
        .values(state=State.CANCELLED, reason="task_over", due_at=None, lease_until=None)
    )


def workflow_of(connection: Connection, enrolment_id: int) -> str | None:
    """Return the workflow of a journey, or None."""
    return connection.execute(
        select(enrolment.c.workflow).where(enrolment.c.id == enrolment_id)
    ).scalar()


def trigger_of(connection: Connection, enrolment_id: int) -> Mapping[str, Any]:
    """Return the properties of the event that a journey began with."""
    query = select(enrolment.c.trigger).where(enrolment.c.id == enrolment_id)
    found = connection.execute(query).scalar()
    return found if isinstance(found, dict) else {}


def member(connection: Connection, member_id: int) -> Row[Any] | None:
    """Return one of our people, or None."""
    return connection.execute(select(team_member).where(team_member.c.id == member_id)).first()


def open_deal(connection: Connection, contact_id: int, named: int | None = None) -> Row[Any] | None:
    """Return the deal under way: the one named where it is, else the contact's newest open one."""
    under_way = select(deal).where(deal.c.stage.not_in(CLOSED))
    if named is not None:
        found = connection.execute(under_way.where(deal.c.id == named)).first()
        if found is not None:
            return found
    return connection.execute(
        under_way.where(deal.c.contact_id == contact_id).order_by(deal.c.id.desc()).limit(1)
    ).first()


def opening_deal(connection: Connection, contact_id: int) -> str | None:
    """Return the name of a deal whose opening waits to be taken in, or None."""
    properties = connection.execute(
        select(event.c.properties)
        .join(inbox, inbox.c.event_id == event.c.id)
        .where(event.c.contact_id == contact_id, event.c.type == "deal.opened")
        .order_by(event.c.id.desc())
        .limit(1)
    ).scalar()
    named = (properties or {}).get("deal")
    return str(named) if named is not None else None


#: events that say whether sales has a lead: the newest of them counts
_TAKEN, _GIVEN = "lead.accepted", ("lead.returned", "deal.lost", "deal.won")


def is_taken(connection: Connection, contact_id: int) -> bool:
    """Say whether a salesperson has taken a lead on, and neither gave it back nor closed it."""
    newest = connection.execute(
        select(event.c.type)
        .where(event.c.contact_id == contact_id, event.c.type.in_((_TAKEN, *_GIVEN)))
        .order_by(event.c.occurred_at.desc(), event.c.id.desc())
        .limit(1)
    ).scalar()
    return newest == _TAKEN


def newest_events(
    connection: Connection, contact_id: int, without: Collection[str], limit: int
) -> list[Row[Any]]:
    """Return a contact's newest events with their verdict, but those of some types."""
    return list(
        connection.execute(
            select(
                event.c.id,
                event.c.type,
                event.c.occurred_at,
                event.c.properties,
                event.c.message_id,
                message.c.subject,
                NEWEST_VERDICT.label("verdict"),
            )
            .outerjoin(message, message.c.id == event.c.message_id)
            .where(event.c.contact_id == contact_id, event.c.type.not_in(sorted(without)))
            .order_by(event.c.occurred_at.desc(), event.c.id.desc())
            .limit(limit)
        )
    )


def newest_of_each(
    connection: Connection, contact_ids: Sequence[int], without: Collection[str]
) -> dict[int, Row[Any]]:
    """Return each contact's newest event, but those of some types."""
    newest = (
        select(func.max(event.c.id))
        .where(event.c.contact_id.in_(contact_ids), event.c.type.not_in(sorted(without)))
        .group_by(event.c.contact_id)
    )
    rows = connection.execute(select(event).where(event.c.id.in_(newest)))
    return {row.contact_id: row for row in rows}


def event_row(connection: Connection, event_id: int) -> Row[Any] | None:
    """Return an event, or None."""
    return connection.execute(select(event).where(event.c.id == event_id)).first()


def last_mail(
    connection: Connection, contact_id: int
) -> Row[str | None, datetime | None, str] | None:
    """Return the newest mail that a contact was sent, or None."""
    return connection.execute(
        select(message.c.subject, message.c.sent_at, message.c.template)
        .where(message.c.contact_id == contact_id, message.c.sent_at.is_not(None))
        .order_by(message.c.sent_at.desc(), message.c.id.desc())
        .limit(1)
    ).first()
