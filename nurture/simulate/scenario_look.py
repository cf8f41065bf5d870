"""What a world shows of a contact, as the matcher of scenarios wants to see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Connection, Row, select

from nurture.db import tables
from nurture.db.engine import read
from nurture.domain.library import LOCALE_MARK
from nurture.domain.message import State
from nurture.domain.policy import Policy
from nurture.domain.reads import reads
from nurture.domain.scenario import Expectation, Held, Holds, NotSent, Sent
from nurture.domain.scenario_match import fits
from nurture.domain.scenario_seen import Seen, SeenJourney, SeenMail, SeenTask, Why
from nurture.services.batch import Batch, load_people
from nurture.services.glances import Letter, letter
from nurture.services.places import zone_of
from nurture.simulate.world import World


def look(
    world: World,
    contact_id: int,
    begins: datetime,
    anchor: datetime,
    given: frozenset[int],
    expected: Iterable[Expectation],
) -> Seen:
    """Return all that is known of a contact now, and that came of the scenario.

    `anchor`: when something happened last; `given`: journeys they were in from the start.
    Texts and files are read only of the mails that `expected` asks about.
    """
    expected = list(expected)
    types = {
        kind
        for one in expected
        if isinstance(one, Holds)
        for kind in reads(one.condition).event_types
    }
    letters = _waiting(world, contact_id, expected)
    with read(world.engine) as connection:
        release = world.runtime.releases.live(connection)
        definitions = release.definitions
        batch = Batch(connection, release, world.runtime.releases, release.lookups, world.now)
        load_people(batch, [contact_id], types)
        person = batch.people[contact_id]
        why = _decisions(connection, contact_id)
        facts = person.facts
        return Seen(
            anchor=anchor,
            now=world.now,
            zone=zone_of(person.row, definitions.calendar),
            temperature=person.row.temperature,
            lifecycle=person.row.lifecycle,
            score=float(facts.contact["score"]),
            owner=person.row.owner_key or "",
            facts=facts,
            mails=_mails(
                world, connection, contact_id, begins, why, definitions.policy, expected, letters
            ),
            tasks=_tasks(connection, contact_id),
            journeys=_journeys(connection, contact_id, given, why),
            refusals=[
                (row.workflow or str((row.detail or {}).get("workflow", "")), _why(row))
                for row in why
                if row.kind == "not_enrolled"
            ],
            moves=[_why(row) for row in why if row.kind == "moved"],
        )


def _decisions(connection: Connection, contact_id: int) -> list[Row[Any]]:
    table = tables.decision
    query = select(table).where(table.c.contact_id == contact_id).order_by(table.c.id)
    return list(connection.execute(query))


def _why(row: Row[Any]) -> Why:
    return Why(row.at, row.kind, row.reason, row.detail or {})


def _mails(
    world: World,
    connection: Connection,
    contact_id: int,
    begins: datetime,
    why: list[Row[Any]],
    policy_: Policy,
    expected: list[Expectation],
    letters: Mapping[int, Letter | None],
) -> list[SeenMail]:
    table = tables.message
    query = (
        select(table)
        .where(table.c.contact_id == contact_id, table.c.created_at >= begins)
        .order_by(table.c.id)
    )
    senders = {sender.email: key for key, sender in policy_.senders.items()}
    asked = [
        one
        for one in expected
        if (isinstance(one, Sent) and (one.wording.of_text or one.attached))
        or (isinstance(one, NotSent | Held) and one.wording.of_text)
    ]
    bodies = {one.message_id: one.data for one in world.provider.accepted} if asked else {}
    found = []
    for row in connection.execute(query):
        data = None
        if any(fits(one.mail, row.template) for one in asked):
            data = bodies.get(row.id)
        text, files = _opened(data) if data is not None else ("", ())
        subject = row.subject or row.subject_override or ""
        waits = row.id in letters
        held = letters.get(row.id)
        if held is not None:
            subject, text = held.subject, held.text
        found.append(
            SeenMail(
                id=row.id,
                template=row.template,
                state=row.state,
                created_at=row.created_at,
                workflow=row.mailing or row.workflow or "",
                sent_at=row.sent_at,
                due_at=row.due_at,
                reason=row.reason,
                subject=subject,
                text=text,
                readable=held is not None if waits else row.sent_at is not None,
                sender=senders.get(row.sent_from or "", row.sent_from or ""),
                attached=(*_attached(row), *files),
                decisions=tuple(_why(one) for one in why if one.message_id == row.id),
            )
        )
    return found


def _waiting(
    world: World, contact_id: int, expected: Iterable[Expectation]
) -> dict[int, Letter | None]:
    """Return the mails that wait and that are read before they leave: as they would leave now."""
    patterns = [one.mail for one in expected if isinstance(one, Held) and one.wording.any]
    if not patterns:
        return {}
    table = tables.message
    query = select(table.c.id, table.c.template).where(
        table.c.contact_id == contact_id, table.c.state == State.DEFERRED
    )
    with read(world.engine) as connection:
        rows = connection.execute(query).all()
    return {
        row.id: letter(world.runtime, row.id)
        for row in rows
        if any(fits(pattern, row.template) for pattern in patterns)
    }


def _attached(row: Row[Any]) -> Iterable[str]:
    if row.item:
        yield row.item
    for path in row.attach or ():
        yield str(path).replace(LOCALE_MARK, row.locale or "")


def _opened(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text part of a mail and the names of its files."""
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    return text, tuple(part.get_filename() or "" for part in mail.iter_attachments())


def _tasks(connection: Connection, contact_id: int) -> list[SeenTask]:
    table, member = tables.task, tables.team_member
    query = (
        select(table, member.c.key.label("assignee_key"))
        .outerjoin(member, member.c.id == table.c.assignee_id)
        .where(table.c.contact_id == contact_id)
        .order_by(table.c.id)
    )
    return [
        SeenTask(
            kind=row.kind,
            title=row.title,
            assignee=row.assignee,
            assignee_key=row.assignee_key or "",
            made_at=row.created_at,
            due_at=row.due_at,
        )
        for row in connection.execute(query)
    ]


def _journeys(
    connection: Connection, contact_id: int, given: frozenset[int], why: list[Row[Any]]
) -> list[SeenJourney]:
    newest: Mapping[int, Row[Any]] = {
        row.enrolment_id: row for row in why if row.enrolment_id is not None and not row.message_id
    }
    table = tables.enrolment
    query = select(table).where(table.c.contact_id == contact_id).order_by(table.c.id)
    return [
        SeenJourney(
            workflow=row.workflow,
            active=row.state == "active",
            started_at=row.started_at,
            step=row.step or "",
            due_at=row.due_at,
            ended_at=row.ended_at,
            outcome=row.outcome or "",
            given=row.id in given,
            why=_why(newest[row.id]) if row.id in newest else None,
        )
        for row in connection.execute(query)
    ]
