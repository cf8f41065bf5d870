"""Everything a batch must know about its contacts, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, and_, bindparam, func, or_, select, update

from nurture.db.among import among
from nurture.db.tables import (
    account,
    contact,
    contact_tag,
    enrolment,
    event,
    event_evidence,
    inbox,
    ledger,
    segment_member,
    team_member,
)
from nurture.db.types import UtcDateTime
from nurture.domain.facts import NOT_HUMAN, ONCE_PER_MESSAGE, EventFact, EventOnHold
from nurture.domain.scoring import LedgerEntry, ScoredEvent

#: the newest verdict on an event; null where it needs none
NEWEST_VERDICT = (
    select(event_evidence.c.verdict)
    .where(event_evidence.c.event_id == event.c.id)
    .order_by(event_evidence.c.id.desc())
    .limit(1)
    .correlate(event)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event from the inbox that is being ingested now."""

    id: int
    type: str
    contact_id: int
    occurred_at: datetime
    recorded_at: datetime
    properties: dict[str, Any]
    source: str
    caused_by: int | None
    depth: int
    message_id: int | None
    verdict: str | None

    def fact(self) -> EventFact:
        """Return it as conditions see it."""
        return EventFact(self.id, self.type, self.occurred_at, self.properties, self.message_id)


@dataclass(slots=True)
class History:
    """Events of contacts by type, as conditions see them (newest first) and as scores do."""

    facts: dict[int, dict[str, list[EventFact]]] = field(default_factory=dict)
    scored: dict[int, list[ScoredEvent]] = field(default_factory=dict)


# Asked in every round, so each is made once: making one costs as much as running it.
_NOW, _MOST = bindparam("now", type_=UtcDateTime), bindparam("most", type_=Integer)
_WAITING = (
    select(inbox.c.contact_id)
    .where(inbox.c.available_at <= _NOW)
    .order_by(inbox.c.available_at, inbox.c.event_id)
    .limit(_MOST)
)
_EVERYBODY = (
    select(inbox.c.contact_id)
    .where(inbox.c.available_at <= _NOW)
    .group_by(inbox.c.contact_id)
    .order_by(func.min(inbox.c.event_id))
    .limit(_MOST)
)
_REVIEWS = (
    select(contact.c.id)
    .where(contact.c.review_at <= _NOW)
    .order_by(contact.c.review_at)
    .limit(_MOST)
)
_JOURNEYS = (
    select(enrolment.c.contact_id)
    .where(enrolment.c.review_at <= _NOW, enrolment.c.state == "active")
    .order_by(enrolment.c.review_at)
    .limit(_MOST)
)


