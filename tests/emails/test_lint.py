"""The check: everything wrong with templates, by place, and nothing that is right."""

from __future__ import annotations

import pytest

from nurture.domain.policy import LegalIdentity, Policy
from nurture.emails.lint import lint_templates
from nurture.emails.subject_lint import lint_subject
from nurture.emails.template_context import TemplateContext
from nurture.emails.template_lint import MAX_HTML
from nurture.errors import Place, Problem, Severity
from tests.emails.mails import newsletter, shipped_layouts

JA = TemplateContext(locales=("ja",))


def _letter(body: str, subject: str = "件名", header: str = "") -> dict[str, str]:
    text = f"---\nsubject: {subject}\npreheader: 中身のご案内です。\n{header}---\n{body}"
    return {**shipped_layouts(), "templates/email/x/y.ja.md": text}


def _lint(files: dict[str, str], context: TemplateContext = JA) -> list[Problem]:
    return lint_templates(files, context)


def _codes(files: dict[str, str], context: TemplateContext = JA) -> list[str]:
    return [problem.code for problem in _lint(files, context)]


def test_a_good_letter_has_no_problems() -> None:
    body = (
        "{{ contact | addressee }}\n\n{{ sender.name }}です。[資料](https://www.nurture.example/)"
    )
    assert _lint(_letter(body)) == []


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("{{ contact.famly_name }}", "did you mean 'contact.family_name'?"),
        ("{{ contakt.title }}", "did you mean 'contact'?"),
        ("{{ sender.nam }}", "did you mean 'sender.name'?"),
        ("{{ contact.email.domain }}", "no value 'contact.email.domain'"),
        ("{{ family_name }}", "no value 'family_name'"),
        ("{% if contact.titel %}a{% endif %}", "did you mean 'contact.title'?"),
    ],
)
def test_an_unknown_value_is_an_error(tag: str, message: str) -> None:
    (problem,) = _lint(_letter(f"一行目\n{tag}"))
    assert problem.code == "unknown-variable"
    assert problem.severity is Severity.ERROR
    assert message in str(problem)
    assert (problem.place.line, problem.place.column) == (6, 1)


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ("{{ contact.title }}", ["contact.title"]),
        ("{{ contact.title | upper }}", ["contact.title"]),
        ("{{ contact.title | default('') }}", []),
        ("{{ contact.title or contact.department or '' }}", []),
        # the last one of a chain has nothing behind it
        ("{{ contact.title or contact.department }}", ["contact.department"]),
        ("{{ contact.title | default(contact.department) }}", ["contact.department"]),
        ("{% if contact.title %}{{ contact.title }}{% endif %}", []),
        ("{% if contact.title == '部長' %}{{ contact.title }}{% endif %}", []),
        ("{% if contact.title and contact.role %}{{ contact.title }}{% endif %}", []),
        # an or promises neither
        ("{% if contact.title or contact.role %}{{ contact.title }}{% endif %}", ["contact.title"]),
        ("{% if contact.title %}a{% else %}{{ contact.title }}{% endif %}", ["contact.title"]),
        ("{% if not contact.title %}{{ contact.title }}{% endif %}", ["contact.title"]),
        ("{{ contact.title if contact.title else 'x' }}", []),
        ("{% for x in trigger.list %}{{ x.title }}{{ loop.index }}{% endfor %}", []),
        ("{{ trigger.anything }} {{ steps.a.event.b }} {{ today | date }}", []),
        ("{{ contact.email }} {{ sender.name }} {{ urls.preferences }}", []),
    ],
)
def test_a_value_that_some_lack_is_a_warning_unless_guarded(body: str, warned: list[str]) -> None:
    problems = _lint(_letter(body))
    assert [p.message.partition(" ")[0] for p in problems] == warned
    assert all(p.severity is Severity.WARNING for p in problems)


def test_declared_fields_are_known() -> None:
    legal = LegalIdentity({"ja": "当社"}, {"ja": "東京"}, "a@b.example")
    policy = Policy({}, "sato", legal, contact_fields={"budget": "text"})
    context = TemplateContext.of(policy)
    assert context.locales == ("ja", "en")
    body = "{{ contact.budget | default('') }}"
    assert "unknown-variable" not in _codes(_letter(body), context)
    assert "unknown-variable" in _codes(_letter(body), JA)


def test_a_missing_locale_is_an_error() -> None:
    (problem,) = _lint(_letter("a"), TemplateContext(locales=("ja", "en")))
    assert problem.code == "locale-missing"
    assert problem.hint == "add templates/email/x/y.en.md"


def test_a_file_without_a_locale_serves_all() -> None:
    files = _letter("a")
    files["templates/email/x/y.md"] = files.pop("templates/email/x/y.ja.md")
    assert _codes(files, TemplateContext(locales=("ja", "en"))) == []


@pytest.mark.parametrize(
    ("body", "code", "severity"),
    [
        ("[a](http://www.nurture.example/)", "link-http", Severity.ERROR),
        ("![](http://www.nurture.example/a.png)", "link-http", Severity.ERROR),
        ("[https://a.example](https://b.example/)", "link-shown", Severity.ERROR),
    ],
)
def test_what_a_letter_should_not_say(body: str, code: str, severity: Severity) -> None:
    problems = [p for p in _lint(_letter("一行目\n\n" + body)) if p.code == code]
    assert [(p.place.line, p.severity) for p in problems] == [(7, severity)]


def test_a_mail_that_needs_consent_shows_identity_and_opt_out() -> None:
    files = newsletter("<mj-text>a</mj-text>")
    assert sorted(set(_codes(files))) == ["no-identity", "no-unsubscribe"]
    assert all(p.severity is Severity.ERROR for p in _lint(files))
    service = TemplateContext(locales=("ja",), service_templates=("x/*",))
    assert _codes(files, service) == []


