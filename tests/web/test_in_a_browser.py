"""Pages as a real browser sees them: nothing refused by our own policy, nothing cut off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine
from werkzeug.serving import make_server

from nurture.db.engine import make_engine, write
from nurture.db.releases import store
from nurture.db.tables import consent, metadata, preference
from nurture.emails.tokens import Purpose
from nurture.providers.mailbox_store import MailboxStore
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.desk import Desk, addresses, parts
from tests.services.house import make_house
from tests.web.scene import FILES, Scene, make_scene
from tests.web.test_team import LETTER, fill

#: no word of it can be broken
LONG = (
    "株式会社"
    + "とても長い名前の" * 12
    + "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunter"
)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'browser.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def scene(lite: Engine, tmp_path: Path) -> Scene:
    return make_scene(lite, tmp_path)


class Server:
    """An application on a port of its own, while a test runs."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self.url

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_team_is_cut_off_or_refused(
    scene: Scene, browser: Browser, width: int
) -> None:
    store = MailboxStore(scene.state / "mailbox.sqlite", scene.clock.now)
    person = fill(scene, store, LONG)
    paths = ["/status", "/contacts/", f"/contacts/{person}", "/workflows/", "/tasks/", "/mailbox/"]
    paths += ["/workflows/warm-nurture", "/mailbox/1"]
    with Server(make_team(scene.runtime, store, "x" * 32)) as url:
        page = browser.new_page(viewport={"width": width, "height": 800})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for path in paths:
            page.goto(url + path)
            root = "document.documentElement"
            assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), path
        # The letter's own script is what the frame's sandbox refuses.
        assert [said for said in complaints if "script" not in said.lower()] == []
        page.close()
    store.close()
    assert b"<script>" in LETTER


def test_a_reader_unsubscribes_and_changes_their_mind_without_scripts(
    scene: Scene, browser: Browser
) -> None:
    person = scene.person()
    scene.agree(person, "marketing")
    address = f"/u/{scene.token(Purpose.UNSUBSCRIBE, scene.mail(person), person)}"
    with Server(make_public(scene.runtime, scene.state)) as url:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(url + address)
        assert [row.state for row in scene.rows(consent)] == ["granted"]
        page.get_by_role("button", name="配信を停止する").click()
        assert "配信を停止しました" in page.inner_text("h1")
        assert {row.state for row in scene.rows(consent)} == {"granted", "withdrawn"}
        page.get_by_role("button", name="配信を再開する").click()
        assert "配信を再開しました" in page.inner_text("h1")
        newest = [row for row in scene.rows(consent) if row.purpose == "marketing"][-1]
        assert (newest.state, newest.basis) == ("granted", "opt_in")
        assert context.cookies() == []
        context.close()


#: everything a finger has to meet, in CSS pixels (WCAG 2.2, 2.5.5)
SMALLER_THAN_A_FINGER = """() => [...document.querySelectorAll('label, button, input[type=date]')]
  .filter(one => one.getBoundingClientRect().height < 44 && !one.matches('.day label'))
  .map(one => one.textContent)"""


# 320 pixels is a phone, and what is left of 640 at 200 % zoom
@pytest.mark.parametrize("width", [320, 1280])
def test_a_reader_chooses_without_scripts_by_names_that_are_read_out(
    scene: Scene, browser: Browser, width: int
) -> None:
    titles = [("letters", LONG), ("seminars", "セミナー")]
    topics = "".join(f"  - {{topic: {name}, title: {title}}}\n" for name, title in titles)
    files = {**FILES, "workflows/policy.yaml": FILES["workflows/policy.yaml"]}
    files["workflows/policy.yaml"] += f"topics:\n{topics}".encode()
    with write(scene.engine) as connection:
        store(connection, files, "test", scene.clock.now())
    person = scene.person()
    scene.agree(person, "marketing")
    address = f"/p/{scene.token(Purpose.PREFERENCES, scene.mail(person), person)}"
    with Server(make_public(scene.runtime, scene.state)) as url:
        looking = browser.new_page(viewport={"width": width, "height": 700})
        looking.goto(url + address)
        assert looking.evaluate(SMALLER_THAN_A_FINGER) == []
        root = "document.documentElement"
        assert looking.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
        looking.close()
        context = browser.new_context(
            java_script_enabled=False, viewport={"width": width, "height": 700}
        )
        page = context.new_page()
        page.goto(url + address)
        page.get_by_role("switch", name="セミナー").uncheck()
        page.get_by_role("radio", name="月に1通まで").check()
        page.get_by_role("group", name="お休み").get_by_label("再開する日").fill("2026-06-01")
        page.get_by_role("button", name="保存する").click()
        assert (
            "2026年6月1日に再開します" in page.get_by_role("region", name="現在の設定").inner_text()
        )
        page.get_by_role("button", name="元に戻す").click()
        assert page.get_by_role("switch", name="セミナー").is_checked()
        assert scene.rows(preference)[0].paused_until is None
        assert context.cookies() == []
        context.close()


def test_a_scanner_with_scripts_that_opens_every_link_of_a_task_mail_changes_nothing(
    lite: Engine, tmp_path: Path, browser: Browser
) -> None:
    """And a person with a phone then presses the same button, once, without scripts."""
    desk = Desk(make_house(lite))
    task = desk.task(desk.lead(family_name=LONG))
    desk.tell(task)
    desk.house.turn()
    _, _, mail = parts(desk.house.provider.accepted[-1].data)
    links = addresses(mail)
    assert len(links) == 6
    before = desk.everything()
    with Server(make_public(desk.house.runtime, tmp_path)) as url:
        here = [url + "/t/" + link.partition("/t/")[2] for link in links]
        scanner = browser.new_page(viewport={"width": 360, "height": 740})
        for link in here:
            assert (found := scanner.goto(link)) is not None
            assert found.status == 200
            root = "document.documentElement"
            assert scanner.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), link
        scanner.close()
        assert desk.everything() == before
        phone = browser.new_context(java_script_enabled=False)
        page = phone.new_page()
        page.goto(here[0])
        page.check("input[value=talked]")
        page.click("button[type=submit]")
        assert page.locator(".said strong").inner_text() == "記録しました：電話済み"
        page.reload()
        assert page.locator(".said strong").inner_text() == "すでに記録されています：電話済み"
        assert phone.cookies() == []
        phone.close()
    assert len(desk.house.events("call.logged")) == 1
