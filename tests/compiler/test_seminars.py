"""Seminars as files say them: the mailings that come of one, and what several may not do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nurture.compiler import compile_files
from nurture.domain.definitions import Definitions
from nurture.domain.workflow import Purpose
from tests.compiler.releases import BASE, compile_with

CLINIC = """
seminar: clinic
title: 業務見直し相談会
starts: "2026-12-10 15:00"
ends: "16:00"
place: オンライン（Zoom）
join: https://zoom.example/j/123
host: sato
invitation: {to: {temperature: warm}, at: "2026-11-24 10:00", send: warm/hearing}
reminder: {before: 1d, at: "10:00", send: receipt/form}
correction: {moved: receipt/form, cancelled: receipt/form}
"""

LIBRARY = """
library: default
items:
  - {item: checklist, kind: case, title: 棚卸し表, url: https://www.nurture.example/c}
  - {item: autumn, kind: case, title: 秋の特集, url: https://www.nurture.example/a,
     valid_until: 2026-12-09}
"""


def compiled(*changes: tuple[str, str]) -> Definitions:
    """Compile the clinic with parts of its text replaced."""
    text = CLINIC
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compile_with(text)


def test_a_seminar_becomes_an_invitation_and_a_reminder_at_their_times() -> None:
    found = compiled()
    assert found.problems == ()
    seminar = found.seminars["clinic"]
    assert seminar.starts_at == datetime(2026, 12, 10, 6, tzinfo=UTC)
    assert seminar.ends_at == datetime(2026, 12, 10, 7, tzinfo=UTC)
    invitation = found.mailings["clinic/invitation"]
    assert invitation.at == datetime(2026, 11, 24, 1, tzinfo=UTC)
    assert (invitation.purpose, invitation.sender) == (Purpose.MARKETING, "sato")
    reminder = found.mailings["clinic/reminder-2026-12-10"]
    assert reminder.at == datetime(2026, 12, 9, 1, tzinfo=UTC)
    # A reminder needs no consent, ends with the start, and may go on any day of the week.
    assert (reminder.purpose, reminder.window) == (Purpose.SERVICE, "courtesy")
    assert reminder.expires.elapsed == timedelta(hours=29)


@pytest.mark.parametrize(
    ("before", "at"),
    [
        ('{before: 1 business day, at: "10:00"', "2026-12-09 10:00"),
        ("{before: 2d", "2026-12-08 15:00"),  # no time of day: the time it starts
        ("{before: 3h", "2026-12-10 12:00"),
    ],
)
def test_a_reminder_goes_out_so_long_before(before: str, at: str) -> None:
    found = compiled(('{before: 1d, at: "10:00"', before))
    assert found.problems == ()
    expected = datetime.fromisoformat(f"{at}+09:00")
    assert found.mailings["clinic/reminder-2026-12-10"].at == expected


def test_a_cancelled_seminar_sends_nothing_of_itself() -> None:
    found = compiled(("seminar: clinic", "seminar: clinic\ncancelled: true"))
    assert found.problems == ()
    assert found.seminars["clinic"].cancelled
    assert found.mailings == {}


def test_two_seminars_of_one_name_are_an_error_at_the_second() -> None:
    files = {**BASE, "workflows/seminars/a.yaml": CLINIC, "workflows/seminars/b.yaml": CLINIC}
    (problem,) = compile_files(files).problems
    assert (problem.place.file, problem.code) == ("workflows/seminars/b.yaml", "duplicate-id")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("checklist", []),
        ("cheklist", ["unknown-item"]),
        ("autumn", ["expired-item"]),  # ends the day before
    ],
)
def test_materials_are_items_that_are_still_valid_when_the_seminar_ends(
    name: str, codes: list[str]
) -> None:
    text = f"{CLINIC}materials: [{name}]\n"
    files = {**BASE, "workflows/library.yaml": LIBRARY, "workflows/seminars/a.yaml": text}
    problems = [p for p in compile_files(files).problems if "seminars/" in p.place.file]
    assert [problem.code for problem in problems] == codes


@pytest.mark.parametrize(
    ("change", "public", "room"),
    [
        (("15:00", "15:30"), True, False),
        (("オンライン（Zoom）", "本社セミナールーム"), True, False),
        (("j/123", "j/456"), False, True),  # only who may enter is concerned
        (("業務見直し相談会", "相談会"), False, False),  # a corrected title bothers nobody
        (("receipt/form}", "receipt/form, window: business}"), False, False),
    ],
)
def test_a_revision_changes_with_what_people_act_upon(
    change: tuple[str, str], public: bool, room: bool
) -> None:
    before, after = (found.seminars["clinic"].revision for found in (compiled(), compiled(change)))
    assert (before[:8] != after[:8]) is public
    assert (before[8:] != after[8:]) is room
