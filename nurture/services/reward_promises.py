"""What is promised of a referral, to both sides: written down once, and to whom it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import golden_tickets
from nurture.db import rewards as rows
from nurture.domain.referral import RewardState
from nurture.domain.referral_program import Offer, Program
from nurture.domain.referral_program import Reward as Promised
from nurture.services.releases import LiveRelease

#: sides of a reward
REFERRER, REFERRED = "referrer", "referred"


@dataclass(frozen=True, slots=True)
class Desk:
    """What everything about rewards is decided with, in one transaction."""

    connection: Connection
    release: LiveRelease
    now: datetime
    #: a member's address, `engine`, `contact`
    by: str

    @property
    def zone(self) -> ZoneInfo:
        """The calendar's zone, in which months begin."""
        return ZoneInfo(self.release.definitions.calendar.zone)

    def program(self, name: str) -> Program | None:
        """Return a programme of the live release, or None where its file is gone."""
        return self.release.definitions.programs.get(name)


def expect(desk: Desk, story: Row[Any], for_giver: Offer | None, for_taker: Offer | None) -> None:
    """Write down what both sides may get, where it is not yet."""
    taker_locale = story.taker_locale or story.locale
    giver = for_giver.referrer if for_giver is not None else None
    taker = for_taker.referred if for_taker is not None else None
    sides = (
        (REFERRER, for_giver, giver, story.referrer_id, story.giver_locale),
        (REFERRED, for_taker, taker, story.contact_id, taker_locale),
    )
    fresh = []
    for side, offer, promised, contact_id, locale in sides:
        if offer is None or promised is None:
            continue
        fresh.append(
            {
                "referral_id": story.id,
                "side": side,
                "contact_id": contact_id,
                "offer": offer.key,
                "kind": promised.kind,
                "amount": promised.amount,
                "currency": promised.currency or None,
                "state": RewardState.PENDING,
                "created_at": desk.now,
                "updated_at": desk.now,
                **_words(desk, promised, locale),
            }
        )
    for reward_id in rows.expect(desk.connection, fresh):
        rows.enter(
            desk.connection, reward_id, to_state=RewardState.PENDING, by=desk.by, at=desk.now
        )


def named(desk: Desk, story: Row[Any], program: Program | None, row: Row[Any]) -> Row[Any]:
    """Give the referred person's reward to the contact they have become, as their ticket says."""
    if row.side != REFERRED or story.contact_id is None:
        return row
    offer = program.offers.get(row.offer) if program is not None else None
    better = ticketed(desk, story, program) if row.state == RewardState.PENDING else None
    if better is None or better.key == row.offer:
        better = None
        if row.contact_id is not None:
            return row
    values: dict[str, Any] = {"contact_id": story.contact_id}
    promising = better or offer
    promised = promising.referred if promising is not None else None
    if promised is not None:
        values |= _words(desk, promised, story.taker_locale or story.locale)
    if better is not None and promised is not None:
        values |= {
            "offer": better.key,
            "kind": promised.kind,
            "amount": promised.amount,
            "currency": promised.currency or None,
        }
    rows.save(desk.connection, row.id, desk.now, **values)
    return rows.locked(desk.connection, [row.id])[0]


def ticketed(desk: Desk, story: Row[Any], program: Program | None) -> Offer | None:
    """Return the offer of the golden ticket that the referred person used, if it gives anything."""
    if story.contact_id is None or program is None:
        return None
    key = golden_tickets.offer_for(desk.connection, story.contact_id, story.program)
    found = program.offers.get(key or "")
    return found if found is not None and found.referred is not None else None


def _words(desk: Desk, promised: Promised, locale: str | None) -> dict[str, str | None]:
    """Return what a reward is, and who a donation goes to, in its receiver's language."""
    default = desk.release.definitions.policy.default_locale
    asked = (locale or default).split("-")[0]

    def text(texts: Any) -> str | None:
        found = texts.get(locale or "") or texts.get(asked) or texts.get(default)
        return found or next(iter(texts.values()), None)

    return {"title": text(promised.title) or promised.kind, "recipient": text(promised.recipient)}
