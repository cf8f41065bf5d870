"""What somebody answers to an ask for an introduction: a polite no in one tap, respected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import ask_answers, contacts
from nurture.db.engine import read
from nurture.db.events import NewEvent, record
from nurture.db.retrying import write_again
from nurture.domain.referral import AskAnswer, Channel, WhyNot
from nurture.domain.referral_program import Program, Texts
from nurture.errors import NurtureError
from nurture.services.referral_intake import ensure_referrer
from nurture.services.runtime import DECIDE, Runtime

#: what the page offers, in its order; `referred` comes of a referral alone
OFFERED = (
    AskAnswer.NOBODY_IN_MIND,
    AskAnswer.NOT_NOW,
    AskAnswer.COMPANY_POLICY,
    AskAnswer.NEVER,
)

_NO_TEXTS: Texts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AskSheet:
    """What the page shows."""

    ask_id: int
    locale: str | None
    #: what they said so far
    answer: AskAnswer | None
    #: how long we are silent after "not now", days
    rest_days: int
    #: what they can do for us instead: action → title and benefit by locale
    instead: Mapping[str, tuple[Texts, Texts]]


def sheet(runtime: Runtime, ask_id: int, contact_id: int) -> AskSheet | None:
    """Return an ask as its reader may see it; None after erasure, or where there is none."""
    with read(runtime.engine) as connection:
        return _sheet(runtime, connection, ask_id, contact_id)


def answer(runtime: Runtime, ask_id: int, contact_id: int, said: AskAnswer) -> AskSheet | None:
    """Record an answer and return the ask as it stands then; the same answer acts once.

    `NEVER` is kept on the referrer for good, until they say something else on the same page.
    The answer is an event on the contact, so that journeys go on by it.
    """
    now = runtime.clock.now()

    def act(connection: Connection) -> AskSheet | None:
        row = _row(connection, ask_id, contact_id)
        if row is None:
            return None
        # Whoever they were when they were asked, the answer is the contact's of today.
        who = contacts.current(connection, row.contact_id) or row.contact_id
        contacts.lock(connection, [who], wait=True)
        if ask_answers.record_answer(connection, ask_id, said, now):
            _keep(connection, row, who, said, now)
            properties = {"ask": ask_id, "answer": str(said), "program": row.program}
            event = NewEvent("referral.ask_answered", who, now, "web", properties)
            record(connection, [event], now)
        return _sheet(runtime, connection, ask_id, contact_id)

    found = write_again(runtime.engine, act)
    runtime.ring(DECIDE)
    return found


def say_why(runtime: Runtime, ask_id: int, contact_id: int, why: WhyNot) -> bool:
    """Record why somebody would rather not, where they care to say; once per ask and reason.

    False where there is no such ask, or nobody said no to it.
    """
    now = runtime.clock.now()

    def act(connection: Connection) -> bool:
        row = _row(connection, ask_id, contact_id)
        if row is None or row.answer in (None, str(AskAnswer.REFERRED)):
            return False
        properties = {"why": str(why), "ask": ask_id, "program": row.program}
        key = f"ask/{ask_id}/why/{why}"
        event = NewEvent("referral.ask_reasoned", row.contact_id, now, "web", properties, key=key)
        record(connection, [event], now)
        return True

    done = write_again(runtime.engine, act)
    runtime.ring(DECIDE)
    return done


def offer_help(runtime: Runtime, ask_id: int, contact_id: int, action: str) -> bool:
    """Record that somebody would do something else for us; once per ask and action."""
    now = runtime.clock.now()

    def act(connection: Connection) -> bool:
        row = _row(connection, ask_id, contact_id)
        program = _program(runtime, connection, row.program) if row is not None else None
        if row is None or program is None or action not in program.advocacy:
            return False
        properties = {"action": action, "ask": ask_id, "program": row.program}
        event = NewEvent(
            "advocacy.offered",
            row.contact_id,
            now,
            "web",
            properties,
            key=f"ask/{ask_id}/advocacy/{action}",
        )
        record(connection, [event], now)
        return True

    done = write_again(runtime.engine, act)
    runtime.ring(DECIDE)
    return done


def _keep(connection: Connection, row: Row[Any], who: int, said: AskAnswer, now: datetime) -> None:
    """Keep "never" where every ask looks; take it back where it was said here before."""
    if said is AskAnswer.NEVER:
        ensure_referrer(connection, who, str(Channel.CUSTOMER), now)
        ask_answers.set_do_not_ask(connection, contacts.everyone(connection, who), True)
    elif row.answer == AskAnswer.NEVER:
        ask_answers.set_do_not_ask(connection, contacts.everyone(connection, who), False)


def _sheet(
    runtime: Runtime, connection: Connection, ask_id: int, contact_id: int
) -> AskSheet | None:
    row = _row(connection, ask_id, contact_id)
    if row is None:
        return None
    program = _program(runtime, connection, row.program)
    instead = program.advocacy if program is not None else {}
    return AskSheet(
        ask_id,
        row.locale,
        AskAnswer(row.answer) if row.answer else None,
        program.asks.cool_down.days if program is not None else 180,
        {name: (one.title, one.benefit) for name, one in instead.items()},
    )


def _row(connection: Connection, ask_id: int, contact_id: int) -> Row[Any] | None:
    """Return an ask of this reader, or of the contact that they became."""
    row = ask_answers.ask_of(connection, ask_id)
    if row is None or row.erased:
        return None
    now_is = contacts.current(connection, contact_id)
    return row if row.contact_id in (contact_id, now_is) else None


def _program(runtime: Runtime, connection: Connection, name: str) -> Program | None:
    try:
        return runtime.releases.live(connection).definitions.programs.get(name)
    except NurtureError:
        return None
