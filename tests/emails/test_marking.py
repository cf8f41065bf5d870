"""Missing values marked where they stand; nothing else of a mail is changed by it."""

from __future__ import annotations

from typing import Any

import pytest

from nurture.emails.appearance import Look, as_seen
from nurture.emails.compile import compile_path
from nurture.emails.demonstration import DemonstrationLinks
from nurture.emails.links import MailLinks
from nurture.emails.marking import marking_part, reveal_html, reveal_text
from nurture.emails.outline import outline
from nurture.emails.parts import MakePart, compile_part
from nurture.emails.render import Rendered, render
from nurture.emails.sources import template_paths
from nurture.emails.tokens import Keyring, Purpose
from nurture.errors import Problem

_KEYRING = Keyring({1: b"k" * 32}, 1)
_LINKS = DemonstrationLinks(_KEYRING, "https://links.sample.example", 7, 7, tracked=False)
_LAYOUT = (
    "<mjml><mj-head><mj-preview>[[ preheader ]]</mj-preview></mj-head><mj-body><mj-section>"
    "<mj-column><mj-text>[[ content ]]</mj-text></mj-column></mj-section></mj-body></mjml>"
)


def _render(
    body: str, values: dict[str, Any], make_part: MakePart, links: MailLinks = _LINKS
) -> Rendered:
    files = {
        "templates/email/x/a.ja.md": f"---\nsubject: 件名\npreheader: 冒頭\n---\n{body}\n",
        "templates/email/layouts/letter.mjml": _LAYOUT,
    }
    problems: list[Problem] = []
    compiled = compile_path(files, template_paths(files)[0], "ja", problems, make_part)
    assert compiled is not None, problems
    return render(compiled, values, links)


def _marked(body: str, **values: Any) -> tuple[str, list[str]]:
    """Return the text part with its marks, and what is missing in the HTML."""
    mail = _render(body, values, marking_part)
    html, missing = reveal_html(mail.html, values)
    assert "\ue000" not in html
    return reveal_text(mail.text, values)[0].strip(), missing


@pytest.mark.parametrize(
    ("body", "text", "missing"),
    [
        # printed as it is, and by its full name
        ("{{ contact.title }}様", "⟦contact.title⟧様", ["contact.title"]),
        ("{{ trigger.a.b }}", "⟦trigger.a.b⟧", ["trigger.a.b"]),
        ("{{ nothing.here }}", "⟦nothing.here⟧", ["nothing.here"]),
        # filters let it through, whatever they would have made of it
        ("{{ contact.title | upper }}", "⟦contact.title⟧", ["contact.title"]),
        ("{{ contact.seats | number }}", "⟦contact.seats⟧", ["contact.seats"]),
        ("{{ contact.day | date('day') }}", "⟦contact.day⟧", ["contact.day"]),
        ("{{ contact.seats + 1 }}", "⟦contact.seats⟧", ["contact.seats"]),
        # what cannot be addressed says what would help
        ("{{ contact | addressee }}", "⟦contact.family_name⟧", ["contact.family_name"]),
        # who has thought of it is not told
        ("{{ contact.title | default('ご担当者') }}", "ご担当者", []),
        ("あ{% if contact.title %}{{ contact.title }}{% endif %}", "あ", []),
        # a loop over nothing has no rounds
        ("い{% for one in trigger.many %}{{ one }}{% endfor %}", "い", []),
    ],
)
def test_what_is_missing_is_marked_where_it_stands(
    body: str, text: str, missing: list[str]
) -> None:
    said, found = _marked(body, contact={"email": "a@sample.example"}, trigger={"a": {}})
    assert said == text
    assert found == missing


def test_a_mark_in_an_address_is_no_element_and_no_way_out() -> None:
    values = {"contact": {}}
    mail = _render("[見る](https://a.example/{{ contact.x }})", values, marking_part)
    html, missing = reveal_html(mail.html, values)
    assert missing == ["contact.x"]
    assert outline(html).links[0].target == "https://a.example/contact.x"


def test_with_every_value_there_a_mail_is_what_would_be_sent() -> None:
    body = "{{ contact.name }} {{ contact.seats | number }} [{{ contact.name }}]({{ contact.url }})"
    values = {"contact": {"name": "<b>田中", "seats": 1200, "url": "https://a.example/?b&c"}}
    marked, sent = (_render(body, values, make) for make in (marking_part, compile_part))
    assert (marked.subject, marked.html, marked.text) == (sent.subject, sent.html, sent.text)
    assert reveal_html(marked.html, values) == (sent.html, [])


def test_no_link_of_a_shown_mail_acts_for_anybody() -> None:
    ways = (_LINKS.unsubscribe, _LINKS.preferences)
    tokens = [_KEYRING.verify(way.rpartition("/")[2]) for way in ways]
    assert [(t.purpose, t.message_id, t.contact_id) for t in tokens if t] == [
        (Purpose.DEMONSTRATION, 0, 0)
    ] * 2


def test_the_preheader_is_what_lists_show_and_not_the_letter() -> None:
    found = outline(_render("本文 [読む](https://a.example/)", {}, compile_part).html)
    assert found.preheader == "冒頭"
    assert [(link.text, link.target) for link in found.links] == [("読む", "https://a.example/")]


def test_dark_colours_are_shown_on_any_device_and_only_where_they_are_wanted() -> None:
    page = (
        '<head><meta name="color-scheme" content="light dark"><style>:root{color-scheme: light '
        "dark}@media (prefers-color-scheme: dark){p{color:#fff}}</style></head><p>a"
    )
    dark, light = as_seen(page, Look.DARK), as_seen(page, Look.LIGHT)
    assert "@media (min-width:0){p" in dark
    assert 'content="dark"' in dark
    assert "@media (max-width:0){p" in light
    inverted = as_seen(page, Look.INVERTED)
    assert "@media (max-width:0){p" in inverted
    assert "invert(1)" in inverted
