"""Referrals as plain values: what the API and `--json` tell. An address only after consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nurture.services.referral_desk import Line, Sheet


def told(line: Line) -> dict[str, Any]:
    """Return a referral of a list."""
    row = line.row
    return {
        "referral": row.ref,
        "state": row.state,
        "channel": row.channel,
        "way": row.way,
        "program": row.program,
        "offer": row.offer,
        "referrer": row.giver_email,
        "contact_id": row.contact_id,
        "company": row.company if row.contact_id is not None else None,
        "owner": row.owner_key,
        "reason": row.reason,
        "flags": list(row.flags or ()),
        "overdue": line.next_promise is not None and line.next_promise.broken,
        "promises": {
            one.timer: {"by": _at(one.by), "done": _at(one.done), "broken": one.broken}
            for one in line.promises
        },
        "contacted_by": row.contacted_by,
        "created_at": _at(row.created_at),
        "updated_at": _at(row.updated_at),
        "closed_at": _at(row.closed_at),
    }


def told_whole(sheet: Sheet) -> dict[str, Any]:
    """Return a referral with its steps, rewards and mails."""
    return {
        **told(sheet.line),
        "moves": list(sheet.moves),
        "steps": [
            {
                "at": _at(one.at),
                "from": one.from_state,
                "to": one.to_state,
                "reason": one.reason,
                "by": one.by,
            }
            for one in sheet.steps
        ],
        "rewards": [
            {"id": one.id, "side": one.side, "title": one.title, "state": one.state}
            for one in sheet.rewards
        ],
        "mails": [
            {
                "title": one.title,
                "template": one.template,
                "to": one.reader,
                "state": one.state,
                "at": _at(one.at),
                "due": _at(one.due_at),
            }
            for one in sheet.mails
        ],
    }


def _at(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
