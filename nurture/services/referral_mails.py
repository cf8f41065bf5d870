"""The mails that went out about a referral, to whom, and those that wait, as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import referral_list
from nurture.domain.message import State
from nurture.services.glances import REASON
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class AboutIt:
    """One mail about a referral."""

    #: its subject; before it is written, and once it is erased, the title of its journey
    title: str
    template: str
    #: referrer | referred
    reader: str
    #: a state of `nurture.domain.message`, or `review` where it waits for somebody's look
    state: str
    #: when it left; else when it was made
    at: datetime
    #: when it is looked at again, where it waits
    due_at: datetime | None


def mails_of(runtime: Runtime, connection: Connection, row: Row[Any]) -> Sequence[AboutIt]:
    """Return the mails about a referral to its referrer and to who was referred, oldest first."""
    people = {row.referrer_id: "referrer"}
    if row.contact_id is not None:
        people.setdefault(row.contact_id, "referred")
    rows = referral_list.mails_about(connection, row.ref, people)
    if not rows:
        return ()
    workflows = runtime.releases.live(connection).definitions.workflows
    found = []
    for one in rows:
        journey = workflows.get(one.workflow or "")
        title = one.subject or one.subject_override or (journey.title if journey else "")
        waits = one.state == State.DEFERRED and one.reason == REASON
        found.append(
            AboutIt(
                title or one.template,
                one.template,
                people[one.contact_id],
                "review" if waits else one.state,
                one.sent_at or one.created_at,
                one.due_at if one.sent_at is None else None,
            )
        )
    return sorted(found, key=lambda mail: mail.at)
