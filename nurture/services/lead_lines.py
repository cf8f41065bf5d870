"""What chat rooms hear of leads: one was handed over, or a first call is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db import notices
from nurture.db.task_writes import HANDOFF
from nurture.domain.chat_lines import about
from nurture.services import sentences
from nurture.services.releases import LiveRelease

#: what happened → the line, in Japanese and English
_LINES = {
    "made": (
        "引き継ぎ「{title}」 担当: {member} 期限: {due}",
        "handed over: {title}; {member}, until {due}",
    ),
    "escalation": (
        "対応が遅れています「{title}」 担当: {member}",
        "late: {title}; now with {member}",
    ),
}


def tell_rooms(
    connection: Connection, release: LiveRelease, task_ids: Sequence[int], what: str, now: datetime
) -> int:
    """Keep a line for the room that the policy names for leads; return how many are new.

    Told are hand-offs when they are made, and escalations.
    """
    policy = release.definitions.policy
    if not (policy.chat_for_leads and task_ids and what in _LINES):
        return 0
    japanese = policy.default_locale.startswith("ja")
    zone = ZoneInfo(release.definitions.calendar.zone)
    lines = [
        {
            "dedupe_key": f"task/{row.id}/{what}",
            "chat": policy.chat_for_leads,
            "contact_id": row.contact_id,
            "text": about(
                row._asdict(),
                _LINES[what][0 if japanese else 1].format(
                    title=row.title,
                    member=row.member or ("未定" if japanese else "nobody"),
                    due=sentences.moment(row.due_at, policy.default_locale, zone),
                ),
            ),
        }
        for row in notices.tasks_about(connection, task_ids)
        if what == "escalation" or row.dedupe_key.startswith(HANDOFF)
    ]
    return notices.keep(connection, lines, now)
