"""What a referrer is shown, and when; tickets; the letter of four blocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.golden_ticket import (
    ALPHABET,
    LENGTH,
    Standing,
    read_code,
    standing,
    written,
)
from nurture.domain.introduction_letter import Introducing, introduction
from nurture.domain.referral import State
from nurture.domain.referral_program import Review
from nurture.domain.referrer_view import (
    PATIENCE,
    Passed,
    ShownAs,
    progress,
    reason_told,
    shown,
    shown_name,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def passed(*states: State, gap: timedelta = HOUR) -> list[Passed]:
    first = NOW - gap * len(states)
    return [Passed(state, first + gap * number) for number, state in enumerate(states)]


# -- what is shown -----------------------------------------------------------------------

LIFE = passed(State.AWAITING_CONSENT, State.RECEIVED, State.MEETING, State.LOST)


@pytest.mark.parametrize(
    ("review", "told_at", "seen"),
    [
        # nothing waits
        (Review.NONE, None, State.LOST),
        # a loss waits for the owner's letter, a meeting does not
        (Review.DELICATE, None, State.MEETING),
        (Review.DELICATE, NOW, State.LOST),
        # a letter about an earlier stage tells nothing of the loss
        (Review.DELICATE, LIFE[2].at, State.MEETING),
        # everything waits but that it came in
        (Review.ALL, None, State.AWAITING_CONSENT),
        (Review.ALL, LIFE[1].at, State.RECEIVED),
        (Review.ALL, NOW, State.LOST),
    ],
)
def test_a_page_says_no_more_than_the_owner_let_out(
    review: Review, told_at: datetime | None, seen: State
) -> None:
    found = shown(LIFE, told_at, review, NOW)
    assert found is not None
    assert found.state is seen


def test_a_page_does_not_tell_a_fairy_tale_for_ever() -> None:
    late = LIFE[-1].at + PATIENCE
    just = shown(LIFE, None, Review.ALL, late - timedelta(seconds=1))
    then = shown(LIFE, None, Review.ALL, late)
    assert just is not None
    assert then is not None
    assert (just.state, then.state) == (State.MEETING, State.LOST)


def test_nothing_is_shown_of_nothing() -> None:
    assert shown([], None, Review.NONE, NOW) is None


def test_skipped_stages_count_with_the_later_one_and_the_future_is_dark() -> None:
    life = passed(State.AWAITING_CONSENT, State.RECEIVED, State.PROPOSAL, State.WON)
    reached = progress(life, life[2])
    assert list(reached) == [State.RECEIVED, State.CONTACTED, State.MEETING, State.PROPOSAL]
    assert reached[State.MEETING] == life[2].at


@given(st.text() | st.none(), st.sampled_from(State))
def test_only_fixed_reasons_of_closed_ones_are_told(reason: str | None, state: State) -> None:
    told = reason_told(reason, state)
    assert told in ("", "timing", "requirements", "not_icp")
    assert reason_told("timing", State.MEETING) == ""
    assert reason_told("budget", State.LOST) == ""
    assert reason_told("timing", State.LOST) == "timing"


# -- names -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "japanese", "english"),
    [
        (ShownAs.FULL, "株式会社青空 田中太郎様", "太郎 田中 (株式会社青空)"),
        (ShownAs.SHORT, "田中様", "太郎"),
        (ShownAs.COMPANY, "株式会社青空の方", "somebody at 株式会社青空"),
        (ShownAs.NOBODY, "", ""),
    ],
)
def test_a_name_is_shown_as_they_allow(wish: ShownAs, japanese: str, english: str) -> None:
    assert shown_name(wish, "田中", "太郎", "株式会社青空", "ja") == japanese
    assert shown_name(wish, "田中", "太郎", "株式会社青空", "en") == english


@given(st.sampled_from(ShownAs), st.sampled_from(["ja", "en"]))
def test_what_is_not_allowed_never_stands_in_for_what_is_not_known(
    wish: ShownAs, locale: str
) -> None:
    said = shown_name(wish, "", "", "株式会社青空", locale)
    assert ("青空" in said) == (wish is ShownAs.COMPANY)


# -- tickets -----------------------------------------------------------------------------

BEFORE, AFTER = NOW - HOUR, NOW + HOUR


@pytest.mark.parametrize(
    ("redeemed", "withdrawn", "expires", "worth"),
    [
        (None, None, AFTER, Standing.OPEN),
        (None, None, NOW, Standing.EXPIRED),
        (None, BEFORE, AFTER, Standing.WITHDRAWN),
        (None, BEFORE, BEFORE, Standing.WITHDRAWN),
        (BEFORE, None, BEFORE, Standing.REDEEMED),
        # used is used
        (BEFORE, BEFORE, BEFORE, Standing.REDEEMED),
    ],
)
def test_what_a_ticket_is_worth(
    redeemed: datetime | None, withdrawn: datetime | None, expires: datetime, worth: Standing
) -> None:
    assert standing(redeemed, withdrawn, expires, NOW) is worth


@given(st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_code_is_read_as_it_is_written_and_as_people_type_it(code: str) -> None:
    assert read_code(written(code)) == code
    typed = written(code).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert read_code(typed) == code


@given(st.text())
def test_what_is_read_as_a_code_is_one(text: str) -> None:
    found = read_code(text)
    assert found is None or (len(found) == LENGTH and set(found) <= set(ALPHABET))


# -- the letter --------------------------------------------------------------------------

ONE = Introducing(
    referrer="田中", referrer_company="株式会社青空", name="鈴木一郎", company="みどり物流",
    why="残業のお話から", seller="佐藤花子", seller_company="株式会社見本", about="日報の転記",
    outcome="転記が月51時間から9時間になりました", link="https://a.example/c/x",
)  # fmt: skip


def test_the_letter_has_its_four_blocks_in_this_order() -> None:
    letter = introduction(ONE, "ja")
    assert letter.subject == "田中よりご紹介（貴社の日報の転記について一言）"
    blocks = ("佐藤花子さんをご紹介", "月51時間から9時間", "15分", "報告を受ける")
    places = [letter.body.index(block) for block in blocks]
    assert places == sorted(places)
    english = introduction(ONE, "en")
    assert english.subject == "Introduction from 田中 (a word about みどり物流)"
    blocks = ("introduce 佐藤花子", "51時間", "15 minutes", "tell me how it went")
    assert [english.body.index(one) for one in blocks] == sorted(
        english.body.index(one) for one in blocks
    )


def test_a_subject_stays_short_enough_for_a_phone() -> None:
    from dataclasses import replace

    long = replace(ONE, about="現場で書いた紙を、事務所でもう一度入力していることについて")
    assert introduction(long, "ja").subject == "田中よりご紹介（貴社のお仕事について一言）"


@given(st.sampled_from(["ja", "en"]), st.sets(st.sampled_from(Introducing.__slots__)))
def test_a_letter_without_some_of_it_still_reads(locale: str, missing: set[str]) -> None:
    from dataclasses import replace

    letter = introduction(replace(ONE, **dict.fromkeys(missing - {"link"}, "")), locale)
    assert "None" not in letter.subject + letter.body
    assert ONE.link in letter.body
    assert "\n" not in letter.subject
