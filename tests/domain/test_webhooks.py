"""Webhooks, pure: envelope, signature, what an answer means, when a call is tried again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.webhooks import (
    AGAIN,
    LONGEST_TEXT,
    MOST_FIELDS,
    SecretError,
    Verdict,
    answer_of,
    envelope,
    next_try,
    secret_of,
    signatures,
    verdict_on,
    written,
)


def test_the_signature_is_the_one_that_the_specification_prints() -> None:
    # The example of the reference implementations of Standard Webhooks.
    secret = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    signed = signatures([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_changes_both_sign_the_newest_first() -> None:
    at, new, old = datetime(2026, 5, 1, tzinfo=UTC), b"n" * 32, b"o" * 32
    both = signatures([new, old], "msg_1", at, b"{}").split(" ")
    assert both == [signatures([one], "msg_1", at, b"{}") for one in (new, old)]


@given(st.binary(min_size=24, max_size=64))
def test_a_secret_reads_as_it_was_written(secret: bytes) -> None:
    assert secret_of(written(secret)) == secret


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all!", "é"])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(SecretError):
        secret_of(text)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.ANSWERED),
        (204, Verdict.ANSWERED),
        # a redirect might lead anywhere
        (301, Verdict.REFUSED),
        (307, Verdict.REFUSED),
        (400, Verdict.REFUSED),
        (404, Verdict.REFUSED),
        (410, Verdict.REFUSED),
        # may be different next time
        (408, Verdict.AGAIN),
        (429, Verdict.AGAIN),
        (500, Verdict.AGAIN),
        (503, Verdict.AGAIN),
        (None, Verdict.AGAIN),
    ],
)
def test_a_status_means(status: int | None, verdict: Verdict) -> None:
    assert verdict_on(status) is verdict


def test_a_call_is_given_up_after_two_days_and_nine_tries() -> None:
    waits = [next_try(tries) for tries in range(1, 11)]
    assert waits[: len(AGAIN)] == list(AGAIN)
    assert waits[len(AGAIN) :] == [None, None]
    assert timedelta(days=2) < sum(AGAIN, timedelta()) < timedelta(days=3)


def test_an_endpoint_may_ask_for_a_longer_wait_within_a_day_and_never_for_a_shorter() -> None:
    assert next_try(1, timedelta(minutes=2)) == timedelta(minutes=2)
    assert next_try(4, timedelta(seconds=1)) == AGAIN[3]
    assert next_try(1, timedelta(days=300)) == timedelta(days=1)


def test_the_body_is_the_envelope_of_the_specification() -> None:
    at = datetime(2026, 5, 1, 3, tzinfo=UTC)
    body = json.loads(envelope("step.reached", at, {"contact": {"name": "佐藤", "since": at}}))
    assert body == {
        "type": "step.reached",
        "timestamp": "2026-05-01T03:00:00+00:00",
        "data": {"contact": {"name": "佐藤", "since": "2026-05-01T03:00:00+00:00"}},
    }


def test_of_an_answer_only_plain_fields_are_kept() -> None:
    answer = {
        "tier": "gold",
        "score": 7.5,
        "known": True,
        "since": None,
        "inner": {"a": 1},
        "list": [1],
        "two words": 1,
        "_hidden": 1,
        "long": "あ" * 9000,
        "nul": "a\x00b",
    }
    kept = answer_of(json.dumps(answer).encode())
    assert kept["long"] == "あ" * LONGEST_TEXT
    assert {name: value for name, value in kept.items() if name != "long"} == {
        "tier": "gold",
        "score": 7.5,
        "known": True,
        "since": None,
        "nul": "ab",
    }


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_back_is_read_or_says_nothing(body: bytes) -> None:
    kept = answer_of(body)
    assert len(kept) <= MOST_FIELDS
    json.dumps(kept, allow_nan=False)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a": NaN, "b": 1e999}', b"9" * 10_000, b'{"a": ' + b"9" * 5000]
)
def test_hostile_json_says_nothing(body: bytes) -> None:
    assert not [value for value in answer_of(body).values() if value is not None]
