"""`GET /api/v1/mailings`: broadcasts and seminar mailings, where they stand, their figures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from nurture.services.mailing_reports import MailingLine, listed, report
from nurture.services.runtime import Runtime


def mailings_of(runtime: Runtime) -> list[dict[str, Any]]:
    """Return those that are not over, soonest first, then the newest that are."""
    found = listed(runtime)
    return [_told(one) for one in (*found.coming, *found.running, *found.over)]


def mailing_of(runtime: Runtime, name: str) -> dict[str, Any]:
    """Return one with why its mails wait or were given up; NotFoundError where there is none."""
    found = report(runtime, name)
    held = [{"state": state, "reason": why, "mails": number} for state, why, number in found.held]
    return {**_told(found.line), "held": held}


def _told(line: MailingLine) -> dict[str, Any]:
    row = line.row
    return {
        "name": line.name,
        "title": line.title,
        "seminar": row.seminar,
        "state": line.phase,
        "at": row.at.isoformat(),
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "reason": row.reason,
        "without_address": row.left_out,
        "mails": asdict(line.count),
    }
