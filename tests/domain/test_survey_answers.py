"""Answers: what a form may say, what is told of it, and what an unhappy one starts and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.survey import Band, Driver, Survey, band
from nurture.domain.survey_answers import (
    Answer,
    LoopMove,
    OpenLoop,
    is_candidate,
    loop_move,
    read_answer,
    read_score,
    score_said,
    told,
)

NOW = datetime(2026, 5, 12, 1, tzinfo=UTC)
NPS = Survey("nps", {}, drivers=(Driver("ease", {}), Driver("price", {})))


@pytest.mark.parametrize(
    ("value", "score"),
    [(0, 0), (10, 10), (3.0, 3), (6.9, 6), ("3", 3), (" 9 ", 9),
     (11, None), (-1, None), (10.1, None), (True, None), (float("nan"), None), ("3.5", None),
     ("high", None), (None, None), ([3], None)],
)  # fmt: skip
def test_scores_of_another_system_are_understood_as_they_come(
    value: object, score: int | None
) -> None:
    assert score_said(value) == score


@pytest.mark.parametrize(
    ("score", "expected"),
    [(n, Band.DETRACTOR) for n in range(7)]
    + [(7, Band.PASSIVE), (8, Band.PASSIVE), (9, Band.PROMOTER), (10, Band.PROMOTER)],
)
def test_each_of_the_eleven_answers_has_its_band(score: int, expected: Band) -> None:
    assert band(score) is expected


@pytest.mark.parametrize("wrong", [-1, 11, 9.0, 9.5, True, "9", None])
def test_nothing_but_whole_numbers_from_0_to_10_is_an_answer(wrong: object) -> None:
    with pytest.raises(ValueError, match="is no answer"):
        band(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "-1", "11", "100", "9.5", "１０", "٩", "9 ", "nine", "1e1", "0x9"]
)
def test_a_form_that_names_no_such_number_says_nothing(text: str) -> None:
    assert read_answer(NPS, text, [], "") is None


@given(st.text(max_size=6))
def test_what_is_read_as_a_score_is_one(text: str) -> None:
    found = read_score(text)
    assert found is None or (0 <= found <= 10 and str(found) == text.lstrip("0").rjust(1, "0"))


def test_an_answer_keeps_known_drivers_in_their_order_and_a_comment_of_bounded_length() -> None:
    found = read_answer(NPS, "9", ["price", "forged", "ease", "ease"], "  a\r\nb  " + "x" * 9000)
    assert found is not None
    assert found.drivers == ("ease", "price")
    assert found.comment.startswith("a\nb")
    assert len(found.comment) == 4000


@pytest.mark.parametrize(
    ("candidate_from", "score", "expected"),
    [(9, 8, False), (9, 9, True), (8, 8, True), (8, 7, False)],
)
def test_who_is_a_candidate_is_a_setting_and_the_band_stays(
    candidate_from: int, score: int, expected: bool
) -> None:
    survey = Survey("nps", {}, candidate_from=candidate_from)
    said = told(survey, "2026-Q2", Answer(score), [])
    assert is_candidate(survey, score) is expected
    assert said["candidate"] is expected
    assert said["band"] == band(score).value


def test_an_answer_that_is_changed_says_what_it_was_before_and_the_comment_is_not_told() -> None:
    said = told(NPS, "2026-Q2", Answer(9, ("ease",), "秘密"), [3, 7])
    assert said == {
        "survey": "nps",
        "round": "2026-Q2",
        "score": 9,
        "band": "promoter",
        "candidate": True,
        "drivers": ["ease"],
        "again": True,
        "before": 7,
    }


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("score", "loop", "move"),
    [
        (6, None, LoopMove.OPEN),
        (7, None, None),
        # they pressed the wrong number
        (9, OpenLoop("open", 1), LoopMove.CLOSE),
        (9, OpenLoop("contacted", 1), LoopMove.CLOSE),
        # still unhappy: it goes on
        (0, OpenLoop("open", 1), None),
        (0, OpenLoop("contacted", 1), None),
        # asked again after it was resolved, by another invitation
        (9, OpenLoop("resolved", 7, NOW - HOUR), LoopMove.CLOSE),
        (7, OpenLoop("resolved", 7, NOW - HOUR), LoopMove.CLOSE),
        (3, OpenLoop("resolved", 7, NOW - HOUR), LoopMove.REOPEN),
        # an older question, answered late, says nothing of what was done since
        (9, OpenLoop("resolved", 7, NOW + HOUR), None),
        (3, OpenLoop("resolved", 7, NOW + HOUR), None),
        # a better answer to another question closes what nobody has resolved yet
        (10, OpenLoop("open", 7), LoopMove.CLOSE),
        # the answer that opened it is changed once more after it was resolved
        (2, OpenLoop("resolved", 1, NOW + HOUR), None),
        (8, OpenLoop("resolved", 1, NOW + HOUR), LoopMove.CLOSE),
    ],
)
def test_what_an_answer_does_to_what_is_followed_up(
    score: int, loop: OpenLoop | None, move: LoopMove | None
) -> None:
    """The invitation is number 1, asked NOW."""
    assert loop_move(Answer(score), 1, NOW, loop) is move
