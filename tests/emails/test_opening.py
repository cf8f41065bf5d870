"""What a layout says for a letter where its reader meets us, or its sender, anew."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nurture.emails.compile import compile_template
from nurture.emails.render import Rendered, render
from tests.emails.mails import LINKS, VALUES, shipped_layouts

_ORIGIN = "2026年3月12日の「改善展」でお名刺を頂戴しました。"
_SAID = _ORIGIN + "それをご縁に、ご連絡を差し上げております。"
_TAKEN_OVER = (
    "前任の中村健に代わり、このたび担当となりました。引き続き、どうぞよろしくお願いいたします。"
)
_FIRST = {"origin": _ORIGIN, "first_mail": True, "predecessor": None}
_LATER = {"origin": _ORIGIN, "first_mail": False, "predecessor": None}
_NEW_OWNER = {"origin": _ORIGIN, "first_mail": False, "predecessor": {"name": "中村健"}}
_UNKNOWN = {"first_mail": True, "predecessor": None}

_GREETING = "{{ contact | addressee }}\n\n"
_SELF = "{{ sender.company }}の{{ sender.name }}です。"


def _mail(
    body: str, values: dict[str, Any], header: str = "", locale: str = "ja", twin: str | None = None
) -> Rendered:
    files = {
        **shipped_layouts(),
        f"templates/email/x/y.{locale}.md": f"---\nsubject: 件名\n{header}---\n{body}",
    }
    if twin is not None:
        files[f"templates/email/x/y.{locale}.txt"] = twin
    return render(compile_template(files, "x/y", locale), {**VALUES, **values}, LINKS)


def _lines(mail: Rendered) -> list[str]:
    """Return the lines of the text part above the signature, without empty ones."""
    return [line for line in mail.text.split("--------------------\n")[0].split("\n") if line]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        # behind the sentence that introduces the sender
        (_GREETING + _SELF + "\n\n本文です。", ["当社の鈴木一郎です。" + _SAID, "本文です。"]),
        (_GREETING + _SELF + "本文です。", ["当社の鈴木一郎です。" + _SAID + "本文です。"]),
        # the greeting and the introduction in one paragraph
        ("{{ contact | addressee }}\n" + _SELF + "\n\n本文です。",
         ["当社の鈴木一郎です。" + _SAID, "本文です。"]),
        # a second sentence may do it, and a full stop may be missing
        (_GREETING + "突然のご連絡を失礼いたします。" + _SELF + "\n\n本文です。",
         ["突然のご連絡を失礼いたします。当社の鈴木一郎です。" + _SAID, "本文です。"]),
        (_GREETING + "{{ sender.name }}です\n\n本文です。", ["鈴木一郎です" + _SAID, "本文です。"]),
        # nobody introduces the sender: the layout does
        (_GREETING + "本文です。", ["当社の鈴木一郎です。" + _SAID, "本文です。"]),
        (_GREETING + "- 一つ\n- 二つ", ["当社の鈴木一郎です。" + _SAID, "・一つ", "・二つ"]),
        # a name far below is no introduction
        (_GREETING + "一。二。三。担当は{{ sender.name }}です。",
         ["当社の鈴木一郎です。" + _SAID, "一。二。三。担当は鈴木一郎です。"]),
        # without a greeting it stands on top; an empty letter has nothing else
        ("本文です。", ["当社の鈴木一郎です。" + _SAID, "本文です。"]),
        ("", ["当社の鈴木一郎です。" + _SAID]),
    ],
)  # fmt: skip
def test_a_first_letter_says_where_we_know_its_reader_from(body: str, lines: list[str]) -> None:
    mail = _mail(body, _FIRST)
    greeting = ["株式会社青空 佐藤花子様"] if "addressee" in body else []
    assert _lines(mail) == greeting + lines
    assert mail.html.count("お名刺を頂戴しました。") == 1
    # A later one is as it was written, without a gap where something might have stood.
    later = _mail(body, _LATER)
    assert "頂戴しました" not in later.html + later.text
    assert not re.search(r'<p style="margin[^>]*>\s*</p>', later.html)
    assert not re.search(r"\n\n\n|\n +", later.text.split("----")[0])


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (_GREETING + "{% if origin %}{{ origin }}{% endif %}\n\n本文です。", ""),
        (_GREETING + "{{ origin | default('弊社よりご案内です。') }}本文です。", ""),
        (_GREETING + "このたびはご請求をありがとうございます。", "origin: own\n"),
    ],
)
def test_a_letter_that_says_it_itself_is_not_made_to_say_it_twice(body: str, header: str) -> None:
    mail = _mail(body, _FIRST, header)
    assert "それをご縁に" not in mail.html + mail.text
    assert mail.text.count("お名刺を頂戴しました。") == ("origin }}" in body or "| default" in body)


def test_where_nothing_is_on_record_nothing_is_said() -> None:
    mail = _mail(_GREETING + _SELF + "\n\n本文です。", _UNKNOWN)
    assert _lines(mail) == ["株式会社青空 佐藤花子様", "当社の鈴木一郎です。", "本文です。"]


@pytest.mark.parametrize(
    ("body", "header", "said"),
    [
        (_GREETING + _SELF + "\n\n本文です。", "", True),
        (_GREETING + "本文です。", "", True),
        # its own word on where we met says nothing of who wrote before
        (_GREETING + "ご請求をありがとうございます。", "origin: own\n", True),
        (
            _GREETING + "{% if predecessor %}{{ predecessor.name }}の後任です。{% endif %}",
            "",
            False,
        ),
    ],
)
def test_a_new_owners_first_letter_names_who_wrote_before(
    body: str, header: str, said: bool
) -> None:
    mail = _mail(body, _NEW_OWNER, header)
    assert (_TAKEN_OVER in mail.text, _TAKEN_OVER in mail.html) == (said, said)
    assert "頂戴しました" not in mail.text
    assert mail.text.count("中村健") == 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "{{ contact | addressee }},\n\nThis is {{ sender.name }} from Mr. Works. Thank you.",
            "This is 鈴木一郎 from Mr. Works. Thank you.",
        ),
    ],
)
def test_an_abbreviation_may_end_a_sentence_but_never_splits_a_tag(body: str, text: str) -> None:
    mail = _mail(body, _LATER, locale="en")
    assert text in mail.text


def test_in_english_sentences_are_parted_by_a_space() -> None:
    origin = "We received your business card at the fair on March 12, 2026."
    values = {**_FIRST, "origin": origin}
    body = "{{ contact | addressee }},\n\nThis is {{ sender.name }}. Count your copies."
    assert (
        f"This is 鈴木一郎. {origin} That is how I come to write to you. Count your copies."
        in _mail(body, values, locale="en").text
    )
    without = _mail("{{ contact | addressee }},\n\nCount your copies.", values, locale="en")
    assert f"This is 鈴木一郎 from 当社. {origin} That is how" in without.text
    taken = _mail(body, _NEW_OWNER, locale="en")
    assert (
        "This is 鈴木一郎. I have taken over from 中村健 as your contact here. Count" in taken.text
    )


def test_a_text_part_written_by_hand_opens_like_the_letter() -> None:
    mail = _mail(_GREETING + _SELF, _FIRST, twin=_GREETING + _SELF + "\n手書きです。")
    assert "当社の鈴木一郎です。" + _SAID + "\n手書きです。" in mail.text


def test_a_layout_without_an_opening_adds_nothing() -> None:
    mail = _mail(_GREETING + "本文です。", {**_FIRST, "notice": {}}, "layout: notice\n")
    assert "頂戴しました" not in mail.html + mail.text


def test_what_a_record_says_is_text_and_never_markup() -> None:
    origin = "「<b>展</b>{{ contact.email }}**太字**」でお名刺を頂戴しました。"
    mail = _mail(_GREETING + _SELF, {**_FIRST, "origin": origin})
    assert origin in mail.text
    assert "「&lt;b&gt;展&lt;/b&gt;{{ contact.email }}**太字**」" in mail.html


@pytest.mark.parametrize(
    ("content", "values", "line"),
    [
        ("<mj-text>号</mj-text>", _FIRST, f"ご連絡の経緯：{_ORIGIN}"),
        ("<mj-text>号</mj-text>", _LATER, ""),
        ("<mj-text>号</mj-text>", _UNKNOWN, ""),
        ("<mj-text>{% if origin %}{{ origin }}{% endif %}</mj-text>", _FIRST, ""),
        ("<mj-text>号</mj-text>", _NEW_OWNER, "鈴木一郎が、前任の中村健に代わり"),
    ],
)
def test_a_newsletter_has_a_quiet_line_for_it(
    content: str, values: dict[str, Any], line: str
) -> None:
    body = (
        '[% extends "newsletter.mjml" %]\n[% block subject %]件名[% endblock %]\n'
        f"[% block content %]{content}[% endblock %]\n"
    )
    files = {**shipped_layouts(), "templates/email/x/y.ja.mjml": body}
    mail = render(compile_template(files, "x/y", "ja"), {**VALUES, **values}, LINKS)
    for part in (mail.html, mail.text):
        assert ("ご連絡の経緯" in part or "前任の" in part) == bool(line)
        assert line in part


@pytest.mark.parametrize("twin", [None, "手書き"])
def test_a_newsletter_says_it_below_the_greeting_or_on_top(twin: str | None) -> None:
    body = (
        '[% extends "newsletter.mjml" %]\n[% block subject %]件名[% endblock %]\n'
        "[% block content %]<mj-text>{{ contact | addressee }}</mj-text>"
        "<mj-text>号</mj-text>[% endblock %]\n"
    )
    files = {**shipped_layouts(), "templates/email/x/y.ja.mjml": body}
    if twin is not None:
        files["templates/email/x/y.ja.txt"] = twin
    mail = render(compile_template(files, "x/y", "ja"), {**VALUES, **_FIRST}, LINKS)
    order = [mail.html.index(part) for part in ("佐藤花子様", "ご連絡の経緯", ">号<")]
    assert order == sorted(order)
    assert mail.html.count("ご連絡の経緯") == mail.text.count("ご連絡の経緯") == 1
    rest = "号" if twin is None else twin
    assert mail.text.index("ご連絡の経緯") < mail.text.index(rest)
    if twin is None:
        assert mail.text.startswith("株式会社青空 佐藤花子様\n\nご連絡の経緯：2026年")
