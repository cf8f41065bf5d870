"""What a referral owes by time, and what a deal's news does to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nurture.db import referrers, tables
from nurture.db.engine import write
from nurture.domain.referral import State
from nurture.errors import NurtureError
from tests.services.house import START, House
from tests.services.project import CALENDAR, SCORING, workflow
from tests.services.referring import TEXT, Referring, referring

ESCALATING = SCORING.replace(
    "handoff: {at: mql,", "handoff: {at: mql, remind: 4h, escalate: {after: 4h, to: mori},"
)


@pytest.fixture
def refers(house: House) -> Referring:
    return referring(house, scoring=ESCALATING)


def _overdue(refers: Referring) -> list[tuple[str, datetime]]:
    return [
        (row.properties["timer"], row.occurred_at)
        for row in refers.house.events("referral.overdue")
    ]


def test_a_receipt_that_did_not_leave_by_midnight_is_a_broken_promise(refers: Referring) -> None:
    made = refers.introduce()
    midnight = datetime.fromisoformat("2026-05-13T00:00:00+09:00")
    refers.house.until(midnight - timedelta(seconds=1))
    assert _overdue(refers) == []
    refers.house.until(midnight)
    assert _overdue(refers) == [("acknowledge", midnight)]
    (task,) = refers.house.rows(tables.task, kind="promise")
    assert task.contact_id == refers.referrer and made.ref in task.title
    # Nobody cared: whom the hand-off names hears of it, once.
    refers.house.after(hours=12)
    (alarm,) = refers.house.rows(tables.task, kind="escalation")
    assert alarm.assignee == "mori" and alarm.result == {"late": task.id}
    refers.house.after(days=3)
    assert len(_overdue(refers)) == 1


def test_the_24_hours_start_at_consent_and_the_48_too(refers: Referring) -> None:
    made = refers.introduce()
    refers.house.until(START + timedelta(days=2))
    refers.agree(made.id)
    agreed = refers.house.clock.now()
    refers.house.until(agreed + timedelta(hours=24, seconds=-1))
    assert [timer for timer, _ in _overdue(refers)] == ["acknowledge"]
    refers.house.until(agreed + timedelta(hours=48))
    assert _overdue(refers)[1:] == [
        ("contact", agreed + timedelta(hours=24)),
        ("report", agreed + timedelta(hours=48)),
    ]
    assert refers.row(made.id).breaches == ["acknowledge", "contact", "report"]


def test_a_logged_call_is_the_first_contact_and_keeps_the_promise(refers: Referring) -> None:
    made = refers.introduce(consented=True, consent_text=TEXT)
    contact = refers.row(made.id).contact_id
    refers.house.turn()
    refers.house.happens(contact, "call.logged", result="no_answer", by="sato")
    refers.house.turn()
    assert refers.row(made.id).state == "received"
    refers.house.happens(contact, "call.logged", result="talked", by="sato")
    refers.house.turn()
    row = refers.row(made.id)
    assert (row.state, row.contacted_by) == ("contacted", "phone")
    refers.house.after(hours=40)
    assert [timer for timer, _ in _overdue(refers)] == ["acknowledge"]


def test_a_task_of_a_late_first_contact_is_done_when_they_are_contacted(refers: Referring) -> None:
    made = refers.introduce(consented=True, consent_text=TEXT)
    refers.house.after(hours=25)
    contact = refers.row(made.id).contact_id
    (late,) = refers.house.rows(tables.task, kind="promise", contact_id=contact)
    refers.house.happens(contact, "introduction.contacted", how="mail", by="sato")
    refers.house.turn()
    assert refers.house.row(tables.task, late.id).state == "done"
    assert refers.row(made.id).contacted_by == "mail"


def test_nobody_answering_ends_it_and_the_stranger_is_forgotten(refers: Referring) -> None:
    made = refers.introduce(why="同じ課題")
    refers.house.until(START + timedelta(days=21))
    row = refers.row(made.id)
    assert (row.state, row.reason, row.email, row.why) == ("expired", "no_answer", None, None)
    assert row.name == "鈴木 一郎"
    refers.house.until(START + timedelta(days=28))
    row = refers.row(made.id)
    assert (row.name, row.company) == (None, "株式会社企業")
    assert row.review_at is None and row.address_hash is not None


@pytest.fixture
def referred(refers: Referring) -> tuple[Referring, int, int]:
    """Return a referral that was agreed to, and the contact it became."""
    made = refers.introduce(consented=True, consent_text=TEXT)
    refers.house.turn()
    return refers, made.id, refers.row(made.id).contact_id


def test_who_agreed_is_a_lead(referred: tuple[Referring, int, int]) -> None:
    refers, _, contact = referred
    assert refers.house.contact(contact).lifecycle == "lead"


def test_news_of_a_deal_moves_its_referral_by_itself(referred: tuple[Referring, int, int]) -> None:
    refers, number, contact = referred
    house = refers.house
    for kind, said, state in (
        ("deal.opened", {"deal": "CRM-1", "amount": 100}, "received"),
        ("deal.meeting_set", {"deal": "CRM-1", "attendees": "鈴木様"}, "contacted"),
        ("deal.met", {"deal": "CRM-1"}, "meeting"),
        ("deal.updated", {"deal": "CRM-1", "amount": 200}, "meeting"),
        ("deal.proposed", {"deal": "CRM-1"}, "proposal"),
        # going back moves no referral back
        ("deal.advanced", {"deal": "CRM-1", "stage": "meeting"}, "proposal"),
        ("deal.lost", {"deal": "CRM-1", "reason": "later"}, "lost"),
        ("deal.reopened", {"deal": "CRM-1"}, "proposal"),
        ("deal.won", {"deal": "CRM-1"}, "won"),
    ):
        house.happens(contact, kind, **said)
        house.turn()
        assert refers.row(number).state == state, kind
        house.clock.move_to(house.clock.now() + timedelta(hours=1))
    assert house.rows(tables.deal)[0].referral == refers.row(number).ref
    assert house.events("referral.lost")[0].properties["reason"] == "timing"
    assert refers.told() == [
        "referral.introduced", "referral.received", "referral.contacted", "referral.met",
        "referral.proposed", "referral.lost", "referral.reopened", "referral.won",
    ]  # fmt: skip


def test_a_deal_that_is_reopened_opens_its_referral_and_a_win_after_a_loss_counts(
    referred: tuple[Referring, int, int],
) -> None:
    refers, number, contact = referred
    refers.house.happens(contact, "deal.lost", deal="CRM-1", reason="no_budget")
    refers.house.turn()
    assert refers.row(number).reason == "budget"
    refers.house.clock.move_to(refers.house.clock.now() + timedelta(days=1))
    refers.house.happens(contact, "deal.won", deal="CRM-1")
    refers.house.turn()
    assert refers.row(number).state == "won"
    assert refers.told()[-2:] == ["referral.reopened", "referral.won"]


def test_a_deal_that_names_a_referral_ties_it_to_its_contact(refers: Referring) -> None:
    made = refers.introduce()
    talks = refers.house.person("suzuki@other.example", consent=[])
    refers.house.happens(talks, "deal.met", deal="CRM-2", referral=made.ref.lower())
    refers.house.turn()
    row = refers.row(made.id)
    assert (row.state, row.contact_id) == ("meeting", talks)
    assert refers.told() == ["referral.introduced", "referral.received", "referral.met"]


def test_a_deal_from_a_referral_names_one_that_is_known(refers: Referring) -> None:
    talks = refers.house.person("suzuki@other.example")
    for said, words in (
        ({"source": "referral"}, "names none"),
        ({"source": "referral", "referral": "R-000000"}, "no referral 'R-000000'"),
        ({"referral": "R-000000"}, "no referral 'R-000000'"),
    ):
        with pytest.raises(NurtureError, match=words):
            refers.house.happens(talks, "deal.opened", **said)
    made = refers.introduce()
    told = refers.house.happens(talks, "deal.opened", source="referral", referral=made.ref)
    assert told.status == "taken"


def _weeks(refers: Referring) -> list[tuple[bool, list[str]]]:
    events = refers.house.events("referral.week_due")
    return [(row.properties["news"], row.properties["referrals"]) for row in events]


def test_a_weekly_cadence_makes_one_event_a_week_for_all_open_referrals(house: House) -> None:
    refers = referring(house, program="\ncadence: weekly\n")
    first = refers.introduce(consented=True, consent_text=TEXT)
    second = refers.introduce("b@betsu.example", name="佐々木", consented=True, consent_text=TEXT)
    # Nobody has been in touch: the receipt has said all there is.
    house.until(datetime.fromisoformat("2026-05-14T10:00:00+09:00"))
    assert _weeks(refers) == []
    for one in (first, second):
        refers.move(one.id, State.CONTACTED, contacted_by="phone")
    refers.move(first.id, State.MEETING)
    (met,) = house.events("referral.met")
    assert met.properties["told"] is False
    house.until(datetime.fromisoformat("2026-05-21T10:00:00+09:00"))
    assert _weeks(refers) == [(True, [first.ref, second.ref])]
    refers.move(second.id, State.LOST, reason="timing")
    house.until(datetime.fromisoformat("2026-05-28T10:00:00+09:00"))
    assert _weeks(refers)[1:] == [(False, [first.ref])]
    refers.move(first.id, State.WON)
    house.after(days=14)
    assert len(_weeks(refers)) == 2


def test_a_mail_that_left_keeps_the_promises_it_was_for(house: House) -> None:
    files = dict.fromkeys(
        ("t_x__receipt", "t_x__news"),
        "---\nsubject: 件名\npreheader: 中身\n---\n{{ contact | addressee }}\n\n"
        "{{ referral.person }} {{ urls.unsubscribe }}\n",
    )
    head = "purpose: progress\ntrigger: [{event: %s}]\nper: event.referral\n"
    refers = referring(
        house,
        workflow("receipt", "- send: x/receipt", head % "referral.introduced"),
        workflow("news", "- send: x/news", head % "referral.contacted"),
        scoring=ESCALATING,
        **files,
    )
    made = refers.introduce(consented=True, consent_text=TEXT)
    house.after(hours=3)
    refers.move(made.id, State.CONTACTED, contacted_by="mail")
    house.after(days=3)
    assert len(house.to()) == 2 and _overdue(refers) == []
    row = refers.row(made.id)
    assert row.acknowledged_at == START
    assert row.reported_at == START + timedelta(hours=3)
    # Their own stop, and no other: progress stops, the rest does not.
    with write(house.engine) as connection:
        referrers.stop_updates(connection, refers.referrer, house.clock.now())
    refers.introduce("c@betsu.example")
    house.turn()
    assert len(house.to()) == 2
    assert house.mails()[-1][1:] == ("cancelled", "unsubscribed")


# -- weekends and holidays ---------------------------------------------------------------

#: what the owner is asked to do, by the same promise
LEAD = workflow(
    "lead",
    "- task: {for: owner, title: 初回のご連絡, due: promised, kind: first-contact}",
    "purpose: referral\ntrigger: [{event: introduction.accepted}]\nper: event.referral",
)

#: an office that is shut on weekends and holidays
OFFICE = CALENDAR.replace("business: {days: all,", "business: {days: mon-fri,")

#: a Saturday; a Friday before a Monday that is a holiday (海の日)
SATURDAY, FRIDAY = "2026-05-16T10:00+09:00", "2026-07-17T15:00+09:00"


@pytest.mark.parametrize(
    ("days", "agreed", "contact", "report"),
    [
        # by the clock, which is the default: a promise is a promise, on Sundays too
        ("", SATURDAY, "2026-05-17T10:00+09:00", "2026-05-18T10:00+09:00"),
        ("timers: {days: all}", FRIDAY, "2026-07-18T15:00+09:00", "2026-07-19T15:00+09:00"),
        # hours of business days alone: nothing is broken while the office is shut
        ("timers: {days: business}", SATURDAY, "2026-05-19T00:00+09:00", "2026-05-20T00:00+09:00"),
        ("timers: {days: business}", FRIDAY, "2026-07-21T15:00+09:00", "2026-07-22T15:00+09:00"),
        (
            "timers: {days: business, contact: 4h}",
            FRIDAY,
            "2026-07-17T19:00+09:00",
            "2026-07-22T15:00+09:00",
        ),
    ],
)
def test_task_and_breach_go_by_one_promise(
    house: House, days: str, agreed: str, contact: str, report: str
) -> None:
    refers = referring(house, LEAD, program=days, calendar=OFFICE)
    house.until(datetime.fromisoformat(agreed))
    made = refers.introduce(consented=True, consent_text=TEXT)
    house.turn()
    contact_by, report_by = datetime.fromisoformat(contact), datetime.fromisoformat(report)
    row = refers.row(made.id)
    assert (row.contact_by, row.report_by) == (contact_by, report_by)
    (task,) = house.rows(tables.task, kind="first-contact")
    assert task.due_at == contact_by
    house.until(report_by)
    assert [one for one in _overdue(refers) if one[0] != "acknowledge"] == [
        ("contact", contact_by),
        ("report", report_by),
    ]


def test_a_referral_of_another_system_is_promised_the_same(house: House) -> None:
    refers = referring(house, LEAD, program="timers: {days: business}", calendar=OFFICE)
    house.until(datetime.fromisoformat(FRIDAY))
    house.happens(refers.referrer, "introduction.accepted", referral="CRM-7", referrer="田中")
    house.turn()
    (task,) = house.rows(tables.task, kind="first-contact")
    assert task.due_at == datetime.fromisoformat("2026-07-21T15:00+09:00")
