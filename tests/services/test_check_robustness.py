"""Whatever the files of a project hold, the check says what is wrong, and ends."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.clock import machine_now
from nurture.errors import Severity
from nurture.services.check import check
from nurture.services.project import read_project
from nurture.services.text_files import LARGEST_TEMPLATE, MOST
from tests.services.project import project, workflow

ROOT = Path(__file__).parents[2]
BASE = project(workflow("one", "- send: x/a"))
LETTER = "templates/email/x/a.ja.md"
HEAD = "---\nsubject: 件名\npreheader: 中身です。\n---\n"
PAGE = "<mjml><mj-head><mj-title>件名</mj-title>{}</mj-head><mj-body>{}</mj-body></mjml>"

#: what people, editors and broken disks put in the wrong place
SCRAPS = st.sampled_from(
    [
        b"", b" ", b"\n", b"\r\n", b"\t", b"- ", b": ", b"{", b"}", b"[", b"]", b"'", b'"', b"*a",
        b"&a ", b"!x ", b"|", b"{{", b"}}", b"{% if x %}", b"{% endif %}", b"{% for a in b %}",
        b"{#", b"#}", b"[%", b"[[", b"]]", b"[% block x %]", b'[% include "letter.mjml" %]',
        b"<", b"</", b"/>", b"<!--", b"<mj-style>@media{", b"<mj-text>", b"<div style='", b"![](",
        b"**", b"---\n", b"subject: x\n", b"\x00", b"\xff", b"\x81\x40", b"qvt1zq", b"qvt{##}1zq",
        "：".encode(), "　".encode(), "\u202e".encode(), b"&#x", b"9" * 40, b"(" * 60,
    ]
)  # fmt: skip


@cache
def shipped() -> dict[str, bytes]:
    files = read_project(ROOT)
    return {path: text for path, text in files.items() if not path.startswith("workflows/files/")}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a shipped file with a few pieces cut out, replaced or put elsewhere."""
    path = draw(st.sampled_from(sorted(shipped())))
    text = shipped()[path]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 60)))
        text = text[:start] + draw(SCRAPS) * draw(st.sampled_from([1, 1, 1, 50])) + text[end:]
    return path, text


@settings(max_examples=25, deadline=None)
@given(damaged())
def test_a_damaged_file_of_the_shipped_project_never_raises(file: tuple[str, bytes]) -> None:
    path, text = file
    for problem in check({**BASE, path: text}, machine_now())[1]:
        assert problem.code and problem.message
        assert problem.place.line <= max(text.count(b"\n"), text.count(b"\r")) + 2 or (
            problem.place.file != path
        )
        assert "\n" not in str(problem)
        assert problem.in_language("ja")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["md", "mjml", "txt"]))
def test_any_bytes_in_place_of_a_template_never_raise(content: bytes, kind: str) -> None:
    layout = f"templates/email/layouts/letter.{'txt' if kind == 'txt' else 'mjml'}"
    check({**BASE, f"templates/email/x/a.ja.{kind}": content, layout: content})


@pytest.mark.parametrize(
    "text",
    [
        *(HEAD + sign * (most + 1) for sign, most in MOST.items()),
        # each of these once took the square of its length, or the process with it
        HEAD + "{% if a %}" * 999,
        HEAD + "[[ locale ]]" * 999,
        HEAD + "[% if locale %]" * 299 + "[% endif %]" * 299,
        HEAD + "> " * 50_000,
        HEAD + "**a" * 30_000,
        HEAD + "{{ contact.email" + "(" * 50_000 + "}}",
    ],
    ids=lambda text: text[len(HEAD) :][:12],
)
def test_a_letter_that_no_person_wrote_is_refused(text: str) -> None:
    text = text[: LARGEST_TEMPLATE // 4]
    problems = check({**BASE, LETTER: text.encode()})[1]
    assert all(problem.place.file for problem in problems)


@pytest.mark.parametrize("element", ["div", "mj-section"])
@pytest.mark.parametrize("closed", [True, False])
def test_elements_deep_in_one_another_are_named_before_the_compiler_dies_of_them(
    element: str, closed: bool
) -> None:
    many = 3_000
    body = f"<{element}>" * many + (f"</{element}>" * many if closed else "")
    path = LETTER.replace(".md", ".mjml")
    files = {**BASE, path: PAGE.format("", body).encode()}
    del files[LETTER]
    problems = check(files)[1]
    assert "mjml-too-deep" in {problem.code for problem in problems if problem.place.file == path}


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le"])
def test_a_letter_in_another_encoding_is_said_to_be_one_and_nothing_else(encoding: str) -> None:
    content = (HEAD + "こんにちは。配信停止のご案内です。\n").encode(encoding)
    (problem,) = (p for p in check({**BASE, LETTER: content})[1] if p.place.file == LETTER)
    assert (problem.code, problem.severity) == ("not-utf-8", Severity.ERROR)
    name = {"cp932": "Shift_JIS", "euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP"}
    said = name.get(encoding, "UTF-16")
    assert str(problem).endswith(
        f"error: the file is {said}, not UTF-8 (save it as UTF-8) [not-utf-8]"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD + "a\x00b", "5:2: error: the invisible character U+0000 stands here (delete it)"),
        (HEAD + "a\u202eb", "5:2: error: the invisible character U+202E stands here (delete it)"),
        (HEAD + "x" * LARGEST_TEMPLATE, "1:1: error: the file has 200,051 bytes; the limit is"),
        (HEAD + "{{" * 1501, "1:1: error: {{ stands 1,501 times in this file; the limit is 1,500"),
    ],
)
def test_what_no_letter_may_hold_is_said_once(content: str, message: str) -> None:
    (problem,) = (p for p in check({**BASE, LETTER: content.encode()})[1] if p.place.file == LETTER)
    assert str(problem).removeprefix(f"{LETTER}:").startswith(message)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_line_ends_and_byte_order_marks_of_windows_change_nothing(bom: bytes, ends: bytes) -> None:
    expected = check(BASE)[1]
    assert check({path: bom + text.replace(b"\n", ends) for path, text in BASE.items()})[1] == (
        expected
    )
