"""Signed addresses of pages that anybody may open at the end of a demo."""

from __future__ import annotations

from dataclasses import dataclass

from nurture.db.demo_people import newest_mail, open_task_of_somebody
from nurture.db.engine import read
from nurture.emails.tokens import Purpose, Token
from nurture.services.runtime import Runtime
from nurture.services.task_links import link


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses; empty where a run left nothing to show."""

    task: str
    preferences: str


def signed_pages(runtime: Runtime, contact_id: int) -> Pages:
    """Return the page of an open task as its holder's mail leads there, and somebody's choices."""
    with read(runtime.engine) as connection:
        task = open_task_of_somebody(connection)
        mail = newest_mail(connection, contact_id)
    keys, base = runtime.keyring, runtime.public_url
    preferences = keys.sign(Token(Purpose.PREFERENCES, mail, contact_id)) if mail else ""
    return Pages(
        link(keys, base, *task) if task is not None else "",
        f"{base}/p/{preferences}" if preferences else "",
    )
