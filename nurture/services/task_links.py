"""Signed links to a task's page, and who may still act by one."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import team
from nurture.domain.policy import Policy, Sender
from nurture.emails.tokens import Keyring, Purpose, Token


class Standing(enum.StrEnum):
    """What a link is still good for."""

    #: its holder has the task
    HOLDER = "holder"
    #: the task is somebody else's now
    OTHER = "other"
    #: who it was sent to is no longer one of us
    LEFT = "left"
    #: it is older than links live
    EXPIRED = "expired"
    #: task, contact (erased, or a duplicate) or team member are not there any more
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who hears of a task and acts on it: its assignee, else the policy's default sender."""

    id: int | None
    key: str
    name: str
    email: str
    locale: str


def locale_of_member(policy: Policy, key: str | None) -> str:
    """Return the language that a team member reads: their own, else the policy's."""
    sender = policy.senders.get(key or "")
    own = sender.locale if sender is not None else ""
    return own if own in policy.locales else policy.default_locale


def name_of(sender: Sender, locale: str) -> str:
    """Return a sender's name in a locale, else in any."""
    return sender.name.get(locale) or next(iter(sender.name.values()), "")


def holder_of(connection: Connection, row: Row[Any], policy: Policy) -> Holder:
    """Return who has a task (a row of `db.tasks`).

    Where its assignee is nobody, left, or has no address, it is the default sender, so that
    somebody hears of it.
    """
    if row.assignee_id is not None and row.member_active and row.member_email:
        key = row.member_key or ""
        return Holder(
            row.assignee_id,
            key,
            row.member_name,
            row.member_email,
            locale_of_member(policy, key),
        )
    default = policy.senders[policy.default_sender]
    stands_in = team.member_of(connection, policy.default_sender)
    locale = locale_of_member(policy, policy.default_sender)
    return Holder(
        stands_in.id if stands_in is not None else None,
        policy.default_sender,
        name_of(default, locale),
        default.email,
        locale,
    )


def link(keyring: Keyring, public_url: str, task_id: int, member_id: int, action: str = "") -> str:
    """Return the address of a task's page for one team member, its form chosen or not."""
    token = keyring.sign(Token(Purpose.TASK, task_id, member_id))
    return f"{public_url}/t/{token}" + (f"?do={action}" if action else "")


def standing(
    row: Row[Any] | None,
    member: Row[Any] | None,
    holder: Holder | None,
    policy: Policy,
    now: datetime,
) -> Standing:
    """Return what a link to a task (None: there is none) is good for in a member's hands."""
    if row is None or member is None or holder is None or row.contact_gone:
        return Standing.GONE
    if now - row.created_at > policy.tasks.links_for:
        return Standing.EXPIRED
    if not member.active:
        return Standing.LEFT
    return Standing.HOLDER if holder.id == member.id else Standing.OTHER
