"""The last look: asked again in the commit just before a body is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import mail_fates, outbox, outcomes, preferences, touched
from nurture.domain.message import State
from nurture.domain.sending import Defer, Drop, PastMail, Send, may_send
from nurture.services import guards, referral_mail, seminar_mail
from nurture.services.answers import reason
from nurture.services.claiming import Claimed, candidate, situations
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime


def look_again(
    runtime: Runtime,
    connection: Connection,
    claimed: Sequence[Claimed],
    paused: frozenset[tuple[str, str]],
    now: datetime,
) -> set[int]:
    """Return the mails that may still go; settle the others with their reasons.

    All of "may this mail go?" is asked again of what is true now, so an unsubscribe, a
    suppression, a choice of the reader, the end of the journey, a pause, a hold, the end of
    a window or of the mail's own time that was committed before this transaction stops it.
    Caps are not: a claimed mail holds its slot. A mail we no longer hold is left alone. The
    caller holds the pauses (`paused`) and the accounts, so that who takes one away finds
    what it held back.
    """
    if not claimed:
        return set()
    ours = outbox.still_ours(connection, [one.held for one in claimed], State.CLAIMED)
    contact_ids = sorted({row.contact_id for row in ours.values() if row.contact_id is not None})
    people = {row.id: row for row in touched.contact_rows(connection, contact_ids)}
    desk = _LastDesk(runtime, connection, people, paused, [one.message for one in claimed], now)
    allowed: set[int] = set()
    for one in claimed:
        state = ours.get(one.held.id)
        if state is not None and desk.lets(one, state.enrolment_state):
            allowed.add(one.held.id)
    desk.save()
    return allowed


class _LastDesk:
    """Asks and settles for the mails of one wave."""

    def __init__(
        self,
        runtime: Runtime,
        connection: Connection,
        people: Mapping[int, Row[Any]],
        paused: frozenset[tuple[str, str]],
        messages: Sequence[Row[Any]],
        now: datetime,
    ) -> None:
        release: LiveRelease = runtime.releases.live(connection)
        # A claimed mail holds its slot: what counts here is the rhythm that readers chose.
        self._policy = replace(release.definitions.policy, caps=())
        self._calendar = release.definitions.calendar
        self._connection, self._people, self._now = connection, people, now
        self._introductions = referral_mail.Standing(connection, messages)
        self._about = seminar_mail.Desk(connection, release.definitions, messages, now)
        self._questions = guards.Desk(connection, release.definitions, messages, people, now)
        self._situations = situations(runtime, connection, people, self._calendar, paused)
        self._load_rhythms()
        self._decisions: list[dict[str, Any]] = []
        self._gone: list[int] = []

    def lets(self, one: Claimed, enrolment_state: str | None) -> bool:
        """Say whether a mail may go; settle it where not."""
        message = one.message
        person = self._people.get(message.contact_id)
        if one.person is not None and (person is None or _as_read(person) != _as_read(one.person)):
            # It was written to another address, in another language, or is measured against
            # the reader's will: written anew.
            self._settle(one, State.QUEUED, None, self._now)
            return False
        stale = (
            self._about.drop(message)
            or self._questions.drop(message)
            or self._introductions.drop(message)
        )
        if stale is None and one.concern != self._about.concern(message):
            # The seminar was moved since, or its reader has registered: written anew.
            self._settle(one, State.QUEUED, None, self._now)
            return False
        situation = self._situations[message.contact_id]
        situation.enrolment_active = enrolment_state == "active"
        mail = candidate(message, person, self._policy)
        match stale or may_send(mail, situation, self._policy, self._calendar, self._now):
            case Send():
                past = PastMail(self._now, str(mail.purpose), mail.workflow)
                situation.contact_mails.append(past)
                return True
            case Defer(until, why, detail):
                self._settle(one, State.DEFERRED, why, until)
                self._decisions.append(reason(message, "deferred", why, detail))
            case Drop(why, detail):
                self._settle(one, State.CANCELLED, why, None)
                self._decisions.append(reason(message, "dropped", why, detail))
                self._gone.append(one.held.id)
        return False

    def _load_rhythms(self) -> None:
        """Load what has left to those who chose how often they want to hear from us."""
        spans = {
            contact_id: one.preferences.span
            for contact_id, one in self._situations.items()
            if contact_id is not None and one.preferences.span is not None
        }
        if not spans:
            return
        since = self._now - max(span for span in spans.values() if span is not None)
        gone = preferences.gone_since(self._connection, sorted(spans), since, self._now)
        for contact_id, mails in gone.items():
            self._situations[contact_id].contact_mails = mails

    def save(self) -> None:
        """Write the reasons and tell the journeys of what was dropped."""
        outcomes.append_decisions(self._connection, self._decisions, self._now)
        mail_fates.tell_enrolments(self._connection, self._gone, self._now)

    def _settle(self, one: Claimed, state: State, why: str | None, due_at: datetime | None) -> None:
        outbox.settle_claimed(self._connection, [one.held], state, why, due_at)


def _as_read(person: Row[Any]) -> tuple[str | None, str | None, bool]:
    """Return what a contact's mail depends on that they may change themselves."""
    return person.email, person.locale, person.tracking
