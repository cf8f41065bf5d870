"""What a working day needs: tasks, hot leads, mails of the day, deals gone quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union,
)

from nurture.db.mail_states import WAITING
from nurture.db.tables import (
    account,
    contact,
    deal,
    decision,
    event,
    mailing,
    message,
    notice,
    task,
)
from nurture.db.tables import team_member as member
from nurture.domain.message import State

#: nouns of what our own people and the engine do; not what a person did
_OURS = ("call", "contact", "deal", "lead", "lifecycle", "owner", "revisit", "task", "temperature")

#: stages in which nobody needs to be warmed up any more
_BEYOND = ("customer", "lost")

_PERSON = (
    contact.c.id.label("contact_id"),
    contact.c.email,
    contact.c.family_name,
    contact.c.given_name,
    contact.c.locale,
    contact.c.temperature,
    account.c.name.label("account_name"),
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose desk: of one member, or of all."""

    #: None: of all
    member_id: int | None = None
    #: the default sender's: what is of nobody, or of somebody who left, lies there too
    stands_in: bool = False

    def mine(self, column: Any) -> ColumnElement[bool]:
        """Return whether a column that names a member names the owner of this desk."""
        if self.member_id is None:
            return ~false()
        if not self.stands_in:
            return cast(ColumnElement[bool], column == self.member_id)
        gone = select(member.c.id).where(member.c.active.is_(False))
        return or_(column == self.member_id, column.is_(None), column.in_(gone))


#: the contact, where there is one, is there: not erased, not a duplicate
_LIVING = or_(contact.c.id.is_(None), contact.c.erased.is_(False) & contact.c.merged_into.is_(None))


def tasks_until(
    connection: Connection, until: datetime, whose: Whose, limit: int
) -> list[Row[Any]]:
    """Return open tasks due before `until`, the longest due first; of one member, or of all."""
    key = func.coalesce(task.c.due_at, task.c.created_at)
    return list(
        connection.execute(
            select(
                task.c.id, task.c.title, task.c.kind, task.c.due_at, key.label("key"),
                task.c.assignee, member.c.name.label("member"), *_PERSON,
            )
            .outerjoin(contact, contact.c.id == task.c.contact_id)
            .outerjoin(account, account.c.id == contact.c.account_id)
            .outerjoin(member, member.c.id == task.c.assignee_id)
            .where(
                task.c.state == "open", key < until, whose.mine(task.c.assignee_id), _LIVING
            )
            .order_by(key, task.c.id)
            .limit(limit)
        )
    )  # fmt: skip


def task_counts(
    connection: Connection, now: datetime, until: datetime, whose: Whose
) -> dict[str, int]:
    """Return how many open tasks are `late`, due `today`, `later`, and for `nobody`."""
    key = func.coalesce(task.c.due_at, task.c.created_at)

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    found = connection.execute(
        select(
            number(key < now).label("late"),
            number((key >= now) & (key < until)).label("today"),
            number(key >= until).label("later"),
            number(task.c.assignee_id.is_(None)).label("nobody"),
        )
        .outerjoin(contact, contact.c.id == task.c.contact_id)
        .where(task.c.state == "open", whose.mine(task.c.assignee_id), _LIVING)
    ).one()
    return {name: int(value) for name, value in found._mapping.items()}


_HOT = (
    contact.c.temperature == "hot",
    contact.c.lifecycle.not_in(_BEYOND),
    contact.c.merged_into.is_(None),
    contact.c.erased.is_(False),
)
_QUIET = (_LIVING, deal.c.stale_at.is_not(None), deal.c.closed_at.is_(None))


def who_has_something(connection: Connection, until: datetime) -> frozenset[int | None]:
    """Return the members whose desks hold something before `until`; None: it is of nobody.

    That is a task due, a hot lead, a quiet deal or a promised return, for all in one query. What
    is of nobody, or of somebody who left, counts as None.
    """
    key = func.coalesce(task.c.due_at, task.c.created_at)
    found = union(
        select(task.c.assignee_id.label("whose"))
        .outerjoin(contact, contact.c.id == task.c.contact_id)
        .where(task.c.state == "open", key < until, _LIVING),
        select(contact.c.owner_id).where(*_HOT),
        select(contact.c.owner_id)
        .select_from(deal.outerjoin(contact, contact.c.id == deal.c.contact_id))
        .where(*_QUIET),
        select(contact.c.owner_id).where(_LIVING, contact.c.revisit_at < until),
    ).subquery()
    rows = connection.execute(
        select(found.c.whose, member.c.active).outerjoin(member, member.c.id == found.c.whose)
    )
    return frozenset(row.whose if row.active else None for row in rows)


def hot_leads(connection: Connection, whose: Whose, limit: int) -> list[Row[Any]]:
    """Return hot contacts who are no customers, the newest heat first, with owner and stage."""
    return list(
        connection.execute(
            select(
                *_PERSON,
                contact.c.temperature_at,
                contact.c.lifecycle,
                contact.c.engagement,
                contact.c.scored_at,
                contact.c.fit,
                member.c.name.label("member"),
            )
            .outerjoin(account, account.c.id == contact.c.account_id)
            .outerjoin(member, member.c.id == contact.c.owner_id)
            .where(*_HOT, whose.mine(contact.c.owner_id))
            .order_by(contact.c.temperature_at.desc(), contact.c.id.desc())
            .limit(limit)
        )
    )


