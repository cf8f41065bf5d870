"""Links: found and numbered once, signed per mail, and never open to strangers."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from nurture.emails.errors import RenderError
from nurture.emails.tokens import TRAP_LINK, Purpose, Token
from tests.emails.mails import (
    KEYRING,
    LINKS,
    UNTRACKED,
    compiled,
    letter,
    main_text,
    newsletter,
    rendered,
)

_ADDRESS = re.compile(r'https://links\.nurture\.example/[^\s"<]+')


def _tokens(text: str) -> list[Token | None]:
    found = []
    for address in _ADDRESS.findall(text):
        parts = urlsplit(address.replace("&amp;", "&"))
        token = parts.path.rpartition("/")[2].removesuffix(".gif")
        found.append(KEYRING.verify(token, parse_qs(parts.query).get("to", [""])[0]))
    return found


BODY = """[一つ](https://www.nurture.example/a?x=1&y=2) [二つ](https://www.nurture.example/b)
[また一つ](https://www.nurture.example/a?x=1&y=2)
"""


def test_each_target_has_one_number_in_both_parts() -> None:
    template = compiled(letter(BODY))
    assert template.targets == [
        "https://www.nurture.example/a?x=1&y=2",
        "https://www.nurture.example/b",
    ]
    mail = rendered(letter(BODY))
    clicks = [t for t in _tokens(mail.html) if t and t.purpose is Purpose.CLICK]
    assert [t.link for t in clicks] == [1, 2, 1, TRAP_LINK]
    assert [t.link for t in _tokens(mail.text) if t] == [1, 2, 1]
    assert all((t.message_id, t.contact_id, t.template) == (7, 9, template.key) for t in clicks)


def test_pixel_and_hidden_link_are_at_the_end_and_no_person_sees_them() -> None:
    mail = rendered(letter("a"))
    tail = mail.html[mail.html.index('<div style="display:none;max-height:0') :]
    assert tail.endswith("</body></html>")
    assert 'aria-hidden="true"' in tail
    assert 'tabindex="-1"' in tail
    trap, pixel = _tokens(tail)
    assert trap is not None
    assert (trap.purpose, trap.link) == (Purpose.CLICK, TRAP_LINK)
    assert pixel is not None
    assert pixel.purpose is Purpose.OPEN
    assert "/o/" not in mail.text


def test_without_tracking_links_are_as_they_were_written() -> None:
    body = BODY + "[私]({{ trigger.url }}) [停止]({{ urls.unsubscribe }})"
    mail = rendered(letter(body), {"trigger": {"url": "https://a.example/?b=1&c=2"}}, UNTRACKED)
    assert 'href="https://www.nurture.example/a?x=1&amp;y=2"' in mail.html
    assert "https://www.nurture.example/a?x=1&y=2" in mail.text
    assert 'href="https://a.example/?b=1&amp;c=2"' in mail.html
    assert "<img" not in mail.html
    tokens = _tokens(mail.html)
    assert [t.purpose for t in tokens if t] == [Purpose.UNSUBSCRIBE]


def test_a_personal_target_travels_signed_in_the_address() -> None:
    body = "[会議]({{ trigger.url }}) [頁](https://www.nurture.example/p/{{ trigger.id }}?q=1)"
    values = {"url": "https://meet.example/日本?a=1&b=<2>".replace("<2>", "2"), "id": "A-1"}
    mail = rendered(letter(body), {"trigger": values})
    assert compiled(letter(body)).targets == [None, None]
    for part in (mail.html, mail.text):
        tokens = [t for t in _tokens(part) if t and t.link]
        assert [t.link for t in tokens] == [1, 2]
        assert "to=https%3A%2F%2Fmeet.example%2F" in part
        assert "to=https%3A%2F%2Fwww.nurture.example%2Fp%2FA-1%3Fq%3D1" in part


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/relative",
        "https://",
        "https://a.example/ b",
        "https://a.example/\nb",
        'https://a.example/"x',
        "ftp://a.example/",
        "mailto:a@b.example",
    ],
)
@pytest.mark.parametrize("links", [LINKS, UNTRACKED])
def test_a_value_that_is_no_web_address_stops_the_mail(target: str, links: object) -> None:
    with pytest.raises(RenderError, match="no web address"):
        rendered(letter("[x]({{ trigger.url }})"), {"trigger": {"url": target}}, links)  # type: ignore[arg-type]


def test_our_own_pages_are_not_counted() -> None:
    body = (
        "[停止]({{ urls.unsubscribe }}) [設定]({{ urls.preferences }}) "
        "[方針]({{ company.privacy }}) [電話](tel:+81300000000) [宛先](mailto:{{ sender.email }})"
    )
    company = {"company": "当社", "privacy": "https://www.nurture.example/privacy"}
    mail = rendered(letter(body), {"company": company})
    assert compiled(letter(body)).links == ()
    purposes = [t.purpose for t in _tokens(mail.html) if t]
    assert purposes[:2] == [Purpose.UNSUBSCRIBE, Purpose.PREFERENCES]
    assert 'href="https://www.nurture.example/privacy"' in mail.html
    assert 'href="mailto:suzuki@nurture.example"' in mail.html


def test_a_visible_address_leads_where_it_says() -> None:
    body = "<https://www.nurture.example/a>"
    mail = rendered(letter(body))
    assert compiled(letter(body)).links == ()
    assert 'href="https://www.nurture.example/a"' in mail.html
    assert main_text(mail) == "https://www.nurture.example/a"


def test_a_button_is_a_link_too() -> None:
    files = newsletter(
        '<mj-button href="https://www.nurture.example/a?b=1&amp;c=2">読む</mj-button>'
    )
    assert compiled(files).targets == ["https://www.nurture.example/a?b=1&c=2"]
    assert re.fullmatch(
        r"読む\nhttps://links\.nurture\.example/c/[\w-]{60}", main_text(rendered(files))
    )


def test_a_link_under_a_condition_keeps_its_number() -> None:
    body = "{% if trigger.x %}[a](https://a.example/){% endif %} [b](https://b.example/)"
    for trigger in ({}, {"x": 1}):
        links = [t.link for t in _tokens(rendered(letter(body), {"trigger": trigger}).text) if t]
        assert links[-1] == 2


def test_no_personal_data_is_in_any_address() -> None:
    mail = rendered(letter(BODY))
    for address in _ADDRESS.findall(mail.html):
        assert "hanako" not in address
        assert len(address) < 110
