"""Rows of what a walk wants done besides mails to its reader: told to the team, to others."""

from __future__ import annotations

from typing import Any

from nurture.domain.chat_lines import about
from nurture.domain.decision import Decision
from nurture.domain.sending import ALWAYS_OPEN
from nurture.domain.steps import Notify, Webhook
from nurture.services.batch import Batch, Journey, Person


def notice(
    batch: Batch, person: Person, journey: Journey, step: Notify, visit: int
) -> dict[str, Any]:
    """Return a mail to the team."""
    return {
        "dedupe_key": f"{journey.id}/{step.id}/{visit}",
        "workflow": journey.row.workflow,
        "step": step.id,
        "recipient": _team_address(batch, person, step.to),
        "purpose": "service",
        "template": "team/notify",
        "window": ALWAYS_OPEN,
        "priority": 100,
        "values": {"notice": {"text": step.text, "contact": person.facts.contact.get("email", "")}},
    }


def line(person: Person, journey: Journey, step: Notify, visit: int) -> dict[str, Any]:
    """Return a line for a chat room."""
    return {
        "dedupe_key": f"{journey.id}/{step.id}/{visit}",
        "chat": step.chat,
        "text": about(person.facts.contact, step.text),
        "contact_id": person.id,
    }


def call(journey: Journey, decision: Decision, step: Webhook, visit: int) -> dict[str, Any]:
    """Return a call of another system."""
    return {
        "dedupe_key": f"{journey.id}/{step.id}/{visit}",
        "endpoint": step.endpoint,
        "workflow": journey.row.workflow,
        "step": step.id,
        "visit": visit,
        "contact_id": journey.row.contact_id,
        "enrolment_id": journey.id,
        "fields": [list(field) for field in step.fields],
        "data": dict(step.data),
        "caused_by": decision.cause or journey.row.caused_by,
    }


def _team_address(batch: Batch, person: Person, to: str) -> str | None:
    if "@" in to:
        return to
    found: str | None = None
    if to != "owner":
        who = batch.colleagues.with_role(to)
        found = who.email if who is not None else None
    elif person.row.owner_active:
        found = person.row.owner_email
    # Nobody has the role, or the contact has no owner: somebody must hear of it.
    policy = batch.release.definitions.policy
    return found or policy.senders[policy.default_sender].email
