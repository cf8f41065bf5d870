"""What lacks a language is told wherever it stands: once, with its place and what to do."""

from __future__ import annotations

from nurture.errors import Problem
from nurture.language import in_language
from nurture.services.check import check
from tests.services.project import POLICY, letter, project, workflow

#: readers of two languages, one of which a topic lacks
TWO = POLICY.replace("{default: ja}", "{default: ja, also: [en]}") + (
    "topics:\n  - {topic: letters, title: {ja: お便り}, description: お便りです}\n"
)

SURVEY = """
survey: nps
kind: nps
title: {ja: お客様アンケート}
question: {ja: お薦めくださいますか, en: Would you recommend us?}
"""

STEPS = "- send: x/hello\n- send: x/english"


def _found() -> list[Problem]:
    files = project(workflow("a", STEPS), policy=TWO)
    del files["templates/email/x/english.ja.md"]
    files["templates/email/x/english.en.md"] = letter().encode()
    files["templates/email/x/hello.en.md"] = letter().encode()
    files["templates/email/team/notify.en.md"] = files["templates/email/team/notify.ja.md"]
    files["workflows/nps.yaml"] = SURVEY.encode()
    _, problems = check(files)
    return [one for one in problems if one.code.endswith(("locale", "locale-missing"))]


def test_a_missing_language_is_told_where_it_stands_and_what_to_do() -> None:
    said = {(str(one.place), one.message, one.hint, one.severity.value) for one in _found()}
    assert said == {
        (
            "workflows/nps.yaml:4:8",
            "'title' is missing in 'en'",
            "readers see it",
            "error",
        ),
        (
            "workflows/policy.yaml:19:29",
            "the title of topic 'letters' is missing in 'en'",
            "readers of it see another language",
            "warning",
        ),
        # once for the template, not again for each step that sends it
        (
            "templates/email/x/english.en.md:1:1",
            "template 'x/english' is missing in 'ja'",
            "add templates/email/x/english.ja.md",
            "error",
        ),
    }


def test_it_is_told_in_japanese_too() -> None:
    assert sorted(in_language(one.message, "ja") for one in _found()) == [
        "「title」の en 版がありません",
        "テンプレート「x/english」の ja 版がありません",
        "話題「letters」の title の en 版がありません",
    ]
