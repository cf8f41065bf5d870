"""Every reason that the code can store has its sentence in both languages."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import nurture
from nurture.domain import mail_reasons, reasons
from nurture.domain.reasons import SENTENCES, sentence

PACKAGE = Path(nurture.__file__).parent
#: where the sentences stand
WRITTEN = {Path(module.__file__) for module in (reasons, mail_reasons)}
#: the rooms in which things are decided; the two that are left out make values of templates,
#: where a `reason` is a person's own words
DECIDING = sorted(
    path
    for room in ("domain", "services")
    for path in PACKAGE.glob(f"{room}/*.py")
    if path.stem not in {"ask_script", "gallery"}
)

#: functions and classes of ours that take a reason: at which place
REASON_AT = {
    "Drop": 0,
    "Defer": 1,
    "_rest": 2,
    "_refuse": 3,
    # batch.decide(person, kind, reason, …), answers.reason(message, kind, why, …)
    "decide": 2,
    "reason": 2,
    # batch.end(person, journey, outcome, reason, …)
    "end": 3,
    "cancel_unsent": 2,
}


def texts(node: ast.expr) -> set[str]:
    """Return the texts an expression can be: a constant, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return set()


def in_call(node: ast.Call) -> Iterator[ast.expr]:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    at = REASON_AT.get(name)
    if at is not None and at < len(node.args):
        yield node.args[at]


def in_assignment(node: ast.Assign) -> Iterator[ast.expr]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        else:
            pairs = [(target, node.value)]
        for left, right in pairs:
            if isinstance(left, ast.Attribute) and left.attr == "reason":
                yield right


def in_mapping(node: ast.Dict) -> Iterator[ast.expr]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "reason":
            yield value


def reasons_in(source: str) -> set[str]:
    """Return the reasons that a module writes out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call():
                places = in_call(node)
            case ast.Assign():
                places = in_assignment(node)
            case ast.Dict():
                places = in_mapping(node)
            case _:
                continue
        for place in places:
            found |= texts(place)
    return found


def test_reasons_are_found_however_they_are_written():
    assert reasons_in('Drop("a"); Defer(None, "b" if x else "c")') == {"a", "b", "c"}
    assert reasons_in('decision.outcome, decision.reason = "x", "d"') == {"d"}
    assert reasons_in('row = {"kind": "sent", "reason": "e", "why": "f"}') == {"e"}
    assert reasons_in('batch.decide(person, "moved", "g", {}); batch.end(p, j, "o", "h")') == {
        "g",
        "h",
    }


@pytest.mark.parametrize("path", DECIDING, ids=lambda path: path.stem)
def test_every_reason_in_the_code_has_its_sentence(path):
    assert reasons_in(path.read_text("utf-8")) <= set(SENTENCES)


def test_every_sentence_has_a_reason_in_the_code():
    written: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path not in WRITTEN:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    written.add(node.value)
    assert set(SENTENCES) - written == set()


def blanks(template: str) -> set[tuple[str, str]]:
    """Return the blanks of a sentence with their formats, without words that fit a number."""
    return {
        (name, form or "")
        for _, name, form, _ in string.Formatter().parse(template)
        if name is not None and "|" not in (form or "")
    }


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_have_the_same_blanks(code):
    japanese, english = SENTENCES[code]
    assert blanks(japanese) == blanks(english)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_filled_in_both_languages(code):
    detail = {
        name: 7 if form else f"<{name}>"
        for template in SENTENCES[code]
        for name, form in blanks(template)
    }
    for locale in ("ja", "en"):
        text = sentence(code, detail, locale)
        assert text != code
        assert "?" not in text
        assert "{" not in text
        for value in detail.values():
            assert str(value) in text


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_whose_detail_is_missing_still_reads(code):
    for locale in ("ja", "en"):
        assert sentence(code, {}, locale) not in ("", code)


def test_japanese_is_japanese_and_english_is_ascii():
    for code, (japanese, english) in SENTENCES.items():
        assert english.isascii(), code
        assert not japanese.isascii() or japanese == english, code


#: code, detail, locale, sentence
FILLED = [
    (
        "cap",
        {"cap": "contact-week", "mails": 2, "days": 7.0},
        "en",
        "cap contact-week is reached (2 mails in 7 days)",
    ),
    # half a day reads as such, a text in a number's place as it is
    (
        "cap",
        {"cap": "x", "mails": 1, "days": 0.5},
        "en-GB",
        "cap x is reached (1 mail in 0.5 days)",
    ),
    ("cap", {"cap": "x", "mails": 1, "days": "a"}, "en", "cap x is reached (1 mail in a days)"),
    # what is missing shows
    ("cap", {}, "en", "cap ? is reached (? mails in ? days)"),
    # several
    (
        "waits_for",
        {"events": ["a", "b"], "until": "12"},
        "en",
        "waits for a, b until 12",
    ),
    # texts of strangers stay texts
    (
        "rejected",
        {"answer": "{answer.__class__} {0}"},
        "en",
        "the server refused it: {answer.__class__} {0}",
    ),
    # a code of a later version
    ("from_the_future", {"x": 1}, "ja", "from_the_future"),
]


@pytest.mark.parametrize(("code", "detail", "locale", "expected"), FILLED)
def test_a_reason_reads(code, detail, locale, expected):
    assert sentence(code, detail, locale) == expected


def test_numbers_decide_the_word_behind_them() -> None:
    said = {"cap": "daily", "mails": 1, "days": 1.0}
    assert sentence("cap", said, "en") == "cap daily is reached (1 mail in 1 day)"
    assert sentence("cap", said | {"mails": 3, "days": 7.0}, "en").endswith("(3 mails in 7 days)")
    assert sentence("cap", said, "ja") == "上限「daily」(1日に1通)に達しています"
