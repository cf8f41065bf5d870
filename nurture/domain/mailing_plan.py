"""What a publication does to a mailing: schedules it, moves it, takes it back, or leaves it.

One table of cases over what stands in SQL, what the files say now, and what they said when
it began. The sentence of each is shown by `nurture publish`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nurture.domain.mailing import Mailing, MailingState
from nurture.language import Said, say

#: published so long after its time, a mailing is not sent any more
LATE = timedelta(hours=1)

#: over for so long before anybody published it, a seminar's mailing is history: no word of it.
#: A broadcast's time is said however old it is, since a slip of the year looks like that
LONG_OVER = timedelta(days=30)

#: what a publication plans to go out so soon wants a word of whoever publishes
SOON = timedelta(hours=24)

#: `mailing.reason` of what a publication took back; a person's reason is any other text
FILE_REMOVED = "file_removed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A mailing as it stands in SQL."""

    state: MailingState
    at: datetime
    #: somebody may have a mail of it already
    begun: bool
    queued: int = 0
    #: a publication cancelled it, no person
    removed: bool = False


class Note(enum.StrEnum):
    """What a publication has to say of a mailing."""

    SCHEDULED = "scheduled"
    #: planned for that very moment before
    STANDS = "stands"
    MOVED = "moved"
    RESTORED = "restored"
    WAITS_PAUSED = "waits_paused"
    MISSED = "missed"
    REMOVED = "removed"
    EDITED_AFTER_START = "edited_after_start"
    REMOVED_AFTER_START = "removed_after_start"
    SENT_ALREADY = "sent_already"
    STAYS_CANCELLED = "stays_cancelled"


#: notes of what is still to come
COMING = frozenset({Note.SCHEDULED, Note.STANDS, Note.MOVED, Note.RESTORED, Note.WAITS_PAUSED})

#: note → sentence that waits for its {name}, {at} and {queued}
SENTENCES: Mapping[Note, Said] = {
    Note.SCHEDULED: say("goes out at {at}"),
    Note.STANDS: say("goes out at {at}"),
    Note.MOVED: say("has moved: it goes out at {at}"),
    Note.RESTORED: say("is back: it goes out at {at}"),
    Note.WAITS_PAUSED: say(
        "is paused; after `nurture broadcast resume {name}` it goes out at {at}"
    ),
    Note.MISSED: say("IS NOT SENT: its time, {at}, has passed; write a new `at` and publish again"),
    Note.REMOVED: say("is cancelled: its file is gone"),
    Note.EDITED_AFTER_START: say(
        "has begun already ({queued} {queued:mail|mails}): who gets it, its time and its "
        "settings stay as "
        "they were when it began; texts of its template are read from this release"
    ),
    Note.REMOVED_AFTER_START: say(
        "has begun already ({queued} {queued:mail|mails}) and goes on though its file is gone; "
        "`nurture broadcast cancel {name}` stops it"
    ),
    Note.SENT_ALREADY: say(
        "went out already ({queued} {queued:mail|mails}): nothing of this change is sent; "
        "write a broadcast of another name"
    ),
    Note.STAYS_CANCELLED: say(
        "stays cancelled ({queued} {queued:mail was|mails were} made): write a broadcast of "
        "another name"
    ),
}


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a mailing; `state` None: nothing changes."""

    state: MailingState | None = None
    at: datetime | None = None
    note: Note | None = None


def is_late(at: datetime, now: datetime) -> bool:
    """Say whether a mailing that nobody knew of before is too late to be sent by itself."""
    return now - at > LATE


def settle(
    standing: Standing | None,
    written: Mailing | None,
    began_as: Mailing | None,
    now: datetime,
) -> Move:
    """Return what a publication does to one mailing.

    `standing`: its row, None where there is none; `written`: what the files say, None where
    they say nothing; `began_as`: what they said when it began, None where it has not.
    """
    if standing is None:
        if written is None or (written.seminar and now - written.at > LONG_OVER):
            return Move()
        return _planned(written, Note.SCHEDULED, now)
    if written is None:
        return _without_file(standing)
    match standing.state:
        case MailingState.SCHEDULED:
            if written.at == standing.at:
                return Move(note=Note.STANDS)
            return _planned(written, Note.MOVED, now)
        case MailingState.PAUSED if not standing.begun:
            if is_late(written.at, now) and written.at != standing.at:
                return Move(MailingState.MISSED, written.at, Note.MISSED)
            return Move(MailingState.PAUSED, written.at, Note.WAITS_PAUSED)
        case MailingState.MISSED:
            if written.at == standing.at:
                return Move(note=Note.MISSED)
            return _planned(written, Note.MOVED, now)
        case MailingState.CANCELLED:
            # What a person cancelled comes back with a new time only.
            if standing.queued:
                changed = written.at != standing.at or standing.removed
                return Move(note=Note.STAYS_CANCELLED if changed else None)
            if standing.removed or written.at != standing.at:
                return _planned(written, Note.RESTORED, now)
            return Move()
        case MailingState.DONE:
            moved = began_as is not None and not same(written, began_as)
            return Move(note=Note.SENT_ALREADY if moved else None)
        case _:
            edited = began_as is not None and not same(written, began_as)
            return Move(note=Note.EDITED_AFTER_START if edited else None)


def begins_soon(
    standing: Standing | None, written: Mailing, before: Mailing | None, now: datetime
) -> bool:
    """Say whether a publication lets a mailing begin within `SOON`, as none before it did.

    `before`: what the live release says. What stood planned for that very moment and those
    very people is no news, however often it is published.
    """
    move = settle(standing, written, None, now)
    if move.note not in COMING - {Note.WAITS_PAUSED} or written.at > now + SOON:
        return False
    return move.state is not None or before is None or before.condition != written.condition


def _planned(written: Mailing, note: Note, now: datetime) -> Move:
    if is_late(written.at, now):
        return Move(MailingState.MISSED, written.at, Note.MISSED)
    return Move(MailingState.SCHEDULED, written.at, note)


def _without_file(standing: Standing) -> Move:
    match standing.state:
        case MailingState.DONE | MailingState.CANCELLED:
            return Move()
        case MailingState.RUNNING:
            return Move(note=Note.REMOVED_AFTER_START)
        case MailingState.PAUSED if standing.begun:
            return Move(note=Note.REMOVED_AFTER_START)
        case _:
            return Move(MailingState.CANCELLED, standing.at, Note.REMOVED)


def same(one: Mailing, other: Mailing) -> bool:
    """Say whether two versions send the same; where the file stands does not matter."""
    return replace(one, file="", title="") == replace(other, file="", title="")
