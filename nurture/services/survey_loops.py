"""Following up unhappy answers: contacted, resolved with what was done, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from nurture.db import choices, contacts, surveys
from nurture.db.retrying import write_again
from nurture.domain.loop_words import LOOP_STATES
from nurture.domain.survey_answers import NEXT
from nurture.errors import NotFoundError, NurtureError
from nurture.language import Word, say
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.survey_answers import emit

#: state → the column that says when it was reached
_WHEN = {"contacted": "contacted_at", "resolved": "resolved_at", "closed": "closed_at"}

#: characters of what was done
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a step in following up."""

    state: str
    #: it stood there already: nothing was written
    already: bool = False


def move(runtime: Runtime, loop_id: int, to: str, by: str, note: str = "") -> Moved:
    """Write down that somebody was contacted, that it is resolved or closed; and ring.

    `note` says what was done; without it nothing is resolved, nor given up. `by` is who says
    so. After it is resolved they are asked again by the journey that waits for it; resolved
    and not, they go back to `contacted`. Raises NotFoundError (no such loop), NurtureError
    (not from where it stands; a note is missing).
    """
    if to not in _WHEN:
        raise NurtureError(
            say("'{state}' is no state that it can go to", state=to),
            say("known: {known}", known=[*_WHEN]),
        )
    note = note.strip()[:LONGEST_NOTE]
    now = runtime.clock.now()
    moved = write_again(
        runtime.engine, lambda connection: _move(connection, loop_id, to, by, note, now)
    )
    runtime.ring(DECIDE)
    return moved


def _move(
    connection: Connection, loop_id: int, to: str, by: str, note: str, now: datetime
) -> Moved:
    row = surveys.hold_loop(connection, loop_id)
    if row is None:
        raise NotFoundError(
            say("nothing is followed up as number {id}", id=loop_id), say("see `nurture nps loops`")
        )
    if row.state == to:
        return Moved(to, already=True)
    if to not in NEXT[row.state]:
        message = say(
            "it is {state} and cannot become {to}",
            state=Word(*LOOP_STATES[row.state]),
            to=Word(*LOOP_STATES[to]),
        )
        raise NurtureError(message, say("a new answer opens a new one"))
    if to in ("resolved", "closed") and not (note or row.resolution):
        hint = say("say what was done, in a sentence: `--note`")
        raise NurtureError(say("nothing says what was done"), hint)
    values: dict[str, Any] = {"state": to, _WHEN[to]: now}
    if note and to != "contacted":
        values["resolution"] = note
    if to == "contacted":
        # Not resolved after all, or not yet.
        values["resolved_at"] = None
    elif row.contacted_at is None and to == "resolved":
        values["contacted_at"] = now
    surveys.move_loop(connection, loop_id, values)
    contact_id = contacts.current(connection, row.contact_id)
    if contact_id is not None and not choices.is_erased(connection, contact_id):
        invitation = surveys.invitation(connection, row.invitation_id)
        said: dict[str, Any] = {"loop": loop_id, "by": by}
        if invitation is not None:
            said |= {"survey": invitation.survey, "round": invitation.round}
        if to == "closed":
            said["why"] = "by_hand"
        emit(connection, contact_id, f"nps.loop_{to}", said, now, now)
    return Moved(to)
