"""Broadcasts and seminars, with the mailings that a seminar makes left to the seminar."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.domain.changes.change import Change, Labels, things
from nurture.domain.changes.fields import field_changes
from nurture.domain.changes.rewriting import with_segments_named
from nurture.domain.changes.side import Side, changed_segments
from nurture.domain.changes.workflows import condition_part
from nurture.domain.mailing import Mailing
from nurture.domain.seminar import Seminar

LABELS: Labels = {
    "at": ("日時", "at"),
    "title": ("タイトル", "title"),
    "template": ("テンプレート", "template"),
    "subject": ("件名", "subject"),
    "to": ("宛先", "to"),
    "purpose": ("目的", "purpose"),
    "priority": ("優先度", "priority"),
    "topic": ("配信トピック", "topic"),
    "sender": ("差出人", "from"),
    "window": ("配信時間帯", "window"),
    "expires": ("期限", "expires"),
    "attach": ("添付", "attach"),
    "pick": ("選定", "pick"),
    "starts_at": ("開始", "starts"),
    "ends_at": ("終了", "ends"),
    "place": ("会場", "place"),
    "seats": ("定員", "seats"),
    "join": ("参加URL", "room"),
    "url": ("申込ページ", "registration"),
    "summary": ("概要", "summary"),
    "host": ("担当", "host"),
    "materials": ("資料", "materials"),
    "moved_template": ("変更の連絡", "mail of a change"),
    "cancelled_template": ("中止の連絡", "mail of a cancellation"),
    "cancelled": ("中止", "cancelled"),
}


def broadcast_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield broadcasts that are new, gone or changed."""
    was, now = changed_segments(old, new)

    def parts(_name: str, before: Mailing, after: Mailing) -> Iterator[Change]:
        ours = with_segments_named(before.condition, was)
        theirs = with_segments_named(after.condition, now)
        yield from field_changes(LABELS, before, after, ("file", "condition"))
        yield from condition_part("to", ours, theirs, LABELS)

    yield from things("broadcast", _own(old), _own(new), _broadcast, parts)


def seminar_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield seminars that are new, gone or changed; their mailings follow from them."""

    def parts(_name: str, before: Seminar, after: Seminar) -> Iterator[Change]:
        yield from field_changes(LABELS, before, after)

    yield from things(
        "seminar", dict(old.definitions.seminars), dict(new.definitions.seminars), _seminar, parts
    )


def _own(side: Side) -> dict[str, Mailing]:
    return {name: one for name, one in side.definitions.mailings.items() if one.seminar is None}


def _broadcast(mailing: Mailing, _locale: str) -> str:
    return mailing.title


def _seminar(seminar: Seminar, locale: str) -> str:
    titles = seminar.title
    return titles.get("ja" if locale == "ja" else "en") or next(iter(titles.values()), "")
