"""Asking one person by hand, and writing down what they said or who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from nurture.db import ask_answers, asks, choices, contacts, messages, touched
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from nurture.db.retrying import write_again
from nurture.domain.guard import Refusal
from nurture.domain.purpose import Purpose
from nurture.domain.referral import AskAnswer, Channel
from nurture.domain.referral_manners import vague_phrase
from nurture.domain.referral_program import MOTIVES
from nurture.domain.steps import ReferralQuestion
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.ask_guard import AskGuard
from nurture.services.ask_list import BY_HAND, program_of, unreachable
from nurture.services.referral_intake import ensure_referrer
from nurture.services.runtime import DECIDE, SEND, Runtime

#: by mail we write; the others somebody does, and we keep that it was done
CHANNELS = ("mail", "meeting", "sns")
#: a mail that waits longer than this was meant for another moment
_EXPIRES = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Personal:
    """An ask to one person."""

    contact_id: int
    #: why it is them whom we ask (あなただから); never empty
    reason: str
    by: str
    channel: str = "mail"
    named: str = ""
    offer: str = ""
    program: str = ""


def ask_one(runtime: Runtime, it: Personal) -> int:
    """Ask somebody now; return the ask's id.

    By mail it is queued like any other (`referral/ask`), else it is kept that somebody asked.
    All guards hold. Raises NurtureError with the guard's reason, or where the reason is empty
    or names nobody; NotFoundError where nobody is meant.
    """
    reason, named = it.reason.strip(), it.named.strip()
    if not reason:
        raise NurtureError(
            say("an ask to one person needs its reason"),
            say("write why it is them whom you ask: what they have seen, whom they know"),
        )
    for text in (reason, named):
        if (phrase := vague_phrase(text)) is not None:
            raise NurtureError(
                say("'{phrase}' brings nobody to mind", phrase=phrase),
                say("say whom: the industry, the problem and what they worry about"),
            )
    if it.channel not in CHANNELS:
        raise NurtureError(say("no channel '{name}'", name=it.channel))
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        ask_id = _ask(runtime, connection, it, reason, named, now)
    runtime.ring(DECIDE)
    runtime.ring(SEND)
    return ask_id


def _ask(
    runtime: Runtime, connection: Connection, it: Personal, reason: str, named: str, now: datetime
) -> int:
    contact_id = contacts.current(connection, it.contact_id)
    if contact_id is None:
        raise NotFoundError(say("nobody has the number {number}", number=it.contact_id))
    contacts.lock_accounts(connection, contacts.accounts_of(connection, [contact_id]))
    contacts.lock(connection, [contact_id], wait=True)
    release = runtime.releases.live(connection)
    program = program_of(release, it.program)
    people = {row.id: row for row in touched.contact_rows(connection, [contact_id])}
    blocked = unreachable(runtime, connection, people) if it.channel == "mail" else ()
    guard = AskGuard(connection, release.definitions, people, now, blocked)
    question = ReferralQuestion(
        program.name,
        it.offer,
        BY_HAND,
        "named" if named else "criteria",
        named,
        (("", reason),),
    )
    refusal = guard.refuse(contact_id, question)
    consents = contacts.newest_consents(connection, [contact_id]).get(contact_id, {})
    if consents.get("referral") == "withdrawn":
        refusal = Refusal("unsubscribed", {"purpose": "referral"})
    if refusal is not None:
        raise RefusedError(refusal)
    key = f"by-hand/{contact_id}/{now:%Y-%m-%dT%H:%M:%S}"
    guard.ask(contact_id, question, key, None, it.channel)
    if it.channel == "mail":
        messages.queue(connection, [_mail(people[contact_id], key, now)], release.id, now)
    guard.save()
    return int(asks.asked(connection, [key])[0].id)


class RefusedError(NurtureError):
    """A guard said no; `refusal` is what `sentences.reason` says in words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(say("they must not be asked now ({reason})", reason=refusal.reason))
        self.refusal = refusal


def _mail(person: Any, key: str, now: datetime) -> dict[str, Any]:
    return {
        "dedupe_key": key,
        "contact_id": person.id,
        "account_id": person.account_id,
        "recipient": person.email,
        "purpose": str(Purpose.REFERRAL),
        "template": "referral/ask",
        "sender": "owner",
        "window": "business",
        "priority": 45,
        "expires_at": now + _EXPIRES,
    }


def note_answer(runtime: Runtime, contact_id: int, said: AskAnswer, by: str) -> bool:
    """Write down what somebody answered to their newest ask by voice; False: it was so.

    Without an ask only "never" can be kept. Raises NurtureError for another answer then.
    """
    changed = write_again(
        runtime.engine,
        lambda connection: note_answer_in(runtime, connection, contact_id, said, by),
    )
    runtime.ring(DECIDE)
    return changed


def note_answer_in(
    runtime: Runtime, connection: Connection, contact_id: int, said: AskAnswer, by: str
) -> bool:
    """Do what `note_answer` does inside an open write transaction."""
    now = runtime.clock.now()
    current = contacts.current(connection, contact_id)
    if current is None or choices.is_erased(connection, current):
        raise NotFoundError(say("nobody has the number {number}", number=contact_id))
    contacts.lock(connection, [current], wait=True)
    ids = contacts.everyone(connection, current)
    newest = asks.newest(connection, ids)
    if newest is None and said is not AskAnswer.NEVER:
        raise NurtureError(say("they were never asked"), say("only `never` can be kept then"))
    changed = newest is not None and ask_answers.record_answer(connection, newest.id, said, now)
    if said is AskAnswer.NEVER:
        row = ensure_referrer(connection, current, str(Channel.CUSTOMER), now)
        changed = changed or not row.do_not_ask
        ask_answers.set_do_not_ask(connection, ids, True)
    if changed:
        told = {"answer": str(said), "by": by}
        if newest is not None:
            told |= {"ask": newest.id, "program": newest.program}
        event = NewEvent("referral.ask_answered", current, now, "team", told)
        record(connection, [event], now)
    return changed


def describe(
    runtime: Runtime,
    contact_id: int,
    kind: str | None = None,
    reach: int | None = None,
    motive: str | None = None,
    ask_again: bool | None = None,
) -> None:
    """Write down what kind of referrer somebody is, whom they reach (0 to 3) and their motive.

    `ask_again` True takes back a "never" that was noted by mistake. Raises NurtureError for
    what there is not, NotFoundError where nobody is meant.
    """
    if kind is not None and kind not in {str(one) for one in Channel}:
        raise NurtureError(say("no kind of referrer '{name}'", name=kind))
    if motive is not None and motive not in MOTIVES:
        raise NurtureError(say("no motive '{name}'", name=motive))
    values: dict[str, Any] = {"kind": kind, "network_reach": reach, "motive": motive}
    values = {name: value for name, value in values.items() if value is not None}
    if ask_again is not None:
        values["do_not_ask"] = not ask_again
    with write(runtime.engine) as connection:
        current = contacts.current(connection, contact_id)
        if current is None:
            raise NotFoundError(say("nobody has the number {number}", number=contact_id))
        contacts.lock(connection, [current], wait=True)
        ensure_referrer(connection, current, str(Channel.CUSTOMER), runtime.clock.now())
        if values:
            asks.describe(connection, current, values)
        if ask_again:
            everyone = contacts.everyone(connection, current)
            ask_answers.set_do_not_ask(connection, everyone, False)
