"""A seminar's mails: who is invited and reminded, and who hears of a change, each rightly once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nurture.db import tables
from nurture.errors import DefinitionError
from nurture.services import mailing_control
from nurture.services.seminars import Note
from tests.services.clinic import (
    INVITED,
    MOVED,
    REMINDED,
    ROOM,
    guest,
    mails,
    seen,
    seminar,
    texts,
    without_seminar,
)
from tests.services.house import House
from tests.services.project import letter, workflow

#: the databases answer alike here; where SQL differs, tests run on both
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OVER = datetime(2026, 5, 21, 8, tzinfo=UTC)


def test_who_registered_is_reminded_and_nobody_else_sees_the_room(house: House) -> None:
    guest(house, "invited")
    early = guest(house, "early", registers=True)
    left = guest(house, "left", registers=True)
    house.publish(seminar())
    house.until(INVITED)
    # Who has registered by then is not invited.
    assert seen(house) == [("early", "承りました"), ("invited", "件名"), ("left", "承りました")]
    house.happens(left, "seminar.withdrawn", seminar="clinic")
    house.until(REMINDED)
    guest(house, "late", registers=True)
    house.until(OVER)
    assert seen(house, 3) == [("early", "明日です"), ("late", "承りました")]
    assert ROOM in texts(house, "明日です")["early"]
    assert ROOM in texts(house, "承りました")["late"]
    assert ROOM not in texts(house, "件名")["invited"]
    house.happens(early, "seminar.withdrawn", seminar="clinic")
    house.publish(seminar())
    house.turn()
    assert len(mails(house)) == 5


@SQLITE
def test_invitations_stop_when_every_seat_is_taken_and_say_so(house: House) -> None:
    guest(house, "first", registers=True)
    waiting = guest(house, "waiting")
    house.publish(seminar(seats="1"))
    house.until(INVITED)
    assert seen(house) == [("first", "承りました")]
    assert ("dropped", "seminar_full") in house.reasons(contact_id=waiting)


@SQLITE
def test_who_registers_while_the_invitation_waits_is_not_invited_any_more(house: House) -> None:
    keen = guest(house, "keen")
    files = seminar(
        invitation='{to: {title: 担当}, at: "2026-05-13 19:00", send: x/invite, window: office}'
    )
    house.publish(files)
    house.until(datetime(2026, 5, 13, 11, tzinfo=UTC))
    house.happens(keen, "seminar.registered", seminar="clinic")
    house.after(days=1)
    assert seen(house) == [("keen", "承りました")]
    assert ("dropped", "registered_already") in house.reasons(contact_id=keen)


def test_a_seminar_that_moves_is_told_to_those_who_were_told_and_reminded_anew(
    house: House,
) -> None:
    guest(house, "invited")
    guest(house, "early", registers=True)
    opted_out = guest(house, "opted-out")
    house.publish(seminar())
    house.until(INVITED)
    house.consent(opted_out, "marketing", "withdrawn")
    house.person("stranger@aozora.example", title="担当")
    house.until(REMINDED)
    before = len(mails(house))
    published = house.publish(seminar(**MOVED))
    (remark,) = published.seminars
    assert (remark.note, remark.told) == (Note.CORRECTED, 2)
    house.turn()
    # Who opted out since is left alone, who was never invited too.
    assert seen(house, before) == [("early", "変更"), ("invited", "変更")]
    text = texts(house, "変更")
    assert "変更前 2026年5月21日" in text["invited"]
    assert "2026年5月28日" in text["invited"]
    assert ROOM in text["early"]
    assert ROOM not in text["invited"]
    house.publish(seminar(**MOVED))
    house.after(days=10)
    # The day before the new date, those who are registered are reminded again.
    assert seen(house, before + 2) == [("early", "明日です")]


@SQLITE
def test_what_has_not_left_goes_out_with_the_new_date(house: House) -> None:
    guest(house, "invited")
    house.publish(seminar())
    house.turn()
    published = house.publish(seminar(**MOVED))
    assert [one.note for one in published.seminars] == [Note.NOBODY_TOLD]
    house.after(days=2)
    assert seen(house) == [("invited", "件名")]
    assert "5月28日" in texts(house, "件名")["invited"]


@SQLITE
def test_moved_twice_and_back_tells_each_reader_what_they_need_and_no_more(house: House) -> None:
    guest(house, "invited")
    house.publish(seminar())
    house.until(INVITED)
    house.publish(seminar(**MOVED))
    # Moved again before the first correction has left: told once, of the last date.
    house.publish(seminar(starts='"2026-05-29 15:00"'))
    house.turn()
    assert seen(house, 1) == [("invited", "変更")]
    assert "変更後 業務見直し相談会 2026年5月29日" in texts(house, "変更")["invited"]
    # Back to the first date: they have to hear of that too.
    house.publish(seminar())
    house.turn()
    assert seen(house, 2) == [("invited", "変更")]
    # Moved and moved back before anything left: nothing to tell.
    house.publish(seminar(**MOVED))
    published = house.publish(seminar())
    assert [one.note for one in published.seminars] == [Note.NOBODY_TOLD]
    house.turn()
    assert len(mails(house)) == 3


@SQLITE
def test_cancelled_and_reinstated_is_told_each_time_and_the_rest_are_still_invited(
    house: House,
) -> None:
    guest(house, "invited")
    guest(house, "early", registers=True)
    house.publish(seminar())
    house.until(INVITED)
    house.publish(seminar(cancelled="true"))
    house.turn()
    assert seen(house, 2) == [("early", "中止"), ("invited", "中止")]
    house.until(REMINDED)
    assert len(mails(house)) == 4  # nobody is reminded of what does not take place
    house.publish(seminar())
    house.until(OVER)
    assert seen(house, 4) == [("early", "変更"), ("early", "明日です"), ("invited", "変更")]


@SQLITE
def test_unsent_mails_of_a_cancelled_seminar_are_taken_back_with_a_reason(house: House) -> None:
    invited = guest(house, "invited")
    late = {
        "invitation": '{to: {title: 担当}, at: "2026-05-13 19:00", send: x/invite, window: office}'
    }
    house.publish(seminar(**late))
    house.until(datetime(2026, 5, 13, 11, tzinfo=UTC))
    assert [row.state for row in house.rows(tables.message)] == ["deferred"]
    (remark,) = house.publish(seminar(**late, cancelled="true")).seminars
    assert (remark.note, remark.unsent) == (Note.NOBODY_TOLD, 1)
    house.after(days=1)
    assert mails(house) == []
    assert ("dropped", "seminar_cancelled") in house.reasons(contact_id=invited)
    # Reinstated: who had lost the invitation gets it after all, once.
    house.publish(seminar(**late))
    house.after(days=1)
    assert seen(house) == [("invited", "件名")]


@SQLITE
def test_a_new_room_concerns_only_those_who_may_enter_it(house: House) -> None:
    guest(house, "invited")
    guest(house, "early", registers=True)
    house.publish(seminar())
    house.until(INVITED)
    house.publish(seminar(join="https://meet.sample.example/other"))
    house.turn()
    assert seen(house, 2) == [("early", "変更")]


@SQLITE
@pytest.mark.parametrize("change", [MOVED, {"cancelled": "true"}])
def test_nobody_hears_of_a_change_to_what_is_over(house: House, change: dict[str, str]) -> None:
    guest(house, "early", registers=True)
    house.publish(seminar())
    house.until(OVER)
    before = len(mails(house))
    (remark,) = house.publish(seminar(**change)).seminars
    assert remark.note is Note.OVER
    assert "NOBODY IS TOLD" in remark.sentence
    house.after(days=1)
    assert len(mails(house)) == before


@SQLITE
def test_a_file_that_is_gone_stops_its_mails_and_publish_says_what_to_do(house: House) -> None:
    guest(house, "early", registers=True)
    house.publish(seminar())
    house.turn()
    (remark,) = house.publish(without_seminar()).seminars
    assert remark.note is Note.GONE
    assert "cancelled: true" in remark.sentence
    house.until(OVER)
    assert seen(house) == [("early", "承りました")]


@SQLITE
def test_a_mail_that_was_claimed_before_the_change_is_written_anew(house: House) -> None:
    """The publication comes between rendering and the commit before the body."""
    guest(house, "invited")
    house.publish(seminar())
    house.clock.move_to(INVITED)
    house.decide()
    outbox = house.outbox
    outbox._refill()
    house.publish(seminar(**MOVED))
    outbox.drain(5)
    house.turn()
    assert seen(house) == [("invited", "件名")]
    assert "5月28日" in texts(house, "件名")["invited"]


@SQLITE
def test_a_correction_is_told_at_night_where_the_morning_would_be_too_late(house: House) -> None:
    courtesy = '  courtesy: {days: all, hours: ["08:00-20:00"]}\n'
    guest(house, "early", registers=True)
    files = seminar(starts='"2026-05-21 07:30"', reminder="")
    calendar = files["workflows/calendar.yaml"] + courtesy.encode()
    house.publish({**files, "workflows/calendar.yaml": calendar})
    house.until(datetime(2026, 5, 20, 13, tzinfo=UTC))
    off = seminar(starts='"2026-05-21 07:30"', reminder="", cancelled="true")
    house.publish({**off, "workflows/calendar.yaml": calendar})
    house.turn()
    assert seen(house) == [("early", "中止"), ("early", "承りました")]


@SQLITE
@pytest.mark.parametrize(
    ("template", "text", "code"),
    [
        # whoever is invited has not registered
        ("x/invite", "{{ seminar.join | default('') }}", "room-in-invitation"),
        # a correction goes to those who were only invited too, so it needs a way out
        ("receipt/off", "---\nsubject: 中止\nlayout: bare\n---\n中止です。\n", "no-unsubscribe"),
        # page.viewed is about no seminar
        ("x/page", "{{ seminar.title }}", "no-seminar"),
    ],
)
def test_the_check_refuses_mails_that_say_too_much_or_cannot_be_written(
    house: House, template: str, text: str, code: str
) -> None:
    files = seminar()
    written = text if text.startswith("---") else letter(text)
    files[f"templates/email/{template}.ja.md"] = written.encode()
    layouts = "templates/email/layouts/"
    files[f"{layouts}bare.mjml"] = (
        b"<mjml><mj-body><mj-section><mj-column><mj-text>[[ content ]]"
        b"</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    files[f"{layouts}bare.txt"] = b"[[ content ]]\n"
    files["workflows/page.yaml"] = workflow("page", "- send: x/page\n").encode()
    files.setdefault("templates/email/x/page.ja.md", letter().encode())
    with pytest.raises(DefinitionError) as raised:
        house.publish(files)
    assert code in {problem.code for problem in raised.value.problems}


@SQLITE
def test_no_cap_keeps_a_wrong_date_in_anybodys_calendar(house: House) -> None:
    guest(house, "invited")
    caps = b"caps:\n  - {id: month, per: contact, mails: 1, within: 30d}\n"

    def capped(**changes: str) -> dict[str, bytes]:
        files = seminar(**changes)
        return {**files, "workflows/policy.yaml": files["workflows/policy.yaml"] + caps}

    house.publish(capped())
    house.until(INVITED)
    house.publish(capped(**MOVED))
    house.turn()
    assert seen(house) == [("invited", "件名"), ("invited", "変更")]


@SQLITE
def test_an_invitation_that_was_paused_stays_paused_through_off_and_on_until_it_is_resumed(
    house: House,
) -> None:
    guest(house, "invited")
    house.publish(seminar())
    mailing_control.pause(house.runtime, "clinic/invitation", "文面の確認中")
    house.publish(seminar(cancelled="true"))
    house.publish(seminar())
    (row,) = house.rows(tables.mailing, name="clinic/invitation")
    assert (row.state, row.reason, row.due_at) == ("paused", "文面の確認中", None)
    house.until(INVITED)
    assert house.rows(tables.message) == []
    mailing_control.resume(house.runtime, "clinic/invitation")
    assert house.rows(tables.pause) == []
    house.turn()
    assert seen(house) == [("invited", "件名")]


@SQLITE
def test_a_pause_of_a_correction_ends_with_it(house: House) -> None:
    guest(house, "invited")
    house.publish(seminar())
    house.until(INVITED)
    house.publish(seminar(**MOVED))
    (correction,) = (
        row.name for row in house.rows(tables.mailing) if row.name.startswith("clinic/correction")
    )
    mailing_control.pause(house.runtime, correction)
    house.publish(seminar(starts='"2026-05-29 15:00"'))
    assert house.rows(tables.pause) == []
    house.turn()
    assert seen(house, 1) == [("invited", "変更")]


def test_off_and_on_again_and_again_in_one_moment_loses_nobody(house: House) -> None:
    guest(house, "invited")
    late = {
        "invitation": '{to: {title: 担当}, at: "2026-05-13 19:00", send: x/invite, window: office}'
    }
    house.publish(seminar(**late))
    house.until(datetime(2026, 5, 13, 11, tzinfo=UTC))
    for _ in range(3):
        house.publish(seminar(**late, cancelled="true"))
        house.publish(seminar(**late))
        house.turn()
    house.after(days=1)
    assert seen(house) == [("invited", "件名")]
