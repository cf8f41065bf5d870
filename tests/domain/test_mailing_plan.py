"""What a publication does to a mailing, by where it stands and what the files say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.conditions import ALWAYS
from nurture.domain.mailing import Mailing, MailingState
from nurture.domain.mailing_plan import SENTENCES, Move, Note, Standing, settle

NOW = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)
SOON, PAST = NOW + timedelta(days=1), NOW - timedelta(days=1)
LETTER = Mailing("2026-12-news", "12月", "news/2026-12", ALWAYS, SOON)
LATER = replace(LETTER, at=SOON + timedelta(days=1))
TOO_LATE = replace(LETTER, at=PAST)

S = MailingState
SCHEDULED, DONE = Standing(S.SCHEDULED, SOON, begun=False), Standing(S.DONE, PAST, True, 9)


@pytest.mark.parametrize(
    ("standing", "written", "move"),
    [
        # new
        (None, LETTER, Move(S.SCHEDULED, SOON, Note.SCHEDULED)),
        # new, its time an hour ago: it still goes; later than that it never goes by itself
        (None, replace(LETTER, at=NOW - timedelta(hours=1)),
         Move(S.SCHEDULED, NOW - timedelta(hours=1), Note.SCHEDULED)),
        (None, TOO_LATE, Move(S.MISSED, PAST, Note.MISSED)),
        # a seminar that was over long before anybody published it is history, not a slip; a
        # broadcast of last year may be one
        (None, replace(LETTER, at=PAST - timedelta(days=31), seminar="clinic"), Move()),
        (None, replace(LETTER, at=PAST - timedelta(days=365)),
         Move(S.MISSED, PAST - timedelta(days=365), Note.MISSED)),
        # said again at each publication
        (Standing(S.MISSED, PAST, False), TOO_LATE, Move(note=Note.MISSED)),
        # a new time brings it back
        (Standing(S.MISSED, PAST, False), LETTER, Move(S.SCHEDULED, SOON, Note.MOVED)),
        # unchanged, and moved to a moment to come or past
        (SCHEDULED, LETTER, Move(note=Note.STANDS)),
        (SCHEDULED, LATER, Move(S.SCHEDULED, LATER.at, Note.MOVED)),
        (SCHEDULED, TOO_LATE, Move(S.MISSED, PAST, Note.MISSED)),
        # nobody was there to send it: that is the runner's to judge, not the publication's
        (Standing(S.SCHEDULED, PAST, False), TOO_LATE, Move(note=Note.STANDS)),
        # the file goes and comes back
        (SCHEDULED, None, Move(S.CANCELLED, SOON, Note.REMOVED)),
        (Standing(S.MISSED, PAST, False), None, Move(S.CANCELLED, PAST, Note.REMOVED)),
        (Standing(S.CANCELLED, SOON, False, removed=True), LETTER,
         Move(S.SCHEDULED, SOON, Note.RESTORED)),
        (Standing(S.CANCELLED, SOON, False, removed=True), None, Move()),
        # somebody has it: not a second time
        (Standing(S.CANCELLED, SOON, True, 3, removed=True), LETTER,
         Move(note=Note.STAYS_CANCELLED)),
        # a person cancelled it: only a new time brings it back
        (Standing(S.CANCELLED, SOON, False), LETTER, Move()),
        (Standing(S.CANCELLED, SOON, False), LATER, Move(S.SCHEDULED, LATER.at, Note.RESTORED)),
        # paused before it began: the new time holds, and it stays paused
        (Standing(S.PAUSED, SOON, False), LATER, Move(S.PAUSED, LATER.at, Note.WAITS_PAUSED)),
        (Standing(S.PAUSED, SOON, False), TOO_LATE, Move(S.MISSED, PAST, Note.MISSED)),
        (Standing(S.PAUSED, SOON, False), None, Move(S.CANCELLED, SOON, Note.REMOVED)),
        # under way: what it began with stays
        (Standing(S.RUNNING, SOON, True, 5), LETTER, Move()),
        (Standing(S.RUNNING, SOON, True, 5), LATER, Move(note=Note.EDITED_AFTER_START)),
        (Standing(S.PAUSED, SOON, True, 5), LATER, Move(note=Note.EDITED_AFTER_START)),
        (Standing(S.RUNNING, SOON, True, 5), None, Move(note=Note.REMOVED_AFTER_START)),
        (Standing(S.PAUSED, SOON, True, 5), None, Move(note=Note.REMOVED_AFTER_START)),
        # over
        (DONE, LETTER, Move()),
        (DONE, LATER, Move(note=Note.SENT_ALREADY)),
        (DONE, None, Move()),
    ],
)  # fmt: skip
def test_a_publication_settles_each_mailing(
    standing: Standing | None, written: Mailing | None, move: Move
) -> None:
    began_as = LETTER if standing is not None and standing.begun else None
    assert settle(standing, written, began_as, NOW) == move


def test_a_new_title_or_file_is_no_edit_of_what_is_under_way() -> None:
    renamed = replace(LETTER, title="冬のお便り", file="workflows/broadcasts/x.yaml")
    running = Standing(S.RUNNING, SOON, True, 5)
    assert settle(running, renamed, LETTER, NOW) == Move()


def test_every_note_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Note)