def due_contacts(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Return up to `limit` contacts with events to take in, or whose time has come."""
    asked = {"now": now, "most": limit}
    rows = connection.execute(_WAITING, asked).all()
    found = dict.fromkeys(row.contact_id for row in rows)
    if len(rows) == limit and len(found) <= limit // 10:
        # A few have brought very much: look past it, so that the others do not wait for them.
        everybody = connection.execute(_EVERYBODY, asked)
        found.update(dict.fromkeys(row.contact_id for row in everybody))
    if len(found) < limit:
        reviews = connection.execute(_REVIEWS, asked)
        found.update(dict.fromkeys(row.id for row in reviews))
        journeys = connection.execute(_JOURNEYS, asked)
        found.update(dict.fromkeys(row.contact_id for row in journeys))
    return list(found)[:limit]


def _arrivals() -> Select[Any]:
    turn = func.row_number().over(partition_by=inbox.c.contact_id, order_by=inbox.c.event_id)
    waiting = (
        select(inbox.c.event_id, turn.label("turn"))
        .where(among(inbox.c.contact_id, "contacts"), inbox.c.available_at <= _NOW)
        .subquery()
    )
    chosen = (
        select(waiting.c.event_id)
        .order_by(waiting.c.turn, waiting.c.event_id)
        .limit(_MOST)
        .subquery()
    )
    # in the order of Arrival's fields
    return (
        select(
            event.c.id,
            event.c.type,
            event.c.contact_id,
            event.c.occurred_at,
            event.c.recorded_at,
            event.c.properties,
            event.c.source,
            event.c.caused_by,
            event.c.depth,
            event.c.message_id,
            NEWEST_VERDICT.label("verdict"),
        )
        .join(chosen, chosen.c.event_id == event.c.id)
        .order_by(event.c.id)
    )


_ARRIVALS = _arrivals()


def arrivals(
    connection: Connection, contact_ids: Sequence[int], now: datetime, limit: int
) -> list[Arrival]:
    """Return up to `limit` events that wait in the inbox for these contacts, oldest first.

    Each contact's oldest are among them before anybody's second: one who brings very many
    does not keep the others waiting. The rest stays in the inbox.
    """
    asked = {"contacts": contact_ids, "now": now, "most": limit}
    return [Arrival(*row) for row in connection.execute(_ARRIVALS, asked)]


def forget_reviews(connection: Connection, contact_ids: Iterable[int]) -> None:
    """Time alone changes nothing any more for these contacts and their journeys."""
    ids = sorted(contact_ids)
    connection.execute(update(contact).where(contact.c.id.in_(ids)).values(review_at=None))
    connection.execute(
        update(enrolment).where(enrolment.c.contact_id.in_(ids)).values(review_at=None)
    )


_CONTACTS = (
    select(
        contact,
        account.c.name.label("account_name"),
        account.c.domain.label("account_domain"),
        account.c.industry.label("account_industry"),
        account.c.employees.label("account_employees"),
        account.c.region.label("account_region"),
        account.c.zone.label("account_zone"),
        account.c.fields.label("account_fields"),
        account.c.hold_reason.label("account_hold_reason"),
        team_member.c.email.label("owner_email"),
        team_member.c.key.label("owner_key"),
        team_member.c.active.label("owner_active"),
    )
    .outerjoin(account, account.c.id == contact.c.account_id)
    .outerjoin(team_member, team_member.c.id == contact.c.owner_id)
    .where(among(contact.c.id, "contacts"))
    .order_by(contact.c.id)
)
_TAGS = select(contact_tag.c.contact_id, contact_tag.c.tag).where(
    among(contact_tag.c.contact_id, "contacts")
)
_HISTORY = (
    select(
        event.c.id,
        event.c.type,
        event.c.contact_id,
        event.c.occurred_at,
        event.c.properties,
        event.c.message_id,
        NEWEST_VERDICT.label("verdict"),
    )
    .where(among(event.c.contact_id, "contacts"), among(event.c.type, "types"))
    .order_by(event.c.occurred_at.desc(), event.c.id.desc())
)
_ON_HOLD = (
    select(
        event.c.id,
        event.c.type,
        event.c.contact_id,
        event.c.occurred_at,
        event.c.properties,
        event.c.message_id,
        inbox.c.available_at,
    )
    .join(inbox, inbox.c.event_id == event.c.id)
    .where(among(inbox.c.contact_id, "contacts"), event.c.type.in_(sorted(ONCE_PER_MESSAGE)))
)
_LEDGER = select(
    ledger.c.contact_id,
    ledger.c.rule,
    ledger.c.points,
    ledger.c.event_id,
    ledger.c.occurred_at,
).where(among(ledger.c.contact_id, "contacts"), among(ledger.c.rule, "rules"))
_ENROLMENTS = (
    select(enrolment)
    .where(among(enrolment.c.contact_id, "contacts"), enrolment.c.state == "active")
    .order_by(enrolment.c.id)
)
_SEGMENTS = select(segment_member).where(among(segment_member.c.contact_id, "contacts"))


def contact_rows(connection: Connection, contact_ids: Sequence[int]) -> list[Row[Any]]:
    """Return contacts with their account's fields (`account_…`) and owner (`owner_email`)."""
    return list(connection.execute(_CONTACTS, {"contacts": contact_ids}))


def tags_of(connection: Connection, contact_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return the tags of contacts."""
    found: dict[int, set[str]] = {}
    rows = connection.execute(_TAGS, {"contacts": contact_ids})
    for row in rows:
        found.setdefault(row.contact_id, set()).add(row.tag)
    return {contact_id: frozenset(tags) for contact_id, tags in found.items()}


def counts(event_type: str, verdict: str | None, count_unknown_opens: bool) -> bool:
    """Say whether an event counts for conditions and scores, given its newest verdict.

    A click counts once it is judged human; an open that is unknown counts as the policy
    says; events that need no verdict always count.
    """
    if event_type not in ONCE_PER_MESSAGE:
        return verdict not in NOT_HUMAN
    if verdict == "unknown":
        return event_type == "email.opened" and count_unknown_opens
    return verdict == "human"


def history(
    connection: Connection,
    contact_ids: Sequence[int],
    types: Iterable[str],
    count_unknown_opens: bool,
) -> History:
    """Return the contacts' events of the given types, whatever their age."""
    wanted = sorted(set(types))
    found = History()
    if not wanted:
        return found
    rows = connection.execute(_HISTORY, {"contacts": contact_ids, "types": wanted})
    for event_id, kind, contact_id, occurred_at, properties, message_id, verdict in rows:
        human = counts(kind, verdict, count_unknown_opens)
        scored = ScoredEvent(event_id, kind, occurred_at, properties, human, message_id)
        found.scored.setdefault(contact_id, []).append(scored)
        if human:
            fact = EventFact(event_id, kind, occurred_at, properties, message_id)
            found.facts.setdefault(contact_id, {}).setdefault(kind, []).append(fact)
    return found


def on_hold(connection: Connection, contact_ids: Sequence[int]) -> dict[int, list[EventOnHold]]:
    """Return the contacts' opens and clicks that wait in the inbox to be judged."""
    found: dict[int, list[EventOnHold]] = {}
    if not contact_ids:
        return found
    rows = connection.execute(_ON_HOLD, {"contacts": contact_ids})
    for row in rows:
        fact = EventFact(row.id, row.type, row.occurred_at, row.properties, row.message_id)
        found.setdefault(row.contact_id, []).append(EventOnHold(fact, row.available_at))
    return found


def ledger_of(
    connection: Connection, contact_ids: Sequence[int], rules: Iterable[str]
) -> dict[int, list[LedgerEntry]]:
    """Return the ledger rows of contacts for some rules."""
    found: dict[int, list[LedgerEntry]] = {}
    asked = {"contacts": contact_ids, "rules": sorted(set(rules))}
    rows = connection.execute(_LEDGER, asked)
    for row in rows:
        entry = LedgerEntry(row.rule, row.points, row.event_id, row.occurred_at)
        found.setdefault(row.contact_id, []).append(entry)
    return found


def ledger_since(
    connection: Connection, moments: Mapping[int, datetime]
) -> dict[int, list[LedgerEntry]]:
    """Return contact → its ledger rows of all rules since the contact's moment, that included."""
    if not moments:
        return {}
    rows = connection.execute(
        select(
            ledger.c.contact_id,
            ledger.c.rule,
            ledger.c.points,
            ledger.c.event_id,
            ledger.c.occurred_at,
        ).where(
            ledger.c.contact_id.in_(sorted(moments)),
            ledger.c.occurred_at >= min(moments.values()),
        )
    )
    found: dict[int, list[LedgerEntry]] = {}
    for row in rows:
        if row.occurred_at >= moments[row.contact_id]:
            entry = LedgerEntry(row.rule, row.points, row.event_id, row.occurred_at)
            found.setdefault(row.contact_id, []).append(entry)
    return found


def active_enrolments(connection: Connection, contact_ids: Sequence[int]) -> list[Row[Any]]:
    """Return the active enrolments of contacts, oldest first."""
    return list(connection.execute(_ENROLMENTS, {"contacts": contact_ids}))


def last_ends(
    connection: Connection, wanted: Iterable[tuple[int, str]]
) -> dict[tuple[int, str, str], datetime]:
    """Return (contact, workflow, subject) → when the last ended enrolment ended."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    by_workflow: dict[str, list[int]] = {}
    for contact_id, workflow in pairs:
        by_workflow.setdefault(workflow, []).append(contact_id)
    rows = connection.execute(
        select(
            enrolment.c.contact_id,
            enrolment.c.workflow,
            enrolment.c.subject,
            func.max(enrolment.c.ended_at).label("ended_at"),
        )
        .where(
            enrolment.c.state == "ended",
            or_(
                *(
                    and_(enrolment.c.workflow == workflow, enrolment.c.contact_id.in_(ids))
                    for workflow, ids in by_workflow.items()
                )
            ),
        )
        .group_by(enrolment.c.contact_id, enrolment.c.workflow, enrolment.c.subject)
    )
    return {(row.contact_id, row.workflow, row.subject): row.ended_at for row in rows}


def segments_of(connection: Connection, contact_ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the trigger segments that contacts were in at the last look."""
    found: dict[int, set[str]] = {}
    rows = connection.execute(_SEGMENTS, {"contacts": contact_ids})
    for row in rows:
        found.setdefault(row.contact_id, set()).add(row.segment)
    return found
