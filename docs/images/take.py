"""Take the guides' pictures: `.venv/bin/python -m docs.images.take [NAME …]`.

Lives through a month (`life.py`), serves the pages of that moment on this machine, and lets
Chromium look at them. Needs `pip install -e '.[pictures]'`; takes a few minutes.
"""

from __future__ import annotations

import email
import email.policy
import io
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Row
from werkzeug.serving import WSGIRequestHandler, make_server

from docs.images.life import LEAD, ROOT, SEMINAR, Life
from nurture.db import tables
from nurture.emails.tokens import Purpose, Token
from nurture.providers.mailbox_store import MailboxStore
from nurture.services.preview import Studio as Workbench
from nurture.services.project import FOLDERS
from nurture.web.preview import make_preview
from nurture.web.public import make_public
from nurture.web.team import make_team

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--lang=ja-JP"]
#: largest picture, bytes; colours after quantising
LARGEST, COLOURS = 150_000, 128


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file's name, what is shown, and on what."""

    name: str
    what: str
    phone: bool = False
    #: CSS pixels, where it is not a phone
    width: int = 1280
    #: CSS pixels from the top that are kept; 0: the whole page
    height: int = 0
    locale: str = "ja"


PICTURES = (
    Picture("today.ja", "team:/today", height=1250),
    Picture("mailing.ja", "team:/mailings/2026-12-news?look=1", height=1500),
    Picture("seminar.ja", f"team:/seminars/{SEMINAR}", height=1100),
    Picture("stages.ja", "team:/stages/", height=1200),
    Picture("stages.en", "team:/stages/", height=1200, locale="en"),
    Picture("contact.ja", f"team:contact:{LEAD}", height=1250),
    Picture("letter.ja", "mail:warm/hearing:ja", width=760, height=960),
    Picture("letter-phone.ja", "mail:library/case:ja", phone=True, height=1100),
    Picture("letter-phone.en", "mail:warm/hearing:en", phone=True, height=1100),
    Picture("newsletter.ja", "mail:cold/newsletter:ja", width=760, height=1300),
    Picture("preferences-phone.ja", f"public:preferences:{LEAD}", phone=True, height=1300),
    Picture("task-mail-phone.ja", f"task-mail:{LEAD}", phone=True, height=1250),
    Picture("task-form-phone.ja", f"task:{LEAD}:form", phone=True, height=1175),
    Picture("preview.ja", "preview:step:warm-nurture:hearing", height=1150),
    Picture(
        "diagram.ja", "team:/workflows/warm-nurture/diagram.svg?ways=1", width=932, height=1250
    ),
    Picture("task-done-phone.ja", f"task:{LEAD}:done", phone=True, height=900),
)


