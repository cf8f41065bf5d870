"""The morning mail: on business days, to those of the team who have something to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from nurture.db import tables
from nurture.services.digest import send_digests
from nurture.services.today import today
from tests.services.house import House
from tests.services.project import project

#: 08:30 in Tokyo, Wednesday after the Tuesday at which tests start
WEDNESDAY = datetime(2026, 5, 12, 23, 30, tzinfo=UTC)
#: of the same week
FRIDAY = WEDNESDAY + timedelta(days=2)

_TEMPLATE = (
    "---\nsubject: 本日{{ desk.due }}件・超過{{ desk.late }}件\npreheader: 予定\n"
    "layout: letter\n---\n"
    "{% for one in desk.tasks %}\n- {{ one.title }} {{ one.who }} [対応する]({{ one.url }})\n"
    "{% endfor %}\n"
)


SHIPPED = Path(__file__).parents[2] / "templates/email/team/today.ja.md"
#: how the shipped mail lists tasks
_LIST = (
    SHIPPED.read_text("utf-8").split("## やること")[1].split("{% endif %}\n\n{% if desk.more")[0]
)


def _published(house: House, at: str = '"08:30"', template: str = _TEMPLATE) -> None:
    files = project()
    policy = files["workflows/policy.yaml"].decode() + f"\ntasks: {{digest_at: {at}}}\n"
    calendar = (
        files["workflows/calendar.yaml"]
        .decode()
        .replace("business: {days: all", "business: {days: mon-fri")
    )
    house.publish(
        {
            **files,
            "workflows/policy.yaml": policy.encode(),
            "workflows/calendar.yaml": calendar.encode(),
            "templates/email/team/today.ja.md": template.encode(),
        }
    )


def _task(house: House, key: str = "sato", about: bool = True) -> int:
    [member] = [row.id for row in house.rows(tables.team_member) if row.key == key]
    person = house.person(account_id=house.company()) if about else None
    return house.add(
        tables.task,
        dedupe_key=f"t/{key}",
        contact_id=person,
        kind="call",
        title="初回電話",
        assignee="owner",
        assignee_id=member,
        due_at=WEDNESDAY,
        created_at=house.clock.now(),
    )


def test_who_has_a_task_hears_of_it_in_the_morning_and_nobody_else_does(house: House) -> None:
    _published(house)
    _task(house)
    assert send_digests(house.runtime) == 0, "it is Tuesday, ten in the morning"
    house.clock.move_to(WEDNESDAY)
    assert send_digests(house.runtime) == 1
    assert send_digests(house.runtime) == 0, "once a morning"
    house.outbox.drain(5)
    [mail] = house.rows(tables.message)
    assert (mail.recipient, mail.state, mail.subject) == (
        "sato@sample.example", "sent", "本日1件・超過0件",
    )  # fmt: skip


def test_the_mail_carries_a_button_for_each_task_and_keeps_nothing_about_the_contact(
    house: House,
) -> None:
    _published(house)
    _task(house)
    house.clock.move_to(WEDNESDAY)
    send_digests(house.runtime)
    house.turn()
    [mail] = house.rows(tables.message)
    assert "desk" not in mail.values and "田中" not in str(mail.values)
    [envelope] = house.provider.accepted
    text = message_from_bytes(envelope.data, policy=default).get_body(("plain",)).get_content()
    assert "初回電話 株式会社青空 田中様" in text
    assert "https://" in text or "http://" in text
    assert "/t/" in text


def test_a_task_that_is_about_nobody_is_on_the_shipped_list_too(house: House) -> None:
    _published(house, template=f"---\nsubject: 本日\nlayout: letter\n---\n\n{_LIST}\n")
    _task(house, about=False)
    house.clock.move_to(WEDNESDAY)
    assert send_digests(house.runtime) == 1
    house.turn()
    assert [(mail.state, mail.reason) for mail in house.rows(tables.message)] == [("sent", None)]


def test_after_friday_comes_monday_and_without_a_time_none_comes(house: House) -> None:
    _published(house)
    house.clock.move_to(FRIDAY)
    send_digests(house.runtime)
    [row] = house.rows(tables.schedule)
    assert row.due_at == FRIDAY + timedelta(days=3)
    house.publish(project())
    assert house.rows(tables.schedule) == []


def test_what_was_due_while_nobody_worked_is_not_put_off_by_a_publication(house: House) -> None:
    _published(house)
    _task(house)
    house.clock.move_to(WEDNESDAY + timedelta(minutes=1))
    _published(house)
    assert send_digests(house.runtime) == 1
    [row] = house.rows(tables.schedule)
    assert row.last_at == house.clock.now()
    assert row.due_at == WEDNESDAY + timedelta(days=1)


def test_the_default_sender_has_what_is_nobodys_and_what_a_leaver_left(house: House) -> None:
    _published(house)
    task = _task(house, "mori")
    assert [one.id for one in today(house.runtime, "ja", "mori").tasks] == []
    house.clock.move_to(WEDNESDAY)
    assert [one.id for one in today(house.runtime, "ja", "mori").tasks] == [task]
    assert today(house.runtime, "ja", "sato").tasks == []
    [mori] = [row.id for row in house.rows(tables.team_member) if row.key == "mori"]
    house.change(tables.team_member, mori, active=False)
    assert [one.id for one in today(house.runtime, "ja", "sato").tasks] == [task]
    house.change(tables.task, task, assignee_id=None)
    assert [one.id for one in today(house.runtime, "ja", "sato").tasks] == [task]
    assert today(house.runtime, "ja", "sato").counts["today"] == 1


def test_the_last_act_of_a_hot_lead_is_theirs_not_ours_and_the_erased_are_on_no_desk(
    house: House,
) -> None:
    _published(house)
    task = _task(house)
    [row] = house.rows(tables.task, id=task)
    house.happens(row.contact_id, "page.viewed", page="pricing")
    house.happens(row.contact_id, "call.logged", result="talked")
    house.decide()
    house.change(tables.contact, row.contact_id, temperature="hot")
    [lead] = today(house.runtime, "en").hot
    assert lead.last == "Page viewed"
    house.clock.move_to(WEDNESDAY)
    house.change(tables.contact, row.contact_id, erased=True)
    day = today(house.runtime, "en")
    assert (day.hot, day.tasks, day.counts["today"]) == ([], [], 0)
