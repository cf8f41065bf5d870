"""Who stands behind a link of the referral pages, and what their page may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import golden_tickets, referrers
from nurture.db.referrers import Referrer
from nurture.db.releases import newest_id
from nurture.domain.golden_ticket import Standing, standing
from nurture.domain.policy import Policy, Sender
from nurture.domain.referral import State
from nurture.domain.referral_program import Program, Review
from nurture.domain.referrer_view import (
    Passed,
    ShownAs,
    programs_for,
    progress,
    reason_told,
    shown,
    shown_name,
)
from nurture.services.drafting import resolve_sender
from nurture.services.places import locale_of, zone_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Desk:
    """A referrer, and the programme that they refer under."""

    referrer: Referrer
    release: LiveRelease
    #: the likeliest first; empty: no programme is for them
    programs: tuple[Program, ...]
    #: who takes care of them
    owner: Sender
    #: language of the person
    locale: str
    zone: ZoneInfo

    @property
    def policy(self) -> Policy:
        """The policy of the live release."""
        return self.release.definitions.policy

    @property
    def program(self) -> Program | None:
        """The programme that their page is about."""
        return self.programs[0] if self.programs else None

    @property
    def code(self) -> str:
        """The code of their personal link."""
        return str(self.referrer.row.code)

    @property
    def kind(self) -> str:
        """customer | partner | employee | community | prospect."""
        return str(self.referrer.row.kind)

    def named(self, locale: str, wish: ShownAs | None = None) -> str:
        """Return their name as those they refer may see it; "" for none."""
        person = self.referrer.person
        return shown_name(
            wish or _wish(self.referrer.row.shown_as),
            person.family_name or "",
            person.given_name or "",
            person.company or "",
            locale,
        )

    @property
    def wish(self) -> ShownAs:
        """How they want to be named."""
        return _wish(self.referrer.row.shown_as)


def _wish(text: str) -> ShownAs:
    # What we cannot read is nobody's consent to be named.
    return ShownAs(text) if text in frozenset(ShownAs) else ShownAs.NOBODY


def desk_of_contact(
    runtime: Runtime, connection: Connection, contact_id: int, program: str = ""
) -> Desk | None:
    """Return the desk of a contact who refers; `program` names one of theirs to come first."""
    return _desk(runtime, connection, referrers.of_contact(connection, contact_id), program)


def desk_of_code(
    runtime: Runtime, connection: Connection, code: str, program: str = ""
) -> Desk | None:
    """Return the desk behind a personal link; None where it is nobody's any more."""
    return _desk(runtime, connection, referrers.of_code(connection, code), program)


def desk_of_copied(runtime: Runtime, connection: Connection, code: str) -> Desk | None:
    """Return the desk behind the code in an address, in whatever case it arrived."""
    return _desk(runtime, connection, referrers.of_code_in_any_case(connection, code), "")


def _desk(
    runtime: Runtime, connection: Connection, found: Referrer | None, program: str
) -> Desk | None:
    if found is None or newest_id(connection) is None:
        return None
    release = runtime.releases.live(connection)
    said = release.definitions
    asked = referrers.asked_last(connection, found.ids)
    mine = programs_for(said.programs, str(found.row.kind), asked)
    mine.sort(key=lambda one: one.name != program)
    person = found.person
    return Desk(
        referrer=found,
        release=release,
        programs=tuple(mine),
        owner=resolve_sender(said.policy, "owner", person),
        locale=locale_of(person, said.policy),
        zone=zone_of(person, said.calendar),
    )


# -- what came of their referrals --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Story:
    """A referral as its referrer sees it."""

    ref: str
    #: as they wrote it, or the person themselves did; empty after erasure
    name: str
    company: str
    way: str
    state: State
    at: datetime
    since: datetime
    #: a code of nurture.domain.referrer_view.REASONS, or ""
    reason: str
    #: what may be told in numbers, where the referred person agreed; "" for nothing
    result: str
    #: how the first contact was made: phone | mail | meeting | online | ""
    contacted_by: str
    reached: dict[State, datetime]
    #: where they agree, while they have not: the referrer may send it once more
    referral_id: int

    @property
    def open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in (
            State.AWAITING_CONSENT, State.RECEIVED, State.CONTACTED, State.MEETING,
            State.PROPOSAL,
        )  # fmt: skip


def stories(connection: Connection, desk: Desk, now: datetime) -> list[Story]:
    """Return somebody's referrals as they may see them, the newest first."""
    rows = referrers.referrals_of(connection, desk.referrer.ids)
    if not rows:
        return []
    steps = referrers.steps_of(connection, [row.id for row in rows])
    told = referrers.told_of(connection, desk.referrer.ids)
    programs = desk.release.definitions.programs
    found = []
    for row in rows:
        program = programs.get(row.program)
        review = program.review if program is not None else Review.DELICATE
        passed = [Passed(State(one.to_state), one.at) for one in steps[row.id]]
        passed = passed or [Passed(State(row.state), row.updated_at)]
        at = shown(passed, told.get(row.ref), review, now) or passed[0]
        found.append(_story(row, passed, at))
    return found


def _story(row: Row[Any], passed: Sequence[Passed], at: Passed) -> Story:
    won = at.state is State.WON
    return Story(
        ref=row.ref,
        name=row.name or "",
        company=row.company or "",
        way=row.way,
        state=at.state,
        at=at.at,
        since=row.created_at,
        reason=reason_told(row.reason, at.state),
        result=(row.result or "") if won and row.numbers_agreed else "",
        contacted_by=(row.contacted_by or "") if at.state is State.CONTACTED else "",
        reached=progress(passed, at),
        referral_id=row.id,
    )


# -- what they earned --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gift:
    """A reward as its receiver sees it; why it is held is between us."""

    title: str
    recipient: str
    #: pending | earned | due | delivered | reversed
    state: str
    due: datetime | None
    delivered: datetime | None
    ref: str


def gifts(connection: Connection, desk: Desk) -> list[Gift]:
    """Return what somebody earned and when it comes, the newest first."""
    return [
        Gift(
            title=row.title,
            recipient=row.recipient or "",
            state=row.state,
            due=row.due_at if row.state in ("earned", "due") and not row.held else None,
            delivered=row.updated_at if row.state == "delivered" else None,
            ref=row.ref,
        )
        for row in referrers.rewards_of(connection, desk.referrer.ids)
    ]


# -- their tickets -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stub:
    """A golden ticket in the drawer of who hands it on."""

    code: str
    offer: str
    standing: Standing
    made: datetime
    expires: datetime
    redeemed: datetime | None


def stubs(connection: Connection, desk: Desk, now: datetime) -> list[Stub]:
    """Return somebody's tickets, those still open first, each group newest first."""
    found = [
        Stub(
            code=row.code,
            offer=row.offer,
            standing=standing(row.redeemed_at, row.withdrawn_at, row.expires_at, now),
            made=row.created_at,
            expires=row.expires_at,
            redeemed=row.redeemed_at,
        )
        for row in golden_tickets.of_referrer(connection, desk.referrer.ids)
    ]
    return sorted(found, key=lambda one: one.standing is not Standing.OPEN)
