"""Mails about referrals: what they may say, and the one that asks a stranger for consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import golden_tickets, messages, outcomes, referral_people, referrals
from nurture.db.engine import read
from nurture.domain.addressee import Person, short_name
from nurture.domain.definitions import Definitions
from nurture.domain.glossary import word
from nurture.domain.loop_words import CONTACTED_BY, REFERRAL_STATES, TOLD_REASONS
from nurture.domain.person_name import is_latin, split_name
from nurture.domain.promise_words import within
from nurture.domain.purpose import Purpose
from nurture.domain.referral import CLOSED, SILENCES, Flag, State
from nurture.domain.referral_program import Program, Timers
from nurture.domain.sending import Drop
from nurture.services.refer_links import consent_of, stop_of
from nurture.services.referral_moves import Desk
from nurture.services.runtime import Runtime

#: asks somebody who was introduced whether we may write to them
TEMPLATE = "introduction/consent"

#: how the keys of these mails begin; the address's hash follows, so there is one ever
KEY = "introduction/"

#: why nothing was written to somebody → reason of the decision
_SILENT = {
    "suppressed": "consent_suppressed",
    "unsubscribed": "consent_unsubscribed",
    "self": "consent_self",
    "asked_before": "consent_asked_before",
    "no_template": "consent_no_template",
}

_REFERRER = {"ja": "ご紹介くださった方", "en": "who introduced us"}
_SOMEBODY = {"ja": "ご紹介いただいた方", "en": "the person you introduced"}


# -- asking for consent ------------------------------------------------------------------


def ask_consent(desk: Desk, row: Row[Any], flags: Sequence[Flag], vouched: bool) -> str:
    """Queue the one mail that asks a referred person for consent, where it may be; say why not.

    Only where the programme's switch says so, the referrer vouched for the person's word, and
    nobody at this address was ever asked. Returns the reason (a code), "" where it is queued.
    """
    release = desk.release
    if release is None or not desk.terms(row.program).write_for_consent:
        return "switched_off"
    if row.email is None or row.address_hash is None:
        return "no_address"
    if not vouched:
        return "not_vouched"
    silent = [flag for flag in flags if flag in SILENCES]
    if silent:
        return str(silent[0])
    if Flag.SELF in flags:
        return str(Flag.SELF)
    if referrals.consent_was_asked(desk.connection, row.address_hash):
        return "asked_before"
    if not release.templates.has(TEMPLATE):
        return "no_template"
    mail = {
        "dedupe_key": f"{KEY}{row.address_hash}",
        "recipient": row.email,
        "purpose": str(Purpose.INTRODUCTION),
        "template": TEMPLATE,
        "locale": row.locale or release.definitions.policy.default_locale,
        "window": "business",
        "priority": 60,
        "values": {"introduction": row.ref},
        "tracked": False,
        "sender": referral_people.sender_of(desk.connection, row.owner_id),
    }
    messages.queue(desk.connection, [mail], release.id, desk.now)
    referrals.change(desk.connection, row.id, desk.now, asked_consent_at=desk.now)
    return ""


def note_silence(desk: Desk, row: Row[Any], why: str) -> None:
    """Write down why nothing was written to a referred person."""
    detail = {"referral": row.ref}
    kind = {"kind": "not_asked", "reason": _SILENT[why], "detail": detail}
    outcomes.append_decisions(desk.connection, [{**kind, "contact_id": row.referrer_id}], desk.now)


class Standing:
    """Whether mails that ask for consent may still go: asked at the claim, and again at the end."""

    def __init__(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        hashes = {
            row.id: str(row.dedupe_key).removeprefix(KEY)
            for row in rows
            if row.purpose == Purpose.INTRODUCTION
        }
        self._hashes = hashes
        wanted = sorted(set(hashes.values()))
        self._blocked = people.suppressed(connection, wanted) if wanted else set()
        self._open = referrals.awaiting(connection, wanted) if wanted else set()

    def drop(self, row: Row[Any]) -> Drop | None:
        """Return why a mail must not go any more, or None."""
        hashed = self._hashes.get(row.id)
        if hashed is None:
            return None
        if hashed in self._blocked:
            return Drop("suppressed")
        return None if hashed in self._open else Drop("introduction_over")


# -- what they say -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """Values of a mail about a referral, and where its reader stops such mails."""

    values: dict[str, Any]
    stop: str = ""


NOTHING = Told({})


def told(runtime: Runtime, definitions: Definitions, message: Row[Any], locale: str) -> Told:
    """Return what a mail may say of the referral it is about; nothing where it is about none."""
    stop = ""
    if message.purpose == Purpose.PROGRESS and message.contact_id:
        stop = stop_of(runtime, message.contact_id)
    trigger = message.enrolment_trigger or {}
    own = message.values if isinstance(message.values, Mapping) else {}
    named = own.get("introduction") or trigger.get("referral")
    if not isinstance(named, str):
        return Told({}, stop)
    with read(runtime.engine) as connection:
        row = referrals.with_ref(connection, named)
        if row is None:
            return Told({"referral": _as_told(runtime, named, trigger, locale)}, stop)
        said = values_of(runtime, connection, definitions, row, locale)
        several = trigger.get("referrals")
        if isinstance(several, list):
            said["open"] = [
                _line(connection, one, locale)
                for ref in several
                if (one := referrals.with_ref(connection, str(ref))) is not None
            ]
    if message.purpose == Purpose.INTRODUCTION:
        stop = said["consent"]
    return Told({"referral": said}, stop)


def values_of(
    runtime: Runtime,
    connection: Connection,
    definitions: Definitions,
    row: Row[Any],
    locale: str,
) -> dict[str, Any]:
    """Return `referral` as templates read it: stage and fixed reasons, never what was said.

    Numbers are there only where the referred person agreed to it.
    """
    language = "ja" if locale.startswith("ja") else "en"
    program = definitions.programs.get(row.program)
    state = State(row.state)
    found: dict[str, Any] = {
        **_line(connection, row, locale),
        "company": row.company,
        "referrer": referrer_line(connection, row.referrer_id, locale),
        "contacted": row.contacted_at,
        "contacted_by": word(CONTACTED_BY, row.contacted_by, language)
        if row.contacted_by
        else None,
        "reason": _told_reason(row.reason, language) if state in CLOSED else None,
        "result": row.result if row.numbers_agreed else None,
        "numbers": bool(row.numbers_agreed),
        "consent": consent_of(runtime, row.id, row.referrer_id),
        "open": [],
        **_promised(program, row.offer, locale),
        **_ticketed(connection, program, row, locale),
    }
    return {name: value for name, value in found.items() if value is not None}


def person_line(name: str | None, company: str | None, locale: str) -> str:
    """Return how a referred person is named to who knows them: 株式会社企業 鈴木様."""
    language = "ja" if locale.startswith("ja") else "en"
    parts = split_name(name or "")
    if not (parts.family or parts.given):
        if not company:
            return _SOMEBODY[language]
        return f"{company} ご担当者様" if language == "ja" else f"your contact at {company}"
    known = Person(parts.family, parts.given, honorific=parts.honorific)
    if language == "ja":
        short = short_name(known, "ja") or ""
        return f"{company} {short}" if company else short
    full = " ".join(one for one in (parts.given, parts.family) if one)
    if not is_latin(full):
        # 鈴木一郎 is written as he writes it, not turned round into Latin order.
        full = f"{parts.family}{parts.given}"
    return f"{full} of {company}" if company else full


def referrer_line(connection: Connection, contact_id: int, locale: str) -> str:
    """Return how a referrer is named to the person they introduce: 株式会社青空 田中花様."""
    current = people.current(connection, contact_id) or contact_id
    name = referral_people.name_of(connection, current, locale)
    home = referral_people.account_of(connection, current)
    company = home.name if home is not None else ""
    if locale.startswith("ja"):
        return " ".join(one for one in (company, f"{name}様" if name else "ご担当者様") if one)
    return f"{name} of {company}" if name and company else name or company


def _line(connection: Connection, row: Row[Any], locale: str) -> dict[str, Any]:
    language = "ja" if locale.startswith("ja") else "en"
    name = row.name
    if name is None and row.contact_id is not None:
        name = referral_people.name_of(connection, row.contact_id, locale)
    parts = split_name(name or "")
    known = Person(parts.family, parts.given, honorific=parts.honorific)
    nameless = not (parts.family or parts.given)
    return {
        "ref": row.ref,
        "person": person_line(name, row.company, locale),
        "name": _SOMEBODY[language] if nameless else short_name(known, locale),
        "state": row.state,
        "stage": word(REFERRAL_STATES, row.state, language),
    }


def _as_told(
    runtime: Runtime, named: str, trigger: Mapping[str, Any], locale: str
) -> dict[str, Any]:
    """Return what an event alone says of a referral that another system keeps."""
    language = "ja" if locale.startswith("ja") else "en"
    company = str(trigger.get("company") or "")
    state = str(trigger.get("state") or State.RECEIVED)
    found: dict[str, Any] = {
        "ref": named,
        "person": person_line(None, company, locale),
        "name": _SOMEBODY[language],
        "state": state,
        "stage": word(REFERRAL_STATES, state, language),
        "referrer": str(trigger.get("referrer") or _REFERRER[language]),
        "consent": runtime.public_url,
        "open": [],
        "company": company or None,
        "reason": _told_reason(trigger.get("reason"), language),
        "result": trigger.get("result"),
        **_times(Timers(), locale),
    }
    return {name: value for name, value in found.items() if value is not None}


def _told_reason(reason: Any, language: str) -> str | None:
    return word(TOLD_REASONS, reason, language) if reason in TOLD_REASONS else None


def _times(timers: Timers, locale: str) -> dict[str, str]:
    """Return within what time who agreed hears from us, and the referrer of it."""
    return {
        "contact_within": within(timers.contact, timers.days, locale),
        "report_within": within(timers.report, timers.days, locale),
    }


def _ticketed(
    connection: Connection, program: Program | None, row: Row[Any], locale: str
) -> dict[str, Any]:
    """Return `perk` as the golden ticket says that they used, whoever's friend they came as."""
    if program is None or row.contact_id is None:
        return {}
    key = golden_tickets.offer_for(connection, row.contact_id, program.name)
    found = _promised(program, key, locale) if key else {}
    return {"perk": found["perk"]} if found.get("perk") else {}


def _promised(program: Program | None, offer: str | None, locale: str) -> dict[str, Any]:
    if program is None:
        return _times(Timers(), locale)
    language = "ja" if locale.startswith("ja") else "en"

    timers = program.timers

    def text(texts: Mapping[str, str]) -> str | None:
        return texts.get(language) or next(iter(texts.values()), None)

    found = program.offers.get(offer or "")
    perk = found.referred if found is not None else None
    return {
        **_times(timers, locale),
        "reports": text(program.rules.reports),
        "privacy": text(program.rules.privacy),
        "thanks": text(found.referrer.title) if found and found.referrer else None,
        "perk": text(perk.title) if perk is not None else None,
    }
