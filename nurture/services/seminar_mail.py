"""Mails about a seminar: what they may say, and whether they are still of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import seminars
from nurture.domain.definitions import Definitions
from nurture.domain.library import Item, Library
from nurture.domain.policy import Policy
from nurture.domain.seminar import (
    CORRECTION,
    INVITATION,
    Seminar,
    Standing,
    kind_of,
    needs_correction,
    standing,
)
from nurture.domain.seminar_mail import Reader, stale
from nurture.domain.sending import Drop
from nurture.language import language_of

#: what a seminar is called of which we know nothing but its name
_SOME_SEMINAR = {"ja": "弊社セミナー", "en": "our seminar"}

#: under which names an event may tell when an unknown seminar takes place
_STARTS, _ENDS = ("starts", "starts_at"), ("ends", "ends_at")


@dataclass(frozen=True, slots=True)
class Concern:
    """The seminar that a mail is about, and how its reader stands to it."""

    name: str
    #: None: no file of the release writes it down
    seminar: Seminar | None
    stands: Standing


class Desk:
    """Knows, for a batch of messages, which seminars they are about and who is registered."""

    def __init__(
        self,
        connection: Connection,
        definitions: Definitions,
        messages: Sequence[Row[Any]],
        now: datetime,
    ) -> None:
        self._connection, self._definitions, self._now = connection, definitions, now
        self._zone = ZoneInfo(definitions.calendar.zone)
        self._names = {row.id: found for row in messages if (found := seminar_of(row))}
        wanted = sorted(set(self._names.values()))
        people = {row.contact_id for row in messages if row.id in self._names}
        self._stands = seminars.happenings(connection, wanted, people) if wanted else {}
        self._registered: dict[str, int] = {}
        self._known: set[int] = set()
        if wanted:
            self._count_seats(messages)
            self._compare(messages)

    def concern(self, row: Row[Any]) -> Concern | None:
        """Return what a message is about, None where it is about no seminar."""
        name = self._names.get(row.id)
        if name is None:
            return None
        return Concern(name, self._definitions.seminars.get(name), self._standing(row))

    def drop(self, row: Row[Any]) -> Drop | None:
        """Return why a mail of a seminar's mailing is of no use any more, or None."""
        name = self._names.get(row.id)
        if name is None or not row.mailing:
            return None
        reader = Reader(self._standing(row), self._registered.get(name), row.id in self._known)
        return stale(
            row.mailing, self._definitions.seminars.get(name), reader, self._zone, self._now
        )

    def _standing(self, row: Row[Any]) -> Standing:
        name = self._names[row.id]
        return standing(self._stands.get(name, {}).get(row.contact_id, ()))

    def _count_seats(self, messages: Sequence[Row[Any]]) -> None:
        limited = {
            name
            for row in messages
            if (name := self._names.get(row.id))
            and row.mailing
            and kind_of(row.mailing) == INVITATION
            if (found := self._definitions.seminars.get(name)) and found.seats is not None
        }
        for name, people in seminars.happenings(self._connection, sorted(limited)).items():
            self._registered[name] = sum(standing(one).registered for one in people.values())

    def _compare(self, messages: Sequence[Row[Any]]) -> None:
        """Find the readers of corrections who know what holds already."""
        corrections: dict[str, list[Row[Any]]] = {}
        for row in messages:
            if row.id in self._names and row.mailing and kind_of(row.mailing) == CORRECTION:
                corrections.setdefault(self._names[row.id], []).append(row)
        if not corrections:
            return
        stands = seminars.stands(self._connection)
        for name, rows in corrections.items():
            seminar, stand = self._definitions.seminars.get(name), stands.get(name)
            if seminar is None or stand is None:
                continue
            mailings = [one.name for one in seminars.mailings_of(self._connection, name)]
            people = [row.contact_id for row in rows]
            told = seminars.tellings(self._connection, name, mailings, people)
            self._known |= {
                row.id
                for row in rows
                if not needs_correction(
                    seminar,
                    told.get(row.contact_id, ()),
                    self._standing(row),
                    stand.updated_at,
                )
            }


