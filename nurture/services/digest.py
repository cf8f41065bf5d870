"""The morning mail: on business days each member of the team hears what the day holds."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import desk, messages, schedules, team
from nurture.db.engine import read, write
from nurture.domain import glossary
from nurture.domain.calendar import at_wall, is_business_day
from nurture.domain.definitions import Definitions
from nurture.domain.policy import Calendar
from nurture.domain.sending import ALWAYS_OPEN
from nurture.emails.tokens import Purpose as TokenPurpose
from nurture.emails.tokens import Token
from nurture.services import sentences
from nurture.services.runtime import Runtime
from nurture.services.today import Today, Who, today_at

#: template of the morning mail, and its row among the schedules
TEMPLATE = "team/today"
_NAME = "digest"

#: a calendar that is closed for longer than this has no next business day
_FARTHEST = 400


def plan_digest(connection: Connection, definitions: Definitions, now: datetime) -> None:
    """Set when the next morning mail goes out, as the policy of a new release says."""
    schedules.plan_anew(connection, _NAME, _following(definitions, now), now)


def leave_out(connection: Connection) -> None:
    """Send no morning mails until the next publication: for worlds nobody of the team reads."""
    schedules.forget(connection, _NAME)


def _following(definitions: Definitions, now: datetime) -> datetime | None:
    """Return when the next morning mail goes out; None where the policy has none."""
    at = definitions.policy.tasks.digest_at
    return _next(definitions.calendar, at, now) if at is not None else None


def send_digests(runtime: Runtime) -> int:
    """Queue the morning mails where they are due; return how many mails.

    Members who have nothing to do, and no hot lead, get none.
    """
    with read(runtime.engine) as connection:
        if not schedules.is_due(connection, _NAME, runtime.clock.now()):
            return 0
        # Compiled here where it is new, not while SQLite's writer is held.
        runtime.releases.live(connection)
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        if schedules.hold_due(connection, _NAME, now) is None:
            return 0
        release = runtime.releases.live(connection)
        schedules.done(connection, _NAME, now, _following(release.definitions, now))
        zone = ZoneInfo(release.definitions.calendar.zone)
        day = now.astimezone(zone).date()
        rows = []
        # A house without the template does without the mail.
        told = team.members(connection) if release.templates.has(TEMPLATE) else []
        tomorrow = at_wall(day + timedelta(days=1), time(), zone)
        busy = desk.who_has_something(connection, tomorrow) if told else frozenset()
        for member in told:
            stands_in = member.key == release.definitions.policy.default_sender
            if member.id not in busy and not (stands_in and None in busy):
                continue
            rows.append(
                {
                    "dedupe_key": f"digest/{day.isoformat()}/{member.id}",
                    "recipient": member.email,
                    "purpose": "service",
                    "template": TEMPLATE,
                    "window": ALWAYS_OPEN,
                    "priority": 90,
                    # Tomorrow's mail tells more than a late one of today.
                    "expires_at": now + timedelta(hours=12),
                    "values": {"member": member.email},
                }
            )
        messages.queue(connection, rows, release.id, now)
    return max(1, len(rows))


def digest_values(runtime: Runtime, message: Row[Any], locale: str) -> dict[str, Any]:
    """Return what the morning mail of a member says, as things stand when it is written."""
    member = (message.values or {}).get("member", "")
    with read(runtime.engine) as connection:
        day = today_at(runtime, connection, locale, member)
        found = team.member_of(connection, member)
    return {"desk": _Desk(runtime, found.id if found is not None else 0, day, locale).values()}


class _Desk:
    """A member's day as values of a template."""

    def __init__(self, runtime: Runtime, member_id: int, day: Today, locale: str) -> None:
        self._runtime, self._member_id, self._day, self._locale = runtime, member_id, day, locale

    def values(self) -> dict[str, Any]:
        """Return plain values, moments in words."""
        day = self._day
        return {
            "member": day.member,
            "day": sentences.day(day.now, self._locale, day.zone),
            "late": day.counts["late"],
            "due": day.counts["today"],
            "routine": list(day.routine),
            "tasks": [
                {
                    "title": one.title,
                    "kind": glossary.word(glossary.TASK_KINDS, one.kind, self._locale),
                    "due": self._at(one.due_at),
                    "late": one.late,
                    "who": self._who(one.who),
                    "url": self._link(one.id),
                }
                for one in day.tasks
            ],
            "more": max(0, day.counts["late"] + day.counts["today"] - len(day.tasks)),
            "hot": [
                {
                    "who": self._who(one.who),
                    "stage": one.stage,
                    "score": round(one.score),
                    "last": one.last,
                    "last_at": self._at(one.last_at),
                }
                for one in day.hot[:5]
            ],
            "deals": [
                {"who": self._who(one.who), "at": self._at(one.at)} for one in day.quiet_deals
            ],
            "revisits": [
                {
                    "who": self._who(one.who),
                    "at": sentences.day(one.at, self._locale, day.zone),
                    "why": one.why,
                }
                for one in day.revisits
            ],
            "going": sum(one.going for one in day.flows),
        }

    def _at(self, at: datetime | None) -> str:
        return sentences.moment(at, self._locale, self._day.zone)

    def _who(self, who: Who) -> str:
        name = f"{who.name}様" if self._locale.startswith("ja") and who.name else who.name
        return " ".join(part for part in (who.company, name) if part)

    def _link(self, task_id: int) -> str:
        token = Token(TokenPurpose.TASK, task_id, self._member_id)
        return f"{self._runtime.public_url}/t/{self._runtime.keyring.sign(token)}"


def _next(calendar: Calendar, at: time, now: datetime) -> datetime | None:
    """Return the next moment a business day shows `at`, after now; None where none comes."""
    zone = ZoneInfo(calendar.zone)
    day = now.astimezone(zone).date()
    for _ in range(_FARTHEST):
        moment = at_wall(day, at, zone)
        if moment > now and is_business_day(calendar, day):
            return moment
        day += timedelta(days=1)
    return None
