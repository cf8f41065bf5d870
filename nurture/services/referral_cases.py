"""A case study of a referral: only with the consent of both sides, each written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contacts as people
from nurture.db import referral_people, referrals
from nurture.db.events import NewEvent, record
from nurture.db.retrying import write_again
from nurture.domain.referral import State
from nurture.domain.task_timers import next_day
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.batch import Batch, load_people
from nurture.services.handoff import house_title, task_row
from nurture.services.referral_moves import ENGINE
from nurture.services.runtime import DECIDE, Runtime

REFERRER, REFERRED = "referrer", "referred"

#: business days until a first draft
_DRAFT_WITHIN = 10
_TITLE = (
    "事例の原稿をまとめる：双方のご承諾あり（下書き：nurture referrals case {ref}）",
    "Write the case study: both sides agreed (outline: nurture referrals case {ref})",
)


def agree(runtime: Runtime, ref: str, side: str, by: str) -> bool:
    """Write down that a side (referrer | referred) agrees to a case study; False: it did before.

    When both have agreed, a task begins the writing, once. Raises NotFoundError, NurtureError
    where the referral is not won: there is nothing to tell yet.
    """
    if side not in (REFERRER, REFERRED):
        raise NurtureError(
            say("'{side}' is no side of a referral", side=side[:40]),
            say("known: {known}", known=[REFERRER, REFERRED]),
        )

    def write(connection: Connection) -> bool:
        row = referrals.with_ref(connection, ref)
        if row is None:
            raise NotFoundError(say("there is no referral '{ref}'", ref=ref[:40]))
        if State(row.state) is not State.WON:
            raise NurtureError(
                say("referral {ref} is not won: there is no case to tell yet", ref=row.ref)
            )
        return _agree(runtime, connection, row, side, by, runtime.clock.now())

    done = write_again(runtime.engine, write)
    runtime.ring(DECIDE)
    return done


def _agree(
    runtime: Runtime, connection: Connection, row: Row[Any], side: str, by: str, now: datetime
) -> bool:
    column = "case_referrer_at" if side == REFERRER else "case_referred_at"
    if row._mapping[column] is not None:
        return False
    referrals.change(connection, row.id, now, **{column: now})
    whose = row.referrer_id if side == REFERRER else row.contact_id
    person = people.current(connection, whose) if whose is not None else None
    said = {"referral": row.ref, "side": side, "by": by}
    record(connection, [NewEvent("case_study.agreed", person, now, ENGINE, said)], now)
    other = row.case_referred_at if side == REFERRER else row.case_referrer_at
    if other is not None:
        _begin(runtime, connection, row, now)
    return True


def _begin(runtime: Runtime, connection: Connection, row: Row[Any], now: datetime) -> None:
    """Ask somebody to write it: both sides have agreed."""
    release = runtime.releases.live(connection)
    batch = Batch(connection, release, runtime.releases, release.lookups, now)
    person_id = people.current(connection, row.referrer_id)
    if person_id is None:
        return
    load_people(batch, [person_id])
    person = batch.people.get(person_id)
    if person is None or person.row.erased:
        return
    due_at = next_day(release.definitions.calendar, now, _DRAFT_WITHIN)
    title = house_title(batch, _TITLE).format(ref=row.ref)
    key = f"case/{row.id}"
    batch.tasks.append(task_row(batch, person, key, "todo", title, "marketing", due_at))
    said = {"referral": row.ref, "referrer": referral_people.name_of(connection, person_id)}
    record(connection, [NewEvent("case_study.ready", person_id, now, ENGINE, said)], now)
    batch.save_effects()
