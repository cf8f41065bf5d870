"""Why: one contact, what they got and did not get, where they stand, and how it came.

Used by the contact page and by `nurture explain`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import contact_facts, contacts, portraits, preferences, timeline, touched
from nurture.db.engine import read
from nurture.db.timeline import Place
from nurture.domain import glossary
from nurture.domain.addresses import address_hash, canonical
from nurture.domain.best_hour import BestHours
from nurture.domain.event_words import more_of, name_of
from nurture.domain.glossary import word
from nurture.domain.preference_words import RHYTHMS
from nurture.domain.preferences import UNASKED, Rhythm
from nurture.domain.scoring import Engagement, rounded
from nurture.errors import NotFoundError
from nurture.language import say
from nurture.services import sentences
from nurture.services.explanation import (
    ConsentLine,
    Explanation,
    Happened,
    JourneyLine,
    MailLine,
    PreferenceLines,
    Summary,
    TaskLine,
)
from nurture.services.house import House, house_at
from nurture.services.places import zone_of
from nurture.services.preference_desk import offer_at
from nurture.services.runtime import Runtime
from nurture.services.score_rows import score_rows

#: entries of a timeline page
PAGE = 50


def explain(runtime: Runtime, who: str | int, locale: str) -> Explanation:
    """Explain a contact, named by address or id; NotFoundError where nobody is."""
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        contact_id = _find(connection, who)
        if contact_id is None:
            raise NotFoundError(say("no contact is known as '{who}'", who=who))
        (row,) = touched.contact_rows(connection, [contact_id])
        house = house_at(runtime, connection)
        zone = zone_of(row, house.calendar)
        engagement = Engagement(row.engagement, row.scored_at).value_at(now, house.half_life)
        score = rounded(engagement + row.fit)
        return Explanation(
            now=now,
            locale=locale,
            contact=_summary(runtime, connection, row, house, zone, now),
            score=score,
            engagement=engagement,
            fit=row.fit,
            score_rows=score_rows(connection, row, house, score, now, locale),
            consents=_consents(connection, contact_id, locale),
            preferences=_preferences(runtime, connection, row, locale, now),
            mails=_mails(connection, contact_id, house, locale, zone),
            journeys=_journeys(connection, contact_id, house, locale, zone),
            tasks=_tasks(connection, contact_id, now),
            timeline=_timeline(connection, contact_id, house, locale, zone, None),
        )


def timeline_before(runtime: Runtime, contact_id: int, place: Place, locale: str) -> list[Happened]:
    """Return the next page of a contact's timeline; empty where nobody is."""
    with read(runtime.engine) as connection:
        rows = touched.contact_rows(connection, [contact_id])
        if not rows:
            return []
        house = house_at(runtime, connection)
        zone = zone_of(rows[0], house.calendar)
        return _timeline(connection, contact_id, house, locale, zone, place)


def _find(connection: Connection, who: str | int) -> int | None:
    if isinstance(who, int):
        return contacts.current(connection, who)
    try:
        return contacts.find(connection, contacts.EMAIL, canonical(who))
    except ValueError:
        return None


def _summary(
    runtime: Runtime,
    connection: Connection,
    row: Row[Any],
    house: House,
    zone: ZoneInfo,
    now: datetime,
) -> Summary:
    stored = dict(row._mapping)
    values = contact_facts.contact_values(stored, now, house.half_life)
    account = contact_facts.account_values(stored)
    hashed = address_hash(row.email, runtime.hash_key) if row.email else ""
    shown = {"email", "name", "family_name", "given_name", "company", "industry", "employees"}
    shown |= {"score", "temperature", "lifecycle", "customer", "first_touch", "created"}
    return Summary(
        id=row.id,
        name=values.get("name", ""),
        email=row.email or "",
        company=row.account_name or "",
        fields={name: value for name, value in values.items() if name not in shown},
        account={name: value for name, value in account.items() if name != "name"},
        tags=tuple(sorted(touched.tags_of(connection, [row.id]).get(row.id, ()))),
        temperature=row.temperature,
        lifecycle=row.lifecycle,
        first_touch=row.first_touch_at,
        zone=zone,
        account_hold=row.account_hold_reason,
        suppressed=bool(hashed and contacts.suppressed(connection, [hashed])),
        erased=row.erased,
        account_id=row.account_id,
    )


def _consents(connection: Connection, contact_id: int, locale: str) -> list[ConsentLine]:
    seen: set[str] = set()
    lines = []
    for row in portraits.consents(connection, contact_id):
        lines.append(
            ConsentLine(
                row.purpose,
                row.state,
                word(glossary.BASES, row.basis, locale),
                row.source or "",
                row.obtained_at,
                row.purpose not in seen,
            )
        )
        seen.add(row.purpose)
    return lines