def seminar_of(row: Row[Any]) -> str:
    """Return the name of the seminar that a message is about, "" where it is about none."""
    if row.mailing and "/" in row.mailing:
        return str(row.mailing.rpartition("/")[0])
    trigger = row.enrolment_trigger
    name = trigger.get("seminar") if isinstance(trigger, Mapping) else None
    return name if isinstance(name, str) else ""


def values(
    concern: Concern | None,
    message: Row[Any],
    definitions: Definitions,
    locale: str,
    zone: ZoneInfo,
    own: object = None,
) -> dict[str, Any]:
    """Return the template value `seminar`; nothing where the mail is about none.

    `own` is what the message brought along as `seminar`: a correction, what was told before.
    `locale` is the mail's, `zone` the reader's. The online room is told to registered people
    alone, and to nobody where the seminar is off. Of a seminar that no file writes down the
    properties of the event that led here are told.
    """
    if concern is None:
        return {}
    trigger = message.enrolment_trigger
    trigger = trigger if isinstance(trigger, Mapping) else {}
    if concern.seminar is None:
        return {"seminar": _unknown(concern.name, trigger, locale, zone)}
    seminar, policy = concern.seminar, definitions.policy
    room = seminar.join if concern.stands.registered and not seminar.cancelled else ""
    was = own if isinstance(own, Mapping) else {}
    return {
        "seminar": {
            "name": seminar.name,
            "title": _text(seminar.title, locale, policy),
            "summary": _text(seminar.summary, locale, policy),
            "starts": seminar.starts_at.astimezone(zone),
            "ends": seminar.ends_at.astimezone(zone),
            "place": _text(seminar.place, locale, policy),
            "url": seminar.url,
            "join": room,
            "cancelled": seminar.cancelled,
            "host": _host(seminar, policy, locale),
            "materials": _materials(seminar, definitions.library, policy, locale),
            "was_starts": _in_zone(was.get("was_starts"), zone),
            "was_ends": _in_zone(was.get("was_ends"), zone),
            "was_place": str(was.get("was_place") or ""),
            "was_cancelled": bool(was.get("was_cancelled")),
            "revision": seminar.tells(concern.stands.registered),
        }
    }


def _unknown(name: str, trigger: Mapping[str, Any], locale: str, zone: ZoneInfo) -> dict[str, Any]:
    some = _SOME_SEMINAR[language_of(locale)]
    told = {key: str(trigger.get(key) or "") for key in ("summary", "place", "url", "join")}
    return {
        "name": name,
        "title": str(trigger.get("title") or some),
        **told,
        "starts": _moment(trigger, _STARTS, zone),
        "ends": _moment(trigger, _ENDS, zone),
        "cancelled": False,
        "host": "",
        "materials": [],
        "was_starts": None,
        "was_ends": None,
        "was_place": "",
        "was_cancelled": False,
        "revision": "",
    }


def _in_zone(moment: object, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if isinstance(moment, datetime) else None


def _moment(trigger: Mapping[str, Any], names: Sequence[str], zone: ZoneInfo) -> datetime | None:
    for name in names:
        try:
            found = datetime.fromisoformat(str(trigger.get(name)))
        except ValueError:
            continue
        return found.astimezone(zone) if found.tzinfo is not None else found.replace(tzinfo=zone)
    return None


def _host(seminar: Seminar, policy: Policy, locale: str) -> str:
    sender = policy.senders.get(seminar.host)
    return _text(sender.name, locale, policy) if sender is not None else ""


def _materials(
    seminar: Seminar, library: Library, policy: Policy, locale: str
) -> list[dict[str, str]]:
    found = [item for key in seminar.materials if (item := library.items.get(key)) is not None]
    return [
        {
            "title": _text(item.title, locale, policy),
            "summary": _text(item.summary, locale, policy),
            "url": _address(item, locale),
        }
        for item in found
        if (not item.locales or locale in item.locales) and _address(item, locale)
    ]


def _address(item: Item, locale: str) -> str:
    return item.url.get(locale) or item.url.get("", "")


def _text(texts: Mapping[str, str], locale: str, policy: Policy) -> str:
    """Return a text in a locale, else in the policy's, else in any."""
    for wanted in (locale, "", policy.default_locale):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")
