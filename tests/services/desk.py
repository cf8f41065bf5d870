"""A house in which salespeople have something to do: a lead, its history, tasks, mails."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from nurture.db import tables
from nurture.db.engine import read, write
from nurture.services.task_links import link
from nurture.services.telling import What, tell
from tests.services.house import House
from tests.services.project import POLICY, project

_TEMPLATES = Path(__file__).parents[2] / "templates/email"

TEAM = """
  nakamura:
    {name: {ja: 中村健, en: Ken Nakamura}, email: nakamura@sample.example, role: sales}
  ueda:
    {name: {ja: 上田麻衣, en: Mai Ueda}, email: ueda@sample.example, role: sales, locale: en}
default_sender: sato"""

#: the shipped task mails, in a small house
FILES = project(
    policy=POLICY.replace("\ndefault_sender: sato", TEAM).replace(
        "locales: {default: ja}", "locales: {default: ja, also: [en]}"
    )
) | {
    f"templates/email/{path}": (_TEMPLATES / path).read_bytes()
    for path in (
        *(f"team/task.{locale}.{kind}" for locale in ("ja", "en") for kind in ("mjml", "txt")),
        *("team/notify.ja.md", "team/notify.en.md"),
        *("layouts/notice.mjml", "layouts/notice.txt", "layouts/task.mjml", "layouts/head.mjml"),
    )
}


class Desk:
    """What a test of salespeople's work acts on."""

    def __init__(self, house: House) -> None:
        house.publish(FILES)
        self.house = house
        self.members = {row.key: row.id for row in house.rows(tables.team_member)}

    def lead(self, owner: str | None = "nakamura", **values: Any) -> int:
        """Add a keen lead of a company, with what they did lately."""
        house = self.house
        account = house.company(industry="manufacturing", employees=250)
        row = {
            "family_name": "田中",
            "given_name": "太郎",
            "department": "製造部",
            "title": "部長",
            "phone": "03-1234-5678",
            "account_id": account,
            "owner_id": self.members[owner] if owner is not None else None,
            "temperature": "hot",
            "lifecycle": "mql",
            "fields": {"need": "月末の転記に3名で2日"},
            **values,
        }
        who = house.person(**row)
        now = house.clock.now()
        house.happens(who, "page.viewed", page="pricing", at=now - timedelta(minutes=30))
        house.happens(who, "form.submitted", form="quote", at=now - timedelta(minutes=10))
        return who

    def task(self, contact_id: int | None, kind: str = "call", **values: Any) -> int:
        """Add an open task for nakamura, due tomorrow."""
        now = self.house.clock.now()
        row = {
            "dedupe_key": f"test/{len(self.house.rows(tables.task))}",
            "contact_id": contact_id,
            "kind": kind,
            "title": "初回電話（予算・決裁・必要性・時期の確認）",
            "assignee": "owner",
            "assignee_id": self.members["nakamura"],
            "due_at": now + timedelta(hours=24),
            "created_at": now,
            **values,
        }
        return self.house.add(tables.task, **row)

    def tell(self, task_id: int, what: What = What.MADE) -> list[int]:
        """Tell of a task as its maker does."""
        runtime = self.house.runtime
        with write(runtime.engine) as connection:
            release = runtime.releases.live(connection)
            return tell(connection, release, [task_id], what, runtime.clock.now())

    def path(self, task_id: int, member: str = "nakamura", action: str = "") -> str:
        """Return a task's page for a member."""
        keyring = self.house.runtime.keyring
        return link(keyring, "", task_id, self.members[member], action)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows of all tables, to see that nothing changed."""
        with read(self.house.engine) as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(table.select())]
                for table in tables.metadata.sorted_tables
            }


def parts(data: bytes) -> tuple[Any, str, str]:
    """Return a mail's headers, its text and its HTML."""
    mail = message_from_bytes(data, policy=policy.default)
    text = mail.get_body(("plain",))
    page = mail.get_body(("html",))
    assert text is not None
    assert page is not None
    said, shown = (one.get_content().replace("\r\n", "\n") for one in (text, page))
    return mail, said, shown


def addresses(page: str) -> list[str]:
    """Return the web addresses that an HTML part links to."""
    found = re.findall(r'href="(https?://[^"]+)"', page)
    return [one.replace("&amp;", "&") for one in found]
