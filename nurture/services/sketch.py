"""A mail in outline: everything that decides whether it goes, and nothing of its text.

Stands in for `nurture.services.compose.compose` where nobody will read what is written, as in
a simulation: rendering is most of what a mail costs. What keeps a mail from going keeps its
sketch from going, for the same reasons; that it renders is what `nurture check` is for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from nurture.domain.guard import Ask
from nurture.services.acquaintance import STRANGER, Known
from nurture.services.compose import Composed
from nurture.services.drafting import draft
from nurture.services.enclosures import find_files
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime
from nurture.services.seminar_mail import Concern
from nurture.services.subjects import subject_of
from nurture.services.task_mails import require_open


def sketch(
    runtime: Runtime,
    release: LiveRelease,
    message: Row[Any],
    person: Row[Any] | None,
    now: datetime,
    known: Known = STRANGER,
    got: Collection[str] = (),
    concern: Concern | None = None,
    ask: Ask | None = None,
) -> Composed:
    """Return what `compose` would, without subject, values and bytes; raises what it raises."""
    drafted = draft(runtime, release, message, person, now, got)
    if message.task_id:
        require_open(runtime, release, message)
    find_files(runtime, release, message.attach, drafted.carried.item, drafted.locale)
    return Composed(
        data=b"",
        return_path="",
        recipient=drafted.recipient,
        remembered={
            "recipient": drafted.recipient,
            "locale": drafted.locale,
            "template_hash": None,
            "values": message.values,
            "subject": subject_of(message, drafted.locale),
            "sent_from": drafted.sender.email,
            "tracked": drafted.tracked,
            "template": drafted.carried.template,
            "item": drafted.carried.key,
        },
        template_key="",
        targets=[],
        choice=drafted.carried.choice,
    )
