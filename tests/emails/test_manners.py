"""Manners: what a careful colleague would not let pass, and what looks like it and is fine."""

from __future__ import annotations

import pytest

from nurture.emails.lint import lint_templates
from nurture.emails.subject_lint import lint_subject
from nurture.emails.template_context import TemplateContext
from nurture.errors import Place, Problem, Severity
from tests.emails.mails import newsletter, shipped_layouts

CONTEXTS = {locale: TemplateContext(locales=(locale,)) for locale in ("ja", "en")}


def _letter(
    body: str, subject: str = "件名", locale: str = "ja", preheader: str = "中身です。"
) -> dict[str, str]:
    head = f"---\nsubject: {subject}\npreheader: {preheader}\n---\n"
    return {**shipped_layouts(), f"templates/email/x/y.{locale}.md": f"{head}一行目\n\n{body}\n"}


def _warned(files: dict[str, str], context: TemplateContext) -> list[Problem]:
    found = lint_templates(files, context)
    assert {one.severity for one in found} <= {Severity.WARNING}
    assert all(one.hint for one in found)
    return found


#: (code, what breaks the rule, what looks like it and is fine)
JAPANESE = [
    ("manners-onsha", "御社のご発展", "貴社のご発展"),
    ("manners-kakui", "お取引先各位様", "お取引先各位"),
    ("manners-kakui", "会員様各位", "お客様各位"),
    ("manners-title", "部長様へ", "部長 佐藤花子様へ"),
    ("manners-title", "営業課長 殿", "営業課長のご意見"),
    ("manners-title", "{{ contact.title | default('') }}様", "{{ contact.title | default('') }}"),
    ("manners-double", "{{ contact | addressee }}様", "{{ contact | addressee }}"),
    ("manners-double", "{{ contact | short_name }}さん", "{{ contact | short_name }}に"),
    ("manners-double", "株式会社青空 御中様", "株式会社青空 御中"),
    ("manners-double", "佐藤様様", "様々な佐藤様"),
    ("manners-double", "貴社様", "貴社の皆様"),
    ("manners-own-staff", "{{ sender.name }}様より", "{{ sender.name }}より"),
    ("manners-own-staff", "{{ company.company }}様", "{{ company.company }}の佐藤"),
    ("manners-half-width", "ｶﾀﾛｸﾞ", "カタログ"),
    # what some systems once could not show is fine today
    ("manners-half-width", "ﾃﾞｰﾀ", "①㈱青空 髙橋 〜"),
    ("manners-zip", "ZIPファイルを添付します", "PDFを添付します"),
    ("manners-zip", "解凍パスワードは別途お送りします", "一次パスワードの管理"),
    ("manners-hype", "今だけの特典", "今、現場だけでできること"),
    ("manners-full-stop", "{% if origin %}{{ origin }}。{% endif %}",
     "{% if origin %}{{ origin }}ご縁に{% endif %}"),
    ("manners-noreply", "noreply@nurture.example", "reply@nurture.example"),
    ("manners-shouting", "ぜひ！！", "ぜひ！"),
    ("manners-exclamations", "一！\n二！\n三！", "一！\n二！\n三。"),
]  # fmt: skip
ENGLISH = [
    ("manners-sir-madam", "Dear Sir or Madam,", "{{ contact | addressee }},"),
    ("manners-sir-madam", "To whom it may concern", "Ask whom it concerns"),
    ("manners-sir-madam", "Dear customer,", "A customer told us"),
    ("manners-mr-ms", "Mr/Ms {{ contact.family_name | default('') }}",
     "{{ contact | short_name | default('') }}"),
    ("manners-honorific", "Mr. {{ contact.given_name | default('') }}",
     "Mr {{ contact.family_name | default('') }}"),
    ("manners-honorific", "{{ contact.honorific | d }} {{ contact.given_name | d }}",
     "{{ contact.honorific | d }} {{ contact.family_name | d }}"),
    ("manners-honorific", "Dear {{ contact.family_name | d }},",
     "Dear {{ contact.given_name | d }},"),
    ("manners-double", "Dear {{ contact | addressee }},", "{{ contact | addressee }},"),
    ("manners-zip", "the zip file attached", "the zip code of your office"),
    ("manners-hype", "Click here, risk-free", "See the risks of a free trial"),
    ("manners-full-stop", "{% if origin %}{{ origin }}.{% endif %}",
     "{% if origin %}{{ origin }} Thank you.{% endif %}"),
    ("manners-noreply", "do-not-reply@nurture.example", "Please do reply."),
]  # fmt: skip
_ROWS = [*((locale, *row) for locale, rows in (("ja", JAPANESE), ("en", ENGLISH)) for row in rows)]


@pytest.mark.parametrize(("locale", "code", "bad", "good"), _ROWS)
def test_a_letter_keeps_manners(locale: str, code: str, bad: str, good: str) -> None:
    (found, *more) = _warned(_letter(bad, locale=locale), CONTEXTS[locale])
    assert {one.code for one in (found, *more)} <= {code, "manners-exclamations"}
    assert found.place.line >= 7
    assert _warned(_letter(good, locale=locale), CONTEXTS[locale]) == []