def test_a_text_twin_without_opt_out_is_refused() -> None:
    files = _letter("a")
    del files["templates/email/layouts/letter.txt"]
    files["templates/email/x/y.ja.txt"] = "手書き"
    assert _codes(files) == ["no-unsubscribe"]


def test_a_page_that_gmail_cuts_is_a_warning() -> None:
    assert _codes(_letter("あ" * (MAX_HTML // 3))) == ["too-long"]


def test_a_picture_without_alt_text_is_a_warning() -> None:
    context = TemplateContext(locales=("ja",), service_templates=("x/*",))
    files = newsletter('<mj-image src="https://www.nurture.example/a.png" />')
    (problem,) = _lint(files, context)
    assert (problem.code, problem.place.line) == ("alt-missing", 5)
    files = newsletter('<mj-image src="https://www.nurture.example/a.png" alt="図" />')
    assert _lint(files, context) == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("layout: letters\n", "unknown-layout"),
        ("sbject: a\n", "unknown-key"),
        ("no colon\n", "letter-header"),
    ],
)
def test_a_header_that_is_wrong_is_named(header: str, code: str) -> None:
    (problem,) = _lint(_letter("a", header=header))
    assert problem.code == code
    assert problem.place.line == 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("本文だけ", "letter-header"),
        ("---\nsubject: a\n本文", "letter-header"),
        ("---\nlayout: letter\n---\n本文", "subject-missing"),
    ],
)
def test_a_letter_without_its_header_is_named(text: str, code: str) -> None:
    files = {**shipped_layouts(), "templates/email/x/y.ja.md": text}
    assert code in _codes(files)


def test_stray_files_are_named() -> None:
    files = _letter("a") | {
        "templates/email/x/Y Z.md": "",
        "templates/email/x/z.ja.txt": "",
        "templates/email/x/y.ja.mjml": newsletter("")["templates/email/x/y.ja.mjml"],
        "templates/email/README.md": "",
    }
    codes = _codes(files, TemplateContext(locales=("ja",), service_templates=("*",)))
    assert sorted(codes) == ["template-name", "template-twice", "text-alone"]


def test_one_bad_file_hides_no_other() -> None:
    files = _letter("{{ a. }}")
    files["templates/email/x/z.ja.md"] = files["templates/email/x/y.ja.md"].replace("a.", "b.")
    assert {p.place.file for p in _lint(files)} == {
        "templates/email/x/y.ja.md",
        "templates/email/x/z.ja.md",
    }


def test_the_subject_of_a_step_is_checked_at_its_place() -> None:
    place = Place("workflows/a.yaml", 9, 5)
    assert lint_subject("{{ contact | short_name }}へ", place, JA) == []
    (problem,) = lint_subject("{{ contact.titel }}", place, JA)
    assert problem.code == "unknown-variable"
    assert problem.place == place


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "[見る](javascript:alert(1))",
        # what a browser reads in spite of how it is written
        '<a href="JaVaScript:alert(1)">見る</a>',
        '<a href="java&#10;script:alert(1)">見る</a>',
        "<a href='vbscript:x'>見る</a>",
        '<a href="https://www.nurture.example/" onclick="alert(1)">見る</a>',
        '<iframe src="https://www.nurture.example/"></iframe>',
    ],
)
def test_what_would_run_in_a_mail_is_an_error_at_its_place(body: str) -> None:
    found = [one for one in _lint(_letter(f"一行目\n\n{body}")) if one.code == "active-content"]
    assert {one.severity for one in found} == {Severity.ERROR}
    assert {(one.place.file, one.place.line) for one in found} == {("templates/email/x/y.ja.md", 7)}


@pytest.mark.parametrize(
    "part",
    [
        '<mj-button href="javascript:alert(1)">見る</mj-button>',
        '<mj-raw><script src="https://www.nurture.example/x.js"></script></mj-raw>',
    ],
)
def test_what_would_run_in_a_newsletter_is_an_error(part: str) -> None:
    assert "active-content" in _codes(newsletter(part))


@pytest.mark.parametrize(
    "body",
    [
        'javascript: とは何か。JavaScript を書くとき、onclick="x" は要りません。',
        "[電話](tel:03-0000-0000)、[メール](mailto:a@nurture.example)",
        "[見る](https://www.nurture.example/javascript:x?on=1)",
    ],
)
def test_to_speak_of_scripts_is_no_script(body: str) -> None:
    assert "active-content" not in _codes(_letter(body))


def test_a_text_part_by_hand_in_one_language_alone_is_a_warning_for_the_other() -> None:
    context = TemplateContext(locales=("ja", "en"))
    files = _letter("a")
    files["templates/email/x/y.en.md"] = files["templates/email/x/y.ja.md"]
    assert "text-missing" not in _codes(files, context)
    files["templates/email/x/y.ja.txt"] = "手書き"
    found = [str(problem) for problem in _lint(files, context) if problem.code == "text-missing"]
    assert found == [
        "templates/email/x/y.en.md:1:1: warning: the text part is made by itself here, and by "
        "hand in templates/email/x/y.ja.txt (add templates/email/x/y.en.txt, or remove the "
        "other) [text-missing]"
    ]


def test_a_page_that_only_gets_long_by_its_values_is_a_warning() -> None:
    line = "{{ trigger.a }} " * 20 + "\n\n"
    assert "too-long" not in _codes(_letter(line * 30))
    loop = "{% for x in trigger.list %}\n" + "あ" * (MAX_HTML // 9 + 100) + "\n{% endfor %}\n"
    assert "too-long" in _codes(_letter(loop))
