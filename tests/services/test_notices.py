"""Chat notices: a workflow says a line once, and it waits until the room has taken it."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from nurture.db import tables
from nurture.providers.chat import MemoryChat
from nurture.services.notices import HELD, say_due
from tests.services.house import House
from tests.services.project import project, workflow


def _told(house: House) -> None:
    """A workflow tells the room `sales` of a contact."""
    files = project(workflow("a", "- notify: {chat: sales, text: お電話をお願いします}"))
    policy = files["workflows/policy.yaml"] + b"\nchats: {rooms: [sales]}\n"
    house.publish({**files, "workflows/policy.yaml": policy})
    house.happens(house.person(account_id=house.company()))
    house.decide()


def test_a_workflow_tells_a_room_once_with_company_and_name(house: House) -> None:
    _told(house)
    chat = MemoryChat(("sales",))
    assert say_due(house.runtime, chat) == 1
    assert say_due(house.runtime, chat) == 0
    assert chat.said == [("sales", "株式会社青空 田中様: お電話をお願いします")]
    [line] = house.rows(tables.notice)
    assert (line.state, line.due_at) == ("sent", None)


def test_a_line_that_was_not_taken_is_said_again_later_and_given_up_after_a_day(
    house: House,
) -> None:
    _told(house)
    chat = MemoryChat(("sales",), refuse=1)
    assert say_due(house.runtime, chat) == 1
    assert say_due(house.runtime, chat) == 0, "not at once"
    house.clock.move(timedelta(minutes=1))
    assert say_due(house.runtime, chat) == 1
    assert len(chat.said) == 1
    house.add(
        tables.notice,
        dedupe_key="x",
        chat="sales",
        text="x",
        state="queued",
        due_at=house.clock.now(),
        created_at=house.clock.now(),
    )
    chat.refuse = 100
    started, tries = house.clock.now(), 0
    while tries < 20 and (line := house.rows(tables.notice)[-1]).due_at is not None:
        house.clock.move_to(line.due_at)
        tries += say_due(house.runtime, chat)
    assert tries == 7
    assert line.state == "failed"
    assert timedelta(hours=23) < house.clock.now() - started < timedelta(hours=26)


def test_without_an_address_a_line_is_kept_where_people_can_read_it(house: House) -> None:
    _told(house)
    assert say_due(house.runtime, MemoryChat()) == 1
    [line] = house.rows(tables.notice)
    assert (line.state, line.due_at) == ("nowhere", None)


def test_a_worker_that_died_with_a_line_in_its_hands_loses_nothing(house: House) -> None:
    class Dies(MemoryChat):
        def say(self, room: str, text: str) -> None:  # type: ignore[override]
            raise SystemExit

    _told(house)
    with contextlib.suppress(SystemExit):
        say_due(house.runtime, Dies(("sales",)))
    chat = MemoryChat(("sales",))
    assert say_due(house.runtime, chat) == 0, "somebody may still be at it"
    [line] = house.rows(tables.notice)
    assert house.next_moment() == line.due_at, "business time waits"
    house.change(tables.notice, line.id, held_until=line.held_until - HELD)
    assert say_due(house.runtime, chat) == 1
    assert len(chat.said) == 1


def test_the_room_for_leads_hears_of_a_hand_off_and_of_a_late_first_call(house: House) -> None:
    files = project()
    policy = files["workflows/policy.yaml"] + b"\nchats: {rooms: [sales], leads: sales}\n"
    scoring = files["workflows/scoring.yaml"].partition(b"lifecycle:")[0] + (
        b"lifecycle:\n  - {to: mql, from: [prospect], when: {event: page.viewed}}\n"
        b"handoff: {at: mql, escalate: {after: 0h, to: mori},\n"
        b"  task: {for: owner, title: Call, due: 24h, kind: call}}\n"
    )
    house.publish({**files, "workflows/policy.yaml": policy, "workflows/scoring.yaml": scoring})
    house.happens(house.person(account_id=house.company()))
    house.decide()
    [line] = house.rows(tables.notice)
    assert line.text.startswith("株式会社青空 田中様: 引き継ぎ「Call」 担当: 佐藤花子 期限: ")
    house.after(hours=26)
    lines = house.rows(tables.notice)
    assert len(lines) == 2
    assert "対応が遅れています" in lines[1].text and "森由紀" in lines[1].text
    assert [text for _, text in house.chat.said] == [one.text for one in lines]
    assert "@" not in "".join(one.text for one in lines), "no address in a room"