def newest_events(connection: Connection, contact_ids: list[int]) -> dict[int, Row[Any]]:
    """Return contact → what they did last (type, properties, occurred_at), not what we did."""
    ranked = (
        select(
            event.c.contact_id,
            event.c.type,
            event.c.properties,
            event.c.occurred_at,
            func.row_number()
            .over(
                partition_by=event.c.contact_id,
                order_by=(event.c.occurred_at.desc(), event.c.id.desc()),
            )
            .label("place"),
        )
        .where(
            event.c.contact_id.in_(contact_ids),
            event.c.source.not_in(("engine", "import", "task")),
            *(event.c.type.not_like(f"{noun}.%") for noun in _OURS),
        )
        .subquery()
    )
    rows = connection.execute(select(ranked).where(ranked.c.place == 1)) if contact_ids else ()
    return {row.contact_id: row for row in rows}


def mails_between(
    connection: Connection, start: datetime, until: datetime
) -> dict[str, dict[str, int]]:
    """Return per workflow (a mailing's name is one) how many mails left, go today, wait longer.

    Mails to our own people are not counted. Each part has an index of its own: what was sent
    long ago costs nothing.
    """
    sent = select(message.c.workflow, literal("sent").label("what"), func.count()).where(
        message.c.sent_at >= start, message.c.contact_id.is_not(None)
    )
    what = case((message.c.due_at < until, "going"), else_="later")
    waiting = select(message.c.workflow, what, func.count()).where(
        WAITING, message.c.contact_id.is_not(None)
    )
    found: dict[str, dict[str, int]] = {}
    for query in (sent.group_by(message.c.workflow), waiting.group_by(message.c.workflow, what)):
        for workflow, kind, number in connection.execute(query):
            flow = found.setdefault(workflow or "", {"sent": 0, "going": 0, "later": 0})
            flow[kind] += number
    return dict(sorted(found.items()))


def held_back(connection: Connection) -> list[Row[Any]]:
    """Return why mails wait: reason, how many, until when at the earliest; the most first."""
    number = func.count().label("number")
    return list(
        connection.execute(
            select(message.c.reason, number, func.min(message.c.due_at).label("until"))
            .where(
                # both, so that the index over what waits is used
                WAITING,
                message.c.state == State.DEFERRED,
                message.c.reason.is_not(None),
                message.c.contact_id.is_not(None),
            )
            .group_by(message.c.reason)
            .order_by(number.desc(), message.c.reason)
        )
    )


def given_up_since(connection: Connection, start: datetime) -> list[Row[Any]]:
    """Return why mails were given up since a moment: kind, reason, how many; the most first."""
    number = func.count().label("number")
    return list(
        connection.execute(
            select(decision.c.kind, decision.c.reason, number)
            .where(
                decision.c.kind.in_(("dropped", "failed", "in_doubt", "bounced")),
                decision.c.at >= start,
                decision.c.message_id.is_not(None),
                decision.c.contact_id.is_not(None),
            )
            .group_by(decision.c.kind, decision.c.reason)
            .order_by(number.desc(), decision.c.reason)
        )
    )


def quiet_deals(connection: Connection, whose: Whose, limit: int) -> list[Row[Any]]:
    """Return open deals whose last meeting nobody wrote about, the longest silent first."""
    return list(
        connection.execute(
            select(
                deal.c.id.label("deal_id"), deal.c.external_id, deal.c.stage, deal.c.meeting_at,
                deal.c.stale_at, member.c.name.label("member"), *_PERSON,
            )
            .outerjoin(contact, contact.c.id == deal.c.contact_id)
            .outerjoin(account, account.c.id == deal.c.account_id)
            .outerjoin(member, member.c.id == contact.c.owner_id)
            .where(*_QUIET, whose.mine(contact.c.owner_id))
            .order_by(deal.c.stale_at, deal.c.id)
            .limit(limit)
        )
    )  # fmt: skip


def revisits_until(
    connection: Connection, until: datetime, whose: Whose, limit: int
) -> list[Row[Any]]:
    """Return contacts whom we promised to come back to before `until`, the soonest first."""
    return list(
        connection.execute(
            select(
                *_PERSON,
                contact.c.revisit_at,
                contact.c.revisit_reason,
                member.c.name.label("member"),
            )
            .outerjoin(account, account.c.id == contact.c.account_id)
            .outerjoin(member, member.c.id == contact.c.owner_id)
            .where(_LIVING, contact.c.revisit_at < until, whose.mine(contact.c.owner_id))
            .order_by(contact.c.revisit_at, contact.c.id)
            .limit(limit)
        )
    )


def mailings_until(connection: Connection, until: datetime) -> list[Row[Any]]:
    """Return mailings that run, are paused or begin before `until`, the soonest first."""
    return list(
        connection.execute(
            select(mailing)
            .where(
                mailing.c.state.in_(("scheduled", "running", "paused", "missed")),
                mailing.c.at < until,
            )
            .order_by(mailing.c.at, mailing.c.id)
        )
    )


def lines_not_taken(connection: Connection, since: datetime) -> int:
    """Return how many chat lines since a moment their room did not take, for all our trying."""
    query = (
        select(func.count())
        .select_from(notice)
        .where(notice.c.state == "failed", notice.c.created_at >= since)
    )
    return int(connection.execute(query).scalar_one())
