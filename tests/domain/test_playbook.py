"""What worked is counted per way of asking, and a lucky few are not called the best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.ask_script import chat_line, script
from nurture.domain.playbook import AskResult, at_least, playbook, reasons
from nurture.domain.referral import AskAnswer


def asks(offer: str, number: int, referring: int, won: int = 0) -> list[AskResult]:
    return [
        AskResult(offer, "renewal", "mail", referrals=int(n < referring), won=int(n < won))
        for n in range(number)
    ]


def test_answers_introductions_and_contracts_are_counted_by_offer() -> None:
    found = playbook(
        [
            AskResult("training", "renewal", "mail", answer=AskAnswer.NOT_NOW),
            AskResult("training", "renewal", "mail", answer=AskAnswer.REFERRED, referrals=2, won=1),
            AskResult("training", "renewal", "mail"),
            AskResult("letter", "renewal", "meeting"),
        ]
    )
    training = found["offer"][0]
    assert (training.key, training.asked, training.answered) == ("training", 3, 2)
    assert (training.referring, training.referrals, training.won) == (1, 2, 1)
    assert training.response_rate == pytest.approx(2 / 3)
    assert training.referral_rate == pytest.approx(1 / 3)
    assert training.win_rate == pytest.approx(1 / 2)
    assert training.answers == {"not_now": 1, "referred": 1}
    assert found["offer"][1].win_rate is None
    assert [one.key for one in found["channel"]] == ["mail", "meeting"]
    # one way alone tells nothing
    assert "mode" not in found
    assert [one.key for one in found["timing"]] == ["renewal"]


@pytest.mark.parametrize(
    ("first", "second", "best"),
    [
        ((20, 12), (20, 2), "a"),
        # too few, however good
        ((3, 3), (20, 2), None),
        # what luck explains
        ((20, 5), (20, 4), None),
        ((20, 0), (20, 0), None),
    ],
)
def test_one_is_best_only_where_luck_does_not_explain_it(
    first: tuple[int, int], second: tuple[int, int], best: str | None
) -> None:
    found = playbook([*asks("a", *first), *asks("b", *second)])["offer"]
    assert next((one.key for one in found if one.best), None) == best


@given(st.integers(1, 500), st.data())
def test_a_rate_is_at_least_what_is_less_than_was_seen(tries: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, tries))
    assert 0 <= at_least(successes, tries) <= successes / tries + 1e-9


def test_reasons_are_listed_by_how_often_they_were_given() -> None:
    said = [AskAnswer.NOT_NOW, AskAnswer.NEVER, AskAnswer.NOT_NOW, None]
    found = reasons(AskResult("a", "renewal", "mail", answer=one) for one in said)
    assert list(found.items()) == [("not_now", 2), ("never", 1)]


VALUES = {
    "result": "転記を42%削減", "people": "転記にお困りの方", "benefit": "研修を一回。",
    "reports": "節目ごとにご報告します。", "link": "https://x.example/i/abc",
}  # fmt: skip


def test_the_script_goes_from_the_figure_to_whom_to_how_little_and_ends_with_a_no() -> None:
    lines = script(VALUES, "ja")
    assert "転記を42%削減" in lines[0]
    assert "転記にお困りの方" in lines[1]
    assert "お名前だけ" in lines[2]
    assert lines[3:5] == ["「研修を一回」", "「節目ごとにご報告します」"]
    assert "遠慮なく" in lines[-1]
    named = script(
        {**VALUES, "named": "青海工業の工場長様", "reason": "長いお付き合いの方だから"}, "ja"
    )
    assert "青海工業の工場長様" in named[1]
    assert named[2] == "「長いお付き合いの方だから」"
    english = script({"people": "People who copy reports"}, "en")
    assert english[1] == '"Does somebody come to mind? People who copy reports."'


def test_the_chat_version_is_one_line_of_three_minutes_with_the_link() -> None:
    line = chat_line(VALUES, "ja")
    assert "3分" in line and line.endswith("https://x.example/i/abc") and "\n" not in line
    assert "3 minutes" in chat_line({**VALUES, "result": "Copying down by 42%"}, "en")
    assert chat_line({"pitch": "転記をなくします", "link": "L"}, "ja").startswith(
        "転記をなくします。"
    )
