"""Every sentence that is said to people exists in both languages, with the same values."""

from __future__ import annotations

from functools import cache

import pytest

from tests import catalogue, layers


@cache
def _sentences() -> list[catalogue.Sentence]:
    return catalogue.said(layers.sources(catalogue.ROOT))


def test_sentences_are_found() -> None:
    assert {"nurture.errors", "nurture.compiler.shapes"} <= {one.module for one in _sentences()}


def test_a_sentence_is_a_plain_template_that_uses_its_values() -> None:
    assert catalogue.breaches_of(_sentences()) == []


def test_every_sentence_is_in_japanese_with_its_values_and_none_is_left_over() -> None:
    assert catalogue.breaches_between(_sentences(), catalogue.read()) == []


def test_the_catalogue_is_written_in_the_order_of_the_sources() -> None:
    """So that two who add sentences to different modules do not write into the same lines."""
    text = catalogue.PO.read_text(encoding="utf-8")
    assert text == catalogue.written(_sentences(), catalogue.read()), (
        "run python -m tests.catalogue"
    )


def test_failures_that_people_see_are_sentences() -> None:
    assert catalogue.unsaid(layers.sources(catalogue.ROOT)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("raise NurtureError('nothing is published')", 1),
        ("raise NurtureError(say('a'), f'say {how}')", 1),
        ("class GoneError(NurtureError): ...\nraise GoneError('it is gone')", 1),
        ("raise NurtureError(say('a'), say('b {c}', c=d))", 0),
        # a code, and an error that is none of ours
        ("class GoneError(NurtureError): ...\nraise GoneError('too_many', say('a'))", 0),
        ("raise ValueError('it is gone')", 0),
    ],
)
def test_a_failure_that_is_no_sentence_is_named(text: str, number: int) -> None:
    assert len(catalogue.unsaid({"nurture.services.caps": text})) == number


BAD = [
    # what is built before it is said cannot be looked up
    ("say(f'unknown key {key}')", "a template is one plain text"),
    ("say('unknown ' + key)", "a template is one plain text"),
    ("say_number('one', f'{n} many', n)", "a template is one plain text"),
    # a slip in a slot
    ("say('unknown key {kye}', key=key)", "no {slot} for key"),
    ("say('known: {known}', **values)", "no {slot} for **"),
    # no Japanese, or other than the English
    ("say('not in the catalogue')", "has no Japanese"),
    ("say('two {a} {b}', a=1, b=2)", "has other {slots}"),
    ("say('left as it was')", "is not in Japanese"),
]


@pytest.mark.parametrize(("text", "breach"), BAD)
def test_what_cannot_be_said_in_japanese_is_named(text: str, breach: str) -> None:
    known = {"two {a} {b}": "二つ {a}", "left as it was": "left as it was"}
    text = f"from nurture.language import say, say_number\n{text}"
    sentences = catalogue.said({"nurture.domain.caps": text})
    found = catalogue.breaches_of(sentences) + catalogue.breaches_between(sentences, known)
    assert any(breach in one for one in found), found


def test_an_entry_that_nobody_says_any_more_is_named() -> None:
    assert catalogue.breaches_between([], {"gone": "なし"}) == ["nobody says 'gone' any more"]
