"""What mails may say of a reward: what it is, and until when it comes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from nurture.db import rewards as rows
from nurture.db.engine import read
from nurture.domain import loop_words
from nurture.domain.deal_news import read_day
from nurture.domain.definitions import Definitions
from nurture.domain.glossary import word
from nurture.domain.rewards import STANDS
from nurture.services.runtime import Runtime

#: longest time between a step and the mail about it, while workers are away
_TOGETHER = timedelta(hours=6)


def told(
    runtime: Runtime, definitions: Definitions, message: Row[Any], locale: str
) -> dict[str, Any]:
    """Return the value `reward` of a mail: its reader's reward of the event that led to it.

    It is the one that the event names, else that of the referral that it names. Nothing
    where there is none, where it is only expected, or held: nobody is told of what may not
    come. Of a reward that is not in our books the properties of the event are told.
    """
    trigger = message.enrolment_trigger or {}
    number, ref = trigger.get("reward"), trigger.get("referral")
    if message.contact_id is None or not (number or isinstance(ref, str)):
        return {}
    wanted = [number] if isinstance(number, int) and not isinstance(number, bool) else []
    refs = [ref] if isinstance(ref, str) and not wanted else []
    with read(runtime.engine) as connection:
        known = rows.to_tell(connection, wanted, refs)
    language = "ja" if locale.startswith("ja") else "en"
    if wanted and not known:
        return _told_by_event(trigger, language)
    found = [
        row
        for row in known
        if row.contact_id == message.contact_id and row.state in STANDS and not row.held
    ]
    if not found:
        return {}
    row = found[0]
    zone = ZoneInfo(definitions.calendar.zone)
    said = {
        "title": row.title,
        "kind": row.kind,
        "kind_name": word(loop_words.REWARD_KINDS, row.kind, language),
        "recipient": row.recipient,
        "due": row.due_at.astimezone(zone).date() if row.due_at is not None else None,
        "side": row.side,
        "state": row.state,
        "referral": row.ref,
        "new": _is_new(row.counts_from, message.created_at),
    }
    return {"reward": {name: value for name, value in said.items() if value is not None}}


def _is_new(counts_from: datetime | None, queued: datetime | None) -> bool:
    """Say whether no mail before this one can have told of a reward.

    The step that earns it also queues the letter, some moments later. One that waited in the
    queue also tells of what was earned meanwhile.
    """
    return counts_from is None or queued is None or counts_from >= queued - _TOGETHER


def _told_by_event(trigger: Mapping[str, Any], language: str) -> dict[str, Any]:
    kind = str(trigger.get("kind") or "gift")
    due = trigger.get("due")
    said = {
        "title": trigger.get("title"),
        "kind": kind,
        "kind_name": word(loop_words.REWARD_KINDS, kind, language),
        "due": read_day(due) if due else None,
        "side": trigger.get("side"),
        "state": trigger.get("state"),
        "referral": trigger.get("referral"),
        "new": trigger.get("state") == "earned",
    }
    return {"reward": {name: value for name, value in said.items() if value is not None}}
