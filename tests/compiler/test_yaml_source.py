# ruff: noqa: E501 - a message stands on one line, as people read it
"""Text to nodes: places, YAML 1.2's words, and files that are no YAML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, number
from nurture.compiler.report import Report
from nurture.compiler.yaml_source import LARGEST_FILE, MOST_NODES, read_yaml


def read(content: bytes | str) -> tuple[Node | None, list[str]]:
    report = Report("f")
    return read_yaml(content, report), [str(problem) for problem in report.problems]


def scalar(text: str) -> Scalar:
    node, problems = read(f"k: {text}")
    assert isinstance(node, MapNode) and not problems
    value = node.get("k")
    assert isinstance(value, Scalar)
    return value


def test_every_node_knows_its_line_and_column() -> None:
    node, _ = read("a: 1\nb:\n  - {c: 日本, d: x}\n")
    assert isinstance(node, MapNode)
    items = node.get("b")
    assert isinstance(items, ListNode)
    inner = items.items[0]
    assert isinstance(inner, MapNode)
    d = inner.get("d")
    assert (items.line, items.column) == (3, 3)
    assert (inner.line, inner.column) == (3, 5)
    assert d is not None and (d.line, d.column) == (3, 16)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10:00", "10:00"),  # not 600, as YAML 1.1 has it
        ("2026-04-03", "2026-04-03"),  # not a date object
        ("no", "no"),  # not false
        ("on", "on"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ('"5"', "5"),  # quoted: a text
    ],
)
def test_words_times_and_dates_stay_text(text: str, value: str) -> None:
    node = scalar(text)
    assert (node.value, node.truth, node.number) == (value, None, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("-5", -5), ("+5", 5), ("5.5", 5.5), (".5", 0.5), ("1.5e3", 1500.0), ("６０", 60)],
)
def test_plain_numbers_are_numbers_in_any_width(text: str, value: float) -> None:
    assert scalar(text).number == value


@pytest.mark.parametrize("text", ["1e3", "0x1F", ".inf", ".nan", "1.2.3", "", "-", "٣x"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_nothing_is_nothing(text: str) -> None:
    assert scalar(text).is_nothing


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    node, problems = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert isinstance(node, MapNode) and list(node.pairs) == ["a", "b"]
    assert problems == []
    assert node.pairs["b"][0].line == 2


def test_times_need_no_quotes_inside_braces() -> None:
    node, problems = read("{at: 10:00, hours: [09:00-12:00]}")
    assert problems == [] and isinstance(node, MapNode)


SHIFT_JIS = "a: 1\nworkflow: 日本語のワークフロー\n".encode("cp932")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        # encodings
        (SHIFT_JIS, "f:2:11: error: the file is Shift_JIS, not UTF-8 (save it as UTF-8) [not-utf-8]"),
        (b"a: \xff\n", "f:1:4: error: byte 0xFF is not UTF-8 (save it as UTF-8) [not-utf-8]"),
        ("a: 1".encode("utf-16"), "f:1:1: error: the file is UTF-16, not UTF-8 (save it as UTF-8) [not-utf-8]"),
        ("a: \x00b", "f:1:4: error: the invisible character U+0000 stands here (delete it) [invisible-character]"),
        ("a: 1\u2028b: 2", "f:1:5: error: the invisible character U+2028 stands here (delete it) [invisible-character]"),
        ("a: \ud800", "f:1:4: error: the invisible character U+D800 stands here (delete it) [invisible-character]"),
        # tabs
        ("a:\n\t- b\n", "f:2:1: error: a tab is used for indentation (YAML wants spaces) [tab]"),
        ("a:\n  b: 1\n\tc: 2\n", "f:3:1: error: a tab is used for indentation (YAML wants spaces) [tab]"),
        # slips of an input method, where what was meant cannot be known
        ("workflow： w\npurpose: a\n", "f:1:9: error: a full-width colon '：' stands after 'workflow' (write `workflow: …`, half-width and with a space) [full-width]"),
        ("workflow: w\nsteps：\n  - wait: 1d\n", "f:2:6: error: a full-width colon '：' stands after 'steps' (write `steps: …`, half-width and with a space) [full-width]"),
        ("workflow: w\ntitle： x\nsteps:\n  - wait: 1d\n", "f:2:6: error: a full-width colon '：' stands after 'title' (write `title: …`, half-width and with a space) [full-width]"),
        ("steps:\n　　- wait: 3d\n", "f:2:1: error: a full-width space stands here (write half-width spaces) [full-width]"),
        ("steps:\n  -　wait: 3d\n", "f:2:4: error: a full-width space stands here (write half-width spaces) [full-width]"),
        ("steps:\n  -\u00a0wait: 3d\n", "f:2:4: error: a space stands here that is no plain one (U+00A0) (write half-width spaces) [full-width]"),
        ("steps:\n  － wait: 3d\n", "f:2:3: error: the full-width sign '－' stands here (write -) [full-width]"),
        ("steps:\n  - ｛wait: 3d｝\n", "f:2:5: error: the full-width sign '｛' stands here (write {) [full-width]"),
        ("title: \"abc”\nsteps: []\n", "f:1:12: error: the full-width sign '”' stands here (write \") [full-width]"),
        ("a: {weekday: tuesday、at: 1}\n", "f:1:21: error: the full-width sign '、' stands here (write ,) [full-width]"),
        ("title: a\u202eb\n", "f:1:9: error: the invisible character U+202E stands here (delete it) [invisible-character]"),
        # structure
        ("", "f:1:1: error: the file is empty [empty-file]"),
        ("# only a comment\n", "f:1:1: error: the file is empty [empty-file]"),
        ("a: b: c\n", "f:1:5: error: broken YAML: mapping values are not allowed in this context (quote a value that has ': ' in it, or indent it well) [broken-yaml]"),
        ("a: [1, 2\nb: 3\n", "f:2:2: error: broken YAML: did not find expected ',' or ']' while parsing a flow sequence that starts in line 1 (a '[' is not closed, or a ',' is missing) [broken-yaml]"),
        ("- a\nb: 1\n", "f:2:1: error: broken YAML: did not find expected '-' indicator while parsing a block collection that starts in line 1 (the entries of a list start in the same column) [broken-yaml]"),
        ('a: "x\n', "f:2:1: error: broken YAML: found unexpected end of stream while scanning a quoted scalar that starts in line 1 (a quote is not closed) [broken-yaml]"),
        ("a: @x\n", "f:1:4: error: a value may not start with '@' (put the value in quotes) [broken-yaml]"),
        ("score: >= 40\n", "f:1:9: error: broken YAML: did not find expected comment or line break while scanning a block scalar (quote a value that starts with '>' or '|') [broken-yaml]"),
        ("a: *\n", "f:1:5: error: broken YAML: did not find expected alphabetic or numeric character while scanning an alias (quote a value that starts with '*') [broken-yaml]"),
        ("a: 1\n---\nb: 1\n", "f:2:1: error: a second document starts here (one file, one document) [two-documents]"),
        # what YAML has and these files have not
        ("a: 1\na: 2\n", "f:2:1: error: 'a' stands twice in this map (first in line 1) [duplicate-key]"),
        ("a: !!python/object:os.system x\n", "f:1:4: error: tags such as tag:yaml.org,2002:python/object:os.system are not used here (delete it) [tag]"),
        ("[a]: 1\n", "f:1:1: error: a key must be a word, not a list or a map [bad-key]"),
        # aliases
        ("a: *b\n", "f:1:4: error: no anchor &b stands above the alias *b [unknown-alias]"),
        ("a: &b [*b]\n", "f:1:8: error: the alias *b stands inside itself [alias-circle]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_is(content: bytes | str, problem: str) -> None:
    assert read(content)[1] == [problem]


def test_an_alias_stands_for_its_anchor() -> None:
    node, problems = read("a: &x {b: 1}\nc: *x\n")
    assert problems == [] and isinstance(node, MapNode)
    assert node.get("a") is node.get("c")


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    _, problems = read("\n".join(lines))
    assert len(problems) == 1
    assert f"more than {MOST_NODES:,} values, aliases written out" in problems[0]


def test_aliases_cannot_dig_deeper_than_text_may() -> None:
    lines = [f"a0: &a0 {'[' * 30}{']' * 30}"]
    lines += [f"a{n}: &a{n} {'[' * 20}*a{n - 1}{']' * 20}" for n in range(1, 4)]
    _, problems = read("\n".join(lines))
    assert problems == ["f:3:29: error: nested more than 64 levels deep [too-deep]"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_bottomless_nesting_is_refused(opening: str) -> None:
    _, problems = read(opening * 200_000)
    assert [problem.rsplit(" ", 1)[1] for problem in problems] == ["[too-deep]"]


def test_a_file_of_more_than_a_megabyte_is_not_read() -> None:
    _, problems = read("a: " + "x" * LARGEST_FILE)
    assert problems == [
        "f:1:1: error: the file has 1,000,003 bytes; the limit is 1,000,000 "
        "(split it into several files) [file-too-large]"
    ]


@given(st.text(max_size=200))
def test_any_text_gives_a_tree_or_a_problem(text: str) -> None:
    node, problems = read(text)
    assert (node is None) <= bool(problems)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_a_problem(content: bytes) -> None:
    node, problems = read(content)
    assert (node is None) <= bool(problems)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`?, \n\t~<=", max_size=60))
def test_any_soup_of_yaml_signs_gives_a_tree_or_a_problem(text: str) -> None:
    node, problems = read(text)
    assert (node is None) <= bool(problems)


def test_lines_of_full_width_colons_alone_are_all_named() -> None:
    _, problems = read("workflow： w\npurpose： marketing\n　steps： []\n")
    assert [problem.split(": ", 1)[0] for problem in problems] == ["f:1:9", "f:2:8", "f:3:7"]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("- send： warm/hearing", "send", "warm/hearing"),
        ("- wait:　　3d　", "wait", "3d"),
        ("- {send： x}", "send", "x"),
        ("- ｗａｉｔ: 3d", "wait", "3d"),
        ("- w\u200bait: 3d", "wait", "3d"),
    ],
)
def test_a_key_that_slipped_is_read_as_it_was_meant(text: str, key: str, value: str) -> None:
    node, problems = read(text)
    assert [problem.rsplit(" ", 1)[1] for problem in problems] == ["[full-width]"]
    assert isinstance(node, ListNode)
    (item,) = node.items
    assert isinstance(item, MapNode)
    found = item.get(key)
    assert isinstance(found, Scalar) and found.value == value


@pytest.mark.parametrize(
    "text",
    [
        # texts that hold such signs are texts, even in a list
        "title: 第１回：『全角』の“引用”、send： は説明",
        "- 日時：10:00",
        "- ROI：120%",
        "- 'send： x'",
        "a: |\n  send： x\n  　字下げ",
        "備考: x",
        "# send： x\na: 1",
    ],
)
def test_full_width_signs_in_texts_are_no_slips(text: str) -> None:
    assert read(text)[1] == []


@pytest.mark.parametrize(("text", "value"), [("−5", -5), ("－５", -5), ("−0.5", -0.5)])
def test_a_minus_sign_of_any_width_is_one(text: str, value: float) -> None:
    assert scalar(text).number == value


@pytest.mark.parametrize(
    ("steps", "places"),
    [
        ("  - send: a\n  -wait: 7d\n  - send: b\n", ["2:3"]),  # libyaml: no '-' indicator
        ("  -wait: 7d\n  - send: b\n", ["1:3"]),  # libyaml: no expected key
        ("  -id: y\n    wait: 7d\n", ["1:3"]),  # libyaml: mapping values not allowed
        ("  - send: a\n  -wait:7d\n  - send: b\n", ["2:3"]),  # libyaml: no ':'
        ("  -wait: 7d\n  -send: b\n", ["1:3", "2:3"]),  # valid YAML: a map of two keys
        ("  - wait: 7d\n    -send: b\n", ["2:5"]),  # valid YAML: a key more
        ("  - send: a\n  -wait: 7d\n  -send: b\n", ["2:3", "3:3"]),
    ],
)
def test_a_dash_without_a_space_is_named_wherever_it_stands(steps: str, places: list[str]) -> None:
    _, problems = read(f"steps:\n{steps}")
    lines = [int(place.partition(":")[0]) + 1 for place in places]
    columns = [place.partition(":")[2] for place in places]
    expected = [f"f:{line}:{column}" for line, column in zip(lines, columns, strict=True)]
    assert [problem.partition(": ")[0] for problem in problems] == expected
    assert all("no space stands between '-' and '" in problem for problem in problems)


def test_a_list_that_was_read_as_a_map_is_read_as_the_list_it_was_meant_to_be() -> None:
    node, problems = read("steps:\n  -id: y\n  wait: 7d\n  -send: b\n")
    assert isinstance(node, MapNode) and len(problems) == 2
    steps = node.get("steps")
    assert isinstance(steps, ListNode)
    assert [list(item.pairs) for item in steps.items if isinstance(item, MapNode)] == [
        ["id", "wait"],
        ["send"],
    ]


@pytest.mark.parametrize(
    "text", ["-5: x", "-unknown: x", '"-wait": 7d', "a: -wait", "a: '-wait: 7d'"]
)
def test_other_dashes_are_no_slips(text: str) -> None:
    assert read(text)[1] == []
