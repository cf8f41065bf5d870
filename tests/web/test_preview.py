"""The preview's pages: what they show, and that a browser refuses nothing of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from nurture.cli.preview import watch_files
from nurture.db.engine import make_engine
from nurture.db.tables import metadata
from nurture.services.preview import Studio
from nurture.web.preview import make_preview
from tests.services.house import make_house
from tests.services.project import letter, project, workflow

if TYPE_CHECKING:
    from flask.testing import FlaskClient

_LETTER = "/?show=template:x/letter&lang=ja"


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'preview.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = project(workflow("journey", "- {id: first, send: x/letter}"))
    for path, content in files.items():
        (tmp_path / "p" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / path).write_bytes(content)
    return tmp_path / "p"


@pytest.fixture
def studio(lite: Engine, folder: Path) -> Studio:
    return Studio(make_house(lite).runtime, folder, has_contacts=True)


@pytest.fixture
def client(studio: Studio) -> FlaskClient:
    return make_preview(studio).test_client()


@pytest.mark.parametrize(("language", "title"), [("ja", "受信一覧"), ("en", "In the list")])
@pytest.mark.parametrize("asked", ["", "&locale=all&width=both&look=dark", "&reader=own"])
def test_the_page_stands_in_both_languages(
    client: FlaskClient, language: str, title: str, asked: str
) -> None:
    page = client.get(f"/?show=template:x/letter&lang={language}{asked}")
    assert page.status_code == 200
    assert title in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_any_address_is_answered(client: FlaskClient) -> None:
    for path, status in {
        "/": 200,
        "/?show=template:x/none": 200,
        "/?show=template:x/letter&contact=nobody@a.example": 200,
        "/?show=%00&reader=%00&locale=%00&width=x&look=x&own_email=%00": 200,
        "/mail.html?show=template:x/none": 404,
        "/mail.html?show=template:x/letter&look=x": 200,
        "/mail.eml?show=step:journey:first": 200,
        "/nothing": 404,
    }.items():
        assert client.get(path).status_code == status, path
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_mail_stands_in_a_frame_without_scripts(client: FlaskClient) -> None:
    answer = client.get("/mail.html?show=template:x/letter")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "script-src" not in policy


def test_a_contact_is_offered_and_shown(client: FlaskClient, lite: Engine) -> None:
    make_house(lite).person("tanaka@sample.example", family_name="田中")
    assert "tanaka@sample.example" in client.get(_LETTER).text
    mail = client.get("/mail.html?show=template:x/letter&contact=tanaka@sample.example")
    assert "田中" in mail.text


def test_in_a_browser_a_save_shows_at_once_a_mistake_too_and_nothing_is_refused(
    studio: Studio, folder: Path, chromium_path: str
) -> None:
    from playwright.sync_api import sync_playwright

    stop = threading.Event()
    watcher = threading.Thread(target=watch_files, args=(studio, folder, stop), daemon=True)
    server = make_server("127.0.0.1", 0, make_preview(studio), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    watcher.start()
    file = folder / "templates/email/x/letter.ja.md"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.port}{_LETTER}")
        page.locator("#live.on").wait_for()
        file.write_text(letter("{{ contact.hobby }}"), "utf-8")
        page.locator("mark", has_text="contact.hobby").wait_for()
        mail = page.frame_locator("iframe.desktop")
        mail.get_by_text("contact.hobby").wait_for()
        high = page.locator("iframe.desktop").bounding_box()
        assert high is not None
        assert 120 <= high["height"] < 2000
        file.write_text(letter("{{ contact.title"), "utf-8")
        page.locator(".problems code", has_text="letter.ja.md:9").wait_for()
        file.write_text(letter("直しました。"), "utf-8")
        mail.get_by_text("直しました。").wait_for()
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
        browser.close()
    stop.set()
    server.shutdown()
    assert complaints == []
