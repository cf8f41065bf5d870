"""Newsletters: MJML compiled once, and every construct that would not survive it named."""

from __future__ import annotations

import pytest

from nurture.emails.mjml_elements import ELEMENTS
from tests.emails.mails import main_text, newsletter, problems_of, rendered, shipped_layouts


def test_tags_survive_wherever_mjml_keeps_text() -> None:
    body = (
        '<mj-text color="{{ trigger.colour }}" css-class="c-{{ trigger.x }}">'
        '{{ trigger["x"] }} {% if trigger.n < 3 and trigger.n > 1 %}&lt;3{% endif %}</mj-text>\n'
        "{% if trigger.gone %}<mj-text>nie</mj-text>{% endif %}\n"
        "<mj-raw><!-- {{ trigger.x }} --></mj-raw>"
    )
    trigger = {"colour": "#123456", "x": 'a"b', "n": 2}
    mail = rendered(newsletter(body), {"trigger": trigger})
    assert "color:#123456" in mail.html
    assert "c-a&quot;b" in mail.html
    assert "a&quot;b &lt;3" in mail.html
    assert "nie" not in mail.html
    assert main_text(mail) == 'a"b <3'


def test_the_page_asks_for_nothing_from_outside() -> None:
    mail = rendered(newsletter("<mj-text>a</mj-text>"))
    assert "fonts.googleapis" not in mail.html
    assert "<link" not in mail.html
    assert "@import" not in mail.html


def test_the_subject_is_taken_out_and_the_page_titled_with_it() -> None:
    head = "<mj-title>{{ contact | short_name }} &amp; &lt;9月号&gt;</mj-title>"
    mail = rendered(newsletter("<mj-text>a</mj-text>", head))
    assert mail.subject == "佐藤様 & <9月号>"
    assert "<title>佐藤様 &amp; &lt;9月号&gt;</title>" in mail.html


def test_the_page_says_its_language() -> None:
    assert '<html lang="ja" dir="ltr"' in rendered(newsletter("<mj-text>a</mj-text>")).html


@pytest.mark.parametrize(
    ("body", "code", "hint"),
    [
        # a width that comes from a value would be dropped without a word
        (
            '<mj-image src="https://a.example/a.png" alt="" width="{{ trigger.w }}" />',
            "mjml-templated",
            "two whole <mj-image> elements",
        ),
        (
            '<mj-text {% if trigger.x %}color="red"{% endif %}>a</mj-text>',
            "mjml-tag-in-element",
            "two whole <mj-text> elements",
        ),
        ("<mj-txt>a</mj-txt>", "unknown-mjml-element", "did you mean 'mj-text'?"),
        ('<mj-text colour="red">a</mj-text>', "unknown-mjml-attribute", "did you mean 'color'?"),
        ('<mj-include path="a.mjml" />', "mjml-include", '[% include "name.mjml" %]'),
        ("<mj-text>a", "mjml", "end it with </mj-text>"),
        ("a</mj-text>", "mjml", ""),
        # an opening element in one branch, its end outside
        (
            "{% if trigger.x %}<mj-text>a{% endif %}</mj-text>",
            "block-across-elements",
            "whole paragraphs or elements",
        ),
        ("<mj-text>{% if trigger.x %}<b>a{% endif %}</b></mj-text>", "block-across-elements", ""),
    ],
)
def test_what_mjml_would_break_is_named_with_its_line(body: str, code: str, hint: str) -> None:
    problems = [p for p in problems_of(newsletter(body)) if p.code == code]
    assert problems, problems_of(newsletter(body))
    assert problems[0].place.file == "templates/email/x/y.ja.mjml"
    # the column of the skeleton begins on line 4, what it holds on line 5
    assert problems[0].place.line in (5, 6)
    assert any(hint in problem.hint for problem in problems)


def test_a_comment_mark_in_a_style_sheet_is_named() -> None:
    head = "<mj-title>a</mj-title><mj-style>@media x {#a{color:red} }</mj-style>"
    codes = {p.code for p in problems_of(newsletter("<mj-text>a</mj-text>", head))}
    assert "tag-not-closed" in codes
    closed = head.replace("color:red", "color:red} #} .b{")
    problems = problems_of(newsletter("<mj-text>a</mj-text>", closed))
    assert "write a space: `{ #name`" in {p.hint for p in problems}


def test_a_value_in_a_style_sheet_is_named() -> None:
    head = "<mj-title>a</mj-title>\n<mj-style>.a { color: {{ trigger.colour }} }</mj-style>"
    (problem,) = problems_of(newsletter("<mj-text>a</mj-text>", head))
    assert problem.code == "mjml-style-value"
    assert problem.place.line == 3


def test_a_newsletter_without_a_subject_is_refused() -> None:
    (problem,) = problems_of(newsletter("<mj-text>a</mj-text>", ""))
    assert problem.code == "subject-missing"


def test_a_newsletter_fills_the_blocks_of_its_layout() -> None:
    body = (
        '[% extends "newsletter.mjml" %]\n[% block subject %]9月号[% endblock %]\n'
        "[% block masthead %]現場だより[% endblock %]\n"
        "[% block content %]<mj-text>{{ contact | addressee }}</mj-text>[% endblock %]"
    )
    mail = rendered({**shipped_layouts(), "templates/email/x/y.ja.mjml": body})
    assert mail.subject == "9月号"
    assert "現場だより" in mail.html
    assert "こちらから配信を停止" in mail.html
    # the text part says the footer in its own words
    assert "配信の停止（一度のお手続きで、すぐに反映されます）:" in mail.text
    assert "こちらから" not in mail.text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('[% extends "nowhere.mjml" %]', "no layout 'nowhere.mjml'"),
        ('[% include "../x/y.ja.mjml" %]', "no layout '../x/y.ja.mjml'"),
        ("[% if %]", "Expected an expression"),
        ("[[ nothing ]]", "'nothing' is undefined"),
        ("[% set x = 1 %]", "[% assign %] is not allowed here"),
        ("[[ ''.__class__ ]]", "unsafe"),
        ("[[ range(9) ]]", "[% call %] is not allowed here"),
    ],
)
def test_a_layout_that_cannot_be_built_is_named(source: str, message: str) -> None:
    files = {**shipped_layouts(), "templates/email/x/y.ja.mjml": source}
    assert any(message in str(problem) for problem in problems_of(files)), problems_of(files)


def test_layouts_in_a_circle_are_named() -> None:
    files = {
        "templates/email/layouts/a.mjml": '[% include "b.mjml" %]',
        "templates/email/layouts/b.mjml": '[% include "a.mjml" %]',
        "templates/email/x/y.ja.mjml": '[% include "a.mjml" %]',
    }
    assert any("circle" in str(problem) for problem in problems_of(files))


def test_every_element_has_attributes_we_know() -> None:
    assert ELEMENTS["mj-button"] >= {"href", "inner-padding", "background-color"}
    assert "width" in ELEMENTS["mj-column"]
