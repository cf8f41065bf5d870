"""Ask these people now, with this offer, because …: the list, one person, and matches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import ask_results, asks, contacts, touched
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.db.survivors import same
from nurture.domain.addresses import address_hash, canonical
from nurture.domain.ask_script import chat_line, script
from nurture.domain.guard import Refusal
from nurture.domain.playbook import AskResult
from nurture.domain.readiness import (
    Likeness,
    Profile,
    Readiness,
    Signs,
    in_order,
    matches,
    readiness,
)
from nurture.domain.referral_guards import Allowed, Ask, may_ask, widened
from nurture.domain.referral_program import Offer, Program
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services import ask_mail
from nurture.services.ask_facts import AskDesk
from nurture.services.mail_address import fault_of_address
from nurture.services.offer_looks import results_of
from nurture.services.places import locale_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime

#: people that are looked at; more is a job for a workflow
MOST = 20_000

#: a person who may be asked by hand, whatever the occasion
BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked, or why not."""

    row: Row[Any]
    kind: str
    signs: Signs
    readiness: Readiness
    #: the offer that suits them; None where they must not be asked
    offer: Offer | None
    refusal: Refusal | None

    @property
    def name(self) -> str:
        """Their name as they write it, else their address."""
        found = full_name(self.row.family_name, self.row.given_name, self.row.locale or "ja")
        return found or str(self.row.email or "")


@dataclass(frozen=True, slots=True)
class AskBoard:
    """Everybody who could be asked by a programme."""

    program: Program
    #: who may be asked now, in the order in which they should be
    ready: list[Candidate]
    #: who may not, those closest to it first
    waiting: list[Candidate]
    #: asked within the small start; None: it is over, or there is none
    pilot: int | None
    #: when to look back at it; None: nobody was asked yet
    review_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What to say to somebody, in their language."""

    locale: str
    #: what to say in person, line by line
    script: list[str]
    #: one line for a chat
    chat: str


def board(runtime: Runtime, program: str = "") -> AskBoard:
    """Return who may be asked now and who may not.

    Raises NotFoundError where the live release has no such programme.
    """
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        release = runtime.releases.live(connection)
        chosen = program_of(release, program)
        ids = ask_results.candidates(connection, MOST)
        people = {row.id: row for row in touched.contact_rows(connection, ids)}
        desk, blocked = _desk(runtime, connection, release, people, now)
        pilot = desk.known.in_pilot(chosen.name)
        first = [row.asked_at for row in asks.pilots(connection) if row.program == chosen.name]
        today = _today(release, now)
        found = [_look(desk, chosen, row, pilot, blocked, now, today) for row in people.values()]
    ready = in_order((one, one.signs, one.readiness) for one in found if one.refusal is None)
    waiting = sorted(
        (one for one in found if one.refusal is not None), key=lambda one: -one.readiness.score
    )
    small = not widened(chosen, today)
    review_at = None
    if small and chosen.pilot is not None and first:
        review_at = min(first) + chosen.pilot.review_after
    return AskBoard(chosen, ready, waiting, len(pilot) if small else None, review_at)


def contact_of(runtime: Runtime, address: str) -> int:
    """Return the contact with an address; raises NotFoundError where there is none.

    NurtureError where it is no address.
    """
    if why := fault_of_address(address):
        raise NurtureError(say("'{email}' is not an e-mail address: {why}", email=address, why=why))
    with read(runtime.engine) as connection:
        found = contacts.find(connection, contacts.EMAIL, canonical(address))
    if found is None:
        raise NotFoundError(say("nobody has the address {address}", address=address))
    return found


def candidate(runtime: Runtime, contact_id: int, program: str = "") -> Candidate:
    """Return one person with the lines of their readiness; raises NotFoundError."""
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        release = runtime.releases.live(connection)
        chosen = program_of(release, program)
        people = {row.id: row for row in touched.contact_rows(connection, [contact_id])}
        if contact_id not in people:
            raise NotFoundError(say("nobody has the number {number}", number=contact_id))
        desk, blocked = _desk(runtime, connection, release, people, now)
        pilot = desk.known.in_pilot(chosen.name)
        return _look(desk, chosen, people[contact_id], pilot, blocked, now, _today(release, now))


def words_for(
    runtime: Runtime, one: Candidate, program: Program, reason: str = "", named: str = ""
) -> Words:
    """Return what to say to somebody in person and in a chat, in their language."""
    with read(runtime.engine) as connection:
        policy = runtime.releases.live(connection).definitions.policy
        locale = locale_of(one.row, policy)
        told = ask_mail.result_told(connection, one.row.id, one.row.account_id, locale)
        who = same(connection, [one.row.id])
        referrer = asks.referrers(connection, who).get(one.row.id)
    link = f"{runtime.public_url}/i/{referrer.code}" if referrer is not None else ""
    values = {
        **ask_mail.program_values(program, one.offer, locale, link),
        **told,
        "link": link,
        "reason": reason,
        "named": named,
    }
    return Words(locale, script(values, locale), chat_line(values, locale).rstrip())


def match(runtime: Runtime, target: Profile, program: str = "") -> list[tuple[Candidate, Likeness]]:
    """Return who could introduce us to a company, closest first; only who may be asked now."""
    found = board(runtime, program)
    referrers = [(one, profile_of(one.row), one.signs) for one in found.ready]
    return matches(target, referrers)


def profile_of(row: Row[Any]) -> Profile:
    """Return a contact's company as a match sees it; `use_case` is a custom field of accounts."""
    fields = row.account_fields or {}
    return Profile(
        row.account_industry or "",
        row.account_employees,
        str(fields.get("use_case") or ""),
        row.account_region or "",
    )


