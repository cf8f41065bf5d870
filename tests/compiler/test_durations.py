"""Durations in both languages and any width; a bare number is no duration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.compiler.durations import (
    LONGEST,
    PATTERN,
    DurationError,
    as_span,
    read_duration,
    write_duration,
)
from nurture.domain.steps import Duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30m", Duration(elapsed=timedelta(minutes=30))),
        ("24h", Duration(elapsed=timedelta(hours=24))),
        ("10s", Duration(elapsed=timedelta(seconds=10))),
        ("14d", Duration(days=14)),
        ("2w", Duration(days=14)),
        ("3 business days", Duration(business_days=3)),
        ("1 business day", Duration(business_days=1)),
        ("3営業日", Duration(business_days=3)),
        ("2日", Duration(days=2)),
        ("2週間", Duration(days=14)),
        ("24時間", Duration(elapsed=timedelta(hours=24))),
        ("30分", Duration(elapsed=timedelta(minutes=30))),
        ("３営業日", Duration(business_days=3)),  # full-width digits
        ("１４ｄ", Duration(days=14)),  # full-width letters
        (" 3  Business　Days ", Duration(business_days=3)),  # any space, any case
        ("2 weeks", Duration(days=14)),
        ("0d", Duration()),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, duration: Duration) -> None:
    assert read_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("7", "7 is a bare number, not a duration"),
        ("７", "7 is a bare number, not a duration"),
        ("1h30m", "'1h30m' is not a duration: one number and one unit"),
        ("1.5h", "'1.5h' is not a duration: one number and one unit"),
        ("-1d", "'-1d' is not a duration"),
        ("soon", "'soon' is not a duration"),
        ("", "'' is not a duration"),
        ("3 months", "'3 months': months and years differ in length"),
        ("1年", "'1年': months and years differ in length"),
        ("3661d", "'3661d' is longer than ten years"),
        ("99999999999999999999w", "'99999999999999999999w' is longer than ten years"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, message: str) -> None:
    with pytest.raises(DurationError) as caught:
        read_duration(text)
    assert str(caught.value) == message


_DURATIONS = st.one_of(
    st.integers(1, 10**8).map(lambda seconds: Duration(elapsed=timedelta(seconds=seconds))),
    st.integers(1, LONGEST).map(lambda days: Duration(days=days)),
    st.integers(1, LONGEST).map(lambda days: Duration(business_days=days)),
)


@given(_DURATIONS)
def test_a_duration_written_and_read_again_is_the_same(duration: Duration) -> None:
    assert read_duration(write_duration(duration)) == duration


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_an_error(text: str) -> None:
    try:
        read_duration(text)
    except DurationError as error:
        assert str(error)


@given(_DURATIONS.map(write_duration))
def test_editors_accept_every_duration_that_is_one(text: str) -> None:
    import re

    assert re.match(PATTERN, text)


def test_business_days_have_no_fixed_length() -> None:
    assert as_span(Duration(days=2)) == timedelta(hours=48)
    with pytest.raises(DurationError):
        as_span(Duration(business_days=1))
