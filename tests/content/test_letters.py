"""What every shipped letter keeps: both languages, honest subjects, good manners."""

from __future__ import annotations

import re
import unicodedata

import pytest

from nurture.services.refer_choices import NEW_LINK
from nurture.services.referral_mail import TEMPLATE as CONSENT
from tests.content.shipped import (
    LOCALES,
    SITE,
    broadcasts,
    items,
    letters,
    pages,
    seminars,
    template_of,
    templates_of,
    workflows,
)

LETTERS = letters()
JAPANESE = {path: text for path, text in LETTERS.items() if ".ja." in path}
ENGLISH = {path: text for path, text in LETTERS.items() if ".en." in path}

_SUBJECT = re.compile(r"^subject: (.*)$|\[% block subject %\](.*)\[% endblock", re.MULTILINE)
_PREHEADER = re.compile(r"^preheader: (.*)$|\[% block preheader %\](.*)\[% endblock", re.MULTILINE)
_LINK = re.compile(re.escape(SITE) + r"(/[^)\s\"']*)")
_VALUE = re.compile(r"\{\{.*?\}\}")
_TAG = re.compile(r"\{%.*?%\}")
_JAPANESE_LETTERS = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


def _said(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found is not None
    return found.group(1) or found.group(2)


def _columns(text: str) -> int:
    """Return the width in half-width columns, as mail programs in Japan show it."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def test_every_template_a_workflow_sends_is_there_in_both_languages() -> None:
    sent = {name for steps in workflows().values() for name in templates_of(steps)}
    there = {path.rsplit(".", 1)[0] for path in LETTERS}
    assert {f"{name}.{locale}" for name in sent for locale in LOCALES} - there == set()


def test_no_letter_lies_about_that_no_workflow_sends() -> None:
    sent = {name for steps in workflows().values() for name in templates_of(steps)}
    sent |= {template_of(item) for item in items()}
    for broadcast in broadcasts().values():
        sent |= {*templates_of(broadcast)}
    for seminar in seminars().values():
        sent |= {*templates_of(seminar), *seminar["correction"].values()}
    # a button of a page sends it; a referrer's introduction does
    sent |= {NEW_LINK, CONSENT}
    assert {path.split(".", 1)[0] for path in LETTERS} - sent == set()


@pytest.mark.parametrize("path", LETTERS)
def test_a_subject_fits_thirty_full_width_characters(path: str) -> None:
    subject = _said(_SUBJECT, LETTERS[path])
    # A value in it, such as a seminar's title, is measured where it is rendered.
    assert 10 <= _columns(_TAG.sub("", _VALUE.sub("○○○○○", subject))) <= 60
    assert not re.match(r"(?i)re:|fwd?:|【", subject)


@pytest.mark.parametrize("path", LETTERS)
def test_a_preheader_adds_to_the_subject(path: str) -> None:
    preheader = _said(_PREHEADER, LETTERS[path])
    assert 20 <= _columns(preheader) <= 90
    assert preheader != _said(_SUBJECT, LETTERS[path])


@pytest.mark.parametrize("path", LETTERS)
def test_a_letter_addresses_its_reader(path: str) -> None:
    # Who was introduced is no contact before they agree.
    name = "{{ referral.name }}" if path.startswith(CONSENT) else "{{ contact | addressee }}"
    assert LETTERS[path].count(name) == 1


@pytest.mark.parametrize("path", JAPANESE)
@pytest.mark.parametrize(
    "word",
    [
        "御社",  # spoken; 貴社 in writing
        "各位様",  # twice polite
        "様様",
        "部長様",  # a title is polite by itself
        "御中",  # never to a person
        "sender.name }}様",  # our own people carry no 様
        "重要",  # nothing here is that important
        "絶対",  # hype
        "今だけ",
        "業界No",
        "！",
        "良い方がいれば",  # an ask that says nobody in particular
    ],
)
def test_japanese_letters_keep_manners(path: str, word: str) -> None:
    assert word not in JAPANESE[path]


@pytest.mark.parametrize("path", ENGLISH)
def test_english_letters_are_english_throughout(path: str) -> None:
    assert _JAPANESE_LETTERS.search(ENGLISH[path]) is None
    # a picture begins with one: ![what it shows](where it is)
    assert "!" not in re.sub(r"<!--.*?-->|!(?=\[)", "", ENGLISH[path])


@pytest.mark.parametrize("path", LETTERS)
def test_every_link_leads_to_a_page_of_the_site(path: str) -> None:
    assert {page for page in _LINK.findall(LETTERS[path]) if page not in pages()} == set()


@pytest.mark.parametrize("path", LETTERS)
def test_a_letter_has_few_links_and_one_clear_next_step(path: str) -> None:
    links = [page for page in _LINK.findall(LETTERS[path]) if page != "/privacy"]
    assert len(links) <= 2


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ["cold/introduction.{}.md", "warm/hearing.{}.md"])
def test_a_mail_that_may_be_the_first_says_where_the_contact_comes_from(
    name: str, locale: str
) -> None:
    assert "{{ origin }}" in LETTERS[name.format(locale)]


@pytest.mark.parametrize("path", [path for path in LETTERS if path.startswith("cold/")])
def test_cold_letters_do_not_sell(path: str) -> None:
    selling = ("/pricing", "/product", "/forms/quote", "/forms/consultation", "/roi")
    assert not any(page.startswith(selling) for page in _LINK.findall(LETTERS[path]))


@pytest.mark.parametrize("path", [path for path in JAPANESE if path.startswith(("cold/", "warm/"))])
def test_strangers_are_not_thanked_for_their_usual_favour(path: str) -> None:
    assert "お世話になって" not in JAPANESE[path]


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        # whom we would like to meet · effort · benefit · what the referrer hears · a polite no
        ("referral/ask.ja.md", ["お会いしたい方", "お手間", "お礼", "ご報告", "心当たりがない"]),
        (
            "referral/ask.en.md",
            [
                "Whom we would like",
                "What it takes",
                "What you receive",
                "What you will hear",
                "Nobody comes to mind",
            ],
        ),
    ],
)
def test_an_ask_states_reason_effort_benefit_and_leaves_a_way_out(
    path: str, parts: list[str]
) -> None:
    assert [part for part in parts if part not in LETTERS[path]] == []
    assert "ask.result" in LETTERS[path]