@pytest.mark.parametrize(
    ("code", "bad", "good"),
    [
        ("manners-false-reply", "Re: お打ち合わせ", "返品のお手続き"),
        ("manners-false-reply", "RE：お打ち合わせ", "Reの話"),
        ("manners-false-reply", "Fwd: お知らせ", "転送のしかた"),
        ("manners-false-reply", "返信：お知らせ", "ご返信のお礼"),
        ("manners-alarm", "【重要】お知らせ", "【お知らせ】重要な機能の変更"),
        ("manners-alarm", "至急ご確認ください", "【セミナー】進め方"),
        ("manners-alarm", "URGENT: 更新", "更新のお知らせ"),
        ("manners-symbols", "★新機能★", "新機能のご案内"),
        ("manners-symbols", "🎉公開しました", "公開しました"),
        ("manners-capitals", "FREE guide inside", "A free guide inside"),
        ("manners-capitals", "READ THIS GUIDE", "The NPS of CRM users"),
        ("manners-exclamations", "公開！ぜひ！", "公開しました！"),
        ("manners-long-subject", "あ" * 31, "あ" * 30),
        ("manners-long-subject", "a" * 61, "a" * 60),
        # ’ and … are narrow in English, wide in Japanese
        ("manners-long-subject", "あ" * 29 + "……", "’" * 30 + "a" * 30),
        # a value may be of any length, what is written around it counts
        ("manners-long-subject", "{{ sender.name }}" + "あ" * 31, "{{ sender.name }}" + "あ" * 30),
    ],
)
def test_a_subject_keeps_manners_in_a_template_and_in_a_step(
    code: str, bad: str, good: str
) -> None:
    found = _warned(_letter("本文", bad), CONTEXTS["ja"])
    assert {(one.code, one.place.line) for one in found} == {(code, 2)}
    assert _warned(_letter("本文", good), CONTEXTS["ja"]) == []
    place = Place("workflows/a.yaml", 9, 5)
    assert {(p.code, p.place.line) for p in lint_subject(bad, place, CONTEXTS["ja"])} == {(code, 9)}
    assert lint_subject(good, place, CONTEXTS["ja"]) == []


@pytest.mark.parametrize(
    ("preheader", "code", "line"),
    [
        ("", "preheader-missing", 2),
        ("転記の棚卸し", "preheader-same", 3),
        # a full stop more is no other sentence
        ("転記の 棚卸し。", "preheader-same", 3),
        ("10項目で30分です。", None, 0),
    ],
)
def test_a_preheader_adds_to_the_subject(preheader: str, code: str | None, line: int) -> None:
    found = _warned(_letter("本文", "転記の棚卸し", preheader=preheader), CONTEXTS["ja"])
    assert [(p.code, p.place.line) for p in found] == ([(code, line)] if code else [])


@pytest.mark.parametrize(
    ("head", "codes"),
    [
        ("<mj-title>件名</mj-title>", ["preheader-missing"]),
        ("<mj-title>件名</mj-title><mj-preview>件名</mj-preview>", ["preheader-same"]),
        ("<mj-title>件名</mj-title><mj-preview>中身</mj-preview>", []),
        ("<mj-title>【至急】件名</mj-title><mj-preview>中身</mj-preview>", ["manners-alarm"]),
        # a style sheet may be important and is no exclamation
        ("<mj-title>件名</mj-title><mj-preview>中身</mj-preview><mj-style>"
         "a{color:red !important} b{color:red !important} i{color:red !important}</mj-style>", []),
    ],
)  # fmt: skip
def test_a_newsletter_is_looked_at_as_a_letter_is(head: str, codes: list[str]) -> None:
    service = TemplateContext(locales=("ja",), service_templates=("x/*",))
    assert [p.code for p in _warned(newsletter("<mj-text>a</mj-text>", head), service)] == codes


def test_the_way_out_is_named_where_it_is() -> None:
    legal = "{{ company.company }}{{ company.address }}{{ company.contact }}"
    body = f'<mj-text>{legal}<a href="{{{{ urls.unsubscribe }}}}">%s</a></mj-text>'
    for word, codes in (("こちら", {"opt-out-unnamed"}), ("配信を停止する", set())):
        assert {p.code for p in _warned(newsletter(body % word), CONTEXTS["ja"])} == codes


def _first(body: str, header: str = "") -> list[tuple[str, int]]:
    """Return codes and lines for a letter that may be the first to a stranger."""
    context = TemplateContext(locales=("ja",), first={"x/y": "cold-nurture"})
    files = _letter(body)
    text = files["templates/email/x/y.ja.md"]
    files["templates/email/x/y.ja.md"] = text.replace("preheader:", f"{header}preheader:", 1)
    return [(p.code, p.place.line) for p in _warned(files, context)]


@pytest.mark.parametrize(
    ("body", "header", "found"),
    [
        # the layout says where we know the reader from
        ("本文", "", []),
        ("本文", "origin: own\n", [("first-mail-origin", 3)]),
        ("{% if origin %}{{ origin }}{% endif %}", "origin: own\n", []),
        ("いつもお世話になっております。", "", [("manners-stranger", 7)]),
        ("お世話になります。", "", []),
        # it knows whom it greets so
        ("{% if not first_mail %}いつもお世話になっております。{% endif %}", "", []),
    ],
)
def test_a_strangers_first_letter_introduces_itself(
    body: str, header: str, found: list[tuple[str, int]]
) -> None:
    assert _first(body, header) == found


def test_who_knows_us_may_be_greeted_as_one_does() -> None:
    assert _warned(_letter("いつもお世話になっております。"), CONTEXTS["ja"]) == []


def test_a_layout_without_an_opening_is_named_for_a_strangers_first_letter() -> None:
    context = TemplateContext(locales=("ja",), first={"x/y": "cold-nurture"})
    files = _letter("本文")
    del files["templates/email/layouts/letter.opening.md"]
    (found,) = _warned(files, context)
    assert (found.code, found.place.line) == ("first-mail-origin", 5)
    assert "cold-nurture" in found.message