def results(runtime: Runtime) -> list[AskResult]:
    """Return what came of every ask that counts."""
    with read(runtime.engine) as connection:
        programs = runtime.releases.live(connection).definitions.programs
        return results_of(connection, programs)


def whys(runtime: Runtime) -> dict[str, int]:
    """Return how often each reason for a no was given, the most frequent first."""
    with read(runtime.engine) as connection:
        return dict(Counter(ask_results.whys(connection)).most_common())


def program_of(release: LiveRelease, name: str) -> Program:
    """Return a programme of a release; without a name `default`, else the only one.

    Raises NotFoundError, with what to do where there is none at all.
    """
    programs = release.definitions.programs
    found = programs.get(name or "default")
    if found is None and not name and programs:
        found = next(iter(programs.values()))
    if found is None:
        hint = say("write workflows/referral-program.yaml and publish it")
        if programs:
            hint = say("known: {known}", known=sorted(programs))
        raise NotFoundError(say("no referral programme '{name}'", name=name or "default"), hint)
    return found


def unreachable(
    runtime: Runtime, connection: Connection, people: Mapping[int, Row[Any]]
) -> set[int]:
    """Return whom nothing may be sent to: their address bounced, or they complained of us."""
    hashes = {
        row.id: address_hash(row.email, runtime.hash_key) for row in people.values() if row.email
    }
    suppressed = contacts.suppressed(connection, sorted(set(hashes.values())))
    return {contact_id for contact_id, one in hashes.items() if one in suppressed}


def _desk(
    runtime: Runtime,
    connection: Connection,
    release: LiveRelease,
    people: Mapping[int, Row[Any]],
    now: datetime,
) -> tuple[AskDesk, set[int]]:
    """Return the facts of people, and those who said that they want no such mails."""
    blocked = unreachable(runtime, connection, people)
    consents = contacts.newest_consents(connection, sorted(people))
    withdrawn = {one for one, states in consents.items() if states.get("referral") == "withdrawn"}
    half_life = release.definitions.scoring.half_life
    return AskDesk(connection, people, half_life, now, blocked), withdrawn


def _today(release: LiveRelease, now: datetime) -> date:
    return now.astimezone(ZoneInfo(release.definitions.calendar.zone)).date()


def _look(
    desk: AskDesk,
    program: Program,
    row: Row[Any],
    pilot: set[int],
    withdrawn: set[int],
    now: datetime,
    today: date,
) -> Candidate:
    facts, signs = desk.facts(row.id), desk.signs(row.id)
    ready = readiness(program, facts, signs, now)
    timing = BY_HAND if BY_HAND in program.timings else next(iter(program.timings), BY_HAND)
    found = may_ask(program, Ask(timing), facts, pilot, now, today=today)
    refusal = found if isinstance(found, Refusal) else None
    if row.id in withdrawn:
        refusal = Refusal("unsubscribed", {"purpose": "referral"})
    offer = found.offer if isinstance(found, Allowed) and refusal is None else None
    return Candidate(row, facts.kind, signs, ready, offer, refusal)


def because(one: Candidate, most: int = 3) -> Sequence[Any]:
    """Return why somebody is asked now: the lines that add most to their readiness."""
    lines = sorted(one.readiness.lines, key=lambda line: -line.points)
    return [line.why for line in lines[:most] if line.points > 0]
