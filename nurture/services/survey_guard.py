"""The guard of surveys: limits per contact and account, and unhappy answers first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import surveys
from nurture.db.survivors import Same, same
from nurture.domain.definitions import Definitions
from nurture.domain.guard import Ask, Refusal
from nurture.domain.steps import SurveyQuestion
from nurture.domain.survey_rhythm import YEAR, LoopFact, PastAsk, may_ask, round_for
from nurture.services.places import locale_of


class SurveyGuard:
    """Three queries for a batch: what was asked within a year, and unhappy answers under way."""

    def __init__(
        self,
        connection: Connection,
        definitions: Definitions,
        people: Mapping[int, Row[Any]],
        now: datetime,
    ) -> None:
        self._connection, self._definitions, self._now = connection, definitions, now
        self._people = people
        self._zone = ZoneInfo(definitions.calendar.zone)
        apart = [one.limits.apart for one in definitions.surveys.values()]
        since = now - max([YEAR, *apart])
        accounts = sorted({row.account_id for row in people.values() if row.account_id})
        #: key → its place in the order in which people were asked
        self._places: dict[str, int] = {}
        self._of_contact: dict[int, list[tuple[int, PastAsk]]] = {}
        self._of_account: dict[int, list[tuple[int, PastAsk]]] = {}
        # What a duplicate was asked counts for who they became.
        who = same(connection, sorted(people))
        for row in surveys.past(connection, who, accounts, since):
            self._add(row.dedupe_key, _past(row, who), row.account_id)
        self._loops = {
            contact_id: LoopFact(row.state, row.round, row.resolved_at)
            for contact_id, row in surveys.loops(connection, who).items()
        }
        self._invitations: list[dict[str, Any]] = []

    def refuse(self, contact_id: int, question: SurveyQuestion, key: str = "") -> Refusal | None:
        """Return why a contact is not asked now, or None."""
        survey = self._definitions.surveys.get(question.survey)
        if survey is None:
            return Refusal("survey_gone", {"survey": question.survey})
        account = self._people[contact_id].account_id
        own = self._before(self._of_contact.get(contact_id, ()), key)
        of_account = self._before(self._of_account.get(account or 0, ()), key)
        loop = self._loops.get(contact_id)
        return may_ask(survey, self._round(contact_id, own), own, of_account, loop, self._now)

    def ask(self, contact_id: int, question: SurveyQuestion, key: str, enrolment_id: int) -> None:
        """Remember an invitation."""
        person = self._people[contact_id]
        own = self._before(self._of_contact.get(contact_id, ()), "")
        name = self._round(contact_id, own)
        self._add(key, PastAsk(question.survey, name, self._now, contact_id), person.account_id)
        self._invitations.append(
            {
                "dedupe_key": key,
                "survey": question.survey,
                "round": name,
                "contact_id": contact_id,
                "account_id": person.account_id,
                "enrolment_id": enrolment_id,
                "role": person.role,
                "locale": locale_of(person, self._definitions.policy),
                "asked_at": self._now,
            }
        )

    def save(self) -> None:
        """Write the invitations."""
        surveys.invite(self._connection, self._invitations)

    def _round(self, contact_id: int, own: Sequence[PastAsk]) -> str:
        return round_for(self._now, self._zone, self._loops.get(contact_id), own)

    def _add(self, key: str, ask: PastAsk, account_id: int | None) -> None:
        place = self._places[key] = len(self._places)
        self._of_contact.setdefault(ask.contact_id, []).append((place, ask))
        if account_id is not None:
            self._of_account.setdefault(account_id, []).append((place, ask))

    def _before(self, asks: Sequence[tuple[int, PastAsk]], key: str) -> list[PastAsk]:
        """Return what was asked; only before an ask where its key is named."""
        end = self._places.get(key, len(self._places))
        return [ask for place, ask in asks if place < end]


def asked(
    connection: Connection, _definitions: Definitions, mails: Sequence[Row[Any]]
) -> dict[int, Ask]:
    """Return what mails ask or remind of, by their ids."""
    journeys = sorted({one.enrolment_id for one in mails if one.enrolment_id is not None})
    rows = surveys.asked_in(connection, [one.dedupe_key for one in mails], journeys)
    by_key = {row.dedupe_key: row for row in rows}
    # The newest of a journey comes last.
    by_journey = {row.enrolment_id: row for row in rows if row.enrolment_id is not None}
    found = {}
    for one in mails:
        row = by_key.get(one.dedupe_key) or by_journey.get(one.enrolment_id)
        if row is not None:
            found[one.id] = _ask(row)
    return found


def _ask(row: Row[Any]) -> Ask:
    told = {"survey": row.survey, "round": row.round}
    over = row.answered_at is not None
    return Ask(row.id, SurveyQuestion(row.survey), row.dedupe_key, over, "nps.asked", told)


def _past(row: Row[Any], who: Same) -> PastAsk:
    return PastAsk(row.survey, row.round, row.asked_at, who.who(row.contact_id))
