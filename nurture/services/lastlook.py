"""The last look: asked again in the commit just before a body is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from nurture.db import contacts as people
from nurture.db import mail_fates, outbox, outcomes, touched
from nurture.domain.addresses import address_hash
from nurture.domain.message import State
from nurture.domain.workflow import Purpose
from nurture.services.answers import reason
from nurture.services.claiming import Claimed
from nurture.services.runtime import Runtime


def look_again(
    runtime: Runtime, connection: Connection, claimed: Sequence[Claimed], now: datetime
) -> set[int]:
    """Return the mails that may still go; settle the others with their reasons.

    Unsubscribe, suppression, the end of the journey, a pause or a hold that was committed
    before this transaction stops the mail. One we no longer hold is left alone.
    """
    if not claimed:
        return set()
    ours = outbox.still_ours(connection, [one.held for one in claimed], State.CLAIMED)
    contact_ids = sorted({row.contact_id for row in ours.values() if row.contact_id is not None})
    rows = {row.id: row for row in touched.contact_rows(connection, contact_ids)}
    consents = people.newest_consents(connection, contact_ids)
    hashes = {
        row.id: address_hash(row.email, runtime.hash_key) for row in rows.values() if row.email
    }
    blocked = people.suppressed(connection, sorted(set(hashes.values())))
    paused = outbox.paused(connection)
    allowed: set[int] = set()
    decisions: list[dict[str, Any]] = []
    gone: list[int] = []
    for one in claimed:
        state = ours.get(one.held.id)
        if state is None:
            continue
        message, contact_id = one.message, one.message.contact_id
        person = rows.get(contact_id)
        why = None
        if message.enrolment_id is not None and state.enrolment_state != "active":
            why = "enrolment_over"
        elif contact_id is not None and (person is None or person.erased or not person.email):
            why = "no_address"
        elif hashes.get(contact_id) in blocked and contact_id is not None:
            why = "suppressed"
        elif (
            message.purpose != Purpose.SERVICE
            and consents.get(contact_id, {}).get(message.purpose) != "granted"
        ):
            why = "unsubscribed"
        if why is not None:
            outbox.settle_claimed(connection, [one.held], State.CANCELLED, why)
            decisions.append(reason(message, "dropped", why, {"purpose": message.purpose}))
            gone.append(one.held.id)
            continue
        held_back = _stopped(message, person, paused)
        if held_back is not None:
            until = message.expires_at
            outbox.settle_claimed(connection, [one.held], State.DEFERRED, held_back, until)
            decisions.append(reason(message, "deferred", held_back, {}))
            continue
        allowed.add(one.held.id)
    outcomes.append_decisions(connection, decisions, now)
    mail_fates.tell_enrolments(connection, gone, now)
    return allowed


def _stopped(message: Any, person: Any, paused: frozenset[tuple[str, str]]) -> str | None:
    if ("everything", "") in paused:
        return "paused_everything"
    if message.workflow and ("workflow", message.workflow) in paused:
        return "paused_workflow"
    if message.sender and ("sender", message.sender) in paused:
        return "paused_sender"
    on_hold = person is not None and person.account_hold_reason
    if on_hold and message.purpose != Purpose.SERVICE:
        return "account_hold"
    return None
