"""One person's choices, read and written in one transaction, and told of as events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db import choices as consents
from nurture.db import preferences as stored
from nurture.db import touched
from nurture.db.contacts import newest_consents, suppressed
from nurture.db.events import NewEvent, record
from nurture.db.releases import newest_id
from nurture.domain.addresses import address_hash
from nurture.domain.policy import Topic
from nurture.domain.preferences import UNASKED, Choices, Preferences, begins
from nurture.domain.workflow import Purpose
from nurture.services.house import house_at
from nurture.services.places import zone_of
from nurture.services.runtime import Runtime
from nurture.services.unsubscribe import CHOICES

#: the event that tells of a change
CHANGED = "contact.preferences_changed"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the live policy lets a person choose; harmless where nothing is published."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    locales: tuple[str, ...] = ("ja", "en")
    default_locale: str = "ja"
    #: whether opens and clicks are measured at all
    measured: bool = True
    #: where people may write to us
    address: str = ""

    def titles(self, locale: str) -> dict[str, str]:
        """Return topic → what readers of a language call it."""
        return {name: in_words(topic.title, locale, name) for name, topic in self.topics.items()}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A person's choices as they stand, with what there is to choose from."""

    contact_id: int
    #: the contact's own, None where nobody knows
    locale: str | None
    choices: Choices
    offer: Offer
    #: today where the person is
    today: date
    #: the address gets nothing: it bounced or complained
    suppressed: bool


def in_words(texts: Mapping[str, str], locale: str, otherwise: str = "") -> str:
    """Return a text in a language, else the text for all, else in any language."""
    return texts.get(locale) or texts.get("") or next(iter(texts.values()), otherwise)


class Desk:
    """Reads and writes one person's choices; the caller holds the contact where it writes."""

    def __init__(self, runtime: Runtime, connection: Connection, person: int) -> None:
        self._runtime, self._connection, self._person = runtime, connection, person
        self._now = runtime.clock.now()
        (self._row,) = touched.contact_rows(connection, [person])
        self._has = stored.of(connection, [person]).get(person, UNASKED)
        house = house_at(runtime, connection)
        self._zone = zone_of(self._row, house.calendar)
        self.offer = offer_at(runtime, connection)

    @property
    def has(self) -> Preferences:
        """What is on record."""
        return self._has

    @property
    def zone(self) -> ZoneInfo:
        """Where the person is."""
        return self._zone

    def sheet(self) -> Sheet:
        """Return everything as it stands."""
        states = newest_consents(self._connection, [self._person]).get(self._person, {})
        granted = frozenset(p for p in CHOICES if states.get(p) == "granted")
        on = self.offer.topics.keys() - self._has.topics_off
        rests = self._has.rests(self._now)
        email = self._row.email
        hashed = address_hash(email, self._runtime.hash_key) if email else ""
        return Sheet(
            contact_id=self._person,
            locale=self._row.locale,
            choices=Choices(
                topics=frozenset(on) if Purpose.MARKETING in granted else frozenset(),
                purposes=frozenset(map(str, granted)),
                rhythm=self._has.rhythm,
                resumes=rests.astimezone(self._zone).date() if rests else None,
                locale=self._spoken(),
                tracking=self._row.tracking,
            ),
            offer=self.offer,
            today=self._now.astimezone(self._zone).date(),
            suppressed=bool(hashed and suppressed(self._connection, [hashed])),
        )

    def _spoken(self) -> str:
        """Return the locale that the person's mails are written in today."""
        known: str | None = self._row.locale
        return known if known in self.offer.locales else self.offer.default_locale

    def offered(self, wish: Choices) -> Choices:
        """Return a wish without what cannot be chosen, its purposes those of its topics."""
        topics = wish.topics & self.offer.topics.keys()
        purposes = wish.purposes & frozenset(map(str, CHOICES))
        if self.offer.topics:
            marketing = frozenset({str(Purpose.MARKETING)})
            purposes = purposes | marketing if topics else purposes - marketing
        return Choices(
            topics=topics,
            purposes=purposes,
            rhythm=wish.rhythm,
            resumes=wish.resumes,
            locale=wish.locale if wish.locale in self.offer.locales else self._spoken(),
            tracking=wish.tracking if self.offer.measured else self._row.tracking,
        )

    def change(
        self, before: Choices, wish: Choices, by: str, source: str, message_id: int = 0
    ) -> None:
        """Write topics, rhythm, pause, language and tracking, and tell of what differs."""
        off = self._has.topics_off
        if wish.topics:
            # Off for good is only what they saw; who wants nothing keeps what they had for
            # the day they come back.
            off = (off - self.offer.topics.keys()) | (self.offer.topics.keys() - wish.topics)
        until = self._has.paused_until
        if wish.resumes != before.resumes:
            until = begins(wish.resumes, self._zone) if wish.resumes is not None else None
        self.write(Preferences(frozenset(off), wish.rhythm, until))
        self.tell(before, wish, by, source, message_id)

    def write(self, wanted: Preferences) -> None:
        """Write what is on record and look again at the mails that it concerns."""
        if wanted != self._has:
            stored.save(self._connection, self._person, wanted, self._now)
            newly = wanted.topics_off - self._has.topics_off
            stored.wake(self._connection, self._person, newly, self._now)

    def tell(
        self, before: Choices, after: Choices, by: str, source: str, message_id: int = 0
    ) -> None:
        """Write the contact's fields and the events that say what changed."""
        told: dict[str, Any] = {}
        if on := sorted(after.topics - before.topics):
            told["topics_on"] = on
        if off := sorted(before.topics - after.topics):
            told["topics_off"] = off
        if after.rhythm is not before.rhythm:
            told["rhythm"] = str(after.rhythm)
        if after.resumes != before.resumes:
            told["resumes"] = after.resumes.isoformat() if after.resumes else None
        fields = {
            name: value
            for name, value in (("locale", after.locale), ("tracking", after.tracking))
            if value != getattr(before, name)
        }
        stored.change_contact(self._connection, self._person, **fields)
        told |= fields
        if not told:
            return
        mail = message_id if consents.is_mail(self._connection, message_id) else None
        events = [self._event(CHANGED, {**told, "by": by}, source, mail)]
        if "locale" in fields:
            updated = {"fields": ["locale"], "by": by}
            events.append(self._event("contact.updated", updated, source, mail))
        record(self._connection, events, self._now)

    def _event(
        self, what: str, properties: Mapping[str, Any], source: str, mail: int | None
    ) -> NewEvent:
        return NewEvent(what, self._person, self._now, source, properties, message_id=mail)


def offer_at(runtime: Runtime, connection: Connection) -> Offer:
    """Return what the live policy lets a person choose."""
    if newest_id(connection) is None:
        return Offer()
    policy = runtime.releases.live(connection).definitions.policy
    return Offer(
        policy.topics, policy.locales, policy.default_locale, policy.tracking, policy.legal.contact
    )
