"""The whole loop on the shipped files, in a browser as wide as a phone, in Japanese."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.web.loop import live, loop

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def test_from_the_ask_to_the_thanks_every_step_is_a_link_in_a_mail_and_a_button_on_a_page(
    tmp_path: Path, chromium_path: str
) -> None:
    seen: list[str] = []

    def look(page: Page, name: str) -> None:
        seen.append(name)
        assert page.evaluate(FITS), f"{name} is wider than the phone"

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        with loop(tmp_path, browser, look) as one:
            live(one)
        browser.close()
    assert len(seen) == len(set(seen)) + 2  # the news of three stages, and nothing left out
    assert {"referral/ask", "letter", "consent", "page-received", "referrer/won"} <= set(seen)
