"""A small seminar for tests: invited on the 13th, reminded on the 20th, held on 21 May 2026."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.services.house import House
from tests.services.project import POLICY, letter, project, workflow

#: a room that only registered people may see
ROOM = "https://meet.sample.example/clinic"

INVITED = datetime(2026, 5, 13, 1, tzinfo=UTC)
REMINDED = datetime(2026, 5, 20, 1, tzinfo=UTC)

#: what its file says when it is put off by a week
MOVED = {"starts": '"2026-05-28 15:00"'}

_LINES = {
    "seminar": "clinic",
    "title": "{ja: 業務見直し相談会}",
    "starts": '"2026-05-21 15:00"',
    "ends": '"16:00"',
    "place": "{ja: オンライン}",
    "url": "https://www.sample.example/clinic",
    "join": ROOM,
    "invitation": '{to: {title: 担当}, at: "2026-05-13 10:00", send: x/invite}',
    "reminder": '{before: 1d, at: "10:00", send: receipt/reminder}',
    "correction": "{moved: receipt/moved, cancelled: receipt/off}",
}

_BODY = (
    "{{ seminar.title }} {{ seminar.starts | date }} {{ seminar.starts | time }} "
    "{{ seminar.place }} 参加URL:{{ seminar.join | default('なし') }}。"
)
_RECEIPT = workflow(
    "receipts",
    "- send: receipt/registered\n",
    "purpose: service\ntrigger: [{event: seminar.registered}]\nper: event.seminar",
)


def seminar(**changes: str) -> dict[str, bytes]:
    """Return a project with the clinic and receipts; `changes` are lines of its file.

    An empty change leaves the line out.
    """
    lines = {**_LINES, **changes}
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value)
    files = project(
        _RECEIPT,
        policy=POLICY,
        t_x__invite=letter("{{ seminar.title }} {{ seminar.starts | date }} {{ seminar.place }}"),
        t_receipt__reminder=letter(_BODY, "明日です"),
        t_receipt__registered=letter(_BODY, "承りました"),
        t_receipt__moved=letter(f"変更前 {{% if seminar.was_starts %}}"
                                f"{{{{ seminar.was_starts | date }}}}{{% endif %}} 変更後 {_BODY}",
                                "変更"),
        t_receipt__off=letter("{{ seminar.title }}は中止です。", "中止"),
    )  # fmt: skip
    return {**files, "workflows/seminars/clinic.yaml": text.encode()}


def without_seminar() -> dict[str, bytes]:
    """Return the same project after somebody deleted the seminar's file."""
    return {path: text for path, text in seminar().items() if "clinic.yaml" not in path}


def guest(house: House, name: str, registers: bool = False, **values: object) -> int:
    """Add somebody who is invited, and registers at once where so wanted."""
    found = house.person(f"{name}@aozora.example", title="担当", **values)
    if registers:
        house.happens(found, "seminar.registered", seminar="clinic")
    return found


def mails(house: House) -> list[tuple[str, str]]:
    """Return (who, subject) of every mail that has left, in order."""
    found = []
    for envelope in house.provider.accepted:
        mail = message_from_bytes(envelope.data, _class=EmailMessage, policy=policy.default)
        found.append((envelope.recipient.partition("@")[0], str(mail["Subject"])))
    return found


def seen(house: House, since: int = 0) -> list[tuple[str, str]]:
    """Return (who, subject) of the mails after the first `since`, by name."""
    return sorted(mails(house)[since:])


def texts(house: House, subject: str) -> dict[str, str]:
    """Return who → plain text of the newest mail of a subject."""
    found = {}
    for envelope in house.provider.accepted:
        mail = message_from_bytes(envelope.data, _class=EmailMessage, policy=policy.default)
        if mail["Subject"] == subject:
            body = mail.get_body(("plain",))
            assert body is not None
            found[envelope.recipient.partition("@")[0]] = body.get_content()
    return found
