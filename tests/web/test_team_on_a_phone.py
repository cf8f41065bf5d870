"""Every page of the team as wide as a phone, and one button that opens all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from nurture.db import tables
from nurture.providers.mailbox_store import MailboxStore
from nurture.web.team import make_team
from tests.web.loop import Loop, live, loop
from tests.web.test_in_a_browser import Server

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def _addresses(app: Flask, one: Loop) -> Iterator[str]:
    """Yield every page of the team that shows something of what was lived."""

    def first(table: Any) -> Any:
        return one.house.rows(table)[0]

    values = {
        "contact_id": one.referrer,
        "account_id": first(tables.account).id,
        "ref": first(tables.referral).ref,
        "task_id": first(tables.task).id,
        "name": "referral-ask",
        "reward_id": first(tables.reward).id,
        "message_id": 1,
        "number": 1,
        "release_id": 1,
    }
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments <= values.keys():
            continue
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **{key: values[key] for key in rule.arguments})
        found = client.get(address, base_url="http://localhost")
        if found.status_code == 200 and found.mimetype == "text/html":
            yield address


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _look_at_nothing(_page: Page, _name: str) -> None:
    pass


def test_no_page_of_the_team_is_wider_than_a_phone_and_all_are_behind_one_button(
    tmp_path: Path, browser: Browser
) -> None:
    with loop(tmp_path / "loop", browser, _look_at_nothing) as one:
        live(one)
        store = MailboxStore(tmp_path / "mailbox.sqlite", one.house.clock.now)
        app = make_team(one.house.runtime, store, "x" * 32)
        paths = list(_addresses(app, one))
        known = {"/today", "/referrals/", "/rewards/", "/kpis/", "/nps/", "/asks/", "/tasks/"}
        assert known <= set(paths) and len(paths) > 25
        with Server(app) as url:
            phone = one.phone()
            for language in ("ja", "en"):
                wide = []
                for path in paths:
                    phone.goto(f"{url}{path}?lang={language}")
                    if not phone.evaluate(FITS):
                        wide.append(path)
                assert wide == [], language
            _uses_the_menu(phone, url)
            _fits_a_desk(browser, url)
        store.close()


def _uses_the_menu(phone: Page, url: str) -> None:
    """Open the menu by the keyboard, without scripts, and follow it."""
    phone.goto(f"{url}/referrals/?lang=ja")
    menu = phone.locator("details.menu nav").first
    assert not menu.is_visible()
    summary = phone.locator("details.menu summary")
    assert summary.bounding_box()["height"] >= 44  # type: ignore[index]
    summary.focus()
    phone.keyboard.press("Enter")
    assert menu.is_visible()
    here = menu.locator("[aria-current=page]")
    assert here.inner_text() == "ご紹介"
    assert menu.get_by_role("list", name="お客様とご紹介").is_visible()
    links = menu.locator("li a")
    assert links.count() == 15
    assert all(box["height"] >= 44 for box in (one.bounding_box() for one in links.all()) if box)
    menu.get_by_role("link", name="特典").click()
    assert phone.url.endswith("/rewards/")


def _fits_a_desk(browser: Browser, url: str) -> None:
    """The head of a page is one line at 1280 pixels in both languages; pages stand beside it."""
    desk = browser.new_page(viewport={"width": 1280, "height": 900})
    for language in ("ja", "en"):
        desk.goto(f"{url}/kpis/?lang={language}")
        assert desk.locator("header.top").bounding_box()["height"] < 60  # type: ignore[index]
        assert not desk.locator("details.menu").is_visible()
        side = desk.locator("nav.side")
        assert side.locator("[aria-current=page]").inner_text() in ("KPI", "KPIs")
        heights = [box["height"] for one in side.locator("a").all() if (box := one.bounding_box())]
        assert len(heights) == 15 and max(heights) < 40
    desk.close()
