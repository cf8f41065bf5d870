"""What people have to do about rewards: deliver one, see to a late one, talk about one undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from nurture.db import rewards as rows
from nurture.db import task_writes, team
from nurture.db.task_writes import Closing
from nurture.domain.owners import Colleague
from nurture.domain.task_timers import next_day
from nurture.services.reward_promises import Desk
from nurture.services.task_book import ESCALATION, write_tasks

#: the kind of task that asks for a reward to be delivered
KIND = "reward"
#: how the keys of those tasks begin: reward/ID/…
KEY = "reward/"

#: who hears that a promise was broken should see to it within this time
_SEE_TO_IT = timedelta(hours=4)
#: business days in which the owner talks to the receiver of a reward that is off
_TALK_WITHIN = 2

_DELIVER = ("特典「{title}」のお届け", "Deliver the reward: {title}")
_DONATE = (
    "寄付「{title}」の手配（寄付先: {recipient}）",
    "Arrange the donation: {title} ({recipient})",
)
_LATE = (
    "お約束の日を過ぎています: 特典「{title}」（担当 {member}）",
    "The promised day has passed: {title} ({member})",
)
_ASK = (
    "お届け済みの特典「{title}」の扱いをご相談（{why}）",
    "Talk about the delivered reward: {title} ({why})",
)
_WHY = {
    "reopened": ("商談が再開しました", "the deal is open again"),
    "lost": ("ご契約に至りませんでした", "the deal was lost"),
    "declined": ("お見送りになりました", "it was declined"),
    "duplicate": ("別のご紹介と重複していました", "another referral came first"),
    "expired": ("ご返答がありませんでした", "there was no answer"),
}
_NOBODY = ("未定", "nobody")


def deliver(desk: Desk, story: Row[Any], row: Row[Any]) -> None:
    """Ask whoever takes care of the receiver to deliver by the promised day."""
    texts = _DONATE if row.recipient else _DELIVER
    title = _in_ours(desk, texts).format(title=row.title, recipient=row.recipient or "")
    # One per time it fell due: released after a hold, it is asked for anew.
    key = f"{KEY}{row.id}/{desk.now.isoformat()}"
    _write(desk, story, row, key, KIND, title, row.due_at, _keeper(desk, story, row))


def late(desk: Desk, story: Row[Any], row: Row[Any]) -> None:
    """Tell somebody else that a promised day has passed: once per promised day."""
    keeper = _keeper(desk, story, row)
    handoff = desk.release.definitions.scoring.handoff
    named = handoff.escalate_to if handoff is not None and handoff.escalate_to else ""
    people = team.colleagues(desk.connection)
    other = people.with_key(named) or people.with_role(named) if named else None
    title = _in_ours(desk, _LATE).format(
        title=row.title, member=keeper.name if keeper is not None else _in_ours(desk, _NOBODY)
    )
    key = f"{KEY}{row.id}/late/{row.due_at.isoformat()}"
    due_at = desk.now + _SEE_TO_IT
    _write(desk, story, row, key, ESCALATION, title, due_at, other or keeper, named or "owner")


def ask(desk: Desk, story: Row[Any], row: Row[Any], why: str) -> None:
    """Ask the owner to talk about a reward that was delivered and is earned no more.

    Nothing is taken back silently: a person decides, and reverses it with a reason or not.
    """
    title = _in_ours(desk, _ASK).format(title=row.title, why=_in_ours(desk, _WHY[why]))
    due_at = next_day(desk.release.definitions.calendar, desk.now, _TALK_WITHIN)
    key = f"{KEY}{row.id}/ask/{desk.now.isoformat()}"
    _write(desk, story, row, key, "follow-up", title, due_at, _keeper(desk, story, row))


def close(desk: Desk, row: Row[Any], outcome: str) -> None:
    """Close what is open about a reward: it was delivered, or is off."""
    found = rows.open_tasks(desk.connection, f"{KEY}{row.id}/")
    state = "done" if outcome == "done" else "cancelled"
    task_writes.close(desk.connection, found, Closing(desk.now, outcome, state=state))


def reward_of(dedupe_key: str) -> int | None:
    """Return the reward whose delivery a task asks for, None where it asks for another thing."""
    head, _, rest = dedupe_key.partition("/")
    number, _, what = rest.partition("/")
    if f"{head}/" != KEY or not number.isdigit() or what.startswith(("late/", "ask/")):
        return None
    return int(number)


def _write(
    desk: Desk,
    story: Row[Any],
    row: Row[Any],
    key: str,
    kind: str,
    title: str,
    due_at: datetime | None,
    who: Colleague | None,
    named: str = "owner",
) -> None:
    # Until the referred person is a contact, it is about who introduced them.
    contact_id = row.contact_id or story.referrer_id
    task = {
        "dedupe_key": key[:200],
        "contact_id": contact_id,
        "account_id": rows.receiver(desk.connection, contact_id).account_id,
        "kind": kind,
        "title": title[:400],
        "assignee": named,
        "assignee_id": who.id if who is not None else None,
        "due_at": due_at,
        "created_at": desk.now,
    }
    write_tasks(desk.connection, desk.release, [task], desk.now)


def _keeper(desk: Desk, story: Row[Any], row: Row[Any]) -> Colleague | None:
    """Return who takes care of a receiver: their owner, else the referral's, else the default."""
    people = team.colleagues(desk.connection)
    owner = rows.receiver(desk.connection, row.contact_id or story.referrer_id).owner_id
    for one in (people.with_id(owner), people.with_id(story.owner_id)):
        if one is not None and one.active:
            return one
    return people.with_key(desk.release.definitions.policy.default_sender)


def _in_ours(desk: Desk, texts: tuple[str, str]) -> str:
    return texts[0 if desk.release.definitions.policy.default_locale.startswith("ja") else 1]
