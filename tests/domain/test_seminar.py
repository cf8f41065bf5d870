"""What readers of a seminar's mails may believe, and which of its mails are still of use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.message import State
from nurture.domain.seminar import (
    ATTENDED,
    REGISTERED,
    WITHDRAWN,
    Seminar,
    Standing,
    Telling,
    needs_correction,
    standing,
)
from nurture.domain.seminar_mail import Reader, stale

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 5, 21, 6, tzinfo=UTC)
BEFORE = START - timedelta(days=9)

A = Seminar("clinic", {"ja": "相談会"}, START, START + timedelta(hours=1), join="https://room/1")
B = replace(A, starts_at=START + timedelta(days=7), ends_at=START + timedelta(days=7, hours=1))
OTHER_ROOM = replace(A, join="https://room/2")

GUEST = Standing(registered_at=BEFORE)
STRANGER = Standing()


def told(seminar: Seminar, state: State = State.SENT, room: bool = False) -> Telling:
    """Return a mail that told of a seminar."""
    return Telling(state, seminar.tells(room))


@pytest.mark.parametrize(
    ("now", "tellings", "stands", "expected"),
    [
        # newest first
        (B, [told(A)], STRANGER, True),
        (A, [told(A)], STRANGER, False),
        (A, [told(B), told(A)], STRANGER, True),  # moved and moved back: they believe B
        (B, [told(B), told(A)], STRANGER, False),
        (B, [told(B, State.IN_DOUBT), told(A)], STRANGER, True),  # may still believe A
        (B, [told(B, State.BOUNCED), told(A)], STRANGER, True),
        (A, [told(B, State.SENDING), told(A)], STRANGER, True),  # B may be arriving just now
        (B, [told(B), told(A, State.IN_DOUBT)], STRANGER, False),  # what is older is forgotten
        (B, [Telling(State.SENT, "")], STRANGER, True),  # nobody knows what it said
        (OTHER_ROOM, [told(A, room=True)], GUEST, True),
        (OTHER_ROOM, [told(A)], STRANGER, False),  # never knew the room
        (OTHER_ROOM, [told(A, room=True)], STRANGER, False),  # withdrew: may not enter it
        (A, [], STRANGER, False),
        (B, [], GUEST, True),  # registered, no mail of ours: knows the page of that day
        (B, [], Standing(registered_at=BEFORE + timedelta(days=3)), False),  # after the change
    ],
)
def test_a_correction_is_for_who_may_believe_what_no_longer_holds(
    now: Seminar, tellings: list[Telling], stands: Standing, expected: bool
) -> None:
    changed_at = BEFORE + timedelta(days=2)
    assert needs_correction(now, tellings, stands, changed_at) is expected


@pytest.mark.parametrize(
    ("events", "registered", "came"),
    [
        ([(REGISTERED, 1)], True, False),
        ([(REGISTERED, 1), (WITHDRAWN, 2)], False, False),
        ([(WITHDRAWN, 2), (REGISTERED, 3), (REGISTERED, 1)], True, False),  # came back
        ([(REGISTERED, 2), (WITHDRAWN, 2)], False, False),  # at the same moment
        ([(WITHDRAWN, 1)], False, False),
        ([(ATTENDED, 1)], False, True),  # walked in
    ],
)
def test_the_newest_word_decides_how_somebody_stands(
    events: list[tuple[str, int]], registered: bool, came: bool
) -> None:
    found = standing((kind, BEFORE + timedelta(hours=hour)) for kind, hour in events)
    assert (found.registered, found.attended) == (registered, came)


FULL = replace(A, seats=2)
OFF = replace(A, cancelled=True)


@pytest.mark.parametrize(
    ("mailing", "seminar", "reader", "reason"),
    [
        ("clinic/invitation", A, Reader(STRANGER), None),
        ("clinic/invitation", A, Reader(GUEST), "registered_already"),
        ("clinic/invitation", FULL, Reader(STRANGER, registered=1), None),
        ("clinic/invitation", FULL, Reader(STRANGER, registered=2), "seminar_full"),
        ("clinic/invitation", OFF, Reader(STRANGER), "seminar_cancelled"),
        ("clinic/invitation", None, Reader(STRANGER), "seminar_gone"),
        ("clinic/reminder-2026-05-21", A, Reader(GUEST), None),
        ("clinic/reminder-2026-05-21", A, Reader(STRANGER), "not_registered"),
        ("clinic/reminder-2026-05-21", B, Reader(GUEST), "seminar_moved"),
        ("clinic/correction-7", OFF, Reader(GUEST), None),
        ("clinic/correction-7", A, Reader(GUEST, knows=True), "told_already"),
    ],
)
def test_a_mail_is_of_use_or_says_why_not(
    mailing: str, seminar: Seminar | None, reader: Reader, reason: str | None
) -> None:
    found = stale(mailing, seminar, reader, TOKYO, BEFORE)
    assert (found.reason if found is not None else None) == reason


@pytest.mark.parametrize(
    ("mailing", "at", "reason"),
    [
        ("clinic/invitation", START, "seminar_over"),  # it has begun
        ("clinic/reminder-2026-05-21", START, "seminar_over"),
        ("clinic/correction-7", START, None),  # who is late still wants the room
        ("clinic/correction-7", START + timedelta(hours=1), "seminar_over"),
    ],
)
def test_what_comes_too_late_is_not_sent(mailing: str, at: datetime, reason: str | None) -> None:
    stands = STRANGER if "invitation" in mailing else GUEST
    found = stale(mailing, A, Reader(stands), TOKYO, at)
    assert (found.reason if found is not None else None) == reason