def _preferences(
    runtime: Runtime, connection: Connection, row: Row[Any], locale: str, now: datetime
) -> PreferenceLines:
    has = preferences.of(connection, [row.id]).get(row.id, UNASKED)
    titles = offer_at(runtime, connection).titles(locale)
    rhythm = "" if has.rhythm is Rhythm.ALL else word(RHYTHMS, has.rhythm, locale)
    off = [titles.get(name, name) for name in sorted(has.topics_off)]
    best = BestHours.from_json(row.best_hours) if row.tracking else None
    hour = (best.order[0], best.opens) if best is not None and best.order else None
    return PreferenceLines(off, rhythm, has.rests(now), row.tracking, hour)


def _mails(
    connection: Connection, contact_id: int, house: House, locale: str, zone: ZoneInfo
) -> list[MailLine]:
    rows = portraits.mails(connection, contact_id)
    ids = [row.id for row in rows]
    why = portraits.decisions_on_mails(connection, contact_id, ids)
    done = portraits.reactions(connection, ids, house.count_unknown_opens)
    lines = []
    for row in rows:
        newest = why.get(row.id)
        said = ""
        # What ends a journey cancels its mails without a decision of their own.
        if newest is not None and row.reason in (None, newest.reason):
            _, said = sentences.decided(
                newest.kind, newest.reason, newest.detail, locale, zone, house.titles
            )
        elif row.reason:
            said = sentences.reason(row.reason, {}, locale, zone, house.titles)
        reacted = done.get(row.id, set())
        lines.append(
            MailLine(
                id=row.id,
                at=row.created_at,
                sent_at=row.sent_at,
                subject=row.subject or row.subject_override or "",
                template=row.template,
                workflow=house.titles.get(row.workflow, row.workflow or ""),
                state=row.state,
                why=said,
                opened="email.opened" in reacted,
                clicked="email.clicked" in reacted,
                replied="email.replied" in reacted,
            )
        )
    return lines


def _journeys(
    connection: Connection, contact_id: int, house: House, locale: str, zone: ZoneInfo
) -> list[JourneyLine]:
    rows = portraits.enrolments(connection, contact_id)
    why = portraits.decisions_on_journeys(connection, contact_id, [row.id for row in rows])
    return [
        JourneyLine(
            id=row.id,
            workflow=row.workflow,
            title=house.titles.get(row.workflow, row.workflow),
            active=row.state == "active",
            step=row.step or "",
            outcome=row.outcome or "",
            started_at=row.started_at,
            ended_at=row.ended_at,
            due_at=row.due_at,
            why=sentences.reason(why[row.id].reason, why[row.id].detail, locale, zone, house.titles)
            if row.id in why
            else "",
        )
        for row in rows
    ]


def _tasks(connection: Connection, contact_id: int, now: datetime) -> list[TaskLine]:
    return [
        TaskLine(
            id=row.id,
            kind=row.kind,
            title=row.title,
            assignee=row.assignee,
            state=row.state,
            due_at=row.due_at,
            done_at=row.done_at,
            late=row.state == "open" and row.due_at is not None and row.due_at < now,
        )
        for row in portraits.tasks(connection, contact_id)
    ]


def _timeline(
    connection: Connection,
    contact_id: int,
    house: House,
    locale: str,
    zone: ZoneInfo,
    before: Place | None,
) -> list[Happened]:
    found = []
    for entry in timeline.story(connection, contact_id, before, PAGE):
        row, place = entry.row, entry.place
        match place.kind:
            case timeline.EVENT:
                found.append(_event(place, row, locale))
            case timeline.DECISION:
                title, text = sentences.decided(
                    row.kind, row.reason, row.detail, locale, zone, house.titles
                )
                workflow = house.titles.get(row.workflow, row.workflow or "")
                found.append(
                    Happened(place, row.at, "decision", row.kind, title, text, "", workflow)
                )
            case _:
                subject = row.subject or row.subject_override or row.template
                workflow = house.titles.get(row.workflow, row.workflow or "")
                made = "メール作成" if locale.startswith("ja") else "Mail made"
                found.append(
                    Happened(place, row.at, "mail", row.state, made, subject, "", workflow, row.id)
                )
    return found


def _event(place: Place, row: Row[Any], locale: str) -> Happened:
    text = more_of(row.type, row.properties or {}, locale)
    if row.message_id is not None and not text:
        text = row.subject or row.template or ""
    return Happened(
        place,
        row.at,
        "event",
        row.type,
        name_of(row.type, locale),
        text,
        row.verdict or "",
        message_id=row.message_id,
    )
