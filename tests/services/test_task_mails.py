"""Task mails: who hears what of a task, in ten seconds on a phone, and nothing kept twice."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.services import control
from nurture.services.task_actions import act
from nurture.services.telling import What
from tests.services.desk import Desk, addresses, parts


def test_the_first_line_says_who_what_until_when_and_why(desk: Desk) -> None:
    task = desk.task(desk.lead())
    assert desk.tell(task) == [task]
    desk.house.turn()
    (envelope,) = desk.house.provider.accepted
    mail, text, page = parts(envelope.data)
    assert envelope.recipient == "nakamura@sample.example"
    assert mail["To"] == "中村健 <nakamura@sample.example>"
    assert mail["Subject"] == "電話：株式会社青空 田中様（5/13 10:00まで）"
    assert text.splitlines()[:3] == [
        "株式会社青空 田中様：初回電話（予算・決裁・必要性・時期の確認）",
        "期限：5月13日(水) 10:00 まで",
        "きっかけ：フォーム送信「見積もりのご依頼」（5月12日(火) 9:50）",
    ]
    for said in ("製造部 部長", "03-1234-5678", "tanaka@aozora.example", "月末の転記に3名で2日"):
        assert said in text
        assert said in page
    assert 'href="tel:0312345678"' in page


def test_a_task_mail_is_no_mailing_and_nobody_counts_its_links(desk: Desk) -> None:
    task = desk.task(desk.lead())
    desk.tell(task)
    desk.house.turn()
    mail, _, page = parts(desk.house.provider.accepted[0].data)
    assert mail["List-Unsubscribe"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    links = addresses(page)
    assert {one.partition("/t/")[0] for one in links} == {"https://links.sample.example"}
    asked = [one.partition("?do=")[2] for one in links]
    assert asked == ["called", "meeting_set", "accepted", "returned", "done", ""]
    assert "/o/" not in page


def test_a_queued_mail_and_a_sent_one_hold_no_copy_of_the_persons_data(desk: Desk) -> None:
    task = desk.task(desk.lead())
    desk.tell(task)
    (queued,) = desk.house.rows(tables.message)
    assert (queued.contact_id, queued.task_id, queued.values) == (None, task, {"what": "made"})
    desk.house.turn()
    (sent,) = desk.house.rows(tables.message)
    kept = json.dumps([str(one) for one in sent], ensure_ascii=False)
    assert sent.state == "sent"
    assert "田中" not in kept
    assert "青空" not in kept


def test_told_twice_of_the_same_one_mail_goes_out(desk: Desk) -> None:
    task = desk.task(desk.lead())
    desk.tell(task)
    desk.tell(task)
    desk.tell(task, What.REMINDER)
    desk.tell(task, What.REMINDER)
    assert [row.dedupe_key for row in desk.house.rows(tables.message)] == [
        f"task/{task}/made",
        f"task/{task}/reminder/2026-05-13T01:00:00+00:00",
    ]


#: what is wrong with the assignee; the policy's default sender hears instead
NOBODY: list[tuple[str, dict[str, object] | None]] = [
    ("nobody has it", None),
    ("who has it left", {"active": False}),
    ("who has it has no address", {"email": ""}),
]


@pytest.mark.parametrize(("why", "change"), NOBODY)
def test_somebody_always_hears(desk: Desk, why: str, change: dict[str, object] | None) -> None:
    nakamura = desk.members["nakamura"]
    if change is not None:
        desk.house.change(tables.team_member, nakamura, **change)
    desk.tell(desk.task(desk.lead(), assignee_id=nakamura if change is not None else None))
    desk.house.turn()
    assert desk.house.to() == ["sato@sample.example"], why


@pytest.mark.parametrize(
    ("kind", "name", "heard"),
    [
        # the default sender is on holiday: that is about mails to customers
        ("sender", "sato", ["nakamura@sample.example"]),
        # everything is everything
        ("everything", "", []),
    ],
)
def test_a_senders_pause_leaves_mails_to_our_own_team_alone(
    desk: Desk, kind: str, name: str, heard: list[str]
) -> None:
    control.pause(desk.house.runtime, kind, name, "休暇")
    desk.tell(desk.task(desk.lead()))
    desk.house.turn()
    assert desk.house.to() == heard


def test_a_member_reads_in_their_own_language(desk: Desk) -> None:
    desk.tell(desk.task(desk.lead("ueda"), assignee_id=desk.members["ueda"]))
    desk.house.turn()
    mail, text, _ = parts(desk.house.provider.accepted[0].data)
    assert mail["Subject"] == "Call: 田中太郎, 株式会社青空 (by 13 May 10:00)"
    assert "Opening it records nothing" in text.replace("opening", "Opening")


def test_a_reply_is_read_in_the_mail(desk: Desk) -> None:
    who = desk.lead()
    told = desk.house.happens(who, "email.replied", subject="Re: 伺い", text="火曜に15分\n\nどうぞ")
    task = desk.task(who, "reply", dedupe_key=f"reply/{told.event_id}", title="返信への対応")
    desk.tell(task)
    desk.house.outbox.drain(5)
    _, text, page = parts(desk.house.provider.accepted[0].data)
    assert "> 火曜に15分\n> \n> どうぞ\n" in text
    assert "火曜に15分<br" in page


def test_who_hears_of_a_late_call_answers_the_one_who_is_late(desk: Desk) -> None:
    who = desk.lead()
    late = desk.task(who)
    sato = desk.members["sato"]
    task = desk.task(
        who, "escalation", title="初回電話の遅れ", assignee_id=sato, result={"late": late}
    )
    desk.tell(task, What.ESCALATION)
    desk.house.turn()
    mail, text, _ = parts(desk.house.provider.accepted[0].data)
    assert mail["Reply-To"] == "中村健 <nakamura@sample.example>"
    assert "中村健さんの「初回電話" in text


def test_what_is_over_before_its_mail_leaves_is_not_sent(desk: Desk) -> None:
    closed, given = desk.task(desk.lead()), desk.task(desk.lead(email="b@aozora.example"))
    desk.tell(closed)
    desk.tell(given)
    act(desk.house.runtime, closed, "called", {"result": "talked"}, "nakamura", "cli")
    desk.house.change(tables.task, given, assignee_id=desk.members["ueda"])
    desk.house.outbox.drain(5)
    found = [(row.task_id, row.state, row.reason) for row in desk.house.rows(tables.message)]
    assert (closed, "cancelled", "task_over") in found
    assert (given, "cancelled", "task_over") in found
    assert desk.house.to() == []


def test_kinds_that_can_wait_are_told_of_in_the_morning_mail(desk: Desk) -> None:
    from nurture.domain.policy import TaskPolicy
    from nurture.services.task_mails import wanted

    morning = TaskPolicy(mail="digest")
    assert wanted(morning, "call", "made")
    assert not wanted(morning, "todo", "made")
    # what is late, or due now, is always told
    assert wanted(morning, "todo", "reminder")
    assert wanted(TaskPolicy(), "todo", "made")


def test_a_long_silence_does_not_keep_a_mail_from_being_written(desk: Desk) -> None:
    """Nothing known but an address, a company without a name, a task about nobody."""
    bare = desk.house.person(
        "x@nowhere.example", family_name=None, locale=None, owner_id=desk.members["nakamura"]
    )
    desk.tell(desk.task(bare, due_at=None))
    desk.tell(desk.task(None, "todo", title="事例の月次更新"))
    desk.house.clock.move_to(desk.house.clock.now() + timedelta(hours=1))
    desk.house.outbox.drain(5)
    subjects = [parts(one.data)[0]["Subject"] for one in desk.house.provider.accepted]
    assert subjects == ["電話：x@nowhere.example", "作業：事例の月次更新（5/13 10:00まで）"]
