"""The outline of a case: its parts, PASONA's order, and nothing that may not be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.case_outline import FIELDS, PASONA, CaseFacts, Outline, outline
from tests.domain.test_results import line

KNOWN = CaseFacts(
    industry="製造業",
    employees=120,
    buyer="業務部 課長",
    lines=(line(69.5, title="転記の時間"), line(140, title="残業の時間")),
    problem="現場で書いた紙を、事務所でもう一度入力している",
    people="紙の日報を書き写している方",
    size="従業員50名以上",
    asked="現場をご存じのお立場だからこそ",
    does="紙の帳票をそのまま送ります",
    functions=("様式をそのまま", "記入漏れをお知らせ"),
    benefit="初期費用の割引",
    company="株式会社みなみ",
    agreed=True,
    figures_agreed=True,
)


def _all_of(found: Outline) -> str:
    parts = (*found.fields, *found.sections)
    return "\n".join([found.company, *(one.text + one.question for one in parts)])


def test_a_case_is_drafted_from_real_figures_in_the_order_of_pasona() -> None:
    found = outline(KNOWN, "ja")
    assert [one.key for one in found.sections] == list(PASONA)
    by_key = {one.key: one.text for one in found.sections}
    assert "「現場で書いた紙を、事務所でもう一度入力している」" in by_key["problem"]
    assert "導入前の「転記の時間」は120時間/月でした。" in by_key["problem"]
    assert "株式会社みなみ（製造業、120名）も" in by_key["affinity"]
    assert "「現場をご存じのお立場だからこそ」" in by_key["affinity"]
    assert "120時間/月 → 69.5時間/月（42%削減）" in by_key["solution"]
    assert "成果：転記の時間を42%削減" in by_key["solution"]
    assert "15分" in by_key["offer"] and "初期費用の割引" in by_key["offer"]
    assert "紙の日報を書き写している方" in by_key["narrowing"]
    assert "ご返信" in by_key["action"]
    # what became worse is no part of a case
    assert "残業" not in _all_of(found)


def test_what_nobody_knows_is_a_question_and_not_a_guess() -> None:
    found = outline(KNOWN, "en")
    assert [one.key for one in found.fields if not one.known] == ["structure", "actions", "now"]
    assert len(found.open_questions) == 3
    solution = next(one.text for one in found.sections if one.key == "solution")
    assert "What they did: [What did they begin with" in solution
    empty = outline(CaseFacts(), "ja")
    assert len(empty.open_questions) == len(FIELDS)
    assert "［何から始め" in _all_of(empty)


@pytest.mark.parametrize("locale", ["ja", "en"])
@given(
    agreed=st.booleans(),
    figures=st.booleans(),
    values=st.fixed_dictionaries(
        {
            "employees": st.one_of(st.none(), st.integers(1, 10**6)),
            "industry": st.sampled_from(["", "製造業"]),
            "result": st.sampled_from(["", "売上を987654円向上"]),
            "problem": st.sampled_from(["", "紙が多い"]),
        }
    ),
)
def test_no_name_without_both_sides_and_no_figure_without_their_word(
    locale: str, agreed: bool, figures: bool, values: dict[str, Any]
) -> None:
    facts = replace(KNOWN, agreed=agreed, figures_agreed=figures, **values)
    found = outline(facts, locale)
    text = _all_of(found)
    assert ("みなみ" in text) == agreed
    for told in ("69.5", "42%", "987654"):
        assert figures or told not in text
    # whatever is known: eight parts, six steps, none of them empty
    assert [one.key for one in found.fields] == list(FIELDS)
    assert [one.key for one in found.sections] == list(PASONA)
    assert all(one.text for one in found.sections)
    assert all(bool(one.text) != bool(one.question) for one in found.fields)
