"""What a task's signed page shows to whoever holds its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import tasks
from nurture.db import team as our_people
from nurture.db.engine import read
from nurture.services import glances
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime
from nurture.services.task_links import Standing, holder_of, locale_of_member, standing
from nurture.services.task_mails import mail_values
from nurture.services.task_portraits import Portrait, portray


@dataclass(frozen=True, slots=True)
class Sheet:
    """A task's page, as data."""

    standing: Standing
    #: language of the page
    locale: str
    #: sender key of whoever holds the link; "" where they left
    member: str = ""
    #: name of who has the task now, for those who had it before
    holder: str = ""
    #: None where the link shows nothing of the task
    portrait: Portrait | None = None
    #: the task as texts, as its mail has them
    values: dict[str, Any] = field(default_factory=dict)


def sheet_of_link(runtime: Runtime, task_id: int, member_id: int, wish: str | None) -> Sheet:
    """Return what a signed link shows, in the language wished for, else the member's.

    Nothing of the task, and nobody's data, unless the member has the task and the link is
    not too old. Raises SQLAlchemyError where the database is away.
    """
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return Sheet(Standing.GONE, wish or "")
        release = runtime.releases.live(connection)
        now = runtime.clock.now()
        policy = release.definitions.policy
        row = tasks.find(connection, task_id)
        member = tasks.member(connection, member_id)
        holder = holder_of(connection, row, policy) if row is not None else None
        found = standing(row, member, holder, policy, now)
        key = (member.key or "") if member is not None else ""
        locale = wish or locale_of_member(policy, key)
        if found is not Standing.HOLDER:
            name = holder.name if holder is not None and found is Standing.OTHER else ""
            return Sheet(found, locale, key, name)
        return _sheet(runtime, connection, release, task_id, locale, key)


def sheet_of_task(runtime: Runtime, task_id: int, locale: str) -> Sheet:
    """Return a task's page as the team sees it; standing is GONE where there is no such task."""
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return Sheet(Standing.GONE, locale)
        release = runtime.releases.live(connection)
        return _sheet(runtime, connection, release, task_id, locale, "")


def _sheet(
    runtime: Runtime,
    connection: Connection,
    release: LiveRelease,
    task_id: int,
    locale: str,
    member: str,
) -> Sheet:
    now = runtime.clock.now()
    portrait = portray(connection, release, task_id, now, locale)
    if portrait is None:
        return Sheet(Standing.GONE, locale, member)
    until = portrait.row.created_at + release.definitions.policy.tasks.links_for
    values = mail_values(runtime, portrait, locale, "page", until)
    values["draft"] = None
    waiting = (portrait.row.result or {}).get("message")
    if portrait.row.kind == glances.KIND and isinstance(waiting, int):
        values["draft"] = glances.letter(runtime, waiting)
    holder = portrait.holder
    return Sheet(Standing.HOLDER, locale, member or holder.key, holder.name, portrait, values)


def team(runtime: Runtime) -> Sequence[Row[Any]]:
    """Return our active people."""
    with read(runtime.engine) as connection:
        return our_people.members(connection)
