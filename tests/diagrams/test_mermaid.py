"""Mermaid text: what its parser would take for its own is written as a code."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.diagrams.mermaid import escaped, mermaid
from nurture.domain.steps import Branch, End, Send
from tests.diagrams.workflows import drawing, score_over, shipped, workflow

#: a line of a chart: words of Mermaid's own, and labels between quotes without a quote in them
_LINE = re.compile(
    r"flowchart TD"
    r"|  acc(Title|Descr): [^\n]*"
    r"|  (s\d+|start|finish|goal|exits)[\[({>/]+\"[^\"\n]*\"[\])}/]+(:::\w+)"
    r"|  (s\d+|start) (-->|-\.->|-\.-)(\|\"[^\"\n]*\"\|)? (s\d+|finish|goal|exits)"
    r"|  classDef \w+ [\w:#,]+"
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        # ends a label
        ('say "hello"', "say #34;hello#34;"),
        # begins a shape, an edge's label, a class
        ("a[b]{c}|d|<e>", "a#91;b#93;#123;c#125;#124;d#124;#60;e#62;"),
        # is the escape itself, and ends one
        ("#quot;", "#35;quot#59;"),
        # Markdown in a label, and a comment
        ("`**bold**` %%{init}%%", "#96;#42;#42;bold#42;#42;#96; #37;#37;#123;init#125;#37;#37;"),
        # a label is one line
        ("one\ntwo\r\n\tthree", "one two three"),
        # Japanese stays readable
        ("「資料」をお送りする（3営業日以内）", "「資料」をお送りする（3営業日以内）"),
        # what no reader sees, and what is no character
        ("a\u202eb\ud800c", "a b c"),
        ("顧客満足度📈", "顧客満足度#128200;"),
    ],
)
def test_what_the_parser_would_read_is_written_as_a_code(text: str, written: str) -> None:
    assert escaped(text) == written


@given(st.text(max_size=60))
def test_any_text_stays_in_its_label(text: str) -> None:
    one = workflow(
        Send("end", "x", text, subject=text),
        Branch("x", ((score_over(3), "y"),), None),
        End("y", text),
        title=text,
    )
    for line in mermaid(drawing(one)).splitlines():
        assert _LINE.fullmatch(line), line


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_workflow_keeps_to_the_grammar_and_leaves_no_step_out(name: str) -> None:
    text = mermaid(drawing(shipped()[name], "en"))
    for line in text.splitlines():
        assert _LINE.fullmatch(line), line
    named = set(re.findall(r"\b(?:s\d+|finish)\b(?=[\[({>/])", text))
    used = set(re.findall(r"(?:-->|-\.->)(?:\|\"[^\"]*\"\|)? (s\d+|finish)", text))
    assert used <= named
    assert len(named - {"finish"}) == len(shipped()[name].graph.steps)
