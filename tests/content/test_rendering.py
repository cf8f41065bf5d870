"""Every shipped letter becomes a mail, for people we know well and people we hardly know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from nurture.emails.compile import compile_template
from nurture.emails.links import MailLinks
from nurture.emails.lint import lint_templates
from nurture.emails.render import Rendered, render
from nurture.emails.template_context import TemplateContext
from nurture.emails.tokens import Keyring
from nurture.services import referral_samples
from nurture.services.ask_checks import ask_templates
from nurture.services.gallery import sample_ask, sample_values
from nurture.services.picking import Carried
from nurture.services.refer_mail import sample_refer
from nurture.services.result_mail import result_templates, sample_result
from nurture.services.results_told import result_values
from nurture.services.survey_checks import survey_templates
from nurture.services.survey_mail import words
from tests.content.shipped import definitions, letters, release

FILES = release()
_SHIPPED = definitions()
_CONTEXT = replace(
    TemplateContext.of(_SHIPPED.policy),
    item_templates=frozenset(item.sent_in for item in _SHIPPED.library.items.values()),
    only_in={
        "ask": ask_templates(_SHIPPED),
        "survey": survey_templates(_SHIPPED),
        "result": result_templates(_SHIPPED),
    },
)
_LINKS = MailLinks(Keyring({1: b"k" * 32}, 1), "https://links.nurture.example", 7, 9)
_KNOWN = {
    "ja": {
        "family_name": "田村", "given_name": "真由美", "company": "株式会社碧海鋳造",
        "department": "生産管理部", "title": "課長", "source": "ものづくり改善展2026",
    },
    "en": {
        "family_name": "Bennett", "given_name": "Grace", "company": "Tidewater Logistics Ltd",
        "source": "the Care Tech Forum",
    },
}  # fmt: skip
_TRIGGERS: dict[str, dict[str, Any]] = {
    "known": {"title": "導入手順書", "result": "日報の転記時間 38%削減"},
    "hardly": {},
}


def _item(template: str, locale: str) -> dict[str, Any]:
    """Return the longest item that goes out in a template, as templates read it."""
    found = [item for item in _SHIPPED.library.items.values() if item.sent_in == template]
    item = max(found, key=lambda one: len(one.title[locale]))
    carried = Carried(template, item)
    return dict(carried.values(locale, {"industry": "manufacturing"}, ["item"]))


def _seminar(locale: str) -> dict[str, Any]:
    """Return a seminar as those see it who are registered, and were told another time."""
    seminar = next(iter(_SHIPPED.seminars.values()))
    texts = {name: getattr(seminar, name)[locale] for name in ("title", "summary", "place")}
    return {
        "name": seminar.name,
        **texts,
        "starts": seminar.starts_at,
        "ends": seminar.ends_at,
        "url": seminar.url,
        "join": seminar.join,
        "cancelled": False,
        "materials": [{"title": "転記・集計の棚卸し表", "url": "https://www.nurture.example/"}],
        "was_starts": seminar.starts_at,
        "was_place": texts["place"],
    }


def _mail(path: str, contact: dict[str, Any], trigger: dict[str, Any], **more: object) -> Rendered:
    name, locale, _ = path.split(".")
    company = {
        "company": "株式会社ナーチャーワークス",
        "address": "東京都千代田区神田見本町1-2-3",
        "contact": "privacy@nurture.example",
        "website": "https://www.nurture.example/",
        "privacy": "https://www.nurture.example/privacy",
    }
    sender = {"name": "佐藤花子", "email": "sato@nurture.example", "company": company["company"]}
    values = {
        "contact": {"email": "a@aomi-chuzo.example", "locale": locale, **contact},
        "account": {},
        "item": _item(name, locale) if name.startswith("library/") else {},
        "seminar": _seminar(locale),
        "reward": sample_values(_SHIPPED, locale, datetime(2026, 5, 12, tzinfo=UTC))["reward"],
        "refer": sample_refer("https://links.nurture.example/", _SHIPPED.programs, locale),
        "referral": referral_samples.sample(locale, "https://www.nurture.example"),
        "ask": sample_ask(_SHIPPED, locale, "https://links.nurture.example/a/x"),
        "survey": {"link": "https://links.nurture.example/s/x", **words(None, locale)},
        "result": result_values(sample_result(locale, date(2026, 4, 7)), locale),
        "zone": "Asia/Tokyo",
        "sender": sender,
        "company": company,
        "trigger": trigger,
        "steps": {"closing": {"event": {}}},
        "workflow": {"name": "any", "title": "any"},
        "urls": {"website": "https://www.nurture.example/"},
        "today": date(2026, 4, 7),
        **more,
    }
    return render(compile_template(FILES, name, locale), values, _LINKS)


def mail_of(path: str) -> Rendered:
    """Return a letter as somebody whom we know well gets it."""
    return _mail(path, _KNOWN[path.split(".")[1]], _TRIGGERS["known"])


@pytest.mark.parametrize("path", ["team/notify.ja.md", "team/notify.en.md"])
def test_a_notice_to_our_own_team_offers_no_opt_out_and_shows_its_text(path: str) -> None:
    notice = {"text": "お電話をお願いします。", "contact": "tanaka@sample.example"}
    mail = _mail(path, {}, {}, notice=notice)
    for part in (mail.text, mail.html):
        assert "お電話をお願いします。" in part
        assert "tanaka@sample.example" in part
        assert "/u/" not in part


def test_the_check_has_nothing_to_say_about_the_shipped_templates() -> None:
    assert [str(problem) for problem in lint_templates(FILES, _CONTEXT)] == []


@pytest.mark.parametrize("path", letters())
def test_a_letter_renders_for_a_contact_we_know(path: str) -> None:
    locale = path.split(".")[1]
    mail = _mail(path, _KNOWN[locale], _TRIGGERS["known"])
    head = (
        "株式会社碧海鋳造 生産管理部 課長 田村真由美様" if locale == "ja" else "Dear Grace Bennett,"
    )
    if path.startswith("introduction/"):
        # It goes to somebody who is no contact yet.
        head = "鈴木様" if locale == "ja" else "Hello Ichiro,"
    assert head in mail.text
    assert head in mail.html
    assert "東京都千代田区神田見本町1-2-3" in mail.text
    # What belongs to a contract cannot be turned off, so nothing says it could.
    is_service = _CONTEXT.is_service(path.split(".", maxsplit=1)[0])
    # A correction goes to those who were only invited too, other letters follow a paper that
    # was asked for: their readers may turn those off.
    may_leave = ("seminar/moved", "seminar/cancelled", "document/thanks", "hot/closing-pack")
    is_service = is_service and not path.startswith(may_leave)
    assert ("https://links.nurture.example/u/" in mail.text + mail.html) is not is_service


@pytest.mark.parametrize("path", letters())
def test_a_letter_renders_where_only_a_family_name_is_known(path: str) -> None:
    locale = path.split(".")[1]
    contact = {"family_name": _KNOWN[locale]["family_name"]}
    mail = _mail(path, contact, _TRIGGERS["hardly"])
    assert "None" not in mail.text
    assert "{{" not in mail.html + mail.text + mail.subject


@pytest.mark.parametrize("path", letters())
def test_a_mail_stays_far_below_what_gmail_clips(path: str) -> None:
    locale = path.split(".")[1]
    mail = _mail(path, _KNOWN[locale], _TRIGGERS["known"])
    assert len(mail.html.encode()) < 40_000
