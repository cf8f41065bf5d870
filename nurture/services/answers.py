"""What servers answered: each mail to its next state, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import mail_fates, outbox, outcomes
from nurture.db.events import NewEvent
from nurture.db.events import record as record_events
from nurture.domain.addresses import address_hash
from nurture.domain.message import State
from nurture.domain.retries import GIVE_UP_AFTER, RECONNECT, is_hard, next_try
from nurture.providers.base import Answer, Outcome, Stage
from nurture.services import guards
from nurture.services.claiming import Claimed
from nurture.services.drafting import recipient_of
from nurture.services.runtime import Runtime


def record(
    runtime: Runtime,
    connection: Connection,
    pairs: Sequence[tuple[Claimed, Answer]],
    provider: str,
    now: datetime,
) -> None:
    """Write states, attempts and reasons of a wave; tell the enrolments that hold for it.

    A mail that is no longer ours (its lease ran out and somebody settled it) is left alone.
    """
    decisions: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    bounced: list[NewEvent] = []
    asked: list[NewEvent] = []
    settled: list[outbox.Settled] = []
    ours = outbox.still_ours(connection, [one.held for one, _ in pairs], State.SENDING)
    for claimed, answer in pairs:
        message = claimed.message
        if message.id not in ours:
            continue
        state, why, due_at = _next(connection, claimed, answer, now)
        if due_at is not None and message.expires_at is not None:
            # Looked at when its time is over at the latest, so that it is dropped visibly.
            due_at = min(due_at, message.expires_at)
        blamed = answer.outcome in (Outcome.DEFERRED, Outcome.REJECTED)
        settled.append(
            outbox.Settled(
                held=claimed.held,
                state=state,
                reason=None if state is State.SENT else why,
                due_at=due_at,
                sent_at=None if state in (State.DEFERRED, State.FAILED) else now,
                tries=ours[message.id].tries + (blamed and answer.stage is not Stage.SESSION),
            )
        )
        attempts.append(
            {
                "message_id": message.id,
                "provider": provider,
                "outcome": str(answer.outcome),
                "code": answer.code,
                "answer": answer.text,
                "at": now,
            }
        )
        detail: dict[str, Any] = {"answer": answer.text, "code": answer.code}
        if due_at is not None:
            detail["until"] = due_at.isoformat()
        decisions.append(reason(message, str(state), why, detail))
        if state is State.SENT:
            asked += guards.told(message, claimed.ask, now)
        if state is State.BOUNCED and message.contact_id is not None:
            bounced.append(_bounce(message, answer, now))
            address = recipient_of(message, claimed.person) or ""
            hashed = address_hash(address, runtime.hash_key)
            people.suppress(connection, hashed, "hard_bounce", answer.text, now)
    outbox.record_answers(connection, settled)
    outbox.append_attempts(connection, attempts)
    outcomes.append_decisions(connection, decisions, now)
    record_events(connection, [*bounced, *asked], now)
    mail_fates.tell_enrolments(connection, [one.held.id for one in settled], now)


def _next(
    connection: Connection, claimed: Claimed, answer: Answer, now: datetime
) -> tuple[State, str, datetime | None]:
    match answer.outcome:
        case Outcome.ACCEPTED:
            return State.SENT, "accepted", None
        case Outcome.IN_DOUBT:
            return State.IN_DOUBT, "in_doubt", None
        case Outcome.NOT_SENT:
            return State.DEFERRED, "not_sent", now + RECONNECT
        case Outcome.REJECTED if answer.stage is not Stage.SESSION:
            about_recipient = answer.stage is Stage.RECIPIENT
            if is_hard(answer.code, answer.enhanced, answer.text, about_recipient):
                return State.BOUNCED, "rejected", None
            return State.FAILED, "rejected", None
    if answer.stage is Stage.SESSION:
        # The relay is out of order: the mail is not to blame and uses up no try.
        return State.DEFERRED, "try_later", now + (answer.retry_after or RECONNECT)
    first = outbox.first_attempt_at(connection, claimed.held.id) or now
    if now - first >= GIVE_UP_AFTER:
        return State.FAILED, "too_many_tries", None
    return (
        State.DEFERRED,
        "try_later",
        now + next_try(claimed.message.tries + 1, answer.retry_after),
    )


def _bounce(message: Row[Any], answer: Answer, now: datetime) -> NewEvent:
    return NewEvent(
        type="email.bounced",
        contact_id=message.contact_id,
        occurred_at=now,
        source="provider",
        properties={"hard": True, "code": answer.code, "answer": answer.text},
        key=f"bounce/{message.id}",
        message_id=message.id,
    )


def reason(message: Row[Any], kind: str, why: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the decision row of a mail."""
    return {
        "contact_id": message.contact_id,
        "enrolment_id": message.enrolment_id,
        "message_id": message.id,
        "workflow": message.workflow,
        "step": message.step,
        "kind": kind,
        "reason": why,
        "detail": {"template": message.template, "tries": message.tries + 1, **detail},
    }
