"""Letters: Markdown as a marketer writes it, with conditions wherever they fall."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.emails.mails import letter, main_text, problems_of, rendered


def _both(body: str, **trigger: Any) -> tuple[str, str]:
    """Return the letter as text, and its HTML without styles and layout."""
    mail = rendered(letter(body), {"trigger": trigger})
    inner = re.search(r"color:#000000;\">(.*?)</div></td>", mail.html, re.DOTALL)
    assert inner is not None
    bare = re.sub(r' style="[^"]*"', "", inner[1])
    return main_text(mail), re.sub(r"\n+", "\n", bare).strip()


def test_a_line_break_is_a_line_break() -> None:
    text, html = _both("一行目\n二行目\n\n次の段落")
    assert text == "一行目\n二行目\n\n次の段落"
    assert html == "<p>一行目<br />\n二行目</p>\n<p>次の段落</p>"


@pytest.mark.parametrize(
    ("body", "there", "gone"),
    [
        # in the middle of a line
        ("a{% if trigger.x %}b{% endif %}c", "abc", "ac"),
        # a line of its own within a paragraph
        ("a\n{% if trigger.x %}\nb\n{% endif %}\nc", "a\nb\nc", "a\nc"),
        # at the start of a paragraph
        ("{% if trigger.x %}\nb\n{% endif %}\nc", "b\nc", "c"),
        # a whole paragraph
        ("a\n\n{% if trigger.x %}\nb\n{% endif %}\n\nc", "a\n\nb\n\nc", "a\n\nc"),
        # a whole paragraph, tags inside
        ("a\n\n{% if trigger.x %}b{% endif %}\n\nc", "a\n\nb\n\nc", "a\n\nc"),
        # two paragraphs, glued to the text around
        ("a\n{% if trigger.x %}\nb\n\nc\n{% endif %}\nd", "a\n\nb\n\nc\n\nd", "a\n\nd"),
        # one item of a list
        ("- a\n{% if trigger.x %}\n- b\n{% endif %}\n- c", "・a\n・b\n・c", "・a\n・c"),
        # the last items of a list
        ("- a\n{% if trigger.x %}\n- b\n- c\n{% endif %}", "・a\n・b\n・c", "・a"),
        # the first item of a list
        ("{% if trigger.x %}\n- a\n{% endif %}\n- b", "・a\n・b", "・b"),
        # a whole list
        ("a\n\n{% if trigger.x %}\n- b\n{% endif %}\n\nc", "a\n\n・b\n\nc", "a\n\nc"),
        # nested
        (
            "a\n{% if trigger.x %}\nb\n{% if trigger.y %}\nn\n{% endif %}\nd\n{% endif %}\ne",
            "a\nb\nd\ne",
            "a\ne",
        ),
        # or else
        ("{% if trigger.x %}\na\n{% else %}\nb\n{% endif %}", "a", "b"),
        (
            "n\n{% if trigger.x == 2 %}\na\n{% elif trigger.x %}\nb\n{% else %}\nc\n{% endif %}\nm",
            "n\nb\nm",
            "n\nc\nm",
        ),
    ],
)
def test_a_condition_leaves_no_gap_where_it_fails(body: str, there: str, gone: str) -> None:
    assert _both(body, x=1)[0] == there
    assert _both(body)[0] == gone


def test_items_each_under_a_condition_of_its_own_are_one_list() -> None:
    body = (
        "前\n\n{% if contact.family_name %}\n- 一\n{% endif %}\n"
        "{% if contact.given_name %}\n- 二\n{% endif %}\n"
        "{% if contact.company %}\n- 三\n{% endif %}\n\n後"
    )
    mail = rendered(letter(body))
    assert mail.html.count("<ul") == mail.html.count("</ul>") == 1
    assert main_text(mail) == "前\n\n・一\n・二\n・三\n\n後"
    one = rendered(letter(body), {"contact": {"given_name": "花子"}})
    assert main_text(one) == "前\n\n・二\n\n後"


def test_items_under_a_condition_belong_to_one_list() -> None:
    _, html = _both("- a\n{% if trigger.x %}\n- b\n{% endif %}\n- c", x=1)
    assert html.count("<ul>") == html.count("</ul>") == 1
    assert html.count("<li>") == 3


def test_numbers_go_on_across_a_condition() -> None:
    body = "1. a\n{% if trigger.x %}\n2. b\n{% endif %}\n3. c"
    _, html = _both(body, x=1)
    assert html.count("<ol>") == 1


def test_a_loop_makes_items() -> None:
    body = "{% for topic in trigger.topics %}\n- {{ topic.name }}\n{% endfor %}"
    text, html = _both(body, topics=[{"name": "在庫"}, {"name": "<品質>"}])
    assert text == "・在庫\n・<品質>"
    assert html.count("<li>") == 2
    assert "&lt;品質&gt;" in html


def test_bold_closes_behind_a_japanese_full_stop() -> None:
    text, html = _both("これは**大切です。**次に**「引用」**です。")
    assert html == ("<p>これは<strong>大切です。</strong>次に<strong>「引用」</strong>です。</p>")
    assert text == "これは大切です。次に「引用」です。"


def test_html_in_a_letter_is_text() -> None:
    text, html = _both("<script>alert(1)</script> & <b>x</b>")
    assert "<script>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert text == "<script>alert(1)</script> & <b>x</b>"


def test_markdown_in_a_value_stays_what_it_is() -> None:
    text, html = _both("{{ trigger.x }}", x="**a** [b](https://evil.example) <i>\n# c")
    assert "<strong>" not in html
    assert "<a " not in html
    assert "&lt;i&gt;" in html
    assert "**a** [b](https://evil.example) <i>" in text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("# 見出し\n\n本文", "■ 見出し\n\n本文"),
        ("a\n\n---\n\nb", "a\n\n" + "-" * 40 + "\n\nb"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("- a\n  - b", "・a\n  ・b"),
        ("![図](https://www.nurture.example/a.png)", "図"),
        ("[sales@nurture.example](mailto:sales@nurture.example)", "sales@nurture.example"),
        ("<https://www.nurture.example/a>", "https://www.nurture.example/a"),
        ("| a | b |\n|---|---|\n| c | d |", "a b\nc d"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
    ],
)
def test_the_text_part_reads_well(body: str, text: str) -> None:
    assert _both(body)[0] == text


def test_a_link_shows_its_target_in_the_text() -> None:
    text, _ = _both("[資料](https://www.nurture.example/a)")
    assert re.fullmatch(r"資料\nhttps://links\.nurture\.example/c/[\w-]{60}", text)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        # the bold text begins outside and ends inside
        ("**a {% if trigger.x %}b** c{% endif %}", "block-across-elements"),
        ("- a {% if trigger.x %}\n- b{% endif %}", "block-across-elements"),
        ("{% if trigger.x %}", "block-not-closed"),
        ("{% endif %}", "block-order"),
        ("{% if trigger.x %}{% else %}{% else %}{% endif %}", "block-order"),
        ("{% for a in trigger.x %}{% endif %}{% endfor %}", "block-order"),
    ],
)
def test_blocks_that_do_not_fit_are_named_with_their_place(body: str, code: str) -> None:
    problems = problems_of(letter("一行目\n\n" + body))
    assert code in {problem.code for problem in problems}
    assert all(problem.place.line >= 6 for problem in problems)
