"""The morning mail: on business days, to those of the team who have something to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

from nurture.db import tables
from nurture.services.digest import send_digests
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


def _published(house: House, at: str = '"08:30"') -> None:
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
            "templates/email/team/today.ja.md": _TEMPLATE.encode(),
        }
    )


def _task(house: House, key: str = "sato") -> int:
    [member] = [row.id for row in house.rows(tables.team_member) if row.key == key]
    person = house.person(account_id=house.company())
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


def test_after_friday_comes_monday_and_without_a_time_none_comes(house: House) -> None:
    _published(house)
    house.clock.move_to(FRIDAY)
    send_digests(house.runtime)
    [row] = house.rows(tables.schedule)
    assert row.due_at == FRIDAY + timedelta(days=3)
    house.publish(project())
    assert house.rows(tables.schedule) == []