class Studio:
    """What can be looked at, and the camera."""

    def __init__(self, life: Life, browser: Browser, public: str, team: str, preview: str) -> None:
        self._life, self._browser = life, browser
        self._public, self._team, self._preview = public, team, preview
        self._house = life.house

    def take(self, picture: Picture) -> bytes:
        """Return a picture as PNG."""
        width, scale = (390, 2) if picture.phone else (picture.width, 1)
        context = self._browser.new_context(
            viewport={"width": width, "height": 200},
            device_scale_factor=scale,
            is_mobile=picture.phone,
            locale=picture.locale,
            java_script_enabled=picture.what.startswith("preview:"),
        )
        page = context.new_page()
        try:
            self._show(page, picture)
            page.evaluate("scrollTo(0, 0); document.activeElement?.blur()")
            whole = page.evaluate("document.documentElement.scrollHeight")
            high = min(picture.height or whole, whole)
            page.set_viewport_size({"width": width, "height": high})
            return shrink(page.screenshot())
        finally:
            context.close()

    def _show(self, page: Page, picture: Picture) -> None:
        kind, _, rest = picture.what.partition(":")
        team = self._team
        match kind:
            case "team" if rest.startswith("contact:"):
                found = self._life.contact(rest.removeprefix("contact:"))
                page.goto(f"{team}/contacts/{found.id}?lang={picture.locale}")
            case "team":
                page.goto(f"{team}{rest}{'&' if '?' in rest else '?'}lang={picture.locale}")
            case "preview":
                asked = {"show": rest, "reader": "hardly-known", "width": "both"}
                page.goto(f"{self._preview}/?{urlencode({**asked, 'lang': picture.locale})}")
                page.locator("#live.on").wait_for()
                page.wait_for_timeout(500)
            case "mail":
                template, _, locale = rest.rpartition(":")
                page.set_content(self._mail(template, locale))
            case "task-mail":
                page.set_content(self._task_mail(rest))
            case "public":
                page.goto(self._preferences(rest.partition(":")[2]))
            case "task":
                address, _, moment = rest.partition(":")
                self._task(page, address, done=moment == "done")

    def _mail(self, template: str, locale: str) -> str:
        """Return the page of the newest mail of a template that left in a locale."""
        rows = self._house.rows(tables.message, template=template, state="sent")
        found = [r for r in rows if self._house.contact(r.contact_id).locale.startswith(locale)]
        return self._page_of(found[-1].id)

    def _task_mail(self, address: str) -> str:
        task = self._call(address)
        rows = self._house.rows(tables.message, task_id=task.id)
        return self._page_of(rows[0].id)

    def _page_of(self, message_id: int) -> str:
        (sent,) = (e for e in self._house.provider.accepted if e.message_id == message_id)
        part = email.message_from_bytes(sent.data, policy=email.policy.default).get_body(("html",))
        assert part is not None
        return str(part.get_content())

    def _preferences(self, address: str) -> str:
        contact = self._life.contact(address)
        mails = self._house.rows(tables.message, contact_id=contact.id, state="sent")
        token = Token(Purpose.PREFERENCES, mails[-1].id, int(contact.id))
        return f"{self._public}/p/{self._house.runtime.keyring.sign(token)}"

    def _call(self, address: str) -> Row[Any]:
        contact = self._life.contact(address)
        tasks = self._house.rows(tables.task, contact_id=contact.id, kind="call", state="open")
        return tasks[0]

    def _task(self, page: Page, address: str, done: bool) -> None:
        task = self._call(address)
        token = Token(Purpose.TASK, task.id, task.assignee_id)
        signed = self._house.runtime.keyring.sign(token)
        page.goto(f"{self._public}/t/{signed}?do=called")
        page.locator("input[name=result][value=qualified]").check()
        page.locator("[name=budget]").fill("今期の予算で確保済み（300万円まで）")
        page.locator("[name=authority]").fill("工場長が起案、社長が最終決裁")
        page.locator("[name=need]").fill("作業日報の転記に毎日2時間")
        page.locator("[name=timeline]").fill("3か月以内に一つ目のラインから")
        if done:
            page.locator("form button[type=submit]").first.click()


def shrink(png: bytes, colours: int = COLOURS) -> bytes:
    """Return a picture with few colours: text stays crisp, the file gets small."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    few = image.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


class Quiet(WSGIRequestHandler):
    """Serves without a line per request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(life: Life, folder: Path) -> Iterator[list[str]]:
    """Serve the public pages and the team's, and hand out their addresses."""
    store = MailboxStore(folder / "mailbox.sqlite", life.house.clock.now)
    apps = (
        make_public(life.house.runtime, folder),
        make_team(life.house.runtime, store, "x" * 32),
        make_preview(Workbench(life.house.runtime, _being_written(folder / "p"), True)),
    )
    servers = [
        make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet) for app in apps
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [f"http://127.0.0.1:{server.port}" for server in servers]
    for server in servers:
        server.shutdown()


def _being_written(folder: Path) -> Path:
    """Return a copy of the project in which somebody is in the middle of a letter."""
    for top in FOLDERS:
        shutil.copytree(ROOT / top, folder / top)
    letter = folder / "templates/email/warm/hearing.ja.md"
    text = letter.read_text("utf-8")
    at = text.index("\n\n1. ")
    asked = "{{ contact.title }}のお立場から、お聞かせいただければ幸いです。"
    letter.write_text(f"{text[:at]}{asked}{text[at:]}", "utf-8")
    return folder


def main(names: list[str]) -> None:
    """Take all pictures, or those of some names."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        life = Life(folder, "https://links.nurture.example")
        life.live()
        click.echo("the weeks are over")
        words = {"LANGUAGE": "ja", "LANG": "ja_JP.UTF-8"}
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env=os.environ | words
        )
        with served(life, folder) as (public, team, preview):
            studio = Studio(life, browser, public, team, preview)
            for picture in PICTURES:
                if names and picture.name not in names:
                    continue
                png = studio.take(picture)
                (HERE / f"{picture.name}.png").write_bytes(png)
                large = "  TOO LARGE" if len(png) > LARGEST else ""
                click.echo(f"{picture.name}.png  {len(png) // 1024} KB{large}")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
