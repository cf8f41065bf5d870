"""The referral pages in a real browser: the way from a referrer to a thank-you, on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, update
from werkzeug.serving import make_server

from nurture.db import tables
from nurture.db.engine import make_engine, write
from nurture.web.public import make_public
from tests.web.introductions import Introducing, begin

#: no word of it can be broken
LONG = (
    "株式会社"
    + "とても長い名前の" * 8
    + "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunter"
)

#: everything a finger has to meet, in CSS pixels (WCAG 2.2, 2.5.5)
SMALLER_THAN_A_FINGER = """() => [...document.querySelectorAll('button, .button, label, summary')]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5
                 && !one.matches('.field > label, .aside label'))
  .map(one => one.textContent)"""

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'browser.sqlite'}")
    tables.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def world(lite: Engine, tmp_path: Path) -> Introducing:
    return begin(lite, tmp_path)


@pytest.fixture
def url(world: Introducing) -> Iterator[str]:
    server = make_server(
        "127.0.0.1", 0, make_public(world.scene.runtime, world.scene.state), threaded=True
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def test_from_a_referrer_to_a_thank_you_on_a_phone_in_japanese(
    world: Introducing, url: str, browser: Browser
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="ja", java_script_enabled=False
    )
    page = context.new_page()
    page.goto(url + world.page)
    assert "田中様" in page.inner_text("h1")
    page.get_by_label("お名前", exact=True).fill("鈴木")
    page.get_by_label("会社名").fill("みどり物流")
    page.get_by_role("button", name="紹介の文面を作る").click()
    assert "文面ができました" in page.inner_text("h1")
    assert "鈴木様" in page.inner_text("#letter")
    assert page.evaluate(FITS)
    page.get_by_role("link", name="ご紹介ページに戻る").click()
    assert "ご本人のご了承をお待ちしています" in page.inner_text("#now")

    # the friend opens the personal link
    page.goto(f"{url}/i/{world.code}")
    page.get_by_label("お名前").fill("鈴木 一郎")
    page.get_by_label("会社名").fill("みどり物流")
    page.get_by_label("メールアドレス").fill("suzuki@midori.example")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="この内容で申し込む").click()
    assert "承りました" in page.inner_text("h1")
    assert page.evaluate(FITS)
    assert context.cookies() == []
    states = {row.state for row in world.rows(tables.referral)}
    assert "received" in states
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_is_cut_off_or_refused_and_every_button_meets_a_finger(
    world: Introducing, url: str, browser: Browser, width: int
) -> None:
    code = world.ticket()
    world.introduce(LONG[:90], company=LONG)
    with write(world.scene.engine) as connection:
        connection.execute(update(tables.referrer).values(shown_as="full"))
        connection.execute(update(tables.contact).values(family_name=LONG[:90]))
        connection.execute(update(tables.account).values(name=LONG))
    page = browser.new_page(viewport={"width": width, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    paths = [world.page, f"/i/{world.code}", f"/g/{code}", f"/d/{world.code}/paper"]
    for path in [*paths, "/rules/default", f"{world.page}/letter/1"]:
        for lang in ("ja", "en"):
            page.goto(f"{url}{path}?lang={lang}")
            assert page.evaluate(FITS), (path, lang)
            assert page.evaluate(SMALLER_THAN_A_FINGER) == [], (path, lang)
    assert [said for said in complaints if "favicon" not in said and "404" not in said] == []
    page.close()


def test_a_press_copies_a_text_where_the_browser_can(
    world: Introducing, url: str, browser: Browser
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], locale="ja")
    page = context.new_page()
    page.goto(url + world.page)
    button = page.locator("#hand-on .link").get_by_role("button", name="コピー").first
    button.click()
    page.get_by_role("button", name="コピーしました").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"https://links.sample.example/i/{world.code}"
    context.close()
