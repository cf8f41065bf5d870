"""Answers to a survey that somebody heard: by phone, in a meeting, in another system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import choices, contacts, surveys, touched
from nurture.db.retrying import write_again
from nurture.domain.survey import HIGHEST, LOWEST, Survey
from nurture.domain.survey_answers import LONGEST_COMMENT, Answer
from nurture.domain.survey_rhythm import LoopFact, PastAsk, round_for
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.language.hints import did_you_mean
from nurture.services.places import locale_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.survey_answers import Found, Recorded, Standing, keep

#: a moment that another clock gives may lie so far ahead of ours
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said, and who heard it."""

    contact_id: int
    #: 0-10
    score: int
    #: sender key, name of an API key, or a login name
    by: str
    #: name of the survey; "": the only one, or the first by name
    survey: str = ""
    #: keys of the survey's drivers
    drivers: tuple[str, ...] = ()
    comment: str = ""
    #: when they said so; None: now
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it."""

    recorded: Recorded
    survey: str
    round: str
    invitation_id: int
    #: nobody had asked them by mail: the question was asked there and then
    asked_now: bool


def hear(runtime: Runtime, it: Heard, via: str) -> Kept:
    """Write down an answer that was heard, in one transaction, and ring.

    It answers the newest invitation that was still open at that moment, else one of its own,
    which counts against the limits as any other: they were asked. What an answer starts (an
    unhappy one is followed up) it starts as well. The same answer twice is one. `via`: cli |
    api.

    Raises NotFoundError (nobody is meant, or erased; no such survey), NurtureError (no score
    from 0 to 10, no such driver, a moment ahead, a newer answer stands).
    """
    kept = write_again(runtime.engine, lambda connection: hear_in(runtime, connection, it, via))
    runtime.ring(DECIDE)
    return kept


def hear_in(runtime: Runtime, connection: Connection, it: Heard, via: str) -> Kept:
    """Do what `hear` does inside an open write transaction."""
    now = runtime.clock.now()
    at = it.at or now
    if at > now + _CLOCKS_DIFFER:
        raise NurtureError(say("they cannot have said so on {at}: not yet", at=at.isoformat()))
    at = min(at, now)
    if not LOWEST <= it.score <= HIGHEST:
        raise NurtureError(
            say("'{score}' is no score", score=it.score), say("answers are numbers from 0 to 10")
        )
    release = runtime.releases.live(connection)
    survey = _survey(release, it.survey)
    contact_id = contacts.current(connection, it.contact_id)
    if contact_id is None or choices.is_erased(connection, contact_id):
        raise NotFoundError(say("nobody has the number {number}", number=it.contact_id))
    contacts.lock(connection, [contact_id], wait=True)
    sent = Answer(it.score, _drivers(survey, it.drivers), it.comment.strip()[:LONGEST_COMMENT])
    row, asked_now = _invitation(connection, release, survey, contact_id, at)
    given = surveys.answers(connection, row.id)
    if given and given[-1].at > at:
        raise NurtureError(
            say("they have answered since then: {score}", score=given[-1].score),
            say("the newest answer counts"),
        )
    (person,) = touched.contact_rows(connection, [contact_id])
    locale = row.locale or locale_of(person, release.definitions.policy)
    found = Found(Standing.OPEN, locale, contact_id, survey, row)
    more = {"by": it.by, "via": via}
    recorded = keep(connection, found, sent, locale, at, now, more)
    return Kept(recorded, survey.name, row.round, row.id, asked_now)


def _survey(release: LiveRelease, name: str) -> Survey:
    known = release.definitions.surveys
    found = known.get(name or next(iter(sorted(known)), ""))
    if found is None and name:
        hint = did_you_mean(name, known) or say("known: {known}", known=sorted(known))
        raise NotFoundError(say("no survey '{name}' is published", name=name), hint)
    if found is None:
        hint = say("write workflows/nps.yaml; docs/reference.md lists its keys")
        raise NotFoundError(say("no survey is published"), hint)
    return found


def _drivers(survey: Survey, given: tuple[str, ...]) -> tuple[str, ...]:
    known = [one.key for one in survey.drivers]
    for key in given:
        if key not in known:
            hint = did_you_mean(key, known) or say("known: {known}", known=known)
            raise NurtureError(say("the survey has no driver '{key}'", key=key), hint)
    return tuple(key for key in known if key in given)


def _invitation(
    connection: Connection, release: LiveRelease, survey: Survey, contact_id: int, at: datetime
) -> tuple[Row[Any], bool]:
    """Return the invitation that was open at a moment, else one made there and then."""
    ids = contacts.everyone(connection, contact_id)
    row = surveys.newest_of(connection, ids, survey.name, at)
    if row is not None and at < row.asked_at + survey.open_for:
        return row, False
    (person,) = touched.contact_rows(connection, [contact_id])
    key = f"heard/{survey.name}/{contact_id}/{at.isoformat()}"
    loop = surveys.loop_of(connection, ids)
    fact = LoopFact(loop.state, _round_of(connection, loop), loop.resolved_at) if loop else None
    mine = [] if row is None else [PastAsk(row.survey, row.round, row.asked_at, contact_id)]
    invitation = {
        "dedupe_key": key,
        "survey": survey.name,
        "round": round_for(at, ZoneInfo(release.definitions.calendar.zone), fact, mine),
        "contact_id": contact_id,
        "account_id": person.account_id,
        "enrolment_id": None,
        "role": person.role,
        "locale": locale_of(person, release.definitions.policy),
        "asked_at": at,
    }
    surveys.invite(connection, [invitation])
    made = surveys.with_key(connection, key)
    assert made is not None, "it was just written"
    return made, True


def _round_of(connection: Connection, loop: Row[Any]) -> str:
    row = surveys.invitation(connection, loop.invitation_id)
    return str(row.round) if row is not None else ""
